import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterAccess } from '../access/cluster-access.ts';
import { eventually } from '../wait.ts';

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Creates the CustomResourceDefinitions in the YAML files of these folders and waits until the server serves them. */
export async function applyCrdFolders(access: ClusterAccess, folders: readonly string[]): Promise<void> {
  const documents = (await Promise.all(folders.map(readDefinitions))).flat();
  // The server reads YAML itself, which saves parsing a megabyte here.
  const create = (body: string): Promise<unknown> =>
    access.demand('POST', PATH, { body, contentType: 'application/yaml' });
  await Promise.all(documents.map(create));
  await eventually(() => areServed(access), { what: 'the API server serves the CRDs' });
}

async function readDefinitions(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap(splitDefinitions);
}

/** The documents of a YAML file that are CustomResourceDefinitions. */
export function splitDefinitions(text: string): string[] {
  return text.split(/^---\s*$/m).filter((document) => /^kind: CustomResourceDefinition\s*$/m.test(document));
}

/** Who answers for custom resources learns by a watch that one is established: until then it answers 404. */
async function areServed(access: ClusterAccess): Promise<boolean> {
  const { items } = (await access.demand('GET', PATH)) as { readonly items: readonly Crd[] };
  const isEstablished = ({ status }: Crd): boolean =>
    status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') ?? false;
  if (!items.every(isEstablished)) return false;
  const answers = await Promise.all(items.flatMap(listPathsOf).map((path) => access.request('GET', path)));
  return answers.every(({ status }) => status === 200);
}

const listPathsOf = ({ spec: { group, names, versions } }: Crd): string[] =>
  versions.filter(({ served }) => served).map(({ name }) => `/apis/${group}/${name}/${names.plural}?limit=1`);
