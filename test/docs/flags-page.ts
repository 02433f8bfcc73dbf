import { flagTable } from '../../src/flag-table.ts';
import { renderMarkdown } from '../../src/flags/help.ts';

const introduction = `# Flags

A flag takes one dash or two, and its value after \`=\` or as the next argument. One that is true or false stands alone or
takes \`=false\`. The environment variable does the same; the flag wins, and an empty variable counts as absent. Durations
are written as in Go: \`90s\`, \`5m\`, \`1h30m\`. An unknown flag or a value that cannot be read ends the program with exit
code 2, after naming every one of them.

The controller's own namespace is that of the environment variable \`POD_NAMESPACE\`, else of its ServiceAccount, else of
the kubeconfig's current context, else \`default\`. The controller's own AWS credentials come from the
[default chain](https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html) of the AWS SDK.

This page is written by \`node test/docs/write-flags-page.ts\`.
`;

/** docs/flags.md, from the definitions of the flags. */
export function renderFlagsPage(): string {
  return `${introduction}\n${renderMarkdown(flagTable)}`;
}
