import { AwsError } from '../errors.ts';
import { type ZoneChoice, explainChoice } from './choose-zone.ts';
import { bareId } from './names.ts';
import type { Records } from './records.ts';
import type { Route53Identity } from './route53-identity.ts';
import type { Zones } from './zones.ts';

export type PresentAnswer =
  /** All name servers answer with it. `written`: by this call. `zoneId`: bare. */
  | { readonly kind: 'inSync'; readonly zoneId: string; readonly written: boolean }
  /** Come again; `zoneId` as soon as it is known. */
  | { readonly kind: 'pending'; readonly afterMs: number; readonly written: boolean; readonly zoneId?: string }
  /** There is no zone to write into, or nobody can tell which: a person has to act. `message` is for a condition. */
  | NoZone;

export interface NoZone {
  readonly kind: 'noZone';
  readonly code: 'ZoneNotFound' | 'ZoneAmbiguous';
  readonly message: string;
}

export type GoneAnswer = { readonly kind: 'gone' } | { readonly kind: 'pending'; readonly afterMs: number } | NoZone;

/** Records of one identity, in whichever zone they belong. Each throws AwsError. */
export interface Route53Dns {
  presentCname(name: string, value: string): Promise<PresentAnswer>;
  removeCname(name: string, value: string): Promise<GoneAnswer>;
  presentTxt(name: string, value: string): Promise<PresentAnswer>;
  removeTxt(name: string, value: string): Promise<GoneAnswer>;
}

export interface Route53DnsOptions {
  readonly zones: Zones;
  readonly records: Records;
  readonly identity: Route53Identity;
  /** Bare or with `/hostedzone/`: then no zones are listed. */
  readonly hostedZoneId?: string;
}

type Write = Exclude<keyof Records, 'isInSync'>;

export function createRoute53Dns({ zones, records, identity, hostedZoneId }: Route53DnsOptions): Route53Dns {
  const find = (name: string): ReturnType<Zones['find']> =>
    hostedZoneId === undefined
      ? zones.find(name, identity)
      : Promise.resolve({ kind: 'zone', zone: { id: bareId(hostedZoneId), name: '', isPrivate: false } });

  async function write(how: Write, name: string, value: string) {
    const found = await find(name);
    if (found.kind === 'pending') return found;
    if (found.kind !== 'zone') return noZone(name, identity.account, found);
    const { id: zoneId } = found.zone;
    return { ...(await records[how]({ name, value, zone: { id: zoneId } }, identity)), zoneId };
  }

  async function present(how: Write, name: string, value: string): Promise<PresentAnswer> {
    const answer = await write(how, name, value);
    if (answer.kind === 'pending') return { ...answer, written: false };
    if (answer.kind === 'noZone') return answer;
    const { zoneId, written, changeId } = answer;
    const sync = changeId === undefined ? ({ kind: 'inSync' } as const) : await records.isInSync(changeId, identity);
    return { ...sync, zoneId, written };
  }

  async function remove(how: Write, name: string, value: string): Promise<GoneAnswer> {
    try {
      const answer = await write(how, name, value);
      return answer.kind === 'done' ? { kind: 'gone' } : answer;
    } catch (error) {
      // A record whose zone was deleted is gone too.
      if (error instanceof AwsError && error.code === 'NoSuchHostedZone') return { kind: 'gone' };
      throw error;
    }
  }

  return {
    presentCname: (name, value) => present('ensureCname', name, value),
    removeCname: (name, value) => remove('removeCname', name, value),
    presentTxt: (name, value) => present('addTxt', name, value),
    removeTxt: (name, value) => remove('removeTxt', name, value),
  };
}

function noZone(name: string, account: string, choice: Exclude<ZoneChoice, { kind: 'zone' }>): NoZone {
  const code = choice.kind === 'none' ? 'ZoneNotFound' : 'ZoneAmbiguous';
  return { kind: 'noZone', code, message: explainChoice(name, account, choice) };
}
