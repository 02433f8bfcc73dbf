import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { goEnvironment, requireGo } from '../cluster/programs/prerequisites.ts';

const MODULE = 'github.com/cert-manager/aws-privateca-issuer@v1.12.0';

/**
 * The sources of the Go implementation whose API this project keeps, in Go's module cache; fetched through Go's own
 * proxy settings when they are not there yet.
 */
export async function existingProjectFolder(environment: NodeJS.ProcessEnv): Promise<string> {
  await requireGo(environment);
  const options = { cwd: tmpdir(), env: goEnvironment(environment) };
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', MODULE], options);
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

export interface Manifest {
  /** Relative to the project's folder. */
  readonly file: string;
  /** YAML with every placeholder filled. */
  readonly text: string;
}

/** Every manifest that the existing project offers to its users. */
export async function existingManifests(projectFolder: string): Promise<Manifest[]> {
  const folders = ['config/samples', 'config/examples'].map((folder) => join(projectFolder, folder));
  const files = (await Promise.all(folders.map(yamlFilesIn))).flat();
  return Promise.all(
    files.map(async (path) => ({
      file: relative(projectFolder, path),
      text: fillPlaceholders(await readFile(path, 'utf8')),
    })),
  );
}

async function yamlFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => /\.ya?ml$/.test(name));
  return files.sort().map((name) => join(folder, name));
}

const values: readonly [pattern: RegExp, value: string][] = [
  [/^(some-pca-arn|RSA_CA_ARN|EC_CA_ARN)$/, 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/example'],
  [/^(some-region|REGION)$/, 'eu-west-1'],
  [/^(some-role-arn|role-arn-.*)$/, 'arn:aws:iam::111122223333:role/example'],
  [/^controller-(service-account|namespace)$/, 'aws-privateca-issuer'],
  [/^BASE64_(ACCESSKEY|SECRETKEY)$/, 'ZXhhbXBsZQ=='],
];

/** Fills `{{NAME}}` and `<name>`; throws for one that is not known. */
export function fillPlaceholders(text: string): string {
  return text.replaceAll(/\{\{([^{}]+)\}\}|<([^<>\n]+)>/g, (whole, braced?: string, angled?: string) => {
    const name = (braced ?? angled ?? '').trim();
    const found = values.find(([pattern]) => pattern.test(name));
    if (found === undefined) throw new Error(`the placeholder ${whole} is not known`);
    return found[1];
  });
}
