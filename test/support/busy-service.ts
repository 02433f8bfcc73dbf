import type { CertificateAuthority, IssueInput, PcaApi } from '../../src/aws/clients.ts';
import type { Clock } from '../../src/system/clock.ts';
import { awsError, certificateArn, chainOf, issueLeaf } from './pca-bench.ts';

const leaf = issueLeaf();

/** AWS Private CA with one CA, as far as quotas go: the test says which calls it throttles. The others it carries out. */
export class BusyService implements PcaApi {
  readonly region = 'eu-west-1';
  readonly roles = [];
  readonly calls: { readonly operation: string; readonly atMs: number; readonly throttled: boolean }[] = [];
  /** What was signed, by idempotency token. */
  readonly billed = new Map<string, string>();
  isThrottled: (operation: string) => boolean = () => false;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async issueCertificate({ idempotencyToken }: IssueInput): Promise<string> {
    this.#take('IssueCertificate');
    const known = this.billed.get(idempotencyToken) ?? `${certificateArn}${this.billed.size.toString(16)}`;
    this.billed.set(idempotencyToken, known);
    return known;
  }

  async getCertificate(): Promise<{ certificate: string; chain: string }> {
    this.#take('GetCertificate');
    return chainOf(leaf);
  }

  async describeCertificateAuthority(): Promise<CertificateAuthority> {
    throw new Error('no error here leaves a doubt that a description would settle');
  }

  async getCertificateAuthorityCertificate(): Promise<never> {
    throw new Error('nobody asks for a CA here');
  }

  async getCallerIdentity(): Promise<never> {
    throw new Error('a signer has no reason to ask who it is');
  }

  #take(operation: string): void {
    const throttled = this.isThrottled(operation);
    this.calls.push({ operation, atMs: this.#clock.monotonic(), throttled });
    if (throttled) throw awsError(operation, 'ThrottlingException', 'throttled');
  }
}
