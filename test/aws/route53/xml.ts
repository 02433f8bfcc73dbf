import { XMLParser } from 'fast-xml-parser';
import { ServiceError } from '../errors.ts';
import type { Answer } from '../service.ts';

/** AWS restXml. https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html */
const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';

/** Elements that hold a list, and the name of its items. */
const LISTS: Readonly<Record<string, string>> = {
  Changes: 'Change',
  ResourceRecords: 'ResourceRecord',
  HostedZones: 'HostedZone',
  ResourceRecordSets: 'ResourceRecordSet',
  NameServers: 'NameServer',
};

export type XmlTree = string | number | boolean | undefined | readonly XmlTree[] | { readonly [name: string]: XmlTree };

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => name === 'Change' || name === 'ResourceRecord',
});

/** The content of the element `root`, lists as arrays and every value a text. Throws ServiceError. */
export function parseXml(body: Buffer, root: string): Readonly<Record<string, unknown>> {
  const text = body.toString('utf8');
  // The parser forgives an element without an end, and what a DOCTYPE declares; Route 53 does not.
  const isWhole = text.trimEnd().endsWith(`</${root}>`) && !/<!DOCTYPE/i.test(text);
  const content = isWhole ? tidy((parser.parse(text) as Readonly<Record<string, unknown>>)[root]) : undefined;
  if (isRecord(content)) return content;
  throw new ServiceError('InvalidInput', `Invalid XML ; expected an element ${root}`);
}

/** Lists without the element around their items, elements without the white space between their children. */
function tidy(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(tidy);
  if (!isRecord(node)) return node;
  const children = Object.entries(node).filter(([name]) => name !== '#text');
  return Object.fromEntries(children.map(([name, child]) => [name, tidy(unwrap(name, child))]));
}

function unwrap(name: string, child: unknown): unknown {
  const item = LISTS[name];
  if (item === undefined) return child;
  return isRecord(child) ? (child[item] ?? []) : [];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function encodeXmlResult(operation: string, result: XmlTree, requestId: string): Answer {
  return answer(200, requestId, `<${operation}Response xmlns="${NAMESPACE}">${toXml(result)}</${operation}Response>`);
}

export function encodeXmlError({ code, message, status }: ServiceError, requestId: string): Answer {
  const tree = {
    Error: { Type: status >= 500 ? 'Receiver' : 'Sender', Code: code, Message: message },
    RequestId: requestId,
  };
  return answer(status, requestId, `<ErrorResponse xmlns="${NAMESPACE}">${toXml(tree)}</ErrorResponse>`);
}

function answer(status: number, requestId: string, content: string): Answer {
  const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
  return { status, headers, body: `<?xml version="1.0"?>\n${content}` };
}

function toXml(tree: XmlTree): string {
  if (typeof tree !== 'object') return escapeXml(String(tree));
  return Object.entries(tree as Readonly<Record<string, XmlTree>>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${contentOf(name, value)}</${name}>`)
    .join('');
}

function contentOf(name: string, value: XmlTree): string {
  if (!isList(value)) return toXml(value);
  const item = LISTS[name] ?? 'member';
  return value.map((child) => `<${item}>${toXml(child)}</${item}>`).join('');
}

const isList = (tree: XmlTree): tree is readonly XmlTree[] => Array.isArray(tree);

/** As XML 1.0 writes text; carriage returns too, which a parser would make line feeds of. */
function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', '\r': '#xD' };
  return text.replace(/[&<>"\r]/g, (character) => `&${entities[character] ?? ''};`);
}
