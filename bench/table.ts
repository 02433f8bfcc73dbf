import { type Goal, judge, type Metric, METRICS, type MetricName, type Unit } from './metrics.ts';
import { type Sample, summarize, type Summary } from './statistics.ts';

/** The figures of one controller. */
export interface Column {
  readonly title: string;
  readonly samples: Readonly<Partial<Record<MetricName, readonly Sample[]>>>;
  /** Why there are none. */
  readonly missing?: string;
}

const BEGIN = (name: string): string => `<!-- begin ${name}: written by npm run bench -->`;
const END = (name: string): string => `<!-- end ${name} -->`;

/** A table in Markdown: one row for each figure that was taken. */
export function renderTable(ours: Column, theirs: Column): string {
  const names = (Object.keys(METRICS) as MetricName[]).filter((name) => ours.samples[name] ?? theirs.samples[name]);
  const rows = names.map((name) => {
    const metric: Metric = METRICS[name];
    const [own, other] = [ours, theirs].map(({ samples }) => summarize(samples[name] ?? []));
    const verdict = { met: 'yes', missed: '**no**', none: '' }[judge(metric, own, other)];
    return [metric.what, describeGoal(metric), describe(metric, own), describe(metric, other, theirs.missing), verdict];
  });
  return renderRows(['What', 'Goal', ours.title, theirs.title, 'Reached'], rows);
}

export function renderRows(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function describeGoal({ goal, unit, digits }: Metric): string {
  if (goal === undefined) return '';
  return 'atMost' in goal ? `≤ ${figure(goal.atMost, unit, digits)}` : describeRatio(goal);
}

const describeRatio = ({ timesTheirs }: Extract<Goal, { timesTheirs: number }>): string =>
  `≥ ${timesTheirs} times Go's`;

/** `1.20 s (1.10 to 1.30)`, or how far it came. */
export function describe({ unit, digits }: Metric, summary: Summary | undefined, missing = 'not measured'): string {
  if (summary === undefined) return missing;
  const { median, lowest, highest, rounds, unfinished } = summary;
  if (median === undefined) return [...new Set(unfinished)].join('; ');
  const text = figure(median, unit, digits);
  const [from, to] = [lowest, highest].map((value) => value.toFixed(digits ?? 2));
  const spread = rounds === 1 || from === to ? '' : ` (${from} to ${to})`;
  return [`${text}${spread}`, ...new Set(unfinished)].join('; ');
}

function figure(value: number, unit: Unit, digits = 2): string {
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === '' ? text : unit === '/s' ? `${text}/s` : `${text} ${unit}`;
}

/** The page with what stands between the markers of this name replaced; the text around them is written by hand. */
export function replaceBetweenMarkers(page: string, name: string, content: string): string {
  const [begin, end] = [page.indexOf(BEGIN(name)), page.indexOf(END(name))];
  if (begin < 0 || end < begin) throw new Error(`the page has no place for ${name}`);
  return `${page.slice(0, begin + BEGIN(name).length)}\n\n${content}\n\n${page.slice(end)}`;
}
