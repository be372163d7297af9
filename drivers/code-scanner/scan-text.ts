/** From the bytes of a whole scan to its text, alike for every scanner. */
import iconv from 'iconv-lite';
import type { Scan } from './code-scanner.ts';
import { symbologyOf } from './symbology.ts';

/** Of one scan on the line, its terminator not counted (code-scanner.ts). */
export const LONGEST_SCAN = 1024;

/** What bytes that are no UTF-8 are read as; `none`: they are no text. */
export type TextFallback = 'none' | 'gb18030';

/**
 * Control characters no code holds for people or programs: what is left is line ends, TAB, and EOT, FS, GS, RS, US, which structure
 * ISO 15434 and GS1 messages. Anything else is noise, most often a wrong speed of the line.
 */
// eslint-disable-next-line no-control-regex
const NOISE = /[\u0000-\u0003\u0005-\u0008\u000b\u000c\u000e-\u001b\u007f]/;

/** `undefined`: not text. */
export function scanOf(bytes: Uint8Array, aim: string | undefined, fallback: TextFallback): Scan | undefined {
  const text = decode(withoutLineEnd(bytes), fallback);
  if (text === undefined || NOISE.test(text)) return undefined;
  return { text, symbology: symbologyOf(aim), ...(aim === undefined ? {} : { aim }) };
}

/** One CR, LF or CR LF at the end is the scanner's, not the code's. */
function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  const end = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  return bytes.subarray(0, bytes[end - 1] === 0x0d ? end - 1 : end);
}

/** Keeps nothing from one call to the next. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array, fallback: TextFallback): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    if (fallback === 'none') return undefined;
    // iconv-lite replaces what it can't read; that mark in the text means that it was no GB18030 either.
    const text = iconv.decode(Buffer.from(bytes), 'gb18030');
    return text.includes('\uFFFD') ? undefined : text;
  }
}
