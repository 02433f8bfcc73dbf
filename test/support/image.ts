import { readFileSync } from 'node:fs';

// What the image sets, so that tests and measurements run what users run.

const dockerfile = (): string => readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');

export function imageEnvironment(): Record<string, string> {
  const [, block = ''] = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile()) ?? [];
  return Object.fromEntries([...block.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]));
}

/** What stands in the image's command between Node and the bundle. */
export function imageNodeOptions(): string[] {
  const [, command = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile()) ?? [];
  return (JSON.parse(command) as string[]).slice(1, -1);
}
