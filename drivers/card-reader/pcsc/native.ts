/**
 * PC/SC over the `smartcard` package, an optional part: its native file is built on the machine and needs the service's library. Runs in
 * a thread of its own (thread.ts), because many of its calls stop the thread they are made in for as long as the service likes. What was
 * measured of it and of pcscd 1.9 shapes this file:
 * - one call at a time passes through a context: while a chip doesn't answer, a look through the same context waits too, and so would
 *   `disconnect` and `close`. Hence a context for looking, one more for each powered card, and nothing is closed, or left to the garbage
 *   collector (which disconnects), while a call on it has not ended;
 * - `disconnect` waits for whatever the service does with the reader just then, such as looking whether the card is still there;
 * - the package's own `Devices` connects to every card in every reader and does not survive a restart of the service: not used;
 * - a card that was pulled while it worked gives an empty answer or an error, as it likes.
 */
import { PcscError, type PcscSession, type PcscSystem, type PoweredCard, type ReaderState } from './service.ts';
import { problemOf, readState } from './status.ts';

/** The part of the package that is used here. */
interface NativeContext {
  listReaders(): readonly NativeReader[];
  waitForChange(readers: readonly { readonly name: string; readonly state: number }[], timeoutMs: number): Promise<readonly NativeState[] | null>;
  close(): void;
}
interface NativeReader {
  readonly name: string;
  connect(shareMode: number, protocols: number): Promise<NativeCard>;
}
interface NativeState {
  readonly state: number;
  readonly atr: Uint8Array | null;
}
interface NativeCard {
  transmit(command: Buffer, options: { readonly maxRecvLength: number }): Promise<Uint8Array>;
  reconnect(shareMode: number, protocols: number, initialization: number): Promise<number>;
  disconnect(disposition: number): void;
}
type ContextClass = new () => NativeContext;

/** Constants of PC/SC part 5. */
const SHARE_EXCLUSIVE = 1;
const T0 = 1;
const T1 = 2;
const LEAVE_CARD = 0;
const UNPOWER_CARD = 2;
const STATE_UNAWARE = 0;
const AT_ONCE = 0;
/** 256 bytes and the status word. */
const LONGEST_ANSWER = 258;

const PACKAGE = 'smartcard';
export const INSTALL_HINT =
  'on Debian, as root: apt-get install -y pcscd libpcsclite1 libpcsclite-dev build-essential pkg-config python3; then, in the folder of the terminal: npm ci';

/** @param load brings the package; tests give another one. @throws {PcscError} `notInstalled`, saying what to install */
export async function loadNative(load: () => Promise<unknown> = () => import(/* @vite-ignore */ PACKAGE)): Promise<PcscSystem> {
  let loaded: unknown;
  try {
    loaded = await load();
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new PcscError('notInstalled', `the package ${PACKAGE} (PC/SC) can't be loaded: ${why}; ${INSTALL_HINT}`, cause);
  }
  const Context = contextClassOf(loaded) ?? contextClassOf(property(loaded, 'default'));
  if (Context === undefined) throw new PcscError('notInstalled', `the package ${PACKAGE} has no PC/SC context: another version is installed; ${INSTALL_HINT}`);
  return { open: async () => new NativeSession(Context) };
}

function contextClassOf(module: unknown): ContextClass | undefined {
  const found = property(module, 'Context');
  return typeof found === 'function' ? (found as ContextClass) : undefined;
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (Reflect.get(of, name) as unknown) : undefined;
}

/** A context, and what may not happen to it while a call is on its way. */
class Held {
  readonly context: NativeContext;
  /** Held ones whose last call has not ended: reachable, so that no finalizer touches them. */
  static readonly #leftBehind = new Set<Held>();
  #running = 0;
  #free: (() => void) | undefined;

  constructor(Context: ContextClass) {
    this.context = translated(() => new Context());
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await call();
    } catch (error) {
      throw asPcscError(error);
    } finally {
      this.#running -= 1;
      this.#freeWhenIdle();
    }
  }

  /** `first` runs before the context is closed, both as soon as no call is on its way. */
  free(first: () => void = () => {}): void {
    this.#free ??= first;
    Held.#leftBehind.add(this);
    this.#freeWhenIdle();
  }

  #freeWhenIdle(): void {
    const first = this.#free;
    if (this.#running > 0 || first === undefined) return;
    Held.#leftBehind.delete(this);
    for (const step of [first, () => this.context.close()]) {
      try {
        step();
      } catch {
        // The service or the card is gone already, which is what was wanted.
      }
    }
  }
}

class NativeSession implements PcscSession {
  readonly #Context: ContextClass;
  readonly #watching: Held;

  constructor(Context: ContextClass) {
    this.#Context = Context;
    this.#watching = new Held(Context);
  }

  async readers(): Promise<readonly string[]> {
    return translated(() => this.#watching.context.listReaders()).map(({ name }) => name);
  }

  async state(reader: string): Promise<ReaderState> {
    const states = await this.#watching.run(() => this.#watching.context.waitForChange([{ name: reader, state: STATE_UNAWARE }], AT_ONCE));
    const [told] = states ?? [];
    if (told === undefined) throw new PcscError('other', `the PC/SC service says nothing about ${reader}`);
    const state = readState(told.state, Uint8Array.from(told.atr ?? []));
    if (state === undefined) throw new PcscError('noReader', `the reader ${reader} is gone`);
    return state;
  }

  async power(reader: string): Promise<PoweredCard> {
    const held = new Held(this.#Context);
    try {
      const found = translated(() => held.context.listReaders()).find(({ name }) => name === reader);
      if (found === undefined) throw new PcscError('noReader', `the reader ${reader} is gone`);
      return await held.run(() => powerUp(held, found));
    } catch (error) {
      held.free();
      throw error;
    }
  }

  close(): void {
    this.#watching.free();
  }
}

/** Connecting powers only a chip that has no power: it is cut first, so that nothing of an earlier talk is left in the chip. */
async function powerUp(held: Held, reader: NativeReader): Promise<PoweredCard> {
  const { card, protocols } = await connect(reader);
  const disconnect = (): void => card.disconnect(LEAVE_CARD);
  try {
    await card.reconnect(SHARE_EXCLUSIVE, protocols, UNPOWER_CARD);
  } catch (error) {
    held.free(disconnect);
    throw error;
  }
  return {
    transmit: (apdu) => held.run(async () => Uint8Array.from(await card.transmit(Buffer.from(apdu), { maxRecvLength: LONGEST_ANSWER }))),
    // The service takes the power away by itself, seconds after the last user left.
    release: () => held.free(disconnect),
  };
}

/** Some chips answer nothing when both protocols are offered, and work with T=0 alone. */
async function connect(reader: NativeReader): Promise<{ readonly card: NativeCard; readonly protocols: number }> {
  try {
    return { card: await reader.connect(SHARE_EXCLUSIVE, T0 | T1), protocols: T0 | T1 };
  } catch (error) {
    if (asPcscError(error).problem !== 'mute') throw error;
    return { card: await reader.connect(SHARE_EXCLUSIVE, T0), protocols: T0 };
  }
}

function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asPcscError(error);
  }
}

function asPcscError(error: unknown): PcscError {
  if (error instanceof PcscError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new PcscError(problemOf(text), `PC/SC: ${text}`, error);
}
