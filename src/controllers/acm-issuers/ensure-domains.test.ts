import { expect, test } from '@jest/globals';
import { clusterIssuer, withIssuerStatus } from '../../../test/support/builders.ts';
import type { AcmDomainStatus } from '../../api/acm.ts';
import type { AcmCalls, AcmeDomainValidation } from '../../aws/acm/acm-calls.ts';
import type { DomainRecords } from './domain-records.ts';
import { ensureDomains } from './ensure-domains.ts';
import type { DomainPlan } from './plan-domains.ts';

const endpointArn = 'arn:aws:acm:eu-central-1:111122223333:acme-endpoint/1';
const scope = { exact: true, subdomains: false, wildcards: false };
const plan: DomainPlan = {
  ...{ name: 'example.com', scope, deletionPolicy: 'Retain', record: { kind: 'byHand' }, followsCname: false },
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
      ...{ acm: this.#acm, records: scripted<DomainRecords>({}), endpointArn, isShared: false, nowMs },
      issuer: clusterIssuer('public', withIssuerStatus({ acm: { domains: this.#status } })),
      explain: () => ({ kind: 'notReady', reason: 'Error', message: 'No.' }) as const,
      ...{ failures: new Map<string, number>(), writing: new Set<string>() },
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
