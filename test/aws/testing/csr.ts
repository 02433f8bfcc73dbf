import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CsrWish {
  /** As for `openssl req -newkey`; default P-256. */
  readonly key?: 'P-256' | 'P-384' | 'P-521' | 'rsa:1024' | 'rsa:2048' | 'ed25519';
  /** As for `openssl req -subj`; default `/CN=leaf.example`. `/` is the empty subject. */
  readonly subject?: string;
  /** Extensions as `openssl req -addext` takes them. */
  readonly extensions?: readonly string[];
}

/** A PEM request with a fresh key, made by openssl. */
export function makeCsr({ key = 'P-256', subject = '/CN=leaf.example', extensions = [] }: CsrWish = {}): string {
  const isCurve = key.startsWith('P-');
  const newKey = isCurve ? ['ec', '-pkeyopt', `ec_paramgen_curve:${key}`] : [key];
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  const common = [
    'req',
    '-new',
    '-nodes',
    '-utf8',
    '-keyout',
    '/dev/null',
    '-subj',
    subject,
    '-newkey',
    ...newKey,
    ...added,
  ];
  return execFileSync('openssl', common, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

/** What openssl reads in a certificate, as text. */
export function readCertificate(pem: string): string {
  return execFileSync('openssl', ['x509', '-noout', '-text', '-nameopt', 'RFC2253'], { encoding: 'utf8', input: pem });
}

/** The names of a certificate's extensions with their values, `critical` in front, as openssl prints them. */
export const readExtensions = (pem: string): Record<string, string> => extensionsIn(readCertificate(pem));

/** The same from what `readCertificate` returned. */
export function extensionsIn(text: string): Record<string, string> {
  const section = /X509v3 extensions:\n([\s\S]*?)\n {4}Signature Algorithm/.exec(text)?.[1] ?? '';
  const found = section.matchAll(/^ {12}(\S[^\n]*?): ?(critical)? *\n((?: {16}.*\n?|\n(?= {16}))*)/gm);
  const entries = [...found].map(([, name = '', critical, value = '']) => {
    const text = value.trim().replace(/\s*\n\s*/g, ' ');
    return [name, critical === undefined ? text : `critical ${text}`] as const;
  });
  return Object.fromEntries(entries);
}

/** What `openssl verify` says about a leaf, its intermediates and its root, whatever the time. */
export function verifyChain(leaf: string, intermediates: readonly string[], root: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'chain-'));
  try {
    const file = (name: string, pem: string): string => {
      writeFileSync(join(folder, name), pem);
      return join(folder, name);
    };
    const trust = ['-CAfile', file('root', root), '-untrusted', file('untrusted', intermediates.join('\n'))];
    const args = ['verify', '-no_check_time', '-x509_strict', ...trust, file('leaf', leaf)];
    return spawnSync('openssl', args, { encoding: 'utf8' }).stdout.replace(folder, '').trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
