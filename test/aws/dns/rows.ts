import type { Answer, CaaData, MxData, SoaData } from 'dns-packet';
import { parseCharacterStrings } from '../route53/character-strings.ts';
import { splitLabels } from '../route53/names.ts';
import type { Row } from './resolve.ts';

/** The record as the DNS library writes it; undefined for types that this server does not serve. */
export function toAnswer({ name: owner, type, ttl, value }: Row): Answer | undefined {
  const common = { name: plainName(owner), ttl, class: 'IN' as const };
  switch (type) {
    case 'A':
    case 'AAAA':
      return { ...common, type, data: value };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { ...common, type, data: plainName(value) };
    case 'TXT':
      return { ...common, type, data: parseCharacterStrings(value) ?? [] };
    case 'MX':
      return { ...common, type, data: mxData(value) };
    case 'CAA':
      return { ...common, type, data: caaData(value) };
    case 'SOA':
      return { ...common, type, data: soaData(value) };
    default:
      return undefined;
  }
}

/** Escapes resolved: the library takes names as they are spelt. Letters keep their case where there is nothing to resolve. */
function plainName(name: string): string {
  const plain = name.includes('\\')
    ? splitLabels(name)
        .map((label) => label.toString('utf8'))
        .join('.')
    : name;
  return plain.replace(/\.$/, '');
}

function mxData(value: string): MxData {
  const [preference, exchange = ''] = value.split(/\s+/);
  return { preference: Number(preference), exchange: plainName(exchange) };
}

function caaData(value: string): CaaData {
  const [, flags, tag = '', text = ''] = /^(\d+)\s+(\w+)\s+"([^"]*)"$/.exec(value) ?? [];
  return { flags: Number(flags), tag: tag as CaaData['tag'], value: text };
}

function soaData(value: string): SoaData {
  const [mname = '', rname = '', ...numbers] = value.split(/\s+/);
  const [serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0] = numbers.map(Number);
  return { mname: plainName(mname), rname: plainName(rname), serial, refresh, retry, expire, minimum };
}
