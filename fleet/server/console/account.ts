/** One's own account: passkeys, recovery codes, password, sessions. What changes a key asks for password and code again. */
import type { z } from 'zod';
import type { accountSchema, changePasswordSchema, passkeySchema } from '../../console-api/session.ts';
import { ProblemError } from '../http/problems.ts';
import { requireStrength } from './passwords.ts';
import { addPasskey, newPasskeyOptions, type PasskeyOptions } from './passkeys.ts';
import { renewRecoveryCodes, staffById, type Caller, type People } from './people.ts';
import type { Who } from './sessions.ts';
import { proveAgain } from './sign-in.ts';

interface Proof {
  readonly password: string;
  readonly totp: string;
}

export async function account({ store, sessions }: People, who: Who): Promise<z.output<typeof accountSchema>> {
  const row = await staffById(store, who.staffId);
  const passkeys = await store.selectFrom('console_passkeys').selectAll().where('staff_id', '=', who.staffId).orderBy('added_at').execute();
  return {
    staffId: row.staff_id,
    name: row.name,
    role: row.role,
    passkeys: passkeys.map(passkeyOf),
    recoveryCodesLeft: who.session.recoveryCodesLeft,
    passwordChangedAt: row.password_changed_at ?? row.created_at,
    sessions: (await sessions.of(who.staffId)).map((each) => ({
      current: each.token_hash === who.tokenHash,
      signedInAt: each.signed_in_at,
      lastUsedAt: each.last_used_at,
      address: each.address,
      method: each.method,
    })),
  };
}

export async function changePassword(people: People, who: Who, asked: z.output<typeof changePasswordSchema>, caller: Caller): Promise<void> {
  const row = await proveAgain(people, who.staffId, asked, caller);
  requireStrength(asked.newPassword, row.name);
  const password = await people.passwords.hash(asked.newPassword);
  await people.store.serially([`staff:${row.name_key}`], async (trx) => {
    await trx.updateTable('console_staff').set({ password, password_changed_at: people.clock.now() }).where('staff_id', '=', row.staff_id).execute();
    await people.sessions.endOf(trx, row.staff_id, who.tokenHash);
    await people.audit.record(trx, { kind: 'passwordChanged', actor: row.name, address: caller.address });
  });
}

export async function newRecoveryCodes(people: People, who: Who, proof: Proof, caller: Caller): Promise<string[]> {
  const row = await proveAgain(people, who.staffId, proof, caller);
  return people.store.serially([`staff:${row.name_key}`], async (trx) => {
    await people.audit.record(trx, { kind: 'recoveryCodesRenewed', actor: row.name, address: caller.address });
    return renewRecoveryCodes(people, trx, row.staff_id);
  });
}

export async function beginPasskey(people: People, who: Who, proof: Proof, caller: Caller): Promise<PasskeyOptions> {
  return newPasskeyOptions(people, await proveAgain(people, who.staffId, proof, caller), caller);
}

export async function finishPasskey(
  people: People,
  who: Who,
  answer: { challengeId: string; response: object; label: string },
  caller: Caller,
): Promise<z.output<typeof passkeySchema>> {
  const row = await addPasskey(people, who.staffId, answer, caller);
  await people.store.serially([`staff:${who.staffId}`], async (trx) => {
    await trx.insertInto('console_passkeys').values(row).execute();
    await people.audit.record(trx, { kind: 'passkeyAdded', actor: who.name, detail: row.label, address: caller.address });
  });
  return passkeyOf(row);
}

export async function removePasskey({ store, audit }: People, who: Who, passkeyId: string): Promise<void> {
  await store.serially([`staff:${who.staffId}`], async (trx) => {
    const gone = await trx
      .deleteFrom('console_passkeys')
      .where('passkey_id', '=', passkeyId)
      .where('staff_id', '=', who.staffId)
      .returning('label')
      .executeTakeFirst();
    if (gone === undefined) throw new ProblemError('unknownPasskey', 'none of yours has this id');
    await audit.record(trx, { kind: 'passkeyRemoved', actor: who.name, detail: gone.label, address: who.address });
  });
}

function passkeyOf(row: { passkey_id: string; label: string; added_at: number; last_used_at: number | null }): z.output<typeof passkeySchema> {
  return { passkeyId: row.passkey_id, label: row.label, addedAt: row.added_at, lastUsedAt: row.last_used_at };
}
