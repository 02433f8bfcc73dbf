import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Authority,
  type AwsStandIn,
  type AwsStandInOptions,
  type Identity,
  startAwsStandIn,
} from '../../../aws/index.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../../../cluster/control-plane.ts';
import type { TestUser } from '../../../cluster/access/users.ts';
import {
  type ControllerOptions,
  defaultUser,
  installController,
  type RunningController,
  startController,
} from '../../../support/controller.ts';
import { labelAwsCall, labelKubeCall } from '../../../support/fault-proxy/call.ts';
import { type FaultProxy, startFaultProxy } from '../../../support/fault-proxy/fault-proxy.ts';
import { applyObject, awaitReady } from '../../support/shared-issuer.ts';
import { sharedControlPlane } from '../../support/shared-control-plane.ts';

/** One controller's ways to the API server and to AWS, each through a proxy that can break it. */
export interface Lines {
  readonly api: FaultProxy;
  readonly aws: FaultProxy;
  /** With the controller's rights, through `api`. */
  readonly user: TestUser;
}

export interface BenchControllerOptions extends Pick<ControllerOptions, 'args' | 'awaitReady' | 'memoryGroup'> {
  readonly identity?: Identity;
}

/** A control plane of its own, without cert-manager's controllers, and a stand-in for AWS with one CA. */
export class FaultBench {
  readonly plane: ControlPlane;
  readonly aws: AwsStandIn;
  readonly authority: Authority;
  readonly #direct: TestUser;
  readonly #proxies: FaultProxy[] = [];
  readonly #started: RunningController[] = [];

  private constructor(plane: ControlPlane, aws: AwsStandIn, authority: Authority, direct: TestUser) {
    this.plane = plane;
    this.aws = aws;
    this.authority = authority;
    this.#direct = direct;
  }

  static async start(
    options: { readonly plane?: Partial<ControlPlaneOptions>; readonly aws?: AwsStandInOptions } = {},
  ): Promise<FaultBench> {
    const { programs } = sharedControlPlane().facts;
    const plane = await startControlPlane({ programs, gatewayApi: false, ...options.plane });
    // The stricter of what AWS may do: a repeated token with anything changed is refused, and so found out.
    const aws = await startAwsStandIn({ quotas: 'off', idempotencyMismatch: 'error', ...options.aws });
    const authority = await aws.createCertificateAuthority({ issuingTimeMs: 0 });
    return new FaultBench(plane, aws, authority, await installController(plane, defaultUser));
  }

  /** Ends every process that the test started, also after a failure. */
  async stop(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    await this.plane.stop();
    await this.aws.stop();
  }

  async lines(): Promise<Lines> {
    const { url, caPem, facts } = this.plane;
    const read = (file: string): Promise<string> => readFile(join(facts.folder, 'certificates', file), 'utf8');
    // The API server's own certificate, which is for 127.0.0.1 on any port.
    const tls = { cert: await read('apiserver.crt'), key: await read('apiserver.key') };
    const api = await startFaultProxy({ upstream: url, upstreamCa: caPem, tls, label: labelKubeCall });
    const aws = await startFaultProxy({ upstream: this.aws.endpoint, label: labelAwsCall });
    this.#proxies.push(api, aws);
    return { api, aws, user: await this.#userThrough(api) };
  }

  async #userThrough(api: FaultProxy): Promise<TestUser> {
    const kubeconfig = await readFile(this.#direct.kubeconfigPath, 'utf8');
    const kubeconfigPath = join(this.plane.folder, `proxy-${this.#proxies.length}.kubeconfig`);
    await writeFile(kubeconfigPath, kubeconfig.replace(this.plane.url, api.url), { mode: 0o600 });
    return { ...this.#direct, kubeconfigPath };
  }

  async controller({ user, aws }: Lines, options: BenchControllerOptions = {}): Promise<RunningController> {
    const { args = [], identity = this.aws.identity, awaitReady: wait = true, memoryGroup } = options;
    const controller = await startController((spec) => this.plane.startProcess(spec), this.plane, {
      name: `controller-${this.#started.length}`,
      environment: { ...this.aws.environment(identity), AWS_ENDPOINT_URL: aws.url },
      args: ['--log-level=debug', '--ingress-shim=off', ...args],
      as: user,
      awaitReady: wait,
      ...(memoryGroup && { memoryGroup }),
    });
    this.#started.push(controller);
    return controller;
  }

  /** The cluster's issuer `ca`, Ready once a controller runs. */
  async applyIssuer(): Promise<void> {
    const { arn } = this.authority;
    await applyObject(this.plane, {
      ...{ apiVersion: 'awspca.cert-manager.io/v1beta1', kind: 'AWSPCAClusterIssuer', metadata: { name: 'ca' } },
      spec: { arn },
    });
  }

  awaitIssuer(): Promise<unknown> {
    return awaitReady(this.plane, 'AWSPCAClusterIssuer', '', 'ca', ({ status }) => status === 'True');
  }

  /** The logs of all controllers that were started. */
  logs(): Promise<string[]> {
    return Promise.all(this.#started.map((controller) => controller.log()));
  }
}
