/** PEM (RFC 7468) without a newline at its end, as AWS Private CA sends it. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}

/** The DER of the first block whose label is one of `labels`. */
export function fromPem(text: string, labels: readonly string[]): Buffer | undefined {
  for (const [, label = '', body = '', end] of text.matchAll(BLOCK)) {
    if (label === end && labels.includes(label)) return Buffer.from(body, 'base64');
  }
  return undefined;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END ([A-Z0-9 ]+)-----/g;
