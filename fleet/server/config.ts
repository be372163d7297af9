/** The server's settings: one schema, every default stated. `main.ts` reads them from a file; an embedding program passes them as an object. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { diversificationLevelSchema } from '../../common/pboc.ts';
import { publicKeySchema } from '../../common/upstream-api/fields.ts';
import { busSettingsSchema } from '../bus/settings.ts';
import { clearingSettingsSchema } from './clearing/clearing-settings.ts';
import { issuerServicesSettingsSchema, velocityRulesSchema } from './issuer/settings.ts';
import { keyStoreProblems, keyStoreSettingsSchema, masterKeySchema } from './keys/key-settings.ts';
import { supportSettingsSchema } from './support/settings.ts';
import { usualRules, type RolloutRules } from './rollouts/rings.ts';

export const issuerSettingsSchema = z.strictObject({
  /** Master keys MLK and MTK (card-application.md 2.5) of a sandbox; where they are kept better, `keyStore` says how. */
  masterLoadKey: masterKeySchema.optional(),
  masterTacKey: masterKeySchema.optional(),
  /** From the master key to the card's: `serial`, `issuer+serial`, or the list of levels, outermost first. */
  diversification: z.union([z.enum(['serial', 'issuer+serial']), z.array(diversificationLevelSchema).min(1).max(4)]).default('serial'),
  /** Most that a purse may hold, fen. */
  purseLimit: z.int().min(1).max(0xffff_ffff).default(500_000),
  /** Most that one load may be, fen. */
  loadLimit: z.int().min(1).max(0xffff_ffff).default(500_000),
  /** Most that a card may be loaded with on one day, fen; and how often. Absent: no limit. */
  dailyAmount: z.int().min(1).optional(),
  dailyCount: z.int().min(1).optional(),
  /** More limits, each with a number. */
  velocityRules: velocityRulesSchema.default([]),
  /** A reservation that is not confirmed within this time is undetermined until card or clearing says which; it is never released by time. */
  undeterminedAfterMinutes: z.int().min(1).max(1440).default(15),
  /** The issuer's local time, under MAC2 and TAC: minutes ahead of UTC. */
  utcOffsetMinutes: z.int().min(-720).max(840).default(480),
});
export type IssuerSettings = z.infer<typeof issuerSettingsSchema>;

export const paymentSettingsSchema = z.strictObject({
  /** Shown to the person beside the code. */
  merchant: z.string().min(1).max(100).default('一卡通充值'),
  /** Whose wallet pays in the sandbox. */
  channel: z.string().min(1).max(40).default('微信支付'),
  /** Where the sandbox's codes point; the order's id is appended. */
  codeBase: z.url().max(200).default('https://pay.sandbox.invalid/o/'),
  /** Public half of the key that signs the acquirer's notifications (Ed25519, JWK). Absent: none is believed. */
  notificationKey: publicKeySchema.optional(),
});
export type PaymentSettings = z.infer<typeof paymentSettingsSchema>;

/** Against guessing a voucher's code. */
export const voucherSettingsSchema = z.strictObject({
  /** Wrong tries a number has within the window, wherever they are made; then it is locked until the oldest of them is that old. */
  triesPerNumber: z.int().min(1).max(100).default(5),
  /** The same of a terminal, over all numbers. */
  triesPerTerminal: z.int().min(1).max(1000).default(20),
  windowMinutes: z.int().min(1).max(1440).default(30),
  /** Requests a minute from one terminal, right or wrong. */
  requestsPerMinute: z.int().min(1).max(10_000).default(30),
});
export type VoucherSettings = z.infer<typeof voucherSettingsSchema>;

/** The operators' web console, under `/console`. */
export const consoleSettingsSchema = z.strictObject({
  /** Where browsers reach it, e.g. `https://fleet.example`: requests from elsewhere are refused, and passkeys are bound to its host. Absent: on this machine only. */
  origin: z
    .url({ protocol: /^https?$/ })
    .max(200)
    .refine((text) => new URL(text).origin === text, 'expected scheme, host and port alone, for example "https://fleet.example"')
    .refine((text) => /^https:|^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(text), 'expected https, or http on this very machine')
    .optional(),
  /** Shown in authenticators and by passkeys. */
  name: z.string().min(1).max(60).default('一卡通 fleet'),
  /** Folder of the built page. Absent: the API alone. Relative paths count from the settings file. */
  site: z.string().min(1).max(400).optional(),
  /** Private key (PEM or JWK) that opens what terminals sealed; for auditors only. Relative paths count from the settings file. */
  sealedKey: z.string().min(1).max(400).optional(),
  /** Requests a minute from one address, of those that need nobody signed in. */
  signInsPerMinute: z.int().min(1).max(10_000).default(30),
  /** Requests a minute of one person. */
  requestsPerMinute: z.int().min(1).max(100_000).default(600),
});
export type ConsoleSettings = z.infer<typeof consoleSettingsSchema>;

const rolloutSettingsSchema = z.strictObject({
  /** A ring of terminals is watched for so long before the next gets a release. */
  soakHours: z
    .number()
    .min(0)
    .max(720)
    .default(usualRules.soakMs / 3_600_000),
  /** Of the terminals that are offered it, so many percent must have said how it went. */
  heardPercent: z
    .number()
    .min(1)
    .max(100)
    .default(usualRules.heardShare * 100),
  /** So many percent may fail by chance; clearly more, and it stops by itself. */
  failurePercent: z
    .number()
    .min(0.01)
    .max(50)
    .default(usualRules.failureShare * 100),
});

/** In the words of rollouts/rings.ts. */
export function rulesOf({ soakHours, heardPercent, failurePercent }: z.infer<typeof rolloutSettingsSchema>): RolloutRules {
  return { ...usualRules, soakMs: soakHours * 3_600_000, heardShare: heardPercent / 100, failureShare: failurePercent / 100 };
}

/** Releases and configurations for terminals, under `/updates`. */
export const updateSettingsSchema = z.strictObject({
  /** Folder that `npm run publish-release` writes. Absent: another web server has it. Relative paths count from the settings file. */
  repository: z.string().min(1).max(400).optional(),
});

const addressRange = z.string().refine((text) => {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  return version !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)));
}, 'expected an address or a range, for example "10.0.0.7" or "10.0.0.0/24"');

const settingsShape = z.strictObject({
  /** Another one than loopback needs `tls` or `behindProxy`. */
  host: z.string().min(1).default('127.0.0.1'),
  /** PEM files of the certificate, with those that vouch for it, and of its key. Relative paths count from the settings file. */
  tls: z.strictObject({ certificate: z.string().min(1).max(400), key: z.string().min(1).max(400) }).optional(),
  /**
   * The proxies that end TLS in front of this server, which then may listen without TLS. Their X-Forwarded-For is believed: by it
   * registrations are counted and recorded.
   */
  behindProxy: z.array(addressRange).min(1).max(32).optional(),
  /** Accepted any number of times, in a sandbox only; elsewhere codes are made one by one (operator-commands.ts). */
  enrolmentCode: z.string().min(1).max(40).default('SANDBOX001'),
  /** Registrations a minute from one address. */
  registrationsPerMinute: z.int().min(1).default(60),
  /** Requests a minute from one address, signed or not: one address may be a whole station's. */
  requestsPerMinutePerAddress: z.int().min(1).default(60_000),
  /** Signed requests a minute of one terminal. */
  requestsPerMinutePerTerminal: z.int().min(1).default(6000),
  /** Who shows it (`Authorization: Bearer …`) may read `/metrics`. Absent: only this machine may. */
  metricsToken: z.string().min(16).max(200).optional(),
  /** Most connections to PostgreSQL at once. */
  databaseConnections: z.int().min(1).max(1000).default(10),
  issuer: issuerSettingsSchema,
  issuerServices: issuerServicesSettingsSchema.prefault({}),
  keyStore: keyStoreSettingsSchema.prefault({ kind: 'software' }),
  /** IANA name of the terminals' zone, by which a payment or load has a business day. */
  timeZone: z
    .string()
    .refine((zone) => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC', 'expected an IANA name, for example "Asia/Shanghai"')
    .default('Asia/Shanghai'),
  clearing: clearingSettingsSchema.prefault({}),
  payments: paymentSettingsSchema.prefault({}),
  vouchers: voucherSettingsSchema.prefault({}),
  console: consoleSettingsSchema.prefault({}),
  support: supportSettingsSchema.prefault({}),
  rollouts: rolloutSettingsSchema.prefault({}),
  updates: updateSettingsSchema.prefault({}),
  /** Of the message bus, where there is one. */
  bus: busSettingsSchema.prefault({}),
});

export const serverSettingsSchema = settingsShape.superRefine((settings, context) => {
  for (const { path, message } of keyStoreProblems(settings)) context.addIssue({ code: 'custom', path: [...path], message });
});
export type ServerSettings = z.infer<typeof serverSettingsSchema>;
