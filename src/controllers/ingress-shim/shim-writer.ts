import { type Certificate, certificates } from '../../api/certificate.ts';
import type { KubeClient } from '../../kube/client.ts';
import { apiVersionOf, referenceTo } from '../../kube/objects.ts';
import type { EventRecorder } from '../../runtime/events.ts';
import type { Counter } from '../../system/metrics.ts';
import { fieldManager } from '../field-manager.ts';
import type { CertificateView } from './certificate-view.ts';
import type { ShimAction, ShimEvent, ShimObject } from './shim-plan.ts';
import { isSameToPlan, trimCertificate } from './shim-watches.ts';
import { updatePatch } from './update-patch.ts';

export interface ShimMetrics {
  /** Labels: the kind of the annotated object, and what was done. */
  readonly certificates: Counter<'kind' | 'operation'>;
  readonly problems: Counter<'kind'>;
}

export interface ShimWriterOptions {
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly view: CertificateView;
  readonly metrics: ShimMetrics;
}

const operations = { create: 'created', update: 'updated', delete: 'deleted' } as const;

/** Writes Certificates for annotated objects, and nothing else here does. */
export class ShimWriter {
  readonly #options: ShimWriterOptions;

  constructor(options: ShimWriterOptions) {
    this.#options = options;
  }

  /**
   * Carries out one action and tells it. Resolves with the Certificate as it is now; undefined when it is deleted. Throws
   * what the API server answers; then nothing is told.
   */
  async write(object: ShimObject, action: ShimAction, signal: AbortSignal): Promise<Certificate | undefined> {
    const written = await this.#carryOut(action, signal);
    // A policy of the cluster may have made of an update what was there before.
    const isNothing = action.kind === 'update' && written !== undefined && isSameToPlan(action.existing, written);
    if (isNothing) return written;
    this.#options.metrics.certificates.inc({ kind: object.kind, operation: operations[action.kind] });
    this.#record(object, action.event);
    return written;
  }

  /** Tells what is wrong with the object. */
  tell(object: ShimObject, problem: ShimEvent): void {
    this.#options.metrics.problems.inc({ kind: object.kind });
    this.#record(object, problem);
  }

  async #carryOut(action: ShimAction, signal: AbortSignal): Promise<Certificate | undefined> {
    const { client, view } = this.#options;
    switch (action.kind) {
      case 'create': {
        const { metadata, spec } = action.certificate;
        const body = { apiVersion: apiVersionOf(certificates), kind: certificates.kind, metadata, spec };
        return view.write(metadata, undefined, async () =>
          trimCertificate(await client.create(certificates, metadata.namespace, body, { signal })),
        );
      }
      case 'update': {
        const { existing, certificate } = action;
        const patch = { type: 'json', body: updatePatch(existing, certificate) } as const;
        const options = { fieldManager, signal };
        return view.write(existing.metadata, existing, async () =>
          trimCertificate(await client.patch(certificates, existing.metadata, patch, options)),
        );
      }
      case 'delete': {
        const { existing } = action;
        const { uid, resourceVersion } = existing.metadata;
        return view.write(existing.metadata, existing, async () => {
          await client.delete(certificates, existing.metadata, { uid, resourceVersion, signal });
          return undefined;
        });
      }
    }
  }

  #record(object: ShimObject, { type, reason, message }: ShimEvent): void {
    this.#options.events.record({ regarding: referenceTo(object), type, reason, note: message, action: 'Sync' });
  }
}
