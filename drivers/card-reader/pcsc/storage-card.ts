/**
 * A MIFARE Classic card over the commands of a PC/SC reader (class FF). The reader keeps the key in its volatile memory for as long as
 * it has power; nothing of it is traced. Source: card-readers.md 2.1.
 */
import { toHex } from '../../../common/hex.ts';
import {
  BLOCK_LENGTH,
  expectAmount,
  expectBlock,
  expectWritable,
  type SectorKey,
  type StorageChannel,
  type StorageLayout,
} from '../../card/mifare/storage-channel.ts';
import { DeviceError } from '../../device.ts';
import * as pseudo from './pseudo-apdu.ts';

export interface StorageLine {
  /** One command to the reader about this card, sent once. @throws {DeviceError} as `CardChannel.transmit` does */
  transmit(apdu: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
  /** The chip refused something and is halted. */
  end(): void;
}

/** The reader's own refusals, before the chip was asked: wrong length, no such function, instruction or class. */
const READERS_REFUSALS: ReadonlySet<number> = new Set([0x6700, 0x6a81, 0x6b00, 0x6d00, 0x6e00]);

export class PcscStorageCard implements StorageChannel {
  readonly layout: StorageLayout;
  readonly canCopyValue = true;
  readonly #line: StorageLine;

  constructor(layout: StorageLayout, line: StorageLine) {
    this.layout = layout;
    this.#line = line;
  }

  async authenticate(block: number, key: SectorKey, signal?: AbortSignal): Promise<'opened' | 'refused'> {
    expectBlock(this.layout, block);
    const kept = await this.#query('load key', pseudo.loadKey(key.bytes), signal);
    if (kept.statusWord !== pseudo.STATUS.done) throw new DeviceError('notSupported', `the reader takes no key: ${words(kept)}`);
    const { statusWord } = await this.#query('authenticate', pseudo.authenticate(block, key.type), signal);
    if (statusWord === pseudo.STATUS.done) return 'opened';
    this.#line.end();
    return 'refused';
  }

  async readBlock(block: number, signal?: AbortSignal): Promise<Uint8Array> {
    expectBlock(this.layout, block);
    const { data } = await this.#read(`read block ${block}`, pseudo.readBlock(block), signal);
    if (data.length !== BLOCK_LENGTH) throw this.#refused(`read block ${block}: ${data.length} bytes instead of ${BLOCK_LENGTH}`);
    return data;
  }

  async writeBlock(block: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    expectWritable(this.layout, block, data);
    await this.#effect(`write block ${block}`, pseudo.writeBlock(block, data), signal);
  }

  async readValue(block: number, signal?: AbortSignal): Promise<number> {
    expectBlock(this.layout, block);
    const value = pseudo.readValueAnswer((await this.#read(`read value ${block}`, pseudo.readValue(block), signal)).data);
    if (value === undefined) throw this.#refused(`read value ${block}: the answer holds no value`);
    return value;
  }

  async increment(block: number, amount: number, signal?: AbortSignal): Promise<void> {
    await this.#change('increment', block, amount, signal);
  }

  async decrement(block: number, amount: number, signal?: AbortSignal): Promise<void> {
    await this.#change('decrement', block, amount, signal);
  }

  async copyValue(from: number, to: number, signal?: AbortSignal): Promise<void> {
    expectBlock(this.layout, from);
    expectBlock(this.layout, to);
    await this.#effect(`copy value ${from} to ${to}`, pseudo.copyValue(from, to), signal);
  }

  async #change(operation: 'increment' | 'decrement', block: number, amount: number, signal: AbortSignal | undefined): Promise<void> {
    expectBlock(this.layout, block);
    expectAmount(amount);
    await this.#effect(`${operation} ${block}`, pseudo.changeValue(operation, block, amount), signal);
  }

  async #read(what: string, apdu: Uint8Array, signal: AbortSignal | undefined): Promise<pseudo.Answer> {
    const answer = await this.#query(what, apdu, signal);
    if (answer.statusWord === pseudo.STATUS.done) return answer;
    throw this.#refused(`${what}: ${words(answer)}`);
  }

  /** Nothing changes by it: when nobody knows whether the chip heard it, that is as good as a refusal. */
  async #query(what: string, apdu: Uint8Array, signal: AbortSignal | undefined): Promise<pseudo.Answer> {
    let answer: pseudo.Answer;
    try {
      answer = await this.#exchange(what, apdu, signal);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'outcomeUnknown') throw error;
      throw this.#refused(`${what}: ${error.message}`, error);
    }
    this.#expectAsked(what, answer);
    return answer;
  }

  /** `63 00` is said for a missing right as for an acknowledgement that was lost after the chip stored the block. */
  async #effect(what: string, apdu: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const answer = await this.#exchange(what, apdu, signal);
    this.#expectAsked(what, answer);
    if (answer.statusWord === pseudo.STATUS.done) return;
    this.#line.end();
    throw new DeviceError('outcomeUnknown', `${what}: ${words(answer)}`);
  }

  async #exchange(what: string, apdu: Uint8Array, signal: AbortSignal | undefined): Promise<pseudo.Answer> {
    const answer = pseudo.readAnswer(await this.#line.transmit(apdu, signal));
    if (answer === undefined) throw new DeviceError('outcomeUnknown', `${what}: the answer holds no status word`);
    return answer;
  }

  #expectAsked(what: string, answer: pseudo.Answer): void {
    if (READERS_REFUSALS.has(answer.statusWord)) throw new DeviceError('notSupported', `${what}: ${words(answer)}`);
  }

  #refused(message: string, cause?: unknown): DeviceError {
    this.#line.end();
    return new DeviceError('mediaInvalid', message, cause === undefined ? {} : { cause });
  }
}

function words({ statusWord }: pseudo.Answer): string {
  return `the reader says ${toHex(Uint8Array.of(statusWord >> 8, statusWord & 0xff))}`;
}
