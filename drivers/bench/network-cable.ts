/** The cabinet's network cable: a relay on loopback between the terminal and upstream that can be pulled. Knows no protocol. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class NetworkCable {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #up = true;

  /** @param target upstream's own address */
  constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
    this.#server = createServer((socket) => this.#join(socket));
  }

  get up(): boolean {
    return this.#up;
  }

  /** @returns the port on loopback at which the terminal finds upstream */
  async open(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the relay has no port');
    return address.port;
  }

  /** Pulled: every connection breaks at once, and new ones break as soon as they come. */
  set(up: boolean): void {
    this.#up = up;
    if (!up) for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.set(false);
    this.#server.close();
  }

  #join(near: Socket): void {
    if (!this.#up) {
      near.destroy();
      return;
    }
    const far = connect(this.#target);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
