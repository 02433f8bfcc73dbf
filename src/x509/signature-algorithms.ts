/**
 * Signature algorithms of certificates that OpenSSL verifies, by object identifier (RFC 3279, 4055, 5758, 8410, 9688,
 * 9881). OpenSSL answers an algorithm that it cannot verify as it answers a wrong signature; so it is asked about these
 * alone.
 */
const verifiable: ReadonlySet<string> = new Set([
  // RSA PKCS #1 v1.5 with SHA-1, SHA-2 and SHA-3, and RSASSA-PSS, which names its digest in its parameters
  ...['1.2.840.113549.1.1.5', '1.2.840.113549.1.1.10', '1.2.840.113549.1.1.11', '1.2.840.113549.1.1.12'],
  ...['1.2.840.113549.1.1.13', '1.2.840.113549.1.1.14', '2.16.840.1.101.3.4.3.13', '2.16.840.1.101.3.4.3.14'],
  ...['2.16.840.1.101.3.4.3.15', '2.16.840.1.101.3.4.3.16'],
  // ECDSA with SHA-1, SHA-2 and SHA-3
  ...['1.2.840.10045.4.1', '1.2.840.10045.4.3.1', '1.2.840.10045.4.3.2', '1.2.840.10045.4.3.3', '1.2.840.10045.4.3.4'],
  ...['2.16.840.1.101.3.4.3.9', '2.16.840.1.101.3.4.3.10', '2.16.840.1.101.3.4.3.11', '2.16.840.1.101.3.4.3.12'],
  // Ed25519, Ed448
  ...['1.3.101.112', '1.3.101.113'],
  // ML-DSA-44, ML-DSA-65, ML-DSA-87: where OpenSSL is too old for them, the key cannot be used either
  ...['2.16.840.1.101.3.4.3.17', '2.16.840.1.101.3.4.3.18', '2.16.840.1.101.3.4.3.19'],
]);

export const isVerifiable = (algorithmOid: string): boolean => verifiable.has(algorithmOid);
