/**
 * What the operator signs for staff: a grant, shown as a QR code, for some days; or a card's certificate, kept on its chip, for longer. Both
 * are compact JWS (RFC 7515, EdDSA) that say who, in which role, where, for which acts, from when to when. Each says what it is for in its
 * header: one is worthless as the other. The operator's command line makes them, the terminal judges them, offline.
 */
import type { KeyObject } from 'node:crypto';
import { CompactSign, compactVerify, errors, importJWK } from 'jose';
import { z } from 'zod';
import { parseJson } from '../parse-json.ts';
import { terminalIdSchema, type PublicKey } from '../upstream-api/fields.ts';
import { pinHashSchema } from './pin.ts';
import { ROLES, rolesToVerbs, VERBS, type Refusal, type Verb } from './verbs.ts';

/** Media types of the two, as the header's `typ` (RFC 7515 4.1.9). */
export const GRANT_TYPES = { grant: 'kiosk-staff-grant+jwt', card: 'kiosk-staff-card+jwt' } as const;
export type GrantKind = keyof typeof GRANT_TYPES;

/** Longest life of a grant (fleet.md) and of a card's certificate, seconds. */
export const LONGEST: Readonly<Record<GrantKind, number>> = { grant: 7 * 86_400, card: 731 * 86_400 };
/** Characters of a JWS that are looked at, at most: what a QR code holds that a kiosk's scanner reads. */
export const LONGEST_TOKEN = 2400;

export const staffNumberSchema = z.string().regex(/^[0-9]{1,12}$/, 'expected a staff number of 1 to 12 digits');
export const grantSerialSchema = z.string().regex(/^[A-Za-z0-9-]{1,30}$/, 'expected 1 to 30 of A-Z a-z 0-9 and -');

/** Every terminal of the operator. */
export const EVERY_TERMINAL = '*';

export const grantSchema = z
  .strictObject({
    serial: grantSerialSchema,
    staff: staffNumberSchema,
    role: z.enum(ROLES),
    terminals: z
      .array(z.union([terminalIdSchema, z.literal(EVERY_TERMINAL)]))
      .min(1)
      .max(50),
    /** Less than the role's; absent: the role's. */
    verbs: z.array(z.enum(VERBS)).min(1).optional(),
    /** Seconds since 1970 (RFC 7519 NumericDate), both included. */
    notBefore: z.int().min(0),
    notAfter: z.int().min(0),
    /** How often one terminal lets its holder in by it, at most. Absent on cards: any number. */
    visits: z.int().min(1).max(1000).optional(),
    pin: pinHashSchema,
    /** The chip that holds it, hexadecimal: a copy on another one is worthless. */
    card: z
      .string()
      .regex(/^(?:[0-9A-F]{2}){4,10}$/)
      .optional(),
  })
  .refine(({ notBefore, notAfter }) => notBefore <= notAfter, 'it ends before it begins');
export type Grant = Readonly<z.infer<typeof grantSchema>>;

/** Verbs of the visit: never more than the role's. */
export function verbsOf({ role, verbs }: Pick<Grant, 'role' | 'verbs'>): readonly Verb[] {
  const listed = rolesToVerbs[role];
  return verbs === undefined ? listed : listed.filter((verb) => verbs.includes(verb));
}

export interface GrantSigner {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** @throws {z.ZodError} when it is no grant; `RangeError` when it is longer than one may be */
export async function signGrant(kind: GrantKind, grant: Grant, { kid, privateKey }: GrantSigner): Promise<string> {
  const checked = grantSchema.parse(grant);
  if (checked.notAfter - checked.notBefore > LONGEST[kind]) throw new RangeError(`a ${kind} lives ${LONGEST[kind] / 86_400} days at most`);
  const signer = new CompactSign(new TextEncoder().encode(JSON.stringify(checked))).setProtectedHeader({ alg: 'EdDSA', kid, typ: GRANT_TYPES[kind] });
  const token = await signer.sign(privateKey);
  if (token.length > LONGEST_TOKEN) throw new RangeError(`a ${kind} has ${LONGEST_TOKEN} characters at most, this one ${token.length}: name fewer terminals`);
  return token;
}

export type GrantReading = { readonly ok: true; readonly grant: Grant } | { readonly ok: false; readonly why: Extract<Refusal, 'malformed' | 'badSignature'> };

/** By key id: the keys of the operator whose grants are taken. */
export type GrantKeys = Readonly<Record<string, PublicKey>>;

/** Whose word it is, and that it has the form of one; what it says is judged by {@link judgeGrant}. Never rejects. */
export async function readGrant(kind: GrantKind, token: string, keys: GrantKeys): Promise<GrantReading> {
  const malformed = { ok: false, why: 'malformed' } as const;
  if (token.length > LONGEST_TOKEN || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return malformed;
  const header = z
    .strictObject({ alg: z.literal('EdDSA'), kid: z.string().max(80), typ: z.literal(GRANT_TYPES[kind]) })
    .safeParse(json(token.split('.')[0] ?? ''));
  if (!header.success) return malformed;
  const { kid } = header.data;
  const key = Object.hasOwn(keys, kid) ? keys[kid] : undefined;
  if (key === undefined) return { ok: false, why: 'badSignature' };
  try {
    const { payload } = await compactVerify(token, await importJWK(key, 'EdDSA'), { algorithms: ['EdDSA'] });
    const grant = grantSchema.safeParse(parseJson(new TextDecoder().decode(payload)));
    if (!grant.success || grant.data.notAfter - grant.data.notBefore > LONGEST[kind]) return malformed;
    return { ok: true, grant: grant.data };
  } catch (error) {
    if (error instanceof errors.JOSEError) return { ok: false, why: 'badSignature' };
    throw error;
  }
}

export interface GrantRules {
  readonly terminalId: string;
  readonly revokedSerials: readonly string[];
  readonly revokedStaff: readonly string[];
}

export interface GrantCircumstances {
  /** ms since 1970, never earlier than anything judged before. */
  readonly at: number;
  /** How often it let its holder in here already. */
  readonly visits: number;
  /** Of the chip it was read from, where there is one. */
  readonly card?: string | undefined;
}

/** Pure: whether what it says lets its holder in, here and now. @returns why not; `undefined`: it does */
export function judgeGrant(
  grant: Grant,
  { terminalId, revokedSerials, revokedStaff }: GrantRules,
  { at, visits, card }: GrantCircumstances,
): Refusal | undefined {
  if (revokedSerials.includes(grant.serial) || revokedStaff.includes(grant.staff)) return 'revoked';
  if (!grant.terminals.includes(terminalId) && !grant.terminals.includes(EVERY_TERMINAL)) return 'otherTerminal';
  if (at < grant.notBefore * 1000) return 'notYet';
  if (at >= (grant.notAfter + 1) * 1000) return 'expired';
  if (grant.card !== undefined && grant.card !== card) return 'otherCard';
  if (grant.visits !== undefined && visits >= grant.visits) return 'used';
  return undefined;
}

function json(base64url: string): unknown {
  return parseJson(Buffer.from(base64url, 'base64url').toString('utf8'));
}
