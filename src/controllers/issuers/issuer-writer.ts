import { isDeepStrictEqual } from 'node:util';
import { awspcaClusterIssuers, awspcaIssuers, type Issuer, type IssuerStatus } from '../../api/awspca.ts';
import { haveSameFields } from '../../api/conditions.ts';
import type { KubeClient } from '../../kube/client.ts';
import { referenceTo } from '../../kube/objects.ts';
import type { EventRecorder } from '../../runtime/events.ts';
import { applyStatus } from '../apply-status.ts';

/** Writes the status of issuers, and nothing else does. */
export class IssuerWriter {
  readonly #client: KubeClient;
  readonly #events: EventRecorder;

  constructor(client: KubeClient, events: EventRecorder) {
    this.#client = client;
    this.#events = events;
  }

  /** Applies the status unless the issuer has it already, and tells a change of the condition in an event. */
  async applyStatus(issuer: Issuer, status: IssuerStatus): Promise<void> {
    if (issuer.status && isSame(issuer.status, status)) return;
    const resource = issuer.kind === 'AWSPCAIssuer' ? awspcaIssuers : awspcaClusterIssuers;
    const result = await applyStatus(this.#client, resource, issuer, status);
    if (result === 'written') this.#tell(issuer, status);
  }

  #tell(issuer: Issuer, status: IssuerStatus): void {
    const [condition] = status.conditions ?? [];
    const previous = issuer.status?.conditions?.find(({ type }) => type === 'Ready');
    if (!condition || (previous && haveSameFields(previous, condition))) return;
    const type = condition.status === 'True' ? 'Normal' : 'Warning';
    const { reason, message: note } = condition;
    this.#events.record({ regarding: referenceTo(issuer), type, reason, note, action: 'Check' });
  }
}

function isSame(actual: IssuerStatus, wanted: IssuerStatus): boolean {
  const actualReady = actual.conditions?.find(({ type }) => type === 'Ready') ?? {};
  const [wantedReady = {}] = wanted.conditions?.filter(({ type }) => type === 'Ready') ?? [];
  return (
    haveSameFields(actualReady, wantedReady) &&
    haveSameFields(actual.identity ?? {}, wanted.identity ?? {}) &&
    haveSameFields(actual.certificateAuthority ?? {}, wanted.certificateAuthority ?? {}) &&
    isDeepStrictEqual(actual.acm, wanted.acm)
  );
}
