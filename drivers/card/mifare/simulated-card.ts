/**
 * A simulated MIFARE Classic card: keys, access bits, value operations with their transfer buffer, and an antenna field that can fail before, during or
 * after any command. Written from card-application.md 5.1 and the chip's data sheet, sharing only the access table with the driver. Used by the
 * simulated readers, the bench and the tests; what it holds is the world's ground truth.
 *
 * How a write is torn: the chip erases the block to 00 and then programs it from byte 0 on, so that a field that fails in between leaves the old block,
 * an erased one, a beginning of the new one before erased bytes, or the new one. Not modeled: cells so weakly programmed that they read differently
 * each time, the cipher, and writing sector trailers (refused).
 */
import { fromHex, toHex } from '../../../common/hex.ts';
import type { CardInterface } from '../../card-reader/card-reader.ts';
import type { SimulatedCard, SimulatedStorageChip } from '../../card-reader/simulated-card.ts';
import { allows, decodeAccess, encodeAccess, keyBIsReadable, TRANSPORT_ACCESS, type BlockAction, type SectorAccess } from './access.ts';

export type MifareCommand = 'authenticate' | 'read' | 'write' | 'decrement' | 'increment' | 'restore' | 'transfer';

/** Fires once, at the `nth` (default first) such command from now on. The field fails: the chip is off until it is powered again. */
export interface MifareFault {
  readonly command: MifareCommand | 'any';
  readonly nth?: number;
  /** Before the chip heard it, after it was executed, or (commands that store) when so many bytes of the new block were programmed. */
  readonly when: 'before' | 'after' | { readonly programmed: number };
}

export interface SectorConfig {
  /** 6 bytes, hexadecimal. */
  readonly keyA: string;
  readonly keyB: string;
  readonly access: SectorAccess;
}

export interface SimulatedMifareOptions {
  /** Default `classic1k`. */
  readonly layout?: 'classic1k' | 'classic4k';
  /** 4 or 7 bytes. */
  readonly uid?: Uint8Array;
  /** Sectors that aren't as delivered (keys FF, transport access). */
  readonly sectors?: Readonly<Record<number, SectorConfig>>;
  /** Contents that aren't 00, by block, 16 bytes hexadecimal. */
  readonly blocks?: Readonly<Record<number, string>>;
  /** Whether TRANSFER stores the address byte that RESTORE fetched, or keeps the target's; chips differ. Default true. */
  readonly copyCarriesAddress?: boolean;
}

const DELIVERED: SectorConfig = { keyA: 'FFFFFFFFFFFF', keyB: 'FFFFFFFFFFFF', access: TRANSPORT_ACCESS };
const BLOCK = 16;

export class SimulatedMifare implements SimulatedCard, SimulatedStorageChip {
  readonly interfaces: readonly CardInterface[] = ['contactless'];
  readonly uid: Uint8Array;
  readonly sak: number;
  readonly atqa: Uint8Array;
  readonly storage: SimulatedStorageChip = this;
  readonly #copyCarriesAddress: boolean;
  readonly #blocks: Uint8Array[];
  #faults: { readonly fault: MifareFault; countdown: number }[] = [];
  #powered = false;
  #torn = false;
  /** The open sector and with which key; undefined after power-up and after any refusal. */
  #session: { readonly sector: number; readonly key: 'A' | 'B' } | undefined;
  /** A refusal halts the chip: it hears nothing until it is selected again. */
  #halted = false;
  #buffer: { readonly value: number; readonly address: number } | undefined;
  #fieldFailure: MifareFault['when'] | undefined;

  constructor(options: SimulatedMifareOptions = {}) {
    const is4k = options.layout === 'classic4k';
    this.uid = options.uid ?? Uint8Array.of(0x04, 0xa1, 0xb2, 0xc3);
    this.sak = is4k ? 0x18 : 0x08;
    this.atqa = Uint8Array.of(0x00, is4k ? 0x02 : 0x04);
    this.#copyCarriesAddress = options.copyCarriesAddress ?? true;
    this.#blocks = Array.from({ length: is4k ? 256 : 64 }, (_, block) => this.#initial(block, options));
  }

  // --- the truth ------------------------------------------------------------------------------------------------------------------

  /** The field failed under it and it was not powered since. */
  get torn(): boolean {
    return this.#torn;
  }

  /** What a block really holds, whoever may read it. @throws {RangeError} for a block the card doesn't have */
  block(number: number): Uint8Array {
    const block = this.#blocks[number];
    if (block === undefined) throw new RangeError(`the card has no block ${number}`);
    return block.slice();
  }

  /** The value of a well-formed value block. */
  value(number: number): number | undefined {
    return wellFormed(this.block(number))?.value;
  }

  /** Every block, hexadecimal; JSON. */
  snapshot(): readonly string[] {
    return this.#blocks.map((block) => toHex(block));
  }

  restoreSnapshot(blocks: readonly string[]): void {
    this.powerOff();
    blocks.forEach((block, number) => this.#store(number, fromHex(block)));
  }

  // --- hands ----------------------------------------------------------------------------------------------------------------------

  arm(fault: MifareFault): void {
    this.#faults.push({ fault, countdown: fault.nth ?? 1 });
  }

  disarm(): void {
    this.#faults = [];
  }

  /** Another terminal rewrites a block. @param data 16 bytes */
  writeElsewhere(number: number, data: Uint8Array): void {
    if (data.length !== BLOCK) throw new RangeError(`a block has ${BLOCK} bytes`);
    this.block(number);
    this.#store(number, data);
  }

  // --- the field ------------------------------------------------------------------------------------------------------------------

  powerOn(): Uint8Array {
    this.powerOff();
    this.#powered = true;
    this.#halted = false;
    this.#torn = false;
    return new Uint8Array(0);
  }

  powerOff(): void {
    this.#powered = false;
    this.#session = undefined;
    this.#buffer = undefined;
  }

  /** It has no APDUs. */
  transmit(): undefined {
    return undefined;
  }

  // --- the air --------------------------------------------------------------------------------------------------------------------

  authenticate(block: number, type: 'A' | 'B', key: Uint8Array): boolean {
    return this.#hear('authenticate', () => {
      const trailer = this.#blocks[trailerOf(block)];
      if (trailer === undefined) return false;
      const expected = type === 'A' ? trailer.subarray(0, 6) : trailer.subarray(10, 16);
      if (toHex(expected) !== toHex(key)) return false;
      this.#session = { sector: sectorOf(block), key: type };
      this.#buffer = undefined;
      return true;
    });
  }

  read(block: number): Uint8Array | undefined {
    let data: Uint8Array | undefined;
    const answered = this.#hear('read', () => {
      data = this.#isTrailer(block) ? this.#readTrailer(block) : this.#mayNot(block, 'read') ? undefined : this.block(block);
      return data !== undefined;
    });
    return answered ? data : undefined;
  }

  write(block: number, data: Uint8Array): boolean {
    return this.#hear('write', () => {
      if (data.length !== BLOCK || block === 0 || this.#mayNot(block, 'write')) return false;
      this.#program(block, data);
      return true;
    });
  }

  increment(block: number, amount: number): boolean {
    return this.#hear('increment', () => !this.#mayNot(block, 'increment') && this.#fill(block, amount));
  }

  decrement(block: number, amount: number): boolean {
    return this.#hear('decrement', () => !this.#mayNot(block, 'decrement') && this.#fill(block, -amount));
  }

  restore(block: number): boolean {
    return this.#hear('restore', () => !this.#mayNot(block, 'decrement') && this.#fill(block, 0));
  }

  transfer(block: number): boolean {
    return this.#hear('transfer', () => {
      const buffer = this.#buffer;
      if (buffer === undefined || this.#mayNot(block, 'decrement')) return false;
      const address = this.#copyCarriesAddress ? buffer.address : (this.block(block)[12] ?? 0);
      this.#program(block, valueBlock(buffer.value, address));
      return true;
    });
  }

  /** One command: a field that fails before it or after it leaves the host without an answer; a refusal halts the chip. */
  #hear(command: MifareCommand, execute: () => boolean): boolean {
    if (!this.#powered || this.#halted) return false;
    this.#fieldFailure = this.#due(command)?.when;
    if (this.#fieldFailure === 'before') return this.#leave();
    const done = execute();
    if (this.#fieldFailure !== undefined) return this.#leave();
    if (!done) {
      this.#halted = true;
      this.#session = undefined;
      this.#buffer = undefined;
    }
    return done;
  }

  #due(command: MifareCommand): MifareFault | undefined {
    let due: MifareFault | undefined;
    for (const armed of this.#faults) {
      if (armed.fault.command === 'any' || armed.fault.command === command) armed.countdown -= 1;
      if (armed.countdown === 0) due ??= armed.fault;
    }
    this.#faults = this.#faults.filter((armed) => armed.countdown > 0);
    return due;
  }

  #leave(): false {
    this.powerOff();
    this.#torn = true;
    return false;
  }

  #mayNot(block: number, action: BlockAction): boolean {
    if (this.#session === undefined || this.#blocks[block] === undefined || this.#session.sector !== sectorOf(block)) return true;
    const access = this.#accessOf(block);
    return this.#isTrailer(block) || access === undefined || !allows(access, groupOf(block), action, this.#session.key);
  }

  /** Access bits stay readable, key B only where it is data, key A never. */
  #readTrailer(block: number): Uint8Array | undefined {
    const access = this.#accessOf(block);
    if (this.#session?.sector !== sectorOf(block) || access === undefined) return undefined;
    const trailer = this.block(block);
    trailer.fill(0, 0, 6);
    if (!keyBIsReadable(access)) trailer.fill(0, 10);
    return trailer;
  }

  #accessOf(block: number): SectorAccess | undefined {
    return decodeAccess(this.block(trailerOf(block)).subarray(6, 9));
  }

  #isTrailer(block: number): boolean {
    return block === trailerOf(block);
  }

  /** A malformed block, or a value that would leave its 32 bits, is refused. */
  #fill(block: number, change: number): boolean {
    const held = wellFormed(this.block(block));
    if (held === undefined) return false;
    const value = held.value + change;
    if (value !== (value | 0)) return false;
    this.#buffer = { value, address: held.address };
    return true;
  }

  #program(block: number, data: Uint8Array): void {
    const failure = this.#fieldFailure;
    if (typeof failure !== 'object') this.#store(block, data);
    else
      this.#store(
        block,
        data.map((byte, at) => (at < failure.programmed ? byte : 0)),
      );
  }

  #store(block: number, data: Uint8Array): void {
    this.#blocks[block] = Uint8Array.from(data);
  }

  #initial(block: number, options: SimulatedMifareOptions): Uint8Array {
    if (block === 0) return Uint8Array.of(...this.uid, ...new Uint8Array(BLOCK - this.uid.length));
    if (!this.#isTrailer(block)) return fromHex(options.blocks?.[block] ?? '00'.repeat(BLOCK));
    const { keyA, keyB, access } = options.sectors?.[sectorOf(block)] ?? DELIVERED;
    return Uint8Array.of(...fromHex(keyA), ...encodeAccess(access), 0x69, ...fromHex(keyB));
  }
}

/** 32 sectors of 4 blocks, then sectors of 16 (data sheet MF1S70yyX 8.6). */
function sectorOf(block: number): number {
  return block < 128 ? block >> 2 : 32 + ((block - 128) >> 4);
}

function trailerOf(block: number): number {
  return block < 128 ? block | 3 : block | 15;
}

/** Which of the trailer's data groups speaks for a block: one each in a small sector, five blocks each in a large one. */
function groupOf(block: number): number {
  return block < 128 ? block & 3 : Math.floor((block & 15) / 5);
}

function wellFormed(block: Uint8Array): { readonly value: number; readonly address: number } | undefined {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = block;
  const value = b0 | (b1 << 8) | (b2 << 16) | (b3 << 24);
  const address = block[12] ?? 0;
  return toHex(block) === toHex(valueBlock(value, address)) ? { value, address } : undefined;
}

function valueBlock(value: number, address: number): Uint8Array {
  const plain = [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
  const inverted = plain.map((byte) => byte ^ 0xff);
  return Uint8Array.of(...plain, ...inverted, ...plain, address, address ^ 0xff, address, address ^ 0xff);
}
