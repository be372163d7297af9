/**
 * The terminal's configuration: one schema, every default stated. config.ts reads it from a file; resources/config/example.json names
 * every setting; README.md here explains them. Used by the composition (main/terminal), the shell's launcher and kioskctl.
 */
import { z } from 'zod';
import { publicKeySchema, terminalIdSchema } from '../../common/upstream-api/fields.ts';
import { flavors } from '../../common/flavor.ts';
import { diversificationLevelSchema } from '../../common/pboc.ts';
import { cardProfileSchema } from '../../drivers/card/pboc/profile.ts';
import { locales } from '../../state-machines/view.ts';
import { upstreamUrlProblem } from '../upstream/http.ts';
import { groupSchema } from '../../common/release.ts';
import { devicesSchema } from './devices.ts';
import { flavorMisfits } from './flavor-rules.ts';
import { maintenanceSchema } from './maintenance.ts';
import { supportSchema } from './support.ts';

const text = (most: number): z.ZodString =>
  z.string(`expected text of 1 to ${most} characters`).min(1, 'expected text, not nothing').max(most, `expected at most ${most} characters`);
const hexBytes = (count: number) =>
  z
    .string(`expected ${count} bytes of hexadecimal`)
    .regex(new RegExp(`^(?:[0-9A-Fa-f]{2}){${count}}$`), `expected ${count} bytes of hexadecimal (${2 * count} digits)`)
    .toUpperCase();
/** Fen; money that a person chooses. */
const amount = z.int('expected whole fen').min(1, 'expected at least 1 fen').max(0xffff_ffff, 'expected at most 4294967295 fen');
const side = z.enum(['left', 'right', 'below'], 'expected "left", "right" or "below"');
/** A setting that may be left out, or be `null` in the file; `undefined` when read. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const timeZone = z.string().refine(isTimeZone, 'expected an IANA time zone, for example "Asia/Shanghai"');

const terminalSchema = z.strictObject({
  /** Permanent identity upstream and in the journal. */
  id: terminalIdSchema,
  /** On the sign and in reference numbers: 1–4 of 0–9 and A–Z without I, L, O, U. */
  shortName: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{1,4}$/, 'expected 1 to 4 of 0-9 and A-Z without I, L, O, U'),
  /** Its calendar day is the business date. */
  timeZone: timeZone.default('Asia/Shanghai'),
  /** 6 bytes that the card signs and logs with every load. */
  terminalNumber: hexBytes(6),
});

const siteSchema = z.strictObject({
  operator: text(40),
  place: text(60),
  hotline: text(24),
  hotlineHours: text(40),
  /** Where the cabinet's slots are, seen from the screen. */
  slots: z.strictObject({ card: side.default('right'), cash: side.default('right'), receipt: side.default('below') }).prefault({}),
  /** The page where slips are verified (fleet/verify-page); the QR on slips and screens adds `#` and the signed slip. */
  verifyUrl: z
    .url({ protocol: /^https?$/, error: 'expected an https: address' })
    .max(120, 'expected at most 120 characters: more make the code on the slip too fine')
    .refine((url) => !url.includes('#'), 'expected an address without #'),
  /** A line on the first screen. */
  notice: maybe(z.string().max(120)),
});

/** How the terminal is used without its touch screen. */
const accessSchema = z.strictObject({
  /** Switches that people find or bring here: with two, one goes on and the other selects; with one, the focus goes on by itself. */
  switches: z.enum(['one', 'two'], 'expected "one" or "two"').default('two'),
  /** How long the focus stays where it goes on by itself. */
  scanMs: z.int('expected whole milliseconds').min(500).max(10_000).default(2000),
});

const dataSchema = z.strictObject({
  /** For the journal, the key and the state of the sandbox. Relative paths count from the configuration file. */
  folder: text(400),
  /** For the journal's second file, in production on another partition. `null`: beside the journal. */
  secondFolder: maybe(text(400)),
  /** When the second file is synced; `null`: with each entry on another partition, else at checkpoints. */
  secondSync: maybe(z.enum(['each', 'checkpoint'], 'expected "each", "checkpoint" or null')),
  /** Entries stay on the terminal for so long after upstream took them, at least; `null`: for ever. */
  journalRetentionDays: z
    .int('expected whole days, or null')
    .min(90, 'expected at least 90 days: so long a terminal may be without a network, and a cardholder may come back')
    .max(3650)
    .nullable()
    .default(180)
    .transform((days) => days ?? undefined),
});

const displaySchema = z.strictObject({
  diagonalInch: z.number('expected inches').min(7).max(65).default(21.5),
  orientation: z.enum(['portrait', 'landscape'], 'expected "portrait" or "landscape"').default('portrait'),
  /** Lower edge of the glass. */
  bottomAboveFloorMm: z.int('expected whole millimetres').min(0).max(2000).default(800),
  /** Window in px; `null`: 1080×1920, turned for landscape. */
  width: maybe(z.int().min(320).max(7680)),
  height: maybe(z.int().min(320).max(7680)),
});

const masterKey = hexBytes(16);
const sandboxKeysSchema = z.strictObject({
  masterLoadKey: masterKey,
  masterTacKey: masterKey,
  /** From the master keys to the card's: by serial, by issuer and serial, or a list of levels, outermost first. */
  diversification: z
    .union([z.enum(['serial', 'issuer+serial']), z.array(diversificationLevelSchema).min(1).max(4)], 'expected "serial", "issuer+serial" or a list of levels')
    .default('serial'),
});

const upstreamFields = z.strictObject({
  /** Origin; plain http on loopback only. `null`: the terminal starts its own sandbox. */
  url: maybe(
    z.string().superRefine((url, context) => {
      const problem = upstreamUrlProblem(url);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    }),
  ),
  /** PEM file of the authority that vouches for upstream's certificate; nobody else is trusted. Needed for https. Relative paths count from the configuration file. */
  ca: maybe(text(400)),
  /** Upstream's signing key; `null`: learned at the first contact and kept. */
  serverPublicKey: maybe(publicKeySchema),
  /** Enrols the terminal when upstream does not know it; a one-time code can also be given to `kioskctl enrol`. */
  enrolmentCode: maybe(text(40)),
  issuer: z
    .strictObject({
      /** Keys of the sandbox that the terminal starts itself. Never a real issuer's. */
      sandboxKeys: maybe(sandboxKeysSchema),
    })
    .prefault({}),
});

const upstreamSchema = upstreamFields.superRefine(
  ({ url, ca }, context) => {
    if (url?.startsWith('https:') === true && ca === undefined)
      context.addIssue({ code: 'custom', path: ['ca'], message: 'expected the PEM file of the authority that vouches for the certificate of upstream.url' });
  },
  whenGood(z.object(upstreamFields.shape).pick({ url: true, ca: true })),
);

const cardsSchema = z.strictObject({
  /** How this terminal finds, reads and loads its issuers' cards; `acceptedIssuers` in each. */
  profiles: z.array(cardProfileSchema, 'expected a list of profiles').min(1, 'expected at least one profile'),
});

/** Pieces, or mm of paper, by the unit's id; of units that count. The sensors' own words always hold. */
const storageSchema = z.partialRecord(
  z.enum(['stacker', 'retainBin', 'cashBox', 'paperRoll', 'retractBin'], 'expected stacker, retainBin, cashBox, paperRoll or retractBin'),
  z.strictObject({ low: maybe(z.int().min(0).max(1_000_000)), high: maybe(z.int().min(1).max(1_000_000)) }),
);

const topUpFields = z.strictObject({
  /** Fen, ascending, at most six. */
  presets: z.array(amount).min(1, 'expected 1 to 6 amounts').max(6, 'expected 1 to 6 amounts').default([2000, 5000, 10_000, 20_000]),
  minimum: amount.default(1000),
  maximum: amount.default(50_000),
  tenders: z
    .array(z.enum(['cash', 'qr', 'qrPresented', 'card', 'voucher'], 'expected "cash", "qr", "qrPresented", "card" or "voucher"'))
    .min(1, 'expected at least one tender')
    .refine((list) => new Set(list).size === list.length, 'expected each tender once')
    .default(['cash', 'qr', 'voucher']),
  /** What becomes of a card that nobody takes. */
  untakenCard: z.enum(['retain', 'keepAtGate'], 'expected "retain" or "keepAtGate"').default('retain'),
  receiptDefault: z.enum(['ask', 'none'], 'expected "ask" or "none"').default('ask'),
  /** Promised on slips of open cases. */
  settledWithinHours: z.int('expected whole hours').min(1).max(720).default(24),
  /** How long a voucher can be redeemed at a terminal; afterwards the counter pays it out. */
  voucherValidDays: z.int('expected whole days').min(1, 'expected at least 1 day').max(3650, 'expected at most 3650 days').default(365),
});

/** A new card for a lost one, from the stacker of a dispensing reader. Offered where it says what the blanks are, unless it says otherwise. */
const replacementSchema = z
  .strictObject({
    offered: maybe(z.boolean('expected true or false')),
    /** Fen; paid before a blank moves, given back where no card is handed out. */
    fee: amount.default(2000),
    /** Name of the application that the blanks have (card-application.md 1.1), one of the profiles; `null`: there are none. */
    application: maybe(z.string().regex(/^(?:[0-9A-F]{2}){5,16}$/, 'expected 5 to 16 bytes of upper-case hexadecimal')),
  })
  .refine(({ offered, application }) => offered !== true || application !== undefined, {
    path: ['application'],
    message: 'expected the application of the blanks in the stacker: replacement.offered is true',
  })
  .transform(({ offered, ...rest }) => ({ ...rest, offered: offered ?? rest.application !== undefined }));

/** When the first screen of a card says something of it; 0: never. */
const noticesSchema = z.strictObject({
  /** fen: said of a balance below it. */
  lowBalance: z.int('expected whole fen').min(0).max(100_000).default(1000),
  /** Days before the last day of a card, that day among them. */
  expiringDays: z.int('expected whole days').min(0).max(366).default(30),
  /** Payments today in the card's own records, of which it keeps ten. */
  tripsADay: z.int('expected a whole number').min(0).max(10).default(8),
});

const timeOfDay = z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'expected a time of day, for example "02:00"');

/** How releases and configurations come here (main/updates/README.md). */
const updatesSchema = z.strictObject({
  /** Address of the repository, ending in `/`; plain http on loopback only. `null`: none come by the network. */
  url: maybe(
    z.string().refine((url) => {
      const parsed = URL.parse(url);
      return parsed?.pathname.endsWith('/') === true && parsed.search === '' && upstreamUrlProblem(parsed.origin) === undefined;
    }, 'expected https://host/…/ (plain http on loopback only)'),
  ),
  /** The director's word to this group counts here. */
  group: groupSchema.default('default'),
  /** Whether a release also waits until the fleet's server says that it is this terminal's turn. */
  rings: z.boolean('expected true or false').default(false),
  /** When a release may take the place of the one that runs, local time; from = to: at any time. */
  window: z.strictObject({ from: timeOfDay.default('02:00'), to: timeOfDay.default('05:00') }).prefault({}),
  /** How often the repository is asked. */
  everyMinutes: z.int('expected whole minutes').min(1).max(1440).default(30),
  /** How long nobody must have been served. */
  quietSeconds: z.int('expected whole seconds').min(1).max(3600).default(60),
});

const topUpSchema = topUpFields.superRefine(
  ({ presets, minimum, maximum }, context) => {
    const problem = (path: (string | number)[], message: string): void => context.addIssue({ code: 'custom', path, message });
    if (minimum > maximum) problem(['minimum'], `expected at most topUp.maximum (${maximum})`);
    presets.forEach((preset, index) => {
      const before = presets[index - 1];
      if (before !== undefined && preset <= before) problem(['presets', index], `expected more than the preset before (${before})`);
      if (preset < minimum || preset > maximum) problem(['presets', index], `expected ${minimum} to ${maximum} fen`);
    });
  },
  whenGood(z.object(topUpFields.shape).pick({ presets: true, minimum: true, maximum: true })),
);

/** A section that must be there; when it isn't, each of its required settings is named. */
const section = <T extends z.ZodObject>(schema: T) => z.preprocess((value) => value ?? {}, schema);

/** What tells a training terminal from one for cardholders (flavor-rules.ts). */
const flavorFields = {
  flavor: z.enum(flavors, 'expected "production" or "training"').default('production'),
  updates: updatesSchema.prefault({}),
};

/** What decides whether this is a sandbox and what it may have. */
const sandboxFields = {
  devices: devicesSchema,
  upstream: upstreamSchema.prefault({}),
  /** Simulated devices and the terminal's own sandbox are allowed. Never in production. */
  sandbox: z.boolean('expected true or false').default(false),
};

export const terminalConfigSchema = z
  .strictObject({
    terminal: section(terminalSchema),
    site: section(siteSchema),
    data: section(dataSchema),
    display: displaySchema.prefault({}),
    /** Language of the first screen. */
    language: z.enum(locales, `expected ${locales.map((locale) => `"${locale}"`).join(' or ')}`).default('zh-CN'),
    cards: section(cardsSchema),
    ...sandboxFields,
    ...flavorFields,
    access: accessSchema.prefault({}),
    /** When staff is told that a unit runs low or full. */
    storage: storageSchema.default({}),
    topUp: topUpSchema.prefault({}),
    /** How people reach the operator: what help shows. */
    support: supportSchema.prefault({}),
    replacement: replacementSchema.prefault({}),
    /** Staff at the cabinet. Nobody signs in where it names nobody. */
    maintenance: maintenanceSchema.prefault({}),
    notices: noticesSchema.prefault({}),
    log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error'], 'expected "debug", "info", "warn" or "error"').default('info') }).prefault({}),
  })
  .superRefine(
    ({ upstream: { url, issuer }, devices, sandbox }, context) => {
      const problem = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
      const keysAt = ['upstream', 'issuer', 'sandboxKeys'];
      if (sandbox) {
        if (url === undefined && issuer.sandboxKeys === undefined) problem(keysAt, 'expected keys for the sandbox that the terminal starts itself');
        return;
      }
      if (url === undefined) problem(['upstream', 'url'], 'expected the upstream’s address (null is for the sandbox only)');
      if (issuer.sandboxKeys !== undefined) problem(keysAt, 'expected null: master keys belong in a sandbox only');
      for (const [name, device] of Object.entries(devices)) {
        if (device?.address.startsWith('sim:') === true) problem(['devices', name, 'address'], 'expected a real device (sim: is for the sandbox only)');
      }
    },
    whenGood(z.object(sandboxFields)),
  )
  .superRefine(
    (settings, context) => {
      for (const { path, expected } of flavorMisfits(settings)) context.addIssue({ code: 'custom', path: [...path], message: expected });
    },
    whenGood(z.object({ ...sandboxFields, ...flavorFields, terminal: section(terminalSchema) })),
  )
  .superRefine(
    ({ devices, topUp }, context) => {
      const at = topUp.tenders.indexOf('qrPresented');
      if (at >= 0 && devices.codeScanner === null)
        context.addIssue({ code: 'custom', path: ['topUp', 'tenders', at], message: 'expected devices.codeScanner: it reads the code that a person presents' });
    },
    whenGood(z.object({ devices: devicesSchema, topUp: topUpSchema.prefault({}) })),
  )
  .superRefine(
    ({ cards, replacement: { application } }, context) => {
      const aids = cards.profiles.map(({ aid }) => aid);
      if (application !== undefined && !aids.includes(application))
        context.addIssue({ code: 'custom', path: ['replacement', 'application'], message: `expected the aid of one of cards.profiles (${aids.join(', ')})` });
    },
    whenGood(z.object({ cards: section(cardsSchema), replacement: replacementSchema.prefault({}) })),
  );

/** The settings that {@link flavorMisfits} looks at. */
const flavorSettings = z.object({ ...sandboxFields, ...flavorFields, terminal: section(terminalSchema) });
export type FlavorSettings = z.output<typeof flavorSettings>;

export type TerminalConfig = z.output<typeof terminalConfigSchema>;

/** A rule over several settings is checked as soon as these are good, whatever is wrong elsewhere: all problems come at once. */
function whenGood(parts: z.ZodType): { when: (payload: { value: unknown }) => boolean } {
  return { when: ({ value }) => parts.safeParse(value).success };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
