const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const longestName = 253;

/** Whether it can be an identifier of type dns (RFC 8555 7.1.4): in lower case, at most its first label a `*`. */
export function isDnsName(name: string): boolean {
  const base = name.replace(/^\*\./, '');
  return base !== '' && name.length <= longestName && base.split('.').every((part) => label.test(part));
}
