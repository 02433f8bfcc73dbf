import { isDeepStrictEqual } from 'node:util';
import { awspcaClusterIssuers, awspcaIssuers, type Issuer, type IssuerStatus } from '../../api/awspca.ts';
import { haveSameFields } from '../../api/conditions.ts';
import type { KubeClient } from '../../kube/client.ts';
import { referenceTo } from '../../kube/objects.ts';
import type { EventRecorder } from '../../runtime/events.ts';
import { ApiError } from '../../kube/errors.ts';
import type { Resource } from '../../kube/objects.ts';
import type { Logger } from '../../system/logger.ts';
import { applyStatus, type WriteResult } from '../write-status.ts';

/** Writes the status of issuers, and nothing else does. */
export class IssuerWriter {
  readonly #client: KubeClient;
  readonly #events: EventRecorder;
  readonly #logger: Logger;
  readonly #told = new Set<string>();

  constructor(client: KubeClient, events: EventRecorder, logger: Logger) {
    this.#client = client;
    this.#events = events;
    this.#logger = logger;
  }

  /** Applies the status unless the issuer has it already, and tells a change of the condition in an event. */
  async applyStatus(issuer: Issuer, status: IssuerStatus): Promise<void> {
    if (issuer.status && isSame(issuer.status, status)) return;
    const resource = issuer.kind === 'AWSPCAIssuer' ? awspcaIssuers : awspcaClusterIssuers;
    const result = await this.#apply(resource, issuer, status);
    if (result === 'written') this.#tell(issuer, status);
  }

  /** What a person should know, and what no condition speaks of. */
  warn(issuer: Issuer, reason: string, note: string): void {
    this.#events.record({ regarding: referenceTo(issuer), type: 'Warning', reason, note, action: 'Check' });
  }

  /**
   * An API server whose definition of the kind lacks a field of ours, as that of aws-privateca-issuer v1.12.0 does, answers
   * an apply with 500 (managedfields, "field not declared in schema") and takes nothing of it. The conditions are in every
   * definition, and issuers are of no use without them. As the status then differs from what is wanted, the next check
   * tries all of it again.
   */
  async #apply(resource: Resource, issuer: Issuer, status: IssuerStatus): Promise<WriteResult> {
    try {
      return await applyStatus(this.#client, resource, issuer, status);
    } catch (error) {
      const { conditions = [], ...rest } = status;
      if (!isInternal(error) || Object.keys(rest).length === 0) throw error;
      const result = await applyStatus(this.#client, resource, issuer, { conditions });
      this.#reportOlder(resource, error);
      return result;
    }
  }

  #reportOlder({ plural, group }: Resource, error: ApiError): void {
    const definition = `${plural}.${group}`;
    if (this.#told.has(definition)) return;
    this.#told.add(definition);
    this.#logger.warn(
      { definition, error },
      'the API server took the conditions of an issuer, and nothing else of its status: the CRD seems to be of an older version. Apply those of this version (the folder crds/ of the release)',
    );
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

const isInternal = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 500;

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
