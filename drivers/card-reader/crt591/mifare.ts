/**
 * MIFARE Classic through a CRT-591: its pseudo-APDUs (CM 60 PM 33) as a StorageChannel. Owns nothing but the order of its bytes; the device carries them
 * and knows whether the chip is still powered. Source: card-readers.md 1.1, "MIFARE pseudo-APDU".
 */
import { toHex } from '../../../common/hex.ts';
import {
  BLOCK_LENGTH,
  expectAmount,
  expectBlock,
  expectWritable,
  firstBlockOf,
  sectorOf,
  type SectorKey,
  type StorageChannel,
  type StorageLayout,
} from '../../card/mifare/storage-channel.ts';
import { DeviceError } from '../../device.ts';
import type { CardChannel } from '../card-reader.ts';

/** CLA is always 00. */
export const MIFARE_INS = {
  authenticate: 0x20,
  authenticateStored: 0x21,
  read: 0xb0,
  readValue: 0xb1,
  storeKey: 0xd0,
  write: 0xd1,
  makeValue: 0xd2,
  increment: 0xd3,
  decrement: 0xd4,
} as const;

export const MIFARE_SW = { done: '9000', failed: '6F00', address: '6B00', length: '6700' } as const;

/**
 * The unit has no RESTORE, so that a copy is written as a block. The order of a value's four bytes is one driver's word (big-endian, unconfirmed):
 * `readValue` lets the caller prove it on the card at hand before anything is incremented.
 */
export class Crt591Storage implements StorageChannel {
  readonly layout: StorageLayout;
  readonly canCopyValue = false;
  readonly #send: CardChannel['transmit'];
  #over = false;

  /** @param send carries one pseudo-APDU and answers data and status word */
  constructor(layout: StorageLayout, send: CardChannel['transmit']) {
    this.layout = layout;
    this.#send = send;
  }

  async authenticate(block: number, key: SectorKey, signal?: AbortSignal): Promise<'opened' | 'refused'> {
    expectBlock(this.layout, block);
    if (key.bytes.length !== 6) throw new RangeError('a sector key has 6 bytes');
    const answer = await this.#query(Uint8Array.of(0x00, MIFARE_INS.authenticate, key.type === 'A' ? 0x00 : 0x01, sectorOf(block), 6, ...key.bytes), signal);
    if (answer.statusWord === MIFARE_SW.done) return 'opened';
    this.#over = true;
    return 'refused';
  }

  async readBlock(block: number, signal?: AbortSignal): Promise<Uint8Array> {
    return await this.#read(this.#at(MIFARE_INS.read, block, 1), BLOCK_LENGTH, signal);
  }

  async readValue(block: number, signal?: AbortSignal): Promise<number> {
    const data = await this.#read(this.#at(MIFARE_INS.readValue, block), 4, signal);
    return new DataView(data.buffer, data.byteOffset, 4).getInt32(0);
  }

  async writeBlock(block: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    expectWritable(this.layout, block, data);
    await this.#effect(this.#at(MIFARE_INS.write, block, 1, ...data), signal);
  }

  async increment(block: number, amount: number, signal?: AbortSignal): Promise<void> {
    await this.#effect(this.#at(MIFARE_INS.increment, block, 4, ...operand(amount)), signal);
  }

  async decrement(block: number, amount: number, signal?: AbortSignal): Promise<void> {
    await this.#effect(this.#at(MIFARE_INS.decrement, block, 4, ...operand(amount)), signal);
  }

  async copyValue(): Promise<void> {
    throw new DeviceError('notSupported', 'this reader has no command that copies a value');
  }

  /** Sector, and block within it. */
  #at(ins: number, block: number, ...rest: readonly number[]): Uint8Array {
    expectBlock(this.layout, block);
    const sector = sectorOf(block);
    return Uint8Array.of(0x00, ins, sector, block - firstBlockOf(sector), ...rest);
  }

  async #read(apdu: Uint8Array, length: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { data, statusWord } = await this.#query(apdu, signal);
    if (statusWord === MIFARE_SW.done && data.length === length) return data;
    if (statusWord === MIFARE_SW.done) throw new DeviceError('protocol', `a read of ${length} bytes was answered with ${data.length}`);
    throw this.#refused(statusWord, 'mediaInvalid', 'the card could not be read: the key may not, or the card is gone');
  }

  /** Nothing changes by it: a lost answer is as good as a refusal. */
  async #query(apdu: Uint8Array, signal: AbortSignal | undefined): Promise<{ data: Uint8Array; statusWord: string }> {
    try {
      return await this.#exchange(apdu, signal);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'outcomeUnknown') throw error;
      throw new DeviceError('mediaInvalid', `the card gave no answer: ${error.message}`, { frames: error.frames, cause: error });
    }
  }

  async #effect(apdu: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const { statusWord } = await this.#exchange(apdu, signal);
    if (statusWord === MIFARE_SW.done) return;
    throw this.#refused(statusWord, 'outcomeUnknown', 'the reader says that the card failed: the block may have been stored before its answer was lost');
  }

  /** The unit finds a wrong address or length by itself, and the chip is none the worse; whatever the chip refused has halted it. */
  #refused(statusWord: string, code: 'mediaInvalid' | 'outcomeUnknown', message: string): DeviceError {
    if (statusWord === MIFARE_SW.address || statusWord === MIFARE_SW.length) {
      return new DeviceError('notSupported', 'the reader does not take this address or length', { deviceCode: statusWord });
    }
    this.#over = true;
    return new DeviceError(code, message, { deviceCode: statusWord });
  }

  async #exchange(apdu: Uint8Array, signal: AbortSignal | undefined): Promise<{ data: Uint8Array; statusWord: string }> {
    if (this.#over) throw new DeviceError('invalidState', 'the chip refused and is halted: activate the card again');
    const answer = await this.#send(apdu, signal);
    return { data: answer.slice(0, -2), statusWord: toHex(answer.slice(-2)) };
  }
}

function operand(amount: number): Uint8Array {
  expectAmount(amount);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, amount);
  return bytes;
}
