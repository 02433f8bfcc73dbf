import { isFor } from '../csr-pool.ts';
import type { Scenario } from '../stage.ts';
import { finish } from './together.ts';

const count = 100;
const generations = 5;

export const recreated: Scenario = async (stage) => {
  await stage.setUp({ quotas: 'off', issuingTimeMs: 0 });
  await stage.startReady({ unlimited: true });
  let wrong = 0;
  for (let generation = 0; generation < generations; generation++) {
    const offset = generation * count;
    const watch = await stage.watchRequests();
    await stage.create(count, offset);
    const started = performance.now();
    await stage.approveAll(count);
    const { sample, isDone } = await finish(watch, { count, started, boundSeconds: 60 });
    if (!isDone) return { wrongKeys: sample };
    const isWrong = ({ name, certificate = '' }: { readonly name: string; readonly certificate?: string }): boolean =>
      !isFor(stage.csr(Number(name.slice('r-'.length)) + offset), certificate);
    wrong += watch.seen.filter(isWrong).length;
    watch.close();
    await stage.deleteAll();
  }
  return { wrongKeys: { value: wrong } };
};
