import { expect, test } from '@jest/globals';
import type { AcmCalls } from '../../aws/acm/acm-calls.ts';
import { HeldBack } from '../../aws/paced.ts';
import { ResumedReads } from './resumed-reads.ts';

/** As many calls as there are turns; and the time. */
class Bench {
  turns = 0;
  now = 0;
  readonly made: string[] = [];
  readonly reads = new ResumedReads({ monotonic: () => this.now });

  #call<T>(name: string, answer: T): Promise<T> {
    if (this.turns === 0) {
      return Promise.reject(new HeldBack({ operation: name, code: 'Pacing', detail: 'its turn has not come' }, 10));
    }
    this.turns -= 1;
    this.made.push(name);
    return Promise.resolve(answer);
  }

  readonly #calls = {
    listTagsForResource: (arn: string) => this.#call(`tags ${arn}`, { arn }),
    getAcmeExternalAccountBindingCredentials: () => this.#call('credentials', { keyId: 'k', macKey: 'm' }),
    deleteAcmeDomainValidation: () => this.#call('delete', undefined),
  } as unknown as AcmCalls;

  /** A check with so many turns that reads the tags of each; whether it came to its end. */
  async check(
    turns: number,
    arns: readonly string[],
    caller = 'arn:caller',
    last?: (acm: AcmCalls) => Promise<unknown>,
  ) {
    this.turns = turns;
    const acm = this.reads.begin(caller, this.#calls);
    try {
      for (const arn of arns) expect(await acm.listTagsForResource(arn)).toEqual({ arn });
      await last?.(acm);
      return true;
    } catch (error) {
      if (error instanceof HeldBack) return false;
      throw error;
    }
  }
}

const three = ['a', 'b', 'c'];

test('a check that is held back again and again comes to its end, with one call of each kind', async () => {
  const bench = new Bench();
  expect([await bench.check(1, three), await bench.check(1, three), await bench.check(1, three)]).toEqual([
    false,
    false,
    true,
  ]);
  expect(bench.made).toEqual(['tags a', 'tags b', 'tags c']);
});

test('after it everything is read anew', async () => {
  const bench = new Bench();
  await bench.check(1, ['a', 'b']);
  await bench.check(1, ['a', 'b']);
  await bench.check(2, ['a', 'b']);
  expect(bench.made).toEqual(['tags a', 'tags b', 'tags a', 'tags b']);
});

test('what is asked twice in a check is asked twice', async () => {
  const bench = new Bench();
  await bench.check(1, ['a', 'a']);
  expect(await bench.check(1, ['a', 'a'])).toBe(true);
  expect(bench.made).toEqual(['tags a', 'tags a']);
});

test.each([
  ['for long', (bench: Bench) => (bench.now = 120_000), 'arn:caller'],
  ['for another caller', () => undefined, 'arn:another'],
])('nothing is kept %s', async (_, change, caller) => {
  const bench = new Bench();
  await bench.check(1, ['a', 'b']);
  change(bench);
  await bench.check(1, ['a', 'b'], caller);
  expect(bench.made).toEqual(['tags a', 'tags a']);
});

test('a change makes what was read before it old', async () => {
  const bench = new Bench();
  const change = async (acm: AcmCalls) => {
    await acm.deleteAcmeDomainValidation('v');
    await acm.listTagsForResource('b');
  };
  await bench.check(2, ['a'], undefined, change);
  await bench.check(1, ['a']);
  expect(bench.made).toEqual(['tags a', 'delete', 'tags a']);
});

test('a change that was held back makes nothing old', async () => {
  const bench = new Bench();
  const change = (acm: AcmCalls) => acm.deleteAcmeDomainValidation('v');
  expect([await bench.check(1, ['a'], undefined, change), await bench.check(1, ['a'], undefined, change)]).toEqual([
    false,
    true,
  ]);
  expect(bench.made).toEqual(['tags a', 'delete']);
});

test('a secret is not kept', async () => {
  const bench = new Bench();
  const secret = async (acm: AcmCalls) => {
    await acm.getAcmeExternalAccountBindingCredentials('b');
    await acm.listTagsForResource('b');
  };
  await bench.check(2, ['a'], undefined, secret);
  await bench.check(2, ['a'], undefined, secret);
  expect(bench.made).toEqual(['tags a', 'credentials', 'credentials', 'tags b']);
});
