import { type AccountKey, createAccountKey, loadAccountKey } from '../../src/acme/account-key.ts';
import { type AcmeClient, type AcmeClientOptions, createAcmeClient } from '../../src/acme/acme-client.ts';
import { createAcmeHttp } from '../../src/acme/http.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { AcmeServer } from './acme-server.ts';

/** A client and its server on loopback, under a clock that stands still. */
export interface ClientBench {
  readonly server: AcmeServer;
  readonly client: AcmeClient;
  readonly clock: FakeClock;
  readonly key: AccountKey;
  readonly keyPem: string;
  readonly close: () => Promise<void>;
}

/** The client has its account, and the server has been asked for nothing since; unless `account` is false. */
export async function openClientBench(
  options: Partial<AcmeClientOptions> & { readonly account?: false } = {},
): Promise<ClientBench> {
  const server = await new AcmeServer().start();
  const http = createAcmeHttp({ userAgent: 'bench/1', network: { proxies: {} } });
  const clock = new FakeClock();
  const keyPem = await createAccountKey();
  const key = loadAccountKey(keyPem);
  const { directoryUrl } = server;
  const client = createAcmeClient({ directoryUrl, http, clock, key, ...options });
  if (options.account !== false) {
    await client.newAccount({ contact: [] });
    server.requests.length = 0;
  }
  const close = async (): Promise<void> => {
    http.close();
    await server.stop();
  };
  return { server, client, clock, key, keyPem, close };
}
