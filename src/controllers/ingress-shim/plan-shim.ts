import type { ShimFacts, ShimPlan, ShimSettings } from './shim-plan.ts';

/** What is to be done for one object. Pure and total: the same facts give the same plan, and nothing is thrown. */
export const planShim: (facts: ShimFacts, settings: ShimSettings) => ShimPlan = () => ({
  actions: [],
  problems: [],
  waitsFor: [],
});
