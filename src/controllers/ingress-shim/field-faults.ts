/** The words in which Kubernetes refuses a field (k8s.io/apimachinery pkg/util/validation/field/errors.go). */
export function required(path: string, detail = ''): string {
  return `${path}: Required value${detail === '' ? '' : `: ${detail}`}`;
}

/** `value` as it is to be shown, in quotes. */
export function invalid(path: string, value: string, detail: string): string {
  return `${path}: Invalid value: ${value}: ${detail}`;
}

export function notSupported(path: string, value: string, supported: readonly string[]): string {
  const list = supported.map((text) => JSON.stringify(text)).join(', ');
  return `${path}: Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
}

/** Several faults in one text: each once, in brackets when there are more than one. */
export function aggregate(faults: readonly string[]): string {
  const distinct = [...new Set(faults)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}
