import type { ObjectReference } from '../kube/objects.ts';

/** Something a person looking at an object with kubectl should know (events.k8s.io/v1). */
export interface KubeEvent {
  readonly regarding: ObjectReference;
  readonly type: 'Normal' | 'Warning';
  /** UpperCamelCase, at most 128 characters. */
  readonly reason: string;
  /** At most 1024 characters reach the API server. Carries no secrets, request ids or times. */
  readonly note: string;
  /** What the controller did or tried, UpperCamelCase (`Sign`, `Check`). */
  readonly action: string;
}

/** Sends events without being waited for; losing one never harms a reconcile. */
export interface EventRecorder {
  record(event: KubeEvent): void;
}
