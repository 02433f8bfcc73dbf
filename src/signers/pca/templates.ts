import type { KeyUsage } from '../../x509/extensions.ts';

/** Object identifiers of RFC 5280 4.2.1.12. */
const purpose = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;

/** What a template fixes, whatever the request says. A field that is absent is left to the request. */
export interface TemplateRules {
  readonly isCA: boolean;
  readonly pathLength?: number;
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly string[];
}

const endEntity = (keyUsage: readonly KeyUsage[], ...extendedKeyUsage: string[]): TemplateRules => ({
  isCA: false,
  keyUsage,
  extendedKeyUsage,
});
const tls: readonly KeyUsage[] = ['digitalSignature', 'keyEncipherment'];
const authority: readonly KeyUsage[] = ['digitalSignature', 'keyCertSign', 'cRLSign'];

/** https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html */
const families = new Map<string, TemplateRules>(
  Object.entries({
    EndEntityCertificate: endEntity(tls, purpose.serverAuth, purpose.clientAuth),
    EndEntityServerAuthCertificate: endEntity(tls, purpose.serverAuth),
    EndEntityClientAuthCertificate: endEntity(tls, purpose.clientAuth),
    CodeSigningCertificate: endEntity(['digitalSignature'], purpose.codeSigning),
    OCSPSigningCertificate: endEntity(['digitalSignature'], purpose.ocspSigning),
    BlankEndEntityCertificate: { isCA: false },
    RootCACertificate: { isCA: true, keyUsage: authority },
    BlankRootCACertificate: { isCA: true },
  }),
);

/**
 * What the template of that name (`EndEntityCertificate/V1`) fixes; undefined for a name that is not known here, which
 * is for the service to judge.
 */
export function rulesOf(template: string): TemplateRules | undefined {
  const [, family = ''] =
    /^(\w+?)(?:_CriticalBasicConstraints)?(?:_(?:API|CSR|APICSR)Passthrough)?\/V1$/.exec(template) ?? [];
  const [, kind, pathLength] = /^(Blank(?:Root|Subordinate)|Subordinate)CACertificate_PathLen(\d)$/.exec(family) ?? [];
  if (pathLength === undefined) return families.get(family);
  return { isCA: true, pathLength: Number(pathLength), ...(kind === 'Subordinate' ? { keyUsage: authority } : {}) };
}

const bySoleUsage = new Map([
  ['code signing', 'CodeSigningCertificate/V1'],
  ['client auth', 'EndEntityClientAuthCertificate/V1'],
  ['server auth', 'EndEntityServerAuthCertificate/V1'],
  ['ocsp signing', 'OCSPSigningCertificate/V1'],
]);

/**
 * The template for a request, as aws-privateca-issuer maps it: the issuer's own choice wins over everything; usages
 * count as a set.
 */
export function selectTemplate(request: {
  readonly isCA: boolean;
  readonly usages: readonly string[];
  readonly defaultTemplateName: string | undefined;
}): string {
  if (request.defaultTemplateName) return request.defaultTemplateName;
  if (request.isCA) return 'SubordinateCACertificate_PathLen0/V1';
  const usages = new Set(request.usages);
  const [sole = ''] = usages;
  const isTls = usages.size === 2 && usages.has('client auth') && usages.has('server auth');
  const fixed = isTls ? 'EndEntityCertificate/V1' : usages.size === 1 ? bySoleUsage.get(sole) : undefined;
  return fixed ?? 'BlankEndEntityCertificate_APICSRPassthrough/V1';
}
