import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startControlPlane } from '../cluster/control-plane.ts';
import { CONTROL_PLANE_PROGRAMS } from '../cluster/programs/program-table.ts';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import { keepForTearDown } from './support/run-state.ts';
import { CONNECTION_VARIABLE } from './support/shared-control-plane.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Starts the test run's control plane. Should jest be killed, it ends by itself. */
export default async function setUp(): Promise<void> {
  const programs = await ensurePrograms(CONTROL_PLANE_PROGRAMS, { log: say, environment: process.env });
  const plane = await startControlPlane({ programs, certManager: {}, log: say });
  keepForTearDown(plane);
  const path = join(plane.folder, 'connection.json');
  await writeFile(path, JSON.stringify(plane.facts), { mode: 0o600 });
  process.env[CONNECTION_VARIABLE] = path;
}
