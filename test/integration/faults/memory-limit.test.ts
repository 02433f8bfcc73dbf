import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { MemoryGroup } from '../../support/memory-group.ts';
import { awaitAllIssued, billedOnce, createManyApproved, numbered } from './support/approved-requests.ts';
import { expectCalm } from './support/calm.ts';
import { FaultBench, type Lines } from './support/fault-bench.ts';

// A guard against hanging.
jest.setTimeout(300_000);

const limitMiB = 96;
const requestCount = 1_000;

let bench: FaultBench;
let lines: Lines;
beforeAll(async () => {
  bench = await FaultBench.start();
  lines = await bench.lines();
  await bench.applyIssuer();
});
afterAll(() => bench.stop());

const title = `${requestCount} requests at once within ${limitMiB} MiB: all are signed, and the kernel ends nobody`;
const { missing } = MemoryGroup;
if (missing !== undefined) test.skip(`${title} (left out: ${missing})`, () => undefined);
else
  test(title, async () => {
    // Nobody signs before the controller runs, so that all are open when it does.
    const names = numbered('tight', requestCount);
    await createManyApproved(bench.plane, names);
    const memoryGroup = MemoryGroup.create(limitMiB * 2 ** 20);
    const args = ['--pca-issue-rate=0', '--pca-get-rate=0'];
    const controller = await bench.controller(lines, { args, memoryGroup });
    try {
      const ended = controller.process.exited.then(({ signal }) => {
        throw new Error(`the controller ended by ${signal}; the kernel ended ${memoryGroup.kills} processes`);
      });
      // After the test it ends as it is asked to.
      ended.catch(() => undefined);
      const requests = await Promise.race([awaitAllIssued(bench.plane, names, 240_000), ended]);
      expect(await billedOnce(bench.aws, requests)).toEqual({ certificates: requestCount, held: requestCount });
      const { kills, anonymous, highest, reachedLimit } = memoryGroup;
      const figures = { anonymous: mebibytes(anonymous), highest: mebibytes(highest), reachedLimit };
      process.stdout.write(`after ${requestCount} certificates within ${limitMiB} MiB: ${JSON.stringify(figures)}\n`);
      expect(kills).toBe(0);
      // It was really there: the process counts in the group.
      expect(anonymous).toBeGreaterThan(2 ** 20);
      expectCalm(await controller.log());
    } finally {
      await controller.process.stop();
      await memoryGroup.remove();
    }
  });

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
