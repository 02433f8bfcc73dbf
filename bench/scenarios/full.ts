import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { createFinished, createSecrets } from '../../test/integration/faults/support/full-cluster.ts';
import { applyObject } from '../../test/integration/support/shared-issuer.ts';
import { memoryMiB } from '../process-facts.ts';
import type { Figures, Scenario, Stage } from '../stage.ts';

/** What was needed to get there is given back within this time, or never. */
const SETTLE_MS = 6000;

/** Once, for all rounds: it stays in the namespace `default`. */
export async function fillCluster(plane: ControlPlane): Promise<void> {
  await createFinished(plane, 'finished', 10_000);
  await createSecrets(plane, 'foreign', 5_000);
}

export const fullAmbient: Scenario = async (stage) => {
  const { memory, ready } = await startAndMeasure(stage, {});
  return { fullAmbient: memory, fullAmbientReady: ready };
};

export const fullSecret: Scenario = async (stage) => {
  const { accessKeyId, secretAccessKey } = stage.world.identity;
  const { namespace } = stage;
  await applyObject(stage.world.plane, {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'aws', namespace } },
    stringData: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  });
  const { memory, ready } = await startAndMeasure(stage, { secretRef: { name: 'aws', namespace } });
  return { fullSecret: memory, fullSecretReady: ready };
};

type Measured = Record<'memory' | 'ready', NonNullable<Figures[keyof Figures]>>;

async function startAndMeasure(stage: Stage, spec: object): Promise<Measured> {
  await stage.setUp({ quotas: {}, issuingTimeMs: 0 }, spec);
  const watch = await stage.watchIssuer();
  const started = performance.now();
  const { pid } = await stage.start();
  const readyAt = await stage.awaitIssuer(watch);
  await delay(SETTLE_MS);
  return { memory: { value: (await memoryMiB(pid)).resident }, ready: { value: (readyAt - started) / 1000 } };
}
