/**
 * AIM symbology identifiers (`]`, code character, modifier) in the class's words. Source: card-readers.md 3.1; all but Q0, Q1 and E0
 * rest on one source there.
 */
import type { Symbology } from './code-scanner.ts';

const BRACKET = 0x5d;

/** Where the modifier decides; everything else goes by the code character. */
const BY_IDENTIFIER: Readonly<Record<string, Symbology>> = {
  ']E0': 'ean13',
  ']E4': 'ean8',
  ']C0': 'code128',
  ']C1': 'gs1128',
  ']e0': 'gs1DataBar',
};

const BY_CODE: Readonly<Record<string, Symbology>> = { Q: 'qr', A: 'code39', d: 'dataMatrix', L: 'pdf417', z: 'aztec' };

/** `undefined` when the three characters are no AIM identifier. */
export function readAim(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 3 || bytes[0] !== BRACKET) return undefined; // most scanners say none, and every report is looked at
  const text = String.fromCharCode(...bytes);
  return /^\][A-Za-z][0-9A-Za-z]$/.test(text) ? text : undefined;
}

/** @param aim as `readAim` gives it */
export function symbologyOf(aim: string | undefined): Symbology {
  if (aim === undefined) return 'unknown';
  return BY_IDENTIFIER[aim] ?? BY_CODE[aim.charAt(1)] ?? 'other';
}
