/**
 * The secrets behind one-time codes, each derived from the one above it (HKDF-SHA-256, RFC 5869): the operator's master secret → one a
 * terminal, which is all that the terminal holds → one for each of its staff and each use. A stolen terminal gives away its own codes and
 * nobody else's.
 */
import { createHmac, hkdfSync } from 'node:crypto';

export const SECRET_BYTES = 32;
/** RFC 6238 with its defaults: every authenticator does these. */
export const TOTP = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** As many before and after the present one are taken: a wrist watch's mistake. */
export const TOTP_WINDOW = 1;
const CHALLENGE_DIGITS = 8;
const RESPONSE_DIGITS = 8;

/** Of the operator's side only. */
export function terminalSecret(master: Uint8Array, terminalId: string): Uint8Array {
  return derive(master, `kiosk-staff-terminal:${terminalId}`);
}

/** For the authenticator of `staff`, good at one terminal. */
export function totpSecret(ofTerminal: Uint8Array, staff: string): Uint8Array {
  return derive(ofTerminal, `kiosk-staff-totp:${staff}`);
}

/** 8 digits for the telephone, out of unpredictable bytes. */
export function makeChallenge(bytes: Uint8Array): string {
  return digitsOf(bytes, CHALLENGE_DIGITS);
}
/** Bytes that {@link makeChallenge} needs. */
export const CHALLENGE_BYTES = 16;

/** What the operator's desk says to a challenge that `staff` read to it: 8 digits. */
export function phoneResponse(ofTerminal: Uint8Array, staff: string, challenge: string): string {
  const key = derive(ofTerminal, `kiosk-staff-phone:${staff}`);
  return digitsOf(createHmac('sha256', key).update(challenge, 'ascii').digest(), RESPONSE_DIGITS);
}

function derive(secret: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', info, SECRET_BYTES));
}

function digitsOf(bytes: Uint8Array, digits: number): string {
  const number = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) % 10n ** BigInt(digits);
  return number.toString().padStart(digits, '0');
}
