import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { goQuote } from '../../../flags/go-quote.ts';
import { planShim } from '../plan-shim.ts';
import type { ShimAction, ShimPlan } from '../shim-plan.ts';
import { baselineSpec, buildFacts, buildSettings, ownerReference } from './build-facts.ts';
import type { ActionRow, Outcome, Row } from './row.ts';

const rows = JSON.parse(readFileSync(path.join(import.meta.dirname, 'cases.json'), 'utf8')) as readonly Row[];

test('every case of cert-manager is there', () => {
  const numbers = new Set(rows.map(({ case: name }) => Number.parseInt(name)).filter((number) => number > 0));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 131 }, (_, index) => index + 1));
  expect(new Set(rows.map(({ case: name }) => name)).size).toBe(rows.length);
});

describe.each([
  ['all, with strict parity', 'all', true, (row: Row) => row.strict],
  ['all', 'all', false, (row: Row) => row.better ?? row.strict],
  ['auto', 'auto', false, (row: Row) => row.auto ?? row.better ?? row.strict],
  ['auto, with strict parity', 'auto', true, (row: Row) => row.autoStrict ?? row.strict],
] as const)('mode %s', (_name, mode, strictParity, outcomeOf) => {
  test.each(rows.map((row) => [row.case, row.what, row] as const))('%s: %s', (_case, _what, row) => {
    const plan = planShim(buildFacts(row), buildSettings(row, mode, strictParity));
    expectPlan(plan, outcomeOf(row), row, strictParity);
  });
});

function expectPlan(plan: ShimPlan, outcome: Outcome, row: Row, strictParity: boolean): void {
  const { actions = [], problems = [], waitsFor = [], fault } = expand(outcome, strictParity);
  expect(plan.actions.map(shown)).toEqual(actions.map((action) => expected(action, row)));
  expect(plan.problems.map(({ type, reason, message }) => `${type} ${reason} ${message}`)).toEqual(
    problems.map((text) => expect.stringMatching(patternOf(text))),
  );
  expect(plan.waitsFor).toEqual(waitsFor);
  if (fault === undefined) expect(plan.fault).toBeUndefined();
  else expect(plan.fault).toMatch(patternOf(fault));
}

interface Expanded {
  readonly actions?: readonly ActionRow[];
  readonly problems?: readonly string[];
  readonly waitsFor?: readonly string[];
  readonly fault?: string;
}

function expand(outcome: Outcome, strictParity: boolean): Expanded {
  if (outcome === 'nothing') return {};
  if ('told' in outcome) {
    const { annotation, value, detail } = outcome.told;
    const fault = toldText(annotation, value, detail);
    return { problems: [`Warning BadConfig ${fault}`], fault };
  }
  if (!('err' in outcome)) return outcome;
  const { annotation, value, detail, blamed } = outcome.err;
  const fault = `invalid ingress annotation "cert-manager.io/${blamed ?? annotation}": ${detail}`;
  return strictParity ? { fault } : { fault, problems: [`Warning BadConfig ${toldText(annotation, value, detail)}`] };
}

/** Annotation, value, what is wrong, and at least a few words of a remedy. */
function toldText(annotation: string, value: string, detail: string): string {
  return `invalid ingress annotation "cert-manager.io/${annotation}" with value ${goQuote(value)}: ${detail}. …………`;
}

function patternOf(text: string): RegExp {
  const parts = text.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  // Four of them in a row are a remedy: at least twelve characters.
  return new RegExp(`^${parts.join('[^]*').replace('[^]*[^]*[^]*[^]*', '[^]{12,}')}$`);
}

const verbs = { create: 'created', update: 'updated', delete: 'deleted unrequired' };
const reasons = { create: 'CreateCertificate', update: 'UpdateCertificate', delete: 'DeleteCertificate' };

function shown(action: ShimAction): object {
  const existing = action.kind === 'create' ? undefined : action.existing.metadata.name;
  return { ...action, ...(existing === undefined ? {} : { existing }) };
}

function expected(row: ActionRow, { object, metadata }: Row): object {
  const kind = row.create !== undefined ? 'create' : row.update !== undefined ? 'update' : 'delete';
  const name = row.create ?? row.update ?? row.delete ?? '';
  const message = `Successfully ${verbs[kind]} Certificate "${name}"`;
  const event = { type: 'Normal', reason: reasons[kind], message };
  const existing = kind === 'create' ? {} : { existing: name };
  if (kind === 'delete') return { kind, ...existing, event };
  const hasTeam = metadata?.labels === undefined || 'team' in metadata.labels;
  const certificate = {
    metadata: {
      name,
      namespace: 'fruit',
      ...(hasTeam ? { labels: { team: 'citrus' } } : {}),
      ...(row.annotations === undefined ? {} : { annotations: row.annotations }),
      ownerReferences: [ownerReference(object ?? 'Ingress')],
    },
    spec: baselineSpec(row.spec),
  };
  return { kind, ...existing, certificate, event };
}
