/** Staff of the tests: their numbers and PINs, the operator's secrets and keys, and what a person would hold or be told at this moment. */
import { createHmac, generateKeyPairSync, hkdfSync, scryptSync, type KeyObject } from 'node:crypto';
import { signGrant, type Grant, type GrantKind } from '../../common/maintenance/grant.ts';
import type { PinHash } from '../../common/maintenance/pin.ts';
import type { Role } from '../../common/maintenance/verbs.ts';

export const MASTER = new Uint8Array(32).fill(7);
export const TERMINAL = 'T-0001';
export const SECRET = derived(MASTER, `kiosk-staff-terminal:${TERMINAL}`);

/** HKDF-SHA-256 without salt, as common/maintenance/staff-secret.ts says. */
export function derived(secret: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', info, 32));
}

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

/** What their authenticator shows: RFC 6238 over RFC 4226 5.3. @param at ms since 1970 */
export function codeOf({ number }: Pick<StaffAtHand, 'number'>, at: number, secret: Uint8Array = SECRET): string {
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', derived(secret, `kiosk-staff-totp:${number}`))
    .update(step)
    .digest();
  const word = mac.readUInt32BE((mac.at(-1) ?? 0) & 0x0f) & 0x7fff_ffff;
  return String(word % 1_000_000).padStart(6, '0');
}

/** What the duty desk says to a challenge: the whole HMAC as one number, its last eight digits. */
export function saidByTelephone({ number }: Pick<StaffAtHand, 'number'>, challenge: string, secret: Uint8Array = SECRET): string {
  const mac = createHmac('sha256', derived(secret, `kiosk-staff-phone:${number}`))
    .update(challenge)
    .digest('hex');
  return BigInt(`0x${mac}`).toString().slice(-8);
}

export interface OperatorKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };
}

export function operatorKey(kid: string): OperatorKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { kid, privateKey, publicKey: { kty: 'OKP', crv: 'Ed25519', x: publicKey.export({ format: 'jwk' }).x ?? '' } };
}

export const OPERATOR = operatorKey('op-1');
const DAY_S = 86_400;

/** A week of a technician at this terminal. @param from ms since 1970 */
export function grantFor(member: StaffAtHand, from: number, more: Partial<Grant> = {}): Grant {
  const notBefore = Math.floor(from / 1000);
  return {
    serial: `G-${member.number}`,
    staff: member.number,
    role: member.role,
    terminals: [TERMINAL],
    notBefore,
    notAfter: notBefore + 7 * DAY_S,
    pin: pinHashOf(member),
    ...more,
  };
}

export function signed(grant: Grant, kind: GrantKind = 'grant', key: OperatorKey = OPERATOR): Promise<string> {
  return signGrant(kind, grant, key);
}

/** `maintenance.staff` of a configuration. */
export function roster(staff: readonly StaffAtHand[] = EVERYBODY): { number: string; role: Role; pin: PinHash }[] {
  return staff.map((member) => ({ number: member.number, role: member.role, pin: pinHashOf(member) }));
}
