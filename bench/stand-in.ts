import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { connectAwsStandIn, type Identity, type RemoteAwsStandIn } from '../test/aws/index.ts';
import type { ControlPlane } from '../test/cluster/control-plane.ts';
import { eventually } from '../test/cluster/wait.ts';

const program = fileURLToPath(new URL('../test/aws/cli.ts', import.meta.url));

export interface SeparateStandIn {
  readonly aws: RemoteAwsStandIn;
  readonly identity: Identity;
}

/** The stand-in for AWS as a process of its own: it signs while this one creates and watches. */
export async function startSeparateStandIn(plane: ControlPlane): Promise<SeparateStandIn> {
  const args = ['--disable-warning=ExperimentalWarning', program, '--json'];
  const { logPath } = await plane.startProcess({ name: 'aws-stand-in', command: process.execPath, args });
  const [line = ''] = await eventually(
    async () => {
      const lines = (await readFile(logPath, 'utf8')).split('\n');
      return lines.length > 1 && lines;
    },
    { what: 'the stand-in for AWS listens' },
  );
  const { endpoint, identity } = JSON.parse(line) as { endpoint: string; identity: Identity };
  return { aws: connectAwsStandIn(endpoint), identity };
}
