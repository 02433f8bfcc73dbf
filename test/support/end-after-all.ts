import { afterAll } from '@jest/globals';

/**
 * For what beforeAll starts: what is handed to the result is called after all tests, in the order in which it was handed
 * over, whether the rest could be started or not.
 */
export function endAfterAll(): (end: () => Promise<unknown>) => void {
  const ends: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    const failures: unknown[] = [];
    for (const end of ends) await end().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  });
  return (end) => void ends.push(end);
}
