import { expect, test } from '@jest/globals';
import type { AcmeHttpAnswer, AcmeHttpRequest } from './http.ts';
import { createHttpPools } from './http-pools.ts';

const { signal } = new AbortController();
const request: AcmeHttpRequest = { method: 'GET', url: 'https://acme.example/', headers: {}, signal };
const answer: AcmeHttpAnswer = { status: 200, headers: {}, body: Buffer.alloc(0) };

/** Two pools at most, whose exchanges with CA `slow` end when the test says so. */
function createBench() {
  const told: string[] = [];
  const slow = Promise.withResolvers<AcmeHttpAnswer>();
  const pools = createHttpPools((caPem) => {
    told.push(`open ${caPem}`);
    const http = () => (caPem === 'slow' ? slow.promise : Promise.resolve(answer));
    return Object.assign(http, { close: () => void told.push(`close ${caPem}`) });
  }, 2);
  return { told, pools, end: () => slow.resolve(answer) };
}

test('the pool that lay idle for longest is closed, and opened again for whoever still has it', async () => {
  const { told, pools } = createBench();
  const first = pools.get('a');
  for (const http of [first, pools.get('b'), first, pools.get('c'), pools.get('b')]) await http(request);
  expect(told).toEqual(['open a', 'open b', 'open c', 'close b', 'open b', 'close a']);
  await expect(first(request)).resolves.toEqual(answer);
});

test('none is closed while an exchange is under way', async () => {
  const { told, pools, end } = createBench();
  const exchange = pools.get('slow')(request);
  for (const caPem of ['a', 'b']) await pools.get(caPem)(request);
  expect(told).toEqual(['open slow', 'open a', 'open b', 'close a']);
  await pools.get('c')(request);
  end();
  await expect(exchange).resolves.toEqual(answer);
  expect(told).not.toContain('close slow');
  await pools.get('d')(request);
  expect(told).toContain('close slow');
});

test('afterwards there are none', async () => {
  const { told, pools } = createBench();
  await pools.get(undefined)(request);
  pools.close();
  expect(told).toEqual(['open undefined', 'close undefined']);
  await expect(pools.get('a')(request)).rejects.toMatchObject({ code: 'CLOSED', outcomeUnknown: false });
});
