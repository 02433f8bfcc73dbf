import ts from 'typescript';
import type { Property, Shape } from './shape.ts';

/** The shape of an interface that a source file exports, as the TypeScript compiler sees it. */
export function shapeOfInterface(file: string, name: string): Shape {
  const program = ts.createProgram([file], {
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    types: [],
  });
  const checker = program.getTypeChecker();
  return shapeOfType(checker, declaredType(checker, program.getSourceFile(file), name), name);
}

function declaredType(checker: ts.TypeChecker, source: ts.SourceFile | undefined, name: string): ts.Type {
  const module = source && checker.getSymbolAtLocation(source);
  const symbol = module && checker.getExportsOfModule(module).find((exported) => exported.name === name);
  if (symbol === undefined) throw new Error(`${name} is not exported`);
  return checker.getDeclaredTypeOfSymbol(symbol);
}

function shapeOfType(checker: ts.TypeChecker, type: ts.Type, path: string): Shape {
  if (type.flags & ts.TypeFlags.String) return { type: 'string' };
  if (type.flags & ts.TypeFlags.Number) return { type: 'number' };
  if (type.flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
  const parts = type.isUnion() ? type.types : [];
  if (parts.length > 0) return shapeOfUnion(parts, path);
  if (checker.isArrayType(type)) return shapeOfArray(checker, type as ts.TypeReference, path);
  const values = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  if (values) return { type: 'map', values: shapeOfType(checker, values, `${path}{}`) };
  return { type: 'object', properties: propertiesOfType(checker, type, path) };
}

/** Of all unions only those of string literals can stand for something in the schema. */
function shapeOfUnion(parts: readonly ts.Type[], path: string): Shape {
  const literals = parts.map((part) => {
    if (!part.isStringLiteral()) throw new Error(`${path} is a union of something else than words`);
    return part.value;
  });
  return { type: 'string', oneOf: literals.sort() };
}

function shapeOfArray(checker: ts.TypeChecker, type: ts.TypeReference, path: string): Shape {
  const [items] = checker.getTypeArguments(type);
  if (items === undefined) throw new Error(`${path} is an array of nothing`);
  return { type: 'array', items: shapeOfType(checker, items, `${path}[]`) };
}

function propertiesOfType(checker: ts.TypeChecker, type: ts.Type, path: string): Record<string, Property> {
  const entries = checker.getPropertiesOfType(type).map((symbol): [string, Property] => {
    const here = `${path}.${symbol.name}`;
    if (!isReadonly(symbol)) throw new Error(`${here} is not readonly`);
    const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    const declared = checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
    return [symbol.name, { optional, shape: shapeOfType(checker, declared, here) }];
  });
  return Object.fromEntries(entries);
}

function isReadonly(symbol: ts.Symbol): boolean {
  const declarations = symbol.declarations ?? [];
  return declarations.every((declaration) =>
    Boolean(ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly),
  );
}
