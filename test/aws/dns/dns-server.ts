import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { DnsAddress } from '../model.ts';
import type { Route53State } from '../route53/state.ts';
import { answerMessage, type Ask } from './message.ts';
import { resolve } from './resolve.ts';
import { serveStream } from './stream.ts';
import { createFindZone } from './zones.ts';

const HOST = '127.0.0.1';
/** A port that is free for TCP may be taken for UDP. */
const MOST_TRIES = 10;

interface Running {
  readonly address: DnsAddress;
  readonly udp: UdpSocket;
  readonly tcp: Server;
}

/** The authoritative DNS server of the public zones, UDP and TCP on one loopback port; at most one a stand-in. */
export class DnsServer {
  readonly #ask: Ask;
  readonly #connections = new Set<Socket>();
  #starting: Promise<Running> | undefined;
  #turn = 0;

  constructor(state: Route53State) {
    const findZone = createFindZone(state);
    this.#ask = (question) => resolve(findZone, { ...question, turn: this.#turn++ });
  }

  /** Starts it, or tells where it runs. Rejects when the port is taken, or another than the one it runs on. */
  async start(port = 0): Promise<DnsAddress> {
    this.#starting ??= this.#listen(port);
    try {
      const { address } = await this.#starting;
      if (port !== 0 && port !== address.port) throw new Error(`the DNS server runs on ${address.address} already`);
      return address;
    } catch (error) {
      if (!(await this.#isRunning())) this.#starting = undefined;
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (!(await this.#isRunning())) return;
    const running = await this.#starting;
    this.#starting = undefined;
    for (const connection of this.#connections) connection.destroy();
    if (!running) return;
    const closed = [once(running.udp, 'close'), once(running.tcp, 'close')];
    running.udp.close();
    running.tcp.close();
    await Promise.all(closed);
  }

  async #isRunning(): Promise<boolean> {
    const [outcome] = await Promise.allSettled([this.#starting]);
    return outcome.status === 'fulfilled' && outcome.value !== undefined;
  }

  async #listen(port: number): Promise<Running> {
    for (let tries = 1; ; tries++) {
      const tcp = await this.#listenTcp(port);
      try {
        const { port: taken } = tcp.address() as AddressInfo;
        const udp = await this.#bindUdp(taken);
        return { tcp, udp, address: { host: HOST, port: taken, address: `${HOST}:${taken}` } };
      } catch (error) {
        tcp.close();
        if (port !== 0 || tries === MOST_TRIES) throw error;
      }
    }
  }

  async #listenTcp(port: number): Promise<Server> {
    const server = createServer((connection) => {
      this.#connections.add(connection);
      connection.once('close', () => this.#connections.delete(connection));
      serveStream(connection, (message) => answerMessage(message, 'tcp', this.#ask));
    });
    server.listen(port, HOST);
    await once(server, 'listening');
    return server;
  }

  async #bindUdp(port: number): Promise<UdpSocket> {
    const socket = createSocket('udp4');
    socket.on('message', (message, { address, port: from }) => {
      const answer = answerMessage(message, 'udp', this.#ask);
      // An answer that cannot be sent is lost, as UDP may lose any; port 0 is nobody's, but a packet may claim it.
      if (answer && from !== 0) socket.send(answer, from, address, () => undefined);
    });
    socket.bind(port, HOST);
    await once(socket, 'listening');
    // One packet that could not be received must not end the rest.
    socket.on('error', () => undefined);
    return socket;
  }
}
