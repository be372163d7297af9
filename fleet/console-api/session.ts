/**
 * Signing in and out, and one's own account. A session is a cookie that scripts can't read; it ends after 30 idle minutes and after 12 hours.
 * Who signs in wrongly learns only that: not whether the name, the password or the code was wrong.
 */
import { z } from 'zod';
import { momentSchema, staffNameSchema } from './fields.ts';
import { roles, verbs } from './roles.ts';

export const passwordSchema = z.string().min(12).max(200);
/** Six digits of the authenticator. */
export const totpSchema = z.string().regex(/^\d{6}$/);
/** One of the ten that were shown once; groups and case don't matter. */
export const recoveryCodeSchema = z.string().min(10).max(40);

/** What WebAuthn's browser half makes and takes (W3C WebAuthn 3, 5.1 JSON forms); read by the WebAuthn library. */
export const webauthnSchema = z.looseObject({});

export const sessionSchema = z.strictObject({
  staffId: z.string(),
  name: z.string(),
  role: z.enum(roles),
  verbs: z.array(z.enum(verbs)),
  method: z.enum(['password', 'recoveryCode', 'passkey']),
  signedInAt: momentSchema,
  /** Ends then unless something is asked before. */
  idleUntil: momentSchema,
  /** Ends then whatever happens. */
  endsAt: momentSchema,
  /** After a sign-in by recovery code: how many are left. */
  recoveryCodesLeft: z.int().min(0),
  /** For the page's head. */
  consoleName: z.string(),
  /** The operator's local time, by which business dates are; minutes ahead of UTC. */
  utcOffsetMinutes: z.int(),
});
export type Session = z.infer<typeof sessionSchema>;

/** One of `totp` and `recoveryCode`. */
export const passwordSignInSchema = z
  .strictObject({ name: z.string().max(80), password: z.string().max(200), totp: totpSchema.optional(), recoveryCode: recoveryCodeSchema.optional() })
  .refine(({ totp, recoveryCode }) => (totp === undefined) !== (recoveryCode === undefined), 'expected totp or recoveryCode');

/** `options` go to `startAuthentication`, or `startRegistration`; the answer comes back with `challengeId` within two minutes. */
export const passkeyOptionsSchema = z.strictObject({ challengeId: z.string().max(80), options: webauthnSchema });
/** What the browser made of the options. */
const madeSchema = webauthnSchema.extend({ id: z.string().max(2000) });
export const passkeySignInSchema = z.strictObject({ challengeId: z.string().max(80), response: madeSchema });

export const invitationCodeSchema = z.string().min(1).max(60);

export const invitationLookSchema = z.strictObject({ code: invitationCodeSchema });
/** `totpUri` is for a QR code; `totpSecret` (base 32) for who can't scan. Both stay the same while the invitation is open. */
export const invitationSchema = z.strictObject({
  name: z.string(),
  role: z.enum(roles),
  expiresAt: momentSchema,
  totpUri: z.string(),
  totpSecret: z.string(),
});

export const acceptInvitationSchema = z.strictObject({ code: invitationCodeSchema, password: passwordSchema, totp: totpSchema });
/** Shown once. The cookie of the new session comes with it. */
export const acceptedInvitationSchema = z.strictObject({ session: sessionSchema, recoveryCodes: z.array(z.string()) });

export const passkeySchema = z.strictObject({ passkeyId: z.string(), label: z.string(), addedAt: momentSchema, lastUsedAt: momentSchema.nullable() });

export const accountSchema = z.strictObject({
  staffId: z.string(),
  name: staffNameSchema,
  role: z.enum(roles),
  passkeys: z.array(passkeySchema),
  recoveryCodesLeft: z.int().min(0),
  passwordChangedAt: momentSchema,
  sessions: z.array(z.strictObject({ current: z.boolean(), signedInAt: momentSchema, lastUsedAt: momentSchema, address: z.string(), method: z.string() })),
});

/** Proves again who asks, before an account's own keys are changed. */
const proof = { password: z.string().max(200), totp: totpSchema };
export const changePasswordSchema = z.strictObject({ ...proof, newPassword: passwordSchema });
export const newRecoveryCodesSchema = z.strictObject(proof);
export const recoveryCodesSchema = z.strictObject({ recoveryCodes: z.array(z.string()) });
export const addPasskeyOptionsSchema = z.strictObject(proof);
export const addPasskeySchema = z.strictObject({ challengeId: z.string().max(80), response: madeSchema, label: z.string().trim().min(1).max(40) });
export const passkeyParamsSchema = z.strictObject({ passkeyId: z.string().max(400) });
