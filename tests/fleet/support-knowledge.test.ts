/** The knowledge base: signed versions that only grow, contents by their hashes, taken back by publishing again; and what is asked most. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactVerify } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  KNOWLEDGE_TYPE,
  knowledgeAnswerSchema,
  knowledgeContentAnswerSchema,
  knowledgeDocumentSchema,
  knowledgeManifestSchema,
  type KnowledgeDocument,
  type KnowledgeManifest,
} from '../../common/upstream-api/support.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { createKnowledge } from '../../fleet/server/support/knowledge.ts';
import { operateKnowledge } from '../../fleet/server/support/knowledge-commands.ts';
import { loadSigningKey } from '../../fleet/server/signing-key.ts';
import { environmentFor } from './database.ts';
import { problemOf, registeredTerminal, startWorld, type HandMadeTerminal, type World } from './support.ts';
import { DAY_MS, LIU, outboxOf, shanghai, stored } from './support-desk.ts';

const START = shanghai('2026-03-16 10:00');

function answer(id: string, change: Partial<KnowledgeDocument> = {}): KnowledgeDocument {
  return {
    id,
    category: 'topUp',
    question: { 'zh-CN': '充值没到账怎么办', en: 'My top-up has not arrived' },
    steps: { 'zh-CN': ['放卡', '按提示补登'], en: ['Put the card on the reader', 'Follow the screen'] },
    keywords: { 'zh-CN': ['补登', 'budeng'] },
    where: ['terminal'],
    related: [],
    reviewedBy: 'Wang Fang',
    reviewedOn: '2026-03-01',
    ...change,
  };
}

async function withKnowledge() {
  const world = await startWorld({ startAt: START });
  const terminal = await registeredTerminal(world);
  const store = await openStore(world.database);
  onTestFinished(() => store.destroy());
  return { world, terminal, knowledge: createKnowledge({ store, clock: world.clock, signingKey: world.signingKey }) };
}

const newerThan = async (terminal: HandMadeTerminal, version: number) =>
  knowledgeAnswerSchema.parse((await terminal.get(`/v1/support/knowledge?newerThan=${version}`)).body);

/** As a terminal believes it: signed by the server's key, for this purpose. */
async function manifestOf(world: World, terminal: HandMadeTerminal, version = 0): Promise<KnowledgeManifest> {
  const { jws = '' } = await newerThan(terminal, version);
  const { payload, protectedHeader } = await compactVerify(jws, world.server.publicKey, { algorithms: ['EdDSA'] });
  expect(protectedHeader.typ).toBe(KNOWLEDGE_TYPE);
  return knowledgeManifestSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
}

describe('a terminal', () => {
  test('that has nothing gets the manifest, and each document by its hash', async () => {
    const { world, terminal, knowledge } = await withKnowledge();
    expect(await newerThan(terminal, 0)).toEqual({ version: 0, mostAsked: [] });
    const documents = [answer('topUp.missing'), answer('card.lost')];
    expect(await knowledge.publish('liu', documents)).toEqual({ version: 1, fresh: true });
    const manifest = await manifestOf(world, terminal);
    expect(manifest).toMatchObject({ version: 1, publishedAt: START, documents: [{ id: 'card.lost' }, { id: 'topUp.missing' }] });
    for (const { id, sha256, bytes } of manifest.documents) {
      const { content } = knowledgeContentAnswerSchema.parse((await terminal.get(`/v1/support/knowledge/contents/${sha256}`)).body);
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
      expect(Buffer.byteLength(content)).toBe(bytes);
      expect(knowledgeDocumentSchema.parse(JSON.parse(content))).toEqual(documents.find((document) => document.id === id));
    }
    expect(problemOf(await terminal.get(`/v1/support/knowledge/contents/${'0'.repeat(64)}`))).toMatchObject({ status: 404, code: 'unknownKnowledge' });
  });

  test('that has the latest gets no manifest', async () => {
    const { terminal, knowledge } = await withKnowledge();
    await knowledge.publish('liu', [answer('topUp.missing')]);
    expect(await newerThan(terminal, 1)).toEqual({ version: 1, mostAsked: [] });
    expect((await newerThan(terminal, 0)).jws).toBeDefined();
  });

  test('gets what was taken back as a newer version with the hashes of the older', async () => {
    const { world, terminal, knowledge } = await withKnowledge();
    await knowledge.publish('liu', [answer('topUp.missing')]);
    const first = await manifestOf(world, terminal);
    await knowledge.publish('liu', [answer('topUp.missing', { where: ['telephone'] }), answer('card.lost')]);
    const second = await manifestOf(world, terminal, 1);
    expect(second.documents).not.toEqual(first.documents);
    expect(await knowledge.takeBackTo('liu', 1)).toEqual({ version: 3, fresh: true });
    expect(await manifestOf(world, terminal, 2)).toMatchObject({ version: 3, documents: first.documents });
    expect(await world.server.agents.knowledge.versions(LIU)).toMatchObject({
      versions: [
        { version: 3, documents: 1, restores: 1, publishedBy: 'liu' },
        { version: 2, documents: 2, restores: null },
        { version: 1, documents: 1, restores: null },
      ],
    });
    await expect(knowledge.takeBackTo('liu', 9)).rejects.toMatchObject({ code: 'unknownKnowledge' });
  });
});

describe('publishing', () => {
  test('the same again is no new version, in whatever order', async () => {
    const { knowledge } = await withKnowledge();
    await knowledge.publish('liu', [answer('a'), answer('b')]);
    expect(await knowledge.publish('liu', [answer('b'), answer('a')])).toEqual({ version: 1, fresh: false });
  });

  test('at once by several is one version each', async () => {
    const { knowledge } = await withKnowledge();
    const published = await Promise.all(Array.from({ length: 4 }, (_, index) => knowledge.publish('liu', [answer(`a${index}`)])));
    expect(new Set(published.map(({ version }) => version))).toEqual(new Set([1, 2, 3, 4]));
  });

  test('one id twice is refused, and nothing is published', async () => {
    const { terminal, knowledge } = await withKnowledge();
    await expect((async () => knowledge.publish('liu', [answer('a'), answer('a')]))()).rejects.toMatchObject({ code: 'invalidRequest' });
    expect((await newerThan(terminal, 0)).version).toBe(0);
  });
});

describe('what is asked most', () => {
  const viewed = (date: string, ...answers: [id: string, views: number, solved?: number, unsolved?: number][]) => ({
    date,
    version: 1,
    answers: answers.map(([id, views, solved = 0, unsolved = 0]) => ({ id, views, solved, unsolved })),
  });

  test('adds up over terminals and the last seven days, once whatever is sent again', async () => {
    const { world, terminal } = await withKnowledge();
    const outbox = outboxOf(terminal);
    const other = outboxOf(await registeredTerminal(world, 'T-0002'));
    const envelope = outbox.next('knowledge.viewed', viewed('2026-03-16', ['lost', 5, 3, 1], ['missing', 9]));
    for (const _ of [1, 2, 3]) await outbox.raw(envelope);
    stored(await outbox.send('knowledge.viewed', viewed('2026-03-16', ['lost', 2])));
    stored(await other.send('knowledge.viewed', viewed('2026-03-10', ['lost', 3], ['limits', 1])));
    stored(await other.send('knowledge.viewed', viewed('2026-03-09', ['limits', 100])));
    expect((await newerThan(terminal, 0)).mostAsked).toEqual(['lost', 'missing', 'limits']);
    expect(await world.server.agents.knowledge.use(LIU, '2026-03-10', '2026-03-16')).toEqual({
      answers: [
        { id: 'lost', question: null, views: 10, solved: 3, unsolved: 1 },
        { id: 'missing', question: null, views: 9, solved: 0, unsolved: 0 },
        { id: 'limits', question: null, views: 1, solved: 0, unsolved: 0 },
      ],
    });
  });

  test('is not decided by one terminal alone', async () => {
    const { world, terminal } = await withKnowledge();
    const outbox = outboxOf(terminal);
    for (let count = 0; count < 3; count += 1) stored(await outbox.send('knowledge.viewed', viewed('2026-03-16', ['mine', 1000])));
    for (const id of ['T-0002', 'T-0003'])
      stored(await outboxOf(await registeredTerminal(world, id)).send('knowledge.viewed', viewed('2026-03-16', ['lost', 150])));
    expect((await newerThan(terminal, 0)).mostAsked).toEqual(['lost', 'mine']);
  });

  test('leaves out days that can not be, and more answers than there are', async () => {
    const { world, terminal } = await withKnowledge();
    const outbox = outboxOf(terminal);
    for (const date of ['2026-03-19', '2025-11-01']) stored(await outbox.send('knowledge.viewed', viewed(date, ['never', 1])));
    for (let batch = 0; batch < 6; batch += 1) {
      const answers = Array.from({ length: 100 }, (_, index): [string, number] => [`a${batch}.${index}`, 1]);
      stored(await outbox.send('knowledge.viewed', viewed('2026-03-16', ...answers)));
    }
    const { answers } = await world.server.agents.knowledge.use(LIU, '2020-01-01', '2030-01-01');
    expect(answers).toHaveLength(500);
    expect(answers.some(({ id }) => id === 'never' || id.startsWith('a5.'))).toBe(false);
    await world.clock.advance(7 * DAY_MS);
    expect((await newerThan(terminal, 0)).mostAsked).toEqual([]);
  });
});

describe('the command', () => {
  /** A data folder of a server that runs on this test's database, and a folder of documents. */
  async function folders() {
    const { world, terminal } = await withKnowledge();
    const data = mkdtempSync(join(tmpdir(), 'fleet-knowledge-'));
    onTestFinished(() => rmSync(data, { recursive: true }));
    const documents = mkdtempSync(join(tmpdir(), 'knowledge-'));
    onTestFinished(() => rmSync(documents, { recursive: true }));
    const { publicKey } = loadSigningKey(join(data, 'signing-key.pem'));
    const environment = environmentFor(world.database, data);
    const write = (name: string, content: unknown) => writeFileSync(join(documents, name), typeof content === 'string' ? content : JSON.stringify(content));
    return {
      terminal,
      publicKey,
      documents,
      write,
      operate: (...args: string[]) => operateKnowledge([...args, '--data', data, '--by', 'Wang Fang'], environment),
    };
  }

  test('publishes a folder, takes it back, and lists who did what', async () => {
    const { terminal, documents, write, operate, publicKey } = await folders();
    write('lost.json', answer('lost'));
    expect(await operate('publish', documents)).toEqual([`version 1 has 1 documents of ${documents}; terminals get it when they ask next`]);
    write('missing.json', answer('missing'));
    await operate('publish', documents);
    expect(await operate('publish', documents)).toEqual([expect.stringContaining('nothing to publish: version 2')]);
    expect(await operate('back-to', '1')).toEqual([expect.stringContaining('version 3 has the documents of version 1')]);
    const { jws = '', version } = await newerThan(terminal, 2);
    expect(version).toBe(3);
    await compactVerify(jws, publicKey);
    expect((await operate('versions')).map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { version: 3, publishedBy: 'Wang Fang', restores: 1 },
      { version: 2, documents: 2 },
      { version: 1 },
    ]);
  });

  test('says of every file what is wrong with it, and publishes nothing', async () => {
    const { terminal, documents, write, operate } = await folders();
    write('good.json', answer('good'));
    write('bad.json', { ...answer('bad'), steps: { en: [] }, where: ['nowhere'] });
    write('broken.json', '{');
    await expect(operate('publish', documents)).rejects.toThrow(/bad\.json: steps\.en.*\n.*bad\.json: where\.0.*\n.*broken\.json: the file/);
    expect((await newerThan(terminal, 0)).version).toBe(0);
  });

  test.each([
    ['nothing', [], 'expected publish, back-to or versions'],
    ['no folder', ['publish'], 'FOLDER is missing'],
    ['a version that is none', ['back-to', 'x'], 'VERSION is missing, or is no number'],
    ['a word too many', ['versions', 'all'], '"all" is one word too many'],
  ] as const)('called with %s is called wrongly', async (_what, args, message) => {
    await expect(operateKnowledge([...args, '--data', '/nowhere'], {})).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(message),
    });
  });

  test('where no server has run says so', async () => {
    await expect(operateKnowledge(['versions', '--data', '/nowhere'], {})).rejects.toThrow('no server has run with this data folder');
    await expect(operateKnowledge(['versions'], {})).rejects.toThrow('--data is needed');
  });
});
