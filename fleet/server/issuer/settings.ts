/** What an issuer's operator decides about identification, loss reports, numbered limits and pending loads. Part of the server's settings (config.ts). */
import { z } from 'zod';
import { scriptFunctions } from '../../../common/upstream-api/card-scripts.ts';
import { idSchema } from '../../../common/upstream-api/fields.ts';
import { identificationMeans } from '../../../common/upstream-api/holders.ts';

/** Numbers below are the server's own: 1 `dailyCount`, 2 `dailyAmount`. */
const FIRST_OWN_NUMBER = 10;

const hexText = (least: number, most: number): z.ZodString => z.string().regex(new RegExp(`^(?:[0-9A-F]{2}){${least},${most}}$`));

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
      /** From a release until the last gate and bus has it off its list. */
      releasedEverywhereAfterMinutes: z.int().min(0).max(10_080).default(120),
    })
    .prefault({}),
  pendingLoads: z
    .strictObject({
      /** How long a claim bars other terminals while no load is authorized on it. */
      claimMinutes: z.int().min(1).max(1440).default(10),
    })
    .prefault({}),
  scripts: z
    .strictObject({
      /** Functions that need the holder to be identified. */
      holderNeededFor: z.array(z.enum(scriptFunctions)).max(20).default(['unblockApplication', 'unblockPin', 'reloadPin']),
      /** How often one command is given out under new challenges before the script fails. */
      attemptsPerCommand: z.int().min(1).max(50).default(5),
      /** Applications whose file 15 has CJ/T's layout (card-application.md 1.3). */
      cjtApplications: z.array(hexText(5, 16)).max(20).default(['A00000000386980701']),
      /** Of a new card, and of an extended one. */
      validityYears: z.int().min(1).max(50).default(10),
      /** Bytes 28–29 of file 15 on CJ/T, the card kind of file 17 otherwise (its first byte). */
      cardTypes: z.array(hexText(2, 2)).max(100).default([]),
      /** Records of file 17 (CJ/T), or of another record file by its SFI. */
      services: z
        .array(z.strictObject({ service: idSchema, sfi: z.int().min(1).max(30).default(0x17), record: z.int().min(1).max(255), data: hexText(1, 200) }))
        .max(50)
        .default([]),
      /** P2 of the PIN's commands. */
      pinId: z.int().min(0).max(255).default(0),
      /** Of the load and TAC keys that are written: what INITIALIZE names (card-application.md 2.2). */
      keyIndex: z.int().min(0).max(255).default(1),
      keyVersion: z.int().min(0).max(255).default(1),
    })
    .prefault({}),
  replacements: z
    .strictObject({
      /** Blanks that may be tried for one. */
      blanks: z.int().min(1).max(10).default(3),
      /** From the effective time until every purchase with the old card has been reported. */
      balanceKnownAfterDays: z.int().min(0).max(90).default(7),
    })
    .prefault({}),
});
export type IssuerServicesSettings = z.infer<typeof issuerServicesSettingsSchema>;
