const KEY = Symbol.for('aws-privateca-issuer.test-control-plane');

/** What a test run started, as one thing to end. */
interface Stoppable {
  stop(): Promise<void>;
}

type Holder = typeof globalThis & { [KEY]?: Stoppable | undefined };

// jest loads set-up and tear-down apart from each other; what they share is the global object of jest's own process.
// https://jestjs.io/docs/configuration#globalsetup-string
export function keepForTearDown(run: Stoppable): void {
  (globalThis as Holder)[KEY] = run;
}

export function takeForTearDown(): Stoppable | undefined {
  const holder = globalThis as Holder;
  const run = holder[KEY];
  holder[KEY] = undefined;
  return run;
}
