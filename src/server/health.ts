/** One thing that a probe looks at. */
export interface HealthCheck {
  readonly name: string;
  /** What is wrong; undefined while all is well. Throwing is wrong too. */
  readonly check: () => string | undefined | Promise<string | undefined>;
}

/** A check that is well as long as the process answers at all. */
export const createPing = (name: string): HealthCheck => ({ name, check: () => undefined });

export interface CheckResult {
  readonly name: string;
  readonly fault: string | undefined;
}

export async function runCheck({ name, check }: HealthCheck): Promise<CheckResult> {
  try {
    return { name, fault: await check() };
  } catch (error) {
    return { name, fault: error instanceof Error ? error.message : 'the check threw' };
  }
}

export interface HealthQuery {
  /** Names of checks that do not count. */
  readonly exclude: readonly string[];
  readonly verbose: boolean;
}

export interface HealthAnswer {
  readonly status: 200 | 500;
  readonly body: string;
}

/** All checks together, in the form of Kubernetes' own components (https://kubernetes.io/docs/reference/using-api/health-checks/). */
export function planHealthAnswer(endpoint: string, results: readonly CheckResult[], query: HealthQuery): HealthAnswer {
  const isExcluded = ({ name }: CheckResult): boolean => query.exclude.includes(name);
  const isWell = results.every((result) => result.fault === undefined || isExcluded(result));
  if (isWell && !query.verbose) return { status: 200, body: 'ok' };
  const unknown = query.exclude.filter((name) => !results.some((result) => result.name === name));
  const lines = [
    ...results.map((result) => describeCheck(result, isExcluded(result))),
    ...(unknown.length > 0 ? [`warn: nothing to exclude is called ${unknown.join(', ')}`] : []),
    `${endpoint} check ${isWell ? 'passed' : 'failed'}`,
  ];
  return { status: isWell ? 200 : 500, body: lines.map((line) => `${line}\n`).join('') };
}

/** The reasons stay inside: anybody may ask. */
function describeCheck({ name, fault }: CheckResult, isExcluded: boolean): string {
  if (isExcluded) return `[+]${name} excluded: ok`;
  return fault === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`;
}
