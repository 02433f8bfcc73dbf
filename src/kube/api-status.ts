import { ApiError } from './errors.ts';

/** The parts of a metav1.Status that we read. All optional: proxies in between answer with other things. */
interface Status {
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number; readonly causes?: ApiError['causes'] };
}

/** The reasons the API server itself gives; needed where an answer carries no Status object. */
const REASON_BY_CODE: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The error for an HTTP answer that is not 2xx. `retryAfter` is the header; `nowMs` dates its date form (RFC 9110 10.2.3). */
export function apiErrorFromAnswer(
  code: number,
  body: string,
  retryAfter: string | undefined,
  nowMs: number,
): ApiError {
  const status = parseStatus(body);
  const fallback = `the API server answered ${code}${status === undefined ? briefly(body) : ''}`;
  return createApiError({ message: fallback, ...status, code }, parseRetryAfter(retryAfter, nowMs));
}

/** The error for the Status object of a watch's ERROR event. */
export function apiErrorFromStatus(status: unknown): ApiError {
  return createApiError(isStatus(status) ? status : { message: 'the watch ended with an unknown error' }, undefined);
}

function createApiError(status: Status, headerRetryAfterMs: number | undefined): ApiError {
  const code = status.code ?? 500;
  const seconds = status.details?.retryAfterSeconds;
  return new ApiError({
    code,
    reason: status.reason || (REASON_BY_CODE[code] ?? 'Unknown'),
    message: status.message || `the API server answered ${code}`,
    retryAfterMs: headerRetryAfterMs ?? (seconds ? seconds * 1000 : undefined),
    causes: status.details?.causes ?? [],
  });
}

/** Retry-After in milliseconds; undefined when absent or senseless. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function parseStatus(body: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isStatus(value) ? value : undefined;
  } catch {
    // Not JSON: a text/plain answer of the API server's outer layers or of a proxy. The HTTP code says enough.
    return undefined;
  }
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}

function briefly(body: string): string {
  const line = body.trim().split('\n', 1)[0] ?? '';
  return line === '' || line.startsWith('<') ? '' : `: ${line.slice(0, 200)}`;
}
