import {
  ChangeResourceRecordSetsCommand,
  type Change,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';

/** A simple record set. */
export const simple = (Name: string, Type: ResourceRecordSet['Type'], ...values: string[]): ResourceRecordSet => ({
  Name,
  Type,
  TTL: 60,
  ResourceRecords: values.map((Value) => ({ Value })),
});

/** One of several TXT values side by side under one name; `value` without quotation marks. */
export const multivalueTxt = (Name: string, value: string): ResourceRecordSet => ({
  ...simple(Name, 'TXT', `"${value}"`),
  SetIdentifier: `"${value}"`,
  MultiValueAnswer: true,
});

export type Wish = readonly [action: Change['Action'], recordSet: ResourceRecordSet];

/** ChangeResourceRecordSets; the change's id as the SDK gives it (`/change/C…`). */
export async function change(client: Route53Client, HostedZoneId: string, ...wishes: readonly Wish[]): Promise<string> {
  const Changes = wishes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet }));
  const { ChangeInfo } = await client.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }),
  );
  if (ChangeInfo?.Id === undefined) throw new Error('ChangeResourceRecordSets answered without an id');
  return ChangeInfo.Id;
}
