/**
 * The value block of MIFARE Classic, bytes ↔ value: `v ¬v v a ¬a a ¬a`, v signed and little-endian, each copy complemented so that a torn write
 * shows. Pure and total. Source: card-application.md 5.1 (NXP MF1S50yyX 8.6.2.1). Used by the storage purse and `decodeMifareHex`.
 */
import { bad, type BadBytes } from '../apdu.ts';
import { BLOCK_LENGTH } from './storage-channel.ts';

export interface ValueBlock {
  /** −2^31 … 2^31 − 1. */
  readonly value: number;
  /** A byte for the issuer's use, often the block's own number. RESTORE and TRANSFER may carry the source's along: it identifies nothing. */
  readonly address: number;
}

export const MAX_VALUE = 0x7fff_ffff;
export const MIN_VALUE = -0x8000_0000;

/** @throws {RangeError} when a field doesn't fit */
export function encodeValueBlock({ value, address }: ValueBlock): Uint8Array {
  if (!Number.isInteger(value) || value < MIN_VALUE || value > MAX_VALUE) throw new RangeError(`a value block holds 32 signed bits, not ${value}`);
  if (!Number.isInteger(address) || address < 0 || address > 255) throw new RangeError(`an address is one byte, not ${address}`);
  const block = new Uint8Array(BLOCK_LENGTH);
  const view = new DataView(block.buffer);
  view.setInt32(0, value, true);
  view.setInt32(4, ~value, true);
  view.setInt32(8, value, true);
  block.set([address, address ^ 0xff, address, address ^ 0xff], 12);
  return block;
}

/** Valid only when all three copies and all four address bytes agree. */
export function decodeValueBlock(block: Uint8Array): ValueBlock | BadBytes {
  if (block.length !== BLOCK_LENGTH) return bad('badLength', `a block has ${BLOCK_LENGTH} bytes, ${block.length} came`);
  const view = new DataView(block.buffer, block.byteOffset, BLOCK_LENGTH);
  const value = view.getInt32(0, true);
  if (view.getInt32(8, true) !== value || view.getInt32(4, true) !== ~value) return bad('badValue', 'the three copies of the value disagree');
  const [address = 0, inverted = 0, again = 0, invertedAgain = 0] = block.subarray(12);
  if (again !== address || inverted !== (address ^ 0xff) || invertedAgain !== inverted) return bad('badValue', 'the four address bytes disagree');
  return { value, address };
}
