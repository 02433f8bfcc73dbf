import { describe, expect, test } from '@jest/globals';
import type { AcmeDomainValidation } from '../../aws/acm/acm-calls.ts';
import { decideDomain, explainValidation, listDomains, retryAfterMs } from './decide-domain.ts';
import type { DomainPlan, DomainScope } from './plan-domains.ts';

const minute = 60_000;
const now = Date.parse('2026-01-02T04:00:00Z');
const scopeOf = (...words: (keyof DomainScope)[]): DomainScope => ({
  exact: words.includes('exact'),
  subdomains: words.includes('subdomains'),
  wildcards: words.includes('wildcards'),
});
const domain = (change: Partial<DomainPlan> = {}): DomainPlan => ({
  ...{ name: 'example.com', scope: scopeOf('exact'), deletionPolicy: 'Retain', record: { kind: 'byHand' } },
  ...{ followsCname: false, asksNameServers: false },
  ...change,
});
const validation = (change: Partial<AcmeDomainValidation> = {}): AcmeDomainValidation => ({
  ...{ arn: 'arn', endpointArn: 'endpoint', domain: 'example.com', scope: scopeOf('exact'), status: 'VALID' },
  ...change,
});
const record = { name: '_a.example.com.', value: '_b.acm-validations.aws.' };
const facts = { isShared: false, isForeign: false, nowMs: now, failures: 0 };
const minutesAgo = (count: number): Date => new Date(now - count * minute);

describe('what is done at ACM', () => {
  test.each([
    ['there is none', domain(), undefined, facts, { kind: 'create' }],
    [
      'ACM writes into another zone',
      domain({ record: { kind: 'acm', hostedZoneId: 'Z2' } }),
      validation({ hostedZoneId: 'Z1' }),
      { ...facts, isShared: true },
      { kind: 'update', scope: scopeOf('exact'), hostedZoneId: 'Z2' },
    ],
    [
      'ACM writes into another zone for somebody else: the zone stays, and only what is added to the scope changes',
      domain({ record: { kind: 'acm', hostedZoneId: 'Z2' }, scope: scopeOf('wildcards') }),
      validation({ hostedZoneId: 'Z1' }),
      { ...facts, isShared: true, isForeign: true },
      { kind: 'update', scope: scopeOf('exact', 'wildcards'), hostedZoneId: 'Z1', foreignZoneId: 'Z1' },
    ],
    ['it is VALID', domain(), validation(), facts, { kind: 'follow' }],
    ['it is on its way', domain(), validation({ status: 'VALIDATING' }), facts, { kind: 'follow' }],
    ['it is being deleted', domain(), validation({ status: 'DELETING' }), facts, { kind: 'follow' }],
    [
      'ACM gave up just now',
      domain(),
      validation({ status: 'INVALID', updatedAt: minutesAgo(0.25) }),
      facts,
      { kind: 'wait', afterMs: 45_000 },
    ],
    [
      'ACM gave up a minute ago',
      domain(),
      validation({ status: 'INVALID', updatedAt: minutesAgo(1) }),
      facts,
      { kind: 'delete' },
    ],
    [
      'ACM gave up on what somebody else made',
      domain(),
      validation({ status: 'INVALID', updatedAt: minutesAgo(90) }),
      { ...facts, isShared: true, isForeign: true },
      { kind: 'leave' },
    ],
    [
      'ACM gave up again',
      domain(),
      validation({ status: 'INVALID', updatedAt: minutesAgo(3) }),
      { ...facts, failures: 2 },
      { kind: 'wait', afterMs: minute },
    ],
    [
      'ACM gave up in the future of our clock',
      domain(),
      validation({ status: 'INVALID', updatedAt: minutesAgo(-90) }),
      facts,
      { kind: 'wait', afterMs: minute },
    ],
    [
      'ACM does not tell when it gave up',
      domain(),
      validation({ status: 'INVALID' }),
      facts,
      { kind: 'wait', afterMs: minute },
    ],
    [
      'a scope is missing',
      domain({ scope: scopeOf('exact', 'wildcards') }),
      validation(),
      facts,
      { kind: 'update', scope: scopeOf('exact', 'wildcards') },
    ],
    [
      'a scope is too many, on an endpoint of our own',
      domain(),
      validation({ scope: scopeOf('exact', 'subdomains') }),
      facts,
      { kind: 'update', scope: scopeOf('exact') },
    ],
    [
      'a scope is too many, on an endpoint that others may use',
      domain(),
      validation({ scope: scopeOf('exact', 'subdomains') }),
      { ...facts, isShared: true },
      { kind: 'follow' },
    ],
    [
      'scopes differ, on an endpoint that others may use',
      domain({ scope: scopeOf('wildcards') }),
      validation(),
      { ...facts, isShared: true },
      { kind: 'update', scope: scopeOf('exact', 'wildcards') },
    ],
    [
      'a scope is missing while ACM validates it: it refuses changes then',
      domain({ scope: scopeOf('exact', 'wildcards') }),
      validation({ status: 'VALIDATING' }),
      facts,
      { kind: 'follow' },
    ],
    [
      'ACM is to write a record that it looks for already',
      domain({ record: { kind: 'acm', hostedZoneId: 'Z2' } }),
      validation({ status: 'VALIDATING' }),
      facts,
      { kind: 'replace' },
    ],
    [
      'ACM is to write a record that it looks for already for somebody else',
      domain({ record: { kind: 'acm', hostedZoneId: 'Z2' } }),
      validation({ status: 'VALIDATING' }),
      { ...facts, isShared: true, isForeign: true },
      { kind: 'follow' },
    ],
    [
      'ACM is to write its record',
      domain({ record: { kind: 'acm', hostedZoneId: 'Z2' } }),
      validation({ hostedZoneId: 'Z1' }),
      facts,
      { kind: 'update', scope: scopeOf('exact'), hostedZoneId: 'Z2' },
    ],
  ] as const)('%s', (_, plan, there, given, action) => {
    expect(decideDomain(plan, there, given)).toEqual(action);
  });

  test('the delay grows to an hour', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 1000].map((failures) => retryAfterMs(failures) / minute)).toEqual([
      1, 2, 4, 8, 16, 32, 60, 60, 60,
    ]);
  });
});

describe('what is told', () => {
  const route53 = { kind: 'route53', identity: {} as never, hostedZoneId: undefined } as const;
  test.each([
    ['nothing is there', domain(), undefined, 'ACM is asked to validate it.'],
    ['no record yet', domain(), validation({ status: 'VALIDATING' }), 'ACM does not tell its record yet.'],
    [
      'a person writes the record',
      domain(),
      validation({ status: 'VALIDATING', record }),
      'ACM waits for the CNAME _a.example.com with the value _b.acm-validations.aws. Create it in the DNS of the domain, for as long as certificates are wanted.',
    ],
    [
      'we write the record',
      domain({ record: route53 }),
      validation({ status: 'VALIDATING', record }),
      'ACM looks for the CNAME _a.example.com with the value _b.acm-validations.aws, which is written.',
    ],
    [
      'ACM writes the record',
      domain({ record: { kind: 'acm', hostedZoneId: 'Z1' } }),
      validation({ status: 'VALIDATING', record, hostedZoneId: 'Z1' }),
      expect.stringContaining('into hosted zone Z1 and looks for it.'),
    ],
    [
      'it timed out',
      domain(),
      validation({ status: 'INVALID', failure: { reason: 'TIMED_OUT' } }),
      expect.stringMatching(
        /^ACM could not validate it \(TIMED_OUT\)\. ACM did not see the CNAME.* It is tried again\.$/,
      ),
    ],
    [
      'ACM gave up on a record that a person writes',
      domain(),
      validation({ status: 'INVALID', failure: { reason: 'NEW' }, record }),
      'ACM could not validate it (NEW). It wants the CNAME _a.example.com with the value _b.acm-validations.aws. Create it in the DNS of the domain, for as long as certificates are wanted. It is tried again.',
    ],
    [
      'a reason that nobody knows',
      domain(),
      validation({ status: 'INVALID', failure: { reason: 'NEW', message: 'Words.' } }),
      'ACM could not validate it (NEW: Words.). It is tried again.',
    ],
    ['it is being deleted', domain(), validation({ status: 'DELETING' }), expect.stringContaining('is created again')],
    ['a state that nobody knows', domain(), validation({ status: 'NEW' }), 'ACM says NEW of its validation.'],
  ])('%s', (_, plan, there, words) => {
    expect(explainValidation(plan, there)).toEqual(words);
  });

  test('at most ten domains', () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ name: `d${index}`, message: 'Waits.' }));
    expect(listDomains(many)).toMatch(/^d0: Waits\. .*d9: Waits\. 2 more: see status\.acm\.domains\.$/);
    expect(listDomains(many.slice(0, 1))).toBe('d0: Waits.');
  });
});
