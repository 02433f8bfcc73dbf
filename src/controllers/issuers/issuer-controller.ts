import type { Issuer } from '../../api/awspca.ts';
import { issuerKeyFor } from '../../api/issuer-target.ts';
import type { Informer, InformerHandler } from '../../kube/informer.ts';
import { parseKey } from '../../kube/objects.ts';
import type { Controller } from '../../runtime/controller.ts';

/** Wakes the controller when an issuer's spec changes. Its own status writes change no generation and wake nobody. */
export function connectIssuerController(
  controller: Pick<Controller, 'enqueue'>,
  informers: readonly Pick<Informer<Issuer>, 'addHandler'>[],
): void {
  const enqueue = (issuer: Issuer): void => controller.enqueue(issuerKeyFor(issuer));
  const handler: InformerHandler<Issuer> = {
    added: enqueue,
    updated: (previous, current) => {
      const isSameSpec = previous.metadata.generation === current.metadata.generation;
      if (!isSameSpec || previous.metadata.uid !== current.metadata.uid) enqueue(current);
    },
    deleted: enqueue,
  };
  for (const informer of informers) informer.addHandler(handler);
}

/** Looks an issuer up by the key that both kinds share (`<kind>/<key>`). */
export function createIssuerLookup(
  stores: Readonly<Record<Issuer['kind'], Pick<Informer<Issuer>, 'store'>>>,
): (issuerKey: string) => Issuer | undefined {
  return (issuerKey) => {
    const { namespace: kind, name: key } = parseKey(issuerKey);
    return kind === 'AWSPCAIssuer' || kind === 'AWSPCAClusterIssuer' ? stores[kind].store.get(key) : undefined;
  };
}
