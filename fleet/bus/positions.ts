/**
 * How far each epoch of each terminal is published. The journal itself is the outbox: a terminal's entries are stored one after the other
 * without gaps, and its head moves in the very transaction that stores them, so what is to be published is exactly what stands between
 * position and head, in whatever order the transactions of different terminals commit. Used by the relay and the metrics.
 *
 * A generation is one life of the stream. One that was made anew, or has forgotten what it acknowledged, begins the next, in which every
 * position is 0 again.
 */
import { sql } from 'kysely';
import type { Queries } from '../server/store/store.ts';
import type { StoredEntry } from './message.ts';
import type { StreamState } from './stream.ts';

export interface EpochKey {
  readonly terminalId: string;
  readonly epoch: number;
}

export interface Generation {
  readonly stream: string;
  readonly number: number;
}

export interface Advance extends EpochKey {
  readonly publishedSeq: number;
}

/** What the store says of the stream, and whether that is a new life. */
export interface Life {
  readonly generation: Generation;
  readonly began: 'before' | 'now';
}

/** Compares what the stream says of itself with what it acknowledged. */
export async function lifeOf(queries: Queries, stream: string, state: StreamState): Promise<Life> {
  const known = await queries.selectFrom('bus_streams').selectAll().where('stream', '=', stream).executeTakeFirst();
  if (known !== undefined && known.created_at === state.createdAt && known.last_seq <= state.lastSeq) {
    return { generation: { stream, number: known.generation }, began: 'before' };
  }
  const values = { generation: (known?.generation ?? 0) + 1, created_at: state.createdAt, last_seq: state.lastSeq };
  await queries
    .insertInto('bus_streams')
    .values({ stream, ...values })
    .onConflict((conflict) => conflict.column('stream').doUpdateSet(values))
    .execute();
  return { generation: { stream, number: values.generation }, began: 'now' };
}

/** From now on everything is published once more; the relay notices by itself. @returns whether there was a stream */
export async function beginAnew(queries: Queries, stream: string): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('bus_streams')
    .set((of) => ({ generation: of('generation', '+', 1) }))
    .where('stream', '=', stream)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Epochs with entries that are not published, at most `limit`. */
export async function waitingEpochs(queries: Queries, generation: Generation, limit: number): Promise<readonly EpochKey[]> {
  const rows = await withPositions(queries, generation).select(['heads.terminal_id', 'heads.epoch']).limit(limit).execute();
  return rows.map(({ terminal_id, epoch }) => ({ terminalId: terminal_id, epoch }));
}

export interface Waiting {
  readonly entries: number;
  readonly terminals: number;
}

/** @param stream of its current generation; one that was never reached has published nothing */
export async function countWaiting(queries: Queries, stream: string): Promise<Waiting> {
  const known = await queries.selectFrom('bus_streams').select('generation').where('stream', '=', stream).executeTakeFirst();
  return withPositions(queries, { stream, number: known?.generation ?? 0 })
    .select([
      sql<number>`coalesce(sum(heads.head_seq - coalesce(positions.published_seq, 0)), 0)`.as('entries'),
      sql<number>`count(distinct heads.terminal_id)`.as('terminals'),
    ])
    .executeTakeFirstOrThrow();
}

function withPositions(queries: Queries, { stream, number }: Generation) {
  return queries
    .selectFrom('journal_epochs as heads')
    .leftJoin('bus_positions as positions', (join) =>
      join
        .onRef('positions.terminal_id', '=', 'heads.terminal_id')
        .onRef('positions.epoch', '=', 'heads.epoch')
        .on('positions.stream', '=', stream)
        .on('positions.generation', '=', number),
    )
    .where((of) => of('heads.head_seq', '>', of.fn.coalesce('positions.published_seq', of.lit(0))));
}

/** The next entries of an epoch that are not published, in order. */
export async function nextEntries(queries: Queries, { stream, number }: Generation, key: EpochKey, limit: number): Promise<readonly StoredEntry[]> {
  const position = await queries
    .selectFrom('bus_positions')
    .select('published_seq')
    .where('stream', '=', stream)
    .where('terminal_id', '=', key.terminalId)
    .where('epoch', '=', key.epoch)
    .where('generation', '=', number)
    .executeTakeFirst();
  const rows = await queries
    .selectFrom('journal_entries')
    .select(['seq', 'hash', 'entry'])
    .where('terminal_id', '=', key.terminalId)
    .where('epoch', '=', key.epoch)
    .where('seq', '>', position?.published_seq ?? 0)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(({ seq, hash, entry }) => ({ ...key, seq, hash, text: entry }));
}

/** In one transaction. @param lastSeq the highest place in the stream that was acknowledged */
export async function savePositions(queries: Queries, { stream, number }: Generation, advances: readonly Advance[], lastSeq: number): Promise<void> {
  if (advances.length === 0) return;
  const rows = advances.map(({ terminalId, epoch, publishedSeq }) => ({
    stream,
    terminal_id: terminalId,
    epoch,
    generation: number,
    published_seq: publishedSeq,
  }));
  await queries.transaction().execute(async (trx) => {
    await trx
      .insertInto('bus_positions')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['stream', 'terminal_id', 'epoch'])
          .doUpdateSet({ generation: (of) => of.ref('excluded.generation'), published_seq: (of) => of.ref('excluded.published_seq') }),
      )
      .execute();
    await trx.updateTable('bus_streams').set({ last_seq: lastSeq }).where('stream', '=', stream).where('last_seq', '<', lastSeq).execute();
  });
}
