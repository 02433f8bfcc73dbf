import type { FaultOrder, LatencyOrder } from './model.ts';

/** The call that a fault may hit. */
export interface FaultTarget {
  readonly service: string;
  readonly operation: string;
  readonly certificateAuthorityArn: string | undefined;
  readonly roleArn: string | undefined;
  readonly acmeEndpointArn: string | undefined;
  readonly hostedZoneId: string | undefined;
}

interface Standing {
  readonly order: FaultOrder;
  skip: number;
  left: number;
}

/** Faults and latencies on order. The oldest order that fits a call is the one that hits it. */
export class Faults {
  #standing: Standing[] = [];
  readonly #latencies = new Map<string, number>();

  order(order: FaultOrder): void {
    this.#standing.push({ order, skip: order.skip ?? 0, left: order.count ?? 1 });
  }

  setLatency({ operation, latencyMs }: LatencyOrder): void {
    if (latencyMs > 0) this.#latencies.set(operation, latencyMs);
    else this.#latencies.delete(operation);
  }

  latencyOf(operation: string): number {
    return this.#latencies.get(operation) ?? this.#latencies.get('*') ?? 0;
  }

  /** Takes the fault that is due for this call, if one is. */
  take(target: FaultTarget): FaultOrder | undefined {
    const standing = this.#standing.find(({ order, left }) => left > 0 && fits(order, target));
    if (!standing) return undefined;
    if (standing.skip > 0) {
      standing.skip -= 1;
      return undefined;
    }
    standing.left -= 1;
    this.#standing = this.#standing.filter(({ left }) => left > 0);
    return standing.order;
  }

  clear(certificateAuthorityArn?: string): void {
    if (certificateAuthorityArn !== undefined) {
      this.#standing = this.#standing.filter(({ order }) => order.certificateAuthorityArn !== certificateAuthorityArn);
      return;
    }
    this.#standing = [];
    this.#latencies.clear();
  }
}

function fits(order: FaultOrder, target: FaultTarget): boolean {
  const isOperation = order.operation === '*' || order.operation === target.operation;
  const filters = ['service', 'certificateAuthorityArn', 'roleArn', 'acmeEndpointArn', 'hostedZoneId'] as const;
  return isOperation && filters.every((name) => (order[name] ?? target[name]) === target[name]);
}

/** How a call record names a fault. */
export function describeFault({ kind = 'error', code, after = false }: FaultOrder): string {
  const name = kind === 'error' ? (code ?? 'InternalFailure') : kind;
  return after ? `${name} after the effect` : name;
}
