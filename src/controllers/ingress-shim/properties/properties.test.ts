import { expect, test } from '@jest/globals';
import { isControlledBy } from '../holder.ts';
import { planShim } from '../plan-shim.ts';
import type { ShimFacts, ShimPlan, ShimSettings } from '../shim-plan.ts';
import { applyPlan } from './api-model.ts';
import { Random } from './random.ts';
import { randomFacts, randomSettings } from './random-facts.ts';

/** More of them: PROPERTY_OBJECTS=100000 npm run test:unit -- --testPathPatterns ingress-shim/properties */
const objects = Number(process.env['PROPERTY_OBJECTS'] ?? '5000');

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
  const lastRound = 3;
  for (let round = 1; round <= lastRound; round += 1) {
    const plans = [theirs, ours].map((who) => {
      const plan = planShim(facts, who);
      facts = applyPlan(facts, plan);
      return plan;
    });
    if (plans.every(({ actions }) => actions.length === 0)) return;
    must(round < lastRound, `a fight: ${JSON.stringify(plans)}`);
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

test(`${objects} random objects`, () => {
  const seen = new Map<string, number>();
  for (let seed = 0; seed < objects; seed += 1) {
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
  // The examples are wide enough to mean something: each kind of outcome is among every hundred of them.
  const rare = ['create', 'update', 'delete', 'fault', 'problem', 'wait'].filter(
    (kind) => (seen.get(kind) ?? 0) < objects / 100,
  );
  expect(rare).toEqual([]);
}, 600_000);
