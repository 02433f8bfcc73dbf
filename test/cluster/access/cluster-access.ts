import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs } from '../programs/programs.ts';
import type { CONTROL_PLANE_PROGRAMS } from '../programs/program-table.ts';
import { ApiRequester, type ApiRequest, type ApiResponse } from './api-request.ts';
import { AuditLog } from './audit-log.ts';
import { runKubectl, type CommandResult } from './kubectl.ts';
import { makeUser, type Grants, type TestUser } from './users.ts';

export type ControlPlanePrograms = Programs<(typeof CONTROL_PLANE_PROGRAMS)[number]>;

/** What another process needs to use a control plane; plain JSON. Holds the administrator's token: keep it private. */
export interface ConnectionFacts {
  readonly url: string;
  /** The control plane's own folder, gone when it is stopped. */
  readonly folder: string;
  readonly caFile: string;
  readonly adminKubeconfigPath: string;
  readonly adminToken: string;
  readonly auditLogPath: string;
  readonly programs: ControlPlanePrograms;
}

export interface KubectlOptions {
  /** Standard input. */
  readonly input?: string;
  /** Default: the administrator's. */
  readonly kubeconfigPath?: string;
}

/** Use of a running control plane as its administrator. */
export class ClusterAccess {
  readonly facts: ConnectionFacts;
  readonly url: string;
  /** PEM of the API server's authority. */
  readonly caPem: string;
  readonly adminKubeconfigPath: string;
  readonly audit: AuditLog;
  readonly #api: ApiRequester;

  constructor(facts: ConnectionFacts) {
    this.facts = facts;
    this.url = facts.url;
    this.adminKubeconfigPath = facts.adminKubeconfigPath;
    this.caPem = readFileSync(facts.caFile, 'utf8');
    this.#api = new ApiRequester(facts.url, this.caPem, facts.adminToken);
    this.audit = new AuditLog(facts.auditLogPath, this.#api);
  }

  /** Runs the real kubectl; look at `exitCode`. */
  kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<CommandResult> {
    const kubeconfigPath = options.kubeconfigPath ?? this.adminKubeconfigPath;
    const cacheFolder = join(this.facts.folder, 'kubectl-cache');
    return runKubectl({ program: this.facts.programs.kubectl, kubeconfigPath, cacheFolder }, args, options.input);
  }

  /** One API call; resolves whatever the status. */
  request(method: string, path: string, request?: ApiRequest): Promise<ApiResponse> {
    return this.#api.send(method, path, request);
  }

  /** One API call that must succeed; resolves with the answer's body. */
  demand(method: string, path: string, request?: ApiRequest): Promise<unknown> {
    return this.#api.demand(method, path, request);
  }

  /** A user with exactly these rights, known by token and kubeconfig. */
  user(name: string, grants: Grants = {}): Promise<TestUser> {
    const { url, caFile, folder } = this.facts;
    return makeUser({ url, caFile, folder, api: this.#api }, name, grants);
  }

  /** A new namespace of its own name, for one test. */
  async createNamespace(prefix: string): Promise<string> {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { generateName: `${prefix}-` } };
    const created = (await this.demand('POST', '/api/v1/namespaces', { body })) as { metadata: { name: string } };
    return created.metadata.name;
  }

  /** Lets go of connections. The control plane stays. */
  close(): void {
    this.#api.close();
  }
}
