import type { KubeClient, KubeList, ListOptions } from './client.ts';
import { isExpired } from './errors.ts';
import type { KubeObject, Resource } from './objects.ts';

export interface ListAllOptions<T extends KubeObject> extends Pick<
  ListOptions,
  'namespace' | 'labelSelector' | 'fieldSelector'
> {
  readonly pageSize: number;
  readonly signal: AbortSignal;
  /** Applied page by page, so that only what is kept stays in memory. Undefined leaves the object out. */
  readonly admit: (object: T) => T | undefined;
}

export interface Listing<T> {
  readonly items: T[];
  readonly resourceVersion: string;
}

/**
 * Lists everything, in pages. resourceVersion stays unset: the answer is at least as new as everything written before
 * the call, so a controller never acts on a past that a stale cache remembers, and pages are allowed.
 */
export async function listAll<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  options: ListAllOptions<T>,
): Promise<Listing<T>> {
  const { pageSize, admit, ...scope } = options;
  const first = await client.list(resource, { ...scope, limit: pageSize });
  const items = admitAll(first, admit);
  try {
    for (let page = first; page.continue !== undefined;) {
      page = await client.list(resource, { ...scope, limit: pageSize, continue: page.continue });
      items.push(...admitAll(page, admit));
    }
    return { items, resourceVersion: first.resourceVersion };
  } catch (error) {
    if (!isExpired(error)) throw error;
    // The pages' common version was compacted away meanwhile. One unpaged list cannot meet that.
    const whole = await client.list(resource, scope);
    return { items: admitAll(whole, admit), resourceVersion: whole.resourceVersion };
  }
}

function admitAll<T>(page: KubeList<T>, admit: (object: T) => T | undefined): T[] {
  return page.items.map(admit).filter((object) => object !== undefined);
}
