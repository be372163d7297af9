/**
 * Issuer: a card's service password is set. It travels sealed to the issuer's key (common/sealing.ts), bound to the card and to the change, so
 * that nobody between keyboard and issuer can read it or use it for another card. Idempotent by `changeId`.
 */
import { z } from 'zod';
import { idSchema, serialSchema } from './fields.ts';
import { servicePasswordSchema } from './holders.ts';
import { sealedSchema, sealingPublicKeySchema } from './support.ts';

/** `GET /v1/issuer/service-passwords/key` */
export const passwordKeySchema = z.strictObject({ key: sealingPublicKeySchema });
export type PasswordKey = z.infer<typeof passwordKeySchema>;

/** What is sealed, as JSON. */
export const sealedPasswordSchema = z.strictObject({ changeId: idSchema, serial: serialSchema, password: servicePasswordSchema });
export type SealedPassword = z.infer<typeof sealedPasswordSchema>;

/** `POST /v1/issuer/service-passwords` */
export const setPasswordRequestSchema = z.strictObject({ changeId: idSchema, identificationId: idSchema, serial: serialSchema, sealed: sealedSchema });
export type SetPasswordRequest = z.infer<typeof setPasswordRequestSchema>;

export const passwordRefusals = [
  'notIdentified',
  'notHoldersCard',
  /** Too easily guessed (common/service-password.ts). */
  'weak',
  /** Barred before it arrived. */
  'notArrived',
] as const;
export type PasswordRefusal = (typeof passwordRefusals)[number];

export const setPasswordAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({ result: z.literal('set') }),
  z.strictObject({ result: z.literal('refused'), code: z.enum(passwordRefusals) }),
]);
export type SetPasswordAnswer = z.infer<typeof setPasswordAnswerSchema>;

/** `POST /v1/issuer/service-passwords/<changeId>/settle`: what became of it. One that never arrived can't arrive afterwards. */
export const passwordStandingSchema = z.strictObject({ state: z.enum(['set', 'notSet']) });
export type PasswordStanding = z.infer<typeof passwordStandingSchema>;
export const passwordParamsSchema = z.strictObject({ changeId: idSchema });
