import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  approved,
  certificateRequest,
  startTime,
  withRequestStatus,
  withSpec,
} from '../../../test/support/builders.ts';
import { apiError } from '../../../test/support/fake-kube-api.ts';
import { RequestBench } from '../../../test/support/request-bench.ts';
import { begun, certificate, issued, rejected, retry, ScriptedSigner } from '../../../test/support/scripted-signer.ts';

const request = certificateRequest('cr1', approved());
const pending = (afterMs: number) => ({ kind: 'pending' as const, afterMs });
const kind = 'issuer_kind=AWSPCAIssuer';

let bench: RequestBench;
beforeEach(() => {
  bench = new RequestBench();
  bench.put(request);
});

describe('issued', () => {
  beforeEach(() => {
    bench.signer.onBegin(begun('arn')).onCollect(issued);
  });

  test('in one pass: one annotation patch, one status write, one event, no read', async () => {
    expect(await bench.run(request)).toEqual({});
    expect(bench.writes).toEqual(['merge annotations', 'replace status']);
    expect(bench.events.told).toEqual(['Normal Issued: certificate issued']);
    expect(bench.signer.verbs).toEqual(['begin', 'collect']);
  });

  test('certificate, ca and Ready in the same write, and what the approver said as it was', async () => {
    await bench.run(request);
    const { write, options } = bench.api.writes[1] ?? {};
    expect(options).toMatchObject({ fieldManager: 'aws-privateca-issuer', subresource: 'status' });
    expect(write?.body).toMatchObject({
      metadata: { name: 'cr1', namespace: 'team', uid: 'uid-of-cr1' },
      status: {
        certificate: Buffer.from(certificate.chainPem).toString('base64'),
        ca: Buffer.from(certificate.caPem).toString('base64'),
        conditions: [{ type: 'Approved' }, { type: 'Ready', status: 'True', reason: 'Issued' }],
      },
    });
    expect(bench.status(request)?.conditions?.map(({ type }) => type)).toEqual(['Approved', 'Ready']);
  });

  test('with notices: one Normal event each, after the one that it is issued, and never twice', async () => {
    bench = new RequestBench();
    bench.put(request);
    const notices = [
      { reason: 'TemplateOverrides', message: 'no client auth' },
      { reason: 'ValidityClamped', message: 'until later' },
    ];
    const noted = { kind: 'issued' as const, ...certificate, notices };
    bench.signer.onBegin(begun('arn')).onCollect(noted, noted);
    bench.api.failNext(undefined, { error: apiError(503, 'ServiceUnavailable') });
    await expect(bench.run(request)).rejects.toMatchObject({ code: 503 });
    expect(bench.events.told).toEqual([]);
    await bench.runFresh(request);
    await bench.runFresh(request);
    expect(bench.events.told).toEqual([
      'Normal Issued: certificate issued',
      'Normal TemplateOverrides: no client auth',
      'Normal ValidityClamped: until later',
    ]);
  });

  test('is counted, and done: the watch may still show the old state', async () => {
    await bench.run(request);
    expect(await bench.run(request)).toEqual({});
    expect(bench.writes).toHaveLength(2);
    expect(bench.signer.calls).toHaveLength(2);
    expect([...bench.issued.values]).toEqual([[kind, 1]]);
    expect([...bench.billed.values]).toEqual([[kind, 1]]);
    expect([...bench.billingAvoided.values]).toEqual([]);
  });

  test.each([
    ['refused', { error: apiError(503, 'ServiceUnavailable') }],
    ['in conflict with another write', { error: apiError(409, 'Conflict') }],
    ['carried out, but the answer lost', { error: apiError(504, 'Timeout'), carriedOut: true }],
  ])('a status write that was %s is repeated without a second begin', async (_, fault) => {
    bench.signer.onCollect(issued);
    bench.api.failNext(undefined, fault);
    await expect(bench.run(request)).rejects.toBe(fault.error);
    expect(bench.issued.values.size).toBe(0);
    await bench.runFresh(request);
    expect(bench.ready(request)).toBe('True Issued: certificate issued');
    expect(bench.signer.verbs.filter((verb) => verb === 'begin')).toHaveLength(1);
  });

  test('a status that the schema refuses is a fault that is told, not a request that is gone', async () => {
    bench.api.failNext(undefined, { error: apiError(422, 'Invalid', 'status.certificate') });
    await expect(bench.run(request)).rejects.toMatchObject({ code: 422 });
    bench.signer.onCollect(issued);
    await bench.runFresh(request);
    expect(bench.ready(request)).toBe('True Issued: certificate issued');
  });
});

describe('rejected', () => {
  test('fails the request with failureTime in the same write', async () => {
    bench.signer.onBegin(rejected('no such template'));
    expect(await bench.run(request)).toEqual({});
    expect(bench.ready(request)).toBe('False Failed: no such template');
    expect(bench.status(request)?.failureTime).toBe(startTime);
    expect(bench.events.told).toEqual(['Warning Failed: no such template']);
    expect(bench.writes).toEqual(['replace status']);
    expect(bench.faults).toEqual([]);
  });

  test('also when the certificate turns out wrong', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(rejected('wrong usages'));
    await bench.run(request);
    expect(bench.ready(request)).toBe('False Failed: wrong usages');
    expect(bench.billed.values.get(kind)).toBe(1);
  });

  test('a duration that cannot be, without asking the signer', async () => {
    const endless = certificateRequest('cr1', approved(), withSpec({ duration: 'for ever' }));
    bench.put(endless);
    await bench.run(endless);
    expect(bench.ready(endless)).toMatch(/^False Failed: spec.duration "for ever" must be a duration/);
    expect(bench.signer.calls).toEqual([]);
  });
});

describe('pending', () => {
  const waiting = 'False Pending: waiting for certificate to be issued';

  test('for up to five seconds is nobody’s business', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(pending(2_000), pending(3_000), issued);
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 2_000 });
    await bench.clock.advance(2_000);
    expect(await bench.runFresh(request)).toEqual({ requeueAfterMs: 3_000 });
    await bench.clock.advance(3_000);
    await bench.runFresh(request);
    expect(bench.writes).toEqual(['merge annotations', 'replace status']);
    expect(bench.events.told).toEqual(['Normal Issued: certificate issued']);
  });

  test('for longer is said, once', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(pending(4_000), pending(4_000), pending(15_000), issued);
    await bench.runUntilContent(request, 60_000);
    expect(bench.events.told).toEqual([waiting.replace('False', 'Normal'), 'Normal Issued: certificate issued']);
    expect(bench.writes).toEqual(['merge annotations', 'replace status', 'replace status']);
  });

  test('is a wait of its own, not the end of the wait for the order to be taken', async () => {
    bench.signer.onBegin(retry('busy', { afterMs: 4_000 }), begun('arn')).onCollect(pending(4_000), issued);
    await bench.runUntilContent(request, 60_000);
    expect(bench.events.told).toEqual(['Normal Issued: certificate issued']);
  });

  test('looks no earlier than the signer asked for, whatever wakes the request', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(pending(1_000), issued);
    await bench.run(request);
    await bench.clock.advance(400);
    expect(await bench.runFresh(request)).toEqual({ requeueAfterMs: 600 });
    expect(bench.signer.calls).toHaveLength(2);
    await bench.clock.advance(600);
    await bench.runFresh(request);
    expect(bench.ready(request)).toMatch(/^True/);
  });
});

describe('retry', () => {
  test('grows from half a second to a minute, and says why after five seconds, once', async () => {
    bench.signer.onBegin(...Array.from({ length: 10 }, () => retry('AWS throttles')));
    const waits: (number | undefined)[] = [];
    const told: boolean[] = [];
    for (let i = 0; i < 10; i++) {
      const { requeueAfterMs = 0 } = await bench.runFresh(request);
      waits.push(requeueAfterMs);
      told.push(bench.ready(request) !== undefined);
      await bench.clock.advance(requeueAfterMs);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(told.indexOf(true)).toBe(3);
    expect(bench.ready(request)).toBe('False Pending: AWS throttles');
    expect(bench.events.told).toEqual(['Normal Pending: AWS throttles']);
    expect(bench.writes.filter((write) => write === 'replace status')).toHaveLength(1);
    expect(bench.status(request)?.failureTime).toBeUndefined();
  });

  test('waits as long as the signer says', async () => {
    bench.signer.onBegin(retry('busy', { afterMs: 1_234.5 }));
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 1_235 });
  });

  test('does not grow by waits that the signer asked for', async () => {
    bench.signer.onBegin(retry('busy', { afterMs: 1_000 }), retry('busy', { afterMs: 1_000 }), retry('network'));
    await bench.run(request);
    await bench.clock.advance(1_000);
    await bench.run(request);
    await bench.clock.advance(1_000);
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 500 });
  });

  test('of the collection does not begin again', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(retry('network'), retry('network'), issued);
    await bench.runUntilContent(request, 10_000);
    expect(bench.signer.verbs).toEqual(['begin', 'collect', 'collect', 'collect']);
    expect(bench.billed.values.get(kind)).toBe(1);
  });

  test('says the new reason when it changes', async () => {
    bench.signer.onBegin(retry('one', { afterMs: 6_000 }), retry('two', { afterMs: 6_000 }));
    await bench.run(request);
    await bench.clock.advance(6_000);
    await bench.runFresh(request);
    expect(bench.ready(request)).toBe('False Pending: two');
  });
});

describe('waiting for the quota', () => {
  const pacing = (afterMs: number) => retry('it waits its turn', { code: 'Pacing', afterMs });

  test('is everyday for a minute', async () => {
    bench.signer.onBegin(pacing(30_000), pacing(30_000), pacing(1_000));
    await bench.run(request);
    await bench.clock.advance(30_000);
    await bench.runFresh(request);
    expect(bench.ready(request)).toBeUndefined();
    await bench.clock.advance(30_000);
    await bench.runFresh(request);
    expect(bench.ready(request)).toBe('False Pending: it waits its turn');
  });

  test('counts as one wait, however often the turn is asked for', async () => {
    bench.signer.onBegin(...Array.from({ length: 20 }, () => pacing(5_000)));
    await bench.runUntilContent(request, 54_000);
    expect(bench.ready(request)).toBeUndefined();
    await bench.runUntilContent(request, 10_000);
    expect(bench.ready(request)).toBe('False Pending: it waits its turn');
    await bench.runUntilContent(request, 20_000);
    expect(bench.events.told).toEqual(['Normal Pending: it waits its turn']);
  });

  test('does not take the place of a better reason at every turn', async () => {
    const turns = Array.from({ length: 5 }, () => [retry('AWS throttles', { afterMs: 30_000 }), pacing(1_000)]);
    bench.signer.onBegin(...turns.flat());
    for (let i = 0; i < 10; i++) {
      const { requeueAfterMs = 0 } = await bench.runFresh(request);
      await bench.clock.advance(requeueAfterMs);
    }
    expect(bench.signer.calls).toHaveLength(10);
    expect(bench.events.told).toEqual(['Normal Pending: AWS throttles']);
  });
});

describe('a wait of no time at all', () => {
  test.each([['pending', pending(0)] as const, ['retry', retry('busy', { afterMs: 0 })] as const])(
    '%s: the request is woken all the same',
    async (_, outcome) => {
      bench.signer.onBegin(begun('arn')).onCollect(outcome);
      expect(await bench.run(request)).toEqual({ requeueAfterMs: 1 });
    },
  );
});

describe('an issuer fault', () => {
  test.each([[true], [false]])('is reported (credentials refused: %s), and the request waits', async (refused) => {
    const fault = {
      kind: 'issuerFault',
      code: 'X',
      message: 'the CA is disabled',
      credentialsRefused: refused,
    } as const;
    bench.signer.onBegin(fault);
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 500 });
    expect(bench.faults).toEqual([['AWSPCAIssuer/team/issuer', refused]]);
    expect(bench.writes).toEqual([]);
  });
});

describe('blocked', () => {
  const blocked = { kind: 'blocked', code: 'AccessDenied', message: 'template T is denied', afterMs: 60_000 } as const;

  test('is said at once, and the issuer is left alone', async () => {
    bench.signer.onBegin(blocked);
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 60_000 });
    expect(bench.ready(request)).toBe('False Pending: template T is denied');
    expect(bench.faults).toEqual([]);
  });

  test('holds against everything that wakes the request, but not for another signer', async () => {
    bench.signer.onBegin(blocked);
    await bench.run(request);
    await bench.clock.advance(10_000);
    expect(await bench.runFresh(request)).toEqual({ requeueAfterMs: 50_000 });
    expect(bench.signer.calls).toHaveLength(1);
    const other = new ScriptedSigner().onBegin(begun('arn')).onCollect(issued);
    bench.findSigner = () => other;
    await bench.runFresh(request);
    expect(bench.ready(request)).toMatch(/^True/);
  });
});

describe('a failed attempt', () => {
  const gaveUp = { kind: 'attemptFailed', code: 'RequestFailedException', message: 'AWS gave up' } as const;

  test('is followed by another one, kept before its call', async () => {
    bench.signer.onBegin(begun('arn1'), begun('arn2')).onCollect(gaveUp, issued);
    await bench.runUntilContent(request, 10_000);
    expect(bench.signer.attempts.map(({ number }) => number)).toEqual([1, 2]);
    expect(bench.signer.calls.flatMap((call) => (call.verb === 'collect' ? [call.reference] : []))).toEqual([
      'arn1',
      'arn2',
    ]);
    expect(bench.writes).toEqual(['merge annotations', 'merge annotations', 'merge annotations', 'replace status']);
    expect(bench.ready(request)).toBe('True Issued: certificate issued');
  });

  test('is followed ever more slowly', async () => {
    bench.signer.onBegin(...[1, 2, 3, 4].map((n) => begun(`arn${n}`))).onCollect(gaveUp, gaveUp, gaveUp, gaveUp);
    const waits: (number | undefined)[] = [];
    for (let i = 0; i < 4; i++) {
      const { requeueAfterMs = 0 } = await bench.runFresh(request);
      waits.push(requeueAfterMs);
      await bench.clock.advance(requeueAfterMs);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000]);
  });

  test('is followed by another one by another process too', async () => {
    bench.signer.onBegin(begun('arn1')).onCollect(gaveUp);
    await bench.run(request);
    bench.restart();
    bench.signer.onCollect(gaveUp).onBegin(begun('arn2')).onCollect(issued);
    await bench.runUntilContent(request, 10_000);
    expect(bench.signer.attempts.map(({ number }) => number)).toEqual([1, 2]);
    expect(bench.ready(request)).toMatch(/^True/);
  });
});

test('what somebody else wrote in the status stays', async () => {
  const noted = certificateRequest('cr1', approved(), withRequestStatus({ ca: 'b3RoZXI=' }));
  bench.put(noted);
  bench.signer.onBegin(retry('later', { afterMs: 10_000 }));
  await bench.run(noted);
  expect(bench.status(noted)?.ca).toBe('b3RoZXI=');
});
