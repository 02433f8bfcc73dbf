import type { Setback } from '../signer.ts';
import { type AskNameServer, NameServerError } from './ask-name-server.ts';
import { slowRetryMs } from './explain-problem.ts';
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

/** What one name server lacks. */
interface Gap {
  readonly server: string;
  readonly says: string;
  readonly isAnswered: boolean;
}

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
    const gaps = answers.filter((answer) => answer !== undefined);
    if (gaps.length === 0) return { kind: 'seen' };
    progress.tries += 1;
    if (progress.tries <= untoldTries) return { kind: 'pending', afterMs: soonMs };
    const message = explain(
      name,
      place,
      gaps.map(({ server, says }) => `${server} ${says}`),
    );
    // To ask in vain takes a worker for seconds, and nobody opens the way to a port within a few.
    const afterMs = gaps.some(({ isAnswered }) => isAnswered) ? laterMs : slowRetryMs;
    return { kind: 'blocked', code: 'NotAtAllNameServers', message, afterMs };
  }

  /** The record is not wanted any more. */
  forget({ name, value }: Pick<WrittenRecord, 'name' | 'value'>): void {
    this.#progress.delete(`${name} ${value}`);
  }

  /** Undefined: the value is among them. */
  async #answerOf(server: string, name: string, value: string): Promise<Gap | undefined> {
    try {
      const texts = await this.#ask(server, name);
      if (texts.includes(value)) return undefined;
      const says = texts.length === 0 ? 'has no such record' : 'answers with other values';
      return { server, says, isAnswered: true };
    } catch (error) {
      if (error instanceof NameServerError)
        return { server, says: `cannot be asked (${error.code})`, isAnswered: false };
      throw error;
    }
  }
}

const explain = (name: string, place: string, lacking: readonly string[]): string =>
  `The record ${name} is not at all name servers of ${place}: ${shorten([...lacking].sort(), '; ')}. The challenge is accepted ` +
  'once each of them has answered with it, and they are asked again by themselves; a cache among them may remember for minutes that ' +
  'there was none. One that cannot be asked: let the controller ' +
  'reach its port 53 (UDP and TCP), name others in --dns01-nameservers, or leave dns01.checkNameServers out.';
