import { expect, test } from '@jest/globals';
import { isControlledBy } from '../holder.ts';
import { planShim } from '../plan-shim.ts';
import type { ShimFacts, ShimPlan, ShimSettings } from '../shim-plan.ts';
import { applyPlan } from './api-model.ts';
import { Random } from './random.ts';
import { randomFacts, randomSettings } from './random-facts.ts';

/** More of them: PROPERTY_OBJECTS=100000 npm run test:unit -- --testPathPatterns ingress-shim/properties */
const objects = Number(process.env['PROPERTY_OBJECTS'] ?? '5000');

function examples(): { readonly seed: number; readonly facts: ShimFacts; readonly settings: ShimSettings }[] {
  return Array.from({ length: objects }, (_, seed) => {
    const random = new Random(seed);
    return { seed, settings: randomSettings(random), facts: randomFacts(random) };
  });
}

/** Runs a check for every example and names the seed of the first that fails. */
function forAll(check: (facts: ShimFacts, settings: ShimSettings) => void): void {
  for (const { seed, facts, settings } of examples()) {
    try {
      check(facts, settings);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${JSON.stringify({ settings, facts })}`, { cause });
    }
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

test('the same facts give the same plan, in whatever order the Certificates come', () => {
  forAll((facts, settings) => {
    const plan = planShim(facts, settings);
    must(same(plan, planShim(structuredClone(facts), settings)), 'another plan');
    const reversed = { ...facts, certificates: facts.certificates.toReversed() };
    must(same(plan, planShim(reversed, settings)), 'another plan for another order');
  });
});

test('once a plan is carried out, nothing is left to do', () => {
  forAll((facts, settings) => {
    const plan = planShim(facts, settings);
    const after = planShim(applyPlan(facts, plan), settings);
    must(after.actions.length === 0, `still to do: ${JSON.stringify(after.actions)}`);
    must(after.fault === plan.fault && same(after.waitsFor, plan.waitsFor), 'another fault or another wait');
  });
});

test('nobody else’s Certificate is touched, and creates and updates come before deletes', () => {
  forAll((facts, settings) => {
    const { actions, problems, waitsFor, fault } = planShim(facts, settings);
    const kinds = actions.map(({ kind }) => (kind === 'delete' ? 'delete' : 'write'));
    must(same(kinds, [...kinds].sort().reverse()), 'a delete before a write');
    for (const action of actions) {
      const others = action.kind !== 'create' && !isControlledBy(action.existing, facts.object);
      must(!others, 'a Certificate of somebody else');
    }
    must(fault === undefined || actions.length === 0, 'actions in spite of a fault');
    must(fault === undefined || settings.strictParity || problems.length > 0, 'a fault that nobody is told of');
    must(!settings.strictParity || waitsFor.length === 0, 'a wait with strict parity');
  });
});

/** cert-manager's ingress-shim, which strict parity stands for, beside ours in mode `auto`, with the same flags. */
test('side by side with cert-manager’s ingress-shim, writing comes to an end', () => {
  forAll((start, settings) => {
    const theirs: ShimSettings = { ...settings, mode: 'all', strictParity: true };
    const ours: ShimSettings = { ...settings, mode: 'auto', strictParity: false };
    let facts = start;
    let plans: readonly ShimPlan[] = [];
    for (let round = 0; round < 3; round += 1) {
      plans = [theirs, ours].map((who) => {
        const plan = planShim(facts, who);
        facts = applyPlan(facts, plan);
        return plan;
      });
    }
    must(
      plans.every(({ actions }) => actions.length === 0),
      `a fight: ${JSON.stringify(plans)}`,
    );
  });
});

test('the examples are wide: every kind of outcome is among them', () => {
  const plans = examples().map(({ facts, settings }) => planShim(facts, settings));
  const share = (is: (plan: ShimPlan) => boolean): number => plans.filter(is).length / plans.length;
  const acts = (kind: string) => (plan: ShimPlan) => plan.actions.some((action) => action.kind === kind);
  expect(share(acts('create'))).toBeGreaterThan(0.1);
  expect(share(acts('update'))).toBeGreaterThan(0.05);
  expect(share(acts('delete'))).toBeGreaterThan(0.05);
  expect(share(({ fault }) => fault !== undefined)).toBeGreaterThan(0.05);
  expect(share(({ problems }) => problems.length > 0)).toBeGreaterThan(0.2);
  expect(share(({ waitsFor }) => waitsFor.length > 0)).toBeGreaterThan(0.03);
});
