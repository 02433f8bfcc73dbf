import { AcmeTransportError } from './errors.ts';
import type { AcmeHttp } from './http.ts';

type Pool = AcmeHttp & { close(): void };

interface Entry {
  readonly pool: Pool;
  exchanges: number;
}

export interface AcmeHttpPools {
  /** Through the pool of these CAs, whichever that is by then: whoever keeps it for long keeps no connections. */
  get(caPem: string | undefined): AcmeHttp;
  /** Whoever calls afterwards gets `CLOSED`. */
  close(): void;
}

const usual = 32;

/** One pool for each set of CAs that is trusted. Beyond `atMost` those that lay idle for longest are closed. */
export function createHttpPools(create: (caPem: string | undefined) => Pool, atMost = usual): AcmeHttpPools {
  /** The one that was used last stands last. */
  const entries = new Map<string | undefined, Entry>();
  let isClosed = false;

  const take = (caPem: string | undefined): Entry => {
    const entry = entries.get(caPem) ?? { pool: create(caPem), exchanges: 0 };
    entries.delete(caPem);
    entries.set(caPem, entry);
    return entry;
  };
  const trim = (): void => {
    for (const [caPem, { pool, exchanges }] of entries) {
      if (entries.size <= atMost) return;
      if (exchanges > 0) continue;
      entries.delete(caPem);
      pool.close();
    }
  };

  return {
    get: (caPem) => async (request) => {
      if (isClosed) throw new AcmeTransportError('CLOSED', 'the connections are closed', false);
      const entry = take(caPem);
      entry.exchanges += 1;
      trim();
      try {
        return await entry.pool(request);
      } finally {
        entry.exchanges -= 1;
        trim();
      }
    },
    close() {
      isClosed = true;
      for (const { pool } of entries.values()) pool.close();
    },
  };
}
