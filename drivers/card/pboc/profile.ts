/**
 * Card profiles: what differs from issuer to issuer, as configuration (card-application.md section 7), and the order in which a card is
 * asked for them. Owned by the terminal's configuration; used by the purse.
 */
import { z } from 'zod';

const hex = (least: number, most = least) =>
  z
    .string()
    .regex(
      new RegExp(`^(?:[0-9A-Fa-f]{2}){${least},${most}}$`),
      least === most ? `expected ${least} bytes of hexadecimal` : `expected ${least} to ${most} bytes of hexadecimal`,
    )
    .toUpperCase();
const byte = z.int().min(0).max(255);
const sfi = z.int().min(1).max(31);

export const cardProfileSchema = z
  .strictObject({
    name: z.string().min(1).max(40),
    /** Application name; the card may answer with a longer one (city variants). */
    aid: hex(1, 16).optional(),
    /** Instead of a name: the file ids below each other, e.g. 3F00 then 1001. */
    path: z.array(hex(2)).min(1).max(4).optional(),
    file15: z.enum(['pboc', 'cjt']),
    /** 1 = ED, 2 = EP. */
    purseType: z.literal([1, 2]).default(2),
    /** Where loads are logged: 24 (18) as a rule, 26 (1A) on CJ/T cards; all are searched in a recovery. */
    loadLogSfis: z.array(sfi).min(1).max(4).default([0x18]),
    /** Logs shown to the person; a record that stands in two of them is shown once. */
    statementSfis: z.array(sfi).max(4).default([0x18]),
    /** Slots of a log file. */
    logRecords: z.int().min(1).max(255).default(10),
    keyIndex: byte.default(1),
    /** Algorithm ids of the load key that are accepted. */
    algorithms: z.array(byte).min(1).default([0]),
    /** P1 of GET BALANCE, the same before and after a load. */
    balanceP1: z.int().min(0).max(3).default(0),
    /** Verified once a presentation, when the card asks for it or before a load. Digits of the PIN, 2–6 bytes BCD padded with F. */
    pin: z.strictObject({ id: byte.default(0), value: hex(2, 6), beforeLoad: z.boolean() }).optional(),
    prove: z.enum(['supported', 'unsupported']).default('supported'),
    /** Counter under which the card keeps a proof: N0+1 (`after`), or N0 on a card known to do so. */
    proveCounter: z.enum(['after', 'before']).default('after'),
    zeroAmountInitialize: z.boolean().default(true),
    /** Most the purse may hold, fen. */
    balanceLimit: z.int().min(1).max(0xffff_ffff),
    /** Issuer identifiers (file 15 bytes 0–7) or their beginnings; `any` only where the issuer check upstream decides. */
    acceptedIssuers: z.union([z.literal('any'), z.array(hex(1, 8)).min(1)]),
  })
  .refine((profile) => (profile.aid === undefined) !== (profile.path === undefined), { error: 'expected either aid or path', path: ['aid'] });

export type CardProfile = z.infer<typeof cardProfileSchema>;
/** As written in the configuration file, before defaults. */
export type CardProfileInput = z.input<typeof cardProfileSchema>;

export const JTT978_AID = 'A000000632010105';
export const CJT_AID = 'A00000000386980701';

/** One SELECT to try: a profile and the name (or joined file ids) by which the journal will know the application. */
export interface Target {
  readonly profile: CardProfile;
  readonly application: string;
}

/**
 * The order of card-application.md 1.1: what the card's own list names, JT/T 978, CJ/T, other names, directories.
 * @param listed names from the PPSE
 */
export function probeTargets(profiles: readonly CardProfile[], listed: readonly string[]): readonly Target[] {
  const fromList = listed.flatMap((name) => targetFor(profiles, name) ?? []);
  const rank = ({ profile }: Target): number => {
    if (profile.aid === undefined) return 3;
    if (profile.aid.startsWith(JTT978_AID)) return 0;
    return profile.aid === CJT_AID ? 1 : 2;
  };
  const known = profiles.map((profile) => ({ profile, application: profile.aid ?? (profile.path ?? []).join('') }));
  return [...fromList, ...known.toSorted((one, other) => rank(one) - rank(other))];
}

/** How to find an application again by the name in the journal; undefined when no profile covers it. */
export function targetFor(profiles: readonly CardProfile[], application: string): Target | undefined {
  if (application.length > 32) return undefined;
  const fits = (profile: CardProfile): boolean =>
    profile.aid === undefined ? (profile.path ?? []).join('') === application : application.startsWith(profile.aid);
  const [profile] = profiles.filter(fits).toSorted((one, other) => (other.aid?.length ?? 0) - (one.aid?.length ?? 0));
  return profile === undefined ? undefined : { profile, application };
}

export function acceptsIssuer(profile: CardProfile, issuer: string): boolean {
  return profile.acceptedIssuers === 'any' || profile.acceptedIssuers.some((beginning) => issuer.startsWith(beginning));
}
