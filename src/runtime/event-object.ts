import { microTime } from '../kube/time.ts';
import type { KubeObject, ObjectReference, Resource } from '../kube/objects.ts';
import type { KubeEvent } from './events.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
export interface EventObject extends KubeObject {
  readonly eventTime: string;
  readonly series?: EventSeries;
}

export interface EventSeries {
  readonly count: number;
  readonly lastObservedTime: string;
}

export const events: Resource<EventObject> = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};

/** Who tells: a qualified name (`example.com/controller` or a plain word), and which of its processes. */
export interface Reporter {
  readonly reportingController: string;
  /** At most 128 characters. */
  readonly reportingInstance: string;
}

/** The API server counts bytes, not characters (k8s.io/kubernetes pkg/apis/core/validation/events.go). */
const longestNoteBytes = 1024;
const ellipsis = '…';

/** The note, cut between two characters where it is too long. */
export function cutNote(note: string): string {
  if (Buffer.byteLength(note) <= longestNoteBytes) return note;
  let bytes = Buffer.byteLength(ellipsis);
  let kept = '';
  for (const character of note) {
    bytes += Buffer.byteLength(character);
    if (bytes > longestNoteBytes) break;
    kept += character;
  }
  return kept + ellipsis;
}

/** Events of cluster-scoped objects live in `default`: the API server refuses them nearly everywhere else. */
export function eventNamespace(regarding: ObjectReference): string {
  return regarding.namespace === undefined || regarding.namespace === '' ? 'default' : regarding.namespace;
}

/** RFC 1123 subdomain, short enough for what is put behind it. */
const subdomain = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/;
const longestObjectName = 200;

/** The object's name with an id behind it, as people expect; the id alone where that would be no valid name. */
export function eventName({ name }: ObjectReference, id: string): string {
  return name.length <= longestObjectName && subdomain.test(name) ? `${name}.${id}` : id;
}

/** The object to POST. `now` is wall-clock milliseconds. */
export function planEvent(event: KubeEvent, name: string, reporter: Reporter, now: number): object {
  const { regarding, type, reason, action } = event;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: eventNamespace(regarding), name },
    eventTime: microTime(new Date(now)),
    ...reporter,
    regarding,
    type,
    reason,
    action,
    note: cutNote(event.note),
  };
}

/** The merge patch for an event that happened `count` times, last at `now` (wall-clock milliseconds). */
export function planSeries(count: number, now: number): { readonly series: EventSeries } {
  return { series: { count, lastObservedTime: microTime(new Date(now)) } };
}

/** Equal for events that say the same about the same object. */
export function seriesKey({ regarding, type, reason, action, note }: KubeEvent): string {
  return JSON.stringify([objectKey(regarding), type, reason, action, note]);
}

export function objectKey({ apiVersion, kind, namespace, name, uid }: ObjectReference): string {
  return JSON.stringify([apiVersion, kind, namespace ?? '', name, uid]);
}
