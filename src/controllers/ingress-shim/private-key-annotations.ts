import { parseGoInteger } from '../../flags/go-integer.ts';
import { goQuote } from '../../flags/go-quote.ts';
import { keys } from './annotation-keys.ts';
import type { SpecAnnotation } from './spec-annotation.ts';

function oneOf(
  key: string,
  field: 'algorithm' | 'encoding' | 'rotationPolicy',
  what: string,
  values: readonly string[],
): SpecAnnotation {
  return {
    key,
    read: (value, draft) => {
      if (!values.includes(value)) return `invalid private key ${what} ${goQuote(value)}`;
      draft.privateKey[field] = value;
      return undefined;
    },
    remedy: `Write one of ${values.join(', ')}; case matters.`,
  };
}

const size: SpecAnnotation = {
  key: keys.privateKeySize,
  read: (value, draft) => {
    const read = parseGoInteger(value, 64);
    if (!read.ok) return `strconv.Atoi: parsing ${goQuote(value)}: ${read.fault}`;
    const bits = Number(read.value);
    const algorithm = draft.privateKey.algorithm ?? 'RSA';
    if (!isPossible(algorithm, bits)) return `invalid private key size for ${algorithm} algorithm ${goQuote(value)}`;
    // JSON holds a greater one only rounded (RFC 8259, section 6): rather none than another one than was said.
    if (Number.isSafeInteger(bits)) draft.privateKey.size = bits;
    return undefined;
  },
  remedy: `Write 2048 to 8192 for RSA, or set ${keys.privateKeyAlgorithm} to ECDSA and write 256, 384 or 521.`,
};

/** Ed25519 keys have one size; whatever is said about it is stored and not used. */
function isPossible(algorithm: string, bits: number): boolean {
  if (algorithm === 'RSA') return bits >= 2048 && bits <= 8192;
  return algorithm !== 'ECDSA' || [256, 384, 521].includes(bits);
}

export const privateKeyAnnotations: readonly SpecAnnotation[] = [
  oneOf(keys.privateKeyAlgorithm, 'algorithm', 'algorithm', ['RSA', 'ECDSA', 'Ed25519']),
  oneOf(keys.privateKeyEncoding, 'encoding', 'encoding', ['PKCS1', 'PKCS8']),
  size,
  oneOf(keys.privateKeyRotationPolicy, 'rotationPolicy', 'rotation policy', ['Never', 'Always']),
];
