// Unicode's White_Space, which is not quite what String.prototype.trim takes away.
const isSpace = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** https://pkg.go.dev/strings#TrimSpace */
export function goTrimSpace(text: string): string {
  return trimWhere(text, (character) => isSpace.test(character));
}

/** https://pkg.go.dev/strings#Trim for U+0020 */
export function goTrimBlanks(text: string): string {
  return trimWhere(text, (character) => character === ' ');
}

/** No pattern does it: one that ends in `+$` takes quadratic time, and a tenant writes these texts. */
function trimWhere(text: string, isAway: (character: string) => boolean): string {
  let [start, end] = [0, text.length];
  while (start < end && isAway(text.charAt(start))) start += 1;
  while (end > start && isAway(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
