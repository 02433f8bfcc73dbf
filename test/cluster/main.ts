// node test/cluster/main.ts: a control plane with cert-manager to try things on, until Ctrl-C.
import { once } from 'node:events';
import { startControlPlane } from './control-plane.ts';
import { runEntry, say } from './entry.ts';
import { CONTROL_PLANE_PROGRAMS } from './programs/program-table.ts';
import { ensurePrograms } from './programs/programs.ts';

await runEntry(async () => {
  const asked = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const programs = await ensurePrograms(CONTROL_PLANE_PROGRAMS, { log: say, environment: process.env });
  const plane = await startControlPlane({ programs, certManager: {}, log: say });
  try {
    process.stdout.write(`export KUBECONFIG=${plane.adminKubeconfigPath}\n`);
    say(`kubectl is ${programs.kubectl}; Ctrl-C stops the control plane.`);
    await asked;
  } finally {
    await plane.stop();
  }
});
