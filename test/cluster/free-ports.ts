import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range from which Linux and macOS take the ports of outgoing connections, so that nobody is given a port of
// ours while its server is restarted; and below Kubernetes' node ports.
const LOWEST = 20_000;
const HIGHEST = 30_000;

/** Distinct ports of the loopback address on which nobody listens at this moment. */
export async function findFreePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

/** Whatever the reason why it cannot be listened on: such a port cannot be had. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
