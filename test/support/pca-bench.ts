import type { AwsApi, CertificateAuthority, IssueInput } from '../../src/aws/clients.ts';
import { AwsError, type Consequence } from '../../src/aws/errors.ts';
import { Pacer } from '../../src/aws/pacing.ts';
import { IssuingTime } from '../../src/signers/pca/issuing-time.ts';
import { PcaSigner, type PcaSignerOptions } from '../../src/signers/pca/pca-signer.ts';
import type { SigningRequest } from '../../src/signers/signer.ts';
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

/** An AwsApi that answers as it is told, and counts. */
export class ScriptedAws implements AwsApi {
  readonly region = 'eu-west-1';
  readonly roles = [];
  readonly issued: IssueInput[] = [];
  readonly fetched: string[] = [];
  described = 0;
  readonly issue: Script<string> = [];
  readonly get: Script<{ certificate: string; chain: string }> = [];
  readonly describe: Script<CertificateAuthority> = [];

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

export function createPcaBench(options: Partial<Pick<PcaSignerOptions, 'rates' | 'settings'>> = {}) {
  const clock = new FakeClock();
  const aws = new ScriptedAws();
  const authority: CertificateAuthority = {
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
    account,
    authority,
    settings: { authorityArn, partition: 'aws', defaultTemplateName: undefined, notBeforeOffsetMs: 900_000 },
    rates: { issue: 0, get: 0 },
    pacer: new Pacer(clock),
    issuingTime: new IssuingTime(),
    clock,
    ...options,
  });
  aws.issue.push(certificateArn);
  aws.describe.push(authority);
  return { clock, aws, authority, request, signer, attempt: { number: 1, baseMs: clock.now() } };
}
