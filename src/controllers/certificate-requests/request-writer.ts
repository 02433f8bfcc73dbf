import { type CertificateRequest, certificateRequests, type SpecifiedRequest } from '../../api/certificate-request.ts';
import type { KubeClient } from '../../kube/client.ts';
import { referenceTo } from '../../kube/objects.ts';
import type { EventRecorder } from '../../runtime/events.ts';
import type { Notice } from '../../signers/signer.ts';
import { replaceStatus, type WriteResult } from '../write-status.ts';
import { fieldManager } from '../field-manager.ts';
import { isGone } from '../write-errors.ts';
import { type IssuanceRecord, outdatedAnnotations, toAnnotations } from './issuance-record.ts';
import { isWritten, type OwnStatus, withOthers } from './request-status.ts';

/** Writes on CertificateRequests, and nothing else does. */
export class RequestWriter {
  readonly #client: KubeClient;
  readonly #events: EventRecorder;

  constructor(client: KubeClient, events: EventRecorder) {
    this.#client = client;
    this.#events = events;
  }

  /** Writes the status, and tells it in an event, unless the request says it already. */
  async writeStatus(request: CertificateRequest, status: OwnStatus): Promise<WriteResult> {
    if (isWritten(request, status)) return 'written';
    const result = await replaceStatus(this.#client, certificateRequests, request, withOthers(request, status));
    if (result === 'written') this.#tell(request, status);
    return result;
  }

  /** Keeps a record on the request, and returns the request as it is then: what is applied next builds on that. */
  async keep(request: SpecifiedRequest, record: IssuanceRecord): Promise<SpecifiedRequest | 'gone'> {
    // The uid makes the server refuse the patch if the name belongs to another request by now.
    const annotations = { ...toAnnotations(request, record), ...outdatedAnnotations(request, record) };
    const body = { metadata: { uid: request.metadata.uid, annotations } };
    try {
      const options = { fieldManager };
      const kept = await this.#client.patch(certificateRequests, request.metadata, { type: 'merge', body }, options);
      return { ...request, ...kept };
    } catch (error) {
      if (isGone(error)) return 'gone';
      throw error;
    }
  }

  /** Tells what the requester should know about a certificate that was stored. */
  tellNotice(request: CertificateRequest, { reason, message }: Notice): void {
    this.#events.record({ regarding: referenceTo(request), type: 'Normal', reason, note: message, action: 'Sign' });
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
