import { authorityKeyIdentifier, crlDistributionPoint, EXTENSION, ocspAccess } from '../x509/extensions.ts';
import { subjectKeyIdentifier, type Extension } from '../x509/extensions.ts';
import type { Csr } from '../x509/csr.ts';
import { keyIdentifierOf } from '../x509/keys.ts';
import { encodeRequested, encodeSubject } from './passthrough.ts';
import type { ApiPassthrough } from './requests.ts';
import type { Template } from './templates.ts';

/** What the certificate authority itself contributes. */
export interface AuthorityPart {
  readonly keyIdentifier: Buffer;
  readonly crlUrl?: string | undefined;
  readonly ocspUrl?: string | undefined;
}

export interface Content {
  /** DER of the Name. */
  readonly subject: Buffer;
  readonly extensions: readonly Extension[];
}

/**
 * Merges the four sources of a certificate's content. For each value the template comes first, then ApiPassthrough,
 * then the CSR; the CA's configuration supplies revocation data.
 * https://docs.aws.amazon.com/privateca/latest/userguide/template-order-of-operations.html
 */
export function applyTemplate(
  template: Template,
  authority: AuthorityPart,
  csr: Csr,
  api: ApiPassthrough = {},
): Content {
  const requested = template.takesApi && api.Extensions ? encodeRequested(api.Extensions) : [];
  const own = [...template.extensions, ...identifiers(template, authority, csr), ...revocation(template, authority)];
  const hasOwnSubject = template.takesApi && api.Subject !== undefined;
  return {
    subject: hasOwnSubject ? encodeSubject(api.Subject) : csr.subject,
    extensions: firstOfEach([...own, ...requested, ...fromCsr(template, csr)]),
  };
}

function identifiers(template: Template, authority: AuthorityPart, csr: Csr): Extension[] {
  const own = subjectKeyIdentifier(keyIdentifierOf(csr.publicKeyInfo));
  return template.isRoot ? [own] : [authorityKeyIdentifier(authority.keyIdentifier), own];
}

function revocation(template: Template, { crlUrl, ocspUrl }: AuthorityPart): Extension[] {
  if (template.isRoot) return [];
  return [
    ...(crlUrl === undefined ? [] : [crlDistributionPoint(crlUrl)]),
    ...(ocspUrl === undefined ? [] : [ocspAccess(ocspUrl)]),
  ];
}

/** Every template takes the alternative names; only the passthrough ones take more. */
function fromCsr(template: Template, csr: Csr): readonly Extension[] {
  if (template.takesCsr) return csr.extensions;
  return csr.extensions.filter(({ identifier }) => identifier === EXTENSION.subjectAltName);
}

function firstOfEach(extensions: readonly Extension[]): Extension[] {
  const seen = new Map<string, Extension>();
  for (const extension of extensions) {
    if (!seen.has(extension.identifier)) seen.set(extension.identifier, extension);
  }
  return [...seen.values()];
}
