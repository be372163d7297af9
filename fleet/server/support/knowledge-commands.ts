/**
 * What an operator does about the knowledge base, on the store of a server that may be running: publish the documents of a folder as a new
 * version, take it back to an earlier one, list the versions. Used by main.ts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { knowledgeDocumentSchema, type KnowledgeDocument } from '../../../common/upstream-api/support.ts';
import { asUsage, UsageError } from '../command-line.ts';
import { databaseOf, openStore } from '../store/database.ts';
import { ProblemError } from '../http/problems.ts';
import { loadSigningKey } from '../signing-key.ts';
import { systemClock } from '../system-ports.ts';
import { createKnowledge, type Knowledge, type Published } from './knowledge.ts';

export const KNOWLEDGE_USAGE = [
  'knowledge publish FOLDER --data DIR [--by NAME]',
  'knowledge back-to VERSION --data DIR [--by NAME]',
  'knowledge versions --data DIR',
] as const;

type Order = { readonly data: string; readonly by: string } & (
  { readonly act: 'publish'; readonly folder: string } | { readonly act: 'back-to'; readonly version: number } | { readonly act: 'versions' }
);

/** @param args what follows `knowledge` @returns the lines to print @throws {UsageError} when called wrongly @throws {Error} with what is wrong */
export async function operateKnowledge(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const order = asUsage(() => readOrder(args));
  const keyFile = join(order.data, 'signing-key.pem');
  if (!existsSync(keyFile)) throw new Error(`${order.data}: no server has run with this data folder: give the --data of the server`);
  const documents = order.act === 'publish' ? readDocuments(order.folder) : [];
  const store = await openStore(databaseOf(order.data, environment));
  try {
    return await obey(createKnowledge({ store, clock: systemClock, signingKey: loadSigningKey(keyFile) }), order, documents);
  } catch (error) {
    throw error instanceof ProblemError ? new Error(error.message, { cause: error }) : error;
  } finally {
    await store.destroy();
  }
}

function readOrder(args: readonly string[]): Order {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { data: { type: 'string' }, by: { type: 'string' } } });
  const [act, what, ...more] = positionals;
  if (values.data === undefined) throw new UsageError('--data is needed: the data folder of the server');
  const by = (values.by ?? userInfo().username).trim();
  if (by === '' || by.length > 200) throw new UsageError('--by: expected the name or number of a person, at most 200 characters');
  const order = { data: values.data, by };
  if (more.length > 0) throw new UsageError(`${JSON.stringify(more[0])} is one word too many`);
  if (act === 'publish') {
    if (what === undefined) throw new UsageError('which FOLDER is missing');
    return { ...order, act, folder: what };
  }
  if (act === 'back-to') {
    if (what === undefined || !/^[1-9]\d{0,8}$/.test(what)) throw new UsageError('which VERSION is missing, or is no number');
    return { ...order, act, version: Number(what) };
  }
  if (act !== 'versions') throw new UsageError(`knowledge ${JSON.stringify(act ?? '')}: expected publish, back-to or versions`);
  if (what !== undefined) throw new UsageError(`${JSON.stringify(what)} is one word too many`);
  return { ...order, act };
}

/** A document a file, `*.json`. All problems at once, a line each. @throws {Error} */
function readDocuments(folder: string): readonly KnowledgeDocument[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  if (files.length === 0) throw new Error(`${folder}: there is no *.json file in it`);
  const problems: string[] = [];
  const documents = files.toSorted().flatMap((name) => {
    const parsed = knowledgeDocumentSchema.safeParse(readJson(join(folder, name)));
    if (parsed.success) return [parsed.data];
    problems.push(...parsed.error.issues.map(({ path, message }) => `${join(folder, name)}: ${path.join('.') || 'the file'}: ${message}`));
    return [];
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return documents;
}

/** Undefined is no document, and is said to be none. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

async function obey(knowledge: Knowledge, order: Order, documents: readonly KnowledgeDocument[]): Promise<readonly string[]> {
  switch (order.act) {
    case 'publish':
      return [published(await knowledge.publish(order.by, documents), `${documents.length} documents of ${order.folder}`)];
    case 'back-to':
      return [published(await knowledge.takeBackTo(order.by, order.version), `the documents of version ${order.version}`)];
    case 'versions': {
      const { versions } = await knowledge.versions();
      return versions.map(({ publishedAt, ...version }) => JSON.stringify({ ...version, publishedAt: new Date(publishedAt).toISOString() }));
    }
  }
}

function published({ version, fresh }: Published, what: string): string {
  return fresh ? `version ${version} has ${what}; terminals get it when they ask next` : `nothing to publish: version ${version} has ${what} already`;
}
