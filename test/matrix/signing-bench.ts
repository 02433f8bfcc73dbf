import type { AwsApi } from '../../src/aws/clients.ts';
import { defaultRoleSessionName } from '../../src/aws/identity.ts';
import { IssuingTime } from '../../src/signers/pca/issuing-time.ts';
import { PcaSigner } from '../../src/signers/pca/pca-signer.ts';
import type { CollectOutcome, SigningRequest } from '../../src/signers/signer.ts';
import { type Authority, type AuthorityOptions, type AwsStandIn, startAwsStandIn } from '../aws/index.ts';
import { createTestClients } from '../support/aws-clients.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createQuota, pcaSettings } from '../support/pca-bench.ts';

/** The real signer and the real AWS SDK before the stand-in, in one process and with one clock. */
export interface SigningBench {
  readonly aws: AwsStandIn;
  createSigner(options: AuthorityOptions): Promise<{ readonly authority: Authority; readonly signer: PcaSigner }>;
  /** Signs and fetches; fails unless both go through. */
  sign(signer: PcaSigner, request: SigningRequest): Promise<Extract<CollectOutcome, { readonly kind: 'issued' }>>;
  stop(): Promise<void>;
}

export async function startSigningBench(): Promise<SigningBench> {
  const clock = new FakeClock();
  const aws = await startAwsStandIn({ clock, quotas: 'off' });
  const before = { ...process.env };
  Object.assign(process.env, { AWS_ENDPOINT_URL: aws.endpoint, AWS_CONFIG_FILE: '/dev/null' });
  const clients = createTestClients(clock);
  const { accessKeyId, secretAccessKey } = aws.identity;
  const source = { kind: 'static', accessKeyId, secretAccessKey, origin: 'Secret a/b' } as const;
  const api = clients.get({ source, roles: [], roleSessionName: defaultRoleSessionName, region: 'us-east-1' });
  return {
    aws,
    createSigner: async (options) => {
      const authority = await aws.createCertificateAuthority(options);
      return { authority, signer: await createSigner(api, authority.arn, clock) };
    },
    sign: async (signer, request) => {
      const begun = await signer.begin(request, { number: 1, baseMs: clock.now() });
      if (begun.kind !== 'begun') throw new Error(`not begun: ${JSON.stringify(begun)}`);
      for (;;) {
        const outcome = await signer.collect(request, begun.reference, begun.terms);
        if (outcome.kind === 'issued') return outcome;
        if (outcome.kind !== 'pending') throw new Error(`not issued: ${JSON.stringify(outcome)}`);
        await clock.advance(outcome.afterMs);
      }
    },
    stop: async () => {
      clients.close();
      process.env = before;
      await aws.stop();
    },
  };
}

async function createSigner(api: AwsApi, authorityArn: string, clock: FakeClock): Promise<PcaSigner> {
  return new PcaSigner({
    api,
    authority: await api.describeCertificateAuthority(authorityArn),
    settings: { ...pcaSettings, authorityArn, notBeforeOffsetMs: 0 },
    quota: createQuota(clock),
    issuingTime: new IssuingTime(),
    clock,
  });
}
