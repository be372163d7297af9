/**
 * Who is signed in: sessions in the store, so that they hold at every server and end at every server. The cookie is 256 random bits; the
 * store has its hash. Roles are read anew at each request.
 */
import type { Clock } from '../../../common/clock.ts';
import type { Random } from '../../../common/ids.ts';
import { verbsOf, type Role } from '../../console-api/roles.ts';
import type { Session } from '../../console-api/session.ts';
import { ProblemError } from '../http/problems.ts';
import type { Queries, Store, Tables } from '../store/store.ts';
import { hashToken, makeToken } from './secrets.ts';

export const sessionLimits = {
  idleMs: 30 * 60_000,
  absoluteMs: 12 * 3_600_000,
  /** Its last use is written at most so often: looking at a page must not be a write each time. */
  noteUseEveryMs: 60_000,
} as const;

/** Whoever is signed in, for as long as one request takes. */
export interface Who {
  readonly staffId: string;
  readonly name: string;
  readonly role: Role;
  readonly address: string;
  readonly tokenHash: string;
  readonly session: Session;
}

export interface Sessions {
  /** @returns the cookie's value */
  begin(trx: Queries, staffId: string, method: Session['method'], address: string): Promise<string>;
  /** @throws {ProblemError} `signedOut`, `sessionExpired` */
  find(token: string | undefined, address: string): Promise<Who>;
  end(trx: Queries, tokenHash: string): Promise<void>;
  /** All of the person's, but for one. */
  endOf(trx: Queries, staffId: string, but?: string): Promise<void>;
  of(staffId: string): Promise<Tables['console_sessions'][]>;
}

/** What the page says of the console itself. */
export type ConsoleWords = Pick<Session, 'consoleName' | 'utcOffsetMinutes'>;

export function createSessions(store: Store, clock: Clock, random: Random, words: ConsoleWords): Sessions {
  return {
    begin: async (trx, staffId, method, address) => {
      const [token, now] = [makeToken(random), clock.now()];
      await trx
        .deleteFrom('console_sessions')
        .where('signed_in_at', '<', now - sessionLimits.absoluteMs)
        .execute();
      await trx
        .insertInto('console_sessions')
        .values({ token_hash: hashToken(token), staff_id: staffId, method, signed_in_at: now, last_used_at: now, address })
        .execute();
      return token;
    },
    find: async (token, address) => {
      if (token === undefined) throw new ProblemError('signedOut', 'sign in first');
      const tokenHash = hashToken(token);
      const row = await rowOf(store, tokenHash);
      if (row === undefined) throw new ProblemError('signedOut', 'sign in first');
      const now = clock.now();
      if (now >= row.last_used_at + sessionLimits.idleMs || now >= row.signed_in_at + sessionLimits.absoluteMs)
        throw new ProblemError('sessionExpired', 'sign in again');
      if (now - row.last_used_at >= sessionLimits.noteUseEveryMs) {
        await store.updateTable('console_sessions').set({ last_used_at: now }).where('token_hash', '=', tokenHash).execute();
      }
      return whoOf(row, { tokenHash, address, now, words });
    },
    end: endSession,
    endOf: async (trx, staffId, but = '') => {
      await trx.deleteFrom('console_sessions').where('staff_id', '=', staffId).where('token_hash', '!=', but).execute();
    },
    of: (staffId) => store.selectFrom('console_sessions').selectAll().where('staff_id', '=', staffId).orderBy('signed_in_at', 'desc').execute(),
  };
}

async function endSession(trx: Queries, tokenHash: string): Promise<void> {
  await trx.deleteFrom('console_sessions').where('token_hash', '=', tokenHash).execute();
}

type Row = NonNullable<Awaited<ReturnType<typeof rowOf>>>;

/** Of somebody who may sign in at all. */
function rowOf(store: Queries, tokenHash: string) {
  return store
    .selectFrom('console_sessions')
    .innerJoin('console_staff', 'console_staff.staff_id', 'console_sessions.staff_id')
    .select(['console_staff.staff_id', 'name', 'role', 'method', 'signed_in_at', 'last_used_at'])
    .select((expression) =>
      expression
        .selectFrom('console_recovery_codes')
        .select(({ fn }) => fn.countAll<number>().as('left'))
        .whereRef('console_recovery_codes.staff_id', '=', 'console_staff.staff_id')
        .where('used_at', 'is', null)
        .as('codes_left'),
    )
    .where('token_hash', '=', tokenHash)
    .where('state', '=', 'active')
    .executeTakeFirst();
}

function whoOf(row: Row, { tokenHash, address, now, words }: { tokenHash: string; address: string; now: number; words: ConsoleWords }): Who {
  const endsAt = row.signed_in_at + sessionLimits.absoluteMs;
  const session: Session = {
    staffId: row.staff_id,
    name: row.name,
    role: row.role,
    verbs: [...verbsOf[row.role]],
    method: row.method,
    signedInAt: row.signed_in_at,
    idleUntil: Math.min(now + sessionLimits.idleMs, endsAt),
    endsAt,
    recoveryCodesLeft: row.codes_left ?? 0,
    ...words,
  };
  return { staffId: row.staff_id, name: row.name, role: row.role, address, tokenHash, session };
}
