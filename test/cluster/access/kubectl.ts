import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 and more when a signal ended it. */
  readonly exitCode: number;
}

export interface KubectlSettings {
  readonly program: string;
  readonly kubeconfigPath: string;
  /** Keeps what kubectl remembers of the server out of the user's home. */
  readonly cacheFolder: string;
}

/** Runs kubectl to its end. Never rejects for an exit code: the caller looks at it. */
export async function runKubectl(
  settings: KubectlSettings,
  args: readonly string[],
  input = '',
): Promise<CommandResult> {
  const fixed = [`--kubeconfig=${settings.kubeconfigPath}`, `--cache-dir=${settings.cacheFolder}`];
  const child = spawn(settings.program, [...fixed, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  // kubectl may end without reading its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, closed] = await Promise.all([read(child.stdout), read(child.stderr), once(child, 'close')]);
  const code = closed[0] as number | null;
  return { stdout, stderr, exitCode: code ?? 128 };
}

async function read(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
