import { type Gateway, gateways, type ListenerSet, listenerSets } from '../../api/gateway.ts';
import { certificates } from '../../api/certificate.ts';
import { ingresses } from '../../api/ingress.ts';
import type { AccessNeed } from '../../kube/access-review.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createInformer } from '../../kube/create-informer.ts';
import type { Informer } from '../../kube/informer.ts';
import { keyOf, type KubeObject, parseKey, type Resource } from '../../kube/objects.ts';
import { type Controller, type ControllerOptions, createController } from '../../runtime/controller.ts';
import type { EventRecorder } from '../../runtime/events.ts';
import { parentOf } from './asked.ts';
import { CertificateView } from './certificate-view.ts';
import { createCertificateHandler, createObjectHandler, createParentHandler } from './shim-controller.ts';
import { ShimMemories } from './shim-memory.ts';
import type { ShimObject, ShimSettings } from './shim-plan.ts';
import { createShimReconciler } from './shim-reconciler.ts';
import { certificateWatch, gatewayWatch, ingressWatch, listenerSetWatch } from './shim-watches.ts';
import { type ShimMetrics, ShimWriter } from './shim-writer.ts';
import { watchWhenPossible } from './watch-when-possible.ts';

export interface IngressShimOptions extends Pick<
  ControllerOptions,
  'clock' | 'random' | 'logger' | 'createId' | 'metrics' | 'mayRun'
> {
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly settings: ShimSettings;
  /** What has to be allowed before a kind is watched. */
  readonly accessNeeds: (resource: Resource) => readonly AccessNeed[];
  readonly shimMetrics: ShimMetrics;
}

/** As cert-manager's `--concurrent-workers`. */
const workers = 5;
/** cert-manager's delays after an error. */
const backoff = { baseMs: 5_000, maxMs: 300_000, jitter: 0.2 };

/**
 * Turns annotated Ingresses, Gateways and ListenerSets into Certificates. It brings its own informers, which run where the
 * controller runs: a replica that does not lead, or a cluster that does not permit it, keeps nothing of this in memory.
 */
export function createIngressShim(options: IngressShimOptions): Pick<Controller, 'name' | 'run' | 'waiting'> {
  const { client, clock, random, logger, settings } = options;
  const feed = { client, clock, random, logger };
  const sources = {
    Ingress: createInformer({ ...feed, ...ingressWatch }),
    Gateway: createInformer({ ...feed, ...gatewayWatch }),
    ListenerSet: createInformer({ ...feed, ...listenerSetWatch }),
  };
  const held = createInformer({ ...feed, ...certificateWatch });

  const memories = new ShimMemories(clock);
  const view = new CertificateView(held, clock);
  const writer = new ShimWriter({ client, events: options.events, view, metrics: options.shimMetrics });
  const controller = createController({
    ...options,
    name: 'ingress-shim',
    concurrency: workers,
    backoff,
    reconcile: createShimReconciler({
      ...{ settings, memories, view, writer, random },
      findObject: (key) => findObject(sources, key),
      findParent: (object) => findParent(sources.Gateway, object),
    }),
  });

  const wake = createObjectHandler(controller);
  for (const informer of [sources.Ingress, sources.Gateway, sources.ListenerSet]) informer.addHandler(wake);
  sources.Gateway.addHandler(createParentHandler(controller, sources.ListenerSet));
  held.addHandler(createCertificateHandler(controller, memories, view));

  const watch = <T extends KubeObject>(resource: Resource<T>, informer: Informer<T>, stop: AbortSignal) => {
    const mayBeAbsent = resource.group === gateways.group;
    const level = settings.mode === 'all' ? 'warn' : 'info';
    const needs = options.accessNeeds(resource);
    return watchWhenPossible({ ...feed, resource, informer, needs, mayBeAbsent, level }, stop);
  };
  return {
    name: controller.name,
    get waiting() {
      return controller.waiting;
    },
    async run(stop, abandon) {
      const watches = [watch(certificates, held, stop)];
      // Nobody is looked at before it is known which Certificates there are. Rejects only when it is to stop.
      await held.whenSynced(stop).catch(() => undefined);
      if (!stop.aborted) {
        watches.push(
          watch(ingresses, sources.Ingress, stop),
          watch(gateways, sources.Gateway, stop),
          watch(listenerSets, sources.ListenerSet, stop),
        );
        await controller.run(stop, abandon);
      }
      await Promise.all(watches);
    },
  };
}

type Sources = Readonly<{ [K in ShimObject['kind']]: Pick<Informer<Extract<ShimObject, { kind: K }>>, 'store'> }>;

function findObject(sources: Sources, shimKey: string): ShimObject | undefined {
  const { namespace: kind = '', name: key } = parseKey(shimKey);
  return kind in sources ? sources[kind as ShimObject['kind']].store.get(key) : undefined;
}

function findParent(informer: Pick<Informer<Gateway>, 'store'>, object: ShimObject): Gateway | undefined {
  if (object.kind !== 'ListenerSet') return undefined;
  const parent = parentOf(object satisfies ListenerSet);
  return parent && informer.store.get(keyOf(parent));
}
