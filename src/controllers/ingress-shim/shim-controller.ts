import type { Certificate } from '../../api/certificate.ts';
import { type Gateway, gateways, type ListenerSet, listenerSets } from '../../api/gateway.ts';
import { ingresses } from '../../api/ingress.ts';
import type { Informer, InformerHandler } from '../../kube/informer.ts';
import { keyOf } from '../../kube/objects.ts';
import type { Controller } from '../../runtime/controller.ts';
import type { CertificateView } from './certificate-view.ts';
import type { ShimMemories } from './shim-memory.ts';
import type { ShimObject } from './shim-plan.ts';
import { controllerOf, isSameToPlan, parentIndex, shimKeyOf } from './shim-watches.ts';

const kinds: readonly string[] = [ingresses.kind, gateways.kind, listenerSets.kind];

/** Wakes the controller by what happens to an annotated object, and hands the handler to its informer. */
export function createObjectHandler(controller: Pick<Controller, 'enqueue'>): InformerHandler<ShimObject> {
  return {
    // What was there before this process started lets what is new pass.
    added: (object, initial) => controller.enqueue(shimKeyOf(object), { priority: initial ? 'low' : 'high' }),
    updated: (previous, current) => {
      if (!isSameToPlan(previous, current)) controller.enqueue(shimKeyOf(current));
    },
    deleted: (object) => controller.enqueue(shimKeyOf(object)),
  };
}

/** A ListenerSet inherits from its Gateway, and does nothing without one. */
export function createParentHandler(
  controller: Pick<Controller, 'enqueue'>,
  sets: Pick<Informer<ListenerSet>, 'store'>,
): InformerHandler<Gateway> {
  const wake = (gateway: Gateway): void => {
    for (const listenerSet of sets.store.byIndex(parentIndex, keyOf(gateway.metadata)))
      controller.enqueue(shimKeyOf(listenerSet));
  };
  return {
    added: wake,
    updated: (previous, current) => {
      if (!isSameToPlan(previous, current)) wake(current);
    },
    deleted: wake,
  };
}

/**
 * Shows each Certificate to the view, and wakes its owner by its name: a Certificate of the owner's predecessor stands in
 * the way of the present one until it is collected. What the owner has just written itself wakes nobody. Wakes those who
 * wait for the name when it becomes free or changes hands.
 */
export function createCertificateHandler(
  controller: Pick<Controller, 'enqueue'>,
  memories: Pick<ShimMemories, 'waitingFor'>,
  view: Pick<CertificateView, 'shows'>,
): InformerHandler<Certificate> {
  const wakeOwner = (certificate: Certificate): void => {
    const owner = controllerOf(certificate);
    const { namespace = '' } = certificate.metadata;
    if (owner && kinds.includes(owner.kind))
      controller.enqueue(`${owner.kind}/${keyOf({ namespace, name: owner.name })}`);
  };
  const wakeWaiting = (certificate: Certificate): void => {
    for (const key of memories.waitingFor(keyOf(certificate.metadata))) controller.enqueue(key);
  };
  return {
    added: (certificate, initial) => {
      const isNews = !view.shows(certificate);
      // Whoever owns one of the first list is looked at anyway once its own kind is listed.
      if (isNews && !initial) wakeOwner(certificate);
    },
    updated: (previous, current) => {
      const isNews = !view.shows(current);
      if (isSameToPlan(previous, current)) return;
      if (isNews) wakeOwner(current);
      if (controllerOf(previous)?.uid === controllerOf(current)?.uid) return;
      wakeOwner(previous);
      wakeWaiting(current);
    },
    deleted: (certificate) => {
      view.shows(certificate, true);
      wakeOwner(certificate);
      wakeWaiting(certificate);
    },
  };
}
