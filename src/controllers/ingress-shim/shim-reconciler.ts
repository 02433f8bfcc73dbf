import type { Gateway } from '../../api/gateway.ts';
import { keyOf } from '../../kube/objects.ts';
import type { Reconcile, ReconcileContext, Result } from '../../runtime/reconciler.ts';
import type { Clock } from '../../system/clock.ts';
import { jitter, type Random } from '../../system/random.ts';
import { asksFor } from './asked.ts';
import type { CertificateView } from './certificate-view.ts';
import { judgeRefusal } from './judge-refusal.ts';
import { planShim } from './plan-shim.ts';
import type { ShimMemories } from './shim-memory.ts';
import type { ShimAction, ShimEvent, ShimFacts, ShimObject, ShimSettings } from './shim-plan.ts';
import type { ShimWriter } from './shim-writer.ts';

export interface ShimReconcilerOptions {
  readonly settings: ShimSettings;
  readonly memories: ShimMemories;
  readonly view: CertificateView;
  readonly writer: ShimWriter;
  /** By the key that `shimKeyOf` gives. */
  readonly findObject: (key: string) => ShimObject | undefined;
  /** The Gateway of a ListenerSet. */
  readonly findParent: (object: ShimObject) => Gateway | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Left out: the real plan. */
  readonly plan?: typeof planShim;
}

/** A refusal ends when the object changes, which wakes it, or when somebody changes a policy. */
const refusedRetryMs = 300_000;
/** For the watch to show what a write has run into. */
const shortestRetryMs = 250;

/** Brings the Certificates of one annotated object to what it asks for. Reads only the watches' stores. */
export function createShimReconciler(options: ShimReconcilerOptions): Reconcile {
  const { settings, memories, view, writer, findObject, findParent, clock, plan: decide = planShim } = options;

  function readFacts(object: ShimObject): ShimFacts {
    const { namespace = '', uid } = object.metadata;
    const found = view.find(namespace, uid, asksFor(object));
    return { object, parent: findParent(object), certificates: found };
  }

  function tell(key: string, object: ShimObject, problem: ShimEvent): void {
    if (memories.isNews(key, object, problem)) writer.tell(object, problem);
  }

  async function apply(
    key: string,
    object: ShimObject,
    actions: readonly ShimAction[],
    { logger, signal }: ReconcileContext,
  ): Promise<Result> {
    memories.writes(key, object, clock.monotonic());
    for (const action of actions) {
      const certificate = describe(action);
      try {
        await writer.write(object, action, signal);
        logger.debug({ certificate, operation: action.kind }, 'Certificate written');
      } catch (error) {
        logger.debug({ certificate, operation: action.kind, error }, 'Certificate not written');
        return afterFailure(key, object, action, error);
      }
    }
    return {};
  }

  /** Whatever the write was for is decided anew; the question is when, and whether anybody has to know. */
  function afterFailure(key: string, object: ShimObject, action: ShimAction, error: unknown): Result {
    const consequence = judgeRefusal(action.kind, error);
    if (consequence === 'over') return {};
    const isAgain = consequence === 'unclear' && memories.wasUnclear(key, object, describe(action));
    // The watch wakes the object sooner, if it is about to show what has changed.
    if (consequence === 'stale' || (consequence === 'unclear' && !isAgain)) return later(key);
    if (consequence === 'failed' || settings.strictParity) throw error;
    tell(key, object, refusal(action, error));
    return { requeueAfterMs: jitter(refusedRetryMs, 0.1, options.random) };
  }

  const later = (key: string): Result => ({
    requeueAfterMs: Math.max(shortestRetryMs, memories.msUntilWrite(key, clock.monotonic())),
  });

  return async (key, context) => {
    const object = findObject(key);
    if (!object) {
      memories.forget(key);
      return {};
    }
    const { namespace = '' } = object.metadata;
    const { actions, problems, waitsFor, fault } = decide(readFacts(object), settings);
    // In the same turn in which the Certificates were read: what happens to them from now on wakes the object.
    const awaited = waitsFor.map((name) => keyOf({ namespace, name }));
    memories.waitFor(key, object, awaited);
    for (const problem of problems) tell(key, object, problem);
    if (fault !== undefined) context.logger.debug({ fault }, 'nothing is done for this object');
    if (actions.length === 0) return {};
    return memories.msUntilWrite(key, clock.monotonic()) > 0 ? later(key) : apply(key, object, actions, context);
  };
}

/** A Certificate as it was seen, or is to be. */
function describe(action: ShimAction): string {
  if (action.kind === 'create') return keyOf(action.certificate.metadata);
  const { metadata } = action.existing;
  return `${keyOf(metadata)}@${metadata.resourceVersion}`;
}

function refusal(action: ShimAction, error: unknown): ShimEvent {
  const { name } = (action.kind === 'create' ? action.certificate : action.existing).metadata;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `The API server refuses to ${action.kind} Certificate "${name}": ${reason}. It is tried again every 5 minutes, and when this object changes.`;
  return { type: 'Warning', reason: 'BadConfig', message };
}
