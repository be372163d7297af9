/**
 * What an operator does about terminals' identities, on the store of a server that may be running: make a one-time enrolment code, revoke a
 * terminal or a key, read who did what; and invite staff to the console (console/staff-command.ts). Every act is recorded with its operator. Used by main.ts.
 */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createIds } from '../../../common/ids.ts';
import { groupedEnrolmentCode } from '../../../common/enrolment-code.ts';
import { terminalIdSchema } from '../../../common/upstream-api/fields.ts';
import { asUsage, UsageError } from '../command-line.ts';
import { databaseOf, openStore } from '../store/database.ts';
import { createEnrolment, type Enrolment } from './enrolment.ts';
import { ProblemError } from '../http/problems.ts';
import { obeyStaffOrder, readStaffOrder } from '../console/staff-command.ts';
import { loadSigningKey, type SigningKey } from '../signing-key.ts';
import type { Store } from '../store/store.ts';
import { systemClock, systemRandom } from '../system-ports.ts';

export const OPERATOR_USAGE = [
  'enrol TERMINAL --data DIR [--by NAME]',
  'revoke TERMINAL --data DIR [--key KID] [--by NAME]',
  'identities [TERMINAL] --data DIR',
  'staff add NAME --role operator|support|auditor --data DIR [--origin URL] [--by NAME]',
  'staff reset NAME --data DIR [--origin URL] [--by NAME]',
  'staff list --data DIR',
] as const;

interface Order {
  readonly command: 'enrol' | 'revoke' | 'identities';
  readonly terminalId: string | undefined;
  readonly data: string;
  readonly by: string;
  readonly kid: string | undefined;
}

export function isOperatorCommand(word: string | undefined): boolean {
  return isOrder(word) || word === 'staff';
}

function isOrder(word: string | undefined): word is Order['command'] {
  return word === 'enrol' || word === 'revoke' || word === 'identities';
}

/** @returns the lines to print @throws {UsageError} when called wrongly @throws {Error} with what is wrong */
export async function operate(args: readonly string[]): Promise<readonly string[]> {
  if (args[0] === 'staff') {
    const order = asUsage(() => readStaffOrder(args.slice(1), userInfo().username));
    return onStoreOf(order.data, (store, signingKey) => obeyStaffOrder(store, signingKey, order));
  }
  const order = asUsage(() => readOrder(args));
  return onStoreOf(order.data, (store, signingKey) => {
    const ids = createIds(systemClock, systemRandom);
    return obey(createEnrolment({ store, clock: systemClock, ids, random: systemRandom, signingKey }), order);
  });
}

async function onStoreOf<T>(data: string, work: (store: Store, signingKey: SigningKey) => Promise<T>): Promise<T> {
  const keyFile = join(data, 'signing-key.pem');
  if (!existsSync(keyFile)) throw new Error(`${data}: no server has run with this data folder: give the --data of the server`);
  const store = await openStore(databaseOf(data, process.env));
  try {
    return await work(store, loadSigningKey(keyFile));
  } catch (error) {
    throw error instanceof ProblemError ? new Error(error.message, { cause: error }) : error;
  } finally {
    await store.destroy();
  }
}

/** A key's id is base64url and may begin with a dash, as no option's word does for `parseArgs`. */
function withJoinedKey(args: readonly string[]): string[] {
  const at = args.indexOf('--key');
  return at < 0 || at + 1 === args.length ? [...args] : [...args.slice(0, at), `--key=${args[at + 1]}`, ...args.slice(at + 2)];
}

function readOrder([command, ...args]: readonly string[]): Order {
  if (!isOrder(command)) throw new UsageError(`${JSON.stringify(command)} is no command`);
  const { values, positionals } = parseArgs({
    args: withJoinedKey(args),
    allowPositionals: true,
    options: { data: { type: 'string' }, by: { type: 'string' }, key: { type: 'string' } },
  });
  const [terminalId, ...more] = positionals;
  if (values.data === undefined) throw new UsageError('--data is needed: the data folder of the server');
  if (more.length > 0) throw new UsageError(`${JSON.stringify(more[0])} is one word too many`);
  if (terminalId === undefined && command !== 'identities') throw new UsageError('which TERMINAL is missing');
  if (terminalId !== undefined && !terminalIdSchema.safeParse(terminalId).success)
    throw new UsageError(`${JSON.stringify(terminalId)} is no terminal: expected 1 to 40 of A-Z a-z 0-9 . _ -`);
  if (values.key !== undefined && command !== 'revoke') throw new UsageError('--key is for revoke only');
  const by = (values.by ?? userInfo().username).trim();
  if (by === '' || by.length > 200) throw new UsageError('--by: expected the name or number of a person, at most 200 characters');
  return { command, terminalId, data: values.data, by, kid: values.key };
}

async function obey(enrolment: Enrolment, { command, terminalId = '', by, kid }: Order): Promise<readonly string[]> {
  switch (command) {
    case 'enrol': {
      const { code, expiresAt } = await enrolment.makeCode(terminalId, by);
      return [
        groupedEnrolmentCode(code),
        `enrols ${terminalId} once, until ${timeText(expiresAt)}; at the terminal: kioskctl enrol ${groupedEnrolmentCode(code)} --config FILE`,
      ];
    }
    case 'revoke':
      if (kid === undefined) {
        await enrolment.revokeTerminal(terminalId, by);
        return [`${terminalId} is revoked: every request is refused until it is enrolled with a new code`];
      }
      await enrolment.revokeKey(terminalId, kid, by);
      return [`key ${kid} of ${terminalId} is revoked for good: the terminal needs a new key and a new code`];
    case 'identities': {
      const events = await enrolment.events(terminalId === '' ? undefined : terminalId);
      return events.map(({ at, terminal_id, kind, actor, kid: key, address }) =>
        JSON.stringify({
          at: timeText(at),
          terminalId: terminal_id,
          event: kind,
          by: actor,
          ...(key === null ? {} : { key }),
          ...(address === null ? {} : { address }),
        }),
      );
    }
  }
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}
