import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { approved, certificateRequest, withCsr, withMetadata, withSpec } from '../../../test/support/builders.ts';
import { BusyService } from '../../../test/support/busy-service.ts';
import { createRandom, ServiceQuota } from '../../../test/support/paced-service.ts';
import type { FakeClock } from '../../../test/support/fake-clock.ts';
import { createPcaBench } from '../../../test/support/pca-bench.ts';
import { RequestBench } from '../../../test/support/request-bench.ts';
import { formatInstant } from '../../api/instants.ts';
import type { SpecifiedRequest } from '../../api/certificate-request.ts';
import { keyOf } from '../../kube/objects.ts';
import { createController } from '../../runtime/controller.ts';
import type { Clock } from '../../system/clock.ts';

// A guard against hanging: ten minutes of many requests are simulated.
jest.setTimeout(300_000);

const minute = 60_000;
const rates = { IssueCertificate: 25, GetCertificate: 75, DescribeCertificateAuthority: 20 };

/** Timers that ring by the second: fewer steps to simulate, and a harder case for whoever is paced by them. */
const coarse = (clock: FakeClock): Clock => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  schedule: (delayMs, callback) => {
    const due = Math.ceil((clock.monotonic() + delayMs) / 1000) * 1000;
    return clock.schedule(due - clock.monotonic(), callback);
  },
});

/** The reconciler under its queue and the real signer with its pacing, by a clock that the test moves. */
class Simulation {
  readonly bench = new RequestBench();
  readonly clock = this.bench.clock;
  readonly service = new BusyService(this.clock);
  readonly requests = new Map<string, SpecifiedRequest>();
  readonly #random = createRandom(3);
  readonly #stop = new AbortController();
  readonly #pca = createPcaBench({ rates, clock: this.clock, api: this.service });
  readonly #controller = createController({
    name: 'certificaterequest',
    concurrency: 32,
    reconcile: (key) => this.#run(key),
    clock: coarse(this.clock),
    random: this.#random,
    logger: this.bench.logger,
    createId: () => 'id',
  });

  constructor() {
    this.bench.findSigner = () => this.#pca.signer;
    void this.#controller.run(this.#stop.signal);
  }

  create(count: number): void {
    for (let index = 0; index < count; index++) {
      const now = formatInstant(this.clock.now());
      const name = `request-${this.requests.size}`;
      const usages = withSpec({ usages: ['server auth'] });
      const created = withMetadata({ creationTimestamp: now });
      const request = certificateRequest(name, approved(now), withCsr(this.#pca.request.csrPem), usages, created);
      const key = keyOf(request.metadata);
      this.requests.set(key, request);
      this.bench.put(request);
      this.#controller.enqueue(key);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  get reasons(): Set<string | undefined> {
    return new Set([...this.requests.values()].map((request) => this.bench.ready(request)?.split(':')[0]));
  }

  #run(key: string) {
    const request = this.requests.get(key);
    if (!request) throw new Error(`no request ${key}`);
    return this.bench.runFresh(request);
  }
}

let simulation: Simulation;
beforeEach(() => {
  simulation = new Simulation();
});
afterEach(() => simulation.stop());

const issuedOnce = (): void => {
  const { service, requests, reasons, bench } = simulation;
  expect(reasons).toEqual(new Set(['True Issued']));
  expect(service.billed.size).toBe(requests.size);
  const granted = service.calls.filter(({ operation, throttled }) => operation === 'IssueCertificate' && !throttled);
  expect(granted).toHaveLength(requests.size);
  expect(bench.events.told.filter((told) => told.includes('Failed'))).toEqual([]);
};

describe('a service that throttles', () => {
  test.each([
    ['every call for ten minutes', 1, 10],
    ['nine calls of ten for ten minutes', 0.9, 10],
  ])('%s: no request fails, calls are few, and all is done soon after', async (_, share, minutes) => {
    const { service, clock } = simulation;
    const random = createRandom(5);
    service.isThrottled = () => clock.monotonic() <= minutes * minute && random() < share;
    simulation.create(200);
    for (let passed = 0; passed < minutes; passed++) {
      await clock.advance(minute);
      simulation.create(2);
    }
    expect(simulation.reasons).not.toContain('False Failed');
    if (share === 1) expect(service.billed.size).toBe(0);
    // Throttled for good, the rate is halved each second down to a sixteenth; what it wins back until the next throttle
    // is less than another sixteenth. So there is less than an eighth of the calls of the rate, and the first burst.
    for (const operation of ['IssueCertificate', 'GetCertificate'] as const) {
      const calls = service.calls.filter((call) => call.operation === operation);
      expect(calls.length).toBeLessThan((rates[operation] * minutes * 60) / 8 + rates[operation]);
    }
    // It takes 19 s until the rate is whole again, which bring 250 calls; who was sent away before comes in that time.
    await clock.advance(minute);
    issuedOnce();
  });
});

test('another client that uses up the quota for ten minutes leaves some of it, and all get through', async () => {
  const { service, clock } = simulation;
  const quota = new ServiceQuota(25);
  let otherAt = 0;
  service.isThrottled = (operation) => {
    if (operation !== 'IssueCertificate') return false;
    const now = clock.monotonic();
    for (; otherAt < Math.min(now, 10 * minute); otherAt += 20) quota.take(otherAt);
    return !quota.take(now);
  };
  simulation.create(200);
  for (let passed = 0; passed < 11; passed++) {
    await clock.advance(minute);
    if (passed < 10) simulation.create(10);
  }
  issuedOnce();
  expect(service.calls.filter(({ throttled }) => throttled).length).toBeLessThan((25 * 600) / 2);
});
