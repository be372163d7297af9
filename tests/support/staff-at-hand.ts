/** Staff of the tests: their numbers and PINs, the operator's secrets and keys, and what a person would hold or be told at this moment. */
import { scryptSync } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { terminalSecret, totpSecret } from '../../common/maintenance/staff-secret.ts';
import type { PinHash } from '../../common/maintenance/pin.ts';
import type { Role } from '../../common/maintenance/verbs.ts';

export const MASTER = new Uint8Array(32).fill(7);
export const TERMINAL = 'T-0001';
export const SECRET = terminalSecret(MASTER, TERMINAL);

/** As common/maintenance/pin.ts says: scrypt with N 32768, r 8, p 1. */
function hashed(pin: string, salt: number): PinHash {
  const bytes = Buffer.alloc(16, salt);
  const hash = scryptSync(pin, bytes, 32, { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 });
  return { salt: bytes.toString('base64url'), hash: hash.toString('base64url') };
}

export interface StaffAtHand {
  readonly number: string;
  readonly role: Role;
  readonly pin: string;
}

export const TECHNICIAN: StaffAtHand = { number: '0417', role: 'technician', pin: '402817' };
export const COLLECTOR: StaffAtHand = { number: '0533', role: 'collector', pin: '775310' };
export const SUPERVISOR: StaffAtHand = { number: '0902', role: 'supervisor', pin: '60193342' };
export const AUDITOR: StaffAtHand = { number: '0777', role: 'auditor', pin: '918273' };
export const EVERYBODY = [TECHNICIAN, COLLECTOR, SUPERVISOR, AUDITOR] as const;

const hashes = new Map<string, PinHash>();
/** Made once: it is slow on purpose. */
export function pinHashOf({ number, pin }: Pick<StaffAtHand, 'number' | 'pin'>): PinHash {
  const known = hashes.get(number) ?? hashed(pin, Number(number) % 251);
  hashes.set(number, known);
  return known;
}

/** What their authenticator shows. @param at ms since 1970 */
export function codeOf({ number }: Pick<StaffAtHand, 'number'>, at: number, secret: Uint8Array = SECRET): string {
  const ofStaff = new Uint8Array(totpSecret(secret, number));
  return new TOTP({ secret: new Secret({ buffer: ofStaff.buffer }), algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: at });
}

/** `maintenance.staff` of a configuration. */
export function roster(staff: readonly StaffAtHand[] = EVERYBODY): { number: string; role: Role; pin: PinHash }[] {
  return staff.map((member) => ({ number: member.number, role: member.role, pin: pinHashOf(member) }));
}
