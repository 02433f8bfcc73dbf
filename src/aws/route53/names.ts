/** Lower case and without the trailing dot: two spellings of one name become the same text. */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/**
 * Route 53 tells characters other than letters, digits, hyphen, underscore and dot by their octal codes:
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
export const unescapeName = (name: string): string =>
  name.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const reversedLabels = (name: string): readonly string[] => plainName(name).split('.').reverse();

/** Whether `zone` is the name itself or one of its parents, label by label. */
export function isWithin(name: string, zone: string): boolean {
  const [inner, outer] = [plainName(name), plainName(zone)];
  return inner === outer || inner.endsWith(`.${outer}`);
}

/** The name and all its parents, the shortest first: `com`, `example.com`, `www.example.com`. */
export function withParents(name: string): string[] {
  const labels = reversedLabels(name);
  return labels.map((_, index) =>
    labels
      .slice(0, index + 1)
      .reverse()
      .join('.'),
  );
}

/**
 * Whether Route 53 lists `a` before `b`, by every reading of what it says of its order: labels reversed, and then compared
 * as one text (`com.example.www.`, where the dot counts) or label by label. False where the readings differ.
 */
export function isSurelyBefore(a: string, b: string): boolean {
  const [first, second] = [reversedLabels(a), reversedLabels(b)];
  return `${first.join('.')}.` < `${second.join('.')}.` && isLabelwiseBefore(first, second);
}

function isLabelwiseBefore(a: readonly string[], b: readonly string[]): boolean {
  const index = a.findIndex((label, position) => label !== b[position]);
  if (index < 0) return a.length < b.length;
  const other = b[index];
  return other !== undefined && (a[index] as string) < other;
}

/** An id of Route 53 without what stands before it: `/hostedzone/Z1` and `Z1` are the same. */
export const bareId = (id: string): string => id.trim().replace(/^\/?(?:hostedzone|change)\//, '');
