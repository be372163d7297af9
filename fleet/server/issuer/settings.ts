/** What an issuer's operator decides about identification, loss reports, numbered limits and pending loads. Part of the server's settings (config.ts). */
import { z } from 'zod';
import { identificationMeans } from '../../../common/upstream-api/holders.ts';

/** Numbers below are the server's own: 1 `dailyCount`, 2 `dailyAmount`. */
const FIRST_OWN_NUMBER = 10;

/** Within the window, what is counted never passes the maximum. Loads on a claim are not counted: their money was taken in before. */
export const velocityRuleSchema = z
  .strictObject({
    /** What the person is told and the support desk looks up. */
    number: z.int().min(FIRST_OWN_NUMBER).max(9999),
    /** Whose loads are counted: the card's, all of the terminal's, or everybody's. */
    scope: z.enum(['card', 'terminal', 'issuer']),
    /** `day`: the day of the issuer's calendar; otherwise the last so many minutes. */
    window: z.union([z.literal('day'), z.strictObject({ minutes: z.int().min(1).max(525_600) })]),
    maxCount: z.int().min(1).optional(),
    /** Fen. */
    maxAmount: z.int().min(1).optional(),
    messageKey: z.string().regex(/^[a-zA-Z0-9.]{1,80}$/),
  })
  .refine(({ maxCount, maxAmount }) => (maxCount === undefined) !== (maxAmount === undefined), 'expected one of maxCount and maxAmount');
export type VelocityRule = z.infer<typeof velocityRuleSchema>;

export const velocityRulesSchema = z
  .array(velocityRuleSchema)
  .max(50)
  .refine((rules) => new Set(rules.map(({ number }) => number)).size === rules.length, 'two rules have the same number');

export const issuerServicesSettingsSchema = z.strictObject({
  identification: z
    .strictObject({
      /** How long one can be named. */
      validMinutes: z.int().min(1).max(60).default(10),
      /** Wrong tries for one document, telephone or card within the window, wherever they are made. */
      wrongTries: z.int().min(1).max(100).default(5),
      /** The same of a terminal, over all of them. */
      wrongTriesPerTerminal: z.int().min(1).max(1000).default(20),
      windowMinutes: z.int().min(1).max(1440).default(30),
      phoneCodeMinutes: z.int().min(1).max(30).default(5),
      /** Codes that one telephone is sent within the window. */
      codesPerPhone: z.int().min(1).max(100).default(5),
    })
    .prefault({}),
  losses: z
    .strictObject({
      /** From the report until it takes effect. */
      effectiveAfterMinutes: z.int().min(0).max(10_080).default(0),
      /** Means of identification that are enough to take a report back. */
      releaseBy: z.array(z.enum(identificationMeans)).min(1).max(3).default(['document', 'phone']),
      /** Whether the card itself must prove that it is there. */
      releaseNeedsCard: z.boolean().default(true),
    })
    .prefault({}),
  pendingLoads: z
    .strictObject({
      /** How long a claim bars other terminals while no load is authorized on it. */
      claimMinutes: z.int().min(1).max(1440).default(10),
    })
    .prefault({}),
});
export type IssuerServicesSettings = z.infer<typeof issuerServicesSettingsSchema>;
