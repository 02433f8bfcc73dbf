import { createInformer, type InformerOptions } from '../../src/kube/create-informer.ts';
import type { KubeList } from '../../src/kube/client.ts';
import { ApiError } from '../../src/kube/errors.ts';
import type { KubeObject, Resource } from '../../src/kube/objects.ts';
import { FakeClock } from './fake-clock.ts';
import { createMemoryLogger } from './memory-logger.ts';
import { type ScriptedList, ScriptedKubeClient } from './scripted-kube-client.ts';

export interface Widget extends KubeObject {
  readonly spec?: { readonly colour: string };
}

const widgets: Resource<Widget> = {
  group: 'example.org',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
};

export function widget(name: string, resourceVersion: string, colour = 'red', uid = name): Widget {
  return {
    apiVersion: 'example.org/v1',
    kind: 'Widget',
    metadata: { name, namespace: 'shop', uid, resourceVersion, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { colour },
  };
}

export const page = (resourceVersion: string, items: Widget[], next?: string): KubeList<Widget> => ({
  items,
  resourceVersion,
  ...(next === undefined ? {} : { continue: next }),
});
export const bookmark = (resourceVersion: string, initialEventsEnd = false) =>
  ({ type: 'BOOKMARK', resourceVersion, initialEventsEnd }) as const;

export const answers =
  (list: KubeList<Widget>): ScriptedList =>
  () =>
    list;
export const fails =
  (error: Error): ScriptedList =>
  () =>
    Promise.reject(error);
export const refused = (code: number, reason: string, retryAfterMs?: number): ApiError =>
  new ApiError({ code, reason, message: reason, retryAfterMs });
export const expired = refused(410, 'Expired');

/** An informer of widgets on a scripted client, and what its handler was told. Stop it with `stop`. */
export function createBench() {
  const clock = new FakeClock();
  const client = new ScriptedKubeClient();
  const logger = createMemoryLogger();
  const stop = new AbortController();
  const told: string[] = [];
  const start = (options: Partial<InformerOptions<Widget>> = {}) => {
    const informer = createInformer({
      client,
      resource: widgets,
      clock,
      random: () => 0.5,
      logger,
      freeze: true,
      ...options,
    });
    const name = ({ metadata }: Widget): string => `${metadata.name}@${metadata.resourceVersion}`;
    informer.addHandler({
      added: (object, initial) => told.push(`${initial ? 'initial' : 'added'} ${name(object)}`),
      updated: (previous, current) => told.push(`updated ${name(previous)} to ${name(current)}`),
      deleted: (object) => told.push(`deleted ${name(object)}`),
    });
    const ended = informer.run(stop.signal);
    return { informer, ended };
  };
  return { clock, client, logger, stop, told, start };
}
