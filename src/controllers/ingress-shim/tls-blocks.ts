import type { IngressTls } from '../../api/ingress.ts';
import { goQuote } from '../../flags/go-quote.ts';
import type { Blocks, SecretBlock } from './blocks.ts';
import { aggregate, invalid, required } from './field-faults.ts';

/** Why the whole Ingress is refused: one Secret cannot be for two entries. Undefined when it is not. */
export function duplicateSecrets(tls: readonly IngressTls[]): string | undefined {
  const places = Map.groupBy(tls.keys(), (index) => tls[index]?.secretName ?? '');
  const faults = [...places].flatMap(([secretName, [first = 0, second]]) => {
    if (second === undefined) return [];
    const also = `this secret name must only appear in a single TLS entry but is also used in ${path(second)}.secretName`;
    return [invalid(`${path(first)}.secretName`, goQuote(secretName), also)];
  });
  return faults.length === 0 ? undefined : aggregate(faults);
}

/** The entries of `spec.tls` of an Ingress. */
export function readTlsBlocks(tls: readonly IngressTls[]): Blocks {
  const blocks: SecretBlock[] = [];
  const skipped: string[] = [];
  for (const [index, { hosts = [], secretName = '' }] of tls.entries()) {
    const faults = [
      ...(hosts.length === 0 ? [required(`${path(index)}.hosts`)] : []),
      ...(secretName === '' ? [required(`${path(index)}.secretName`)] : []),
    ];
    if (faults.length === 0) blocks.push({ secretName, hosts });
    else skipped.push(`Skipped a TLS block: ${aggregate(faults)}`);
  }
  return { blocks, skipped };
}

const path = (index: number): string => `spec.tls[${index}]`;
