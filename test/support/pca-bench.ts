import type { CertificateAuthority, IssueInput, PcaApi } from '../../src/aws/clients.ts';
import { AwsError, type Consequence } from '../../src/aws/errors.ts';
import { Pacer } from '../../src/aws/pacing.ts';
import type { PcaIssuerSettings } from '../../src/signers/pca/issue-plan.ts';
import { IssuingTime } from '../../src/signers/pca/issuing-time.ts';
import { PcaSigner, type PcaSignerOptions } from '../../src/signers/pca/pca-signer.ts';
import { PcaQuota, type PcaRates } from '../../src/signers/pca/quota.ts';
import type { SigningRequest } from '../../src/signers/signer.ts';
import type { Clock } from '../../src/system/clock.ts';
import { FakeClock } from './fake-clock.ts';
import {
  certificatesPem,
  csrPem,
  dnsSan,
  ecKey,
  extendedKeyUsageExtension,
  keyUsageExtension,
  mintAuthority,
  mintCertificate,
  mintCsr,
  nameOf,
} from './pki.ts';

export const account = '111122223333';
export const authorityArn = `arn:aws:acm-pca:eu-west-1:${account}:certificate-authority/0a1b`;
export const certificateArn = `${authorityArn}/certificate/0c`;

export const awsError = (operation: string, code: string, consequence: Consequence, refused = true): AwsError =>
  new AwsError(operation, code, consequence, 'what was said', refused, undefined);

/** Answers of an operation: each is given once, the last one for ever. */
type Script<T> = (T | Error)[];

/** An PcaApi that answers as it is told, and counts. */
export class ScriptedAws implements PcaApi {
  readonly region = 'eu-west-1';
  readonly roles = [];
  readonly issued: IssueInput[] = [];
  readonly fetched: string[] = [];
  described = 0;
  askedForOwn = 0;
  readonly issue: Script<string> = [];
  readonly get: Script<{ certificate: string; chain: string }> = [];
  readonly describe: Script<CertificateAuthority> = [];
  readonly own: Script<string> = [];

  async issueCertificate(input: IssueInput): Promise<string> {
    this.issued.push(input);
    return next(this.issue);
  }

  async getCertificate(_: string, reference: string): Promise<{ certificate: string; chain: string }> {
    this.fetched.push(reference);
    return next(this.get);
  }

  async describeCertificateAuthority(): Promise<CertificateAuthority> {
    this.described += 1;
    return next(this.describe);
  }

  async getCertificateAuthorityCertificate(): Promise<string> {
    this.askedForOwn += 1;
    return next(this.own);
  }

  async getCallerIdentity(): Promise<never> {
    throw new Error('a signer has no reason to ask who it is');
  }
}

function next<T>(script: Script<T>): T {
  const [answer] = script.length > 1 ? script.splice(0, 1) : script;
  if (answer === undefined) throw new Error('the test did not script this call');
  if (answer instanceof Error) throw answer;
  return answer;
}

const root = mintAuthority('Root');
const intermediate = mintAuthority('Intermediate', root);
const key = ecKey();
/** KeyUsageFlags digitalSignature and keyEncipherment. */
export const tlsUsage = keyUsageExtension(5);
export const serverAuth = extendedKeyUsageExtension('1.3.6.1.5.5.7.3.1');

/** A leaf as the CA of the bench issues it for the request of the bench, but for what is given. */
export function issueLeaf(change: Partial<Parameters<typeof mintCertificate>[0]> = {}): Buffer {
  const extensions = [dnsSan('a.example'), tlsUsage, serverAuth];
  return mintCertificate({ key, subject: nameOf('a.example'), issuer: intermediate, extensions, ...change });
}
export const chainOf = (leaf: Buffer) => ({
  certificate: certificatesPem(leaf).trimEnd(),
  chain: certificatesPem(intermediate.der, root.der),
});
export const rootPem = certificatesPem(root.der);
export const chainPem = (leaf: Buffer): string => certificatesPem(leaf, intermediate.der);

export const pcaSettings: PcaIssuerSettings = {
  authorityArn,
  partition: 'aws',
  defaultTemplateName: undefined,
  allowedTemplateNames: [],
  notBeforeOffsetMs: 900_000,
  defaultDurationMs: 30 * 24 * 3_600_000,
  clampToCA: false,
};

const unpaced: PcaRates = { IssueCertificate: 0, GetCertificate: 0, DescribeCertificateAuthority: 0 };

/** The quotas of one issuer in an account of its own; operations without a rate are not paced. */
export function createQuota(clock: Clock, rates: Partial<PcaRates> = {}): PcaQuota {
  const scope = { account, region: 'eu-west-1', issuerKey: 'AWSPCAIssuer/team/issuer' };
  return new PcaQuota({ ...scope, pacer: new Pacer(clock), rates: { ...unpaced, ...rates } });
}

export interface PcaBenchOptions {
  readonly rates?: Partial<PcaRates>;
  readonly settings?: PcaSignerOptions['settings'];
  readonly clock?: FakeClock;
  /** In place of the scripted one. */
  readonly api?: PcaApi;
}

export function createPcaBench(options: PcaBenchOptions = {}) {
  const { rates, clock = new FakeClock(), ...others } = options;
  const aws = new ScriptedAws();
  const authority = {
    ...{ arn: authorityArn, type: 'SUBORDINATE', status: 'ACTIVE', usageMode: 'GENERAL_PURPOSE' },
    ...{ keyAlgorithm: 'EC_prime256v1', signingAlgorithm: 'SHA256WITHECDSA' },
    notAfter: new Date('2040-01-01T00:00:00Z'),
  };
  const request: SigningRequest = {
    uid: 'uid-1',
    csrPem: csrPem(mintCsr({ key, subject: nameOf('a.example'), extensions: [dnsSan('a.example')] })),
    durationMs: 3_600_000,
    isCA: false,
    usages: ['server auth'],
  };
  const signer = new PcaSigner({
    api: aws,
    authority,
    settings: pcaSettings,
    quota: createQuota(clock, rates),
    issuingTime: new IssuingTime(),
    clock,
    ...others,
  });
  aws.issue.push(certificateArn);
  aws.describe.push(authority);
  aws.own.push(certificatesPem(intermediate.der));
  return { clock, aws, authority, request, signer, attempt: { number: 1, baseMs: clock.now() } };
}
