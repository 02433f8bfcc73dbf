import type { Clock } from '../../system/clock.ts';
import { AwsError } from '../errors.ts';
import { HeldBack } from '../paced.ts';
import { lookAtNames } from './look-at-names.ts';
import type { ChangeInfo, RecordChange, RecordSet } from './route53-calls.ts';
import type { Route53Identity } from './route53-identity.ts';
import type { Plan, Wish } from './wishes.ts';

export type WishAnswer =
  /** It is as it was wished. `change`: what was written for it; undefined: nothing had to be. */
  | { readonly kind: 'done'; readonly change?: ChangeInfo }
  /** Its turn has not come: ask again. */
  | { readonly kind: 'pending'; readonly afterMs: number };

type Outcome = { readonly answer: WishAnswer } | { readonly error: unknown };

interface Job {
  readonly wish: Wish;
  readonly identity: Route53Identity;
  askedAtMs: number;
  current?: readonly RecordSet[];
  plan: Plan;
  outcome?: Outcome;
  readonly settled: Promise<undefined>;
  readonly settle: (outcome: Outcome) => void;
}

interface Writing {
  readonly job: Job;
  readonly change: RecordChange;
}

interface Batch {
  readonly identity: Route53Identity;
  readonly jobs: readonly Job[];
  /** Of one that was refused. */
  readonly isPart: boolean;
}

/** Who has not come back for so long has given up; nothing is written for them. */
const forgottenAfterMs = 60_000;
/** Of Route 53: characters of all values together; and, far below its own, changes. */
const largestSize = 30_000;
const mostChanges = 200;

/**
 * Changes the records of one zone: one call at a time, and all that waits for it then goes together. Works only while
 * somebody asks: when its turn has not come it tells all how long to wait, and goes on when one of them is back.
 */
export class ZoneWriter {
  readonly #zoneId: string;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #jobs = new Map<string, Job>();
  /** What was begun, in order. */
  #batches: Batch[] = [];
  #working: Promise<void> | undefined;
  #heldUntilMs = -Infinity;

  constructor(zoneId: string, clock: Pick<Clock, 'monotonic'>) {
    this.#zoneId = zoneId;
    this.#clock = clock;
  }

  get isIdle(): boolean {
    return this.#jobs.size === 0;
  }

  /** Throws AwsError. */
  async ask(wish: Wish, identity: Route53Identity): Promise<WishAnswer> {
    const key = `${identity.key} ${wish.key}`;
    const job = this.#jobOf(key, wish, identity);
    while (!job.outcome) {
      const afterMs = Math.ceil(this.#heldUntilMs - this.#clock.monotonic());
      if (!this.#working && afterMs > 0) return { kind: 'pending', afterMs };
      this.#working ??= this.#work().finally(() => (this.#working = undefined));
      await Promise.race([job.settled, this.#working]);
    }
    if (this.#jobs.get(key) === job) this.#jobs.delete(key);
    if ('error' in job.outcome) throw job.outcome.error;
    return job.outcome.answer;
  }

  #jobOf(key: string, wish: Wish, identity: Route53Identity): Job {
    this.#forget();
    const job = this.#jobs.get(key) ?? this.#create(wish, identity);
    job.askedAtMs = this.#clock.monotonic();
    this.#jobs.set(key, job);
    return job;
  }

  /** What was done before about the same, and nobody came for, is no longer true. */
  #create(wish: Wish, identity: Route53Identity): Job {
    for (const [key, { wish: other, outcome }] of this.#jobs)
      if (outcome && other.subject === wish.subject) this.#jobs.delete(key);
    return createJob(wish, identity);
  }

  #forget(): void {
    const before = this.#clock.monotonic() - forgottenAfterMs;
    for (const [key, job] of this.#jobs) {
      if (job.askedAtMs >= before) continue;
      this.#jobs.delete(key);
      job.settle({ answer: { kind: 'pending', afterMs: 1 } });
    }
  }

  /** Until nothing waits, or the next call has to. */
  async #work(): Promise<void> {
    // Who asks in the same moment goes with it.
    await Promise.resolve();
    for (let batch = this.#next(); batch; batch = this.#next()) {
      try {
        this.#replace(batch, await this.#carryOut(batch));
      } catch (error) {
        if (error instanceof HeldBack) {
          this.#hold(batch, error.afterMs);
          return;
        }
        for (const job of batch.jobs) job.settle({ error });
        this.#replace(batch, []);
      }
    }
  }

  /** What comes meanwhile may go with it, unless it is known that something of it is refused. */
  #hold(batch: Batch, afterMs: number): void {
    this.#heldUntilMs = this.#clock.monotonic() + afterMs;
    if (!batch.isPart) this.#replace(batch, []);
  }

  #replace(batch: Batch, parts: readonly Batch[]): void {
    this.#batches = this.#batches.flatMap((other) => (other === batch ? parts : [other]));
  }

  #next(): Batch | undefined {
    if (this.#batches.length === 0) {
      const begun = takeBatch([...this.#jobs.values()].filter(({ outcome }) => !outcome));
      if (begun) this.#batches.push(begun);
    }
    return this.#batches[0];
  }

  /** Gives what has to be done in its place. */
  async #carryOut({ identity, jobs: all }: Batch): Promise<readonly Batch[]> {
    const jobs = all.filter(({ outcome }) => !outcome);
    await this.#look(
      jobs.filter(({ plan }) => plan.kind === 'look'),
      identity,
    );
    for (const job of jobs) if (job.plan.kind === 'nothing') job.settle({ answer: { kind: 'done' } });
    const writing = jobs.flatMap((job) => (job.plan.kind === 'change' ? [{ job, change: job.plan.change }] : []));
    if (writing.length === 0) return [];
    try {
      const change = await identity.calls.changeResourceRecordSets(
        this.#zoneId,
        writing.map((item) => item.change),
      );
      for (const { job } of writing) job.settle({ answer: { kind: 'done', change } });
      return [];
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'InvalidChangeBatch') throw error;
      return this.#afterRefusal(error, writing, identity);
    }
  }

  /** A batch is refused as a whole for one change of it. Whose is refused alone is judged by what stands there. */
  async #afterRefusal(
    error: AwsError,
    writing: readonly Writing[],
    identity: Route53Identity,
  ): Promise<readonly Batch[]> {
    const jobs = writing.map(({ job }) => job);
    if (jobs.length > 1) {
      const half = Math.ceil(jobs.length / 2);
      return [jobs.slice(0, half), jobs.slice(half)].map((part) => ({ identity, jobs: part, isPart: true }));
    }
    const [{ job, change }] = writing as readonly [Writing];
    if (job.current) throw error;
    await this.#look([job], identity);
    if (job.plan.kind === 'change' && JSON.stringify(job.plan.change) === JSON.stringify(change)) throw error;
    return [{ identity, jobs, isPart: true }];
  }

  async #look(jobs: readonly Job[], { calls }: Route53Identity): Promise<void> {
    const names = jobs.map(({ wish }) => wish.name);
    await lookAtNames(calls, this.#zoneId, names, (name, current) => {
      for (const job of jobs.filter(({ wish }) => wish.name === name)) {
        job.current = current;
        job.plan = job.wish.decide(current);
      }
    });
  }
}

function createJob(wish: Wish, identity: Route53Identity): Job {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const job: Job = {
    wish,
    identity,
    askedAtMs: 0,
    plan: wish.decide(undefined),
    settled: promise,
    settle: (outcome) => {
      job.outcome = outcome;
      resolve(undefined);
    },
  };
  return job;
}

/** What goes together: of one identity, and no more than Route 53 takes. What is about the same stays in order. */
function takeBatch(jobs: readonly Job[]): Batch | undefined {
  const identity = jobs[0]?.identity;
  if (!identity) return undefined;
  const subjects = new Set<string>();
  let room = { changes: mostChanges, size: largestSize };
  const taken = jobs.filter(({ identity: { key }, wish: { subject, size } }) => {
    const isTaken = key === identity.key && !subjects.has(subject) && room.changes > 0 && room.size >= size;
    subjects.add(subject);
    if (isTaken) room = { changes: room.changes - 1, size: room.size - size };
    return isTaken;
  });
  return { identity, jobs: taken, isPart: false };
}
