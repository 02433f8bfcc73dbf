import { describe, expect, test } from '@jest/globals';
import {
  awsError,
  certificateArn,
  chainOf,
  createPcaBench,
  issueLeaf,
  pcaSettings,
} from '../../../test/support/pca-bench.ts';
import {
  caExtension,
  certificatesPem,
  csrPem,
  dnsSan,
  ecKey,
  mintAuthority,
  mintCertificate,
  mintCsr,
  nameOf,
} from '../../../test/support/pki.ts';
import type { Consequence } from '../../aws/errors.ts';

const day = 24 * 3_600_000;
const hour = 3_600_000;

/** PEM of a CA's own certificate with that path length. */
function ownCertificate(pathLength?: number): string {
  const root = mintAuthority('Own');
  const extensions = [caExtension(pathLength)];
  return certificatesPem(mintCertificate({ key: root.key, subject: root.subject, issuer: root, extensions }));
}

function createCaBench(own: string | Error, asked?: number, settings: Partial<typeof pcaSettings> = {}) {
  const bench = createPcaBench({ settings: { ...pcaSettings, ...settings } });
  bench.aws.own.splice(0, 1, own);
  const der = mintCsr({ subject: nameOf('CA'), extensions: asked === undefined ? [] : [caExtension(asked)] });
  const request = { ...bench.request, csrPem: csrPem(der), isCA: true, usages: ['cert sign'] };
  return { ...bench, request };
}
const everyLength = { allowedTemplateNames: ['SubordinateCACertificate_PathLen*/V1'] };
const templateOf = ({ aws }: Pick<ReturnType<typeof createPcaBench>, 'aws'>): string | undefined =>
  aws.issued.at(-1)?.templateArn.replace(/^.*:template\//, '');

describe('the path length of the CA', () => {
  test.each([
    ['leaves room', ownCertificate(3), 2],
    ['is unlimited', ownCertificate(), 2],
    ['is just too short', ownCertificate(2), 0],
  ])('%s', async (_, own, expected) => {
    const bench = createCaBench(own, 2, everyLength);
    await expect(bench.signer.begin(bench.request, bench.attempt)).resolves.toMatchObject({ kind: 'begun' });
    expect(templateOf(bench)).toBe(`SubordinateCACertificate_PathLen${expected}/V1`);
  });

  test('leaves no room at all: refused by name, and not paid', async () => {
    const { signer, aws, request, attempt } = createCaBench(ownCertificate(0));
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({
      kind: 'rejected',
      code: 'PathLengthExceeded',
      message: expect.stringMatching(/has a path length of 0: it may sign no other CA/),
    });
    expect(aws.issued).toEqual([]);
  });

  test('leaves too little for the template that somebody wrote down', async () => {
    const defaultTemplateName = 'SubordinateCACertificate_PathLen2/V1';
    const { signer, aws, request, attempt } = createCaBench(ownCertificate(2), undefined, { defaultTemplateName });
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({
      code: 'PathLengthExceeded',
      message: expect.stringMatching(
        /path length of 2, so .* than the 2 of template SubordinateCACertificate_PathLen2/,
      ),
    });
    expect(aws.issued).toEqual([]);
  });

  test('is asked for once, whoever needs it, and not for other certificates', async () => {
    const { signer, aws, request, attempt } = createCaBench(ownCertificate(3));
    await signer.begin({ ...request, isCA: false, usages: ['server auth'] }, attempt);
    expect(aws.askedForOwn).toBe(0);
    const uids = ['a', 'b', 'c'];
    await Promise.all(uids.map((uid) => signer.begin({ ...request, uid }, attempt)));
    expect(aws).toMatchObject({ askedForOwn: 1, issued: [{}, {}, {}, {}] });
  });

  test.each<[string, Consequence | undefined]>([
    ['AccessDeniedException', 'denied'],
    ['ThrottlingException', 'throttled'],
    ['TimeoutError', 'transient'],
    ['ExpiredTokenException', 'credentials'],
    ['garbage in place of a certificate', undefined],
  ])(
    'cannot be found out (%s): the service decides, and it is not asked again for an hour',
    async (code, consequence) => {
      const own = consequence
        ? awsError('GetCertificateAuthorityCertificate', code, consequence)
        : certificatesPem(Buffer.from('garbage'));
      const bench = createCaBench(own, 2, everyLength);
      const { signer, aws, request, attempt, clock } = bench;
      await expect(signer.begin(request, attempt)).resolves.toMatchObject({ kind: 'begun' });
      expect(templateOf(bench)).toBe('SubordinateCACertificate_PathLen2/V1');
      await clock.advance(hour - 1);
      await signer.begin(request, attempt);
      expect(aws.askedForOwn).toBe(1);
      aws.own.splice(0, 1, ownCertificate(1));
      await clock.advance(1);
      await signer.begin(request, attempt);
      expect(aws.askedForOwn).toBe(2);
      expect(templateOf(bench)).toBe('SubordinateCACertificate_PathLen0/V1');
    },
  );
});

describe('validity', () => {
  const soon = (bench: ReturnType<typeof createPcaBench>, ms: number) => new Date(bench.clock.now() + ms);

  test('beyond a CA that was renewed meanwhile is given', async () => {
    const bench = createPcaBench();
    const { signer, aws, authority, request, attempt } = bench;
    const durationMs = authority.notAfter.getTime() - bench.clock.now() + day;
    aws.describe.unshift({ ...authority, notAfter: new Date('2050-01-01T00:00:00Z') });
    await expect(signer.begin({ ...request, durationMs }, attempt)).resolves.toMatchObject({ kind: 'begun' });
    expect(aws).toMatchObject({ described: 1, issued: [{ notAfter: (bench.clock.now() + durationMs) / 1000 }] });
    await signer.begin({ ...request, durationMs }, attempt);
    expect(aws.described).toBe(1);
  });

  test('beyond the CA is refused, and the CA is described once a minute for that', async () => {
    const { signer, aws, request, attempt, clock } = createPcaBench();
    const long = { ...request, durationMs: 9999 * day };
    for (let i = 0; i < 3; i++) {
      await expect(signer.begin(long, attempt)).resolves.toMatchObject({
        kind: 'rejected',
        code: 'ValidityExceedsAuthority',
      });
    }
    expect(aws).toMatchObject({ described: 1, issued: [] });
    await clock.advance(60_000);
    await signer.begin(long, attempt);
    expect(aws.described).toBe(2);
  });

  test('nobody is refused while the CA cannot be described', async () => {
    const { signer, aws, request, attempt } = createPcaBench();
    aws.describe.unshift(awsError('DescribeCertificateAuthority', 'ThrottlingException', 'throttled'));
    const outcome = await signer.begin({ ...request, durationMs: 9999 * day }, attempt);
    expect(outcome).toMatchObject({ kind: 'retry', outcomeUnknown: false });
  });

  test('of a CA that ends while the request waits: the fault is the issuer’s', async () => {
    const bench = createPcaBench();
    const { signer, aws, authority, attempt, clock } = bench;
    aws.describe.splice(0, 1, { ...authority, notAfter: soon(bench, 2 * hour) });
    const request = { ...bench.request, durationMs: 9999 * day };
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({ kind: 'rejected' });
    await clock.advance(2 * hour);
    for (const durationMs of [hour, undefined, 9999 * day]) {
      await expect(signer.begin({ ...request, durationMs }, attempt)).resolves.toMatchObject({
        kind: 'issuerFault',
        code: 'CertificateAuthorityExpired',
      });
    }
    aws.describe.splice(0, 1, { ...authority });
    await expect(signer.begin({ ...request, durationMs: hour }, attempt)).resolves.toMatchObject({ kind: 'begun' });
  });

  test('that was shortened is told once it is issued, also by another process', async () => {
    const settings = { ...pcaSettings, clampToCA: true };
    const { signer, aws, request, attempt, authority } = createPcaBench({ settings });
    const long = { ...request, durationMs: 9999 * day };
    const begun = await signer.begin(long, attempt);
    expect(aws).toMatchObject({ described: 0, issued: [{ notAfter: authority.notAfter.getTime() / 1000 }] });
    const another = createPcaBench();
    another.aws.get.push(chainOf(issueLeaf()));
    const terms = begun.kind === 'begun' ? begun.terms : undefined;
    await expect(another.signer.collect(long, certificateArn, terms)).resolves.toMatchObject({
      kind: 'issued',
      notices: [
        {
          reason: 'ValidityClamped',
          message: expect.stringMatching(/until 2053-05-19T.*; it ends at 2036-01-01T00:00:00Z/),
        },
      ],
    });
  });
});

test('what the template decides over the request is told once it is issued', async () => {
  const { signer, aws, request } = createPcaBench();
  aws.get.push(chainOf(issueLeaf()));
  const asked = { ...request, isCA: true, usages: ['server auth', 'client auth'] };
  const outcome = await signer.collect(asked, certificateArn, 'EndEntityServerAuthCertificate/V1');
  expect(outcome).toMatchObject({
    kind: 'issued',
    notices: [
      {
        reason: 'TemplateOverrides',
        message:
          'Template EndEntityServerAuthCertificate/V1 and the CA decide about these, so the certificate lacks what was ' +
          'asked for: usage cert sign, usage client auth, isCA.',
      },
    ],
  });
});

test('what cannot be asked for costs no call, and cannot be adopted either', async () => {
  const settings = { ...pcaSettings, defaultTemplateName: 'EndEntityCertificate/V1' };
  const { signer, aws, request, attempt } = createPcaBench({ settings });
  aws.get.push(chainOf(issueLeaf()));
  const named = { ...request, templateName: 'RootCACertificate/V1' };
  await expect(signer.begin(named, attempt)).resolves.toMatchObject({ code: 'TemplateNotAllowed' });
  await expect(signer.adopt(named, certificateArn, 0)).resolves.toMatchObject({ kind: 'foreign' });
  expect(aws.issued).toEqual([]);
});

test('a certificate of a template that is not known here is judged by key and names alone', async () => {
  const { signer, aws, request } = createPcaBench();
  aws.get.push(chainOf(issueLeaf({ extensions: [dnsSan('a.example')] })), chainOf(issueLeaf({ key: ecKey() })));
  await expect(signer.collect(request, certificateArn, 'New/V1')).resolves.toMatchObject({
    kind: 'issued',
    notices: [],
  });
  await expect(signer.collect(request, certificateArn, 'New/V1')).resolves.toMatchObject({ kind: 'foreign' });
});
