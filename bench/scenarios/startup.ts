import { setTimeout as delay } from 'node:timers/promises';
import { memoryMiB } from '../process-facts.ts';
import type { Scenario } from '../stage.ts';

const SETTLE_MS = 10_000;

export const startup: Scenario = async (stage) => {
  await stage.setUp({ quotas: {}, issuingTimeMs: 0 });
  const watch = await stage.watchIssuer();
  const started = performance.now();
  const { pid } = await stage.start();
  const readyAt = await stage.awaitIssuer(watch);
  await delay(SETTLE_MS);
  const { anonymous, resident } = await memoryMiB(pid);
  return {
    firstReady: { value: (readyAt - started) / 1000 },
    idleAnonymous: { value: anonymous },
    idleResident: { value: resident },
  };
};
