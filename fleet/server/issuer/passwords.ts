/**
 * Service passwords: set or changed by a holder who was identified. It arrives sealed, for this card and this change alone, and is kept as a
 * keyed hash; a weak one is refused. From then on the old one is void.
 */
import type { PasswordKey, SetPasswordAnswer, SetPasswordRequest, PasswordStanding } from '../../../common/upstream-api/service-passwords.ts';
import { sealedPasswordSchema } from '../../../common/upstream-api/service-passwords.ts';
import { weaknessOf } from '../../../common/service-password.ts';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction, Tables } from '../store/store.ts';
import { passwordHash } from './holders.ts';
import { spokenFor } from './losses.ts';
import { requestHash, requireSame, type ServiceOptions } from './options.ts';

export interface ServicePasswords {
  /** What terminals seal it to. @throws {ProblemError} `issuerUnavailable` where there is no key */
  key(): PasswordKey;
  /** @throws {ProblemError} `idempotencyConflict`, `sealUnreadable`, `issuerUnavailable` */
  set(terminalId: string, request: SetPasswordRequest): Promise<SetPasswordAnswer>;
  /** Says what became of a change, and bars one that never arrived. @throws {ProblemError} `idempotencyConflict` for another terminal's */
  settle(terminalId: string, changeId: string): Promise<PasswordStanding>;
}

type ChangeRow = Tables['password_changes'];

export function createServicePasswords(options: ServiceOptions): ServicePasswords {
  const { store } = options;
  return {
    key: () => ({ key: sealingOf(options).publicKey }),
    set: async (terminalId, request) => {
      const { changeId, serial, sealed } = request;
      const opened = sealedPasswordSchema.safeParse(parsed(await sealingOf(options).open(sealed)));
      if (!opened.success || opened.data.changeId !== changeId || opened.data.serial !== serial)
        throw new ProblemError('sealUnreadable', `what is sealed in change ${changeId} is not for this card and change`);
      const { password } = opened.data;
      return store.serially([`password:${changeId}`, `card:${serial}`], (trx) => set(trx, options, terminalId, request, password));
    },
    settle: (terminalId, changeId) => store.serially([`password:${changeId}`], (trx) => settle(trx, options, terminalId, changeId)),
  };
}

async function set(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  request: SetPasswordRequest,
  password: string,
): Promise<SetPasswordAnswer> {
  const { changeId, identificationId, serial } = request;
  const earlier = await findChange(trx, changeId);
  if (earlier !== undefined) {
    if (earlier.refusal === 'notArrived' && earlier.terminal_id === terminalId) return answerSet(earlier);
    requireSame(earlier, terminalId, request, `change ${changeId}`);
    return answerSet(earlier);
  }
  const holder = await spokenFor(trx, options, terminalId, identificationId, serial);
  const refusal = typeof holder === 'string' ? holder : weaknessOf(password, serial) === undefined ? null : ('weak' as const);
  const row: ChangeRow = { change_id: changeId, terminal_id: terminalId, request_hash: requestHash(request), serial, refusal, at: options.clock.now() };
  await trx.insertInto('password_changes').values(row).execute();
  if (refusal === null) {
    await trx
      .updateTable('holder_cards')
      .set({ password_hash: passwordHash(options, serial, password) })
      .where('serial', '=', serial)
      .execute();
  }
  return answerSet(row);
}

async function settle(trx: StoreTransaction, options: ServiceOptions, terminalId: string, changeId: string): Promise<PasswordStanding> {
  const row = await findChange(trx, changeId);
  if (row === undefined) {
    const barred: ChangeRow = { change_id: changeId, terminal_id: terminalId, request_hash: '', serial: '', refusal: 'notArrived', at: options.clock.now() };
    await trx.insertInto('password_changes').values(barred).execute();
    return { state: 'notSet' };
  }
  if (row.terminal_id !== terminalId) throw new ProblemError('idempotencyConflict', `change ${changeId} is of another terminal`);
  return { state: row.refusal === null ? 'set' : 'notSet' };
}

function answerSet({ refusal }: ChangeRow): SetPasswordAnswer {
  return refusal === null ? { result: 'set' } : { result: 'refused', code: refusal };
}

function sealingOf({ sealing }: ServiceOptions): NonNullable<ServiceOptions['sealing']> {
  if (sealing === undefined) throw new ProblemError('issuerUnavailable', 'the issuer has no key that a password could be sealed to');
  return sealing;
}

/** Undefined for what is no JSON: it fits no schema. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function findChange(trx: StoreTransaction, changeId: string): Promise<ChangeRow | undefined> {
  return trx.selectFrom('password_changes').selectAll().where('change_id', '=', changeId).executeTakeFirst();
}
