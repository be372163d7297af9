/**
 * How a MIFARE Classic card is worked, whatever reader holds it: sectors are opened with a key, blocks of 16 bytes are read and written, values are
 * moved by the chip itself. Implemented by readers beside `CardChannel`, used by the storage purse. Source: card-application.md 5.1,
 * card-readers.md 1.1 and 2.1.
 */

/** By SAK: 09 Mini (5 sectors), 08 1K (16 sectors of 4 blocks), 18 4K (32 sectors of 4 blocks, then 8 of 16). */
export type StorageLayout = 'mini' | 'classic1k' | 'classic4k';

export interface SectorKey {
  readonly type: 'A' | 'B';
  /** 6 bytes; never in a trace, a message or an error. */
  readonly bytes: Uint8Array;
}

/**
 * The powered chip of a storage card; dies with its `CardChannel`. Blocks are counted through the whole card, 0–63 on a 1K. Calls come one at a
 * time. Nothing is ever sent twice.
 *
 * Every call rejects with a DeviceError, and the codes mean what they mean for `CardChannel.transmit`: `mediaNotPresent` or `mediaMoved` when the
 * card is gone, `offline` and `aborted` when nothing was sent, `invalidState` when the chip isn't powered any more, `notSupported` for what the
 * reader has no command for. Besides:
 * - calls without an effect (`authenticate`, `readBlock`, `readValue`) reject with `mediaInvalid` when the chip said no or nothing: a reader can't tell
 *   a missing right from a card that stays silent. They never reject with `outcomeUnknown`;
 * - calls with an effect reject with `outcomeUnknown` whenever the chip may have executed them, and a reader's plain "failed" (`63 00`, `6F 00`) is
 *   such a case: the chip may have stored the block before its acknowledgement was lost. With `mediaMoved` it may have too. Only a refusal that
 *   the reader makes by itself, before the chip was asked, is `notSupported` or `invalidState`.
 *
 * A chip that refused anything has left its session and is halted: the channel is over, `activate` the card again before the next call
 * (further calls reject with `invalidState`).
 */
export interface StorageChannel {
  readonly layout: StorageLayout;
  /** Whether `copyValue` works; where it doesn't, the caller writes the whole block. */
  readonly canCopyValue: boolean;
  /** Opens the sector that holds `block`; the sector opened before is closed. `refused`: wrong key, or the chip stayed silent. The channel is over then. */
  authenticate(block: number, key: SectorKey, signal?: AbortSignal): Promise<'opened' | 'refused'>;
  /** 16 bytes. */
  readBlock(block: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** @param data 16 bytes. @throws {RangeError} for a sector trailer or another length: keys and access bits are never written from here */
  writeBlock(block: number, data: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** A value block as the reader itself understands it; `mediaInvalid` when it is malformed. Says whether reader and driver agree on byte order. */
  readValue(block: number, signal?: AbortSignal): Promise<number>;
  /** INCREMENT and TRANSFER to the same block, as one step. @param amount 1 … 2^31 − 1 */
  increment(block: number, amount: number, signal?: AbortSignal): Promise<void>;
  /** DECREMENT and TRANSFER to the same block, as one step. @param amount 1 … 2^31 − 1 */
  decrement(block: number, amount: number, signal?: AbortSignal): Promise<void>;
  /** RESTORE `from` and TRANSFER to `to`, both in the open sector. On some chips the copy keeps the source's address byte. */
  copyValue(from: number, to: number, signal?: AbortSignal): Promise<void>;
}

export const BLOCK_LENGTH = 16;

/** Blocks of the whole card. */
export const BLOCKS: Readonly<Record<StorageLayout, number>> = { mini: 20, classic1k: 64, classic4k: 256 };

/** The first 32 sectors have 4 blocks, the others of a 4K have 16. */
const SMALL_SECTORS = 32;
const SMALL_BLOCKS = SMALL_SECTORS * 4;

/** `undefined`: no MIFARE Classic. Bit 6 is set by 4K chips with ISO 14443-4 besides (38) and cleared here. */
export function layoutOf(sak: number): StorageLayout | undefined {
  switch (sak & 0x1f) {
    case 0x09:
      return 'mini';
    case 0x08:
      return 'classic1k';
    case 0x18:
      return 'classic4k';
    default:
      return undefined;
  }
}

export function sectorOf(block: number): number {
  return block < SMALL_BLOCKS ? Math.floor(block / 4) : SMALL_SECTORS + Math.floor((block - SMALL_BLOCKS) / 16);
}

export function firstBlockOf(sector: number): number {
  return sector < SMALL_SECTORS ? sector * 4 : SMALL_BLOCKS + (sector - SMALL_SECTORS) * 16;
}

/** Keys and access bits stand in the last block of a sector. */
export function trailerOf(sector: number): number {
  return firstBlockOf(sector) + (sector < SMALL_SECTORS ? 3 : 15);
}

export function isTrailer(block: number): boolean {
  return block === trailerOf(sectorOf(block));
}

/** @throws {RangeError} when the card has no such block */
export function expectBlock(layout: StorageLayout, block: number): void {
  if (!Number.isInteger(block) || block < 0 || block >= BLOCKS[layout]) throw new RangeError(`a ${layout} card has no block ${block}`);
}

/** @throws {RangeError} for what must never be written: a trailer, the maker's block 0, or another length than 16 bytes */
export function expectWritable(layout: StorageLayout, block: number, data: Uint8Array): void {
  expectBlock(layout, block);
  if (block === 0 || isTrailer(block)) throw new RangeError(`block ${block} is not written from here`);
  if (data.length !== BLOCK_LENGTH) throw new RangeError(`a block has ${BLOCK_LENGTH} bytes, not ${data.length}`);
}

/** @throws {RangeError} for an amount that no value block can be moved by */
export function expectAmount(amount: number): void {
  if (!Number.isInteger(amount) || amount < 1 || amount > 0x7fff_ffff) throw new RangeError(`an amount is 1 to 2147483647, not ${amount}`);
}
