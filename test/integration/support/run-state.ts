import type { ControlPlane } from '../../cluster/control-plane.ts';

const KEY = Symbol.for('aws-privateca-issuer.test-control-plane');

type Holder = typeof globalThis & { [KEY]?: ControlPlane | undefined };

// jest loads set-up and tear-down apart from each other; what they share is the global object of jest's own process.
// https://jestjs.io/docs/configuration#globalsetup-string
export function keepForTearDown(plane: ControlPlane): void {
  (globalThis as Holder)[KEY] = plane;
}

export function takeForTearDown(): ControlPlane | undefined {
  const holder = globalThis as Holder;
  const plane = holder[KEY];
  holder[KEY] = undefined;
  return plane;
}
