/**
 * Makes the clearing file of a business day for a partner: every load that was authorized on it, as the books have it now. Making it again
 * gives the next sequence. Used by clearing-commands.ts.
 */
import type { Clock } from '../../../common/clock.ts';
import { storedRequest, type LoadRow } from '../issuer/load-rows.ts';
import type { SigningKey } from '../signing-key.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { ClearingError, CURRENCY, FORMAT_VERSION, readClearingFile, sha256, writeClearingFile, type ClearingLoad } from './clearing-file.ts';
import type { ClearingSettings } from './clearing-settings.ts';
import { signDetached } from './signature.ts';

export interface ClearingOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: ClearingSettings;
  readonly signingKey: SigningKey;
  /** Of the issuer's calendar. */
  readonly utcOffsetMinutes: number;
}

export interface ExportedFile {
  /** Without a folder; the signature's is the same with `.jws`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly signature: string;
  readonly loads: number;
}

/** @param by the operator @throws {ClearingError} `wrongDay` when the day is not over, `foreign` for a partner that is none */
export async function exportDay(options: ClearingOptions, businessDay: string, receiver: string, by: string): Promise<ExportedFile> {
  const { store, clock, settings, signingKey } = options;
  requireOver(options, businessDay);
  if (!settings.partners.some(({ name }) => name === receiver))
    throw new ClearingError('foreign', `${receiver} is no partner: clearing.partners names none such`);
  const { bytes, sequence, loads } = await store.serially([`clearing:${businessDay}`], async (trx) => {
    const rows = await loadsOf(trx, businessDay);
    const before = await trx
      .selectFrom('clearing_files')
      .select((file) => file.fn.max('sequence').as('last'))
      .where('direction', '=', 'out')
      .where('partner', '=', receiver)
      .where('business_day', '=', businessDay)
      .executeTakeFirst();
    const next = (before?.last ?? 0) + 1;
    const identity = { role: settings.role, sender: settings.name, receiver, businessDay, sequence: next };
    const head = { format: FORMAT_VERSION, ...identity, currency: CURRENCY, madeAt: new Date(clock.now()).toISOString() } as const;
    const content = writeClearingFile({ head, loads: rows.map(recordOf) });
    readClearingFile(content);
    const row = { direction: 'out', partner: receiver, business_day: businessDay, sequence: next, sha256: sha256(content), state: 'done' } as const;
    await trx
      .insertInto('clearing_files')
      .values({ ...row, at: clock.now(), actor: by })
      .execute();
    return { bytes: content, sequence: next, loads: rows.length };
  });
  const name = `clearing-${settings.name}-${receiver}-${businessDay}-${sequence}.jsonl`;
  return { name, bytes, signature: await signDetached(signingKey, bytes), loads };
}

/** @throws {ClearingError} `wrongDay` */
export function requireOver({ clock, utcOffsetMinutes }: Pick<ClearingOptions, 'clock' | 'utcOffsetMinutes'>, businessDay: string): void {
  const today = new Date(clock.now() + utcOffsetMinutes * 60_000).toISOString().slice(0, 10);
  if (businessDay >= today) throw new ClearingError('wrongDay', `${businessDay} is not over: it is cleared when it is complete`);
}

/** Without those that were refused, or barred before they were asked for: nothing was ever reserved. */
function loadsOf(trx: StoreTransaction, businessDay: string): Promise<LoadRow[]> {
  return trx
    .selectFrom('loads')
    .selectAll()
    .where('host_date', '=', businessDay.replaceAll('-', ''))
    .where('request', '<>', '')
    .where('state', '<>', 'refused')
    .orderBy('at')
    .orderBy('load_id')
    .execute();
}

function recordOf(row: LoadRow): ClearingLoad {
  const { card, init } = storedRequest(row);
  const { purseType, balanceBefore, onlineCounter } = init;
  return {
    loadId: row.load_id,
    terminalId: row.terminal_id,
    cardTerminalId: init.terminalId,
    reference: row.reference,
    issuer: card.issuer,
    serial: row.serial,
    purseType,
    balanceBefore,
    amount: row.amount,
    onlineCounter,
    hostDate: row.host_date,
    hostTime: row.host_time,
    state: row.state === 'credited' ? 'credited' : row.state === 'reversed' ? 'notCredited' : 'undetermined',
    ...(row.state === 'credited' && row.tac !== null ? { tac: row.tac } : {}),
  };
}
