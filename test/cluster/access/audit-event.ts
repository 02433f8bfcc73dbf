/** One API call, as the API server's audit log reports it. */
export interface AuditEvent {
  readonly id: string;
  readonly user: string;
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Plural; empty for calls that name no resource, such as /version. */
  readonly resource: string;
  /** Empty for none. */
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: number;
  /** When the call arrived, as written by the server: RFC 3339 with microseconds. */
  readonly receivedAt: string;
  readonly uri: string;
}

type Criterion = string | readonly string[];

/** Every criterion given must hold; a list means any of it. */
export interface AuditFilter {
  readonly user?: Criterion;
  readonly verb?: Criterion;
  readonly group?: Criterion;
  readonly resource?: Criterion;
  readonly subresource?: Criterion;
  readonly namespace?: Criterion;
  readonly name?: Criterion;
}

interface RawEvent {
  readonly auditID: string;
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username?: string };
  readonly objectRef?: Readonly<
    Record<'apiGroup' | 'resource' | 'subresource' | 'namespace' | 'name', string | undefined>
  >;
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
}

/**
 * Reads one line of the log. Undefined for a line that would count a call twice: a watch counts when it starts (or is
 * refused), any other call when it is answered. Shape: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
export function parseAuditLine(line: string): AuditEvent | undefined {
  if (line === '') return undefined;
  const raw = JSON.parse(line) as RawEvent;
  if (!isCounted(raw)) return undefined;
  const { apiGroup = '', resource = '', subresource = '', namespace = '', name = '' } = raw.objectRef ?? {};
  return {
    ...{ id: raw.auditID, user: raw.user.username ?? '', verb: raw.verb, uri: raw.requestURI },
    ...{ group: apiGroup, resource, subresource, namespace, name },
    ...{ status: raw.responseStatus?.code ?? 0, receivedAt: raw.requestReceivedTimestamp },
  };
}

function isCounted(raw: RawEvent): boolean {
  if (raw.verb !== 'watch') return raw.stage !== 'ResponseStarted';
  return raw.stage === 'ResponseStarted' || (raw.responseStatus?.code ?? 0) >= 300;
}

export function matchesFilter(event: AuditEvent, filter: AuditFilter): boolean {
  const keys = ['user', 'verb', 'group', 'resource', 'subresource', 'namespace', 'name'] as const;
  return keys.every((key) => meets(event[key], filter[key]));
}

function meets(value: string, criterion: Criterion | undefined): boolean {
  if (criterion === undefined) return true;
  return typeof criterion === 'string' ? value === criterion : criterion.includes(value);
}
