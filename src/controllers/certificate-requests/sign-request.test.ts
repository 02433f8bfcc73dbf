import { beforeEach, describe, expect, test } from '@jest/globals';
import type { SpecifiedRequest } from '../../api/certificate-request.ts';
import {
  approved,
  certificateRequest,
  csrText,
  denied,
  startTime,
  withAnnotations,
  withMetadata,
} from '../../../test/support/builders.ts';
import { apiError } from '../../../test/support/fake-kube-api.ts';
import { RequestBench } from '../../../test/support/request-bench.ts';
import { begun, foreign, issued, rejected, retry, ScriptedSigner } from '../../../test/support/scripted-signer.ts';
import { certificateArnAnnotation, issuanceAnnotation, readRecord, toAnnotations } from './issuance-record.ts';

const start = Date.parse(startTime);
const kind = 'issuer_kind=AWSPCAIssuer';
const request = certificateRequest('cr1', approved());

let bench: RequestBench;
beforeEach(() => {
  bench = new RequestBench();
  bench.put(request);
});

/** What is kept on the request by now. */
const record = (of: SpecifiedRequest = request) => readRecord(bench.api.current(of), bench.clock.now());

const issuedText = 'True Issued: certificate issued';

describe('the call', () => {
  test('is made for the request as it is, reckoned from its approval', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    await bench.clock.advance(1_500);
    await bench.run(request);
    const signingRequest = { uid: 'uid-of-cr1', csrPem: csrText, durationMs: undefined, isCA: false, usages: [] };
    expect(bench.signer.calls).toEqual([
      { verb: 'begin', request: signingRequest, attempt: { number: 1, baseMs: start } },
      { verb: 'collect', request: signingRequest, reference: 'arn' },
    ]);
  });

  test('is kept on the request before, when it comes long after the approval', async () => {
    bench.signer.onBegin(() => {
      expect(record()).toEqual({ attempt: { number: 1, baseMs: start + 90_000 }, reference: undefined });
      return begun('arn');
    });
    bench.signer.onCollect(issued);
    await bench.clock.advance(90_400);
    await bench.run(request);
    expect(bench.writes).toEqual(['merge annotations', 'merge annotations', 'replace status']);
    expect(bench.signer.attempts).toEqual([{ number: 1, baseMs: start + 90_000 }]);
    expect(bench.ready(request)).toBe(issuedText);
  });

  test('is not made when that could not be kept', async () => {
    await bench.clock.advance(90_000);
    bench.api.failNext({ error: apiError(500, 'InternalError') });
    await expect(bench.run(request)).rejects.toMatchObject({ code: 500 });
    expect(bench.signer.calls).toEqual([]);
  });

  test('is repeated as it was while its outcome is unknown, for five minutes', async () => {
    const unknown = retry('network', { code: 'TimeoutError', outcomeUnknown: true, afterMs: 100_000 });
    bench.signer.onBegin(unknown, unknown, unknown, begun('arn')).onCollect(issued);
    for (let i = 0; i < 4; i++) {
      const { requeueAfterMs = 0 } = await bench.runFresh(request);
      await bench.clock.advance(requeueAfterMs);
    }
    const old = { number: 1, baseMs: start };
    expect(bench.signer.attempts).toEqual([old, old, old, { number: 2, baseMs: start + 300_000 }]);
  });

  test('is repeated as it was though the wall clock jumps an hour ahead', async () => {
    const unknown = retry('network', { code: 'TimeoutError', outcomeUnknown: true, afterMs: 1_000 });
    bench.signer.onBegin(unknown, begun('arn')).onCollect(issued);
    await bench.run(request);
    bench.clock.jumpWall(3_600_000);
    await bench.clock.advance(1_000);
    await bench.runFresh(request);
    expect(bench.signer.attempts).toEqual([
      { number: 1, baseMs: start },
      { number: 1, baseMs: start },
    ]);
  });

  test.each([
    ['is issued when that is taken', begun('arn'), /^True Issued/],
    ['fails when that is refused too', rejected('no such template.'), /^False Failed: no such template\.$/],
  ])('that is refused as a repetition is followed by another attempt, and %s', async (_, last, ready) => {
    const unknown = retry('network', { code: 'TimeoutError', outcomeUnknown: true });
    bench.signer.onBegin(unknown, rejected('other parameters.'), rejected('other parameters.'));
    for (let i = 0; i < 3; i++) {
      const { requeueAfterMs = 0 } = await bench.runFresh(request);
      await bench.clock.advance(Math.max(requeueAfterMs, 5_000));
    }
    expect(bench.ready(request)).toBe(
      'False Pending: other parameters. An earlier call may have been carried out, so it is asked again for five minutes.',
    );
    expect(new Set(bench.signer.attempts.map(({ number }) => number))).toEqual(new Set([1]));
    bench.signer.onBegin(last).onCollect(issued);
    await bench.clock.advance(300_000);
    await bench.runUntilContent(request, 60_000);
    expect(bench.signer.attempts.at(-1)?.number).toBe(2);
    expect(bench.ready(request)).toMatch(ready);
  });

  describe('whose repetition the issuer’s settings rule out by now', () => {
    const unknown = retry('network', { code: 'TimeoutError', outcomeUnknown: true, afterMs: 1_000 });
    const ruledOut = rejected('the template is another one now.');
    const waits =
      'False Pending: the template is another one now. An earlier call may have been carried out, so it is asked again for five minutes.';

    const ruleOutRepetition = async (): Promise<void> => {
      bench.signer.onBegin(unknown);
      await bench.run(request);
      bench.signer.onHeld(ruledOut);
      await bench.clock.advance(10_000);
      await bench.runFresh(request);
      expect(bench.ready(request)).toBe(waits);
    };

    test('is made all the same when they are mended in time, and finds what was bought', async () => {
      await ruleOutRepetition();
      bench.signer.onBegin(begun('arn')).onCollect(issued);
      await bench.clock.advance(60_000);
      await bench.runUntilContent(request, 10_000);
      expect(new Set(bench.signer.attempts.map(({ number }) => number))).toEqual(new Set([1]));
      expect(bench.ready(request)).toBe(issuedText);
    });

    test('fails the request once AWS would not recognise it any more', async () => {
      await ruleOutRepetition();
      bench.signer.onHeld(ruledOut);
      await bench.clock.advance(300_000);
      await bench.runFresh(request);
      expect(bench.ready(request)).toBe('False Failed: the template is another one now.');
    });

    test('waits for that also when another process kept the call before it made it', async () => {
      const annotations = toAnnotations(request, { attempt: { number: 1, baseMs: start }, reference: undefined });
      const kept = certificateRequest('cr1', approved(), withAnnotations(annotations));
      bench.put(kept);
      await bench.clock.advance(100_000);
      for (let i = 0; i < 3; i++) {
        bench.signer.onHeld(ruledOut);
        const { requeueAfterMs = 0 } = await bench.runFresh(kept);
        await bench.clock.advance(Math.max(requeueAfterMs, 5_000));
      }
      expect(bench.ready(kept)).toBe(waits);
    });
  });

  test('begins anew when all were refused for a minute', async () => {
    const refused = retry('AWS throttles', { afterMs: 40_000 });
    bench.signer.onBegin(refused, refused, begun('arn')).onCollect(issued);
    await bench.runUntilContent(request, 600_000);
    expect(bench.signer.attempts.map(({ number }) => number)).toEqual([1, 1, 2]);
    expect(bench.ready(request)).toBe(issuedText);
  });

  test('counts as made when the signer breaks down over it', async () => {
    bench.signer.onBegin(new Error('bug'), begun('arn')).onCollect(issued);
    await expect(bench.run(request)).rejects.toThrow('bug');
    await bench.clock.advance(120_000);
    await bench.run(request);
    expect(bench.signer.attempts).toEqual([
      { number: 1, baseMs: start },
      { number: 1, baseMs: start },
    ]);
  });
});

describe('the ARN', () => {
  test('is kept while the certificate is awaited, not before', async () => {
    let finishCollect: (() => void) | undefined;
    bench.signer.onBegin(begun('arn'));
    bench.signer.onCollect(() => new Promise((resolve) => (finishCollect = () => resolve(issued))));
    const run = bench.run(request);
    await bench.clock.advance(0);
    expect(record()).toEqual({ attempt: { number: 1, baseMs: start }, reference: 'arn' });
    expect(bench.ready(request)).toBeUndefined();
    finishCollect?.();
    await run;
    expect(bench.ready(request)).toBe(issuedText);
  });

  test('that cannot be kept does not keep the certificate waiting', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    bench.api.failNext({ error: apiError(500, 'InternalError') });
    await bench.run(request);
    expect(bench.ready(request)).toBe(issuedText);
    expect(bench.logger.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'the certificate ARN could not be kept on the request yet' }),
    );
  });

  test('that could not be kept is kept the next time', async () => {
    bench.signer.onBegin(begun('arn')).onCollect({ kind: 'pending', afterMs: 1_000 }, issued);
    bench.api.failNext({ error: apiError(500, 'InternalError') });
    await bench.runUntilContent(request, 5_000);
    expect(record()?.reference).toBe('arn');
    expect(bench.signer.verbs).toEqual(['begin', 'collect', 'collect']);
  });

  test('that was kept, though the answer got lost, delays the status by one conflict', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(issued, issued);
    bench.api.failNext({ error: apiError(504, 'Timeout'), carriedOut: true });
    await expect(bench.run(request)).rejects.toMatchObject({ code: 409 });
    await bench.runFresh(request);
    expect(bench.ready(request)).toBe(issuedText);
    expect(bench.signer.attempts).toHaveLength(1);
  });
});

describe('a process that took over', () => {
  test('goes on with the ARN that it finds, and buys nothing', async () => {
    bench.signer.onBegin(begun('arn')).onCollect({ kind: 'pending', afterMs: 1_000 });
    await bench.run(request);
    bench.restart();
    bench.signer.onCollect(issued);
    await bench.runFresh(request);
    expect(bench.ready(request)).toBe(issuedText);
    expect(bench.signer.verbs).toEqual(['begin', 'collect', 'collect']);
    expect(bench.billed.values.get(kind)).toBe(1);
    expect(bench.billingAvoided.values.get(kind)).toBe(1);
    expect(bench.issued.values.get(kind)).toBe(1);
  });

  test('repeats the call that may have been made, though its own is refused at first', async () => {
    await bench.clock.advance(90_000);
    bench.restart();
    bench.signer.onBegin(retry('AWS throttles', { afterMs: 2_000 }), begun('arn')).onCollect(issued);
    await bench.runUntilContent(request, 10_000);
    const first = { number: 1, baseMs: start };
    expect(bench.signer.attempts).toEqual([first, first]);
    expect(bench.writes).toEqual(['merge annotations', 'replace status']);
  });

  test('repeats the call that was kept before it', async () => {
    await bench.clock.advance(90_000);
    bench.signer.onBegin(new Error('killed'));
    await expect(bench.run(request)).rejects.toThrow('killed');
    bench.restart();
    await bench.clock.advance(200_000);
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    await bench.runFresh(request);
    expect(bench.signer.attempts).toEqual([
      { number: 1, baseMs: start + 90_000 },
      { number: 1, baseMs: start + 90_000 },
    ]);
  });
});

describe('an ARN on the request that is not its own', () => {
  const bound = toAnnotations(request, { attempt: { number: 1, baseMs: start }, reference: 'forged' });
  const stranger = (annotations: Record<string, string>) =>
    certificateRequest('cr1', approved(), withAnnotations(annotations));

  test('with a forged binding: is looked at once, then the request is signed', async () => {
    const forged = stranger(bound);
    bench.put(forged);
    bench.signer.onCollect(foreign('other key'), issued).onBegin(retry('busy'), begun('arn'));
    await bench.runUntilContent(forged, 5_000);
    expect(bench.signer.verbs).toEqual(['collect', 'begin', 'begin', 'collect']);
    expect(bench.ready(forged)).toBe(issuedText);
    expect(record(forged)?.reference).toBe('arn');
    expect(bench.billingAvoided.values.size).toBe(0);
  });

  test.each<[string, Record<string, string>]>([
    ['copied from another request', { ...bound, [issuanceAnnotation]: '{"uid":"other"}' }],
    ['with garbage for a binding', { ...bound, [issuanceAnnotation]: 'garbage' }],
  ])('%s: is not even looked at', async (_, annotations) => {
    const copied = stranger(annotations);
    bench.put(copied);
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    await bench.run(copied);
    expect(bench.signer.verbs).toEqual(['begin', 'collect']);
    expect(bench.ready(copied)).toBe(issuedText);
  });

  test('without a binding: is adopted if it turns out to be this request’s', async () => {
    const upgraded = stranger({ [certificateArnAnnotation]: 'old' });
    bench.put(upgraded);
    bench.signer.onAdopt(issued);
    await bench.run(upgraded);
    expect(bench.signer.calls).toMatchObject([{ verb: 'adopt', reference: 'old', requestedAtMs: start }]);
    expect(bench.ready(upgraded)).toBe(issuedText);
    expect(bench.writes).toEqual(['replace status']);
    expect(bench.billed.values.size).toBe(0);
    expect(bench.billingAvoided.values.get(kind)).toBe(1);
  });

  test('without a binding: is waited for while AWS still works on it', async () => {
    const upgraded = stranger({ [certificateArnAnnotation]: 'old' });
    bench.put(upgraded);
    bench.signer.onAdopt({ kind: 'pending', afterMs: 1_000 }, retry('busy'), issued);
    await bench.runUntilContent(upgraded, 5_000);
    expect(bench.signer.verbs).toEqual(['adopt', 'adopt', 'adopt']);
    expect(bench.ready(upgraded)).toBe(issuedText);
  });

  test('without a binding: is ignored if it is a stranger’s, looked at once', async () => {
    const forged = stranger({ [certificateArnAnnotation]: 'old' });
    bench.put(forged);
    bench.signer.onAdopt(foreign('other key')).onBegin(retry('busy'), begun('arn')).onCollect(issued);
    await bench.runUntilContent(forged, 5_000);
    expect(bench.signer.verbs).toEqual(['adopt', 'begin', 'begin', 'collect']);
    expect(record(forged)?.reference).toBe('arn');
  });
});

describe('what AWS issued is not what was asked for', () => {
  test('fails the request: nobody else than this process asked', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(foreign('other key'));
    await bench.run(request);
    expect(bench.ready(request)).toBe(
      'False Failed: AWS Private CA issued something else than was asked for: other key.',
    );
    expect(bench.signer.attempts).toHaveLength(1);
  });

  test('does not fail the request where AWS finds nothing at all: it is asked again by the same call', async () => {
    const lost = { ...foreign('AWS does not know it'), isUnknown: true } as const;
    bench.signer.onBegin(begun('arn'), begun('arn')).onCollect(issued, lost, issued);
    bench.api.failNext(undefined, { error: apiError(409, 'Conflict') });
    await expect(bench.run(request)).rejects.toMatchObject({ code: 409 });
    await bench.runFresh(request);
    expect(bench.ready(request)).toBe(issuedText);
    const [first, second] = bench.signer.attempts;
    expect(second).toEqual(first);
    expect([...bench.billed.values.values()]).toEqual([1]);
  });

  test('is asked for again when the issuer names another CA by now', async () => {
    bench.signer.onBegin(begun('arn of the old CA')).onCollect({ kind: 'pending', afterMs: 1_000 });
    await bench.run(request);
    const other = new ScriptedSigner().onCollect(foreign('not of this CA'), issued).onBegin(begun('arn of the new CA'));
    bench.findSigner = () => other;
    await bench.runFresh(request);
    expect(other.verbs).toEqual(['collect', 'begin', 'collect']);
    expect(bench.ready(request)).toBe(issuedText);
    expect(record()?.reference).toBe('arn of the new CA');
  });
});

test('what AWS recognises as a repetition is counted as bought once', async () => {
  bench.signer.onBegin(begun('arn')).onCollect({ kind: 'pending', afterMs: 1_000 });
  await bench.run(request);
  const renewed = new ScriptedSigner().onCollect(foreign('other key'), issued).onBegin(begun('arn'));
  bench.findSigner = () => renewed;
  await bench.runFresh(request);
  expect(renewed.verbs).toEqual(['collect', 'begin', 'collect']);
  expect(bench.billed.values.get(kind)).toBe(1);
});

describe('a request deleted midway', () => {
  const successor = certificateRequest('cr1', approved(), withMetadata({ uid: 'successor', resourceVersion: '7' }));
  const replace = (): void => bench.put(successor);

  test('before the attempt is kept: is not called for', async () => {
    await bench.clock.advance(90_000);
    bench.api.interludes.push(() => bench.api.remove(request));
    expect(await bench.run(request)).toEqual({});
    expect(bench.signer.calls).toEqual([]);
  });

  test('replaced before the attempt is kept: is not called for, and the successor is left alone', async () => {
    await bench.clock.advance(90_000);
    bench.api.interludes.push(() => bench.api.put(successor));
    expect(await bench.run(request)).toEqual({});
    expect(bench.signer.calls).toEqual([]);
    expect(bench.api.current(successor)).toEqual(successor);
  });

  test('while the attempt is kept, as the watch tells: is not called for', async () => {
    await bench.clock.advance(90_000);
    bench.api.interludes.push(() => bench.deliverDeletion(request));
    expect(await bench.run(request)).toEqual({});
    expect(bench.signer.calls).toEqual([]);
  });

  test('before the ARN is kept: nothing more is written', async () => {
    bench.signer.onBegin(() => {
      bench.api.remove(request);
      return begun('arn');
    });
    bench.signer.onCollect(issued);
    expect(await bench.run(request)).toEqual({});
    expect(bench.writes).toEqual(['merge annotations']);
    expect(await bench.run(request)).toEqual({});
    expect(bench.signer.calls).toHaveLength(2);
  });

  test('before the status is applied: that is all right', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    bench.api.interludes.push(
      () => undefined,
      () => bench.api.remove(request),
    );
    expect(await bench.run(request)).toEqual({});
    expect(bench.events.events).toEqual([]);
    expect(bench.issued.values.size).toBe(0);
  });

  test('and replaced before the status is applied: the successor does not get its certificate', async () => {
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    bench.api.interludes.push(() => undefined, replace);
    await expect(bench.run(request)).rejects.toMatchObject({ code: 409 });
    expect(bench.api.current(successor)).toEqual(successor);
    bench.signer.onBegin(rejected('the successor’s own')).onCollect(issued);
    await bench.runFresh(successor);
    expect(bench.ready(successor)).toBe('False Failed: the successor’s own');
  });

  test('or denied, as only the answer to the ARN tells: the certificate is not delivered', async () => {
    bench.approvalRequired = false;
    const unapproved = certificateRequest('cr1');
    bench.put(unapproved);
    bench.api.interludes.push(() => bench.api.put(certificateRequest('cr1', denied())));
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    expect(await bench.run(unapproved)).toEqual({});
    expect(bench.writes).toEqual(['merge annotations']);
    await bench.runFresh(unapproved);
    expect(bench.ready(unapproved)).toMatch(/^False Denied/);
  });

  test('or denied while the certificate is awaited: it is not delivered', async () => {
    bench.approvalRequired = false;
    const unapproved = certificateRequest('cr1');
    bench.put(unapproved);
    bench.signer.onBegin(begun('arn')).onCollect(() => {
      bench.put(certificateRequest('cr1', denied(), withMetadata({ resourceVersion: '9' })));
      return issued;
    });
    expect(await bench.run(unapproved)).toEqual({});
    await bench.run(unapproved);
    expect(bench.ready(unapproved)).toMatch(/^False Denied/);
  });
});

describe('a request that only waits', () => {
  test('for a permission or a turn writes no attempt, however long', async () => {
    await bench.clock.advance(90_000);
    bench.signer.onHeld(
      retry('its turn', { code: 'Pacing', afterMs: 100_000 }),
      retry('its turn', { code: 'Pacing', afterMs: 50 }),
    );
    await bench.run(request);
    await bench.clock.advance(100_000);
    await bench.run(request);
    expect(bench.writes.filter((write) => write.startsWith('merge'))).toEqual([]);
    expect(bench.signer.attempts).toEqual([]);
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    await bench.clock.advance(100);
    await bench.runFresh(request);
    // The attempt before the call, the ARN after it.
    expect(bench.writes.filter((write) => write.startsWith('merge'))).toHaveLength(2);
    expect(bench.signer.attempts.map(({ number }) => number)).toEqual([1]);
  });
});

test('the terms of begin reach collect, also in the next process', async () => {
  bench.signer.onBegin(begun('arn', 'the template of then')).onCollect({ kind: 'pending', afterMs: 100 });
  await bench.run(request);
  bench.restart();
  bench.signer.onCollect(issued);
  await bench.runFresh(request);
  const terms = bench.signer.calls.flatMap((call) => (call.verb === 'collect' ? [call.terms] : []));
  expect(terms).toEqual(['the template of then', 'the template of then']);
});

describe('without the lease', () => {
  test('nothing is called or written', async () => {
    bench.holdsLease = () => false;
    await bench.clock.advance(90_000);
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 500 });
    expect(bench.signer.calls).toEqual([]);
    expect(bench.writes).toEqual([]);
  });

  test('lost while the answer was under way, nothing more is called or written', async () => {
    const answers = [true, true, false];
    bench.holdsLease = () => answers.shift() ?? false;
    bench.signer.onBegin(begun('arn'));
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 500 });
    expect([bench.signer.verbs, bench.writes]).toEqual([['begin'], []]);
  });

  test.each([
    ['lost while the attempt was kept', [true, false]],
    ['got back right after', [true, false, true]],
  ])('%s, nothing is called, and the request comes again', async (_, answers) => {
    bench.holdsLease = () => answers.shift() ?? false;
    await bench.clock.advance(90_000);
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 500 });
    expect(bench.signer.calls).toEqual([]);
  });
});
