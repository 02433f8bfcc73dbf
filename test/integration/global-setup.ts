import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startAwsStandIn } from '../aws/index.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { CONTROL_PLANE_PROGRAMS } from '../cluster/programs/program-table.ts';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import { startController } from '../support/controller.ts';
import { keepForTearDown } from './support/run-state.ts';
import { CONNECTION_VARIABLE } from './support/shared-control-plane.ts';
import { METRICS_VARIABLE, STAND_IN_VARIABLE } from './support/shared-issuer.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Starts the test run's control plane, its stand-in for AWS and its one controller, the bundled one. Should jest be killed,
 * they end by themselves.
 */
export default async function setUp(): Promise<void> {
  const programs = await ensurePrograms(CONTROL_PLANE_PROGRAMS, { log: say, environment: process.env });
  const plane = await startControlPlane({ programs, certManager: {}, log: say });
  const aws = await startAwsStandIn();
  keepForTearDown({
    stop: async () => {
      await plane.stop();
      await aws.stop();
    },
  });
  const controller = await startController((spec) => plane.startProcess(spec), plane, {
    environment: aws.environment(aws.identity),
    args: ['--log-level=debug'],
  });
  process.env[STAND_IN_VARIABLE] = aws.endpoint;
  process.env[METRICS_VARIABLE] = controller.metricsUrl;
  const path = join(plane.folder, 'connection.json');
  await writeFile(path, JSON.stringify(plane.facts), { mode: 0o600 });
  process.env[CONNECTION_VARIABLE] = path;
  // Whatever a test runs meets this cluster, and never the one that the user works with.
  process.env['KUBECONFIG'] = plane.adminKubeconfigPath;
  process.env['KUBECTL'] = programs.kubectl;
}
