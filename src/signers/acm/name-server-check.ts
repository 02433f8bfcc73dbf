import type { Setback } from '../signer.ts';
import { type AskNameServer, NameServerError } from './ask-name-server.ts';
import { shorten } from './shorten.ts';

/** A TXT record that has been written. */
export interface WrittenRecord {
  readonly name: string;
  readonly value: string;
  /** Of what the name servers are, for a message: `hosted zone Z1`. */
  readonly place: string;
}

/** Whether the record can be seen at each of its name servers. */
export type Sight =
  | { readonly kind: 'seen' }
  | { readonly kind: 'pending'; readonly afterMs: number }
  | Extract<Setback, { kind: 'blocked' }>;

/** How soon all are asked again, how often before it is told, and how soon from then on. */
const soonMs = 4_000;
const untoldTries = 4;
const laterMs = 15_000;

interface Progress {
  readonly confirmed: Set<string>;
  tries: number;
}

/**
 * Asks the name servers of zones for records, and remembers which of them have answered with which: of more than eight values
 * at a name Route 53 gives any eight (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-multivalue.html).
 */
export class NameServerCheck {
  readonly #ask: AskNameServer;
  readonly #progress = new Map<string, Progress>();

  constructor(ask: AskNameServer) {
    this.#ask = ask;
  }

  async look({ name, value, place }: WrittenRecord, servers: readonly string[]): Promise<Sight> {
    const key = `${name} ${value}`;
    const progress = this.#progress.get(key) ?? { confirmed: new Set(), tries: 0 };
    this.#progress.set(key, progress);
    const open = servers.filter((server) => !progress.confirmed.has(server));
    const answers = await Promise.all(open.map((server) => this.#answerOf(server, name, value)));
    open.forEach((server, index) => {
      if (answers[index] === undefined) progress.confirmed.add(server);
    });
    const lacking = open.flatMap((server, index) =>
      answers[index] === undefined ? [] : [`${server} ${answers[index]}`],
    );
    if (lacking.length === 0) return { kind: 'seen' };
    progress.tries += 1;
    if (progress.tries <= untoldTries) return { kind: 'pending', afterMs: soonMs };
    return { kind: 'blocked', code: 'NotAtAllNameServers', message: explain(name, place, lacking), afterMs: laterMs };
  }

  /** The record is not wanted any more. */
  forget({ name, value }: Pick<WrittenRecord, 'name' | 'value'>): void {
    this.#progress.delete(`${name} ${value}`);
  }

  /** Undefined: the value is among them. */
  async #answerOf(server: string, name: string, value: string): Promise<string | undefined> {
    try {
      const texts = await this.#ask(server, name);
      if (texts.includes(value)) return undefined;
      return texts.length === 0 ? 'has no such record' : 'answers with other values';
    } catch (error) {
      if (error instanceof NameServerError) return `cannot be asked (${error.code})`;
      throw error;
    }
  }
}

const explain = (name: string, place: string, lacking: readonly string[]): string =>
  `The record ${name} is not at all name servers of ${place}: ${shorten([...lacking].sort(), '; ')}. The challenge is accepted ` +
  'once each of them has answered with it, and they are asked again every few seconds. One that cannot be asked: let the controller ' +
  'reach its port 53 (UDP and TCP), name others in --dns01-nameservers, or leave dns01.checkNameServers out.';
