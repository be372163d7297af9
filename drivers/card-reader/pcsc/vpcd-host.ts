/**
 * A PC/SC system made of one simulated tray on a byte line (`sim:`): plays the service's part of the wire, so that the tray reader can
 * be used and shown without a pcscd. Sets no time limits; its user does.
 */
import { toHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { CommandQueue } from '../../command-queue.ts';
import { TransportError, type Transport } from '../../transport/transport.ts';
import { PcscError, type PcscSession, type PcscSystem, type PoweredCard, type ReaderState } from './service.ts';
import { CONTROL, encodeMessage, VpcdDecoder } from './vpcd-wire.ts';

/** As vpcd calls its first reader. */
export const VIRTUAL_READER = 'Virtual PCD 00 00';

export function vpcdHost(transport: Transport): PcscSystem {
  return {
    open: async () => {
      const host = new VpcdHost(transport);
      await host.connect();
      return host;
    },
  };
}

interface Waiting {
  readonly resolve: (message: Uint8Array) => void;
  readonly reject: (error: PcscError) => void;
}

class VpcdHost implements PcscSession {
  readonly #transport: Transport;
  readonly #decoder = new VpcdDecoder();
  readonly #ends: readonly Unsubscribe[];
  /** Answers carry no name: one question at a time. */
  readonly #queue = new CommandQueue();
  #waiting: Waiting | undefined;
  /** An answer is still owed by a card that was given up: the line has to be a new one before the next question. */
  #renew = false;
  #seen = '';
  #changes = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#ends = [
      transport.onData((bytes) => {
        for (const message of this.#decoder.push(bytes)) this.#waiting?.resolve(message);
      }),
      transport.onClose((error) => this.#lost(error?.message ?? 'the line was closed')),
    ];
  }

  async connect(): Promise<void> {
    try {
      await this.#transport.open();
    } catch (error) {
      this.close();
      throw asPcscError(error);
    }
  }

  async readers(): Promise<readonly string[]> {
    return [VIRTUAL_READER];
  }

  async state(): Promise<ReaderState> {
    const atr = await this.#ask(Uint8Array.of(CONTROL.getAtr));
    const now = toHex(atr);
    if (now !== this.#seen) this.#changes += 1;
    this.#seen = now;
    return { present: atr.length > 0, changes: this.#changes, atr };
  }

  async power(): Promise<PoweredCard> {
    await this.#say(Uint8Array.of(CONTROL.powerOff));
    await this.#say(Uint8Array.of(CONTROL.powerOn));
    const { present } = await this.state();
    if (!present) throw new PcscError('noCard', 'no card lies on the virtual reader');
    let running = 0;
    return {
      transmit: async (apdu) => {
        running += 1;
        return await this.#ask(apdu).finally(() => (running -= 1));
      },
      // What fails here is said by the next look.
      release: () => {
        if (running === 0) this.#say(Uint8Array.of(CONTROL.powerOff)).catch(() => {});
        else this.#giveUp();
      },
    };
  }

  close(): void {
    for (const end of this.#ends) end();
    void this.#transport.close();
    this.#lost('the line was closed');
  }

  async #ask(payload: Uint8Array): Promise<Uint8Array> {
    return await this.#queue.run(async () => {
      if (this.#renew) await this.#renewLine();
      return await new Promise<Uint8Array>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#say(payload).catch(reject);
      }).finally(() => (this.#waiting = undefined));
    });
  }

  #giveUp(): void {
    this.#renew = true;
    void this.#transport.close();
  }

  async #renewLine(): Promise<void> {
    this.#renew = false;
    await this.connect();
  }

  async #say(payload: Uint8Array): Promise<void> {
    try {
      await this.#transport.write(encodeMessage(payload));
    } catch (error) {
      throw asPcscError(error);
    }
  }

  #lost(why: string): void {
    this.#decoder.reset();
    this.#waiting?.reject(new PcscError('noService', `the virtual reader is gone: ${why}`));
  }
}

function asPcscError(error: unknown): unknown {
  return error instanceof TransportError ? new PcscError('noService', error.message, error) : error;
}
