/**
 * Versions of the knowledge base. A version is a signed manifest of documents by their hashes; versions only grow, so that a terminal never
 * has to go back: taking one back publishes what stood before once more. What terminals counted says which answers are asked for most.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import {
  KNOWLEDGE_TYPE,
  knowledgeDocumentSchema,
  knowledgeManifestSchema,
  supportLimits,
  type KnowledgeAnswer,
  type KnowledgeDocument,
  type KnowledgeManifest,
  type KnowledgeViewed,
  type StoredAnswer,
} from '../../../common/upstream-api/support.ts';
import type { Clock } from '../../../common/clock.ts';
import { ProblemError } from '../http/problems.ts';
import { signJws, type SigningKey } from '../signing-key.ts';
import type { Queries, Store, StoreTransaction, Tables } from '../store/store.ts';
import { requireRole, type Actor } from './desk.ts';
import type { KnowledgeUse, KnowledgeVersions } from './desk-schemas.ts';

type VersionRow = Tables['knowledge_versions'];

const DAY_MS = 86_400_000;
/** Counts of one terminal for one answer and day count up to this: no terminal decides alone what is asked most. */
const VIEWS_THAT_COUNT = 200;
/** A terminal may have been away for so long, and its clock may run ahead by a day. */
const COUNTED_DAYS_AGO = 120;

export interface KnowledgeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly signingKey: SigningKey;
}

export interface Published {
  readonly version: number;
  /** Whether it is a new one: contents that stand already are not published again. */
  readonly fresh: boolean;
}

export interface Knowledge {
  /** @throws {ProblemError} `invalidRequest` too many or too long, or an id that is there twice */
  publish(by: string, documents: readonly KnowledgeDocument[]): Promise<Published>;
  /** @throws {ProblemError} `unknownKnowledge` */
  takeBackTo(by: string, version: number): Promise<Published>;
  newerThan(version: number): Promise<KnowledgeAnswer>;
  /** @throws {ProblemError} `unknownKnowledge` */
  content(sha256: string): Promise<string>;
  versions(): Promise<KnowledgeVersions>;
}

export function createKnowledge(options: KnowledgeOptions): Knowledge {
  const { store, clock } = options;
  return {
    publish: (by, documents) => {
      const contents = contentsOf(documents);
      return store.serially(['support:knowledge'], (trx) => publish(trx, options, by, contents));
    },
    takeBackTo: (by, version) =>
      store.serially(['support:knowledge'], async (trx) => {
        const { documents } = manifestOf(await requireVersion(trx, version));
        return addVersion(trx, options, by, documents, version);
      }),
    newerThan: (version) =>
      store.view(async (trx) => {
        const latest = await latestVersion(trx);
        const newer = latest !== undefined && latest.version > version ? { jws: latest.jws } : {};
        return { version: latest?.version ?? 0, ...newer, mostAsked: await mostAsked(trx, clock.now()) };
      }),
    content: async (sha256) => {
      const row = await store.selectFrom('knowledge_contents').select('content').where('sha256', '=', sha256).executeTakeFirst();
      if (row === undefined) throw new ProblemError('unknownKnowledge', 'no document has this hash');
      return row.content;
    },
    versions: async () => {
      const rows = await store.selectFrom('knowledge_versions').selectAll().orderBy('version', 'desc').limit(100).execute();
      return {
        versions: rows.map((row) => ({
          version: row.version,
          publishedAt: row.published_at,
          publishedBy: row.published_by,
          documents: manifestOf(row).documents.length,
          restores: row.restores,
        })),
      };
    },
  };
}

type Listed = KnowledgeManifest['documents'][number];
type Content = Listed & { readonly content: string };

/** In the order of their ids. @throws {ProblemError} `invalidRequest` */
function contentsOf(documents: readonly KnowledgeDocument[]): readonly Content[] {
  if (documents.length > supportLimits.documents) throw new ProblemError('invalidRequest', `at most ${supportLimits.documents} documents`);
  const ids = new Set<string>();
  return documents
    .map((document) => {
      const { id } = document;
      if (ids.has(id)) throw new ProblemError('invalidRequest', `${id} is there twice`);
      ids.add(id);
      const content = JSON.stringify(document);
      if (content.length > supportLimits.documentLength)
        throw new ProblemError('invalidRequest', `${id} is longer than ${supportLimits.documentLength} characters`);
      return { id, sha256: createHash('sha256').update(content).digest('hex'), bytes: Buffer.byteLength(content), content };
    })
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

async function publish(trx: StoreTransaction, options: KnowledgeOptions, by: string, contents: readonly Content[]): Promise<Published> {
  for (const { sha256, content } of contents) {
    await trx
      .insertInto('knowledge_contents')
      .values({ sha256, content })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const listed = contents.map(({ id, sha256, bytes }): Listed => ({ id, sha256, bytes }));
  return addVersion(trx, options, by, listed, null);
}

async function addVersion(
  trx: StoreTransaction,
  { clock, signingKey }: KnowledgeOptions,
  by: string,
  documents: readonly Listed[],
  restores: number | null,
): Promise<Published> {
  const latest = await latestVersion(trx);
  if (latest !== undefined && JSON.stringify(manifestOf(latest).documents) === JSON.stringify(documents)) return { version: latest.version, fresh: false };
  const manifest: KnowledgeManifest = { version: (latest?.version ?? 0) + 1, publishedAt: clock.now(), documents: [...documents] };
  await trx
    .insertInto('knowledge_versions')
    .values({
      version: manifest.version,
      manifest: JSON.stringify(manifest),
      jws: signJws(signingKey, KNOWLEDGE_TYPE, manifest),
      published_at: manifest.publishedAt,
      published_by: by,
      restores,
    })
    .execute();
  return { version: manifest.version, fresh: true };
}

function latestVersion(queries: Queries): Promise<VersionRow | undefined> {
  return queries.selectFrom('knowledge_versions').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
}

async function requireVersion(queries: Queries, version: number): Promise<VersionRow> {
  const row = await queries.selectFrom('knowledge_versions').selectAll().where('version', '=', version).executeTakeFirst();
  if (row === undefined) throw new ProblemError('unknownKnowledge', `no version ${version}`);
  return row;
}

function manifestOf({ manifest }: VersionRow): KnowledgeManifest {
  return knowledgeManifestSchema.parse(JSON.parse(manifest));
}

/** Adds what a terminal counted to its own counts. Days that can't be are left out. */
export async function countViews(trx: StoreTransaction, terminalId: string, { date, answers }: KnowledgeViewed, now: number): Promise<StoredAnswer> {
  const age = now - Date.parse(date);
  if (age < -2 * DAY_MS || age > COUNTED_DAYS_AGO * DAY_MS) return {};
  const rows = await trx.selectFrom('knowledge_counts').select('answer_id').where('terminal_id', '=', terminalId).where('date', '=', date).execute();
  const known = new Set(rows.map(({ answer_id }) => answer_id));
  for (const { id, views, solved, unsolved } of answers) {
    if (!known.has(id) && known.size >= supportLimits.documents) continue;
    known.add(id);
    await trx
      .insertInto('knowledge_counts')
      .values({ terminal_id: terminalId, date, answer_id: id, views, solved, unsolved })
      .onConflict((conflict) =>
        conflict.columns(['terminal_id', 'date', 'answer_id']).doUpdateSet((row) => ({
          views: sql<number>`${row.ref('knowledge_counts.views')} + ${views}`,
          solved: sql<number>`${row.ref('knowledge_counts.solved')} + ${solved}`,
          unsolved: sql<number>`${row.ref('knowledge_counts.unsolved')} + ${unsolved}`,
        })),
      )
      .execute();
  }
  return {};
}

/** Of the last seven dates in UTC, and of those that a terminal has already. */
async function mostAsked(trx: StoreTransaction, now: number): Promise<string[]> {
  const rows = await trx
    .selectFrom('knowledge_counts')
    .select(['answer_id', sql<number>`sum(case when views > ${VIEWS_THAT_COUNT} then ${VIEWS_THAT_COUNT} else views end)`.as('asked')])
    .where('date', '>', new Date(now - 7 * DAY_MS).toISOString().slice(0, 10))
    .groupBy('answer_id')
    .orderBy('asked', 'desc')
    .orderBy('answer_id')
    .limit(20)
    .execute();
  return rows.map(({ answer_id }) => answer_id);
}

/** What the published version asks, by id. */
async function questionsNow(store: Store): Promise<ReadonlyMap<string, KnowledgeDocument['question']>> {
  return store.view(async (trx) => {
    const latest = await latestVersion(trx);
    const hashes = latest === undefined ? [] : manifestOf(latest).documents.map(({ sha256 }) => sha256);
    if (hashes.length === 0) return new Map();
    const rows = await trx.selectFrom('knowledge_contents').select('content').where('sha256', 'in', hashes).execute();
    return new Map(rows.map(({ content }) => knowledgeDocumentSchema.parse(JSON.parse(content))).map(({ id, question }) => [id, question]));
  });
}

export interface KnowledgeDesk {
  versions(actor: Actor): Promise<KnowledgeVersions>;
  /** @param from @param to `YYYY-MM-DD`, both included */
  use(actor: Actor, from: string, to: string): Promise<KnowledgeUse>;
}

export function createKnowledgeDesk(store: Store, knowledge: Knowledge): KnowledgeDesk {
  return {
    versions: async (actor) => {
      requireRole(actor, 'support', 'operator', 'auditor');
      return knowledge.versions();
    },
    use: async (actor, from, to) => {
      requireRole(actor, 'support', 'operator', 'auditor');
      const rows = await store
        .selectFrom('knowledge_counts')
        .select(['answer_id as id', sql<number>`sum(views)`.as('views'), sql<number>`sum(solved)`.as('solved'), sql<number>`sum(unsolved)`.as('unsolved')])
        .where('date', '>=', from)
        .where('date', '<=', to)
        .groupBy('answer_id')
        .orderBy('views', 'desc')
        .orderBy('answer_id')
        .limit(supportLimits.documents)
        .execute();
      const questions = await questionsNow(store);
      return { answers: rows.map((row) => ({ ...row, question: questions.get(row.id) ?? null })) };
    },
  };
}
