import { describe, expect, test } from '@jest/globals';
import { createRandom } from '../../test/support/paced-service.ts';
import { FairLine, type Place } from './fair-line.ts';

let arrivals = 0;
const placeOf = (claimant: string): Place => ({ claimant, ticket: `${claimant}${arrivals}`, number: arrivals++ });

/** A line with a call of each claimant that is named, in this order of arrival. */
function lineOf(claimants: string): { line: FairLine; places: Place[] } {
  const line = new FairLine();
  const places = Array.from(claimants, placeOf);
  places.forEach((place) => line.enter(place));
  return { line, places };
}

/** Serves who is first until nobody waits. */
function drain(line: FairLine, places: Place[]): string {
  let order = '';
  while (places.length > 0) {
    const [first] = places.toSorted((a, b) => line.rank(a) - line.rank(b));
    if (!first) break;
    line.serve(first);
    places.splice(places.indexOf(first), 1);
    order += first.claimant;
  }
  return order;
}

describe('FairLine', () => {
  test.each([
    ['one claimant', 'aaaa', 'aaaa'],
    ['two in blocks', 'aaaabbbb', 'abababab'],
    ['a long line and a single call', 'aaaaaaaab', 'abaaaaaaa'],
    ['three of different lengths', 'aaaabbc', 'abcabaa'],
  ])('%s', (_, arriving, served) => {
    const { line, places } = lineOf(arriving);
    expect(drain(line, places)).toBe(served);
  });

  test('ranks are a permutation, and stay so while calls come and go', () => {
    const random = createRandom(7);
    const { line, places } = lineOf('aaabbc');
    for (let step = 0; step < 500; step++) {
      const chosen = places[Math.floor(random() * places.length)];
      if (random() < 0.5 || !chosen) {
        const place = placeOf('abcdef'[Math.floor(random() * 6)] ?? 'a');
        line.enter(place);
        places.push(place);
      } else {
        if (random() < 0.5) line.serve(chosen);
        else line.leave(chosen);
        places.splice(places.indexOf(chosen), 1);
      }
      line.tidy();
      const ranks = places.map((place) => line.rank(place)).sort((a, b) => a - b);
      expect(ranks).toEqual(places.map((_place, index) => index));
      for (const claimant of 'abcdef') {
        const own = places.filter((place) => place.claimant === claimant);
        const byRank = own.toSorted((a, b) => line.rank(a) - line.rank(b));
        expect(byRank).toEqual(own.toSorted((a, b) => a.number - b.number));
      }
    }
  });

  test('who comes anew goes next but one, however much the others had before', () => {
    const { line, places } = lineOf('a'.repeat(100));
    for (let served = 0; served < 50; served++) line.serve(places.shift() as Place);
    const late = placeOf('b');
    line.enter(late);
    expect(line.rank(late)).toBeLessThanOrEqual(1);
  });

  test('who asked for nothing for a while is not paid back', () => {
    const { line, places } = lineOf(`${'a'.repeat(20)}b`);
    drain(line, places);
    const next = Array.from('aaabbb', placeOf);
    next.forEach((place) => line.enter(place));
    expect(drain(line, next)).toMatch(/^(ab){3}$|^(ba){3}$|^baabab$|^abbaba$/);
  });

  test('who left and comes back has its place again', () => {
    const { line, places } = lineOf('aaa');
    const [first, second] = places as [Place, Place];
    line.leave(first);
    expect(line.rank(second)).toBe(0);
    line.leave(first);
    line.enter(first);
    expect([line.rank(first), line.rank(second)]).toEqual([0, 1]);
  });
});
