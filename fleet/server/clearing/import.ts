/**
 * Takes in a partner's clearing file: the whole of it is verified before anything changes; then each load is decided in a transaction of its
 * own, together with its outcome, so that an import that was cut short goes on where it stood. Once for each sender, day and sequence.
 * Used by clearing-commands.ts.
 */
import { proofOf, type IssuerOptions } from '../issuer/load-rows.ts';
import { ageReservations } from '../issuer/open-loads.ts';
import type { StoreTransaction } from '../store/store.ts';
import { ClearingError, CURRENCY, readClearingFile, sha256, type ClearingFile, type ClearingHead, type ClearingLoad } from './clearing-file.ts';
import { decide, type Decision } from './decision.ts';
import { requireOver, type ClearingOptions } from './export.ts';
import { readReport, type ClearingReport } from './report.ts';
import { requireSignature } from './signature.ts';

export interface ImportOptions extends ClearingOptions {
  readonly issuer: IssuerOptions;
}

export interface ArrivedFile {
  readonly bytes: Uint8Array;
  /** Undefined: there is none beside the file. */
  readonly signature: string | undefined;
  /** The day that the operator means; undefined: any that is over. */
  readonly businessDay?: string | undefined;
  /** The operator. */
  readonly by: string;
}

/** @throws {ClearingError} with nothing changed @throws {KeyStoreError} what is decided by then stays; the same file goes on later */
export async function importFile(options: ImportOptions, arrived: ArrivedFile): Promise<ClearingReport> {
  const file = await verified(options, arrived);
  const digest = sha256(arrived.bytes);
  await ageReservations(options.issuer);
  const state = await options.store.serially([`clearing:${file.head.businessDay}`], (trx) => admit(trx, options, file.head, digest, arrived.by));
  if (state === 'importing') {
    for (const load of file.loads) await decideLoad(options, file.head, load);
    await options.store.serially([`clearing:${file.head.businessDay}`], (trx) => finish(trx, file));
  }
  return options.store.view((trx) => readReport(trx, placeOf(file.head)));
}

async function verified(options: ImportOptions, { bytes, signature, businessDay }: ArrivedFile): Promise<ClearingFile> {
  const { settings } = options;
  const file = readClearingFile(bytes);
  const { sender, receiver, role, currency } = file.head;
  const partner = settings.partners.find(({ name }) => name === sender);
  if (partner === undefined) throw new ClearingError('foreign', `the file is from ${sender}, who is no partner: clearing.partners names none such`);
  if (receiver !== settings.name) throw new ClearingError('foreign', `the file is for ${receiver}, we are ${settings.name}`);
  if (role === settings.role) throw new ClearingError('foreign', `the file is from an ${role}, and so are we`);
  if (currency !== CURRENCY) throw new ClearingError('foreign', `the file is in ${currency}, our books are in ${CURRENCY}`);
  if (signature === undefined) throw new ClearingError('notSigned', 'there is no signature beside the file (the same name with .jws)');
  await requireSignature(signature, bytes, partner);
  if (businessDay !== undefined && file.head.businessDay !== businessDay) {
    throw new ClearingError('wrongDay', `the file is of ${file.head.businessDay}, not of ${businessDay}`);
  }
  requireOver(options, file.head.businessDay);
  return file;
}

/** Makes the file known, once. */
async function admit(trx: StoreTransaction, { clock }: ImportOptions, head: ClearingHead, digest: string, by: string): Promise<'importing' | 'done'> {
  const { sender, businessDay, sequence } = head;
  const files = await trx
    .selectFrom('clearing_files')
    .selectAll()
    .where('direction', '=', 'in')
    .where('partner', '=', sender)
    .where('business_day', '=', businessDay)
    .where('sequence', 'in', [sequence - 1, sequence])
    .execute();
  const known = files.find((file) => file.sequence === sequence);
  if (known !== undefined) {
    if (known.sha256 !== digest) {
      throw new ClearingError('doubledFile', `${sender} sent another file ${sequence} of ${businessDay} before; a correction has the next sequence`);
    }
    return known.state;
  }
  const before = files.find((file) => file.sequence === sequence - 1);
  if (sequence > 1 && before?.state !== 'done')
    throw new ClearingError('missingBefore', `file ${sequence - 1} of ${businessDay} from ${sender} has to be imported first`);
  const row = { direction: 'in', partner: sender, business_day: businessDay, sequence, sha256: digest, state: 'importing' } as const;
  await trx
    .insertInto('clearing_files')
    .values({ ...row, at: clock.now(), actor: by })
    .execute();
  return 'importing';
}

/** The cryptography first, outside the transaction. */
async function decideLoad({ store, issuer }: ImportOptions, head: ClearingHead, load: ClearingLoad): Promise<void> {
  const proof = await proofOf(issuer, load.loadId, load.tac);
  await store.serially([`load:${load.loadId}`], async (trx) => {
    if (await hasOutcome(trx, head, load.loadId)) return;
    const row = await trx.selectFrom('loads').selectAll().where('load_id', '=', load.loadId).executeTakeFirst();
    const decision = decide(row, load, proof);
    const { change } = decision;
    if (change !== undefined && Object.keys(change).length > 0) await trx.updateTable('loads').set(change).where('load_id', '=', load.loadId).execute();
    await remember(trx, head, load, decision);
  });
}

/** What of ours the file does not have, and that it is done. */
async function finish(trx: StoreTransaction, { head, loads }: ClearingFile): Promise<void> {
  const named = new Set(loads.map(({ loadId }) => loadId));
  const ours = await trx
    .selectFrom('loads')
    .select(['load_id', 'amount'])
    .where('host_date', '=', head.businessDay.replaceAll('-', ''))
    .where('request', '<>', '')
    .where('state', 'in', ['reserved', 'undetermined', 'credited'])
    .orderBy('load_id')
    .execute();
  for (const { load_id: loadId, amount } of ours) {
    if (!named.has(loadId) && !(await hasOutcome(trx, head, loadId))) await remember(trx, head, { loadId, amount, state: null }, { outcome: 'notInFile' });
  }
  const place = placeOf(head);
  await trx
    .updateTable('clearing_files')
    .set({ state: 'done' })
    .where('direction', '=', 'in')
    .where('partner', '=', place.partner)
    .where('business_day', '=', place.businessDay)
    .where('sequence', '=', place.sequence)
    .execute();
}

async function hasOutcome(trx: StoreTransaction, { sender, businessDay, sequence }: ClearingHead, loadId: string): Promise<boolean> {
  const found = await trx
    .selectFrom('clearing_loads')
    .select('load_id')
    .where('partner', '=', sender)
    .where('business_day', '=', businessDay)
    .where('sequence', '=', sequence)
    .where('load_id', '=', loadId)
    .executeTakeFirst();
  return found !== undefined;
}

async function remember(
  trx: StoreTransaction,
  { sender, businessDay, sequence }: ClearingHead,
  { loadId, amount, state }: Pick<ClearingLoad, 'loadId' | 'amount'> & { readonly state: ClearingLoad['state'] | null },
  { outcome, reason }: Decision,
): Promise<void> {
  const place = { partner: sender, business_day: businessDay, sequence };
  await trx
    .insertInto('clearing_loads')
    .values({ ...place, load_id: loadId, amount, said: state, outcome, reason: reason ?? null })
    .execute();
}

function placeOf({ sender, businessDay, sequence }: ClearingHead): { partner: string; businessDay: string; sequence: number } {
  return { partner: sender, businessDay, sequence };
}
