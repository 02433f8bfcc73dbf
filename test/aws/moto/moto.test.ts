import { X509Certificate } from 'node:crypto';
import {
  DescribeCertificateAuthorityCommand,
  RevokeCertificateCommand,
  type ACMPCAClient,
} from '@aws-sdk/client-acm-pca';
import { AssumeRoleCommand, GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startAwsStandIn, type AwsStandIn } from '../index.ts';
import { fetchCertificate, issue, outcomeOf, pcaClient, stsClient, type IssueWish } from '../testing/clients.ts';
import { makeCsr, readCertificate, readExtensions } from '../testing/csr.ts';
import { createPendingAuthority, createRootAuthority } from './authority.ts';
import { missingForMoto, MOTO_VERSION, pythonWithMoto } from './install.ts';
import { startMoto, type MotoServer } from './server.ts';

/** The first run installs moto; how long that takes is the network's affair. */
const INSTALLATION_LIMIT_MS = 15 * 60_000;
const DAY = 24 * 3_600_000;
const ROLE = 'arn:aws:iam::111122223333:role/signer';
const missing = missingForMoto();
const title = `the same flow against moto ${MOTO_VERSION}`;

const report = (line: string): void => void process.stderr.write(`${line}\n`);

interface Emulator {
  readonly pca: ACMPCAClient;
  readonly sts: STSClient;
  readonly authority: string;
  readonly pending: string;
}

if (missing !== undefined) test.skip(`${title} (left out: ${missing})`, () => undefined);
else describe(title, compare);

function compare(): void {
  let aws: AwsStandIn | undefined;
  let moto: MotoServer | undefined;
  const both: Partial<Record<'stand-in' | 'moto', Emulator>> = {};
  const get = (name: 'stand-in' | 'moto'): Emulator => {
    const emulator = both[name];
    if (!emulator) throw new Error(`${name} did not start`);
    return emulator;
  };

  beforeAll(async () => {
    aws = await startAwsStandIn({ quotas: 'off' });
    moto = await startMoto(await pythonWithMoto(process.env, report));
    const identity = aws.identity;
    const clients = (endpoint: string): Pick<Emulator, 'pca' | 'sts'> => ({
      pca: pcaClient({ endpoint, identity }),
      sts: stsClient({ endpoint, identity }),
    });
    await aws.createRole({ name: 'signer' });
    const root = await aws.createCertificateAuthority({ keyAlgorithm: 'RSA_2048' });
    const pending = await aws.createCertificateAuthority({ status: 'PENDING_CERTIFICATE' });
    both['stand-in'] = { ...clients(aws.endpoint), authority: root.arn, pending: pending.arn };
    const theirs = clients(moto.endpoint);
    const authority = await createRootAuthority(theirs.pca);
    both.moto = { ...theirs, authority, pending: await createPendingAuthority(theirs.pca) };
  }, INSTALLATION_LIMIT_MS);

  afterAll(async () => {
    for (const { pca, sts } of Object.values(both)) {
      pca.destroy();
      sts.destroy();
    }
    await Promise.all([aws?.stop(), moto?.stop()]);
  });

  describe.each(['stand-in', 'moto'] as const)('agreed: %s', (name) => {
    test('describes the authority as ACTIVE, signs, and returns leaf and chain', async () => {
      const { pca, authority } = get(name);
      const describe = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: authority });
      const { CertificateAuthority } = await pca.send(describe);
      expect(CertificateAuthority).toMatchObject({ Status: 'ACTIVE', Type: 'ROOT', Arn: authority });
      expect(CertificateAuthority?.NotAfter?.getTime()).toBeGreaterThan(Date.now() + 300 * DAY);
      const csr = makeCsr({ extensions: ['subjectAltName=DNS:leaf.example,IP:10.0.0.1'] });
      const arn = await issue(pca, { CertificateAuthorityArn: authority, csr, SigningAlgorithm: 'SHA256WITHRSA' });
      expect(arn.startsWith(`${authority}/certificate/`)).toBe(true);
      const { leaf, chain = '' } = await fetchCertificate(pca, arn);
      expectSignedBy(leaf, chain);
      expect(readExtensions(leaf)).toMatchObject({
        'X509v3 Key Usage': 'critical Digital Signature, Key Encipherment',
        'X509v3 Extended Key Usage': 'TLS Web Server Authentication, TLS Web Client Authentication',
        'X509v3 Subject Alternative Name': 'DNS:leaf.example, IP Address:10.0.0.1',
      });
      expect(readCertificate(leaf)).toContain('Subject: CN=leaf.example');
    });

    test('tells an unknown authority by its error', async () => {
      const CertificateAuthorityArn = get(name).authority.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000');
      const call = get(name).pca.send(new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn }));
      expect(await outcomeOf(call)).toBe('ResourceNotFoundException');
    });

    test('speaks STS: the caller’s account, and a session of a role', async () => {
      const { sts } = get(name);
      const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
      expect(Arn).toContain(`:${Account}:`);
      const { AssumedRoleUser } = await sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'session' }));
      expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::111122223333:assumed-role/signer/session');
    });
  });

  /** One row for each difference that README.md lists. */
  const csr = makeCsr();
  const issueAt = ({ pca, authority }: Emulator, wish: Partial<IssueWish> = {}): Promise<string> =>
    issue(pca, { CertificateAuthorityArn: authority, csr, SigningAlgorithm: 'SHA256WITHRSA', ...wish });
  const leafAt = async (emulator: Emulator, wish?: Partial<IssueWish>): Promise<string> =>
    (await fetchCertificate(emulator.pca, await issueAt(emulator, wish))).leaf;
  const daysOf = (pem: string): number => {
    const { validFrom, validTo } = new X509Certificate(pem);
    return Math.floor((Date.parse(validTo) - Date.parse(validFrom)) / DAY);
  };

  test.each<[string, (emulator: Emulator) => Promise<unknown>, unknown, unknown]>([
    ['validity: days', async (it) => daysOf(await leafAt(it)), 30, 365],
    [
      'SigningAlgorithm honoured',
      async (it) => readCertificate(await leafAt(it)).includes('sha256WithRSAEncryption'),
      true,
      false,
    ],
    [
      'basic constraints of a leaf',
      async (it) => readExtensions(await leafAt(it))['X509v3 Basic Constraints'],
      'CA:FALSE',
      'critical CA:FALSE',
    ],
    [
      'path length of a subordinate template',
      async (it) => {
        const template = 'SubordinateCACertificate_PathLen0/V1';
        return readExtensions(await leafAt(it, { template }))['X509v3 Basic Constraints'];
      },
      'critical CA:TRUE, pathlen:0',
      undefined,
    ],
    [
      'one token is one certificate',
      async (it) => {
        const first = await issueAt(it, { IdempotencyToken: 'same' });
        return first === (await issueAt(it, { IdempotencyToken: 'same' }));
      },
      true,
      false,
    ],
    [
      'a token of 37 characters',
      (it) => outcomeOf(issueAt(it, { IdempotencyToken: 'x'.repeat(37) })),
      'ValidationException',
      'ok',
    ],
    [
      'an authority without a certificate issues',
      (it) => outcomeOf(issueAt(it, { CertificateAuthorityArn: it.pending })),
      'InvalidStateException',
      'ok',
    ],
    [
      'an unknown template',
      (it) => outcomeOf(issueAt(it, { template: 'NoSuchCertificate/V1' })),
      'InvalidArnException',
      'ok',
    ],
    [
      'the ARN ends in the serial',
      async (it) => {
        const arn = await issueAt(it);
        const { leaf } = await fetchCertificate(it.pca, arn);
        return arn.endsWith(`/${new X509Certificate(leaf).serialNumber.toLowerCase()}`);
      },
      true,
      false,
    ],
    [
      'a revoked certificate is handed out',
      async (it) => {
        const arn = await issueAt(it);
        const { leaf } = await fetchCertificate(it.pca, arn);
        // moto knows a serial by its hexadecimal digits without leading zeros, in pairs from the left.
        const digits = new X509Certificate(leaf).serialNumber.replace(/^0+/, '');
        const CertificateSerial = digits.match(/..?/g)?.join(':');
        const reason = { CertificateSerial, RevocationReason: 'SUPERSEDED' } as const;
        await it.pca.send(new RevokeCertificateCommand({ CertificateAuthorityArn: it.authority, ...reason }));
        return outcomeOf(fetchCertificate(it.pca, arn));
      },
      'ok',
      'RequestInProgressException',
    ],
  ])('differs: %s', async (_name, probe, here, there) => {
    expect(await probe(get('stand-in'))).toEqual(here);
    expect(await probe(get('moto'))).toEqual(there);
  });
}

/** The chain starts with the issuer, ends with a root, and does not hold the leaf; nothing ends in a newline. */
function expectSignedBy(leaf: string, chain: string): void {
  const issuer = new X509Certificate(chain);
  const certificate = new X509Certificate(leaf);
  expect(certificate.checkIssued(issuer)).toBe(true);
  expect(certificate.verify(issuer.publicKey)).toBe(true);
  const root = new X509Certificate(chain.slice(chain.lastIndexOf('-----BEGIN')));
  expect(root.verify(root.publicKey)).toBe(true);
  expect(chain).not.toContain(leaf);
  expect([leaf, chain].map((pem) => pem.endsWith('-----'))).toEqual([true, true]);
}
