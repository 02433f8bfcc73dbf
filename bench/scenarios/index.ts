import type { Scenario } from '../stage.ts';
import { backlog } from './backlog.ts';
import { burst } from './burst.ts';
import { crashes } from './crashes.ts';
import { crowded } from './crowded.ts';
import { fullAmbient, fullSecret } from './full.ts';
import { latency } from './latency.ts';
import { quota } from './quota.ts';
import { recreated } from './recreated.ts';
import { startup } from './startup.ts';
import { takeover } from './takeover.ts';

/** In the order in which they are played; the last ones in a cluster that is full. */
export const SCENARIOS = {
  startup: [startup],
  burst: [burst],
  latency: [latency],
  quota: [quota],
  crashes: [crashes],
  backlog: [backlog],
  crowded: [crowded],
  recreated: [recreated],
  takeover: [takeover],
  full: [fullAmbient, fullSecret],
} as const satisfies Readonly<Record<string, readonly Scenario[]>>;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];
