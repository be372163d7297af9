/**
 * A line over a stream socket: `tcp:` (network printers, serial servers) and `sim:/path.sock` (a simulator in another process).
 */
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { LineEvents, transportError } from './line-events.ts';
import { withinLimit } from './time-limit.ts';
import { TransportError, type Transport } from './transport.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';

const OPEN_LIMIT_MS = 5_000;
const WRITE_LIMIT_MS = 5_000;
/** First probe of a silent connection: a pulled network cable is noticed without traffic. */
const KEEP_ALIVE_MS = 5_000;

export class SocketTransport implements Transport {
  readonly address: string;
  readonly #target: NetConnectOpts;
  readonly #events = new LineEvents();
  #socket: Socket | undefined;

  constructor(address: string, target: { readonly host: string; readonly port: number } | { readonly path: string }) {
    this.address = address;
    this.#target = target;
  }

  get isOpen(): boolean {
    return this.#events.isOpen;
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (this.isOpen) return;
    if (this.#socket !== undefined) throw new TransportError('busy', this.address, `${this.address} is being opened already`);
    await withinLimit<void>(
      { ms: OPEN_LIMIT_MS, address: this.address, doing: 'opening', signal },
      (resolve, reject) => this.#connect(resolve, reject),
      () => this.#drop(),
    );
  }

  async write(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const socket = this.#socket;
    if (!this.isOpen || socket === undefined) throw new TransportError('closed', this.address, `${this.address} is not open`);
    await withinLimit<void>(
      { ms: WRITE_LIMIT_MS, address: this.address, doing: 'writing to', signal },
      (resolve, reject) => {
        socket.write(Uint8Array.from(bytes), (error) => {
          if (!error) return resolve();
          const failed = transportError(this.address, 'writing to', error, 'lost');
          if (this.#socket === socket) this.#lose(failed);
          reject(failed);
        });
      },
      (error) => {
        if (error.code === 'timeout') this.#lose(error);
      },
    );
  }

  onData(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#events.data.add(listener);
  }

  onClose(listener: (error: TransportError | undefined) => void): Unsubscribe {
    return this.#events.closed.add(listener);
  }

  async close(): Promise<void> {
    this.#drop();
    this.#events.ended(undefined);
  }

  #connect(resolve: () => void, reject: (error: TransportError) => void): void {
    const socket = connect(this.#target);
    this.#socket = socket;
    let cause: Error | undefined;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('data', (bytes) => {
      if (this.#socket === socket) this.#events.data.emit(Uint8Array.from(bytes));
    });
    socket.on('error', (error) => {
      cause = error;
    });
    socket.on('connect', () => {
      if (this.#socket !== socket) return;
      this.#events.opened();
      resolve();
    });
    socket.on('close', () => {
      if (this.#socket !== socket) {
        reject(new TransportError('closed', this.address, `${this.address} was closed while it was being opened`));
        return;
      }
      if (!this.isOpen) {
        this.#socket = undefined;
        reject(transportError(this.address, 'opening', cause ?? new Error('the other side closed at once'), 'refused'));
        return;
      }
      this.#lose(new TransportError('lost', this.address, `${this.address}: ${cause?.message ?? 'the other side closed the connection'}`, cause));
    });
  }

  #lose(error: TransportError): void {
    this.#drop();
    this.#events.ended(error.code === 'lost' ? error : new TransportError('lost', this.address, error.message, error));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }
}
