/** One block of a MIFARE Classic card, said in words: `kioskctl decode mifare HEX`. Pure and total. Keys in a sector trailer are never repeated. */
import { toHex } from '../../../common/hex.ts';
import { isBad } from '../apdu.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { decodeAccess, keyBIsReadable } from './access.ts';
import { BLOCK_LENGTH } from './storage-channel.ts';
import { decodeValueBlock } from './value-block.ts';

/** A block doesn't say what it is: 16 bytes whose access bits agree with their complements are read as a trailer, unless they are a value block. */
export function decodeMifareHex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => {
    if (bytes.length !== BLOCK_LENGTH)
      return { ok: false, code: 'badLength', message: `a MIFARE Classic block has ${BLOCK_LENGTH} bytes, not ${bytes.length}` };
    const value = decodeValueBlock(bytes);
    if (!isBad(value)) return { ok: true, type: 'valueBlock', ...value };
    const access = decodeAccess(bytes.subarray(6, 9));
    if (access === undefined) return { ok: true, type: 'dataBlock', noValueBecause: value.error.message, ...copiesOf(bytes) };
    const bits = access.groups.map((group) => group.toString(2).padStart(3, '0'));
    return { ok: true, type: 'sectorTrailer', accessBits: bits, keyBIsReadable: keyBIsReadable(access), keys: 'hidden' };
  });
}

/** What each part of a damaged value block says by itself, for the person who decides what it was. */
function copiesOf(block: Uint8Array): object {
  const view = new DataView(block.buffer, block.byteOffset, BLOCK_LENGTH);
  return {
    value: view.getInt32(0, true),
    fromComplement: ~view.getInt32(4, true),
    secondValue: view.getInt32(8, true),
    addressBytes: toHex(block.subarray(12)),
  };
}
