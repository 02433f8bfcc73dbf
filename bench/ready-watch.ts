import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import type { ClusterAccess } from '../test/cluster/access/cluster-access.ts';
import { readyOf, type TestObject } from '../test/integration/support/shared-issuer.ts';

/** What was seen of one object; times by performance.now(). */
export interface Seen {
  readonly name: string;
  readonly uid: string;
  readyAt?: number;
  failedAt?: number;
  certificate?: string;
}

interface WatchEvent {
  readonly type: string;
  readonly object: TestObject;
}

/** Follows Ready conditions by a watch: asking again and again would burden the API server that is measured along. */
export class ReadyWatch {
  readonly #cluster: ClusterAccess;
  readonly #path: string;
  readonly #seen = new Map<string, Seen>();
  #request: ClientRequest | undefined;
  #resourceVersion = '';
  #ready = 0;
  #failed = 0;
  #look: () => void = () => undefined;
  #isClosed = false;
  #broken: Error | undefined;

  private constructor(cluster: ClusterAccess, path: string) {
    this.#cluster = cluster;
    this.#path = path;
  }

  /** Of everything below a path, from its present state on. */
  static async open(cluster: ClusterAccess, path: string): Promise<ReadyWatch> {
    const watch = new ReadyWatch(cluster, path);
    void watch.#keepFollowing(await watch.#connect());
    return watch;
  }

  get ready(): number {
    return this.#ready;
  }

  get failed(): number {
    return this.#failed;
  }

  get seen(): readonly Seen[] {
    return [...this.#seen.values()];
  }

  /** When the last object so far became Ready. */
  get lastReadyAt(): number {
    return Math.max(...this.seen.map(({ readyAt }) => readyAt ?? 0));
  }

  /** Resolves true when that is so, false when it takes too long. */
  async until(isSo: (watch: this) => boolean, timeoutMs: number): Promise<boolean> {
    const done = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => done.resolve(false), timeoutMs);
    this.#look = () => {
      if (this.#broken) done.reject(this.#broken);
      else if (isSo(this)) done.resolve(true);
    };
    this.#look();
    try {
      return await done.promise;
    } finally {
      clearTimeout(timer);
      this.#look = () => undefined;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#request?.destroy();
  }

  async #connect(): Promise<IncomingMessage> {
    const { url, caPem, facts } = this.#cluster;
    const headers = { authorization: `Bearer ${facts.adminToken}`, accept: 'application/json' };
    const since = this.#resourceVersion === '' ? '' : `&resourceVersion=${this.#resourceVersion}`;
    const address = new URL(`${this.#path}?watch=true${since}`, url);
    this.#request = httpsRequest(address, { ca: caPem, headers, agent: false });
    this.#request.end();
    const [answer] = (await once(this.#request, 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`the watch of ${this.#path} was answered ${answer.statusCode}`);
    return answer;
  }

  /** The API server hangs up on a watch that does not read fast enough; it goes on where it was. */
  async #keepFollowing(first: IncomingMessage): Promise<void> {
    try {
      for (let answer = first; !this.#isClosed; answer = await this.#connect()) await this.#follow(answer);
    } catch (error) {
      if (this.#isClosed) return;
      this.#broken = error as Error;
      this.#look();
    }
  }

  async #follow(answer: IncomingMessage): Promise<void> {
    const lines = createInterface({ input: answer });
    lines.on('line', (line) => this.#note(JSON.parse(line) as WatchEvent));
    await once(lines, 'close');
  }

  #note({ type, object }: WatchEvent): void {
    if (type === 'ERROR') throw new Error(`the watch of ${this.#path} is told ${JSON.stringify(object)}`);
    const { uid, name, resourceVersion } = object.metadata;
    this.#resourceVersion = resourceVersion;
    if (type === 'DELETED') return;
    const seen = this.#seen.get(uid) ?? { uid, name };
    this.#seen.set(uid, seen);
    const ready = readyOf(object);
    if (ready?.status === 'True' && seen.readyAt === undefined) {
      seen.readyAt = performance.now();
      if (object.status?.certificate !== undefined) seen.certificate = object.status.certificate;
      this.#ready += 1;
    }
    if (ready?.reason === 'Failed' && seen.failedAt === undefined) {
      seen.failedAt = performance.now();
      this.#failed += 1;
    }
    this.#look();
  }
}
