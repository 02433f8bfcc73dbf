import { expect, test } from '@jest/globals';
import { ingress } from '../../../test/support/shim-builders.ts';
import { ShimMemories } from './shim-memory.ts';
import type { ShimEvent } from './shim-plan.ts';

const key = 'Ingress/fruit/stall';
const stall = ingress('stall', ['pay-tls']);
const problem: ShimEvent = { type: 'Warning', reason: 'BadConfig', message: 'bad' };

test('a problem is news once for each state of the object', () => {
  const memories = new ShimMemories();
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

test('writes for one object draw apart, until there was a minute of calm', () => {
  const memories = new ShimMemories();
  expect(memories.msUntilWrite(key, 0)).toBe(0);
  const gaps: number[] = [];
  let now = 0;
  for (let write = 0; write < 7; write++) {
    memories.writes(key, stall, now);
    const gap = memories.msUntilWrite(key, now);
    gaps.push(gap);
    now += gap;
    expect(memories.msUntilWrite(key, now)).toBe(0);
  }
  expect(gaps).toEqual([1000, 2000, 4000, 8000, 16_000, 16_000, 16_000]);
  now += 60_001;
  memories.writes(key, stall, now);
  expect(memories.msUntilWrite(key, now)).toBe(1000);
});

test('who waits for a Certificate is found by its key, until the object waits for something else', () => {
  const memories = new ShimMemories();
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
  const memories = new ShimMemories();
  memories.waitFor(key, stall, []);
  expect(memories.size).toBe(0);
});

test('a refusal without a reason is noticed when the same patch meets it again', () => {
  const memories = new ShimMemories();
  expect(memories.wasUnclear(key, stall, 'fruit/pay-tls@1')).toBe(false);
  expect(memories.wasUnclear(key, stall, 'fruit/pay-tls@2')).toBe(false);
  expect(memories.wasUnclear(key, stall, 'fruit/pay-tls@2')).toBe(true);
});
