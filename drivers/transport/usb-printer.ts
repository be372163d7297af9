/**
 * A line to a USB printer through the kernel's own driver: `usblp:/dev/usb/lp0` (Linux). The node is opened for both directions without
 * blocking, so that a printer out of paper never holds a thread; a node that can only be written to keeps writing.
 */
import { access, close, constants, open, read, write } from 'node:fs';
import { LineEvents, transportError } from './line-events.ts';
import { withinLimit } from './time-limit.ts';
import { TransportError, type Transport } from './transport.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';

const OPEN_LIMIT_MS = 5_000;
const WRITE_LIMIT_MS = 5_000;
/** Between two reads of a quiet printer: the node can't be waited for without a thread. Answers are never that urgent. */
const READ_EVERY_MS = 25;
/** Between two attempts to write to a printer that takes nothing now. */
const WRITE_EVERY_MS = 10;
/** Between two looks whether the node is still there: a hung-up one may say nothing for ever instead of an error. */
const WATCH_EVERY_MS = 500;
const READ_BYTES = 512;

/** The calls of the operating system that a node needs; a test may put its own in their places. */
export interface NodeCalls {
  open(path: string): Promise<number>;
  read(node: number, into: Uint8Array): Promise<number>;
  write(node: number, bytes: Uint8Array): Promise<number>;
  close(node: number): Promise<void>;
  exists(path: string): Promise<boolean>;
}

const systemCalls: NodeCalls = {
  open: (path) => promised((done) => open(path, constants.O_RDWR | constants.O_NONBLOCK | (constants.O_NOCTTY ?? 0), done)),
  read: (node, into) => promised((done) => read(node, into, 0, into.length, null, done)),
  write: (node, bytes) => promised((done) => write(node, bytes, 0, bytes.length, null, done)),
  close: (node) => promised((done) => close(node, (error) => done(error, undefined))),
  exists: (path) => new Promise((resolve) => access(path, (error) => resolve(error === null))),
};

export class UsbPrinterTransport implements Transport {
  readonly address: string;
  readonly #path: string;
  readonly #calls: NodeCalls;
  readonly #events = new LineEvents();
  #node: number | undefined;
  /** The opening under way; another one, or none, means that it was given up. */
  #attempt: object | undefined;
  #writes: Promise<unknown> = Promise.resolve();
  #reads: Promise<unknown> = Promise.resolve();
  #closing: Promise<unknown> = Promise.resolve();

  constructor(address: string, path: string, calls: NodeCalls = systemCalls) {
    this.address = address;
    this.#path = path;
    this.#calls = calls;
  }

  get isOpen(): boolean {
    return this.#events.isOpen;
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (this.isOpen) return;
    if (this.#attempt !== undefined) throw new TransportError('busy', this.address, `${this.address} is being opened already`);
    const attempt = {};
    this.#attempt = attempt;
    const giveUp = (): void => {
      if (this.#attempt === attempt) this.#attempt = undefined;
    };
    const limit = { ms: OPEN_LIMIT_MS, address: this.address, doing: 'opening', signal };
    await withinLimit<void>(limit, (resolve, reject) => this.#open(attempt, resolve, reject), giveUp).finally(giveUp);
  }

  async write(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const node = this.#node;
    if (!this.isOpen || node === undefined) throw new TransportError('closed', this.address, `${this.address} is not open`);
    const turn = this.#writes;
    const stop = { given: false };
    await withinLimit<void>(
      { ms: WRITE_LIMIT_MS, address: this.address, doing: 'writing to', signal },
      (resolve, reject) => {
        const writing = turn.then(() => this.#writeAll(node, bytes, stop));
        this.#writes = writing.catch(() => undefined);
        writing.then(resolve, reject);
      },
      (error) => {
        stop.given = true;
        if (error.code === 'timeout') this.#lose(node, error);
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
    const node = this.#node;
    this.#node = undefined;
    this.#attempt = undefined;
    this.#events.ended(undefined);
    if (node !== undefined) this.#giveBack(node);
    await this.#closing;
  }

  #open(attempt: object, resolve: () => void, reject: (error: TransportError) => void): void {
    this.#calls.open(this.#path).then(
      (node) => {
        if (this.#attempt !== attempt) {
          void this.#calls.close(node).catch(() => undefined);
          reject(new TransportError('closed', this.address, `${this.address} was closed while it was being opened`));
          return;
        }
        this.#node = node;
        this.#events.opened();
        this.#reads = this.#listen(node);
        resolve();
      },
      (cause: unknown) => reject(this.#openError(cause)),
    );
  }

  #openError(cause: unknown): TransportError {
    const error = transportError(this.address, 'opening', cause, 'notFound');
    const advice: Readonly<Partial<Record<TransportError['code'], string>>> = {
      refused: 'the user of the terminal needs the group lp, to which udev gives printer nodes, or kiosk with resources/udev/70-kiosk.rules',
      notFound: 'check power and cable, and that the kernel module usblp is loaded and no other driver has taken the printer',
      busy: 'another program holds it; a print spooler must not own this printer',
    };
    const hint = advice[error.code];
    return hint === undefined ? error : new TransportError(error.code, this.address, `${error.message}; ${hint}`, cause);
  }

  /** Until the node is closed or lost. */
  async #listen(node: number): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    let isOneWay = false;
    let looks = 0;
    while (this.#node === node) {
      const got = isOneWay ? 0 : await this.#read(node, buffer);
      if (got === 'oneWay') isOneWay = true;
      else if (got > 0) {
        if (this.#node === node) this.#events.data.emit(buffer.slice(0, got));
        continue;
      }
      await pause(READ_EVERY_MS);
      looks += 1;
      if (looks % (WATCH_EVERY_MS / READ_EVERY_MS) === 0 && !(await this.#calls.exists(this.#path))) this.#lose(node, this.#lost('its node vanished'));
    }
  }

  /** How many bytes came; 0: nothing now, which many printers put as an empty packet, or the line was just lost. */
  async #read(node: number, buffer: Uint8Array): Promise<number | 'oneWay'> {
    try {
      return await this.#calls.read(node, buffer);
    } catch (cause) {
      const code = codeOf(cause);
      if (code === 'EINVAL' || code === 'EOPNOTSUPP') return 'oneWay';
      if (code !== 'EAGAIN' && code !== 'EINTR') this.#lose(node, this.#lost(cause));
      return 0;
    }
  }

  async #writeAll(node: number, bytes: Uint8Array, stop: { readonly given: boolean }): Promise<void> {
    let sent = 0;
    while (sent < bytes.length) {
      if (stop.given || this.#node !== node) throw new TransportError('closed', this.address, `${this.address} was closed while it was written to`);
      try {
        sent += await this.#calls.write(node, bytes.subarray(sent));
      } catch (cause) {
        const code = codeOf(cause);
        if (code !== 'EAGAIN' && code !== 'EINTR') {
          const error = this.#lost(cause);
          this.#lose(node, error);
          throw error;
        }
        await pause(WRITE_EVERY_MS);
      }
    }
  }

  #lost(cause: unknown): TransportError {
    return new TransportError('lost', this.address, `${this.address}: the printer is gone: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }

  #lose(node: number, error: TransportError): void {
    if (this.#node !== node) return;
    this.#node = undefined;
    this.#giveBack(node);
    this.#events.ended(error.code === 'lost' ? error : new TransportError('lost', this.address, error.message, error));
  }

  /** Not while a call still uses the number: the system may give it to another file. An error here says that the node is gone already. */
  #giveBack(node: number): void {
    this.#closing = Promise.all([this.#reads, this.#writes]).then(() => this.#calls.close(node).catch(() => undefined));
  }
}

function promised<T>(start: (done: (error: Error | null | undefined, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value)));
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
