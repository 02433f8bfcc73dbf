import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { eventually } from '../wait.ts';
import type { ApiRequester } from './api-request.ts';
import { matchesFilter, parseAuditLine, type AuditEvent, type AuditFilter } from './audit-event.ts';

/** A place in the audit log, from `mark`. */
export type AuditMark = number & { readonly __brand: 'AuditMark' };

export interface AuditQuery extends AuditFilter {
  /** Only calls that were logged after this mark. */
  readonly since?: AuditMark;
}

const BARRIER = 'test-barrier-';

/** Counts API calls from the API server's audit log, which it writes before it answers. */
export class AuditLog {
  readonly #path: string;
  readonly #api: ApiRequester;

  constructor(path: string, api: ApiRequester) {
    this.#path = path;
    this.#api = api;
  }

  /** The present end of the log: hand it to a later query as `since`. */
  async mark(): Promise<AuditMark> {
    await this.#barrier();
    return (await stat(this.#path)).size as AuditMark;
  }

  async count(query: AuditQuery = {}): Promise<number> {
    return (await this.list(query)).length;
  }

  /** Calls in the order in which they were answered; every call that was answered before this one began is in. */
  async list(query: AuditQuery = {}): Promise<AuditEvent[]> {
    await this.#barrier();
    const events = await this.#read(query.since ?? (0 as AuditMark));
    return events.filter((event) => !event.id.startsWith(BARRIER) && matchesFilter(event, query));
  }

  /** A call of our own that shows in the log stands behind every call answered before it. */
  async #barrier(): Promise<void> {
    const start = (await stat(this.#path)).size as AuditMark;
    const id = `${BARRIER}${randomUUID()}`;
    await this.#api.demand('GET', '/version', { headers: { 'audit-id': id } });
    const isLogged = async (): Promise<boolean> => (await this.#read(start)).some((event) => event.id === id);
    await eventually(isLogged, { what: 'the audit log shows the last call', everyMs: 10 });
  }

  async #read(start: AuditMark): Promise<AuditEvent[]> {
    const { size } = await stat(this.#path);
    if (size === start) return [];
    const events: AuditEvent[] = [];
    const stream = createReadStream(this.#path, { start, end: size - 1, encoding: 'utf8' });
    for await (const line of createInterface({ input: stream })) {
      // The last line may be half written.
      const event = line.endsWith('}') ? parseWhole(line) : undefined;
      if (event) events.push(event);
    }
    return events;
  }
}

function parseWhole(line: string): AuditEvent | undefined {
  try {
    return parseAuditLine(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
