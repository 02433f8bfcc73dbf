/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  readonly label: string;
  readonly der: Buffer;
}

const block = /-----BEGIN ([^\r\n-]+)-----[ \t]*\r?\n([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** Every block of `text`; whatever stands between, before and after them is ignored, as RFC 7468 section 2 allows. */
export function parsePem(text: string): PemBlock[] {
  return [...text.matchAll(block)].map(([, label = '', body = '']) => ({ label, der: Buffer.from(body, 'base64') }));
}

/** Strict textual encoding of RFC 7468 section 3, ending in a newline. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
