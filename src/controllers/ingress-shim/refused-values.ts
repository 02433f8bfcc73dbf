import { formatGoNanoseconds } from '../../flags/go-duration.ts';
import { goQuote } from '../../flags/go-quote.ts';
import type { Annotations } from './annotation-keys.ts';
import { keys, valueOf } from './annotation-keys.ts';
import { isLabelValue, isQualifiedName } from './kubernetes-names.ts';
import { tellBadValue } from './read-spec.ts';
import type { SpecDraft } from './spec-annotation.ts';

/** One value that can be read and is wrong all the same. */
interface WrongValue {
  readonly key: string;
  readonly detail: string;
  readonly remedy: string;
}

/**
 * What cert-manager's webhook would refuse in a Certificate with these annotations, as it is told in an event; undefined
 * for nothing. https://github.com/cert-manager/cert-manager/blob/master/internal/apis/certmanager/validation/certificate.go
 */
export function tellRefused(draft: SpecDraft, annotations: Annotations): string | undefined {
  const wrong = wrongRenewal(draft) ?? wrongPercentage(draft) ?? wrongTemplate(draft);
  return wrong === undefined ? undefined : tell(wrong, annotations);
}

/** What a Certificate may hold, though it cannot be meant: it is written as it stands, and told. */
export function tellDoubtful(draft: SpecDraft, annotations: Annotations, isIp: (text: string) => boolean): string[] {
  const wrong = [doubtfulNames(draft, isIp), lonePercentage(draft)];
  return wrong.flatMap((value) => (value === undefined ? [] : [tell(value, annotations)]));
}

function tell({ key, detail, remedy }: WrongValue, annotations: Annotations): string {
  return tellBadValue(key, valueOf(annotations, key) ?? '', detail, remedy);
}

const hour = 3_600_000_000_000n;
const defaultDuration = 2160n * hour;
const leastRenewBefore = 300_000_000_000n;

function wrongRenewal({ duration, renewBefore, renewBeforePercentage }: SpecDraft): WrongValue | undefined {
  if (renewBefore === undefined) return undefined;
  if (renewBeforePercentage !== undefined) {
    return {
      key: keys.renewBefore,
      detail: `it excludes ${goQuote(keys.renewBeforePercentage)}, which is set to ${renewBeforePercentage}`,
      remedy: 'Remove one of the two annotations.',
    };
  }
  if (renewBefore < (duration ?? defaultDuration)) return undefined;
  const given = duration === undefined ? 'which is this long when it is not set' : 'as it is set';
  return {
    key: keys.renewBefore,
    detail: `it must be less than the duration of ${formatGoNanoseconds(duration ?? defaultDuration)}, ${given}`,
    remedy: `Write a shorter time, or a longer one into ${goQuote(keys.duration)}.`,
  };
}

const percentageRemedy = 'Write a whole number between 1 and 99, without a percent sign.';

/** The webhook looks at the percentage only beside a duration. */
function wrongPercentage({ duration, renewBeforePercentage }: SpecDraft): WrongValue | undefined {
  if (duration === undefined || renewBeforePercentage === undefined) return undefined;
  const renewBefore = (Number(duration) * (100 - renewBeforePercentage)) / 100;
  if (renewBefore >= Number(leastRenewBefore) && renewBefore < Number(duration)) return undefined;
  const detail =
    `of a duration of ${formatGoNanoseconds(duration)} it must leave at least 5m0s, and less than all of it, for the ` +
    'renewal';
  return { key: keys.renewBeforePercentage, detail, remedy: percentageRemedy };
}

function lonePercentage({ duration, renewBeforePercentage: percentage }: SpecDraft): WrongValue | undefined {
  if (duration !== undefined || percentage === undefined || (percentage > 0 && percentage < 100)) return undefined;
  const detail = 'it is no percentage of the lifetime, and cert-manager goes by its default instead';
  return { key: keys.renewBeforePercentage, detail, remedy: percentageRemedy };
}

const templateSizeLimit = 256 * 1024;

function wrongTemplate({ secretTemplate }: SpecDraft): WrongValue | undefined {
  const labels = Object.entries(secretTemplate?.labels ?? {});
  const annotations = Object.entries(secretTemplate?.annotations ?? {});
  const size = annotations.flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const faults = [
    ...labels.filter(([key]) => !isQualifiedName(key)).map(([key]) => `label key ${goQuote(key)} is malformed`),
    ...labels
      .filter(([, value]) => !isLabelValue(value))
      .map(([key, value]) => `label ${goQuote(key)} has the malformed value ${goQuote(value)}`),
    ...annotations
      .filter(([key]) => !isQualifiedName(key.toLowerCase()))
      .map(([key]) => `annotation key ${goQuote(key)} is malformed`),
    ...(size > templateSizeLimit ? ['the annotations are longer than 256 KiB'] : []),
  ];
  const [detail] = faults;
  if (detail === undefined) return undefined;
  const remedy =
    'Keys are a name of up to 63 letters, digits, "-", "_" and ".", perhaps with a domain and "/" before it; the value ' +
    'of a label is such a name or empty.';
  return { key: keys.secretTemplate, detail, remedy };
}

function doubtfulNames({ dnsNames }: SpecDraft, isIp: (text: string) => boolean): WrongValue | undefined {
  const faults = dnsNames.flatMap((name) => {
    if (name === '') return ['there is an empty name'];
    if (name !== name.trim()) return [`the space around ${goQuote(name)} becomes part of the name`];
    return isIp(name) ? [`${goQuote(name)} is an IP address, and does not count as one here`] : [];
  });
  const [detail] = faults;
  const remedy = `List DNS names with commas and nothing else between them; IP addresses go to ${goQuote(keys.ipSans)}.`;
  return detail === undefined ? undefined : { key: keys.altNames, detail, remedy };
}
