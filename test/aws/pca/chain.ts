import { toPem } from '../x509/pem.ts';
import type { CertificateAuthority } from './authority.ts';

/** The chain of a CA's certificates as GetCertificate sends it: from the CA to the root, or as the CA was made to. */
export function chainPem({ options, certificate, parents, twins }: CertificateAuthority): string {
  const line = [certificate, ...parents];
  const given = options.omitRootFromChain && line.length > 1 ? line.slice(0, -1) : line;
  const ordered = inOrder([...given, ...twins], options.chainOrder);
  return write(options.repeatInChain ? [...ordered, ...ordered] : ordered, options.chainText);
}

function inOrder(chain: readonly Buffer[], order: CertificateAuthority['options']['chainOrder']): readonly Buffer[] {
  if (order === 'mixed') return [...chain.slice(1), ...chain.slice(0, 1)];
  return order === 'root-first' ? chain.toReversed() : chain;
}

function write(chain: readonly Buffer[], text: CertificateAuthority['options']['chainText']): string {
  const blocks = chain.map((der) => toPem('CERTIFICATE', der));
  if (text === 'explained')
    return `${blocks.map((block, at) => `Certificate ${at + 1}:\n${block}`).join('\n\n')}\nend\n`;
  const pem = blocks.join('\n');
  return text === 'crlf' ? pem.replaceAll('\n', '\r\n') : pem;
}
