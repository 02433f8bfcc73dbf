import type { Flag, FlagTable } from './flag.ts';
import { environmentName } from './flag.ts';

/** The text of --help: the flags under their headings, in the order of the table. */
export function renderHelp(usage: string, table: FlagTable): string {
  const sections = grouped(table).map(([group, flags]) => `${group}:\n${flags.map(renderFlag).join('')}`);
  return `${usage}\n\n${sections.join('\n')}`;
}

function renderFlag([name, flag]: NamedFlag): string {
  const byDefault = shownDefault(flag);
  const text = byDefault === '' ? flag.description : `${flag.description} Default: ${byDefault}.`;
  const lines = wrap(text, 92).map((line) => `        ${line}\n`);
  return `  ${written(name)}${flag.boolean ? '' : ` ${flag.placeholder}`}\n${lines.join('')}`;
}

function wrap(text: string, width: number): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) return [...lines, word];
    return [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}

/** The same as Markdown: a table under each heading. */
export function renderMarkdown(table: FlagTable): string {
  const head = '| flag | environment variable | default | meaning |\n| --- | --- | --- | --- |\n';
  const sections = grouped(table).map(([group, flags]) => `## ${group}\n\n${head}${flags.map(renderRow).join('')}`);
  return sections.join('\n');
}

function renderRow([name, flag]: NamedFlag): string {
  const variable = flag.commandLineOnly ? '' : code(environmentName(name));
  return `| ${[code(`${written(name)}${flag.boolean ? '' : `=${flag.placeholder}`}`), variable, code(shownDefault(flag)), flag.description].join(' | ')} |\n`;
}

const written = (name: string): string => `${name.length === 1 ? '-' : '--'}${name}`;
const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
const shownDefault = (flag: Flag<unknown>): string => (flag.commandLineOnly ? '' : flag.defaultText);

type NamedFlag = [name: string, flag: Flag<unknown>];

function grouped(table: FlagTable): [group: string, flags: NamedFlag[]][] {
  return [...Map.groupBy(Object.entries(table), ([, flag]) => flag.group)];
}
