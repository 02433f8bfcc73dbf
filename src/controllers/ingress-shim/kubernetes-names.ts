const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const subdomainPattern = new RegExp(`^${label}(?:\\.${label})*$`);
const wordPattern = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const longestSubdomain = 253;
const longestWord = 63;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
export function isSubdomain(text: string): boolean {
  return text.length <= longestSubdomain && subdomainPattern.test(text);
}

/** `name` or `prefix/name`: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export function isQualifiedName(text: string): boolean {
  const parts = text.split('/');
  const name = parts.pop() ?? '';
  return parts.length <= 1 && parts.every(isSubdomain) && isWord(name);
}

export function isLabelValue(text: string): boolean {
  return text === '' || isWord(text);
}

const isWord = (text: string): boolean => text.length <= longestWord && wordPattern.test(text);
