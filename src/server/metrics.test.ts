import { describe, expect, test } from '@jest/globals';

import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { createMemoryLogger } from '../../test/support/memory-logger.ts';
import { createController } from '../runtime/controller.ts';
import type { ControllerMetrics } from '../runtime/controller-metrics.ts';
import type { Counter, Gauge, Histogram } from '../system/metrics.ts';
import { createMetrics } from './metrics.ts';

/** The lines of the series that begin so. */
async function scrape(registry: { metrics(): Promise<string> }, prefix: string): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith(prefix));
}

describe('createMetrics', () => {
  test.each<[string, readonly string[]]>([
    ['controller_runtime_reconcile_total', ['controller', 'result']],
    ['controller_runtime_reconcile_errors_total', ['controller']],
    ['controller_runtime_reconcile_time_seconds', ['controller']],
    ['controller_runtime_max_concurrent_reconciles', ['controller']],
    ['controller_runtime_active_workers', ['controller']],
    ['workqueue_depth', ['name', 'controller', 'priority']],
    ['workqueue_adds_total', ['name', 'controller']],
    ['workqueue_queue_duration_seconds', ['name', 'controller']],
    ['workqueue_work_duration_seconds', ['name', 'controller']],
    ['workqueue_unfinished_work_seconds', ['name', 'controller']],
    ['workqueue_longest_running_processor_seconds', ['name', 'controller']],
    ['workqueue_retries_total', ['name', 'controller']],
    ['rest_client_requests_total', ['code', 'method', 'host']],
    ['leader_election_master_status', ['name']],
    ['awspca_events_dropped_total', ['reason']],
    ['awspca_aws_api_calls_total', ['service', 'operation', 'code']],
    ['awspca_aws_api_call_duration_seconds', ['service', 'operation']],
    ['awspca_aws_api_calls_waiting', ['service', 'operation', 'account', 'region']],
    ['awspca_certificates_issued_total', ['issuer_kind']],
    ['awspca_certificates_billed_total', ['issuer_kind']],
    ['awspca_certificates_billing_avoided_total', ['issuer_kind']],
    ['awspca_issuer_ready', ['kind', 'namespace', 'name']],
  ])('%s has the labels %j', (name, labels) => {
    expect(createMetrics({ process: false }).registry.getSingleMetric(name)).toMatchObject({ labelNames: labels });
  });

  test('the shapes that the rooms ask for are satisfied', async () => {
    const metrics = createMetrics({ process: false });
    const counter: Counter<'code' | 'method' | 'host'> = metrics.restClientRequests;
    const gauge: Gauge<'kind' | 'namespace' | 'name'> = metrics.issuance.issuerReady;
    const histogram: Histogram<'service' | 'operation'> = metrics.aws.duration;
    counter.inc({ code: '200', method: 'GET', host: 'h' }, 2);
    histogram.observe({ service: 'acm-pca', operation: 'IssueCertificate' }, 0.3);
    metrics.issuance.billingAvoided.inc({ issuer_kind: 'AWSPCAIssuer' });
    gauge.set({ kind: 'AWSPCAIssuer', namespace: 'ns', name: 'a' }, 1);
    gauge.set({ kind: 'AWSPCAIssuer', namespace: 'ns', name: 'b' }, 1);
    gauge.remove({ kind: 'AWSPCAIssuer', namespace: 'ns', name: 'b' });
    const lines = (await metrics.registry.metrics()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'rest_client_requests_total{code="200",method="GET",host="h"} 2',
        'awspca_aws_api_call_duration_seconds_sum{service="acm-pca",operation="IssueCertificate"} 0.3',
        'awspca_certificates_billing_avoided_total{issuer_kind="AWSPCAIssuer"} 1',
      ]),
    );
    expect(await scrape(metrics.registry, 'awspca_issuer_ready{')).toEqual([
      'awspca_issuer_ready{kind="AWSPCAIssuer",namespace="ns",name="a"} 1',
    ]);
  });

  test('what is only known when it is asked for is asked for at each scrape', async () => {
    const { registry, aws } = createMetrics({ process: false });
    const scope = { service: 'acm-pca', operation: 'IssueCertificate', account: '1', region: 'r' };
    let calls = 6;
    aws.onCollect(() => aws.waiting.set(scope, calls++));
    await registry.metrics();
    expect(await scrape(registry, 'awspca_aws_api_calls_waiting{')).toEqual([
      'awspca_aws_api_calls_waiting{service="acm-pca",operation="IssueCertificate",account="1",region="r"} 7',
    ]);
  });

  test('a queue has buckets from 10 ns to 1000 s', async () => {
    const { registry, controller } = createMetrics({ process: false });
    controller.queue.workDuration.observe({ name: 'q', controller: 'q' }, 1);
    const bounds = (await scrape(registry, 'workqueue_work_duration_seconds_bucket')).map(
      (line) => /le="([^"]+)"/.exec(line)?.[1],
    );
    const expected = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000].map(String);
    expect(bounds).toEqual([...expected, '+Inf']);
  });

  test('the process itself is measured, event-loop lag included', async () => {
    const { registry } = createMetrics();
    const names = ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'];
    for (const name of names) expect(await scrape(registry, `${name} `)).toHaveLength(1);
  });

  test('two registries live side by side', () => {
    expect(() => [createMetrics({ process: false }), createMetrics({ process: false })]).not.toThrow();
  });
});

describe('a controller that is scraped', () => {
  test('tells what it did, and how old its runs in flight are at that moment', async () => {
    const metrics = createMetrics({ process: false });
    const shape: ControllerMetrics = metrics.controller;
    const clock = new FakeClock();
    const controller = createController({
      name: 'things',
      concurrency: 2,
      reconcile: (key) => (key === 'slow' ? new Promise(() => undefined) : Promise.resolve({})),
      clock,
      random: () => 0,
      logger: createMemoryLogger(),
      createId: () => 'id',
      metrics: shape,
    });
    void controller.run(new AbortController().signal);
    controller.enqueue('slow');
    controller.enqueue('fast');
    await settle();
    await clock.advance(3000);
    const { registry } = metrics;
    const labels = '{name="things",controller="things"}';
    expect(await scrape(registry, 'workqueue_unfinished_work_seconds{')).toEqual([
      `workqueue_unfinished_work_seconds${labels} 3`,
    ]);
    expect(await scrape(registry, 'workqueue_longest_running')).toEqual([
      `workqueue_longest_running_processor_seconds${labels} 3`,
    ]);
    expect(await scrape(registry, 'controller_runtime_reconcile_total{')).toEqual([
      'controller_runtime_reconcile_total{controller="things",result="success"} 1',
      'controller_runtime_reconcile_total{controller="things",result="error"} 0',
      'controller_runtime_reconcile_total{controller="things",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="things",result="requeue_after"} 0',
    ]);
    expect(await scrape(registry, 'controller_runtime_active_workers')).toEqual([
      'controller_runtime_active_workers{controller="things"} 1',
    ]);
  });
});
