import type { PublicRecords } from '../public-records.ts';
import { parseCharacterStrings } from '../route53/character-strings.ts';
import { canonicalName } from '../route53/names.ts';
import type { Route53State } from '../route53/state.ts';
import { resolve, type Row } from './resolve.ts';
import { createFindZone } from './zones.ts';

/** The same answers as the DNS server's, without a query over the network. */
export function createPublicRecords(state: Route53State): PublicRecords {
  const findZone = createFindZone(state);
  let turn = 0;
  const ask = (name: string, type: string): readonly Row[] =>
    resolve(findZone, { name, type, turn: turn++ }).answers.filter((row) => row.type === type);
  return {
    cname: (name) => ask(name, 'CNAME').map(({ value }) => canonicalName(value)?.slice(0, -1))[0],
    txt: (name) =>
      ask(name, 'TXT').map(({ value }) => Buffer.concat(parseCharacterStrings(value) ?? []).toString('utf8')),
  };
}
