import { type Pebble, startPebble } from '../acme/pebble.ts';
import type { AwsStandIn } from '../aws/index.ts';

/** What the examples of public certificates stand on. */
export interface PublicStage {
  /** What stands for what in the examples. */
  readonly placeholders: ReadonlyMap<string, string>;
  /** PEM of the roots: of the stand-in's public CAs, and of Pebble. */
  roots(): Promise<string>;
  stop(): Promise<void>;
}

/** A zone of Route 53, a role for ACM to issue with, and Pebble, which asks the zone's name server. */
export async function createPublicStage(aws: AwsStandIn): Promise<PublicStage> {
  await aws.createHostedZone({ name: 'example.com' });
  await aws.createRole({ name: 'acme-issuance', trust: ['acm-acme.amazonaws.com'] });
  const { address: dnsServer } = await aws.startDnsServer();
  const pebble = await startPebble({ dnsServer, externalAccountBinding: true });
  return {
    placeholders: placeholdersOf(pebble),
    roots: async () => {
      const authorities = await aws.publicAuthorities();
      return [...authorities.map(({ rootPem }) => rootPem), await pebble.roots()].join('\n');
    },
    stop: () => pebble.stop(),
  };
}

const placeholdersOf = ({ directoryUrl, caPem, keyId, macKey }: Pebble): ReadonlyMap<string, string> =>
  new Map([
    ['https://acme.example.com/directory', directoryUrl],
    ['ZXhhbXBsZQ==', Buffer.from(caPem).toString('base64')],
    ['example-key-id', keyId],
    ['example-mac-key', macKey],
  ]);
