/**
 * What stands for somebody's PIN wherever it is kept — configuration, grant, card: a salted scrypt hash (RFC 7914). Slow and large on
 * purpose: whoever finds a lost grant must spend more than its days on the million PINs. Made by the operator, compared at the terminal.
 */
import { scryptSync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** 2^15 blocks of 8: 32 MiB and some tens of milliseconds a try. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const HASH_BYTES = 32;
/** Bytes of a salt. */
export const PIN_SALT_BYTES = 16;

/** base64url without padding, 16 and 32 bytes. */
export const pinHashSchema = z.strictObject({
  salt: z.string().regex(/^[\w-]{22}$/, 'expected 16 bytes in base64url'),
  hash: z.string().regex(/^[\w-]{43}$/, 'expected 32 bytes in base64url'),
});
export type PinHash = z.infer<typeof pinHashSchema>;

/** 6 to 12 digits. */
export function isPin(text: string): boolean {
  return /^\d{6,12}$/.test(text);
}

/** @param salt {@link PIN_SALT_BYTES} unpredictable bytes */
export function hashPin(pin: string, salt: Uint8Array): PinHash {
  return { salt: Buffer.from(salt).toString('base64url'), hash: slowly(pin, salt).toString('base64url') };
}

/** At once: nobody is served while somebody signs in. */
export function isPinOf(pin: string, { salt, hash }: PinHash): boolean {
  return timingSafeEqual(slowly(pin, Buffer.from(salt, 'base64url')), Buffer.from(hash, 'base64url'));
}

function slowly(pin: string, salt: Uint8Array): Buffer {
  return scryptSync(pin, salt, HASH_BYTES, COST);
}
