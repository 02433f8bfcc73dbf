import { describe, expect, test } from '@jest/globals';
import { clusterIssuer, withIssuerStatus } from '../../../test/support/builders.ts';
import { awsError } from '../../../test/support/pca-bench.ts';
import type { AcmDomainStatus } from '../../api/acm.ts';
import type { AcmCalls, AcmeDomainValidation } from '../../aws/acm/acm-calls.ts';
import type { DomainRecords } from './domain-records.ts';
import { ensureDomains } from './ensure-domains.ts';
import type { DomainPlan } from './plan-domains.ts';

const endpointArn = 'arn:aws:acm:eu-central-1:111122223333:acme-endpoint/1';
const scope = { exact: true, subdomains: false, wildcards: false };
const plan: DomainPlan = {
  ...{ name: 'example.com', scope, deletionPolicy: 'Retain', record: { kind: 'byHand' } },
  ...{ followsCname: false, asksNameServers: false },
};
const updatedAt = new Date('2026-01-02T03:00:00Z');
const nowMs = Date.parse('2026-01-02T04:00:00Z');
/** Only what the test says; any other call is an error of its own. */
const scripted = <T extends object>(calls: Partial<T>): T => calls as T;

/** ACM with one validation at most, as issuers see it from check to check. */
class Bench {
  validation: AcmeDomainValidation | undefined;
  readonly tokens: string[] = [];
  #status: readonly AcmDomainStatus[] = [];

  readonly #acm = scripted<AcmCalls>({
    createAcmeDomainValidation: ({ idempotencyToken, domain }) => {
      this.tokens.push(idempotencyToken);
      const arn = `${endpointArn}/acme-domain-validation/${this.tokens.length}`;
      this.validation = { arn, endpointArn, domain, scope, status: 'INVALID', updatedAt };
      return Promise.resolve(arn);
    },
    describeAcmeDomainValidation: () => Promise.resolve(this.validation as AcmeDomainValidation),
    deleteAcmeDomainValidation: () => {
      this.validation = undefined;
      return Promise.resolve();
    },
  });

  async check(): Promise<AcmDomainStatus | undefined> {
    const question = {
      ...{ acm: this.#acm, records: scripted<DomainRecords>({}), endpointArn, isShared: () => false, nowMs },
      issuer: clusterIssuer('public', withIssuerStatus({ acm: { domains: this.#status } })),
      explain: () => ({ kind: 'notReady', reason: 'Error', message: 'No.' }) as const,
      ...{ failures: new Map<string, number>(), writing: new Set<string>(), asserted: new Map(), told: new Map() },
    };
    const there = new Map(this.validation ? [[this.validation.domain, this.validation]] : []);
    const findings = await ensureDomains(question, [plan], there);
    this.#status = findings.map(({ status }) => status);
    return this.#status[0];
  }
}

test('a validation that ACM gave up on is not what the token of its successor finds', async () => {
  const bench = new Bench();
  await bench.check();
  expect(await bench.check()).toMatchObject({ status: 'Missing' });
  await bench.check();
  expect(bench.tokens).toHaveLength(2);
  expect(new Set(bench.tokens).size).toBe(2);
});

test('records that stand are not looked at again while others wait for their turn, and afterwards they are', async () => {
  const names = ['a.example', 'b.example', 'c.example'];
  const record = { kind: 'route53', hostedZoneId: undefined, identity: {} } as unknown as DomainPlan['record'];
  const plans = names.map((name) => ({ ...plan, name, record }));
  const validations = names.map((domain) => {
    const own = { arn: domain, endpointArn, domain, scope, status: 'VALID' };
    return [domain, { ...own, record: { name: `_a.${domain}.`, value: '_b.aws.' } }] as const;
  });
  const looked: string[] = [];
  let turns = 0;
  const records = scripted<DomainRecords>({
    ensure: (_, { name }) => {
      if (turns-- <= 0) return Promise.resolve({ kind: 'pending', afterMs: 9, isWritten: false });
      looked.push(name);
      return Promise.resolve({ kind: 'inSync', hostedZoneId: 'Z1' });
    },
  });
  const question = {
    ...{
      acm: scripted<AcmCalls>({}),
      records,
      endpointArn,
      isShared: () => false,
      nowMs,
      issuer: clusterIssuer('public'),
    },
    explain: () => ({ kind: 'notReady', reason: 'Error', message: 'No.' }) as const,
    ...{ failures: new Map<string, number>(), writing: new Set<string>(), asserted: new Map(), told: new Map() },
  };
  const check = async (count: number): Promise<number> => {
    turns = count;
    const findings = await ensureDomains(question, plans, new Map(validations));
    return findings.filter(({ concern }) => concern).length;
  };
  expect([await check(1), await check(1), await check(1)]).toEqual([2, 1, 0]);
  expect(looked).toEqual(['_a.a.example', '_a.b.example', '_a.c.example']);
  expect(await check(3)).toBe(0);
  expect(looked).toHaveLength(6);
});

describe('at an endpoint that others use, a validation that ACM gave up on', () => {
  const arn = `${endpointArn}/acme-domain-validation/1`;
  const there: AcmeDomainValidation = {
    ...{ arn, endpointArn, domain: 'example.com', scope, status: 'INVALID', updatedAt },
    failure: { reason: 'CAA_ERROR' },
  };

  async function checkTagged(uid: string) {
    const deleted: string[] = [];
    const acm = scripted<AcmCalls>({
      listTagsForResource: () => Promise.resolve({ 'awspca.cert-manager.io/issuer-uid': uid }),
      deleteAcmeDomainValidation: (which) => {
        deleted.push(which);
        return Promise.resolve();
      },
    });
    const question = {
      ...{ acm, records: scripted<DomainRecords>({}), endpointArn, isShared: () => true, nowMs },
      issuer: clusterIssuer('public'),
      explain: () => ({ kind: 'notReady', reason: 'Error', message: 'No.' }) as const,
      ...{ failures: new Map<string, number>(), writing: new Set<string>(), asserted: new Map(), told: new Map() },
    };
    const [finding] = await ensureDomains(question, [plan], new Map([['example.com', there]]));
    return { deleted, finding };
  }

  test('is made anew if it is of this issuer', async () => {
    expect((await checkTagged('uid-of-public')).deleted).toEqual([arn]);
  });

  test('stays if it was made for somebody else, and the condition says what to do', async () => {
    const { deleted, finding } = await checkTagged('uid-of-another');
    expect(deleted).toEqual([]);
    expect(finding).toMatchObject({ status: { arn, status: 'INVALID', reason: 'CAA_ERROR' } });
    expect(finding?.obstacle).toEqual({
      kind: 'notReady',
      reason: 'DomainsNotValid',
      message:
        'ACM could not validate it (CAA_ERROR). Let the CAA records of the domain allow amazon.com, or have none. ' +
        `Its validation ${arn} was not made for this issuer, which leaves it alone: delete it at ACM once nobody else ` +
        'counts on it, and another one is made.',
    });
  });
});

describe('at an endpoint that others use, a zone that ACM writes into', () => {
  const arn = `${endpointArn}/acme-domain-validation/1`;
  const zoned: DomainPlan = { ...plan, record: { kind: 'acm', hostedZoneId: 'Z2' } };

  async function checkTagged(uid: string, status: string) {
    const updated: unknown[] = [];
    const there = { arn, endpointArn, domain: 'example.com', scope, status, hostedZoneId: 'Z1' };
    const acm = scripted<AcmCalls>({
      listTagsForResource: () => Promise.resolve({ 'awspca.cert-manager.io/issuer-uid': uid }),
      updateAcmeDomainValidation: (change) => Promise.resolve(void updated.push(change.hostedZoneId)),
      describeAcmeDomainValidation: () => Promise.resolve({ ...there, hostedZoneId: 'Z2' }),
    });
    const question = {
      ...{ acm, records: scripted<DomainRecords>({}), endpointArn, isShared: () => true, nowMs },
      issuer: clusterIssuer('public'),
      explain: () => ({ kind: 'notReady', reason: 'Error', message: 'No.' }) as const,
      ...{ failures: new Map<string, number>(), writing: new Set<string>(), asserted: new Map(), told: new Map() },
    };
    const [finding] = await ensureDomains(question, [zoned], new Map([['example.com', there]]));
    return { updated, finding };
  }

  test('is changed by whom the validation was made for', async () => {
    const { updated, finding } = await checkTagged('uid-of-public', 'VALID');
    expect({ updated, finding: Object.keys(finding ?? {}) }).toEqual({ updated: ['Z2'], finding: ['status'] });
  });

  test.each([
    ['VALID', 'concern'],
    ['VALIDATING', 'obstacle'],
  ])('is left as it is by anybody else, and the condition says so: %s', async (status, told) => {
    const { updated, finding } = await checkTagged('uid-of-another', status);
    expect(updated).toEqual([]);
    expect(finding).toMatchObject({
      [told]: {
        reason: 'ZoneConflict',
        message: expect.stringContaining('ACM writes its record into hosted zone Z1, as somebody'),
      },
    });
  });
});

describe('what ACM is told of a validation', () => {
  const arn = `${endpointArn}/acme-domain-validation/1`;
  const wider = { ...scope, wildcards: true };

  /** Checks of one process at an endpoint of its own; ACM shows what it is said to, whatever it took. */
  function createChecks(
    listed: Partial<AcmeDomainValidation>,
    described: Partial<AcmeDomainValidation> = {},
    refusal?: Error,
  ) {
    const calls: string[] = [];
    const validation = { arn, endpointArn, domain: 'example.com', scope, status: 'VALID', ...listed };
    const acm = scripted<AcmCalls>({
      updateAcmeDomainValidation: (change) => Promise.resolve(void calls.push(JSON.stringify(change.scope))),
      createAcmeDomainValidation: () => {
        calls.push('create');
        return Promise.resolve(arn);
      },
      deleteAcmeDomainValidation: () => {
        calls.push('delete');
        return refusal ? Promise.reject(refusal) : Promise.resolve();
      },
      describeAcmeDomainValidation: () => Promise.resolve({ ...validation, ...described }),
    });
    const remembered = { failures: new Map<string, number>(), writing: new Set<string>(), asserted: new Map() };
    const told = new Map();
    return async (wanted: Partial<DomainPlan>, afterMs: number, isThere = true) => {
      const question = {
        ...{ acm, records: scripted<DomainRecords>({}), endpointArn, isShared: () => false, nowMs: nowMs + afterMs },
        issuer: clusterIssuer('public'),
        explain: () => ({ kind: 'notReady', reason: 'Error', message: 'No.' }) as const,
        ...{ ...remembered, told },
      };
      const there = new Map(isThere ? [['example.com', validation]] : []);
      const [finding] = await ensureDomains(question, [{ ...plan, ...wanted }], there);
      return { calls: calls.splice(0), finding };
    };
  }

  test('is not told again with every check, as each update begins the validation anew; something else is, at once', async () => {
    const check = createChecks({});
    const all = { ...wider, subdomains: true };
    expect((await check({ scope: wider }, 0)).calls).toEqual([JSON.stringify(wider)]);
    expect((await check({ scope: wider }, 60_000)).calls).toEqual([]);
    expect((await check({ scope: all }, 120_000)).calls).toEqual([JSON.stringify(all)]);
    expect((await check({ scope: all }, 720_000)).calls).toEqual([JSON.stringify(all)]);
  });

  test('is told again at once where ACM showed it, and somebody took it back', async () => {
    const check = createChecks({}, { scope: wider });
    expect((await check({ scope: wider }, 0)).calls).toEqual([JSON.stringify(wider)]);
    expect((await check({ scope: wider }, 60_000)).calls).toEqual([JSON.stringify(wider)]);
  });

  test('waits until it was validated, and the record is told meanwhile', async () => {
    const check = createChecks({ status: 'VALIDATING', record: { name: '_a.example.com.', value: '_b.aws.' } });
    const { calls, finding } = await check({ scope: wider }, 0);
    expect(calls).toEqual([]);
    expect(finding?.obstacle?.message).toMatch(
      /^ACM waits for the CNAME _a\.example\.com with the value _b\.aws\. Create/,
    );
  });

  test('is another one where it waits for a record that nobody may write any more', async () => {
    const check = createChecks({ status: 'VALIDATING' });
    const { calls, finding } = await check({ record: { kind: 'acm', hostedZoneId: 'Z1' } }, 0);
    expect(calls).toEqual(['delete']);
    expect(finding).toMatchObject({
      status: { status: 'Missing' },
      obstacle: { message: 'ACM is asked to validate it.' },
    });
  });

  describe('is not another one', () => {
    const zoned: Partial<DomainPlan> = { record: { kind: 'acm', hostedZoneId: 'Z1' } };
    const validating = { status: 'VALIDATING', record: { name: '_a.example.com.', value: '_b.aws.' } };
    const writes = 'ACM writes the CNAME _a.example.com with the value _b.aws into hosted zone Z1 and looks for it.';

    test('where only the list is behind', async () => {
      const check = createChecks(validating, { hostedZoneId: 'Z1' });
      const { calls, finding } = await check(zoned, 0);
      expect(calls).toEqual([]);
      expect(finding?.obstacle?.message).toBe(writes);
    });

    test('where it was created with the zone, which ACM does not show', async () => {
      const check = createChecks(validating);
      expect((await check(zoned, 0, false)).calls).toEqual(['create']);
      const { calls, finding } = await check(zoned, 60_000);
      expect(calls).toEqual([]);
      expect(finding?.obstacle?.message).toBe(writes);
    });

    test('where ACM does not let it go: then the record that it waits for is told', async () => {
      const refusal = awsError('DeleteAcmeDomainValidation', 'ConflictException', 'authority');
      const { calls, finding } = await createChecks(validating, {}, refusal)(zoned, 0);
      expect(calls).toEqual(['delete']);
      expect(finding?.obstacle?.message).toMatch(/^ACM waits for the CNAME _a\.example\.com .* Create the record/);
    });
  });
});

test('at an endpoint that others use, the validation that somebody else waits for is not replaced', async () => {
  const there = { arn: 'arn', endpointArn, domain: 'example.com', scope, status: 'VALIDATING' };
  const record = { name: '_a.example.com.', value: '_b.aws.' };
  const acm = scripted<AcmCalls>({ listTagsForResource: () => Promise.resolve({}) });
  const question = {
    ...{ acm, records: scripted<DomainRecords>({}), endpointArn, isShared: () => true, nowMs },
    issuer: clusterIssuer('public'),
    explain: () => ({ kind: 'notReady', reason: 'Error', message: 'No.' }) as const,
    ...{ failures: new Map<string, number>(), writing: new Set<string>(), asserted: new Map(), told: new Map() },
  };
  const zoned: DomainPlan = { ...plan, record: { kind: 'acm', hostedZoneId: 'Z1' } };
  const [finding] = await ensureDomains(question, [zoned], new Map([['example.com', { ...there, record }]]));
  expect(finding?.obstacle?.message).toBe(
    'ACM waits for the CNAME _a.example.com with the value _b.aws, and can be told of hosted zone Z1 when that is over. ' +
      'Create the record, or delete the validation at ACM.',
  );
});
