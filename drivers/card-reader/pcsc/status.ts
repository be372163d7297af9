/**
 * What PC/SC says, in our words: state bits of a reader, and errors, which reach us as text without a code. Pure tables, total. Sources:
 * PC/SC part 5 (SCARD_READERSTATE), card-readers.md 2.3.
 */
import type { PcscProblem, ReaderState } from './service.ts';

/** SCARD_STATE_… bits of dwEventState; its upper half counts what happened. */
const IGNORE = 0x0001;
const UNKNOWN = 0x0004;
const UNAVAILABLE = 0x0008;
const PRESENT = 0x0020;

/** `undefined`: the reader is gone. */
export function readState(bits: number, atr: Uint8Array): ReaderState | undefined {
  if ((bits & (IGNORE | UNKNOWN | UNAVAILABLE)) !== 0) return undefined;
  const present = (bits & PRESENT) !== 0;
  return { present, changes: bits >>> 16, atr: present ? atr : new Uint8Array(0) };
}

/** Texts of the `smartcard` package (src/pcsc_errors.h) that say something we act on. */
const PROBLEMS: readonly (readonly [text: string, problem: PcscProblem])[] = [
  ['PC/SC service not running', 'noService'],
  ['PC/SC service stopped', 'noService'],
  // The connection to the service broke; a context of the service's last life is invalid.
  ['Communication error', 'noService'],
  ['Invalid handle', 'noService'],
  ['Context is not valid', 'noService'],
  ['System cancelled operation', 'noService'],
  ['Unknown reader', 'noReader'],
  ['Reader unavailable', 'noReader'],
  ['No readers available', 'noReader'],
  ['No smart card present', 'noCard'],
  ['Card was removed', 'noCard'],
  ['Card is unresponsive', 'mute'],
  ['Card is not supported', 'mute'],
  ['Card is unpowered', 'mute'],
  ['Unknown card type', 'mute'],
  ['Invalid ATR', 'mute'],
  // The ATR names no protocol that reader and chip share.
  ['Protocol mismatch', 'mute'],
  ['Sharing violation', 'inUse'],
];

export function problemOf(text: string): PcscProblem {
  return PROBLEMS.find(([known]) => text.includes(known))?.[1] ?? 'other';
}
