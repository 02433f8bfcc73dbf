import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { callBuckets, queueBuckets, reconcileBuckets } from './metric-buckets.ts';

export interface MetricsOptions {
  /** Memory, processor, event-loop lag and garbage collection of this process; default true. */
  readonly process?: boolean;
}

/** All series of the process, by the room that counts them. */
export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(options: MetricsOptions = {}) {
  const registry = new Registry();
  if (options.process !== false) collectDefaultMetrics({ register: registry });
  const make = createFactory(registry);
  return {
    registry,
    /** Each controller takes it whole and labels the series with its name. */
    controller: { ...createReconcileMetrics(make), queue: createQueueMetrics(make) },
    /** The Kubernetes API. */
    restClientRequests: make.counter('rest_client_requests_total', 'Calls to the API server.', [
      'code',
      'method',
      'host',
    ]),
    leaderElection: make.gauge('leader_election_master_status', '1 while this process leads.', ['name']),
    events: make.counter('awspca_events_dropped_total', 'Events that never reached the API server.', ['reason']),
    aws: createAwsMetrics(make),
    issuance: createIssuanceMetrics(make),
    shim: createShimMetrics(make),
  };
}

/** Names, labels and buckets are those of controller-runtime: dashboards made for it fit. */
function createReconcileMetrics(make: Factory) {
  const labels = ['controller'] as const;
  return {
    reconciles: make.counter('controller_runtime_reconcile_total', 'Reconcile runs.', ['controller', 'result']),
    errors: make.counter('controller_runtime_reconcile_errors_total', 'Reconcile runs that failed.', labels),
    duration: make.histogram('controller_runtime_reconcile_time_seconds', 'Length of a run.', labels, reconcileBuckets),
    maxConcurrent: make.gauge('controller_runtime_max_concurrent_reconciles', 'Workers.', labels),
    activeWorkers: make.gauge('controller_runtime_active_workers', 'Workers that are reconciling.', labels),
  };
}

/** Names, labels and buckets are those of client-go's work queues. */
function createQueueMetrics(make: Factory) {
  const labels = ['name', 'controller'] as const;
  const beforeScrape: (() => void)[] = [];
  // Registered before the other gauge that the callbacks set: a scrape collects in this order.
  const unfinishedWork = make.gauge('workqueue_unfinished_work_seconds', 'Age of all runs in flight.', labels, () => {
    for (const callback of beforeScrape) callback();
  });
  return {
    unfinishedWork,
    longestRunning: make.gauge('workqueue_longest_running_processor_seconds', 'Age of the oldest run.', labels),
    depth: make.gauge('workqueue_depth', 'Keys that are due.', [...labels, 'priority']),
    adds: make.counter('workqueue_adds_total', 'Keys that were added.', labels),
    queueDuration: make.histogram('workqueue_queue_duration_seconds', 'From due to its run.', labels, queueBuckets),
    workDuration: make.histogram('workqueue_work_duration_seconds', 'Length of the work.', labels, queueBuckets),
    retries: make.counter('workqueue_retries_total', 'Keys that were added after a failure.', labels),
    onCollect: (callback: () => void) => void beforeScrape.push(callback),
  };
}

function createAwsMetrics(make: Factory) {
  const labels = ['service', 'operation'] as const;
  const beforeScrape: (() => void)[] = [];
  return {
    waiting: make.gauge(
      'awspca_aws_api_calls_waiting',
      'Calls to AWS that wait for their turn within a quota.',
      [...labels, 'account', 'region'],
      () => {
        for (const callback of beforeScrape) callback();
      },
    ),
    onCollect: (callback: () => void) => void beforeScrape.push(callback),
    calls: make.counter('awspca_aws_api_calls_total', 'Calls to AWS, `OK` or the error code.', [...labels, 'code']),
    duration: make.histogram('awspca_aws_api_call_duration_seconds', 'Length of a call to AWS.', labels, callBuckets),
  };
}

function createIssuanceMetrics(make: Factory) {
  const kind = ['issuer_kind'] as const;
  return {
    issued: make.counter('awspca_certificates_issued_total', 'Requests that got their certificate.', kind),
    billed: make.counter(
      'awspca_certificates_billed_total',
      'Certificates that AWS was asked to sign and did. A repetition that AWS recognised, and did not bill, is counted again after a restart.',
      kind,
    ),
    billingAvoided: make.counter(
      'awspca_certificates_billing_avoided_total',
      'Certificates that were found again in place of being signed anew.',
      kind,
    ),
    issuerReady: make.gauge('awspca_issuer_ready', '1 while the issuer is Ready.', ['kind', 'namespace', 'name']),
  };
}

function createShimMetrics(make: Factory) {
  return {
    certificates: make.counter(
      'awspca_ingress_shim_certificates_total',
      'Certificates that were created, updated or deleted for annotated objects.',
      ['kind', 'operation'],
    ),
    problems: make.counter('awspca_ingress_shim_problems_total', 'Problems of annotated objects that were told.', [
      'kind',
    ]),
  };
}

type Factory = ReturnType<typeof createFactory>;

function createFactory(registry: Registry) {
  const registers = [registry];
  return {
    counter: <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
      new Counter<L>({ name, help, labelNames, registers }),
    gauge: <L extends string>(name: string, help: string, labelNames: readonly L[], collect?: () => void) =>
      new Gauge<L>({ name, help, labelNames, registers, ...(collect && { collect }) }),
    histogram: <L extends string>(name: string, help: string, labelNames: readonly L[], buckets: readonly number[]) =>
      new Histogram<L>({ name, help, labelNames, registers, buckets: [...buckets] }),
  };
}
