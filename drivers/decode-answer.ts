/** What `kioskctl decode` and the protocol monitor say of bytes: the message in the document's words, or why they are none. */
import { fromHex } from '../common/hex.ts';

export type DecodeAnswer = { readonly ok: true; readonly [field: string]: unknown } | { readonly ok: false; readonly code: string; readonly message: string };

/** Reads hexadecimal with blanks and hands the bytes to a decoder. Never throws. */
export function decodeHex(hex: string, decode: (bytes: Uint8Array) => DecodeAnswer): DecodeAnswer {
  const digits = hex.replace(/\s+/g, '');
  if (digits === '') return { ok: false, code: 'empty', message: 'no bytes were given' };
  if (!/^(?:[0-9A-Fa-f]{2})+$/.test(digits)) return { ok: false, code: 'badHex', message: 'expected bytes as pairs of hexadecimal digits' };
  return decode(fromHex(digits));
}
