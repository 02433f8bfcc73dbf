import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const objects = 100_000;

test(`${objects} random objects`, async () => {
  // What the thread throws rejects this.
  const message = once(new Worker(new URL('check-objects.ts', import.meta.url), { workerData: objects }), 'message');
  const [seen] = (await message) as [ReadonlyMap<string, number>];
  // The examples are wide enough to mean something: each kind of outcome is among every hundred of them.
  const rare = ['create', 'update', 'delete', 'fault', 'problem', 'wait'].filter(
    (kind) => (seen.get(kind) ?? 0) < objects / 100,
  );
  expect(rare).toEqual([]);
}, 600_000);
