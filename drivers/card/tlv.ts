/** BER-TLV as cards use it (ISO 7816-4 5.2.2): bytes → the data objects of one level. Pure; the caller descends into the templates it knows. */
import { bad, type BadBytes } from './apdu.ts';

export interface Tlv {
  /** All tag bytes as one number, e.g. 0x9F0C. */
  readonly tag: number;
  readonly value: Uint8Array;
}

/** Bytes 00 and FF between objects are padding. Tags of at most 3 bytes, lengths of at most 65,535. */
export function decodeTlv(bytes: Uint8Array): readonly Tlv[] | BadBytes {
  const found: Tlv[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === 0x00 || bytes[at] === 0xff) {
      at += 1;
      continue;
    }
    const object = objectAt(bytes, at);
    if ('error' in object) return object;
    found.push({ tag: object.tag, value: object.value });
    at = object.end;
  }
  return found;
}

function objectAt(bytes: Uint8Array, start: number): (Tlv & { readonly end: number }) | BadBytes {
  const tagLength = tagLengthAt(bytes, start);
  const lengthAt = start + tagLength;
  const first = bytes[lengthAt];
  if (first === undefined) return bad('truncated', `a data object ends inside its tag at byte ${start}`);
  const extra = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80 || extra > 2) return bad('badLength', `length byte ${first.toString(16).toUpperCase()} at byte ${lengthAt} is not used on cards`);
  const length = extra === 0 ? first : bigEndian(bytes.subarray(lengthAt + 1, lengthAt + 1 + extra));
  const valueAt = lengthAt + 1 + extra;
  const end = valueAt + length;
  if (end > bytes.length) return bad('truncated', `the data object at byte ${start} says ${length} bytes, ${Math.max(0, bytes.length - valueAt)} follow`);
  return { tag: bigEndian(bytes.subarray(start, lengthAt)), value: bytes.slice(valueAt, end), end };
}

function tagLengthAt(bytes: Uint8Array, start: number): number {
  if (((bytes[start] ?? 0) & 0x1f) !== 0x1f) return 1;
  return ((bytes[start + 1] ?? 0) & 0x80) === 0 ? 2 : 3;
}

function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
