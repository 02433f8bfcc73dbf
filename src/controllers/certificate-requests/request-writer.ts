import { type CertificateRequest, certificateRequests, type SpecifiedRequest } from '../../api/certificate-request.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError, isConflict, isNotFound } from '../../kube/errors.ts';
import { apiVersionOf, referenceTo } from '../../kube/objects.ts';
import type { EventRecorder } from '../../runtime/events.ts';
import { fieldManager } from '../field-manager.ts';
import { type IssuanceRecord, toAnnotations } from './issuance-record.ts';
import { isWritten, type OwnStatus } from './request-status.ts';

/** `gone`: the request, or this incarnation of it, is no more; nothing is left to do. */
export type WriteResult = 'written' | 'gone';

/** Writes on CertificateRequests, and nothing else does. */
export class RequestWriter {
  readonly #client: KubeClient;
  readonly #events: EventRecorder;

  constructor(client: KubeClient, events: EventRecorder) {
    this.#client = client;
    this.#events = events;
  }

  /** Applies the status, and tells it in an event, unless the request says it already. */
  async applyStatus(request: CertificateRequest, status: OwnStatus): Promise<WriteResult> {
    if (isWritten(request, status)) return 'written';
    const { name, namespace, uid } = request.metadata;
    const body = {
      apiVersion: apiVersionOf(certificateRequests),
      kind: certificateRequests.kind,
      metadata: { name, namespace, uid },
      status,
    };
    const result = await unlessGone(
      this.#client.patch(
        certificateRequests,
        request.metadata,
        { type: 'apply', body },
        { fieldManager, subresource: 'status' },
      ),
    );
    if (result === 'written') this.#tell(request, status);
    return result;
  }

  /** Keeps a record on the request. */
  async keep(request: SpecifiedRequest, record: IssuanceRecord): Promise<WriteResult> {
    // The uid makes the server refuse the patch if the name belongs to another request by now.
    const body = { metadata: { uid: request.metadata.uid, annotations: toAnnotations(request, record) } };
    return unlessGone(
      this.#client.patch(certificateRequests, request.metadata, { type: 'merge', body }, { fieldManager }),
    );
  }

  tellWaitingForApproval(request: CertificateRequest): void {
    const note =
      'Not signing until the request is approved: kubectl cert-manager approve, an approver, or --disable-approved-check.';
    this.#events.record({
      regarding: referenceTo(request),
      type: 'Normal',
      reason: 'WaitingForApproval',
      note,
      action: 'Sign',
    });
  }

  #tell(request: CertificateRequest, { conditions: [condition] }: OwnStatus): void {
    const { reason = '', message = '' } = condition;
    const type = reason === 'Failed' || reason === 'Denied' ? 'Warning' : 'Normal';
    this.#events.record({ regarding: referenceTo(request), type, reason, note: message, action: 'Sign' });
  }
}

async function unlessGone(write: Promise<unknown>): Promise<WriteResult> {
  try {
    await write;
    return 'written';
  } catch (error) {
    const otherUid = isConflict(error) || (error instanceof ApiError && error.code === 422);
    if (isNotFound(error) || otherUid) return 'gone';
    throw error;
  }
}
