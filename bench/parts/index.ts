import { type AwsStandIn, startAwsStandIn } from '../../test/aws/index.ts';
import type { ControlPlanePrograms } from '../../test/cluster/access/cluster-access.ts';
import { measureFullCluster } from './full-cluster.ts';
import { measureShim } from './shim.ts';
import { measureSigning } from './signing.ts';

type Part = (programs: ControlPlanePrograms, aws: AwsStandIn) => Promise<void>;

/** What is measured of this controller for itself, on control planes of its own, and told line by line. */
const PARTS: Readonly<Record<string, Part>> = {
  signing: measureSigning,
  shim: measureShim,
  load: measureFullCluster(1_000, 10_000),
  'load-50k': measureFullCluster(1_000, 10_000, 50_000),
};

export const PART_NAMES = Object.keys(PARTS);

export async function measureParts(names: readonly string[], programs: ControlPlanePrograms): Promise<void> {
  const aws = await startAwsStandIn();
  try {
    for (const name of names) await PARTS[name]?.(programs, aws);
  } finally {
    await aws.stop();
  }
}
