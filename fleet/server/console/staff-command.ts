/**
 * `staff add | reset | list`: the operator's command that invites the first member of staff, and whoever lost every key while nobody else can
 * help. Used by operator-commands.ts, on the store of a server that may be running.
 */
import { parseArgs } from 'node:util';
import { createIds } from '../../../common/ids.ts';
import { staffNameSchema } from '../../console-api/fields.ts';
import { roles, type Role } from '../../console-api/roles.ts';
import { UsageError } from '../command-line.ts';
import { consoleSettingsSchema } from '../config.ts';
import type { SigningKey } from '../signing-key.ts';
import type { Store } from '../store/store.ts';
import { systemClock, systemRandom } from '../system-ports.ts';
import { createPeople } from './console.ts';
import { invite, listStaff, resetByName, type MadeInvitation } from './staff.ts';

export interface StaffOrder {
  readonly verb: 'add' | 'reset' | 'list';
  readonly name: string;
  readonly role: Role;
  readonly data: string;
  readonly by: string;
  /** Where browsers reach the console; only for the link that is printed. */
  readonly origin: string;
}

/** @param user who runs the command @throws {UsageError} */
export function readStaffOrder([verb, ...args]: readonly string[], user: string): StaffOrder {
  if (verb !== 'add' && verb !== 'reset' && verb !== 'list') throw new UsageError(`staff ${verb ?? ''}: expected add, reset or list`);
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { data: { type: 'string' }, by: { type: 'string' }, role: { type: 'string' }, origin: { type: 'string', default: 'http://localhost' } },
  });
  const [name = '', ...more] = positionals;
  if (values.data === undefined) throw new UsageError('--data is needed: the data folder of the server');
  if (more.length > 0) throw new UsageError(`${JSON.stringify(more[0])} is one word too many: a name with spaces goes in quotes`);
  const parsed = staffNameSchema.safeParse(name);
  if (verb !== 'list' && !parsed.success) throw new UsageError(`NAME ${JSON.stringify(name)}: expected 2 to 40 letters, digits, spaces, dots, hyphens`);
  const role = roles.find((each) => each === values.role);
  if (verb === 'add' && role === undefined) throw new UsageError(`--role: expected ${roles.join(', ')}`);
  const by = (values.by ?? user).trim();
  if (by === '' || by.length > 80) throw new UsageError('--by: expected the name or number of a person, at most 80 characters');
  return { verb, name: name.trim(), role: role ?? 'operator', data: values.data, by, origin: values.origin };
}

/** @returns the lines to print @throws {ProblemError} */
export async function obeyStaffOrder(store: Store, signingKey: SigningKey, { verb, name, role, by, origin }: StaffOrder): Promise<readonly string[]> {
  const ids = createIds(systemClock, systemRandom);
  const settings = consoleSettingsSchema.parse({});
  const people = createPeople({ store, clock: systemClock, ids, random: systemRandom, settings, signingKey, utcOffsetMinutes: 0 });
  const doer = { name: by, address: 'command line' };
  switch (verb) {
    case 'add':
      return told(await invite(people, { name, role }, doer), `${name} may become ${role}`, origin);
    case 'reset':
      return told(await resetByName(people, name, 'by the operator’s command', doer), `${name} begins anew`, origin);
    case 'list':
      return (await listStaff(people)).map(({ name: who, role: what, state, lastSignInAt }) =>
        JSON.stringify({ name: who, role: what, state, ...(lastSignInAt === null ? {} : { lastSignInAt: new Date(lastSignInAt).toISOString() }) }),
      );
  }
}

function told({ code, expiresAt }: MadeInvitation, what: string, origin: string): readonly string[] {
  return [code, `${what}, once, until ${new Date(expiresAt).toISOString()}: ${origin}/console/invitation#${code}`];
}
