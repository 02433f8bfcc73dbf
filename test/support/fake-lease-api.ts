import type { KubeClient, WatchEvent } from '../../src/kube/client.ts';
import { ApiError, TransportError } from '../../src/kube/errors.ts';
import type { Lease, LeaseSpec } from '../../src/runtime/lease.ts';
import type { FakeClock } from './fake-clock.ts';

type Verb = 'get' | 'create' | 'replace' | 'watch';
/** What happens to calls in place of an answer: nothing until their deadline, or an error. */
type Fault = 'hang' | Error;

/** An API server that knows a single Lease, with optimistic concurrency and a watch. */
export interface FakeLeaseApi {
  readonly client: KubeClient;
  readonly calls: Verb[];
  readonly spec: LeaseSpec | undefined;
  /** Changes the lease behind everybody's back; `undefined` deletes it. */
  set(spec: LeaseSpec | undefined): void;
  /** From now on, calls of these verbs meet this fault; without one they work again. */
  fail(verbs: readonly Verb[], fault?: Fault): void;
}

const metadata = { namespace: 'ns', name: 'lock', uid: 'uid', creationTimestamp: '2026-01-01T00:00:00Z' };

export function createFakeLeaseApi(clock: FakeClock): FakeLeaseApi {
  const calls: Verb[] = [];
  const faults = new Map<Verb, Fault>();
  const watchers = new Set<(event: WatchEvent<Lease>) => void>();
  let lease: Lease | undefined;
  let version = 0;

  function store(spec: LeaseSpec): Lease {
    lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...metadata, resourceVersion: String(++version) },
      spec,
    };
    for (const tell of watchers) tell({ type: 'MODIFIED', object: lease });
    return lease;
  }

  async function meetFault(verb: Verb, options: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<void> {
    calls.push(verb);
    options.signal?.throwIfAborted();
    const fault = faults.get(verb);
    if (fault instanceof Error) throw fault;
    if (fault === 'hang') await hang(clock, options);
  }

  async function* watch(signal: AbortSignal | undefined): AsyncGenerator<WatchEvent<Lease>> {
    await meetFault('watch', signal && { signal });
    const events: WatchEvent<Lease>[] = lease ? [{ type: 'ADDED', object: lease }] : [];
    let wake = (): void => undefined;
    const tell = (event: WatchEvent<Lease>): void => {
      events.push(event);
      wake();
    };
    watchers.add(tell);
    signal?.addEventListener('abort', () => wake());
    try {
      while (!signal?.aborted) {
        for (let event = events.shift(); event; event = events.shift()) yield event;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      watchers.delete(tell);
    }
  }

  const client: Record<Verb, unknown> = {
    get: async (_resource: unknown, _name: unknown, options?: object) => {
      await meetFault('get', options);
      return lease ?? Promise.reject(status(404, 'NotFound'));
    },
    create: async (_resource: unknown, _namespace: unknown, body: Lease, options?: object) => {
      await meetFault('create', options);
      if (lease) throw status(409, 'AlreadyExists');
      return store(body.spec ?? {});
    },
    replace: async (_resource: unknown, _name: unknown, body: Lease, options?: object) => {
      await meetFault('replace', options);
      if (!lease) throw status(404, 'NotFound');
      if (lease.metadata.resourceVersion !== body.metadata.resourceVersion) throw status(409, 'Conflict');
      return store(body.spec ?? {});
    },
    watch: (_resource: unknown, options: { signal?: AbortSignal }) => watch(options.signal),
  };

  return {
    client: client as unknown as KubeClient,
    calls,
    get spec() {
      return lease?.spec;
    },
    set(spec) {
      if (spec) store(spec);
      else if (lease) for (const tell of watchers) tell({ type: 'DELETED', object: lease });
      if (!spec) lease = undefined;
    },
    fail(verbs, fault) {
      for (const verb of verbs)
        if (fault) faults.set(verb, fault);
        else faults.delete(verb);
    },
  };
}

const status = (code: number, reason: string): ApiError => new ApiError({ code, reason, message: reason });

function hang(
  clock: FakeClock,
  { signal, timeoutMs = 30_000 }: { signal?: AbortSignal; timeoutMs?: number },
): Promise<never> {
  return new Promise((_resolve, reject) => {
    clock.schedule(timeoutMs, () => reject(new TransportError('TIMEOUT', 'no answer')));
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
