import { expect, test } from '@jest/globals';
import type { DomainFinding } from './ensure-domains.ts';
import type { Obstacle, ObstacleKind } from './obstacle.ts';
import type { DomainPlan } from './plan-domains.ts';
import { summarise } from './summarise.ts';

const plans = ['a.example', 'b.example', 'c.example'].map((name) => ({ name }) as DomainPlan);
const obstacle = (kind: ObstacleKind, message: string, more: Partial<Obstacle> = {}): Obstacle => ({
  ...{ kind, reason: `Reason-${kind}`, message },
  ...more,
});
const finding = (name: string, rest: Partial<DomainFinding> = {}): DomainFinding => ({ status: { name }, ...rest });
const valid = plans.map(({ name }) => finding(name));

test('all are valid', () => {
  expect(summarise(plans, valid, [], false)).toEqual({ obstacles: [], seen: plans.map(({ name }) => ({ name })) });
});

test('who has something to do reads theirs first, and the soonest decides when to look again', () => {
  const findings = [
    finding('a.example', { obstacle: obstacle('onItsWay', 'Waits.', { afterMs: 300 }) }),
    finding('b.example'),
    finding('c.example', { obstacle: obstacle('notReady', 'Is wrong.', { afterMs: 5_000 }) }),
  ];
  expect(summarise(plans, findings, [], false)).toMatchObject({
    obstacles: [
      {
        kind: 'notReady',
        reason: 'Reason-notReady',
        message: 'c.example: Is wrong. a.example: Waits.',
        afterMs: 300,
      },
    ],
    afterMs: 300,
  });
});

test('different faults have one name', () => {
  const findings = [
    finding('a.example', { obstacle: obstacle('notReady', 'A.', { reason: 'ZoneNotFound' }) }),
    finding('b.example', { obstacle: obstacle('notReady', 'B.', { reason: 'AccessDenied' }) }),
  ];
  expect(summarise(plans, findings, [], false).obstacles).toMatchObject([{ reason: 'DomainsNotValid' }]);
});

test('a record that cannot be asserted is a concern, and an obstacle once signing met a fault', () => {
  const findings = [finding('a.example', { concern: obstacle('notReady', 'May not.') }), ...valid.slice(1)];
  expect(summarise(plans, findings, [], false)).toMatchObject({ obstacles: [], concern: 'a.example: May not.' });
  const suspect = summarise(plans, findings, [], true);
  expect(suspect.obstacles).toMatchObject([{ message: 'a.example: May not.' }]);
  expect(suspect.concern).toBeUndefined();
});

test('what passes by itself is no concern, but is looked at soon', () => {
  const findings = [finding('a.example', { concern: obstacle('unknown', 'Waits its turn.', { afterMs: 200 }) })];
  expect(summarise(plans, findings, [], false)).toEqual({
    obstacles: [],
    seen: [{ name: 'a.example' }],
    afterMs: 200,
  });
});

test('a domain that cannot be removed stays in the status, and keeps nobody from signing', () => {
  const leftover = { status: { name: 'old.example' }, obstacle: obstacle('notReady', 'May not.') };
  expect(summarise(plans, valid, [leftover], true)).toMatchObject({
    obstacles: [],
    concern: 'old.example (to be removed): May not.',
    seen: [...plans.map(({ name }) => ({ name })), { name: 'old.example' }],
  });
});
