import { expect } from '@jest/globals';

/** Nothing in a controller's log points to a defect of the program: whatever was broken was the world around it. */
export function expectCalm(log: string): void {
  const odd = /unhandled|uncaught|TypeError|ReferenceError|RangeError|SyntaxError|MaxListeners|handler threw/i;
  expect(log.split('\n').filter((line) => odd.test(line))).toEqual([]);
}
