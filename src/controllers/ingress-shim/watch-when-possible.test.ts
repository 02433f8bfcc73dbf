import { expect, test } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { createMemoryLogger } from '../../../test/support/memory-logger.ts';
import { ScriptedKubeClient } from '../../../test/support/scripted-kube-client.ts';
import { gateways } from '../../api/gateway.ts';
import type { KubeClient } from '../../kube/client.ts';
import { watchWhenPossible } from './watch-when-possible.ts';

interface Review {
  readonly spec: { readonly resourceAttributes: { readonly verb: string } };
}

/** An API server that serves and allows what the test says. */
class Cluster extends ScriptedKubeClient {
  served: readonly string[] = [];
  allowed: readonly string[] = [];
  failure: Error | undefined;
  asked = 0;

  override readonly servedResources = (async () => {
    this.asked += 1;
    if (this.failure) throw this.failure;
    return new Set(this.served);
  }) as never;
  override readonly create = (async (_: unknown, __: unknown, { spec }: Review) => ({
    status: { allowed: this.allowed.includes(spec.resourceAttributes.verb) },
  })) as never;
}

function start(state: Partial<Pick<Cluster, 'served' | 'allowed' | 'failure'>> = {}, level: 'info' | 'warn' = 'info') {
  const cluster = Object.assign(new Cluster(), state);
  const [clock, logger, stop] = [new FakeClock(), createMemoryLogger(), new AbortController()];
  const running = { count: 0 };
  const run = (signal: AbortSignal): Promise<void> => {
    running.count += 1;
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  };
  const needs = ['list', 'watch'].map((verb) => ({ verb, group: gateways.group, resource: gateways.plural }));
  const ended = watchWhenPossible(
    {
      ...{ client: cluster as KubeClient, resource: gateways, informer: { run }, needs, mayBeAbsent: true, level },
      ...{ clock, random: () => 0.5, logger },
    },
    stop.signal,
  );
  const lines = (): string[] => logger.lines.map((line) => line.level);
  return { cluster, clock, logger, stop, running, ended, lines };
}

test('waits for the kind, then for the permissions, says each once, and starts', async () => {
  const { cluster, clock, logger, running, stop, ended } = start();
  await clock.advance(600_000);
  expect(logger.lines).toEqual([
    expect.objectContaining({ level: 'info', resource: 'gateways.gateway.networking.k8s.io' }),
  ]);
  expect(cluster.asked).toBe(11);
  cluster.served = ['gateways'];
  cluster.allowed = ['list'];
  await clock.advance(600_000);
  expect(logger.lines).toHaveLength(2);
  expect(logger.lines[1]).toMatchObject({
    level: 'info',
    rules: ['- {apiGroups: ["gateway.networking.k8s.io"], resources: ["gateways"], verbs: ["watch"]}'],
  });
  expect(running.count).toBe(0);
  cluster.allowed = ['list', 'watch'];
  await clock.advance(60_000);
  expect(running.count).toBe(1);
  stop.abort();
  await ended;
});

test('a missing permission is a warning where the shim is to do everything', async () => {
  const { clock, lines, stop, ended } = start({ served: ['gateways'] }, 'warn');
  await clock.advance(600_000);
  expect(lines()).toEqual(['warn']);
  stop.abort();
  await ended;
});

test('an API server that does not answer is asked again soon', async () => {
  const { cluster, clock, running, lines, stop, ended } = start({ failure: new Error('no answer') });
  await clock.advance(5_000);
  expect(lines()).toEqual(['warn']);
  Object.assign(cluster, { failure: undefined, served: ['gateways'], allowed: ['list', 'watch'] });
  await clock.advance(30_000);
  expect(running.count).toBe(1);
  stop.abort();
  await ended;
});

test('ends while it waits', async () => {
  const { clock, running, stop, ended } = start();
  await clock.advance(1_000);
  stop.abort();
  await ended;
  expect(running.count).toBe(0);
});
