import { createHash } from 'node:crypto';
import type { Issuer } from '../../api/awspca.ts';
import { issuerKeyFor } from '../../api/issuer-target.ts';

const prefix = 'awspca.cert-manager.io';
const uidTag = `${prefix}/issuer-uid`;
const clusterTag = `${prefix}/cluster`;

export type Tags = Readonly<Record<string, string>>;

/** Tags of what is made for an issuer at ACM. It is found again by the UID; the name is for people. */
export const ownTags = (issuer: Issuer): Tags => ({
  [uidTag]: issuer.metadata.uid,
  [`${prefix}/issuer`]: tagValue(issuerKeyFor(issuer)),
});

/** Tags of a managed endpoint. `cluster` is the UID of the namespace kube-system, as tools name a cluster. */
export const endpointTags = (issuer: Issuer, cluster: string): Tags => ({
  Name: tagValue(issuer.metadata.name),
  ...ownTags(issuer),
  [clusterTag]: cluster,
});

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html: at most 256 characters. */
const tagValue = (text: string): string => text.slice(0, 256);

/** Whether something was made for this very issuer, not for a predecessor of its name. */
export const isOwn = (tags: Tags, { metadata: { uid } }: Issuer): boolean => tags[uidTag] === uid;

export const isOwnEndpoint = (tags: Tags, issuer: Issuer, cluster: string): boolean =>
  isOwn(tags, issuer) && tags[clusterTag] === cluster;

/**
 * A token by which ACM recognises a call that is made again, after a crash too: 32 letters and digits, made from all that
 * makes the call this one and no other.
 */
export function idempotencyToken(issuer: Issuer, ...parts: readonly unknown[]): string {
  const text = JSON.stringify([issuer.metadata.uid, ...parts]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
