import type { ApiPassthrough } from '../../aws/clients.ts';
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { describeExtension } from '../../x509/extension-names.ts';
import {
  type Extension,
  extensionOid,
  findExtension,
  parseBasicConstraints,
  parseExtendedKeyUsage,
  parseKeyUsage,
} from '../../x509/extensions.ts';
import type { Rejection, SigningRequest } from '../signer.ts';
import { toApiPassthrough } from './api-passthrough.ts';
import { type ChosenTemplate, whereTemplatesAreNamed } from './select-template.ts';
import { type Template, templates } from './templates.ts';
import { describeUsage, findAskedUsages, readUsages, type Usages } from '../usages.ts';

/** What a certificate has to contain beside subject, names and key. Usages that are absent may not be there. */
export interface ExpectedContent extends Usages {
  readonly isCA: boolean;
  /** Undefined: any, or none. */
  readonly pathLength: number | undefined;
  readonly extensions: readonly Extension[];
}

/** How a request's wishes come into its certificate, and which of them do not. */
export interface ContentPlan {
  readonly kind: 'content';
  /** The name of the template that is used in the end. */
  readonly template: string;
  readonly apiPassthrough: ApiPassthrough | undefined;
  /** Undefined for a template that is not known here: its content is for the service to judge. */
  readonly expected: ExpectedContent | undefined;
  /** What was asked for and will not be there, since the template decides about it; in words. */
  readonly overrides: readonly string[];
}

type Csr = Pick<CertificateSigningRequest, 'extensions'>;
type Wishes = Pick<SigningRequest, 'isCA' | 'usages'>;

/**
 * Compares what a request wants with what its template takes. A pure function, and planning with the template that came
 * out of it gives the same plan: a certificate can be judged by whoever knows the template's name.
 *
 * What the template fixes stands (`overrides` say what that costs). The rest comes from the CSR where the template takes
 * it from there, else from the call where it takes that. An extension that it takes from neither makes the mapping use
 * the template's kin that takes the call; a template that somebody wrote down is not replaced, the request is refused.
 */
export function planContent(chosen: ChosenTemplate, csr: Csr, request: Wishes): ContentPlan | Rejection {
  return planWith(templates.get(chosen.name), chosen, csr, request);
}

/** As `planContent`, by aws-privateca-issuer: it takes the template as it is and passes nothing through the call. */
export function planPredecessorContent(chosen: ChosenTemplate, csr: Csr, request: Wishes): ContentPlan | Rejection {
  const known = templates.get(chosen.name);
  return planWith(known && { ...known, takesApi: false }, { ...chosen, isVerbatim: true }, csr, request);
}

function planWith(
  known: Template | undefined,
  chosen: ChosenTemplate,
  csr: Csr,
  request: Wishes,
): ContentPlan | Rejection {
  if (!known) {
    return { kind: 'content', template: chosen.name, apiPassthrough: undefined, expected: undefined, overrides: [] };
  }
  const extensions = csr.extensions.filter(({ oid }) => !governed.has(oid));
  const template = carrierOf(known, extensions, chosen.isVerbatim);
  if (!template) return refuseExtension(known, extensions);
  const wanted = readWantedUsages(csr, request);
  return wanted.kind === 'rejected' ? wanted : planUsages(template, csr, request, extensions, wanted);
}

/** Extensions with a rule of their own: names come from every CSR, identifiers from the CA, the others from the template. */
const governed: ReadonlySet<string> = new Set([
  extensionOid.subjectAltName,
  extensionOid.keyUsage,
  extensionOid.extendedKeyUsage,
  extensionOid.basicConstraints,
  extensionOid.subjectKeyIdentifier,
  extensionOid.authorityKeyIdentifier,
]);

function carrierOf(template: Template, extensions: readonly Extension[], isVerbatim: boolean): Template | undefined {
  if (extensions.length === 0 || template.takesCsr || template.takesApi) return template;
  return isVerbatim || template.apiKin === undefined ? undefined : templates.get(template.apiKin);
}

function refuseExtension({ name, apiKin }: Template, extensions: readonly Extension[]): Rejection {
  const asked = extensions.map((extension) => `(${describeExtension(extension)})`).join(', ');
  const remedy = apiKin === undefined ? 'one that passes extensions through' : `one that does, such as ${apiKin}`;
  const message =
    `The CSR asks for the extension ${asked}, which template ${name} does not take from anybody. Create the ` +
    `CertificateRequest again without it, or use ${remedy}: ${whereTemplatesAreNamed}.`;
  return { kind: 'rejected', code: 'ExtensionNotTaken', message };
}

type WantedUsages = { readonly kind: 'usages' } & Usages;

/** A CSR that says anything about usages says everything; else the request's own list counts. */
function readWantedUsages({ extensions }: Csr, { isCA, usages }: Wishes): WantedUsages | Rejection {
  const [keyUsage, extendedKeyUsage] = [parseKeyUsage(extensions), parseExtendedKeyUsage(extensions)];
  const isSilent = keyUsage === undefined && extendedKeyUsage === undefined;
  return isSilent ? readUsages(usages, isCA) : { kind: 'usages', keyUsage, extendedKeyUsage };
}

function planUsages(
  template: Template,
  csr: Csr,
  request: Wishes,
  extensions: readonly Extension[],
  wanted: WantedUsages,
): ContentPlan | Rejection {
  const keyUsage = routeUsage(
    template,
    template.keyUsage,
    wanted.keyUsage,
    findExtension(csr.extensions, extensionOid.keyUsage),
  );
  const extendedKeyUsage = routeUsage(
    template,
    template.extendedKeyUsage,
    wanted.extendedKeyUsage,
    findExtension(csr.extensions, extensionOid.extendedKeyUsage),
  );
  const passed = toApiPassthrough({
    keyUsage: keyUsage.passed,
    extendedKeyUsage: extendedKeyUsage.passed,
    extensions: template.takesCsr ? [] : extensions,
  });
  if (passed.kind === 'rejected') return passed;
  const given: ReadonlySet<string> = new Set([...(keyUsage.given ?? []), ...(extendedKeyUsage.given ?? [])]);
  const missing = findAskedUsages(request.usages, request.isCA, wanted).difference(given);
  return {
    kind: 'content',
    template: template.name,
    apiPassthrough: passed.apiPassthrough,
    expected: {
      isCA: template.kind !== 'endEntity',
      pathLength: template.pathLength,
      keyUsage: keyUsage.given,
      extendedKeyUsage: extendedKeyUsage.given,
      extensions,
    },
    overrides: [
      ...Array.from(missing, (usage) => `usage ${describeUsage(usage)}`),
      ...findConstraintOverrides(template, csr, request),
    ],
  };
}

interface Route<T> {
  readonly given: readonly T[] | undefined;
  readonly passed: readonly T[];
}

function routeUsage<T extends string>(
  { takesCsr, takesApi }: Template,
  fixed: readonly T[] | undefined,
  wanted: readonly T[] | undefined,
  asked: Extension | undefined,
): Route<T> {
  const isFromCsr = takesCsr && asked !== undefined;
  const isPassed = !fixed && !isFromCsr && takesApi;
  const given = fixed ?? (isFromCsr || isPassed ? wanted : undefined);
  return { given, passed: isPassed ? (wanted ?? []) : [] };
}

function findConstraintOverrides({ kind, pathLength }: Template, { extensions }: Csr, { isCA }: Wishes): string[] {
  const asked = parseBasicConstraints(extensions);
  const wantsCA = isCA || asked.isCA;
  if (kind === 'endEntity') return wantsCA ? ['isCA'] : [];
  if (!wantsCA) return ['not being a CA'];
  return asked.pathLength === undefined || asked.pathLength === pathLength ? [] : [`path length ${asked.pathLength}`];
}
