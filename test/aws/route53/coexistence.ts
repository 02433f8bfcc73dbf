import type { RecordSet } from './record-set.ts';

/** What may not stand side by side once a whole batch has taken effect: the reasons, about what it wrote. */
export function faultsOfResult(
  zoneName: string,
  standing: Iterable<RecordSet>,
  written: readonly RecordSet[],
): readonly string[] {
  const byName = Map.groupBy(standing, ({ name }) => name);
  const faults = written.map((set) => {
    const others = (byName.get(set.name) ?? []).filter((other) => other !== set);
    return faultOfName(zoneName, set) ?? faultOfTypes(zoneName, set, others) ?? faultOfRouting(set, others);
  });
  return [...new Set(faults.filter((fault) => fault !== undefined))];
}

function faultOfName(zoneName: string, { name, type, values }: RecordSet): string | undefined {
  if (type !== 'CNAME') return undefined;
  const subject = `RRSet of type CNAME with DNS name ${name} is not permitted`;
  if (name === zoneName) return `${subject} at apex in zone ${zoneName}`;
  return values.length > 1 ? `${subject} to have more than one value` : undefined;
}

/** RFC 1034 section 3.6.2. */
function faultOfTypes(zoneName: string, { name, type }: RecordSet, others: readonly RecordSet[]): string | undefined {
  const subject = `RRSet of type ${type} with DNS name ${name} is not permitted`;
  if (type === 'CNAME' && others.some((other) => other.type !== 'CNAME')) {
    return `${subject} as it conflicts with other records with the same DNS name in zone ${zoneName}`;
  }
  if (type === 'CNAME' || !others.some((other) => other.type === 'CNAME')) return undefined;
  return `${subject} because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zoneName}`;
}

/** Record sets of one name and type all follow one routing policy; a simple one stands alone. */
function faultOfRouting(set: RecordSet, others: readonly RecordSet[]): string | undefined {
  const { name, type, setIdentifier, routing, alias } = set;
  const subject = `RRSet with DNS name ${name}, type ${type}`;
  if (routing?.field === 'MultiValueAnswer' && (type === 'CNAME' || type === 'NS' || alias)) {
    return `${subject} cannot be a multivalue answer`;
  }
  const mixed = others.some((other) => other.type === type && (!routing || other.routing?.field !== routing.field));
  if (!mixed) return undefined;
  if (routing?.field !== 'MultiValueAnswer') {
    return `${subject} cannot be created as other RRSets exist with the same name and type.`;
  }
  return `${subject}, SetIdentifier ${setIdentifier ?? 'null'} cannot be created because a non multivalue answer rrset exists with the same name and type.`;
}
