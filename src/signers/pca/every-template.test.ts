import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Certificate,
  ExtendedKeyUsage,
  type Extension,
  GeneralName,
  KeyUsage,
  KeyUsageFlags,
  OtherName,
} from '@peculiar/asn1-x509';
import { createControls } from '../../../test/aws/controls.ts';
import { createEngine, type Engine } from '../../../test/aws/engine.ts';
import { TEMPLATES, type Template } from '../../../test/aws/pca/templates.ts';
import { createServer } from '../../../test/aws/server.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { createQuota, pcaSettings } from '../../../test/support/pca-bench.ts';
import {
  caExtension,
  csrPem,
  dnsSan,
  ecKey,
  extendedKeyUsageExtension,
  extension,
  type KeyPair,
  keyUsageExtension,
  mintCsr,
  nameOf,
  sanExtension,
  toArrayBuffer,
} from '../../../test/support/pki.ts';
import { createTestClients } from '../../../test/support/aws-clients.ts';
import type { AwsApi, AwsClients } from '../../aws/clients.ts';
import { defaultRoleSessionName } from '../../aws/identity.ts';
import { systemClock } from '../../system/clock.ts';
import { fromPem } from '../../../test/aws/x509/pem.ts';
import type { CollectOutcome, SigningRequest } from '../signer.ts';
import { IssuingTime } from './issuing-time.ts';
import type { PcaIssuerSettings } from './issue-plan.ts';
import { PcaSigner } from './pca-signer.ts';

/**
 * Every template with everything that a CSR may ask for, through the real SDK and the stand-in's real signatures. What has
 * to come out is told by the stand-in's own table, and the certificate is read by another library than the signer uses.
 */
const { digitalSignature, nonRepudiation, keyEncipherment, keyAgreement, keyCertSign } = KeyUsageFlags;
const [serverAuth, clientAuth, emailProtection] = [1, 2, 4].map((last) => `1.3.6.1.5.5.7.3.${last}`) as [
  string,
  string,
  string,
];
const oid = { keyUsage: '2.5.29.15', san: '2.5.29.17', basicConstraints: '2.5.29.19', extendedKeyUsage: '2.5.29.37' };
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

interface Feature {
  readonly extensions?: readonly Extension[];
  readonly isCA?: boolean;
  readonly usages?: readonly string[];
  /** What the request wants, by its CSR or by its own list; the bits of KeyUsageFlags. */
  readonly keyUsage?: number;
  readonly extendedKeyUsage?: readonly string[];
  /** Of this, what somebody asked for, and beyond it; default: all. */
  readonly asked?: { readonly keyUsage: number; readonly extendedKeyUsage: readonly string[] };
  readonly pathLength?: number;
  /** An extension that no template fixes. */
  readonly other?: Extension;
}

const usual = digitalSignature | keyEncipherment;
const nothing = { keyUsage: 0, extendedKeyUsage: [] };
const other = (identifier: string, der: string, critical = false): Feature => {
  const asked = extension(identifier, hex(der), critical);
  return { extensions: [asked], other: asked, keyUsage: usual, asked: nothing };
};
const nameConstraints = other('2.5.29.30', '30 0a a0 08 30 06 82 04 2e 65 78 61', true);
const mustStaple = other('1.3.6.1.5.5.7.1.24', '30 03 02 01 05');
const upn = new OtherName({
  typeId: '1.3.6.1.4.1.311.20.2.3',
  value: toArrayBuffer(Buffer.concat([hex('a0 03'), hex('0c 01 61')])),
});

const features: Readonly<Record<string, Feature>> = {
  'no wish at all': { keyUsage: usual, asked: nothing },
  'what cert-manager asks for by default': {
    extensions: [keyUsageExtension(usual)],
    keyUsage: usual,
    asked: nothing,
  },
  'usages that the CSR does not carry': {
    usages: ['content commitment', 'client auth', 'email protection'],
    keyUsage: nonRepudiation,
    extendedKeyUsage: [clientAuth, emailProtection],
  },
  'a key usage': {
    extensions: [keyUsageExtension(digitalSignature | keyAgreement)],
    usages: ['server auth'],
    keyUsage: digitalSignature | keyAgreement,
    asked: { keyUsage: digitalSignature | keyAgreement, extendedKeyUsage: [serverAuth] },
  },
  'an extended key usage': {
    extensions: [extendedKeyUsageExtension(serverAuth, '1.2.3.4')],
    extendedKeyUsage: [serverAuth, '1.2.3.4'],
  },
  'both usages': {
    extensions: [keyUsageExtension(usual), extendedKeyUsageExtension(clientAuth)],
    keyUsage: usual,
    extendedKeyUsage: [clientAuth],
  },
  'a CA': { isCA: true, keyUsage: usual | keyCertSign, asked: nothing },
  'a CA with a path length': {
    isCA: true,
    extensions: [caExtension(1), keyUsageExtension(keyCertSign)],
    keyUsage: keyCertSign,
    asked: nothing,
    pathLength: 1,
  },
  'name constraints': nameConstraints,
  'certificate policies': other('2.5.29.32', '30 07 30 05 06 03 2a 03 04'),
  'critical certificate policies': other('2.5.29.32', '30 07 30 05 06 03 2a 03 04', true),
  'must-staple': mustStaple,
  'an otherName': {
    extensions: [sanExtension(new GeneralName({ otherName: upn }))],
    keyUsage: usual,
    asked: nothing,
  },
};

let engine: Engine;
let server: ReturnType<typeof createServer>;
let clients: AwsClients;
let api: AwsApi;
let authorityArn: string;
let ownKey: KeyPair;
const leafKey = ecKey();
const environment = { ...process.env };

beforeAll(async () => {
  engine = createEngine({ clock: new FakeClock(Date.now()), quotas: 'off' });
  const controls = createControls(engine);
  server = createServer(engine, controls);
  process.env['AWS_ENDPOINT_URL'] = await server.listen({ host: '127.0.0.1', port: 0 });
  authorityArn = (await controls.createCertificateAuthority()).arn;
  const privateKey = engine.pca.authorities.get(authorityArn)?.privateKey;
  if (!privateKey) throw new Error('the stand-in has no such CA');
  ownKey = { privateKey, publicKey: createPublicKey(privateKey) };
  clients = createTestClients(systemClock);
  const { accessKeyId, secretAccessKey } = engine.identities.createUser({});
  const source = { kind: 'static', accessKeyId, secretAccessKey, origin: 'a test' } as const;
  api = clients.get({ source, roles: [], roleSessionName: defaultRoleSessionName, region: 'us-east-1' });
});
afterAll(async () => {
  process.env = { ...environment };
  clients.close();
  await server.close();
});

const csrs = new Map<Feature['extensions'], string>();
/** The same for the same extensions: minting one costs as much as its certificate. */
function csrFor({ extensions }: Feature, key: KeyPair): string {
  const own = extensions ?? [];
  const hasNames = own.some(({ extnID }) => extnID === oid.san);
  const asked = hasNames ? own : [dnsSan('a.example'), ...own];
  const mint = (): string => csrPem(mintCsr({ key, subject: nameOf('a.example'), extensions: asked }));
  if (key !== leafKey) return mint();
  const csr = csrs.get(extensions) ?? mint();
  csrs.set(extensions, csr);
  return csr;
}

let uids = 0;

async function sign(settings: Partial<PcaIssuerSettings>, wish: Feature, key: KeyPair): Promise<CollectOutcome> {
  const { clock } = engine.times;
  const authority = {
    ...{ arn: authorityArn, type: 'ROOT', status: 'ACTIVE', usageMode: 'GENERAL_PURPOSE' },
    ...{ keyAlgorithm: 'EC_prime256v1', signingAlgorithm: 'SHA256WITHECDSA' },
  };
  const signer = new PcaSigner({
    api,
    authority,
    settings: { ...pcaSettings, authorityArn, ...settings },
    quota: createQuota(clock),
    issuingTime: new IssuingTime(),
    clock,
  });
  const { isCA = false, usages = [] } = wish;
  uids += 1;
  const request: SigningRequest = {
    uid: `uid-${uids}`,
    csrPem: csrFor(wish, key),
    durationMs: undefined,
    isCA,
    usages,
  };
  const begun = await signer.begin(request, { number: 1, baseMs: clock.now() });
  if (begun.kind === 'withheld') throw new Error('nobody withheld anything');
  return begun.kind === 'begun' ? signer.collect(request, begun.reference, begun.terms) : begun;
}

function readLeaf(pem: string): Certificate {
  return AsnConvert.parse(fromPem(pem, ['CERTIFICATE']) ?? Buffer.alloc(0), Certificate);
}

/** The extensions of the leaf by their identifiers: the DER in each, in hexadecimal. */
function readExtensions(pem: string): ReadonlyMap<string, { readonly value: string; readonly critical: boolean }> {
  return new Map(
    Array.from(readLeaf(pem).tbsCertificate.extensions ?? [], ({ extnID, extnValue, critical }) => [
      extnID,
      { value: Buffer.from(extnValue.buffer).toString('hex'), critical },
    ]),
  );
}

/** What the stand-in's table and AWS's order of operations give: the template, then whatever is asked for and taken. */
function expectUsages(template: Template, feature: Feature): { keyUsage: number; extendedKeyUsage: readonly string[] } {
  const fixed = (identifier: string): Buffer | undefined =>
    template.extensions.find((own) => own.identifier === identifier)?.value;
  const csrCarries = (feature.extensions ?? []).some(
    ({ extnID }) => extnID === oid.keyUsage || extnID === oid.extendedKeyUsage,
  );
  const isTaken = template.takesApi || (template.takesCsr && csrCarries);
  const [usage, purposes] = [fixed(oid.keyUsage), fixed(oid.extendedKeyUsage)];
  return {
    keyUsage: usage ? AsnConvert.parse(usage, KeyUsage).toNumber() : isTaken ? (feature.keyUsage ?? 0) : 0,
    extendedKeyUsage: purposes
      ? [...AsnConvert.parse(purposes, ExtendedKeyUsage)]
      : isTaken
        ? (feature.extendedKeyUsage ?? [])
        : [],
  };
}

const cases = [...TEMPLATES.values()].flatMap((template) =>
  Object.entries(features).map(([name, feature]): [string, string, Template, Feature] => [
    template.name,
    name,
    template,
    feature,
  ]),
);

describe('what a CSR asks for is in the certificate as the template allows, or refused by name, or told', () => {
  test('the table is whole', () => expect(cases.length).toBe(61 * Object.keys(features).length));

  test.each(cases)('%s: %s', async (defaultTemplateName, _, template, feature) => {
    const billedBefore = engine.pca.certificates.size;
    const outcome = await sign({ defaultTemplateName }, feature, template.isRoot ? ownKey : leafKey);
    if (feature.other && !template.takesApi && !template.takesCsr) {
      const { extnID } = feature.other;
      const names = new RegExp(`${extnID.replaceAll('.', '\\.')}\\).*template ${defaultTemplateName} `);
      expect(outcome).toMatchObject({ kind: 'rejected', message: expect.stringMatching(names) });
      expect(engine.pca.certificates.size).toBe(billedBefore);
      return;
    }
    if (outcome.kind !== 'issued') throw new Error(JSON.stringify(outcome));
    expect(engine.pca.certificates.size).toBe(billedBefore + 1);

    const actual = readExtensions(outcome.chainPem);
    const [usage, purposes] = [actual.get(oid.keyUsage), actual.get(oid.extendedKeyUsage)];
    const found = {
      keyUsage: usage ? AsnConvert.parse(Buffer.from(usage.value, 'hex'), KeyUsage).toNumber() : 0,
      extendedKeyUsage: purposes ? [...AsnConvert.parse(Buffer.from(purposes.value, 'hex'), ExtendedKeyUsage)] : [],
    };
    const expected = expectUsages(template, feature);
    expect(found).toEqual(expected);
    const constraints = template.extensions.find(({ identifier }) => identifier === oid.basicConstraints);
    expect(actual.get(oid.basicConstraints)?.value).toBe(constraints?.value.toString('hex'));
    for (const { extnID, extnValue, critical } of feature.extensions ?? []) {
      const isPlain = extnID === feature.other?.extnID || extnID === oid.san;
      if (isPlain)
        expect(actual.get(extnID)).toEqual({ value: Buffer.from(extnValue.buffer).toString('hex'), critical });
    }

    const { keyUsage = 0, extendedKeyUsage = [] } = feature.asked ?? feature;
    const lacksUsage =
      (keyUsage & ~found.keyUsage) !== 0 ||
      extendedKeyUsage.some((purpose) => !found.extendedKeyUsage.includes(purpose));
    const isOverridden =
      lacksUsage ||
      (feature.isCA ?? false) !== template.isCa ||
      (feature.pathLength !== undefined && feature.pathLength !== template.pathLength);
    const said = { reason: 'TemplateOverrides', message: expect.stringContaining(defaultTemplateName) };
    expect(outcome.notices).toEqual(isOverridden ? [said] : []);
  });
});

test.each<[Feature, Feature, string]>([
  [{}, {}, 'BlankEndEntityCertificate_APICSRPassthrough/V1'],
  [{ usages: ['server auth'] }, {}, 'EndEntityServerAuthCertificate/V1'],
  [{ usages: ['server auth'] }, mustStaple, 'EndEntityServerAuthCertificate_APIPassthrough/V1'],
  [{ usages: ['client auth', 'server auth'] }, mustStaple, 'EndEntityCertificate_APIPassthrough/V1'],
  [{ isCA: true }, nameConstraints, 'SubordinateCACertificate_PathLen0_APIPassthrough/V1'],
])('the mapping of %j passes everything on', async (wish, feature, template) => {
  const outcome = await sign({}, { ...feature, ...wish }, leafKey);
  if (outcome.kind !== 'issued') throw new Error(JSON.stringify(outcome));
  expect(engine.recorder.billed().at(-1)?.templateArn).toBe(`arn:aws:acm-pca:::template/${template}`);
  const actual = readExtensions(outcome.chainPem);
  for (const { extnID } of feature.extensions ?? []) expect(actual.has(extnID)).toBe(true);
});

test.each([
  [0, 2160 * 3_600_000],
  [900_000, 2160 * 3_600_000],
])(
  'with a backdating of %d ms, a default duration of %d ms is exactly that',
  async (notBeforeOffsetMs, defaultDurationMs) => {
    const outcome = await sign({ notBeforeOffsetMs, defaultDurationMs }, {}, leafKey);
    if (outcome.kind !== 'issued') throw new Error(JSON.stringify(outcome));
    const { notBefore, notAfter } = readLeaf(outcome.chainPem).tbsCertificate.validity;
    const window = notAfter.getTime().getTime() - notBefore.getTime().getTime();
    expect(window).toBe(defaultDurationMs + notBeforeOffsetMs);
  },
);
