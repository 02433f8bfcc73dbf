/** The code of an error of Node's or the system's (`ENOENT`, `ECONNRESET`, …); undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  return isObject(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function errorMessage(error: unknown): string {
  return isObject(error) && 'message' in error ? String(error.message) : String(error);
}

/** Not instanceof Error: errors made by Node itself can belong to another realm than this module. */
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
