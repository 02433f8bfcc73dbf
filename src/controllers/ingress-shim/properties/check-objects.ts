import { parentPort, workerData } from 'node:worker_threads';
import { isControlledBy } from '../holder.ts';
import { planShim } from '../plan-shim.ts';
import type { ShimFacts, ShimPlan, ShimSettings } from '../shim-plan.ts';
import { applyPlan } from './api-model.ts';
import { Random } from './random.ts';
import { randomFacts, randomSettings } from './random-facts.ts';

// Runs in a thread of its own: in the sandbox of the test runner the same takes three times as long.

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** The same facts give the same plan, in whatever order the Certificates come. The facts are frozen. */
function isDeterministic(facts: ShimFacts, settings: ShimSettings, plan: ShimPlan): void {
  const reversed = { ...facts, certificates: facts.certificates.toReversed() };
  must(same(plan, planShim(reversed, settings)), 'another plan');
}

/** Once a plan is carried out, nothing is left to do. */
function isIdempotent(facts: ShimFacts, settings: ShimSettings, plan: ShimPlan): void {
  const after = planShim(applyPlan(facts, plan), settings);
  must(after.actions.length === 0, `still to do: ${JSON.stringify(after.actions)}`);
  must(after.fault === plan.fault && same(after.waitsFor, plan.waitsFor), 'another fault or another wait');
}

function keepsItsPlace(facts: ShimFacts, settings: ShimSettings, plan: ShimPlan): void {
  const { actions, problems, waitsFor, fault } = plan;
  const kinds = actions.map(({ kind }) => (kind === 'delete' ? 'delete' : 'write'));
  must(same(kinds, [...kinds].sort().reverse()), 'a delete before a write');
  for (const action of actions) {
    must(action.kind === 'create' || isControlledBy(action.existing, facts.object), 'a Certificate of somebody else');
  }
  must(fault === undefined || actions.length === 0, 'actions in spite of a fault');
  must(fault === undefined || settings.strictParity || problems.length > 0, 'a fault that nobody is told of');
  must(!settings.strictParity || waitsFor.length === 0, 'a wait with strict parity');
}

/**
 * Beside cert-manager's ingress-shim, which strict parity stands for, and with the same flags, writing comes to an end.
 * There is no webhook here: what it refuses is written.
 */
function keepsThePeace(start: ShimFacts, settings: ShimSettings): void {
  const theirs: ShimSettings = { ...settings, mode: 'all', strictParity: true };
  const ours: ShimSettings = { ...settings, mode: 'auto', strictParity: false };
  let facts = start;
  let idleTurns = 0;
  const lastTurn = 6;
  for (let turn = 1; idleTurns < 2; turn += 1) {
    const plan = planShim(facts, turn % 2 === 1 ? theirs : ours);
    idleTurns = plan.actions.length === 0 ? idleTurns + 1 : 0;
    must(turn < lastTurn || idleTurns > 1, `a fight: ${JSON.stringify(plan)}`);
    facts = applyPlan(facts, plan);
  }
}

function kindsOf({ actions, fault, problems, waitsFor }: ShimPlan): string[] {
  return [
    ...actions.map(({ kind }) => kind),
    ...(fault === undefined ? [] : ['fault']),
    ...(problems.length === 0 ? [] : ['problem']),
    ...(waitsFor.length === 0 ? [] : ['wait']),
  ];
}

/** How often each kind of outcome was seen among so many objects. */
function checkObjects(count: number): Map<string, number> {
  const seen = new Map<string, number>();
  for (let seed = 0; seed < count; seed += 1) {
    const random = new Random(seed);
    const settings = randomSettings(random);
    const facts = randomFacts(random);
    try {
      const plan = planShim(facts, settings);
      isDeterministic(facts, settings, plan);
      isIdempotent(facts, settings, plan);
      keepsItsPlace(facts, settings, plan);
      keepsThePeace(facts, settings);
      for (const kind of new Set(kindsOf(plan))) seen.set(kind, (seen.get(kind) ?? 0) + 1);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${JSON.stringify({ settings, facts })}`, { cause });
    }
  }
  return seen;
}

parentPort?.postMessage(checkObjects(workerData as number));
