import { apiVersionOf, type ObjectName, type Resource } from './objects.ts';

export type QueryValue = string | number | boolean | undefined;

/** The path of a kind's objects: in one namespace, or in all where `namespace` is undefined. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const root = `${resource.group === '' ? '/api' : '/apis'}/${apiVersionOf(resource)}`;
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${resource.plural}`;
}

/** The path of one object or of its subresource. */
export function objectPath(resource: Resource, { namespace, name }: ObjectName, subresource?: string): string {
  // An empty name would address the whole collection: DELETE on that removes everything.
  if (name === '') throw new TypeError(`a ${resource.kind} without a name was asked for`);
  if (resource.namespaced && !namespace)
    throw new TypeError(`${resource.kind} ${name} was asked for without its namespace`);
  // A URL is read without them: the path would be that of something else.
  if ([namespace, name].some((part) => part === '.' || part === '..'))
    throw new TypeError(`a ${resource.kind} can have no such name: ${JSON.stringify({ namespace, name })}`);
  const path = `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** The path with the parameters that are set. */
export function withQuery(path: string, parameters: Readonly<Record<string, QueryValue>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
