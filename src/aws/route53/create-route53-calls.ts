import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type RRType,
} from '@aws-sdk/client-route-53';
import type { AwsCall } from '../call.ts';
import { required } from '../required.ts';
import type { SdkSettings } from '../sdk-settings.ts';
import { plainName } from './names.ts';
import type { Route53Calls } from './route53-calls.ts';
import { route53Endpoint } from './route53-endpoint.ts';
import { toChangeInfo, toRecordPage, toSdkChange, toZonePage } from './translate.ts';

/** The largest page of zones that Route 53 gives. */
const MaxItems = 100;

export function createRoute53Calls(settings: SdkSettings, call: AwsCall): Route53Calls {
  const route53 = new Route53Client({
    ...settings,
    endpointProvider: (parameters) => {
      const { url, signingRegion } = route53Endpoint(parameters, settings.ignoreConfiguredEndpointUrls);
      return {
        url,
        properties: { authSchemes: [{ name: 'sigv4', signingName: 'route53', signingRegion, properties: {} }] },
      };
    },
  });
  return {
    listHostedZonesByName: (start) =>
      call('route53', 'ListHostedZonesByName', async (options) => {
        const input = { DNSName: start?.name, HostedZoneId: start?.id, MaxItems };
        return toZonePage(await route53.send(new ListHostedZonesByNameCommand(input), options));
      }),
    listResourceRecordSets: ({ zoneId, start, maxItems }) =>
      call('route53', 'ListResourceRecordSets', async (options) => {
        const input = {
          HostedZoneId: zoneId,
          StartRecordName: start?.name,
          StartRecordType: start?.type as RRType | undefined,
          StartRecordIdentifier: start?.setIdentifier,
          MaxItems: maxItems,
        };
        return toRecordPage(await route53.send(new ListResourceRecordSetsCommand(input), options));
      }),
    changeResourceRecordSets: (zoneId, changes) =>
      call('route53', 'ChangeResourceRecordSets', async (options) => {
        const ChangeBatch = { Comment: 'Managed by aws-privateca-issuer', Changes: changes.map(toSdkChange) };
        const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch });
        return toChangeInfo(required((await route53.send(command, options)).ChangeInfo, 'ChangeInfo'));
      }),
    getChange: (id) =>
      call('route53', 'GetChange', async (options) => {
        const output = await route53.send(new GetChangeCommand({ Id: id }), options);
        return toChangeInfo(required(output.ChangeInfo, 'ChangeInfo'));
      }),
    getHostedZone: (zoneId) =>
      call('route53', 'GetHostedZone', async (options) => {
        const { DelegationSet } = await route53.send(new GetHostedZoneCommand({ Id: zoneId }), options);
        return { nameServers: (DelegationSet?.NameServers ?? []).map(plainName) };
      }),
  };
}
