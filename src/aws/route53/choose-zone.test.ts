import { describe, expect, test } from '@jest/globals';
import { chooseZone, explainChoice } from './choose-zone.ts';
import type { HostedZone } from './route53-calls.ts';

const zone = (name: string, id: string, isPrivate = false): HostedZone => ({ id, name, isPrivate });

describe('the longest public zone, label by label', () => {
  const example = zone('example.com', 'ZLONG');
  const deep = zone('b.example.com', 'ZDEEP');

  test.each<[string, string, readonly HostedZone[], string]>([
    ['credentials 53: of two parents the longer', 'a.b.example.com', [example, deep], 'ZDEEP'],
    ['whatever their order', 'a.b.example.com', [deep, example], 'ZDEEP'],
    ['credentials 54: not the private twin', 'a.example.com', [zone('example.com', 'ZPRIV', true), example], 'ZLONG'],
    ['nor a longer private one', 'a.b.example.com', [example, zone('b.example.com', 'ZPRIV', true)], 'ZLONG'],
    ['credentials 56: the apex itself', 'example.com', [example, deep], 'ZLONG'],
    ['spelled otherwise', 'WWW.Example.com.', [example], 'ZLONG'],
    ['a whole top-level domain', 'www.example.com', [zone('com', 'ZTOP')], 'ZTOP'],
  ])('%s', (_, name, zones, id) => expect(chooseZone(name, zones)).toMatchObject({ kind: 'zone', zone: { id } }));
});

describe('there is none', () => {
  test('credentials 57: a name that only ends alike', () =>
    expect(chooseZone('www.example.com', [zone('ample.com', 'Z1')])).toEqual({ kind: 'none', privateNames: [] }));

  test('credentials 55: a private one alone', () => {
    const choice = chooseZone('www.example.com', [zone('example.com', 'Z1', true), zone('example.com', 'Z2', true)]);
    expect(choice).toEqual({ kind: 'none', privateNames: ['example.com'] });
    expect(explainChoice('www.example.com', '111122223333', choice as Exclude<typeof choice, { kind: 'zone' }>)).toBe(
      'zone not found in Route 53 for domain www.example.com: account 111122223333 has no public hosted zone for it or for ' +
        'a parent of it; example.com is there as a private zone only. Create the zone, or set role to one of the account ' +
        'that has it.',
    );
  });
});

test('of several public zones with the longest name nobody can tell', () => {
  const choice = chooseZone('www.example.com', [
    zone('example.com', 'Z2'),
    zone('example.com', 'Z1'),
    zone('com', 'Z3'),
  ]);
  expect(choice).toMatchObject({ kind: 'ambiguous' });
  expect(explainChoice('www.example.com', '111122223333', choice as Exclude<typeof choice, { kind: 'zone' }>)).toBe(
    'account 111122223333 has 2 public hosted zones named example.com (Z1, Z2): set hostedZoneID to the one that the domain ' +
      'is delegated to.',
  );
});
