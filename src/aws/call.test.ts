import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { Stopping } from '../system/stopping.ts';
import { createAwsCall } from './call.ts';

function createBench() {
  const clock = new FakeClock();
  const calls: object[] = [];
  const durations: [object, number][] = [];
  const metrics = {
    calls: { inc: (labels: object) => void calls.push(labels) },
    duration: { observe: (labels: object, seconds: number) => void durations.push([labels, seconds]) },
  };
  const stop = new AbortController();
  const call = createAwsCall(clock, metrics, { deadlineMs: 20_000, stopReading: stop.signal });
  return { clock, calls, durations, stop, call };
}
const labels = { service: 'acm-pca', operation: 'IssueCertificate' };

describe('createAwsCall', () => {
  test('counts and times a call that succeeds, and leaves no timer', async () => {
    const { call, clock, calls, durations } = createBench();
    const send = async () => {
      await clock.advance(1500);
      return 'arn';
    };
    await expect(call('acm-pca', 'IssueCertificate', send)).resolves.toBe('arn');
    expect(calls).toEqual([{ ...labels, code: 'OK' }]);
    expect(durations).toEqual([[labels, 1.5]]);
    expect(clock.pending).toBe(0);
  });

  test('types and counts a call that fails', async () => {
    const { call, clock, calls } = createBench();
    const send = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    await expect(call('acm-pca', 'IssueCertificate', send)).rejects.toMatchObject({ consequence: 'denied' });
    expect(calls).toEqual([{ ...labels, code: 'AccessDeniedException' }]);
    expect(clock.pending).toBe(0);
  });

  test('a send that throws before it returns a promise is a call that failed', async () => {
    const { call, calls } = createBench();
    const send = (): never => {
      throw new Error('odd');
    };
    await expect(call('acm-pca', 'IssueCertificate', send)).rejects.toMatchObject({ code: 'UnknownError' });
    expect(calls).toHaveLength(1);
  });

  test('gives up at the deadline, also what does not listen to the signal', async () => {
    const { call, clock, calls, durations } = createBench();
    const signals: AbortSignal[] = [];
    const pending = call('acm-pca', 'IssueCertificate', ({ abortSignal }) => {
      signals.push(abortSignal);
      return new Promise<never>(() => undefined);
    });
    const outcome = expect(pending).rejects.toMatchObject({
      code: 'TimeoutError',
      consequence: 'transient',
      refused: false,
    });
    await clock.advance(19_999);
    expect(calls).toEqual([]);
    await clock.advance(1);
    await outcome;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(calls).toEqual([{ ...labels, code: 'TimeoutError' }]);
    expect(durations).toEqual([[labels, 20]]);
  });
});

describe('where the process stops', () => {
  const never = (): Promise<never> => new Promise(() => undefined);

  test.each(['GetCertificate', 'DescribeCertificateAuthority', 'ListHostedZones', 'AssumeRole'])(
    '%s ends, its socket too, and is not begun any more',
    async (operation) => {
      const { call, clock, calls, stop } = createBench();
      const signals: AbortSignal[] = [];
      const outcome = expect(
        call('service', operation, async ({ abortSignal }) => {
          signals.push(abortSignal);
          return never();
        }),
      ).rejects.toBeInstanceOf(Stopping);
      stop.abort();
      await outcome;
      expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
      await expect(call('service', operation, never)).rejects.toBeInstanceOf(Stopping);
      expect(calls).toEqual([{ service: 'service', operation, code: 'Stopping' }]);
      expect(clock.pending).toBe(0);
    },
  );

  test.each(['IssueCertificate', 'CreateAcmeEndpoint', 'ChangeResourceRecordSets', 'RequestCertificate'])(
    '%s goes on to its answer',
    async (operation) => {
      const { call, calls, stop } = createBench();
      const answer = Promise.withResolvers<string>();
      const outcome = call('service', operation, () => answer.promise);
      stop.abort();
      answer.resolve('bought');
      expect(await outcome).toBe('bought');
      expect(calls).toEqual([{ service: 'service', operation, code: 'OK' }]);
    },
  );

  test('a call whose credentials were given up was not made, and says so', async () => {
    const { call, calls } = createBench();
    await expect(call('service', 'IssueCertificate', () => Promise.reject(new Stopping()))).rejects.toBeInstanceOf(
      Stopping,
    );
    expect(calls).toEqual([{ service: 'service', operation: 'IssueCertificate', code: 'Stopping' }]);
  });
});
