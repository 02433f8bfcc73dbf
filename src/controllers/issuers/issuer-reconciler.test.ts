import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Issuer } from '../../api/awspca.ts';
import { issuerKeyFor } from '../../api/issuer-target.ts';
import type { Secret } from '../../api/secret.ts';
import type { CertificateAuthority } from '../../aws/clients.ts';
import { AwsError, type Consequence } from '../../aws/errors.ts';
import { Pacer } from '../../aws/pacing.ts';
import { PcaQuota } from '../../signers/pca/quota.ts';
import type { Signer } from '../../signers/signer.ts';
import {
  authorityArn,
  clusterIssuer,
  issuer,
  withIssuerReady,
  withIssuerSpec,
  withIssuerStatus,
  withMetadata,
} from '../../../test/support/builders.ts';
import { FakeAws } from '../../../test/support/fake-aws.ts';
import { FakeClock, settle } from '../../../test/support/fake-clock.ts';
import { apiError, FakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { createMemoryLogger } from '../../../test/support/memory-logger.ts';
import { RecordedEvents, RecordedMetric } from '../../../test/support/recorders.ts';
import { ScriptedSigner } from '../../../test/support/scripted-signer.ts';
import { IdentityUsers } from './identity-users.ts';
import { createIssuerReconciler, type SignerSpec } from './issuer-reconciler.ts';
import { IssuerWriter } from './issuer-writer.ts';
import { IssuerRegistry } from './registry.ts';

const minute = 60_000;
const fault = (consequence: Consequence, code: string, operation = 'DescribeCertificateAuthority'): AwsError =>
  new AwsError(operation, code, consequence, 'detail', true, undefined);
const hiccup = fault('throttled', 'ThrottlingException');

const key = (accessKeyId: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    namespace: 'team',
    name: 'key',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-02T03:04:05Z',
  },
  data: {
    AWS_ACCESS_KEY_ID: Buffer.from(accessKeyId).toString('base64'),
    AWS_SECRET_ACCESS_KEY: Buffer.from('hush').toString('base64'),
  },
});

class Bench {
  readonly clock = new FakeClock();
  readonly api = new FakeKubeApi();
  readonly aws = new FakeAws();
  readonly events = new RecordedEvents();
  readonly registry = new IssuerRegistry();
  readonly readyGauge = new RecordedMetric();
  readonly watched = new Map<string, Issuer>();
  readonly specs: SignerSpec[] = [];
  readonly woken: string[] = [];
  readonly pacer = new Pacer(this.clock);
  describeRate = 0;
  readonly reconciler = createIssuerReconciler({
    client: this.api,
    writer: new IssuerWriter(this.api, this.events, createMemoryLogger()),
    aws: this.aws,
    identities: new IdentityUsers(this.aws),
    policy: { clusterIssuerAmbientCredentials: true, issuerAmbientCredentials: false, clusterResourceNamespace: 'own' },
    registry: this.registry,
    createSigner: (spec) => {
      this.specs.push(spec);
      return new ScriptedSigner();
    },
    findIssuer: (issuerKey) => this.watched.get(issuerKey),
    quotaOf: (region, account = 'not known yet', issuerKey) => {
      const rates = { IssueCertificate: 0, GetCertificate: 0, DescribeCertificateAuthority: this.describeRate };
      return new PcaQuota({ pacer: this.pacer, rates, region, account, issuerKey });
    },
    wakeRequests: (issuerKey) => void this.woken.push(issuerKey),
    clock: this.clock,
    random: () => 0.5,
    recheckIntervalMs: 5 * minute,
    readyGauge: this.readyGauge,
  });

  put(object: Issuer): void {
    this.api.put(object);
    this.watched.set(issuerKeyFor(object), object);
  }

  /** The requeue delay of one run; the watch delivers what was written. */
  async run(object: Issuer): Promise<number | undefined> {
    const context = { logger: createMemoryLogger(), signal: new AbortController().signal };
    const { requeueAfterMs } = await this.reconciler.reconcile(issuerKeyFor(object), context);
    if (this.watched.has(issuerKeyFor(object))) this.watched.set(issuerKeyFor(object), this.api.current(object));
    return requeueAfterMs;
  }

  /** {@link run} when the last check no longer answers for the issuer. */
  recheck(object: Issuer): Promise<number | undefined> {
    this.reconciler.reportFault(issuerKeyFor(object), false);
    return this.run(object);
  }

  signerOf(object: Issuer): Signer | undefined {
    return this.registry.find(this.api.current(object));
  }

  ready(object: Issuer): string {
    const [ready] = this.api.current(object).status?.conditions ?? [];
    return `${ready?.status} ${ready?.reason}: ${ready?.message}`;
  }
}

const object = issuer('i');
const issuerKey = 'AWSPCAIssuer/team/i';
const verified = 'True Verified: Issuer verified';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
  bench.api.put(key('AKIA1'));
  bench.put(object);
});

describe('an issuer whose CA can issue', () => {
  test('gets its status, its signer and its gauge, and wakes its requests', async () => {
    expect(await bench.run(object)).toBe(50_000);
    expect(bench.ready(object)).toBe(verified);
    expect(bench.api.current(object).status).toMatchObject({
      identity: { arn: 'arn:aws:iam::111122223333:user/AKIA1', account: '111122223333', source: 'Secret team/key' },
      certificateAuthority: { arn: authorityArn, status: 'ACTIVE' },
    });
    expect(bench.specs).toMatchObject([{ account: '111122223333', authority: { arn: authorityArn } }]);
    expect(bench.signerOf(object)).toBeDefined();
    expect([...bench.readyGauge.values]).toEqual([['kind=AWSPCAIssuer,name=i,namespace=team', 1]]);
    expect(bench.woken).toEqual([issuerKey]);
    expect(bench.events.told).toEqual(['Normal Verified: Issuer verified']);
  });

  test('keeps its signer, and nothing is written or told, while nothing changes', async () => {
    await bench.run(object);
    const signer = bench.signerOf(object);
    await bench.clock.advance(5 * minute);
    await bench.run(object);
    expect(bench.signerOf(object)).toBe(signer);
    expect(bench.specs).toHaveLength(1);
    expect(bench.api.writes).toHaveLength(1);
    expect(bench.events.events).toHaveLength(1);
  });

  test.each<[string, Partial<CertificateAuthority>]>([
    ['another signing algorithm', { signingAlgorithm: 'SHA512WITHRSA' }],
    ['another mode', { usageMode: 'SHORT_LIVED_CERTIFICATE' }],
    ['another end', { notAfter: new Date('2031-01-01T00:00:00Z') }],
  ])('gets another signer when the CA has %s', async (_, change) => {
    await bench.run(object);
    const signer = bench.signerOf(object);
    bench.aws.authority = { ...bench.aws.authority, ...change };
    await bench.recheck(object);
    expect(bench.signerOf(object)).not.toBe(signer);
  });

  test('gets another signer for another spec, and none while that is not checked', async () => {
    await bench.run(object);
    const changed = issuer('i', withIssuerSpec({ notBeforeOffset: '0s' }), withMetadata({ generation: 2 }));
    bench.put(changed);
    expect(bench.signerOf(object)).toBeUndefined();
    await bench.run(object);
    expect(bench.signerOf(object)).toBeDefined();
    expect(bench.specs.map(({ plan }) => plan.notBeforeOffsetMs)).toEqual([15 * minute, 0]);
  });

  test('uses ambient credentials and a role where the spec says so', async () => {
    const shared = clusterIssuer('shared', withIssuerSpec({ role: 'arn:aws:iam::111122223333:role/pca' }));
    bench.put(shared);
    await bench.run(shared);
    expect(bench.aws.known).toEqual([
      {
        source: { kind: 'ambient' },
        roles: [{ arn: 'arn:aws:iam::111122223333:role/pca' }],
        roleSessionName: 'aws-privateca-issuer',
        region: 'eu-west-1',
      },
    ]);
    expect([...bench.readyGauge.values]).toEqual([['kind=AWSPCAClusterIssuer,name=shared,namespace=', 1]]);
  });
});

describe('an issuer that cannot issue', () => {
  test('loses its Ready and its signer at once, and gets another one later', async () => {
    await bench.run(object);
    const signer = bench.signerOf(object);
    bench.aws.authority = { ...bench.aws.authority, status: 'DISABLED' };
    expect(await bench.recheck(object)).toBe(50_000);
    expect(bench.ready(object)).toMatch(/^False CertificateAuthorityDisabled: /);
    expect(bench.signerOf(object)).toBeUndefined();
    expect([...bench.readyGauge.values.values()]).toEqual([0]);
    expect(bench.woken).toHaveLength(1);
    bench.aws.authority = { ...bench.aws.authority, status: 'ACTIVE' };
    await bench.run(object);
    expect(bench.ready(object)).toBe(verified);
    expect(bench.signerOf(object)).toBeDefined();
    expect(bench.signerOf(object)).not.toBe(signer);
  });

  test('for want of its Secret is looked at again soon', async () => {
    bench.api.remove(key('AKIA1'));
    expect(await bench.run(object)).toBe(2_000);
    expect(bench.ready(object)).toMatch(/^False Error: failed to retrieve secret: Secret team\/key does not exist\./);
    const delays: (number | undefined)[] = [];
    for (let last: number | undefined = 2_000; delays.length < 5; delays.push(last)) {
      await bench.clock.advance(last ?? 0);
      last = await bench.run(object);
    }
    expect(delays).toEqual([2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(bench.aws.calls).toEqual([]);
    bench.api.put(key('AKIA1'));
    await bench.run(object);
    expect(bench.ready(object)).toBe(verified);
  });

  test('for its spec asks nobody', async () => {
    const faulty = issuer('i', withIssuerSpec({ arn: undefined }));
    bench.put(faulty);
    expect(await bench.run(faulty)).toBe(5 * minute);
    expect(bench.ready(faulty)).toMatch(/^False Validation: Failed to validate resource: no Arn found in Issuer Spec/);
    expect(bench.aws.calls).toEqual([]);
  });

  test('because the API server does not answer stays as it is', async () => {
    await bench.run(object);
    const signer = bench.signerOf(object);
    bench.api.failNext({ error: apiError(503, 'ServiceUnavailable') });
    expect(await bench.run(object)).toBe(10_000);
    expect(bench.ready(object)).toBe(verified);
    expect(bench.signerOf(object)).toBe(signer);
  });

  test('is checked again when its status could not be written', async () => {
    bench.api.failNext(undefined, { error: apiError(409, 'Conflict') });
    await expect(bench.run(object)).rejects.toMatchObject({ code: 409 });
    await bench.run(object);
    expect(bench.ready(object)).toBe(verified);
  });
});

describe('a hiccup of a check', () => {
  test('changes nothing for fifteen minutes, the signer included', async () => {
    await bench.run(object);
    const signer = bench.signerOf(object);
    bench.aws.describeFault = hiccup;
    expect(await bench.recheck(object)).toBe(10_000);
    await bench.clock.advance(15 * minute - 1);
    await bench.run(object);
    expect(bench.ready(object)).toBe(verified);
    expect(bench.signerOf(object)).toBe(signer);
    await bench.clock.advance(1);
    await bench.recheck(object);
    expect(bench.ready(object)).toMatch(/^False Unreachable: /);
    expect(bench.signerOf(object)).toBeUndefined();
  });

  test('that lasts is given up after a minute, and the call that would come next is not made', async () => {
    const answer = Promise.withResolvers<undefined>();
    bench.aws.identityDelay = answer.promise;
    const run = bench.run(object);
    await bench.clock.advance(59_999);
    expect(bench.api.writes).toEqual([]);
    await bench.clock.advance(1);
    expect(await run).toBe(10_000);
    expect(bench.ready(object)).toBe('False Unreachable: AWS did not answer within 60 seconds; it is tried again.');
    answer.resolve(undefined);
    await settle();
    expect(bench.aws.calls).toEqual(['GetCallerIdentity']);
    expect(bench.clock.pending).toBe(0);
    await bench.run(object);
    expect(bench.ready(object)).toBe(verified);
  });

  test('that is over leaves the signer as it was', async () => {
    await bench.run(object);
    const signer = bench.signerOf(object);
    bench.aws.describeFault = hiccup;
    await bench.recheck(object);
    bench.aws.describeFault = undefined;
    await bench.recheck(object);
    expect(bench.signerOf(object)).toBe(signer);
    expect(bench.specs).toHaveLength(1);
  });

  const known = { arn: authorityArn, type: 'ROOT', keyAlgorithm: 'RSA_2048', signingAlgorithm: 'SHA256WITHRSA' };
  const facts = {
    identity: { account: '111122223333' },
    certificateAuthority: { ...known, usageMode: 'GENERAL_PURPOSE' },
  };

  test('right after a restart: the status of an earlier process is enough to sign', async () => {
    bench.put(issuer('i', withIssuerReady(), withIssuerStatus(facts)));
    bench.aws.describeFault = hiccup;
    await bench.run(object);
    expect(bench.specs).toMatchObject([{ account: '111122223333', authority: known }]);
    expect(bench.ready(object)).toBe(verified);
    expect(bench.woken).toEqual([issuerKey]);
  });

  test.each<[string, Issuer]>([
    [
      'of another CA',
      issuer('i', withIssuerReady(), withIssuerStatus({ ...facts, certificateAuthority: { ...known, arn: 'other' } })),
    ],
    ['without facts', issuer('i', withIssuerReady())],
  ])('right after a restart: a status %s is not', async (_, before) => {
    bench.put(before);
    bench.aws.describeFault = hiccup;
    await bench.run(object);
    expect(bench.specs).toEqual([]);
    expect(bench.signerOf(object)).toBeUndefined();
  });
});

describe('credentials', () => {
  test('that were rotated are used from the next check, by another signer, and the old ones forgotten', async () => {
    await bench.run(object);
    const signer = bench.signerOf(object);
    bench.api.put(key('AKIA2'));
    await bench.run(object);
    expect(bench.api.current(object).status?.identity?.arn).toContain('AKIA2');
    expect(bench.signerOf(object)).not.toBe(signer);
    expect(bench.aws.keys).toEqual(['AKIA2']);
  });

  test('that another issuer still uses are not forgotten', async () => {
    const twin = issuer('twin');
    bench.put(twin);
    await bench.run(object);
    await bench.run(twin);
    bench.watched.delete(issuerKey);
    await bench.run(object);
    expect(bench.aws.keys).toEqual(['AKIA1']);
    bench.watched.delete(issuerKeyFor(twin));
    await bench.run(twin);
    expect(bench.aws.keys).toEqual([]);
  });

  test('that AWS refused while signing are fetched anew, at most every ten seconds', async () => {
    await bench.run(object);
    const signer = bench.signerOf(object);
    const refuse = async (): Promise<Signer | undefined> => {
      bench.reconciler.reportFault(issuerKey, true);
      await bench.run(object);
      return bench.signerOf(object);
    };
    const second = await refuse();
    expect(second).not.toBe(signer);
    expect(await refuse()).toBe(second);
    await bench.clock.advance(10_000);
    expect(await refuse()).not.toBe(second);
  });

  test('that AWS refused in a check are fetched anew for the next one', async () => {
    bench.aws.identityFault = fault('credentials', 'InvalidClientTokenId', 'GetCallerIdentity');
    expect(await bench.run(object)).toBe(2_000);
    expect(bench.ready(object)).toMatch(/^False CredentialsRefused: /);
    bench.aws.identityFault = undefined;
    await bench.clock.advance(2_000);
    await bench.run(object);
    expect(bench.ready(object)).toBe(verified);
    expect(bench.aws.made).toBe(2);
  });

  test('of an issuer that nobody knows may be reported all the same', () => {
    expect(() => bench.reconciler.reportFault('AWSPCAIssuer/team/unknown', true)).not.toThrow();
  });
});

describe('between two checks', () => {
  test('the Secret is read again within a minute, and AWS is asked nothing', async () => {
    expect(await bench.run(object)).toBe(50_000);
    const asked = bench.aws.calls.length;
    const delays: (number | undefined)[] = [];
    for (let run = 0; run < 6; run++) {
      await bench.clock.advance(50_000);
      delays.push(await bench.run(object));
    }
    // The sixth time the check is due.
    expect(delays).toEqual(Array(6).fill(50_000));
    expect(bench.aws.calls.length).toBe(2 * asked);
    expect(bench.api.writes).toHaveLength(1);
    expect(bench.woken).toHaveLength(2);
  });

  test('the one that is due sooner comes sooner', async () => {
    await bench.run(object);
    await bench.clock.advance(5 * minute - 1_000);
    expect(await bench.run(object)).toBe(1_000);
  });

  test('an issuer without a Secret is left alone', async () => {
    const shared = clusterIssuer('shared');
    bench.put(shared);
    expect(await bench.run(shared)).toBe(5 * minute);
    await bench.clock.advance(minute);
    expect(await bench.run(shared)).toBe(4 * minute);
    expect(bench.aws.calls).toHaveLength(2);
  });

  test('a Secret that is gone takes the Ready away', async () => {
    await bench.run(object);
    bench.api.remove(key('AKIA1'));
    await bench.run(object);
    expect(bench.ready(object)).toMatch(/^False Error: failed to retrieve secret/);
    expect(bench.signerOf(object)).toBeUndefined();
    expect(bench.aws.keys).toEqual([]);
  });

  test('a spec that names no credentials any more takes them away', async () => {
    await bench.run(object);
    bench.put(issuer('i', withIssuerSpec({ secretRef: undefined }), withMetadata({ generation: 2 })));
    await bench.run(object);
    expect(bench.ready(object)).toMatch(/^False Error: empty credentials/);
    expect(bench.aws.keys).toEqual([]);
  });

  test('a fault that was met while signing makes it be checked at once, also one that comes during a check', async () => {
    await bench.run(object);
    await bench.recheck(object);
    expect(bench.aws.calls).toHaveLength(4);
    bench.reconciler.reportFault(issuerKey, false);
    bench.api.interludes.push(() => bench.reconciler.reportFault(issuerKey, false));
    bench.aws.authority = { ...bench.aws.authority, status: 'DISABLED' };
    await bench.run(object);
    await bench.run(object);
    expect(bench.aws.calls).toHaveLength(8);
  });

  test('requests are not woken by a check that one of them caused and that changes nothing', async () => {
    await bench.run(object);
    expect(bench.woken).toHaveLength(1);
    await bench.recheck(object);
    expect(bench.woken).toHaveLength(1);
    bench.aws.authority = { ...bench.aws.authority, usageMode: 'SHORT_LIVED_CERTIFICATE' };
    bench.reconciler.reportFault(issuerKey, false);
    bench.api.failNext(undefined, { error: apiError(409, 'Conflict') });
    await expect(bench.run(object)).rejects.toMatchObject({ code: 409 });
    await bench.recheck(object);
    expect(bench.woken).toHaveLength(2);
    await bench.clock.advance(5 * minute);
    await bench.run(object);
    expect(bench.woken).toHaveLength(3);
  });

  test('a status that could not be written is no check', async () => {
    await bench.run(object);
    bench.aws.authority = { ...bench.aws.authority, keyAlgorithm: 'RSA_4096' };
    bench.reconciler.reportFault(issuerKey, false);
    bench.api.failNext(undefined, { error: apiError(409, 'Conflict') });
    await expect(bench.run(object)).rejects.toMatchObject({ code: 409 });
    await bench.run(object);
    expect(bench.api.current(object).status?.certificateAuthority?.keyAlgorithm).toBe('RSA_4096');
  });
});

describe('a deleted issuer', () => {
  test('leaves nothing behind', async () => {
    await bench.run(object);
    bench.watched.delete(issuerKey);
    expect(await bench.run(object)).toBeUndefined();
    expect(bench.registry.find(object)).toBeUndefined();
    expect(bench.readyGauge.values.size).toBe(0);
    expect(bench.aws.keys).toEqual([]);
  });

  test('leaves no signer to its successor', async () => {
    await bench.run(object);
    const signer = bench.signerOf(object);
    bench.put(issuer('i', withMetadata({ uid: 'successor' })));
    await bench.run(object);
    expect(bench.signerOf(object)).toBeDefined();
    expect(bench.signerOf(object)).not.toBe(signer);
  });

  test('leaves no trust to its successor', async () => {
    await bench.run(object);
    bench.put(issuer('i', withMetadata({ uid: 'successor' })));
    bench.aws.describeFault = hiccup;
    await bench.run(object);
    expect(bench.ready(object)).toMatch(/^False Unreachable: /);
    expect(bench.signerOf(object)).toBeUndefined();
  });
});

describe('the quota of DescribeCertificateAuthority', () => {
  const other = issuer('other');
  const described = (): number =>
    bench.aws.calls.filter((operation) => operation === 'DescribeCertificateAuthority').length;
  beforeEach(() => bench.put(other));

  test('a check waits for its turn, and leaves all as it is meanwhile', async () => {
    bench.describeRate = 1;
    await bench.run(object);
    const before = [bench.aws.calls.length, bench.api.writes.length];
    expect(await bench.run(other)).toBe(1000);
    expect([bench.aws.calls.length, bench.api.writes.length]).toEqual(before);
    await bench.clock.advance(1000);
    await bench.run(other);
    expect(described()).toBe(2);
  });

  test('a check that does not come to its call takes nothing from it', async () => {
    bench.describeRate = 1;
    bench.aws.identityFault = fault('transient', 'TimeoutError', 'GetCallerIdentity');
    await bench.run(object);
    bench.aws.identityFault = undefined;
    await bench.run(other);
    expect(described()).toBe(1);
  });

  test('a throttled check slows down those after it, and a throttled GetCallerIdentity does not', async () => {
    bench.describeRate = 20;
    bench.aws.identityFault = fault('throttled', 'Throttling', 'GetCallerIdentity');
    await bench.run(object);
    bench.aws.identityFault = undefined;
    bench.aws.describeFault = hiccup;
    await bench.run(object);
    expect(described()).toBe(1);
    expect(await bench.run(other)).toBeLessThan(500);
    expect(described()).toBe(1);
  });
});
