import { describe, expect, test } from '@jest/globals';
import { awsError } from '../../../test/support/pca-bench.ts';
import type { Consequence } from '../../aws/errors.ts';
import { HeldBack } from '../../aws/paced.ts';
import type { NameServersAnswer } from '../../aws/route53/name-servers.ts';
import type { GoneAnswer, PresentAnswer } from '../../aws/route53/route53-dns.ts';
import { CnameError, createCnameFollower, resolveCnameBy } from './follow-cname.ts';
import { createRoute53Solver } from './route53-solver.ts';

const name = '_acme-challenge.example.com';
const heldBack = new HeldBack(awsError('ChangeResourceRecordSets', 'Pacing', 'throttled'), 700);

/** Route 53 that answers everything in one way, and keeps what it was asked. */
function createDns(answer: PresentAnswer | GoneAnswer | Error) {
  const asked: string[] = [];
  const reply = async <T>(verb: string, where: string, value: string): Promise<T> => {
    asked.push(`${verb} ${where} ${value}`);
    if (answer instanceof Error) throw answer;
    return answer as T;
  };
  return {
    asked,
    presentTxt: (where: string, value: string) => reply<PresentAnswer>('present', where, value),
    removeTxt: (where: string, value: string) => reply<GoneAnswer>('remove', where, value),
  };
}
const present = (answer: PresentAnswer | Error) => createRoute53Solver({ dns: createDns(answer) }).present(name, 'v');
const remove = (answer: GoneAnswer | Error) => createRoute53Solver({ dns: createDns(answer) }).remove(name, 'v');
const noZone = { kind: 'noZone', code: 'ZoneNotFound', message: 'there is none.' } as const;

describe('present', () => {
  test.each([
    [{ kind: 'inSync', zoneId: 'Z1', written: true }, { kind: 'inSync' }],
    [
      { kind: 'pending', afterMs: 4_000, zoneId: 'Z1', written: true },
      { kind: 'pending', afterMs: 4_000 },
    ],
    [
      noZone,
      {
        kind: 'blocked',
        code: 'ZoneNotFound',
        afterMs: 60_000,
        message: `The record ${name} has no place: there is none.`,
      },
    ],
  ] as const)('%j', async (answer, expected) => expect(await present(answer)).toEqual(expected));

  test.each<[Consequence, string]>([
    ['throttled', 'retry'],
    ['transient', 'retry'],
    ['inProgress', 'retry'],
    ['failed', 'retry'],
    ['credentials', 'issuerFault'],
    ['denied', 'blocked'],
    ['request', 'blocked'],
    ['authority', 'blocked'],
    ['quota', 'blocked'],
  ])('%s is no end: %s', async (consequence, kind) =>
    expect(await present(awsError('ChangeResourceRecordSets', 'X', consequence))).toMatchObject({ kind, code: 'X' }),
  );

  test('waits for its turn', async () => expect(await present(heldBack)).toEqual({ kind: 'pending', afterMs: 700 }));

  test('does not swallow a fault of this program', async () =>
    expect(present(new TypeError('bug'))).rejects.toThrow('bug'));
});

describe('name servers', () => {
  const inSync = { kind: 'inSync', zoneId: 'Z1', written: true } as const;
  const looking = async (found: NameServersAnswer | Error, texts: readonly string[] = ['v']) => {
    const asked: string[] = [];
    const check = {
      ask: async (server: string, where: string) => {
        asked.push(`${server} ${where}`);
        return texts;
      },
      findNameServers: async (zoneId: string) => {
        asked.push(zoneId);
        if (found instanceof Error) throw found;
        return found;
      },
    };
    const solver = createRoute53Solver({ dns: createDns(inSync), findTarget: async () => 'b.test', check });
    await solver.present(name, 'v');
    return { asked, sight: await solver.look?.(name, 'v') };
  };

  test('of the zone are asked for the record where it was written', async () => {
    const { asked, sight } = await looking({ kind: 'nameServers', names: ['ns-1', 'ns-2'] });
    expect(sight).toEqual({ kind: 'seen' });
    expect(asked).toEqual(['Z1', 'ns-1 b.test', 'ns-2 b.test']);
  });

  test.each<[NameServersAnswer | Error, object]>([
    [
      { kind: 'nameServers', names: ['ns-1'] },
      { kind: 'pending', afterMs: 4_000 },
    ],
    [
      { kind: 'nameServers', names: [] },
      { kind: 'blocked', code: 'NoNameServers' },
    ],
    [
      { kind: 'pending', afterMs: 300 },
      { kind: 'pending', afterMs: 300 },
    ],
    [heldBack, { kind: 'pending', afterMs: 700 }],
    [
      awsError('GetHostedZone', 'AccessDenied', 'denied'),
      { kind: 'blocked', message: expect.stringContaining('cannot be asked for at its name servers') },
    ],
  ])('%j', async (found, expected) => expect((await looking(found, [])).sight).toMatchObject(expected));

  test('are not asked by default', async () => {
    const solver = createRoute53Solver({ dns: createDns(inSync) });
    await solver.present(name, 'v');
    expect(await solver.look?.(name, 'v')).toEqual({ kind: 'seen' });
  });
});

describe('remove', () => {
  test.each([
    [{ kind: 'gone' }, { kind: 'gone' }],
    [
      { kind: 'pending', afterMs: 300 },
      { kind: 'pending', afterMs: 300 },
    ],
    [noZone, { kind: 'gone' }],
    [heldBack, { kind: 'pending', afterMs: 700 }],
  ] as const)('%j', async (answer, expected) => expect(await remove(answer)).toEqual(expected));

  test('says what stands in the way', async () =>
    expect(remove(awsError('ChangeResourceRecordSets', 'AccessDenied', 'denied'))).rejects.toThrow('AccessDenied'));
});

describe('where the record belongs', () => {
  const zone: Readonly<Record<string, string>> = { [name]: 'a.other.test.', 'a.other.test': 'B.other.test' };
  const follow = createCnameFollower(async (each) => (zone[each] === undefined ? [] : [zone[each]]));

  test('is where the CNAMEs lead', async () => {
    const dns = createDns({ kind: 'inSync', zoneId: 'Z1', written: true });
    const solver = createRoute53Solver({ dns, findTarget: follow });
    await solver.present(name, 'v');
    await solver.remove(name, 'v');
    expect(dns.asked).toEqual(['present b.other.test v', 'remove b.other.test v']);
    expect(await follow('x.test')).toBe('x.test');
  });

  test('is where it was written, wherever the CNAMEs lead by now', async () => {
    const targets = ['one.test', 'two.test', 'two.test', 'three.test'].values();
    const dns = createDns({ kind: 'inSync', zoneId: 'Z1', written: true });
    const solver = createRoute53Solver({ dns, findTarget: async () => targets.next().value ?? '' });
    for (let i = 0; i < 3; i++) await solver.present(name, 'v');
    dns.asked.length = 0;
    await solver.remove(name, 'v');
    expect(dns.asked).toEqual(['remove one.test v', 'remove two.test v']);
    await solver.remove(name, 'v');
    expect(dns.asked.at(-1)).toBe('remove three.test v');
  });

  test('cannot be told of a circle: tried again', async () => {
    const circle = createCnameFollower(async () => [name]);
    const solver = createRoute53Solver({ dns: createDns(noZone), findTarget: circle });
    expect(await solver.present(name, 'v')).toMatchObject({ kind: 'retry', code: 'CNAME_LOOP' });
  });

  test.each(['ENODATA', 'ENOTFOUND'])('the resolver says %s: there is no CNAME', async (code) => {
    const resolver = { resolveCname: () => Promise.reject(Object.assign(new Error(code), { code })) };
    expect(await resolveCnameBy(resolver)('x.test')).toEqual([]);
  });

  test('the resolver fails: nobody can tell', async () => {
    const resolver = { resolveCname: () => Promise.reject(Object.assign(new Error('no'), { code: 'ETIMEOUT' })) };
    const error = await resolveCnameBy(resolver)('x.test').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CnameError);
    expect(error).toMatchObject({ code: 'ETIMEOUT' });
  });
});
