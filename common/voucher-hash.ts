/**
 * What stands for a voucher's code wherever it is kept: a salted scrypt hash (RFC 7914). The terminal makes it, upstream compares it. Slow
 * on purpose: a code has 10^11 values, and whoever reads a journal or upstream's books must not be able to try them all.
 */
import { scrypt, scryptSync } from 'node:crypto';
import { fromHex, toHex } from './hex.ts';

/** 2^13 blocks of 8: 8 MiB and some tens of milliseconds a code, so that all of them take a processor core decades. */
const COST = { N: 8192, r: 8, p: 1 } as const;
const HASH_BYTES = 32;
/** Bytes of a salt. */
export const VOUCHER_SALT_BYTES = 16;

/** At once, for the terminal, which does it once a voucher. @param salt hexadecimal. @returns upper-case hexadecimal, 32 bytes */
export function hashVoucherCode(code: string, salt: string): string {
  return toHex(scryptSync(code, fromHex(salt), HASH_BYTES, COST));
}

/** The same beside the event loop, for upstream, which serves others meanwhile. */
export function hashVoucherCodeAside(code: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(code, fromHex(salt), HASH_BYTES, COST, (error, hash) => (error === null ? resolve(toHex(hash)) : reject(error)));
  });
}
