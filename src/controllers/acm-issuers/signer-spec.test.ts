import { expect, test } from '@jest/globals';
import { ScriptedAcme } from '../../../test/support/acme-bench.ts';
import type { AcmSignerSpec } from './acm-services.ts';
import type { RecordPlan } from './plan-domains.ts';
import { fingerprintOf } from './signer-spec.ts';

const record: RecordPlan = { kind: 'route53', identity: {} as never, hostedZoneId: 'Z1', followsCname: false };
const spec: AcmSignerSpec = {
  issuerKey: 'issuer',
  provider: 'rfc8555',
  client: new ScriptedAcme(),
  domains: [{ name: 'example.com', scope: ['Exact'] }],
  allowedKeyAlgorithms: [],
  account: 'acme.test',
  region: '',
};
const fingerprint = (changed: Partial<RecordPlan> = {}, identities = 'one'): string =>
  fingerprintOf(spec, { domains: [{ record: { ...record, ...changed } as RecordPlan }] as never }, identities);

test('the same makes the same signer', () => expect(fingerprint()).toBe(fingerprint()));

test.each([
  ['another zone', { hostedZoneId: 'Z2' }, 'one'],
  ['CNAMEs followed', { followsCname: true }, 'one'],
  ['another identity', {}, 'two'],
])('%s makes another', (_, changed, identities) => expect(fingerprint(changed, identities)).not.toBe(fingerprint()));
