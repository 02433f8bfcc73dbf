import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs the machine's openssl with `files` in its own folder, and returns the text of the file that it wrote, or its output. */
export function openssl(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  output?: string,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const printed = execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return output === undefined ? printed : readFileSync(join(folder, output), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A CSR made by `openssl req` with a new key, its subject and SAN as given (`/CN=a/OU=b`, `DNS:a,IP:10.0.0.1`). */
export function opensslCsr(newKey: readonly string[], subject: string, subjectAltName?: string): string {
  const san = subjectAltName === undefined ? [] : ['-addext', `subjectAltName=${subjectAltName}`];
  const key = ['-newkey', ...newKey, '-nodes', '-keyout', 'key.pem'];
  return openssl(['req', '-new', ...key, '-subj', subject, ...san, '-out', 'csr.pem'], {}, 'csr.pem');
}

/**
 * A P-256 CSR with the extensions of a section of openssl's configuration (`keyUsage=critical,digitalSignature`), and
 * further sections that they refer to. https://docs.openssl.org/master/man5/x509v3_config/
 */
export function opensslCsrWith(extensions: readonly string[], sections = '', subject = '/CN=a.example'): string {
  const config = `[req]\ndistinguished_name=dn\nreq_extensions=x\n[dn]\n[x]\n${extensions.join('\n')}\n${sections}`;
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
  return openssl(['req', '-new', '-config', 'c', ...key, '-subj', subject, '-out', 'o'], { c: config }, 'o');
}
