import { expect, test } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { certificate, ingress, wanted } from '../../../test/support/shim-builders.ts';
import { ShimMemories } from './shim-memory.ts';
import type { ShimEvent } from './shim-plan.ts';

const key = 'Ingress/fruit/stall';
const stall = ingress('stall', ['pay-tls']);
const problem: ShimEvent = { type: 'Warning', reason: 'BadConfig', message: 'bad' };

test('a problem is news once for each state of the object', () => {
  const memories = new ShimMemories(new FakeClock());
  const isNews = (object: typeof stall, told = problem): boolean => memories.isNews(key, object, told);
  expect(isNews(stall)).toBe(true);
  expect(isNews(stall)).toBe(false);
  expect(isNews(ingress('stall', ['pay-tls'], { resourceVersion: '2' }))).toBe(false);
  expect(isNews(stall, { ...problem, message: 'other' })).toBe(true);
  expect(isNews(ingress('stall', [], { annotations: { a: 'b' } }))).toBe(true);
  expect(isNews(ingress('stall', [], { annotations: { a: 'b' } }))).toBe(false);
  expect(isNews(ingress('stall', [], { annotations: { a: 'b' }, generation: 2 }))).toBe(true);
  expect(isNews(ingress('stall', [], { annotations: { a: 'b' }, generation: 2, uid: 'successor' }))).toBe(true);
});

test('a few writes for one object are at once, the rest of a storm 15 s apart', async () => {
  const clock = new FakeClock();
  const memories = new ShimMemories(clock);
  const gaps: number[] = [];
  for (let write = 0; write < 7; write++) {
    memories.writes(key, stall);
    const gap = memories.msUntilWrite(key);
    gaps.push(gap);
    await clock.advance(gap);
    expect(memories.msUntilWrite(key)).toBe(0);
  }
  expect(gaps).toEqual([0, 0, 0, 0, 15_000, 15_000, 15_000]);
});

test('an update that was overruled is not tried again for a while, unless it is another', async () => {
  const clock = new FakeClock();
  const memories = new ShimMemories(clock);
  const left = certificate('pay-tls', stall);
  const certificates = { existing: left, certificate: wanted('pay-tls', stall) };
  const update = { ...certificates, kind: 'update', event: problem } as const;
  expect(memories.msUntilTry(key, update)).toBe(0);
  memories.overruled(key, stall, left, update.certificate, 1000);
  expect(memories.msUntilTry(key, update)).toBe(1000);
  const newer = { ...left, metadata: { ...left.metadata, resourceVersion: '9' } };
  expect(memories.msUntilTry(key, { ...update, existing: newer })).toBe(1000);
  const changed = { ...left, metadata: { ...left.metadata, labels: { changed: 'yes' } } };
  expect(memories.msUntilTry(key, { ...update, existing: changed })).toBe(0);
  expect(memories.msUntilTry(key, { ...update, certificate: wanted('api-tls', stall) })).toBe(0);
  await clock.advance(1000);
  expect(memories.msUntilTry(key, update)).toBe(0);
});

test('who waits for a Certificate is found by its key, until the object waits for something else', () => {
  const memories = new ShimMemories(new FakeClock());
  const other = ingress('other', ['pay-tls']);
  memories.waitFor(key, stall, ['fruit/pay-tls', 'fruit/api-tls']);
  memories.waitFor('Ingress/fruit/other', other, ['fruit/pay-tls']);
  expect(memories.waitingFor('fruit/pay-tls')).toEqual([key, 'Ingress/fruit/other']);
  memories.waitFor(key, stall, ['fruit/api-tls']);
  expect(memories.waitingFor('fruit/pay-tls')).toEqual(['Ingress/fruit/other']);
  expect(memories.waitingFor('fruit/api-tls')).toEqual([key]);
  memories.forget(key);
  memories.forget('Ingress/fruit/other');
  expect(memories.waitingFor('fruit/pay-tls')).toEqual([]);
  expect(memories.waitingFor('fruit/api-tls')).toEqual([]);
  expect(memories.size).toBe(0);
});

test('nothing is kept of an object that needs nothing', () => {
  const memories = new ShimMemories(new FakeClock());
  memories.waitFor(key, stall, []);
  expect(memories.size).toBe(0);
});

test('a refusal without a reason is one when the same patch meets it three times', () => {
  const memories = new ShimMemories(new FakeClock());
  const versions = [1, 2, 2, 1, 1, 1];
  expect(versions.map((version) => memories.isUnclearForGood(key, stall, `fruit/pay-tls@${version}`))).toEqual([
    ...[false, false, false, false, false, true],
  ]);
});
