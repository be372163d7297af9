/**
 * The flows' path of blanks over a dispensing reader: from the stacker to the station, to the gate or into the bin. While a blank is in it the path is
 * the blank's alone, whatever process began it: card-port.ts then speaks of no card, so that a half-written one can't be taken for a person's.
 */
import type { CardRef } from '../../../common/journal-kinds.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import type { CardChannel, CardReader, CardReaderStatus } from '../../../drivers/card-reader/card-reader.ts';
import { challengeOf, giveCommand, readBlank, readWritten } from '../../../drivers/card/pboc/blank.ts';
import type { CardProfile } from '../../../drivers/card/pboc/profile.ts';
import { DeviceError } from '../../../drivers/device.ts';
import { Listeners } from '../../../drivers/listeners.ts';
import { toHex } from '../../../common/hex.ts';
import type { BlankEvent, BlankFate, BlankPort, BlankReading, ReadBack } from '../../../state-machines/replacement/ports.ts';
import { toPortError } from './card-errors.ts';

export interface BlankDeskOptions {
  readonly reader: CardReader;
  /** The application that blanks have, and how it is loaded. Undefined: there are no blanks any more; one that was begun is still put away. */
  readonly blanks: { readonly application: string; readonly profile: CardProfile } | undefined;
  /** The terminal's number on cards, 6 bytes hex. */
  readonly terminalNumber: string;
  /** A card that can't be moved is in the path, or is gone. */
  readonly onStuck: (stuck: boolean) => void;
}

/** How often a chip that stays silent is powered anew. */
const ACTIVATIONS = 2;

export class BlankDesk implements BlankPort {
  readonly #options: BlankDeskOptions;
  readonly #listeners = new Listeners<BlankEvent>();
  readonly #fates = new Map<string, BlankFate>();
  #blankId: string | undefined;
  #channel: CardChannel | undefined;
  /** It was given to the gate, and may be taken. */
  #presented = false;
  #stuck = false;

  constructor(options: BlankDeskOptions) {
    this.#options = options;
    options.reader.onEvent((event) => {
      if (this.#blankId === undefined) return;
      if (event.type === 'mediaRemoved' || event.type === 'mediaRetained') this.#gone(event.type === 'mediaRemoved' && this.#presented ? 'taken' : 'bin');
      else if (event.type === 'restarted') this.#channel = undefined;
      else if (event.type === 'statusChanged' && this.#stuck && event.status.device === 'online') this.#tryAgain(event.status.media);
    });
  }

  /** No other card is in the path, or can come into it. */
  get isClaimed(): boolean {
    return this.#blankId !== undefined;
  }

  onEvent(listener: (event: BlankEvent) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  holds(blankId: string): boolean {
    return this.#blankId === blankId;
  }

  fateOf(blankId: string): BlankFate | undefined {
    return this.#fates.get(blankId);
  }

  async dispense(blankId: string): Promise<'inside' | 'empty'> {
    const { reader } = this.#options;
    this.#claim(blankId);
    await this.#ask(() => reader.setEntry(false));
    try {
      await reader.dispense();
      return 'inside';
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'storageEmpty') throw toPortError(error);
      this.#leave('stacker');
      return 'empty';
    }
  }

  async read(): Promise<BlankReading> {
    for (let attempt = 0; attempt < ACTIVATIONS; attempt += 1) {
      const channel = await this.#powered(attempt > 0);
      if (channel === undefined) continue;
      const read = await this.#ask(() => this.#nameOf(channel));
      if (typeof read !== 'string') return { kind: 'blank', card: read, ...(channel.uid === undefined ? {} : { uid: toHex(channel.uid) }) };
      if (attempt + 1 === ACTIVATIONS) return { kind: 'unreadable', why: read };
    }
    return { kind: 'unreadable', why: 'no chip answers' };
  }

  async challenge(): Promise<string | undefined> {
    for (let attempt = 0; attempt < ACTIVATIONS; attempt += 1) {
      const channel = await this.#selected(attempt > 0);
      const challenge = channel === undefined ? undefined : await this.#ask(() => challengeOf(channel));
      if (challenge !== undefined) return challenge;
    }
    return undefined;
  }

  async command(apdu: string): Promise<string | undefined> {
    const channel = this.#channel;
    return channel === undefined ? undefined : this.#ask(() => giveCommand(channel, apdu));
  }

  async readBack(card: CardRef): Promise<ReadBack | undefined> {
    const { blanks, terminalNumber } = this.#options;
    for (let attempt = 0; attempt < ACTIVATIONS; attempt += 1) {
      const channel = await this.#powered(true);
      const written =
        channel === undefined || blanks === undefined ? undefined : await this.#ask(() => readWritten(channel, card.aid, blanks.profile, terminalNumber));
      if (written !== undefined) return written;
    }
    return undefined;
  }

  async present(): Promise<void> {
    this.#channel = undefined;
    this.#presented = true;
    await this.#ask(() => this.#options.reader.present());
  }

  async capture(): Promise<'captured' | 'nothing' | 'stuck'> {
    const { reader } = this.#options;
    this.#channel = undefined;
    try {
      await reader.retain();
      this.#leave('bin');
      return 'captured';
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      if (error.code === 'mediaNotPresent') {
        // a hand was faster
        this.#leave(this.#presented ? 'taken' : 'bin');
        return 'nothing';
      }
      this.#setStuck(true);
      return 'stuck';
    }
  }

  async find(blankId: string): Promise<'inPath' | 'nothing' | 'unknown'> {
    this.#claim(blankId);
    try {
      const { device, media } = await this.#options.reader.status();
      if (device !== 'online' || media === 'unknown') return 'unknown';
      if (media !== 'notPresent') return 'inPath';
      this.#blankId = undefined;
      return 'nothing';
    } catch (error) {
      if (error instanceof DeviceError) return 'unknown';
      throw error;
    }
  }

  #claim(blankId: string): void {
    this.#blankId = blankId;
    this.#channel = undefined;
    this.#presented = false;
  }

  /** The reader is back, or a jam is cleared: it goes to the bin now, or somebody took it out. */
  #tryAgain(media: CardReaderStatus['media']): void {
    if (media === 'notPresent') this.#leave('bin');
    else if (media === 'inside' || media === 'atGate') {
      this.#stuck = false; // one attempt at a time: it says whether it is stuck again
      void this.capture();
    }
  }

  /** The sensors say that it is gone while nobody here moved it. */
  #gone(fate: BlankFate): void {
    this.#leave(fate);
    this.#listeners.emit({ type: fate === 'taken' ? 'NEWCARD.TAKEN' : 'NEWCARD.KEPT' });
  }

  #leave(fate: BlankFate): void {
    if (this.#blankId !== undefined) this.#fates.set(this.#blankId, fate);
    this.#blankId = undefined;
    this.#setStuck(false);
  }

  #setStuck(stuck: boolean): void {
    this.#stuck = stuck;
    this.#options.onStuck(stuck);
  }

  /** The chip, with its application selected as `read` left it, or anew. */
  async #selected(anew: boolean): Promise<CardChannel | undefined> {
    if (this.#channel !== undefined && !anew) return this.#channel;
    const channel = await this.#powered(true);
    if (channel === undefined || typeof (await this.#ask(() => this.#nameOf(channel))) === 'string') return undefined;
    return channel;
  }

  async #nameOf(channel: CardChannel): Promise<CardRef | string> {
    const { blanks } = this.#options;
    return blanks === undefined ? 'no blanks are configured' : readBlank(channel, blanks.application);
  }

  async #powered(anew: boolean): Promise<CardChannel | undefined> {
    if (this.#channel !== undefined && !anew) return this.#channel;
    this.#channel = undefined;
    try {
      this.#channel = await this.#options.reader.activate();
    } catch (error) {
      if (!(error instanceof DeviceError) || !['mediaInvalid', 'mediaNotPresent', 'mediaMoved', 'timeout'].includes(error.code)) throw toPortError(error);
    }
    return this.#channel;
  }

  async #ask<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw toPortError(error);
    }
  }
}
