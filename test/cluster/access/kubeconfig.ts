import { readFile, writeFile } from 'node:fs/promises';

export interface KubeconfigFacts {
  readonly url: string;
  /** PEM file of the authority that the API server's certificate comes from. */
  readonly caFile: string;
  readonly user: string;
  readonly token: string;
}

/** Writes a kubeconfig with one context that only its owner can read. The CA is embedded: the file stands alone. */
export async function writeKubeconfig(path: string, facts: KubeconfigFacts): Promise<void> {
  const ca = await readFile(facts.caFile);
  await writeFile(path, renderKubeconfig(facts, ca.toString('base64')), { mode: 0o600 });
}

/** https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
export function renderKubeconfig(facts: Omit<KubeconfigFacts, 'caFile'>, caBase64: string): string {
  const quoted = JSON.stringify;
  return `apiVersion: v1
kind: Config
current-context: test
clusters:
- name: test
  cluster:
    server: ${quoted(facts.url)}
    certificate-authority-data: ${caBase64}
users:
- name: ${quoted(facts.user)}
  user:
    token: ${quoted(facts.token)}
contexts:
- name: test
  context:
    cluster: test
    user: ${quoted(facts.user)}
`;
}
