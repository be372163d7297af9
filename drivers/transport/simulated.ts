/**
 * `sim:NAME`: simulators in this process. `SimulatedLines` is the cabinet's wiring: which simulator sits at which name and whether
 * its cable is plugged. The bench and tests own one; there is no global.
 */
import { LineEvents } from './line-events.ts';
import type { SimulatedUnit } from './simulated-unit.ts';
import { TransportError, type Transport } from './transport.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';

interface Socket {
  readonly unit: SimulatedUnit;
  plugged: boolean;
  /** Told when the cable is pulled; present while a transport holds the line. */
  holder: ((error: TransportError) => void) | undefined;
}

export class SimulatedLines {
  readonly #sockets = new Map<string, Socket>();

  /** Wires `unit` to `sim:NAME`, plugged in. @throws {RangeError} when the name is taken. */
  add(name: string, unit: SimulatedUnit): void {
    if (this.#sockets.has(name)) throw new RangeError(`a simulator is wired to sim:${name} already`);
    this.#sockets.set(name, { unit, plugged: true, holder: undefined });
  }

  /** Pulls the cable: the line is lost and can't be opened until `plug`. */
  unplug(name: string): void {
    const socket = this.#socket(name);
    socket.plugged = false;
    socket.holder?.(new TransportError('lost', `sim:${name}`, `sim:${name}: the cable was pulled`));
  }

  plug(name: string): void {
    this.#socket(name).plugged = true;
  }

  /** A transport to `sim:NAME`. Opening fails with `notFound` while nothing is wired or plugged there. */
  transport(name: string): Transport {
    return new InProcessTransport(name, () => this.#sockets.get(name));
  }

  #socket(name: string): Socket {
    const socket = this.#sockets.get(name);
    if (socket === undefined) throw new RangeError(`no simulator is wired to sim:${name}; there are: ${[...this.#sockets.keys()].join(', ')}`);
    return socket;
  }
}

class InProcessTransport implements Transport {
  readonly address: string;
  readonly #find: () => Socket | undefined;
  readonly #events = new LineEvents();
  #socket: Socket | undefined;
  #unsubscribe: Unsubscribe = () => {};

  constructor(name: string, find: () => Socket | undefined) {
    this.address = `sim:${name}`;
    this.#find = find;
  }

  get isOpen(): boolean {
    return this.#events.isOpen;
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (this.isOpen) return;
    if (signal?.aborted) throw new TransportError('aborted', this.address, `opening ${this.address} was aborted before it began`, signal.reason);
    const socket = this.#find();
    if (socket === undefined || !socket.plugged) throw new TransportError('notFound', this.address, `${this.address}: nothing is plugged in there`);
    if (socket.holder !== undefined) throw new TransportError('busy', this.address, `${this.address} is held by another transport`);
    socket.holder = (error) => this.#end(error);
    this.#socket = socket;
    this.#unsubscribe = socket.unit.onSend((bytes) => this.#events.data.emit(Uint8Array.from(bytes)));
    this.#events.opened();
  }

  async write(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.#socket === undefined) throw new TransportError('closed', this.address, `${this.address} is not open`);
    if (signal?.aborted) throw new TransportError('aborted', this.address, `writing to ${this.address} was aborted before it began`, signal.reason);
    this.#socket.unit.receive(Uint8Array.from(bytes));
  }

  onData(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#events.data.add(listener);
  }

  onClose(listener: (error: TransportError | undefined) => void): Unsubscribe {
    return this.#events.closed.add(listener);
  }

  async close(): Promise<void> {
    this.#end(undefined);
  }

  #end(error: TransportError | undefined): void {
    this.#unsubscribe();
    if (this.#socket !== undefined) this.#socket.holder = undefined;
    this.#socket = undefined;
    this.#events.ended(error);
  }
}
