import type {
  CallOptions,
  KubeClient,
  KubeList,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from '../../src/kube/client.ts';
import { ApiError } from '../../src/kube/errors.ts';
import type { KubeObject, Resource } from '../../src/kube/objects.ts';

type Signalled<T> = T & { readonly signal?: AbortSignal };
export type ScriptedList = (options: Signalled<ListOptions>) => Promise<KubeList<KubeObject>> | KubeList<KubeObject>;

const notScripted = async (): Promise<never> => {
  throw new Error('the test did not script this call');
};

/** A KubeClient whose lists and watches are answered by the test, call by call. */
export class ScriptedKubeClient implements KubeClient {
  /** The options of every list, in order. */
  readonly listed: ListOptions[] = [];
  /** Every watch that was opened, in order. */
  readonly watches: ScriptedWatch[] = [];
  /** Whether watches may begin with what there is; else they are refused as an API server without streaming lists does. */
  streamsLists = false;
  readonly #script: ScriptedList[] = [];
  readonly get = notScripted;
  readonly create = notScripted;
  readonly createSubresource = notScripted;
  readonly replace = notScripted;
  readonly patch = notScripted;
  readonly delete = notScripted;
  readonly servedResources = notScripted;
  readonly close = notScripted;

  /** Says how the lists that come next are answered, one each. */
  onList(...answers: ScriptedList[]): void {
    this.#script.push(...answers);
  }

  async list<T extends KubeObject>(_: Resource<T>, options: ListOptions & CallOptions = {}): Promise<KubeList<T>> {
    this.listed.push(options);
    const answer = this.#script.shift() ?? notScripted;
    return (await answer(options)) as KubeList<T>;
  }

  watch<T extends KubeObject>(_: Resource<T>, options: Signalled<WatchOptions>): AsyncIterable<WatchEvent<T>> {
    const watch = new ScriptedWatch(options);
    if (options.sendInitialEvents && !this.streamsLists)
      watch.fail(new ApiError({ code: 422, reason: 'Invalid', message: 'sendInitialEvents: Forbidden' }));
    else this.watches.push(watch);
    return watch as AsyncIterable<WatchEvent<KubeObject>> as AsyncIterable<WatchEvent<T>>;
  }

  /** The watch opened last. */
  get watching(): ScriptedWatch {
    const watch = this.watches.at(-1);
    if (watch === undefined) throw new Error('no watch was opened');
    return watch;
  }
}

type Step = { readonly event: WatchEvent<KubeObject> } | { readonly failure: Error } | 'end';

/** One open watch: what the test sends arrives in order. Its signal ends it with an error, as the real one does. */
export class ScriptedWatch implements AsyncIterable<WatchEvent<KubeObject>> {
  readonly options: Signalled<WatchOptions>;
  readonly #steps: Step[] = [];
  #wake: () => void = () => undefined;

  constructor(options: Signalled<WatchOptions>) {
    this.options = options;
    options.signal?.addEventListener('abort', () => this.fail(options.signal?.reason as Error), { once: true });
  }

  send(...events: WatchEvent<KubeObject>[]): void {
    this.#steps.push(...events.map((event) => ({ event })));
    this.#wake();
  }

  end(): void {
    this.#steps.push('end');
    this.#wake();
  }

  fail(failure: Error): void {
    this.#steps.push({ failure });
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent<KubeObject>, void, undefined> {
    for (;;) {
      const step = this.#steps.shift();
      if (step === 'end') return;
      if (step === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else if ('failure' in step) throw step.failure;
      else yield step.event;
    }
  }
}
