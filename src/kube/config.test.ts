import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { createMemoryLogger, type MemoryLogger } from '../../test/support/memory-logger.ts';
import { loadKubeConfig, type LoadKubeConfigOptions } from './config.ts';
import type { KubeConnectionSource } from './connection-source.ts';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const IN_CLUSTER = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };

let clock: FakeClock;
let logger: MemoryLogger;
let files: Record<string, string>;

beforeEach(() => {
  clock = new FakeClock();
  logger = createMemoryLogger();
  files = { [`${ACCOUNT}/token`]: 't1\n', [`${ACCOUNT}/ca.crt`]: 'CA1', [`${ACCOUNT}/namespace`]: 'issuers\n' };
});

async function readFile(path: string): Promise<string> {
  const text = files[path];
  if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  return text;
}

function remove(path: string): void {
  files = Object.fromEntries(Object.entries(files).filter(([name]) => name !== path));
}

const load = (options: Partial<LoadKubeConfigOptions>): Promise<KubeConnectionSource> =>
  loadKubeConfig({ environment: {}, clock, logger, readFile, ...options });

/** A kubeconfig whose one cluster, user and context bear the name. */
const kubeconfig = (name: string, user: object = { token: `${name}-token` }, cluster: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: `https://${name}.test:6443`, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: `${name}-ns` } }],
  });

describe('where the configuration comes from', () => {
  const everything = { ...IN_CLUSTER, KUBECONFIG: '/env', HOME: '/home/me' };
  beforeEach(() => {
    for (const [path, name] of [
      ['/flag', 'flag'],
      ['/env', 'env'],
      ['/home/me/.kube/config', 'home'],
    ] as const)
      files[path] = kubeconfig(name);
  });

  test.each([
    ['the flag', { environment: everything, kubeconfigPath: '/flag' }, 'https://flag.test:6443/', '/flag'],
    ['KUBECONFIG', { environment: everything }, 'https://env.test:6443/', '/env'],
    ['an empty flag is none', { environment: everything, kubeconfigPath: '' }, 'https://env.test:6443/', '/env'],
    ['the cluster', { environment: { ...everything, KUBECONFIG: '' } }, 'https://10.0.0.1/', 'in-cluster'],
    ['the home', { environment: { HOME: '/home/me' } }, 'https://home.test:6443/', '/home/me/.kube/config'],
  ])('%s', async (_, options, server, origin) => {
    const source = await load(options);
    expect([source.server.href, source.origin]).toEqual([server, origin]);
  });

  test('nowhere', async () => {
    await expect(load({})).rejects.toMatchObject({
      name: 'KubeConfigError',
      message: expect.stringContaining('KUBECONFIG'),
    });
  });
});

describe('in a cluster', () => {
  test('namespace, token and CA are those of the service account', async () => {
    const source = await load({ environment: IN_CLUSTER });
    expect(source.namespace).toBe('issuers');
    expect(await source.credentials()).toEqual({ tls: { ca: 'CA1' }, headers: { authorization: 'Bearer t1' } });
  });

  test('an IPv6 address is put in brackets', async () => {
    const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    expect((await load({ environment })).server.href).toBe('https://[fd00::1]:6443/');
  });

  test('an address that is none is refused', async () => {
    const environment = { ...IN_CLUSTER, KUBERNETES_SERVICE_PORT: 'tcp' };
    await expect(load({ environment })).rejects.toMatchObject({ name: 'KubeConfigError' });
  });

  test('rotated files are seen after a minute, or at once when the server refused', async () => {
    const source = await load({ environment: IN_CLUSTER });
    files[`${ACCOUNT}/token`] = 't2';
    files[`${ACCOUNT}/ca.crt`] = 'CA2';
    await clock.advance(59_999);
    expect(await source.credentials()).toMatchObject({ headers: { authorization: 'Bearer t1' } });
    await clock.advance(1);
    expect(await source.credentials()).toEqual({ tls: { ca: 'CA2' }, headers: { authorization: 'Bearer t2' } });
    files[`${ACCOUNT}/token`] = 't3';
    source.forget();
    expect(await source.credentials()).toMatchObject({ headers: { authorization: 'Bearer t3' } });
  });

  test('a file that cannot be read again leaves the old credentials in use, says so, and is tried again', async () => {
    const source = await load({ environment: IN_CLUSTER });
    remove(`${ACCOUNT}/token`);
    await clock.advance(60_000);
    expect(await source.credentials()).toMatchObject({ headers: { authorization: 'Bearer t1' } });
    expect(logger.lines).toMatchObject([{ level: 'warn' }]);
    files[`${ACCOUNT}/token`] = 't2';
    expect(await source.credentials()).toMatchObject({ headers: { authorization: 'Bearer t2' } });
  });

  test('callers at the same time share one read', async () => {
    let reads = 0;
    const counting = async (path: string): Promise<string> => {
      reads += path.endsWith('token') ? 1 : 0;
      return readFile(path);
    };
    const source = await load({ environment: IN_CLUSTER, readFile: counting });
    source.forget();
    await Promise.all([source.credentials(), source.credentials(), source.credentials()]);
    expect(reads).toBe(2);
  });

  test.each([`${ACCOUNT}/token`, `${ACCOUNT}/ca.crt`])('without %s the error names it', async (path) => {
    remove(path);
    await expect(load({ environment: IN_CLUSTER })).rejects.toMatchObject({
      name: 'KubeConfigError',
      message: expect.stringContaining(path),
    });
  });

  test('without a namespace file there is no namespace', async () => {
    remove(`${ACCOUNT}/namespace`);
    expect((await load({ environment: IN_CLUSTER })).namespace).toBeUndefined();
  });
});

describe('a kubeconfig', () => {
  const withFile = (text: string, path = '/config'): Promise<KubeConnectionSource> => {
    files[path] = text;
    return load({ kubeconfigPath: path });
  };

  test('gives token, CA, server name and namespace', async () => {
    const ca = Buffer.from('CA').toString('base64');
    const cluster = { 'certificate-authority-data': ca, 'tls-server-name': 'kubernetes' };
    const source = await withFile(kubeconfig('dev', undefined, cluster));
    expect(source.namespace).toBe('dev-ns');
    expect(await source.credentials()).toEqual({
      tls: { ca: Buffer.from('CA'), servername: 'kubernetes' },
      headers: { authorization: 'Bearer dev-token' },
    });
  });

  test.each([
    ['basic auth', { username: 'u', password: 'p' }, { authorization: 'Basic dTpw' }],
    ['impersonation', { token: 't', as: 'other' }, { authorization: 'Bearer t', 'impersonate-user': 'other' }],
  ])('gives %s', async (_, user, headers) => {
    const source = await withFile(kubeconfig('dev', user));
    expect((await source.credentials()).headers).toEqual(headers);
  });

  test('gives client certificates, and verifies nothing only where it says so', async () => {
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    const user = { 'client-certificate-data': encode('CERT'), 'client-key-data': encode('KEY') };
    const source = await withFile(kubeconfig('dev', user, { 'insecure-skip-tls-verify': true }));
    const tls = { cert: Buffer.from('CERT'), key: Buffer.from('KEY'), rejectUnauthorized: false };
    expect((await source.credentials()).tls).toEqual(tls);
  });

  test('may be YAML, and may name a plain http server as kubectl proxy offers it', async () => {
    const yaml = [
      'kind: Config',
      'current-context: c',
      'clusters: [{name: k, cluster: {server: "http://127.0.0.1:8001"}}]',
      'users: [{name: u, user: {token: t}}]',
      'contexts: [{name: c, context: {cluster: k, user: u}}]',
    ].join('\n');
    const source = await withFile(yaml);
    expect(source.server.href).toBe('http://127.0.0.1:8001/');
    expect(source.namespace).toBeUndefined();
    expect((await source.credentials()).headers).toEqual({ authorization: 'Bearer t' });
  });

  test('a new token in the file is used once the server refuses the old one', async () => {
    const source = await withFile(kubeconfig('dev', { token: 'old' }));
    await source.credentials();
    files['/config'] = kubeconfig('dev', { token: 'new' });
    source.forget();
    expect((await source.credentials()).headers).toEqual({ authorization: 'Bearer new' });
  });

  test.each([
    ['is missing', undefined, '/config does not exist'],
    ['is broken', 'clusters: [\n  token: sensitive', '/config is not a kubeconfig file'],
    ['is empty', '', '/config is not a kubeconfig file'],
    ['has no context', '{}', '/config has no current-context'],
    ['lacks its context', JSON.stringify({ 'current-context': 'x' }), '/config has no context x'],
    [
      'lacks the cluster',
      JSON.stringify({ 'current-context': 'x', contexts: [{ name: 'x', context: { cluster: 'k', user: 'u' } }] }),
      '/config has no cluster k',
    ],
    ['has a server that is no URL', kubeconfig('dev', undefined, { server: '::' }), '/config: cluster dev'],
    ['wants a proxy', kubeconfig('dev', undefined, { 'proxy-url': 'http://p' }), 'proxy-url'],
  ])('that %s gives one sentence with its name', async (_, text, sentence) => {
    if (text !== undefined) files['/config'] = text;
    const error: unknown = await load({ kubeconfigPath: '/config' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'KubeConfigError', message: expect.stringContaining(sentence) });
    expect(String(error)).not.toContain('sensitive');
  });
});

describe('a list of files in KUBECONFIG', () => {
  test('is merged: the first that defines something wins, missing ones are passed over', async () => {
    files['/a'] = JSON.stringify({ 'current-context': 'dev', users: [{ name: 'dev', user: { token: 'from-a' } }] });
    files['/b'] = kubeconfig('dev');
    const source = await load({ environment: { KUBECONFIG: '/none:/a:/b' } });
    expect(source.server.href).toBe('https://dev.test:6443/');
    expect((await source.credentials()).headers).toEqual({ authorization: 'Bearer from-a' });
  });

  test('none of which is there is an error that names them', async () => {
    await expect(load({ environment: { KUBECONFIG: '/x:/y' } })).rejects.toMatchObject({
      message: expect.stringContaining('/x, /y'),
    });
  });
});

describe('an exec plugin', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const execUser = (script: string): object => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script] },
  });

  test('is asked once, and again after the server refused its token', async () => {
    const counter = join(directory, 'runs');
    await writeFile(counter, '');
    const script = `
      const fs = require('node:fs');
      fs.appendFileSync(${JSON.stringify(counter)}, 'x');
      console.log(JSON.stringify({ status: { token: 'run' + fs.readFileSync(${JSON.stringify(counter)}).length } }));`;
    files['/config'] = kubeconfig('dev', execUser(script));
    const source = await load({ kubeconfigPath: '/config' });
    expect((await source.credentials()).headers).toEqual({ authorization: 'Bearer run1' });
    await clock.advance(60_000);
    expect((await source.credentials()).headers).toEqual({ authorization: 'Bearer run1' });
    source.forget();
    expect((await source.credentials()).headers).toEqual({ authorization: 'Bearer run2' });
  });

  test('that fails is an error that names file and context', async () => {
    files['/config'] = kubeconfig('dev', execUser('process.exit(3)'));
    const source = await load({ kubeconfigPath: '/config' });
    await expect(source.credentials()).rejects.toMatchObject({
      name: 'KubeConfigError',
      message: expect.stringMatching(/config.*dev/),
    });
  });
});
