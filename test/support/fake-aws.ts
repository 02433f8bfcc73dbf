import type { AwsApi, AwsClients, CertificateAuthority } from '../../src/aws/clients.ts';
import { identityKey, type IdentitySpec, rolesOf } from '../../src/aws/identity.ts';
import { authorityArn } from './builders.ts';
import { unscripted } from './unscripted.ts';

const notScripted = async (): Promise<never> => {
  throw new Error('this fake describes a CA and an identity; it signs nothing');
};

/** AWS as a check of an issuer sees it: one active CA, and an identity that bears the name of its access key. */
export class FakeAws implements AwsClients {
  authority: CertificateAuthority = {
    arn: authorityArn,
    type: 'ROOT',
    status: 'ACTIVE',
    keyAlgorithm: 'RSA_2048',
    signingAlgorithm: 'SHA256WITHRSA',
    usageMode: 'GENERAL_PURPOSE',
    subject: 'CN=root',
    notAfter: new Date('2030-01-01T00:00:00.900Z'),
  };
  describeFault: Error | undefined;
  identityFault: Error | undefined;
  /** GetCallerIdentity is answered after that. */
  identityDelay: Promise<unknown> | undefined;
  readonly calls: string[] = [];
  /** How many APIs were made. */
  made = 0;
  readonly #apis = new Map<string, { readonly spec: IdentitySpec; readonly api: AwsApi }>();

  /** The identities whose API is kept. */
  get known(): IdentitySpec[] {
    return [...this.#apis.values()].map(({ spec }) => spec);
  }

  /** Their access keys. */
  get keys(): string[] {
    return this.known.flatMap(({ source }) => (source.kind === 'static' ? [source.accessKeyId] : []));
  }

  get(spec: IdentitySpec): AwsApi {
    const kept = this.#apis.get(identityKey(spec));
    if (kept) return kept.api;
    const api = this.#create(spec);
    this.#apis.set(identityKey(spec), { spec, api });
    return api;
  }

  forget(spec: IdentitySpec): void {
    this.#apis.delete(identityKey(spec));
  }

  close(): void {
    this.#apis.clear();
  }

  #create(spec: IdentitySpec): AwsApi {
    const { source, region } = spec;
    this.made += 1;
    const user = source.kind === 'static' ? source.accessKeyId : 'ambient';
    return {
      region,
      roles: rolesOf(spec),
      acm: unscripted(),
      route53: unscripted(),
      issueCertificate: notScripted,
      getCertificate: notScripted,
      getCertificateAuthorityCertificate: notScripted,
      describeCertificateAuthority: async () => {
        this.calls.push('DescribeCertificateAuthority');
        if (this.describeFault) throw this.describeFault;
        return this.authority;
      },
      getCallerIdentity: async () => {
        this.calls.push('GetCallerIdentity');
        await this.identityDelay;
        if (this.identityFault) throw this.identityFault;
        return { arn: `arn:aws:iam::111122223333:user/${user}`, account: '111122223333' };
      },
    };
  }
}
