/** What everything about staff and signing in is made of, put together by console.ts. */
import type { Clock } from '../../../common/clock.ts';
import type { Ids, Random } from '../../../common/ids.ts';
import type { ConsoleSettings } from '../config.ts';
import { ProblemError } from '../http/problems.ts';
import type { Queries, Store, StoreTransaction, Tables } from '../store/store.ts';
import type { Audit } from './audit.ts';
import type { Lockout } from './lockout.ts';
import type { Passwords } from './passwords.ts';
import { makeCode, type Secrets } from './secrets.ts';
import type { Sessions } from './sessions.ts';

export interface People {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly settings: ConsoleSettings;
  readonly secrets: Secrets;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly lockout: Lockout;
  readonly audit: Audit;
}

export type StaffRow = Tables['console_staff'];

/** Who asks before anybody is signed in: from where, and at which origin of the console. */
export interface Caller {
  readonly address: string;
  /** `https://fleet.example` */
  readonly origin: string;
}

const RECOVERY_CODES = 10;
/** 50 bits: beyond guessing, since each try costs a lockout. */
const RECOVERY_SYMBOLS = 10;

/** Two names that look alike are one. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

export async function staffById(trx: Queries, staffId: string): Promise<StaffRow> {
  const row = await trx.selectFrom('console_staff').selectAll().where('staff_id', '=', staffId).executeTakeFirst();
  if (row === undefined) throw new ProblemError('unknownStaff', 'nobody has this id');
  return row;
}

/** Ten new ones; all earlier ones end. Nothing shows them again. */
export async function renewRecoveryCodes({ random, secrets }: People, trx: StoreTransaction, staffId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => makeCode(random, RECOVERY_SYMBOLS));
  await trx.deleteFrom('console_recovery_codes').where('staff_id', '=', staffId).execute();
  await trx
    .insertInto('console_recovery_codes')
    .values(codes.map((code) => ({ code_hash: secrets.hashCode(code), staff_id: staffId, used_at: null })))
    .execute();
  return codes;
}

/** From there the person is known (lockout.ts). */
export async function rememberAddress({ clock }: People, trx: StoreTransaction, staffId: string, address: string): Promise<void> {
  const last_at = clock.now();
  await trx
    .insertInto('console_known_addresses')
    .values({ staff_id: staffId, address, last_at })
    .onConflict((conflict) => conflict.columns(['staff_id', 'address']).doUpdateSet({ last_at }))
    .execute();
  await trx.updateTable('console_staff').set({ last_sign_in_at: last_at }).where('staff_id', '=', staffId).execute();
}
