import { isSurelyBefore } from './names.ts';
import type { RecordPage, RecordSet, Route53Calls } from './route53-calls.ts';

/** The largest page of records that Route 53 gives; and one that holds all records of one name but for odd cases. */
const largestPage = 300;
const pageOfOne = 20;

const byLabels = (name: string): string => name.split('.').reverse().join('.');

/**
 * Finds all records at each of the names. Zones are listed in order, so that one call mostly decides many names; each
 * decides at least one. `found` is told of a name once, as soon as it is decided: what comes after may fail.
 */
export async function lookAtNames(
  calls: Pick<Route53Calls, 'listResourceRecordSets'>,
  zoneId: string,
  names: readonly string[],
  found: (name: string, records: readonly RecordSet[]) => void,
): Promise<void> {
  let open = [...new Set(names)].sort((a, b) => (byLabels(a) < byLabels(b) ? -1 : 1));
  while (open[0] !== undefined) {
    const [first] = open;
    const page = await listFrom(calls, zoneId, first, open.length === 1 ? pageOfOne : largestPage);
    open = open.filter((name) => {
      const records = decided(page, name, first);
      if (records) found(name, records);
      return records === undefined;
    });
  }
}

/** Goes on until all records of the name are there. */
async function listFrom(
  calls: Pick<Route53Calls, 'listResourceRecordSets'>,
  zoneId: string,
  name: string,
  maxItems: number,
): Promise<RecordPage> {
  let page = await calls.listResourceRecordSets({ zoneId, start: { name }, maxItems });
  while (page.next?.name === name) {
    const more = await calls.listResourceRecordSets({ zoneId, start: page.next, maxItems });
    page = { records: [...page.records, ...more.records], ...(more.next && { next: more.next }) };
  }
  return page;
}

/** All records at the name; undefined: the page does not tell. */
function decided({ records, next }: RecordPage, name: string, first: string): readonly RecordSet[] | undefined {
  if (name === next?.name) return undefined;
  const own = records.filter((record) => record.name === name);
  if (own.length > 0 || name === first || !next) return own;
  return isSurelyBefore(name, next.name) ? own : undefined;
}
