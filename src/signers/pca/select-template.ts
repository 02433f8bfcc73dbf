import type { Rejection, SigningRequest } from '../signer.ts';
import { templates } from './templates.ts';

/** A template's name, and whether somebody wrote it down, so that no other may take its place. */
export interface ChosenTemplate {
  readonly kind: 'template';
  readonly name: string;
  readonly isVerbatim: boolean;
}

/** What an issuer says about templates. */
export interface TemplateSettings {
  /** For every request that names none. */
  readonly defaultTemplateName: string | undefined;
  /** Patterns of what requests may name, and of what the mapping may take beyond its own; `*` is any characters. */
  readonly allowedTemplateNames: readonly string[];
}

/** What a request says that decides about its template. */
export interface TemplateWish extends Pick<SigningRequest, 'isCA' | 'usages' | 'templateName'> {
  /** In the basic constraints of its CSR. */
  readonly pathLength: number | undefined;
}

const bySoleUsage = new Map([
  ['code signing', 'CodeSigningCertificate/V1'],
  ['client auth', 'EndEntityClientAuthCertificate/V1'],
  ['server auth', 'EndEntityServerAuthCertificate/V1'],
  ['ocsp signing', 'OCSPSigningCertificate/V1'],
]);

/**
 * The template for a request: what it names itself, if it may; else the issuer's; else as aws-privateca-issuer maps it,
 * usages as a set. `room` is the path length of the authority, which a CA under it must stay below; Infinity where
 * there is no limit, or none that is known.
 */
export function selectTemplate(
  wish: TemplateWish,
  settings: TemplateSettings,
  room: number,
): ChosenTemplate | Rejection {
  const { defaultTemplateName } = settings;
  if (wish.templateName !== undefined) return chooseNamed(wish.templateName, wish.isCA, settings);
  if (defaultTemplateName) return { kind: 'template', name: defaultTemplateName, isVerbatim: true };
  return { kind: 'template', name: mapTemplate(wish, settings, room), isVerbatim: false };
}

function mapTemplate({ isCA, usages, pathLength = 0 }: TemplateWish, settings: TemplateSettings, room: number): string {
  if (isCA) {
    const asked = `SubordinateCACertificate_PathLen${pathLength}/V1`;
    const isLonger = pathLength > 0 && pathLength <= 3 && pathLength < room && isAllowed(asked, settings);
    return isLonger ? asked : 'SubordinateCACertificate_PathLen0/V1';
  }
  const set = new Set(usages);
  const [sole = ''] = set;
  const isTls = set.size === 2 && set.has('client auth') && set.has('server auth');
  const fixed = isTls ? 'EndEntityCertificate/V1' : set.size === 1 ? bySoleUsage.get(sole) : undefined;
  return fixed ?? 'BlankEndEntityCertificate_APICSRPassthrough/V1';
}

const longestQuoted = 100;

function chooseNamed(name: string, isCA: boolean, settings: TemplateSettings): ChosenTemplate | Rejection {
  const { defaultTemplateName, allowedTemplateNames } = settings;
  const chosen: ChosenTemplate = { kind: 'template', name, isVerbatim: true };
  if (name === defaultTemplateName) return chosen;
  if (isAllowed(name, settings)) return makesUnaskedCA(name, isCA) ? refuseUnaskedCA(name) : chosen;
  const allowed = [...(defaultTemplateName ? [defaultTemplateName] : []), ...allowedTemplateNames];
  const message =
    `The annotation awspca.cert-manager.io/template-name asks for template ${JSON.stringify(name.slice(0, longestQuoted))}, ` +
    `which the issuer does not allow (${allowed.length === 0 ? 'it allows none' : `it allows ${allowed.join(', ')}`}). ` +
    `Name an allowed template or leave the annotation out; the issuer's owner can allow more in ` +
    `spec.pcaTemplate.allowedTemplateNames.`;
  return { kind: 'rejected', code: 'TemplateNotAllowed', message };
}

/** Approvers and their policies look at isCA, not at annotations: nobody becomes a CA past them. */
function makesUnaskedCA(name: string, isCA: boolean): boolean {
  const { kind = 'endEntity' } = templates.get(name) ?? {};
  return kind !== 'endEntity' && !isCA;
}

function refuseUnaskedCA(name: string): Rejection {
  const message =
    `The annotation awspca.cert-manager.io/template-name asks for template ${name}, which makes a CA, but the request is ` +
    `not for one. Set isCA: true, or name a template for end entities.`;
  return { kind: 'rejected', code: 'TemplateMakesCA', message };
}

function isAllowed(name: string, { allowedTemplateNames }: TemplateSettings): boolean {
  return allowedTemplateNames.some((pattern) => matches(name, pattern));
}

/** Without a regular expression made of somebody's text: each part between two `*` is found as early as possible. */
function matches(name: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (others.length === 0) return name === pattern;
  const last = others.pop() ?? '';
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
