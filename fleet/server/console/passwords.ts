/** Passwords: scrypt (RFC 7914), whose parameters are kept with each hash, so that they can be raised without anybody noticing. */
import { scrypt, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../../common/ids.ts';
import { ProblemError } from '../http/problems.ts';

/** OWASP Password Storage Cheat Sheet, scrypt: N = 2^15, r = 8, p = 3 is one of its equal settings; 32 MiB each. */
const COST: ScryptCost = { N: 2 ** 15, r: 8, p: 3 };

export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** At most so many at once: whoever guesses in parallel must not take the machine's memory. */
const AT_ONCE = 4;

export interface Passwords {
  /** @returns `scrypt$N$r$p$salt$key`, base64url */
  hash(password: string): Promise<string>;
  /** Takes as long for `null`, somebody whom nobody knows. */
  matches(password: string, stored: string | null): Promise<boolean>;
}

/** @param cost of new hashes; default: {@link COST}. Tests hash many. */
export function createPasswords(random: Random, cost = COST): Passwords {
  const turn = turns(AT_ONCE);
  const nobody = textOf(cost, Buffer.alloc(SALT_BYTES), Buffer.alloc(KEY_BYTES));
  return {
    hash: (password) =>
      turn(async () => {
        const salt = Buffer.from(random.bytes(SALT_BYTES));
        return textOf(cost, salt, await derive(password, salt, cost));
      }),
    matches: (password, stored) =>
      turn(async () => {
        const hash = partsOf(stored ?? nobody);
        const same = timingSafeEqual(await derive(password, hash.salt, hash.cost), hash.key);
        return same && stored !== null;
      }),
  };
}

/** Long ones are fine; what a dictionary or the name gives away is not. @throws {ProblemError} `weakPassword` */
export function requireStrength(password: string, name: string): void {
  const different = new Set(password.toLowerCase()).size;
  if (different < 6) throw new ProblemError('weakPassword', `it has ${different} different characters: take at least 6`);
  if (password.toLowerCase().includes(name.toLowerCase())) throw new ProblemError('weakPassword', 'it contains the name');
}

function textOf({ N, r, p }: ScryptCost, salt: Buffer, key: Buffer): string {
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

function partsOf(stored: string): { cost: ScryptCost; salt: Buffer; key: Buffer } {
  const [, N, r, p, salt = '', key = ''] = stored.split('$');
  return { cost: { N: Number(N), r: Number(r), p: Number(p) }, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') };
}

/** The same characters however a keyboard composes them (RFC 8265). */
function derive(password: string, salt: Buffer, { N, r, p }: ScryptCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

/** Runs at most `most` at once; the others wait in order. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running === most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
