import { goQuote } from '../../flags/go-quote.ts';
import type { Annotations } from './annotation-keys.ts';
import { valueOf } from './annotation-keys.ts';
import { nameAnnotations } from './name-annotations.ts';
import { privateKeyAnnotations } from './private-key-annotations.ts';
import { secretTemplateAnnotation } from './secret-template-annotation.ts';
import type { SpecAnnotation, SpecDraft } from './spec-annotation.ts';
import { subjectAnnotations } from './subject-annotations.ts';
import { termAnnotations } from './term-annotations.ts';
import { defaultUsages, usageAnnotations } from './usage-annotations.ts';

/** In the order in which cert-manager looks at them: it stops at the first that is wrong. */
const specAnnotations: readonly SpecAnnotation[] = [
  ...nameAnnotations,
  ...subjectAnnotations,
  ...termAnnotations,
  ...usageAnnotations,
  ...privateKeyAnnotations,
  secretTemplateAnnotation,
];

export type SpecReading =
  | { readonly ok: true; readonly draft: SpecDraft }
  /** `fault` in cert-manager's words, which it logs; `told` as it is told in an event. */
  | { readonly ok: false; readonly fault: string; readonly told: string };

/** What the annotations of an object say about the spec of its Certificates. */
export function readSpec(annotations: Annotations): SpecReading {
  const draft: SpecDraft = { dnsNames: [], ipAddresses: [], subject: {}, usages: defaultUsages, privateKey: {} };
  for (const { key, blamedKey, read, remedy } of specAnnotations) {
    const value = valueOf(annotations, key);
    const detail = value === undefined ? undefined : read(value, draft);
    if (value !== undefined && detail !== undefined) {
      const fault = `invalid ingress annotation ${goQuote(blamedKey ?? key)}: ${detail}`;
      return { ok: false, fault, told: tellBadValue(key, value, detail, remedy) };
    }
  }
  return { ok: true, draft };
}

/** The text of a BadConfig event about one annotation. */
export function tellBadValue(key: string, value: string, detail: string, remedy: string): string {
  return `invalid ingress annotation ${goQuote(key)} with value ${shown(value)}: ${cut(detail)}. ${remedy}`;
}

const longestShown = 200;

/** An event has room for 1,024 bytes, and the remedy comes last. */
function cut(text: string): string {
  return text.length <= longestShown ? text : `${text.slice(0, longestShown).toWellFormed()}…`;
}

const shown = (value: string): string => cut(goQuote(value));
