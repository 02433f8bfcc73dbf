import type { ApiPassthrough } from '../../aws/clients.ts';
import { type CertificatePolicy, parsePlainPolicies } from '../../x509/certificate-policies.ts';
import { describeExtension } from '../../x509/extension-names.ts';
import { type Extension, extensionOid, type KeyUsage } from '../../x509/extensions.ts';
import type { Rejection } from '../signer.ts';
import { purpose } from '../usages.ts';

type ApiExtensions = NonNullable<ApiPassthrough['Extensions']>;
type ApiKeyUsage = NonNullable<ApiExtensions['KeyUsage']>;
type ApiPurpose = NonNullable<ApiExtensions['ExtendedKeyUsage']>[number];

/** What the call is to say about a certificate's extensions. Absent or empty: nothing. */
export interface PassedContent {
  readonly keyUsage: readonly KeyUsage[];
  readonly extendedKeyUsage: readonly string[];
  readonly extensions: readonly Extension[];
}

/**
 * Limits of the API model, version 2017-08-22.
 * https://docs.aws.amazon.com/privateca/latest/APIReference/API_Extensions.html
 */
const limits = { purposes: 20, policies: 20, extensions: 150, oid: 64, cpsUri: 256, value: 4096 } as const;
const oidPattern = /^[0-2]\.(?:[0-9]|[0-3][0-9])(?:\.[0-9]+){0,126}$/;

/** ApiPassthrough for that content, undefined for none; what the service cannot take is refused by name. */
export function toApiPassthrough(
  content: PassedContent,
): { readonly kind: 'passed'; readonly apiPassthrough: ApiPassthrough | undefined } | Rejection {
  const problem = findProblem(content);
  if (problem !== undefined) {
    const message = `AWS Private CA cannot be asked for what the CSR asks for: ${problem}. Create the CertificateRequest again without it.`;
    return { kind: 'rejected', code: 'BeyondServiceLimits', message };
  }
  const extensions = encode(content);
  const isEmpty = Object.keys(extensions).length === 0;
  return { kind: 'passed', apiPassthrough: isEmpty ? undefined : { Extensions: extensions } };
}

function findProblem({ extendedKeyUsage, extensions }: PassedContent): string | undefined {
  if (extendedKeyUsage.length > limits.purposes) return `more than ${limits.purposes} extended key usages`;
  if (extensions.length > limits.extensions) return `more than ${limits.extensions} extensions`;
  const strange = extendedKeyUsage.find((oid) => !isServiceOid(oid));
  if (strange !== undefined) return `an extended key usage with an object identifier that it does not take, ${strange}`;
  return extensions.map(findExtensionProblem).find((problem) => problem !== undefined);
}

function findExtensionProblem(extension: Extension): string | undefined {
  const name = `the extension ${describeExtension(extension)}`;
  const policies = plainPolicies(extension);
  if (policies) return findPolicyProblem(policies, name);
  if (!isServiceOid(extension.oid)) return `${name}, whose object identifier it does not take`;
  const length = extension.value.toString('base64').length;
  if (length === 0) return `${name}, which is empty`;
  return length > limits.value ? `${name}, longer than ${limits.value} characters of base64` : undefined;
}

function findPolicyProblem(policies: readonly CertificatePolicy[], name: string): string | undefined {
  if (policies.length > limits.policies) return `${name}, with more than ${limits.policies} policies`;
  const uris = policies.flatMap(({ cpsUris }) => cpsUris);
  if (uris.some((uri) => uri.length > limits.cpsUri))
    return `${name}, with a CPS address of more than ${limits.cpsUri}`;
  return policies.every(({ oid }) => isServiceOid(oid)) ? undefined : `${name}, with a policy that it does not take`;
}

const isServiceOid = (oid: string): boolean => oid.length <= limits.oid && oidPattern.test(oid);

/** The structured form has no place for a critical flag, nor for other qualifiers. */
function plainPolicies({ oid, critical, value }: Extension): CertificatePolicy[] | undefined {
  return oid === extensionOid.certificatePolicies && !critical ? parsePlainPolicies(value) : undefined;
}

function encode({ keyUsage, extendedKeyUsage, extensions }: PassedContent): ApiExtensions {
  const policies = extensions.flatMap((extension) => plainPolicies(extension) ?? []);
  const custom = extensions.filter((extension) => plainPolicies(extension) === undefined);
  return {
    ...(keyUsage.length > 0 && {
      KeyUsage: Object.fromEntries(keyUsage.map((usage) => [keyUsageNames[usage], true])),
    }),
    ...(extendedKeyUsage.length > 0 && { ExtendedKeyUsage: extendedKeyUsage.map(encodePurpose) }),
    ...(policies.length > 0 && { CertificatePolicies: policies.map(encodePolicy) }),
    ...(custom.length > 0 && { CustomExtensions: custom.map(encodeCustom) }),
  };
}

const keyUsageNames: Readonly<Record<KeyUsage, keyof ApiKeyUsage>> = {
  digitalSignature: 'DigitalSignature',
  nonRepudiation: 'NonRepudiation',
  keyEncipherment: 'KeyEncipherment',
  dataEncipherment: 'DataEncipherment',
  keyAgreement: 'KeyAgreement',
  keyCertSign: 'KeyCertSign',
  cRLSign: 'CRLSign',
  encipherOnly: 'EncipherOnly',
  decipherOnly: 'DecipherOnly',
};

const purposeTypes: ReadonlyMap<string, NonNullable<ApiPurpose['ExtendedKeyUsageType']>> = new Map([
  [purpose.serverAuth, 'SERVER_AUTH'],
  [purpose.clientAuth, 'CLIENT_AUTH'],
  [purpose.codeSigning, 'CODE_SIGNING'],
  [purpose.emailProtection, 'EMAIL_PROTECTION'],
  [purpose.timeStamping, 'TIME_STAMPING'],
  [purpose.ocspSigning, 'OCSP_SIGNING'],
]);

function encodePurpose(oid: string): ApiPurpose {
  const type = purposeTypes.get(oid);
  return type === undefined ? { ExtendedKeyUsageObjectIdentifier: oid } : { ExtendedKeyUsageType: type };
}

type ApiPolicy = NonNullable<ApiExtensions['CertificatePolicies']>[number];
function encodePolicy({ oid, cpsUris }: CertificatePolicy): ApiPolicy {
  const qualifiers = cpsUris.map((CpsUri) => ({ PolicyQualifierId: 'CPS' as const, Qualifier: { CpsUri } }));
  return { CertPolicyId: oid, ...(qualifiers.length > 0 && { PolicyQualifiers: qualifiers }) };
}

type ApiCustomExtension = NonNullable<ApiExtensions['CustomExtensions']>[number];
function encodeCustom({ oid, critical, value }: Extension): ApiCustomExtension {
  return { ObjectIdentifier: oid, Value: value.toString('base64'), Critical: critical };
}
