import { readFileSync } from 'node:fs';
import { ClusterAccess, type ConnectionFacts } from '../../cluster/access/cluster-access.ts';

/** Names the file that tells where the test run's control plane is. */
export const CONNECTION_VARIABLE = 'AWSPCA_TEST_CONTROL_PLANE';

/**
 * The one control plane of this test run, with cert-manager's controllers running. Every test makes a namespace of its
 * own in it; one that breaks servers starts a control plane of its own, with `facts.programs`. Call `close` in afterAll.
 */
export function sharedControlPlane(): ClusterAccess {
  const path = process.env[CONNECTION_VARIABLE];
  if (path === undefined)
    throw new Error(`${CONNECTION_VARIABLE} is not set: run this with jest's integration project`);
  return new ClusterAccess(JSON.parse(readFileSync(path, 'utf8')) as ConnectionFacts);
}
