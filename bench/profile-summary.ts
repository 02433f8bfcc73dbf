/** https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** Both counted from 0. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Path of the source that a function of the bundle comes from; undefined where nobody knows. */
export type FindSource = (frame: CallFrame) => string | undefined;

export interface Share {
  readonly name: string;
  /** Of all the time that the process did not idle, 0 to 1. */
  readonly share: number;
}

export interface ModuleShare extends Share {
  /** With what its functions call in Node.js and V8. */
  readonly withBuiltIns: number;
}

export interface ProfileSummary {
  readonly busyMs: number;
  /** By self time, largest first. */
  readonly functions: readonly Share[];
  readonly modules: readonly ModuleShare[];
}

/** What V8 calls a time in which no JavaScript ran. */
const SPECIAL: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collection',
  '(program)': 'native code',
};

/** Self times between two moments of the profile's clock. */
export function summarizeProfile(
  { nodes, startTime, samples, timeDeltas }: CpuProfile,
  findSource: FindSource,
  { from, to }: { readonly from: number; readonly to: number },
): ProfileSummary {
  const places = placeAll(nodes, findSource);
  const [functions, modules, callers] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  let [busy, at] = [0, startTime];
  for (const [index, id] of samples.entries()) {
    at += timeDeltas[index] ?? 0;
    // A sample says what runs until the next one.
    const lasts = timeDeltas[index + 1] ?? 0;
    const place = places.get(id);
    if (!place || at < from || at >= to) continue;
    busy += lasts;
    add(functions, place.name, lasts);
    add(modules, place.module, lasts);
    add(callers, place.caller, lasts);
  }
  const all = new Map([...modules, ...callers].map(([name]) => [name, modules.get(name) ?? 0]));
  return {
    busyMs: busy / 1000,
    functions: sharesOf(functions, busy),
    modules: sharesOf(all, busy)
      .map((share) => ({ ...share, withBuiltIns: (callers.get(share.name) ?? 0) / busy }))
      .sort((a, b) => b.withBuiltIns - a.withBuiltIns || b.share - a.share),
  };
}

/** Where a node of the call tree belongs. */
interface Place {
  readonly name: string;
  readonly module: string;
  /** Of a function of Node.js or V8: the module of the nearest caller that is in the bundle, if there is one. */
  readonly caller: string;
}

/** By id; without those in which nothing runs. */
function placeAll(nodes: readonly ProfileNode[], findSource: FindSource): Map<number, Place> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const known = new Map(nodes.map(({ id, callFrame }) => [id, { callFrame, module: moduleOf(callFrame, findSource) }]));
  const callerOf = (id: number | undefined): string | undefined => {
    const node = id === undefined ? undefined : known.get(id);
    if (!node) return undefined;
    return isOfBundle(node.callFrame) ? node.module : callerOf(parents.get(id ?? 0));
  };
  const running = [...known].filter(([, { callFrame }]) => callFrame.functionName !== '(idle)');
  return new Map(
    running.map(([id, { callFrame, module }]) => {
      const caller = callFrame.functionName in SPECIAL ? module : (callerOf(id) ?? module);
      return [id, { name: nameOf(callFrame, module), module, caller }];
    }),
  );
}

const isOfBundle = ({ url }: CallFrame): boolean => url !== '' && !url.startsWith('node:');

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

const sharesOf = (sums: ReadonlyMap<string, number>, total: number): Share[] =>
  [...sums].map(([name, sum]) => ({ name, share: sum / total })).sort((a, b) => b.share - a.share);

function nameOf({ functionName }: CallFrame, module: string): string {
  if (functionName in SPECIAL) return module;
  return `${functionName === '' ? '(anonymous)' : functionName} (${module})`;
}

function moduleOf(frame: CallFrame, findSource: FindSource): string {
  const special = SPECIAL[frame.functionName];
  if (special !== undefined) return special;
  if (frame.url === '') return 'V8';
  if (frame.url.startsWith('node:')) return frame.url.split('/').slice(0, 2).join('/');
  const source = findSource(frame);
  return source === undefined ? 'the bundle' : packageOrFolder(source);
}

/** The package of a source below node_modules, else the folder of the project. */
export function packageOrFolder(source: string): string {
  const [, inPackage] = /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
  if (inPackage !== undefined) return inPackage;
  return source.replace(/^(?:\.\.?\/)+/, '').replace(/\/[^/]*$/, '');
}
