// Unicode's White_Space, which is not quite what String.prototype.trim takes away.
const space = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const atBothEnds = new RegExp(`^[${space}]+|[${space}]+$`, 'g');

/** https://pkg.go.dev/strings#TrimSpace */
export function goTrimSpace(text: string): string {
  return text.replace(atBothEnds, '');
}
