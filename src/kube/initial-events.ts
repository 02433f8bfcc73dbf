import type { WatchEvent } from './client.ts';
import { TransportError } from './errors.ts';
import type { Listing } from './list-all.ts';
import { keyOf, type KubeObject } from './objects.ts';

/**
 * Takes from the events of a watch with `sendInitialEvents` what there is, up to the bookmark that ends it; what changes
 * before that is part of it, and what comes after it stays in the stream. `admit` leaves an object out (undefined) or makes
 * it smaller. Throws a TransportError when the stream ends before.
 */
export async function takeInitialEvents<T extends KubeObject>(
  events: AsyncIterator<WatchEvent<T>>,
  admit: (object: T) => T | undefined,
): Promise<Listing<T>> {
  const objects = new Map<string, T>();
  for (;;) {
    const next = await events.next();
    if (next.done === true) throw new TransportError('CUT_OFF', 'the stream ended before every object had come');
    const event = next.value;
    if (event.type === 'BOOKMARK') {
      if (event.initialEventsEnd) return { items: [...objects.values()], resourceVersion: event.resourceVersion };
      continue;
    }
    const key = keyOf(event.object.metadata);
    const admitted = event.type === 'DELETED' ? undefined : admit(event.object);
    if (admitted === undefined) objects.delete(key);
    else objects.set(key, admitted);
  }
}
