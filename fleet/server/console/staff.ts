/**
 * Who may sign in: invitations, roles, and taking them away. An invitation is a one-time code of 125 bits that lives 24 hours; whoever accepts
 * it sets a password and an authenticator. The first one is made by the operator's command (operator-commands.ts).
 */
import type { z } from 'zod';
import type { Role } from '../../console-api/roles.ts';
import type { invitationSchema } from '../../console-api/session.ts';
import type { StaffMember } from '../../console-api/staff.ts';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction, Tables } from '../store/store.ts';
import { requireStrength } from './passwords.ts';
import { nameKey, renewRecoveryCodes, staffById, type Caller, type People, type StaffRow } from './people.ts';
import { makeCode } from './secrets.ts';
import { beginSession, type SignedIn } from './sign-in.ts';
import { makeTotpSecret, totpStep, totpUri } from './totp.ts';

const INVITATION_LIFE_MS = 24 * 3_600_000;
const INVITATION_SYMBOLS = 25;

export interface MadeInvitation {
  readonly staffId: string;
  readonly code: string;
  readonly expiresAt: number;
}

/** Who does it, and from where. */
export interface Doer {
  readonly name: string;
  readonly address: string;
}

/** Somebody new, or somebody who never accepted. @throws {ProblemError} `staffExists` */
export function invite(people: People, { name, role }: { name: string; role: Role }, by: Doer): Promise<MadeInvitation> {
  const key = nameKey(name);
  return people.store.serially([`staff:${key}`], async (trx) => {
    const known = await trx.selectFrom('console_staff').selectAll().where('name_key', '=', key).executeTakeFirst();
    if (known !== undefined && known.state !== 'invited') throw new ProblemError('staffExists', `${known.name} may sign in already, or is disabled`);
    const staffId = known?.staff_id ?? (await addStaff(people, trx, { name, role, key }, by));
    if (known !== undefined) await trx.updateTable('console_staff').set({ role }).where('staff_id', '=', staffId).execute();
    await people.audit.record(trx, { kind: 'invited', actor: by.name, about: name, detail: role, address: by.address });
    return makeInvitation(people, trx, staffId, by);
  });
}

export async function lookAtInvitation(people: People, code: string): Promise<z.output<typeof invitationSchema>> {
  const { staff, invitation } = await openInvitation(people, people.store, code);
  const totpSecret = people.secrets.open(invitation.totp_secret);
  return {
    name: staff.name,
    role: staff.role,
    expiresAt: invitation.expires_at,
    totpSecret,
    totpUri: totpUri(totpSecret, staff.name, people.settings.name),
  };
}

/** @throws {ProblemError} `invitationRefused`, `weakPassword`, `secondFactorRefused`: the invitation stays open */
export async function acceptInvitation(
  people: People,
  { code, password, totp }: { code: string; password: string; totp: string },
  caller: Caller,
): Promise<SignedIn & { readonly recoveryCodes: string[] }> {
  const { store, clock, secrets } = people;
  const { staff, invitation } = await openInvitation(people, store, code);
  requireStrength(password, staff.name);
  const step = totpStep(secrets.open(invitation.totp_secret), totp, clock.now(), 0);
  if (step === undefined) throw new ProblemError('secondFactorRefused', 'the authenticator’s code is wrong: check the time of its device');
  const hashed = await people.passwords.hash(password);
  const accepted = await store.serially([`staff:${staff.name_key}`], async (trx) => {
    await useUp(people, trx, invitation);
    await trx
      .updateTable('console_staff')
      .set({ state: 'active', password: hashed, password_changed_at: clock.now(), totp_secret: invitation.totp_secret, totp_step: step })
      .where('staff_id', '=', staff.staff_id)
      .execute();
    await people.audit.record(trx, { kind: 'invitationAccepted', actor: staff.name, address: caller.address });
    const recoveryCodes = await renewRecoveryCodes(people, trx, staff.staff_id);
    return { token: await beginSession(people, trx, staff, 'password', caller), recoveryCodes };
  });
  return { ...accepted, session: (await people.sessions.find(accepted.token, caller.address)).session };
}

export async function listStaff({ store, clock }: People): Promise<StaffMember[]> {
  const [rows, passkeys, invitations] = await Promise.all([
    store.selectFrom('console_staff').selectAll().orderBy('name_key').execute(),
    store
      .selectFrom('console_passkeys')
      .select(({ fn }) => ['staff_id', fn.countAll<number>().as('count')])
      .groupBy('staff_id')
      .execute(),
    store.selectFrom('console_invitations').select(['staff_id', 'expires_at']).where('used_at', 'is', null).where('expires_at', '>', clock.now()).execute(),
  ]);
  return rows.map((row) => ({
    staffId: row.staff_id,
    name: row.name,
    role: row.role,
    state: row.state,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastSignInAt: row.last_sign_in_at,
    passkeys: passkeys.find(({ staff_id }) => staff_id === row.staff_id)?.count ?? 0,
    invitationExpiresAt: invitations.find(({ staff_id }) => staff_id === row.staff_id)?.expires_at ?? null,
  }));
}

/** @throws {ProblemError} `lastOperator` */
export function changeRole(people: People, staffId: string, { role, reason }: { role: Role; reason: string }, by: Doer): Promise<void> {
  return change(people, staffId, async (trx, row) => {
    if (role !== 'operator') await requireAnotherOperator(trx, row);
    await trx.updateTable('console_staff').set({ role }).where('staff_id', '=', staffId).execute();
    await people.audit.record(trx, { kind: 'roleChanged', actor: by.name, about: row.name, detail: `${row.role} → ${role}: ${reason}`, address: by.address });
  });
}

/** @throws {ProblemError} `lastOperator` */
export function disable(people: People, staffId: string, reason: string, by: Doer): Promise<void> {
  return change(people, staffId, async (trx, row) => {
    await requireAnotherOperator(trx, row);
    await trx.updateTable('console_staff').set({ state: 'disabled' }).where('staff_id', '=', staffId).execute();
    await endInvitations(people, trx, staffId);
    await people.audit.record(trx, { kind: 'staffDisabled', actor: by.name, about: row.name, detail: reason, address: by.address });
  });
}

/** Somebody who never had a password needs an invitation instead. */
export function enable(people: People, staffId: string, reason: string, by: Doer): Promise<void> {
  return change(people, staffId, async (trx, row) => {
    await trx
      .updateTable('console_staff')
      .set({ state: row.password === null ? 'invited' : 'active' })
      .where('staff_id', '=', staffId)
      .execute();
    await people.audit.record(trx, { kind: 'staffEnabled', actor: by.name, about: row.name, detail: reason, address: by.address });
  });
}

/** For who lost the authenticator, or whose keys may be known to others. @throws {ProblemError} `lastOperator` */
export function reset(people: People, staffId: string, reason: string, by: Doer): Promise<MadeInvitation> {
  return change(people, staffId, async (trx, row) => {
    await requireAnotherOperator(trx, row);
    return resetIn(people, trx, row, reason, by);
  });
}

/** By the operator's command, which may also reset the last operator. @throws {ProblemError} `unknownStaff` */
export async function resetByName(people: People, name: string, reason: string, by: Doer): Promise<MadeInvitation> {
  const row = await people.store.selectFrom('console_staff').select('staff_id').where('name_key', '=', nameKey(name)).executeTakeFirst();
  if (row === undefined) throw new ProblemError('unknownStaff', `nobody is called ${name}`);
  return change(people, row.staff_id, (trx, staff) => resetIn(people, trx, staff, reason, by));
}

async function resetIn(people: People, trx: StoreTransaction, { staff_id, name }: StaffRow, reason: string, by: Doer): Promise<MadeInvitation> {
  await trx
    .updateTable('console_staff')
    .set({ state: 'invited', password: null, password_changed_at: null, totp_secret: null })
    .where('staff_id', '=', staff_id)
    .execute();
  for (const table of ['console_passkeys', 'console_recovery_codes', 'console_known_addresses'] as const) {
    await trx.deleteFrom(table).where('staff_id', '=', staff_id).execute();
  }
  await people.audit.record(trx, { kind: 'staffReset', actor: by.name, about: name, detail: reason, address: by.address });
  return makeInvitation(people, trx, staff_id, by);
}

/** All changes of somebody who exists end that person's sessions. All that may take an operator away run one after the other. */
function change<T>(people: People, staffId: string, work: (trx: StoreTransaction, row: StaffRow) => Promise<T>): Promise<T> {
  return people.store.serially(['staff:operators', `staff:${staffId}`], async (trx) => {
    const result = await work(trx, await staffById(trx, staffId));
    await people.sessions.endOf(trx, staffId);
    return result;
  });
}

async function requireAnotherOperator(trx: StoreTransaction, row: StaffRow): Promise<void> {
  if (row.role !== 'operator' || row.state !== 'active') return;
  const other = await trx
    .selectFrom('console_staff')
    .select('staff_id')
    .where('role', '=', 'operator')
    .where('state', '=', 'active')
    .where('staff_id', '!=', row.staff_id)
    .executeTakeFirst();
  if (other === undefined) throw new ProblemError('lastOperator', `${row.name} is the only operator who can sign in: make another one first`);
}

async function addStaff({ ids, clock }: People, trx: StoreTransaction, who: { name: string; role: Role; key: string }, by: Doer): Promise<string> {
  const staffId = ids.uuid();
  await trx
    .insertInto('console_staff')
    .values({
      staff_id: staffId,
      name: who.name,
      name_key: who.key,
      role: who.role,
      state: 'invited',
      created_at: clock.now(),
      created_by: by.name,
      password: null,
      password_changed_at: null,
      totp_secret: null,
      totp_step: 0,
      last_sign_in_at: null,
    })
    .execute();
  return staffId;
}

async function makeInvitation(people: People, trx: StoreTransaction, staffId: string, by: Doer): Promise<MadeInvitation> {
  const { random, clock, secrets } = people;
  const code = makeCode(random, INVITATION_SYMBOLS);
  const [now, expiresAt] = [clock.now(), clock.now() + INVITATION_LIFE_MS];
  await endInvitations(people, trx, staffId);
  await trx
    .insertInto('console_invitations')
    .values({
      code_hash: secrets.hashCode(code),
      staff_id: staffId,
      made_at: now,
      made_by: by.name,
      expires_at: expiresAt,
      used_at: null,
      totp_secret: secrets.seal(makeTotpSecret(random)),
    })
    .execute();
  return { staffId, code, expiresAt };
}

async function endInvitations({ clock }: People, trx: StoreTransaction, staffId: string): Promise<void> {
  const now = clock.now();
  await trx.updateTable('console_invitations').set({ expires_at: now }).where('staff_id', '=', staffId).where('expires_at', '>', now).execute();
}

/** @throws {ProblemError} `invitationRefused`, in the same words for each reason */
async function openInvitation({ secrets, clock }: People, store: People['store'], code: string) {
  const invitation = await store
    .selectFrom('console_invitations')
    .selectAll()
    .where('code_hash', '=', secrets.hashCode(code))
    .where('used_at', 'is', null)
    .where('expires_at', '>', clock.now())
    .executeTakeFirst();
  if (invitation === undefined) throw new ProblemError('invitationRefused', 'it was used, its time is over, or a newer one was made: ask for a new one');
  return { invitation, staff: await staffById(store, invitation.staff_id) };
}

/** Once, also when two requests come at the same moment: the row decides. */
async function useUp({ clock }: People, trx: StoreTransaction, { code_hash }: Tables['console_invitations']): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('console_invitations')
    .set({ used_at: clock.now() })
    .where('code_hash', '=', code_hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', clock.now())
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new ProblemError('invitationRefused', 'it was used already');
}
