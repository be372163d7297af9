/**
 * Signing in by password and a second factor. A try is counted before it is verified (lockout.ts); name, password and code are all looked at
 * before anything is said, and what is said is the same for each of them.
 */
import type { z } from 'zod';
import type { passwordSignInSchema, Session } from '../../console-api/session.ts';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction } from '../store/store.ts';
import { lockoutLimits } from './lockout.ts';
import { nameKey, rememberAddress, type Caller, type People, type StaffRow } from './people.ts';
import { totpStep } from './totp.ts';

export interface SignedIn {
  /** The cookie's value. */
  readonly token: string;
  readonly session: Session;
}

type Asked = z.output<typeof passwordSignInSchema>;

/** @throws {ProblemError} `signInRefused`, `signInLocked` */
export async function signInByPassword(people: People, asked: Asked, caller: Caller): Promise<SignedIn> {
  const { store, lockout, passwords, audit } = people;
  const account = nameKey(asked.name);
  const attempt = { account, address: caller.address };
  const subjects = [`staff:${account}`, `staff:@${caller.address}`] as const;
  const row = await store.serially(subjects, async (trx) => {
    const found = await trx.selectFrom('console_staff').selectAll().where('name_key', '=', account).executeTakeFirst();
    await lockout.begin(trx, attempt, found !== undefined && (await isKnown(people, trx, found.staff_id, caller.address)));
    return found;
  });
  const right = await passwords.matches(asked.password, row?.state === 'active' ? row.password : null);
  // what it returns is thrown after the commit: a refusal must not roll back its own record
  const signedIn = await store.serially(subjects, async (trx) => {
    const method = right && row !== undefined ? await secondFactor(people, trx, row, asked) : undefined;
    if (row === undefined || method === undefined) {
      const full = await lockout.isNowFull(trx, attempt);
      await audit.record(trx, { kind: 'signInRefused', actor: asked.name, address: caller.address });
      if (full) await audit.record(trx, { kind: 'signInLocked', actor: asked.name, address: caller.address });
      return undefined;
    }
    await lockout.forgive(trx, attempt);
    return beginSession(people, trx, row, method, caller);
  });
  if (signedIn === undefined) throw new ProblemError('signInRefused', 'name, password or code is wrong, or the code was used before');
  return { token: signedIn, session: (await people.sessions.find(signedIn, caller.address)).session };
}

/** Proves again who asks, by password and a fresh code. Counted like a sign-in. @throws {ProblemError} `secondFactorRefused`, `signInLocked` */
export async function proveAgain(people: People, staffId: string, { password, totp }: { password: string; totp: string }, caller: Caller): Promise<StaffRow> {
  const { store, lockout, passwords } = people;
  const row = await store.selectFrom('console_staff').selectAll().where('staff_id', '=', staffId).executeTakeFirstOrThrow();
  const attempt = { account: row.name_key, address: caller.address };
  const subjects = [`staff:${row.name_key}`, `staff:@${caller.address}`] as const;
  await store.serially(subjects, (trx) => lockout.begin(trx, attempt, true));
  const right = await passwords.matches(password, row.password);
  const proved = await store.serially(subjects, async (trx) => {
    if (!right || !(await useTotp(people, trx, row, totp))) return false;
    await lockout.forgive(trx, attempt);
    return true;
  });
  if (!proved) throw new ProblemError('secondFactorRefused', 'the password or the code is wrong, or the code was used before');
  return row;
}

export async function beginSession(people: People, trx: StoreTransaction, row: StaffRow, method: Session['method'], caller: Caller): Promise<string> {
  await rememberAddress(people, trx, row.staff_id, caller.address);
  await people.audit.record(trx, { kind: 'signedIn', actor: row.name, detail: method, address: caller.address });
  return people.sessions.begin(trx, row.staff_id, method, caller.address);
}

async function isKnown({ clock }: People, trx: StoreTransaction, staffId: string, address: string): Promise<boolean> {
  const row = await trx
    .selectFrom('console_known_addresses')
    .select('last_at')
    .where('staff_id', '=', staffId)
    .where('address', '=', address)
    .executeTakeFirst();
  return row !== undefined && row.last_at > clock.now() - lockoutLimits.knownForMs;
}

async function secondFactor(people: People, trx: StoreTransaction, row: StaffRow, { totp, recoveryCode }: Asked): Promise<Session['method'] | undefined> {
  if (totp !== undefined) return (await useTotp(people, trx, row, totp)) ? 'password' : undefined;
  const used = recoveryCode !== undefined && (await useRecoveryCode(people, trx, row, recoveryCode));
  return used ? 'recoveryCode' : undefined;
}

/** A code is good once, also when two requests bring it at the same moment: the row decides. */
async function useTotp({ clock, secrets }: People, trx: StoreTransaction, row: StaffRow, code: string): Promise<boolean> {
  if (row.totp_secret === null) return false;
  const step = totpStep(secrets.open(row.totp_secret), code, clock.now(), row.totp_step);
  if (step === undefined) return false;
  const { numUpdatedRows } = await trx
    .updateTable('console_staff')
    .set({ totp_step: step })
    .where('staff_id', '=', row.staff_id)
    .where('totp_step', '<', step)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

async function useRecoveryCode({ clock, secrets, audit }: People, trx: StoreTransaction, row: StaffRow, code: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('console_recovery_codes')
    .set({ used_at: clock.now() })
    .where('code_hash', '=', secrets.hashCode(code))
    .where('staff_id', '=', row.staff_id)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) return false;
  await audit.record(trx, { kind: 'recoveryCodeUsed', actor: row.name, address: '' });
  return true;
}
