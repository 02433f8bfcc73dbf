import type { BilledCertificate, CallQuery, CallRecord, PublicCertificate } from './model.ts';

const MOST_CALLS = 20_000;
const MOST_BILLS = 100_000;

/** What was called and what was billed; the oldest entries give way when there are very many. */
export class Recorder {
  #sequence = 0;
  #calls: CallRecord[] = [];
  #bills: BilledCertificate[] = [];
  #publicCertificates: PublicCertificate[] = [];

  recordCall(call: Omit<CallRecord, 'sequence'>): void {
    this.#calls.push({ sequence: ++this.#sequence, ...call });
    if (this.#calls.length > MOST_CALLS) this.#calls = this.#calls.slice(MOST_CALLS / 10);
  }

  recordBill(bill: BilledCertificate): void {
    this.#bills.push(bill);
    if (this.#bills.length > MOST_BILLS) this.#bills = this.#bills.slice(MOST_BILLS / 10);
  }

  recordPublicCertificate(certificate: PublicCertificate): void {
    this.#publicCertificates.push(certificate);
    if (this.#publicCertificates.length > MOST_BILLS) this.#publicCertificates.splice(0, MOST_BILLS / 10);
  }

  calls({ operation, service }: CallQuery = {}): CallRecord[] {
    return this.#calls.filter(
      (call) => (operation ?? call.operation) === call.operation && (service ?? call.service) === call.service,
    );
  }

  billed(): BilledCertificate[] {
    return [...this.#bills];
  }

  publicCertificates(): PublicCertificate[] {
    return [...this.#publicCertificates];
  }

  reset(): void {
    this.#publicCertificates = [];
    this.#calls = [];
    this.#bills = [];
  }
}
