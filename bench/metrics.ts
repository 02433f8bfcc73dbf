import type { Summary } from './statistics.ts';

/** What the figures of ours are held against. */
export type Goal =
  | { readonly atMost: number }
  /** So many times the other controller's figure; where that is not known, `otherwise`. */
  | { readonly timesTheirs: number; readonly otherwise: number };

export type Unit = 's' | 'MiB' | 'ms' | '/s' | '';

export interface Metric {
  readonly scenario: string;
  readonly what: string;
  readonly unit: Unit;
  /** Digits after the point; default 2. */
  readonly digits?: number;
  /** None: only told. */
  readonly goal?: Goal;
}

const startup = { scenario: 'startup' };
const burst = { scenario: 'burst' };
const quota = { scenario: 'quota' };
const latency = { scenario: 'latency' };
const full = { scenario: 'full' };
const takeover = { scenario: 'takeover' };

/** Every figure, in the order of the table. */
export const METRICS = {
  firstReady: {
    ...startup,
    what: 'start of the process until the first issuer is Ready',
    unit: 's',
    goal: { atMost: 0.6 },
  },
  idleAnonymous: { ...startup, what: 'idle: anonymous memory', unit: 'MiB', digits: 0, goal: { atMost: 60 } },
  idleResident: { ...startup, what: 'idle: resident memory', unit: 'MiB', digits: 0 },
  burstRate: {
    ...{ ...burst, what: '1,000 requests at once, no limits: Ready per second', unit: '/s', digits: 0 },
    goal: { timesTheirs: 2, otherwise: 120 },
  },
  burstCpu: { ...burst, what: 'the same: CPU for each certificate', unit: 'ms', digits: 1, goal: { atMost: 6 } },
  burstPeak: { ...burst, what: 'the same: highest resident memory', unit: 'MiB', digits: 0 },
  burstCalls: { ...burst, what: 'the same: Kubernetes API calls for each certificate', unit: '', goal: { atMost: 3 } },
  quotaTime: {
    ...{
      ...quota,
      what: '1,000 requests at once, 25 IssueCertificate/s, 1 s issuing time (ideal 40 s): until all are Ready',
    },
    ...{ unit: 's', digits: 1, goal: { atMost: 42 } },
  },
  quotaThrottled: { ...quota, what: 'the same: throttled calls', unit: '', digits: 0, goal: { atMost: 0 } },
  quotaCalls: { ...quota, what: 'the same: Kubernetes API calls for each certificate', unit: '', goal: { atMost: 3 } },
  latencyMedian: {
    ...{ ...latency, what: 'a request every 500 ms, 200 ms issuing time: approved until Ready, median of 30' },
    ...{ unit: 's', goal: { atMost: 0.35 } },
  },
  latencyLongest: { ...latency, what: 'the same: 99th percentile', unit: 's', goal: { atMost: 0.6 } },
  crashes: {
    ...{ scenario: 'crashes', what: '200 requests, 25/s, 1 s issuing time, three times SIGKILL: until all are Ready' },
    ...{ unit: 's', digits: 1, goal: { atMost: 25 } },
  },
  crashesBilled: {
    ...{ scenario: 'crashes', what: 'the same: certificates billed for each request', unit: '', goal: { atMost: 1 } },
  },
  backlog: {
    ...{
      scenario: 'backlog',
      what: '200 requests wait when the process starts, 25/s, 1 s issuing time (ideal 8 s): until all are Ready',
    },
    ...{ unit: 's', digits: 1, goal: { atMost: 10 } },
  },
  crowdedFailed: {
    ...{
      scenario: 'crowded',
      what: '200 requests while another client of the account issues 50/s for 15 s: failed for good',
    },
    ...{ unit: '', digits: 0, goal: { atMost: 0 } },
  },
  crowdedTime: { scenario: 'crowded', what: 'the same: until all are Ready or failed', unit: 's', digits: 1 },
  crowdedMissing: { scenario: 'crowded', what: 'the same: not Ready then', unit: '', digits: 0, goal: { atMost: 0 } },
  wrongKeys: {
    ...{
      scenario: 'recreated',
      what: '100 names, deleted and created again four times with new keys: certificates for another key, of 500',
    },
    ...{ unit: '', digits: 0, goal: { atMost: 0 } },
  },
  terminated: {
    ...{ ...takeover, what: 'SIGTERM of the leader until a request is Ready by the other replica', unit: 's' },
    ...{ digits: 1, goal: { atMost: 3 } },
  },
  killed: {
    ...{
      ...takeover,
      what: 'SIGKILL of the leader until then (15 s lease, 2 to 4.4 s between tries)',
      unit: 's',
      digits: 1,
    },
    ...{ goal: { atMost: 19.4 } },
  },
  fullAmbient: {
    ...{
      ...full,
      what: '10,000 finished requests, 5,000 Secrets, the own credentials: resident memory once ready',
      unit: 'MiB',
    },
    ...{ digits: 0, goal: { atMost: 110 } },
  },
  fullAmbientReady: { ...full, what: 'the same: start until the issuer is Ready', unit: 's', goal: { atMost: 1.5 } },
  fullSecret: {
    ...{
      ...full,
      what: 'the same cluster, an issuer with `secretRef`: resident memory once ready',
      unit: 'MiB',
      digits: 0,
    },
    ...{ goal: { atMost: 110 } },
  },
  fullSecretReady: { ...full, what: 'the same: start until the issuer is Ready', unit: 's', goal: { atMost: 1.5 } },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

export type Verdict = 'met' | 'missed' | 'none';

/** Whether the median of ours reaches the goal, as it is told: of 1,000 certificates' calls a few are the issuer's own. */
export function judge(metric: Metric, ours: Summary | undefined, theirs: Summary | undefined): Verdict {
  const { goal } = metric;
  if (goal === undefined || ours === undefined) return 'none';
  if (ours.median === undefined) return 'missed';
  if ('atMost' in goal) return Number(ours.median.toFixed(metric.digits ?? 2)) <= goal.atMost ? 'met' : 'missed';
  return ours.median >= leastOf(goal, theirs) ? 'met' : 'missed';
}

export const leastOf = (goal: Extract<Goal, { timesTheirs: number }>, theirs: Summary | undefined): number =>
  theirs?.median === undefined ? goal.otherwise : goal.timesTheirs * theirs.median;
