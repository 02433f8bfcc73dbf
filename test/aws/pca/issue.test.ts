import { X509Certificate } from 'node:crypto';
import {
  DescribeCertificateAuthorityCommand,
  GetCertificateAuthorityCertificateCommand,
  ListCertificateAuthoritiesCommand,
  RevokeCertificateCommand,
  type ACMPCAClient,
  type SigningAlgorithm,
} from '@aws-sdk/client-acm-pca';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { startAwsStandIn, type Authority, type AuthorityOptions, type AwsStandIn } from '../index.ts';
import { fetchCertificate, issue, outcomeOf, pcaClient, type IssueWish } from '../testing/clients.ts';
import { parseCsr } from '../x509/csr.ts';
import { makeCsr, readCertificate, verifyChain } from '../testing/csr.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const SECOND_OF = (epochMs: number): number => Math.floor(epochMs / 1000);

const clock = new FakeClock(Date.parse('2026-01-02T03:04:05Z'));
let aws: AwsStandIn;
let client: ACMPCAClient;
let root: Authority;
let csr: string;

beforeAll(async () => {
  aws = await startAwsStandIn({ clock, quotas: 'off' });
  client = pcaClient(aws);
  root = await aws.createCertificateAuthority();
  csr = makeCsr();
});

afterEach(async () => aws.configure({ quotas: 'off', idempotencyMismatch: 'first-certificate' }));

afterAll(async () => {
  client.destroy();
  await aws.stop();
});

const issueFrom = (wish: Partial<IssueWish> = {}): Promise<string> =>
  issue(client, { CertificateAuthorityArn: root.arn, csr, ...wish });

async function leafOf(certificateArn: string): Promise<X509Certificate> {
  return new X509Certificate((await fetchCertificate(client, certificateArn)).leaf);
}

describe('idempotency', () => {
  test('a token is one certificate for five minutes, and another one after', async () => {
    const first = await issueFrom({ IdempotencyToken: 'token-1' });
    await clock.advance(5 * MINUTE - 1);
    expect(await issueFrom({ IdempotencyToken: 'token-1' })).toBe(first);
    await clock.advance(1);
    expect(await issueFrom({ IdempotencyToken: 'token-1' })).not.toBe(first);
  });

  test('tokens of different authorities do not meet, and no token means a new certificate', async () => {
    const other = await aws.createCertificateAuthority();
    const first = await issueFrom({ IdempotencyToken: 'token-2' });
    const second = await issueFrom({ IdempotencyToken: 'token-2', CertificateAuthorityArn: other.arn });
    expect(second).not.toContain(root.arn);
    expect(await issueFrom()).not.toBe(first);
    expect(await issueFrom()).not.toBe(await issueFrom());
  });

  test('the same token with other parameters gets the first certificate, or an error when that is asked for', async () => {
    const first = await issueFrom({ IdempotencyToken: 'token-3' });
    const changed = { IdempotencyToken: 'token-3', csr: makeCsr() };
    expect(await issueFrom(changed)).toBe(first);
    await aws.configure({ idempotencyMismatch: 'error' });
    expect(await outcomeOf(issueFrom(changed))).toBe('InvalidArgsException');
    expect(await issueFrom({ IdempotencyToken: 'token-3' })).toBe(first);
  });

  test('a repeated token is billed once', async () => {
    await aws.reset();
    await issueFrom({ IdempotencyToken: 'token-4' });
    await issueFrom({ IdempotencyToken: 'token-4' });
    expect(await aws.billed()).toMatchObject([{ token: 'token-4', certificateAuthorityArn: root.arn }]);
    expect(await aws.calls({ operation: 'IssueCertificate' })).toHaveLength(2);
  });

  test.each([
    ['36 characters', 'x'.repeat(36), 'ok'],
    ['37 characters', 'x'.repeat(37), 'ValidationException'],
    ['none', '', 'ValidationException'],
    ['a character beyond U+00FF', 'tök€n', 'ValidationException'],
  ])('a token of %s', async (_name, IdempotencyToken, outcome) => {
    expect(await outcomeOf(issueFrom({ IdempotencyToken }))).toBe(outcome);
  });
});

describe('validity', () => {
  test('a leaf begins an hour before its issuance, or when the request says', async () => {
    const now = clock.now();
    const backdated = await leafOf(await issueFrom());
    expect(Date.parse(backdated.validFrom)).toBe(now - 60 * MINUTE);
    expect(Date.parse(backdated.validTo)).toBe(now + 30 * DAY);
    const Value = SECOND_OF(now) - 900;
    const chosen = await leafOf(await issueFrom({ ValidityNotBefore: { Type: 'ABSOLUTE', Value } }));
    expect(Date.parse(chosen.validFrom)).toBe(now - 15 * MINUTE);
  });

  test.each([
    ['DAYS 0', { Type: 'DAYS', Value: 0 }],
    ['ABSOLUTE in the past', { Type: 'ABSOLUTE', Value: SECOND_OF(clock.now()) - 1 }],
    ['longer than the authority', { Type: 'YEARS', Value: 11 }],
  ] as const)('%s is refused', async (_name, Validity) => {
    expect(await outcomeOf(issueFrom({ Validity }))).toBe('ValidationException');
  });

  test('a leaf may end with its authority, not a second later', async () => {
    const end = SECOND_OF(root.notAfter);
    const last = await leafOf(await issueFrom({ Validity: { Type: 'ABSOLUTE', Value: end } }));
    expect(Date.parse(last.validTo)).toBe(root.notAfter);
    const later = issueFrom({ Validity: { Type: 'ABSOLUTE', Value: end + 1 } });
    expect(await outcomeOf(later)).toBe('ValidationException');
  });

  test('a short-lived authority gives seven days at most', async () => {
    const { arn } = await aws.createCertificateAuthority({ usageMode: 'SHORT_LIVED_CERTIFICATE' });
    const until = (days: number, hours = 0): Promise<string> => {
      const Value = SECOND_OF(clock.now() + days * DAY) + hours * 3600;
      return outcomeOf(issueFrom({ CertificateAuthorityArn: arn, Validity: { Type: 'ABSOLUTE', Value } }));
    };
    expect(await until(7)).toBe('ok');
    expect(await until(7, 1)).toBe('ValidationException');
  });
});

describe('signing algorithms', () => {
  test.each([
    ['EC_prime256v1', 'SHA256WITHRSA', 'us-east-1', 'InvalidArgsException'],
    ['RSA_2048', 'SHA256WITHECDSA', 'us-east-1', 'InvalidArgsException'],
    ['EC_prime256v1', 'SHA512WITHECDSA', 'us-east-1', 'ok'],
    ['EC_prime256v1', 'SHA512WITHECDSA', 'ca-west-1', 'InvalidArgsException'],
    ['EC_secp384r1', 'SHA384WITHECDSA', 'ca-west-1', 'ok'],
    ['EC_prime256v1', 'ML_DSA_65', 'us-east-1', 'InvalidArgsException'],
    ['ML_DSA_65', 'ML_DSA_65', 'us-east-1', 'ok'],
    ['ML_DSA_65', 'ML_DSA_87', 'us-east-1', 'InvalidArgsException'],
    ['ML_DSA_65', 'SHA256WITHECDSA', 'us-east-1', 'InvalidArgsException'],
    ['EC_prime256v1', 'MD5WITHRSA', 'us-east-1', 'ValidationException'],
  ] as const)('a %s authority asked for %s in %s', async (keyAlgorithm, algorithm, region, outcome) => {
    const { arn } = await aws.createCertificateAuthority({ keyAlgorithm, region });
    const regional = pcaClient({ ...aws, region });
    const SigningAlgorithm = algorithm as SigningAlgorithm;
    expect(await outcomeOf(issue(regional, { CertificateAuthorityArn: arn, csr, SigningAlgorithm }))).toBe(outcome);
    regional.destroy();
  });

  test('an RSA authority signs with PKCS #1 and with PSS; openssl reads both and the signature holds', async () => {
    const authority = await aws.createCertificateAuthority({ keyAlgorithm: 'RSA_2048' });
    const algorithms = {
      SHA256WITHRSA: 'sha256WithRSAEncryption',
      SHA384WITHRSA_PSS: 'Mask Algorithm: mgf1 with sha384',
    };
    for (const [name, text] of Object.entries(algorithms)) {
      const SigningAlgorithm = name as SigningAlgorithm;
      const arn = await issueFrom({ CertificateAuthorityArn: authority.arn, SigningAlgorithm });
      const { leaf } = await fetchCertificate(client, arn);
      expect(readCertificate(leaf)).toContain(text);
      const issuer = new X509Certificate(authority.certificatePem);
      expect(new X509Certificate(leaf).verify(issuer.publicKey)).toBe(true);
    }
  });
});

describe('requests', () => {
  test.each([
    ['a P-384 key', { key: 'P-384' }, 'ok'],
    ['a P-521 key', { key: 'P-521' }, 'ok'],
    ['an RSA 2048 key', { key: 'rsa:2048' }, 'ok'],
    ['an RSA 1024 key', { key: 'rsa:1024' }, 'MalformedCSRException'],
    ['an Ed25519 key', { key: 'ed25519' }, 'MalformedCSRException'],
    ['neither subject nor names', { subject: '/' }, 'MalformedCSRException'],
    ['names alone', { subject: '/', extensions: ['subjectAltName=DNS:a.example'] }, 'ok'],
  ] as const)('with %s', async (_name, wish, outcome) => {
    expect(await outcomeOf(issueFrom({ csr: makeCsr(wish) }))).toBe(outcome);
  });

  test('garbage and a request whose signature does not hold are malformed', async () => {
    const der = Buffer.from(csr.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    der.write('evil', der.indexOf('leaf.example'));
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    expect(await outcomeOf(issueFrom({ csr: forged }))).toBe('MalformedCSRException');
    expect(await outcomeOf(issueFrom({ csr: 'garbage' }))).toBe('MalformedCSRException');
    const truncated = csr.replace(/(.{64}\n){2}/, '');
    expect(await outcomeOf(issueFrom({ csr: truncated }))).toBe('MalformedCSRException');
  });

  test('the subject arrives byte for byte, the names with it', async () => {
    const request = makeCsr({
      subject: '/C=AT/O=Bäckerei/emailAddress=a@b.example/CN=b.example',
      extensions: ['subjectAltName=DNS:b.example,IP:10.0.0.1'],
    });
    const { leaf } = await fetchCertificate(client, await issueFrom({ csr: request }));
    expect(readCertificate(leaf)).toContain('Subject: CN=b.example,emailAddress=a@b.example,O=B\\C3\\A4ckerei,C=AT');
    expect(new X509Certificate(leaf).raw.includes(parseCsr(request).subject)).toBe(true);
    expect(new X509Certificate(leaf).subjectAltName).toBe('DNS:b.example, IP Address:10.0.0.1');
  });
});

describe('authorities', () => {
  test('of a hierarchy three deep: the leaf is not in the chain, the root is its last', async () => {
    const middle = await aws.createCertificateAuthority({ parent: root.arn, keyAlgorithm: 'EC_secp384r1' });
    const issuing = await aws.createCertificateAuthority({ parent: middle.arn });
    const { leaf, chain } = await fetchCertificate(client, await issueFrom({ CertificateAuthorityArn: issuing.arn }));
    expect(chain).toBe([issuing, middle, root].map(({ certificatePem }) => certificatePem).join('\n'));
    expect(leaf.endsWith('-----')).toBe(true);
    const above = [issuing, middle].map(({ certificatePem }) => certificatePem);
    expect(verifyChain(leaf, above, root.certificatePem)).toBe('/leaf: OK');
    expect(new X509Certificate(leaf).checkIssued(new X509Certificate(issuing.certificatePem))).toBe(true);
    const own = await client.send(
      new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: issuing.arn }),
    );
    expect(own.CertificateChain).toBe([middle, root].map(({ certificatePem }) => certificatePem).join('\n'));
  });

  test('can hand out the chain in the other order, or without its root', async () => {
    const reversed = await aws.createCertificateAuthority({ parent: root.arn, chainOrder: 'root-first' });
    const rootless = await aws.createCertificateAuthority({ parent: root.arn, omitRootFromChain: true });
    const first = await fetchCertificate(client, await issueFrom({ CertificateAuthorityArn: reversed.arn }));
    const second = await fetchCertificate(client, await issueFrom({ CertificateAuthorityArn: rootless.arn }));
    expect(first.chain).toBe(`${root.certificatePem}\n${reversed.certificatePem}`);
    expect(second.chain).toBe(rootless.certificatePem);
  });

  test('can repeat its certificates, and write them as others do', async () => {
    const fetchChain = async (options: AuthorityOptions): Promise<[Authority, string]> => {
      const authority = await aws.createCertificateAuthority({ parent: root.arn, ...options });
      const { chain = '' } = await fetchCertificate(
        client,
        await issueFrom({ CertificateAuthorityArn: authority.arn }),
      );
      return [authority, chain];
    };
    const [repeating, twice] = await fetchChain({ repeatInChain: true, chainOrder: 'mixed' });
    const [own, above] = [repeating.certificatePem, root.certificatePem];
    expect(twice).toBe([above, own, above, own].join('\n'));
    const [{ certificatePem }, crlf] = await fetchChain({ chainText: 'crlf', omitRootFromChain: true });
    expect(crlf).toBe(certificatePem.replaceAll('\n', '\r\n'));
    const [, explained] = await fetchChain({ chainText: 'explained' });
    expect(explained).toMatch(/^Certificate 1:\n-----BEGIN[^]*-----END CERTIFICATE-----\nend\n$/);
  });

  test('can be signed by two others: openssl follows either certificate', async () => {
    const other = await aws.createCertificateAuthority();
    const options = { parent: root.arn, crossSignedBy: other.arn };
    const twin = await aws.createCertificateAuthority(options);
    const { leaf, chain = '' } = await fetchCertificate(client, await issueFrom({ CertificateAuthorityArn: twin.arn }));
    const [first, , second] = chain.match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];
    if (first === undefined || second === undefined) throw new Error('a certificate is missing');
    expect([first, verifyChain(leaf, [first], root.certificatePem)]).toEqual([twin.certificatePem, '/leaf: OK']);
    expect(verifyChain(leaf, [second], other.certificatePem)).toBe('/leaf: OK');
  });

  test('with an ML-DSA key sign what Node.js verifies', async () => {
    const { arn, certificatePem } = await aws.createCertificateAuthority({ keyAlgorithm: 'ML_DSA_44' });
    const SigningAlgorithm = 'ML_DSA_44' as SigningAlgorithm;
    const leaf = await leafOf(await issueFrom({ CertificateAuthorityArn: arn, SigningAlgorithm }));
    expect(leaf.verify(new X509Certificate(certificatePem).publicKey)).toBe(true);
  });

  test.each(['CREATING', 'PENDING_CERTIFICATE', 'DISABLED', 'EXPIRED', 'FAILED', 'DELETED'] as const)(
    'that are %s do not issue, and do once they are ACTIVE',
    async (status) => {
      const { arn } = await aws.createCertificateAuthority({ status });
      const wish = { CertificateAuthorityArn: arn };
      expect(await outcomeOf(issueFrom(wish))).toBe('InvalidStateException');
      const described = await client.send(new DescribeCertificateAuthorityCommand(wish));
      expect(described.CertificateAuthority?.Status).toBe(status);
      await aws.updateCertificateAuthority({ arn, status: 'ACTIVE' });
      expect(await outcomeOf(issueFrom(wish))).toBe('ok');
    },
  );

  test('expire by themselves', async () => {
    const { arn } = await aws.createCertificateAuthority({ notAfter: clock.now() - 1000 });
    const { CertificateAuthority } = await client.send(
      new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn }),
    );
    expect(CertificateAuthority?.Status).toBe('EXPIRED');
    expect(await outcomeOf(issueFrom({ CertificateAuthorityArn: arn }))).toBe('InvalidStateException');
  });

  test.each([
    ['not an ARN', 'not-an-arn', 'InvalidArnException'],
    [
      'an ARN of no authority',
      'arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/00000000-0000-4000-8000-000000000000',
      'ResourceNotFoundException',
    ],
  ])('named by %s', async (_name, CertificateAuthorityArn, outcome) => {
    expect(await outcomeOf(issueFrom({ CertificateAuthorityArn }))).toBe(outcome);
  });

  test('are not found from another Region', async () => {
    const elsewhere = pcaClient({ ...aws, region: 'eu-west-1' });
    const call = elsewhere.send(new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: root.arn }));
    expect(await outcomeOf(call)).toBe('ResourceNotFoundException');
    elsewhere.destroy();
  });

  test('take templates of their own partition only', async () => {
    const { arn } = await aws.createCertificateAuthority({ partition: 'aws-us-gov', region: 'us-gov-west-1' });
    const gov = pcaClient({ ...aws, region: 'us-gov-west-1' });
    const asked = (partition: string): Promise<string> => {
      const TemplateArn = `arn:${partition}:acm-pca:::template/EndEntityCertificate/V1`;
      return outcomeOf(issue(gov, { CertificateAuthorityArn: arn, csr, TemplateArn }));
    };
    expect(await asked('aws-us-gov')).toBe('ok');
    expect(await asked('aws')).toBe('InvalidArnException');
    expect(await outcomeOf(issue(gov, { CertificateAuthorityArn: arn, csr }))).toBe('ok');
    gov.destroy();
  });

  test('are listed by page, for their own account', async () => {
    const identity = await aws.createIdentity({ account: '555566667777' });
    const other = pcaClient({ ...aws, identity });
    for (let i = 0; i < 3; i++) await aws.createCertificateAuthority({ account: '555566667777' });
    const first = await other.send(new ListCertificateAuthoritiesCommand({ MaxResults: 2 }));
    const { NextToken = '' } = first;
    const second = await other.send(new ListCertificateAuthoritiesCommand({ MaxResults: 2, NextToken }));
    expect([first.CertificateAuthorities?.length, second.CertificateAuthorities?.length]).toEqual([2, 1]);
    const wrong = other.send(new ListCertificateAuthoritiesCommand({ NextToken: 'nowhere' }));
    expect(await outcomeOf(wrong)).toBe('InvalidNextTokenException');
    other.destroy();
  });
});

describe('fetching and revoking', () => {
  test('a certificate is in progress until its issuing time has passed', async () => {
    const { arn } = await aws.createCertificateAuthority({ issuingTimeMs: 2000 });
    const certificateArn = await issueFrom({ CertificateAuthorityArn: arn });
    expect(await outcomeOf(fetchCertificate(client, certificateArn))).toBe('RequestInProgressException');
    await clock.advance(1999);
    expect(await outcomeOf(fetchCertificate(client, certificateArn))).toBe('RequestInProgressException');
    await clock.advance(1);
    expect(await outcomeOf(fetchCertificate(client, certificateArn))).toBe('ok');
  });

  test('an unknown certificate is not found', async () => {
    const call = fetchCertificate(client, `${root.arn}/certificate/0123456789abcdef`);
    expect(await outcomeOf(call)).toBe('ResourceNotFoundException');
  });

  test('a certificate is revoked once, and still handed out', async () => {
    const certificateArn = await issueFrom();
    const CertificateSerial = certificateArn.split('/').at(-1)?.match(/../g)?.join(':');
    const input = { CertificateAuthorityArn: root.arn, CertificateSerial, RevocationReason: 'SUPERSEDED' } as const;
    expect(await outcomeOf(client.send(new RevokeCertificateCommand(input)))).toBe('ok');
    expect(await outcomeOf(client.send(new RevokeCertificateCommand(input)))).toBe('RequestAlreadyProcessedException');
    expect(await outcomeOf(fetchCertificate(client, certificateArn))).toBe('ok');
  });
});

describe('quotas', () => {
  test('hold one second’s worth, by operation, and fill again', async () => {
    await aws.configure({ quotas: {} });
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => outcomeOf(issueFrom())));
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(25);
    expect(outcomes.filter((outcome) => outcome === 'ThrottlingException')).toHaveLength(5);
    const describe = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: root.arn });
    expect(await outcomeOf(client.send(describe))).toBe('ok');
    await clock.advance(40);
    expect(await outcomeOf(issueFrom())).toBe('ok');
    expect(await outcomeOf(issueFrom())).toBe('ThrottlingException');
  });

  test('are each account’s own', async () => {
    await aws.configure({ quotas: { IssueCertificate: 1 } });
    const identity = await aws.createIdentity({ account: '999900001111' });
    const theirs = await aws.createCertificateAuthority({ account: '999900001111' });
    const other = pcaClient({ ...aws, identity });
    expect(await outcomeOf(issueFrom())).toBe('ok');
    expect(await outcomeOf(issueFrom())).toBe('ThrottlingException');
    expect(await outcomeOf(issue(other, { CertificateAuthorityArn: theirs.arn, csr }))).toBe('ok');
    other.destroy();
  });
});
