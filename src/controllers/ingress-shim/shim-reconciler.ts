import type { Certificate } from '../../api/certificate.ts';
import type { Gateway } from '../../api/gateway.ts';
import { keyOf } from '../../kube/objects.ts';
import type { Reconcile, ReconcileContext, Result } from '../../runtime/reconciler.ts';
import { jitter, type Random } from '../../system/random.ts';
import { asksFor } from './asked.ts';
import type { CertificateView } from './certificate-view.ts';
import { tellOverruled, tellRefusal } from './event-texts.ts';
import { judgeRefusal } from './judge-refusal.ts';
import { planShim } from './plan-shim.ts';
import { differences } from './same-certificate.ts';
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
  readonly random: Random;
  /** Left out: the real plan. */
  readonly plan?: typeof planShim;
}

/** A refusal ends when the object changes, which wakes it, or when somebody changes a policy. */
const refusedRetryMs = 300_000;
/** For the watch to show what a write has run into; it wakes the object sooner. */
const staleRetryMs = 1_000;

/** Brings the Certificates of one annotated object to what it asks for. Reads only the watches' stores. */
export function createShimReconciler(options: ShimReconcilerOptions): Reconcile {
  const { settings, memories, view, writer, findObject, findParent, plan: decide = planShim } = options;

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
    memories.writes(key, object);
    for (const action of actions) {
      const certificate = describe(action);
      try {
        const written = await writer.write(object, action, signal);
        logger.debug({ certificate, operation: action.kind }, 'Certificate written');
        if (action.kind !== 'delete' && written) afterWrite(key, object, written, action);
      } catch (error) {
        logger.debug({ certificate, operation: action.kind, error }, 'Certificate not written');
        return afterFailure(key, object, action, error);
      }
    }
    return {};
  }

  /** What the cluster makes of every update is not written again and again; what is as it was meant is not looked at again. */
  function afterWrite(
    key: string,
    object: ShimObject,
    written: Certificate,
    { kind, certificate: wanted }: Exclude<ShimAction, { kind: 'delete' }>,
  ): void {
    const fields = differences(written, wanted, settings.strictParity);
    if (fields.length === 0) view.settle(written);
    if (fields.length === 0 || kind === 'create') return;
    memories.overruled(key, object, written, wanted, refusedRetryMs);
    if (!settings.strictParity) tell(key, object, tellOverruled(written, fields));
  }

  /** Whatever the write was for is decided anew; the question is when, and whether anybody has to know. */
  function afterFailure(key: string, object: ShimObject, action: ShimAction, error: unknown): Result {
    const consequence = judgeRefusal(action.kind, error);
    if (consequence === 'over') return {};
    const isStale = consequence === 'unclear' && !memories.isUnclearForGood(key, object, describe(action));
    if (consequence === 'stale' || isStale) return later(key, staleRetryMs);
    if (consequence === 'failed' || settings.strictParity) throw error;
    tell(key, object, tellRefusal(action, error));
    return { requeueAfterMs: jitter(refusedRetryMs, 0.1, options.random) };
  }

  function whenToTryAgain(key: string, actions: readonly ShimAction[]): Result {
    const tries = actions.map((action) => memories.msUntilTry(key, action)).filter((ms) => ms > 0);
    return tries.length === 0 ? {} : { requeueAfterMs: Math.min(...tries) };
  }

  const later = (key: string, leastMs = 0): Result => ({
    requeueAfterMs: Math.max(leastMs, memories.msUntilWrite(key)),
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
    const due = actions.filter((action) => memories.msUntilTry(key, action) === 0);
    if (due.length > 0 && memories.msUntilWrite(key) > 0) return later(key);
    const result = due.length > 0 ? await apply(key, object, due, context) : {};
    return result.requeueAfterMs === undefined ? whenToTryAgain(key, actions) : result;
  };
}

/** A Certificate as it was seen, or is to be. */
function describe(action: ShimAction): string {
  if (action.kind === 'create') return keyOf(action.certificate.metadata);
  const { metadata } = action.existing;
  return `${keyOf(metadata)}@${metadata.resourceVersion}`;
}
