import { beforeEach, describe, expect, test } from '@jest/globals';
import { approved, certificateRequest, denied, startTime, withAnnotations } from '../../../test/support/builders.ts';
import { apiError } from '../../../test/support/fake-kube-api.ts';
import { RequestBench } from '../../../test/support/request-bench.ts';
import { begun, foreign, issued, rejected, retry, ScriptedSigner } from '../../../test/support/scripted-signer.ts';
import type { CollectOutcome } from '../../signers/signer.ts';
import { certificateArnAnnotation, orderUrlAnnotation, readRecord, toAnnotations } from './issuance-record.ts';

const url = 'https://acme.test/order/1';
const secondUrl = 'https://acme.test/order/2';
const terms = 'https://acme.test/acct/1';
const start = Date.parse(startTime);
const kind = 'issuer_kind=AWSPCAIssuer';
const request = certificateRequest('cr1', approved());
const issuedText = 'True Issued: certificate issued';
const pending: CollectOutcome = { kind: 'pending', afterMs: 1_000 };

let bench: RequestBench;
beforeEach(() => {
  bench = new RequestBench();
  bench.signer.buysAt = 'collect';
  bench.put(request);
});

const record = () => readRecord(bench.api.current(request), bench.clock.now());
const annotations = () => bench.api.current(request).metadata.annotations;

describe('an order, which costs nothing until it is collected', () => {
  test('is kept on the request before it is collected', async () => {
    bench.signer.onBegin(begun(url, terms)).onCollect(() => {
      expect(record()).toEqual({ attempt: { number: 1, baseMs: start }, reference: url, terms });
      expect(annotations()).toMatchObject({ [orderUrlAnnotation]: url });
      expect(annotations()).not.toHaveProperty([certificateArnAnnotation]);
      return issued;
    });
    await bench.run(request);
    expect(bench.ready(request)).toBe(issuedText);
    expect(bench.writes).toEqual(['merge annotations', 'replace status']);
    expect(bench.events.told).toHaveLength(1);
  });

  test('takes no write before it is placed, however long after the approval', async () => {
    bench.signer.onBegin(begun(url)).onCollect(issued);
    await bench.clock.advance(90_000);
    await bench.run(request);
    expect(bench.writes).toEqual(['merge annotations', 'replace status']);
  });

  test('that cannot be kept is not collected; once it can be, it is the same', async () => {
    bench.signer.onBegin(begun(url)).onCollect(issued);
    bench.api.failNext({ error: apiError(500, 'InternalError') });
    await expect(bench.run(request)).rejects.toMatchObject({ code: 500 });
    expect(bench.signer.verbs).toEqual(['begin']);
    await bench.run(request);
    expect(bench.signer.verbs).toEqual(['begin', 'collect']);
    expect(bench.ready(request)).toBe(issuedText);
  });

  test('is not collected when the request is gone, as the answer to the write tells', async () => {
    bench.signer.onBegin(begun(url));
    bench.api.interludes.push(() => bench.api.remove(request));
    expect(await bench.run(request)).toEqual({});
    expect(bench.signer.verbs).toEqual(['begin']);
  });

  test('is not collected when the request was denied meanwhile', async () => {
    bench.approvalRequired = false;
    const unapproved = certificateRequest('cr1');
    bench.put(unapproved);
    bench.signer.onBegin(begun(url));
    bench.api.interludes.push(() => bench.api.put(certificateRequest('cr1', denied())));
    expect(await bench.run(unapproved)).toEqual({});
    expect(bench.signer.verbs).toEqual(['begin']);
  });

  test('is not bought without the lease', async () => {
    bench.signer.onBegin(begun(url)).onCollect(issued);
    const answers = [true, true, true, false, false];
    bench.holdsLease = () => answers.shift() ?? true;
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 500 });
    expect(bench.signer.verbs).toEqual(['begin']);
    await bench.run(request);
    expect(bench.signer.verbs).toEqual(['begin', 'collect']);
  });

  test('is found again by another process, and no other is placed', async () => {
    bench.signer.onBegin(begun(url, terms)).onCollect(pending);
    await bench.run(request);
    bench.restart();
    bench.signer.onCollect(issued);
    await bench.runFresh(request);
    expect(bench.signer.verbs).toEqual(['begin', 'collect', 'collect']);
    expect(bench.signer.calls.at(-1)).toMatchObject({ reference: url, terms });
    expect(bench.ready(request)).toBe(issuedText);
  });

  test('counts as one certificate that was bought when it is there, found again or not', async () => {
    bench.signer.onBegin(begun(url)).onCollect(pending);
    await bench.run(request);
    expect(bench.billed.values.size).toBe(0);
    bench.restart();
    bench.signer.onCollect(issued);
    await bench.runFresh(request);
    expect(bench.billed.values.get(kind)).toBe(1);
    expect(bench.billingAvoided.values.size).toBe(0);
  });

  test('says what it waits for', async () => {
    bench.signer.onBegin(begun(url)).onCollect({ kind: 'pending', afterMs: 60_000, message: 'the moon' });
    await bench.run(request);
    expect(bench.ready(request)).toBe('False Pending: the moon');
  });
});

test('an order that is refused was never placed: it fails at once, though an earlier answer was lost', async () => {
  bench.signer.onBegin(retry('no answer', { outcomeUnknown: true }), rejected('no such name'));
  await bench.run(request);
  await bench.clock.advance(500);
  await bench.runFresh(request);
  expect(bench.ready(request)).toBe('False Failed: no such name');
});

describe('an order that died', () => {
  const died: CollectOutcome = {
    kind: 'attemptFailed',
    code: 'dns',
    message: 'It died.',
    afterMs: 30_000,
    checkIssuer: true,
  };

  test('is told at once, and the issuer checked; another one takes its place when the signer says', async () => {
    bench.signer.onBegin(begun(url), begun(secondUrl)).onCollect(died, issued);
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 30_000 });
    expect(bench.ready(request)).toBe('False Pending: It died.');
    expect(bench.faults).toEqual([['AWSPCAIssuer/team/issuer', false]]);
    await bench.clock.advance(30_000);
    await bench.runFresh(request);
    expect(bench.signer.verbs).toEqual(['begin', 'collect', 'begin', 'collect']);
    expect(annotations()).toMatchObject({ [orderUrlAnnotation]: secondUrl });
    expect(bench.ready(request)).toBe(issuedText);
  });

  test('does not concern the issuer unless the signer says so', async () => {
    bench.signer.onBegin(begun(url)).onCollect({ kind: 'attemptFailed', code: 'x', message: 'It died.' });
    await bench.run(request);
    expect(bench.faults).toEqual([]);
  });
});

describe('an order of somebody else', () => {
  test('on the request is ignored, and another one placed', async () => {
    const forged = certificateRequest(
      'cr1',
      approved(),
      withAnnotations(toAnnotations(request, { attempt: { number: 1, baseMs: start }, reference: url, terms })),
    );
    bench.put(forged);
    bench.signer.onCollect(foreign('not ours'), issued).onBegin(begun(secondUrl));
    await bench.run(forged);
    expect(bench.signer.verbs).toEqual(['collect', 'begin', 'collect']);
    expect(annotations()).toMatchObject({ [orderUrlAnnotation]: secondUrl });
  });

  test('that this process placed, and another one spoilt, is replaced: nobody fails for it', async () => {
    bench.signer.onBegin(begun(url), begun(secondUrl)).onCollect(foreign('other key'), issued);
    await bench.runUntilContent(request, 60_000);
    expect(bench.signer.verbs).toEqual(['begin', 'collect', 'begin', 'collect']);
    expect(bench.ready(request)).toBe(issuedText);
  });

  test('that always gives something else is replaced ever more rarely, in words: each may be paid for', async () => {
    const waits: unknown[] = [];
    for (let i = 0; i < 7; i++) {
      bench.signer.onBegin(begun(`${url}${i}`)).onCollect(foreign('it has the name b'));
      const { requeueAfterMs = 0 } = await bench.run(request);
      waits.push(requeueAfterMs / 1_000);
      await bench.clock.advance(requeueAfterMs);
    }
    expect(waits).toEqual([2, 60, 120, 240, 480, 900, 900]);
    expect(bench.ready(request)).toBe(
      'False Pending: The order came to nothing: it has the name b. Another one is placed, at first soon and then more and more rarely.',
    );
  });

  test('an ARN of an issuer of the other kind gives way to the order, for tools too', async () => {
    const attempted = { attempt: { number: 1, baseMs: start }, reference: 'arn:of:a:certificate' };
    const moved = certificateRequest('cr1', approved(), withAnnotations(toAnnotations(request, attempted)));
    bench.put(moved);
    bench.signer.onCollect(foreign('no order'), issued).onBegin(begun(url));
    await bench.run(moved);
    expect(annotations()).toMatchObject({ [orderUrlAnnotation]: url });
    expect(annotations()).not.toHaveProperty([certificateArnAnnotation]);
  });

  test('and an order gives way to the ARN of a private CA', async () => {
    const attempted = { attempt: { number: 1, baseMs: start }, reference: url };
    const moved = certificateRequest('cr1', approved(), withAnnotations(toAnnotations(request, attempted)));
    bench.put(moved);
    const privateSigner = new ScriptedSigner().onCollect(foreign('no certificate'), issued).onBegin(begun('arn:new'));
    bench.findSigner = () => privateSigner;
    await bench.run(moved);
    expect(annotations()).toMatchObject({ [certificateArnAnnotation]: 'arn:new' });
    expect(annotations()).not.toHaveProperty([orderUrlAnnotation]);
  });
});
