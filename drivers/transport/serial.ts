/**
 * A line over a serial port (RS-232, USB-serial, pseudo-terminal), by serialport 13. What that library needs of its user was measured:
 * an unplugged port is noticed only while somebody reads, and now and then not even then; `close` may come twice, an unheard `error`
 * ends the process, and a write with nobody reading never ends.
 */
import { SerialPort } from 'serialport';
import type { SerialSettings } from './address.ts';
import { LineEvents, transportError } from './line-events.ts';
import { withinLimit } from './time-limit.ts';
import { TransportError, type Transport } from './transport.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';

const OPEN_LIMIT_MS = 5_000;
const WRITE_LIMIT_MS = 5_000;
/** A driver that doesn't give a port back must not keep the terminal from going on. */
const CLOSE_LIMIT_MS = 2_000;
/**
 * How often an open port is asked whether it still exists. When the hang-up falls between two reads, the library takes the endless
 * 0-byte reads of a dead port for "nothing yet" and spins (seen in about half of the unplugged pseudo-terminals, Linux 6).
 */
const WATCH_MS = 500;

export class SerialTransport implements Transport {
  readonly address: string;
  readonly #path: string;
  readonly #settings: SerialSettings;
  readonly #events = new LineEvents();
  #port: SerialPort | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(address: string, path: string, settings: SerialSettings) {
    this.address = address;
    this.#path = path;
    this.#settings = settings;
  }

  get isOpen(): boolean {
    return this.#events.isOpen;
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (this.isOpen) return;
    if (this.#port !== undefined) throw new TransportError('busy', this.address, `${this.address} is being opened already`);
    const port = new SerialPort({ path: this.#path, ...this.#settings, autoOpen: false });
    this.#port = port;
    this.#listen(port);
    await withinLimit<void>(
      { ms: OPEN_LIMIT_MS, address: this.address, doing: 'opening', signal },
      (resolve, reject) => port.open((error) => this.#onOpened(port, error, resolve, reject)),
      () => {
        // The port is closed by #onOpened, once the system has handed it over.
        if (this.#port === port) this.#port = undefined;
      },
    );
  }

  async write(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const port = this.#port;
    if (!this.isOpen || port === undefined) throw new TransportError('closed', this.address, `${this.address} is not open`);
    await withinLimit<void>(
      { ms: WRITE_LIMIT_MS, address: this.address, doing: 'writing to', signal },
      (resolve, reject) => {
        port.write(Buffer.from(bytes), (error) => {
          if (!error) return resolve();
          this.#lose(port, error);
          reject(transportError(this.address, 'writing to', error, 'lost'));
        });
      },
      (error) => {
        if (error.code === 'timeout') this.#lose(port, error);
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
    const port = this.#port;
    this.#port = undefined;
    clearInterval(this.#watch);
    this.#events.ended(undefined);
    if (port?.isOpen) await this.#giveBack(port);
  }

  async setBaudRate(baudRate: number): Promise<void> {
    const port = this.#port;
    if (!this.isOpen || port === undefined) throw new TransportError('closed', this.address, `${this.address} is not open`);
    await new Promise<void>((resolve, reject) => {
      port.update({ baudRate }, (error) => (error ? reject(transportError(this.address, 'setting the speed of', error, 'lost')) : resolve()));
    });
  }

  #onOpened(port: SerialPort, error: Error | null, resolve: () => void, reject: (error: TransportError) => void): void {
    if (error) {
      if (this.#port === port) this.#port = undefined;
      reject(transportError(this.address, 'opening', error, 'notFound'));
      return;
    }
    if (this.#port !== port) {
      void this.#giveBack(port);
      reject(new TransportError('closed', this.address, `${this.address} was closed while it was being opened`));
      return;
    }
    this.#watch = setInterval(() => this.#look(port), WATCH_MS);
    this.#events.opened();
    resolve();
  }

  /** Reader first, then open: without a pending read an unplugged port looks open for ever. */
  #listen(port: SerialPort): void {
    port.on('data', (bytes: Buffer) => {
      if (this.#port === port) this.#events.data.emit(Uint8Array.from(bytes));
    });
    port.on('error', (error: Error) => this.#lose(port, error));
    port.on('close', (error: Error | null) => this.#lose(port, error));
  }

  #lose(port: SerialPort, cause: Error | null): void {
    if (this.#port !== port || !this.isOpen) return;
    this.#port = undefined;
    clearInterval(this.#watch);
    if (port.isOpen) void this.#giveBack(port);
    this.#events.ended(new TransportError('lost', this.address, `${this.address}: ${cause?.message ?? 'the port went away'}`, cause ?? undefined));
  }

  /** Ports without modem lines (pseudo-terminals) say "inappropriate ioctl", which is a sign of life. */
  #look(port: SerialPort): void {
    if (!port.isOpen) return;
    port.get((error) => {
      if (error && /input\/output error|no such device|bad file descriptor|device not configured/i.test(error.message)) this.#lose(port, error);
    });
  }

  #giveBack(port: SerialPort): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, CLOSE_LIMIT_MS);
      // An error here says that the port is gone already, which is what was wanted.
      port.close(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
