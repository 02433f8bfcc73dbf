import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Shape } from './shape.ts';

/** The part of OpenAPI v3 that a CRD's structural schema uses here. */
export interface Schema {
  readonly type: 'array' | 'boolean' | 'integer' | 'number' | 'object' | 'string';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly enum?: readonly string[];
  readonly [keyword: string]: unknown;
}

export interface CustomResourceDefinition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Schema };
      readonly [field: string]: unknown;
    }[];
  };
}

export function readDefinition(file: string): CustomResourceDefinition {
  return parse(readFileSync(file, 'utf8')) as CustomResourceDefinition;
}

/** The schema of the only version. */
export function schemaOf(definition: CustomResourceDefinition): Schema {
  const [version, ...others] = definition.spec.versions;
  if (version === undefined || others.length > 0) throw new Error(`${definition.metadata.name}: one version expected`);
  return version.schema.openAPIV3Schema;
}

/** The schema under a path of property names. */
export function schemaAt(schema: Schema, ...path: string[]): Schema {
  return path.reduce((at, name) => {
    const next = at.properties?.[name];
    if (next === undefined) throw new Error(`the schema has no ${path.join('.')}`);
    return next;
  }, schema);
}

/** Every schema below and including this one, by its path as `kubectl explain` takes it. */
export function walk(schema: Schema, path = ''): [path: string, schema: Schema][] {
  const properties = Object.entries(schema.properties ?? {});
  const below = properties.flatMap(([name, property]) => walk(property, path === '' ? name : `${path}.${name}`));
  const items = schema.items === undefined ? [] : walk(schema.items, `${path}[]`);
  return [[path, schema], ...below, ...items];
}

/** The schema without its words for people: what the API server enforces. */
export function withoutDescriptions(schema: Schema): Schema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (isText(key, value) ? undefined : value)),
  ) as Schema;
}

const isText = (key: string, value: unknown): boolean => key === 'description' && typeof value === 'string';

export function shapeOfSchema(schema: Schema): Shape {
  switch (schema.type) {
    case 'boolean':
      return { type: 'boolean' };
    case 'integer':
    case 'number':
      return { type: 'number' };
    case 'string':
      return schema.enum === undefined ? { type: 'string' } : { type: 'string', oneOf: [...schema.enum].sort() };
    case 'array':
      if (schema.items === undefined) throw new Error('an array without items');
      return { type: 'array', items: shapeOfSchema(schema.items) };
    case 'object':
      if (schema.additionalProperties) return { type: 'map', values: shapeOfSchema(schema.additionalProperties) };
      return { type: 'object', properties: propertiesOf(schema) };
  }
}

function propertiesOf({ properties = {}, required = [] }: Schema): Extract<Shape, { type: 'object' }>['properties'] {
  const entries = Object.entries(properties).map(([name, property]) => [
    name,
    { optional: !required.includes(name), shape: shapeOfSchema(property) },
  ]);
  return Object.fromEntries(entries) as Extract<Shape, { type: 'object' }>['properties'];
}
