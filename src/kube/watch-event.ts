import { apiErrorFromStatus } from './api-status.ts';
import type { WatchEvent } from './client.ts';
import { TransportError } from './errors.ts';
import type { KubeObject } from './objects.ts';

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#k8s-io-initial-events-end */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** An event as it stands on the wire (metav1.WatchEvent). */
interface WireEvent {
  readonly type?: string;
  readonly object?: KubeObject;
}

/** Reads one line of a watch. Throws the ApiError that an ERROR event carries. */
export function parseWatchEvent<T extends KubeObject>(line: unknown): WatchEvent<T> {
  const { type, object } = (line ?? {}) as WireEvent;
  if (type === 'ERROR') throw apiErrorFromStatus(object);
  const resourceVersion = object?.metadata.resourceVersion;
  if (object === undefined || resourceVersion === undefined) throw notAnEvent();
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: object as T };
    case 'BOOKMARK':
      return { type, resourceVersion, initialEventsEnd: object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true' };
    case undefined:
    default:
      throw notAnEvent();
  }
}

const notAnEvent = (): TransportError =>
  new TransportError('INVALID_ANSWER', 'a line of the watch is not a watch event');
