/** Far more than any identifier in use has; a number of a million digits would cost minutes to reckon. */
const longest = 256;

/** The dotted form of an object identifier's contents (X.690 8.19); undefined when they are malformed. */
export function formatOid(content: Uint8Array): string | undefined {
  if (content.length > longest) return undefined;
  const [first, ...rest] = readArcs(content) ?? [];
  if (first === undefined) return undefined;
  // The first two arcs share a number; only below arc 2 may the second one exceed 39.
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
}

/** Numbers in base 128, all octets but the last of each with the high bit set. Arcs may have more than 53 bits. */
function readArcs(content: Uint8Array): bigint[] | undefined {
  const arcs: bigint[] = [];
  let arc: bigint | undefined;
  for (const octet of content) {
    if (arc === undefined && octet === 0x80) return undefined;
    const value: bigint = ((arc ?? 0n) << 7n) | BigInt(octet & 0x7f);
    arc = octet & 0x80 ? value : undefined;
    if (arc === undefined) arcs.push(value);
  }
  return arc === undefined ? arcs : undefined;
}
