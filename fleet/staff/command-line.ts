/** The command line of the office of staff: what was asked for, checked, and its answer. Used by main.ts, which says it. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { EVERY_TERMINAL, staffNumberSchema } from '../../common/maintenance/grant.ts';
import { PIN_SALT_BYTES } from '../../common/maintenance/pin.ts';
import { ROLES, VERBS } from '../../common/maintenance/verbs.ts';
import { terminalIdSchema } from '../../common/upstream-api/fields.ts';
import { answerTo, authenticatorUri, checkedPin, codeNow, codePicture, grantKeyOf, rosterLine, signedFor, terminalFile } from './commands.ts';
import { openOffice, readOffice, writeOwn } from './office.ts';

const COMMANDS = ['init', 'key', 'roster', 'terminal', 'authenticator', 'code', 'answer', 'grant', 'card'] as const;
export const USAGE = `usage: npm run staff -- ${COMMANDS.join('|')} --office FOLDER …; fleet/staff/README.md has the options of each`;

/** Called wrongly. */
export class UsageError extends Error {}

const list = (text: string): string[] => text.split(',').map((part) => part.trim());
/** What each option must be. */
const optionsSchema = z.strictObject({
  office: z.string().min(1),
  staff: staffNumberSchema.optional(),
  role: z.enum(ROLES, `expected one of ${ROLES.join(', ')}`).optional(),
  terminal: terminalIdSchema.optional(),
  terminals: z
    .string()
    .transform(list)
    .pipe(
      z
        .array(z.union([terminalIdSchema, z.literal(EVERY_TERMINAL)], 'expected terminal ids with commas between them, or *'))
        .min(1)
        .max(50),
    )
    .optional(),
  verbs: z
    .string()
    .transform(list)
    .pipe(z.array(z.enum(VERBS, `expected some of ${VERBS.join(', ')}`)).min(1))
    .optional(),
  days: z.coerce.number<string>('expected whole days').int('expected whole days').min(1).optional(),
  visits: z.coerce.number<string>('expected a whole number').int('expected a whole number').min(1).max(1000).optional(),
  from: z.iso.datetime('expected a time as 2026-11-22T08:00:00Z').optional(),
  serial: z.string().optional(),
  chip: z
    .string()
    .toUpperCase()
    .regex(/^(?:[0-9A-F]{2}){4,10}$/, 'expected the UID of the chip in hexadecimal')
    .optional(),
  challenge: z.string().optional(),
  out: z.string().min(1).optional(),
});
type Options = z.output<typeof optionsSchema>;

function readCommandLine(args: readonly string[]): { readonly command: (typeof COMMANDS)[number]; readonly options: Options } {
  const command = COMMANDS.find((name) => name === args[0]);
  if (command === undefined) throw new UsageError(args[0] === undefined ? 'say what is wanted' : `${args[0]} is none of its commands`);
  const text = { type: 'string' } as const;
  let values: object;
  try {
    ({ values } = parseArgs({ args: args.slice(1), options: Object.fromEntries(Object.keys(optionsSchema.shape).map((name) => [name, text])) }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const parsed = optionsSchema.safeParse(values);
  if (parsed.success) return { command, options: parsed.data };
  throw new UsageError(parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '));
}

function needed<K extends keyof Options>(options: Options, name: K): NonNullable<Options[K]> {
  const value = options[name];
  if (value === undefined || value === null) throw new UsageError(`--${name} is needed`);
  return value;
}

export interface Surroundings {
  /** What comes on the standard input. */
  readonly input: () => string;
  /** ms since 1970 */
  readonly now: () => number;
}

/** @returns what is said on the standard output. @throws {UsageError} @throws {Error} */
export async function officeAnswer({ input, now }: Surroundings, args: readonly string[]): Promise<string> {
  const { command, options } = readCommandLine(args);
  const pinFromInput = () => checkedPin(input().trim(), new Uint8Array(randomBytes(PIN_SALT_BYTES)));
  if (command === 'init') return JSON.stringify(grantKeyOf(openOffice(options.office)));
  const office = readOffice(options.office);
  switch (command) {
    case 'key':
      return JSON.stringify(grantKeyOf(office));
    case 'roster':
      return JSON.stringify(rosterLine(needed(options, 'staff'), needed(options, 'role'), pinFromInput()));
    case 'terminal': {
      const out = needed(options, 'out');
      writeOwn(out, terminalFile(office, needed(options, 'terminal')));
      return JSON.stringify({ file: out });
    }
    case 'authenticator':
      return authenticatorUri(office, needed(options, 'terminal'), needed(options, 'staff'));
    case 'code':
      return codeNow(office, needed(options, 'terminal'), needed(options, 'staff'), now());
    case 'answer':
      return answerTo(office, needed(options, 'terminal'), needed(options, 'staff'), needed(options, 'challenge'));
    case 'grant':
    case 'card': {
      const token = await signedFor(office, {
        kind: command,
        serial: options.serial ?? `${command === 'grant' ? 'G' : 'C'}-${randomBytes(6).toString('hex')}`,
        staff: needed(options, 'staff'),
        role: needed(options, 'role'),
        terminals: needed(options, 'terminals'),
        verbs: options.verbs,
        from: options.from === undefined ? now() : Date.parse(options.from),
        days: needed(options, 'days'),
        visits: options.visits,
        chip: command === 'card' ? needed(options, 'chip') : undefined,
        pin: pinFromInput(),
      });
      if (options.out !== undefined) writeFileSync(options.out, command === 'grant' ? codePicture(token) : token, { mode: 0o600 });
      return token;
    }
  }
}
