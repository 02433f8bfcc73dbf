import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode } from 'dns-packet';

/** Hands queries on to another name server (UDP), and says for some names that there are no TXT records, as one that lags behind. */
export class ReluctantNameServer {
  /** Names for which it says so, in lower case. */
  readonly withheld = new Set<string>();
  /** Names of which it withheld a record. */
  readonly refused: string[] = [];
  readonly #socket: Socket;
  readonly #upstreamPort: number;

  private constructor(socket: Socket, upstreamPort: number) {
    this.#socket = socket;
    this.#upstreamPort = upstreamPort;
    socket.on('message', (message, { port, address }) => this.#answer(message, port, address));
  }

  static async start(upstreamPort: number): Promise<ReluctantNameServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new ReluctantNameServer(socket, upstreamPort);
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #answer(message: Buffer, port: number, host: string): void {
    const { id = 0, questions = [] } = decode(message);
    const name = questions[0]?.name.toLowerCase() ?? '';
    if (questions[0]?.type !== 'TXT' || !this.withheld.has(name)) {
      this.#handOn(message, port, host);
      return;
    }
    this.refused.push(name);
    // AA: it is the name server's own answer.
    this.#socket.send(encode({ type: 'response', id, flags: 0x400, questions }), port, host);
  }

  #handOn(message: Buffer, port: number, host: string): void {
    const upstream = createSocket('udp4', (answer) => {
      this.#socket.send(answer, port, host);
      upstream.close();
    });
    upstream.send(message, this.#upstreamPort, '127.0.0.1');
  }
}
