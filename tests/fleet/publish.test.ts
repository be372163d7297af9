/** A journal of a real terminal goes up by the real uplink, is published, and slips are found in it. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { fen } from '../../common/fen.ts';
import { publicationSchema } from '../../common/publication.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { publicationOf } from '../../fleet/publish/publication.ts';
import { writeBundle, writeSite } from '../../fleet/publish/site.ts';
import { openJournal, type Appended, type Journal } from '../../main/journal/journal.ts';
import { businessDates } from '../../common/business-date.ts';
import { createSlipPort } from '../../main/receipts/signed-link.ts';
import { JournalDesk } from '../../main/terminal/ports/journal-port.ts';
import { createIds } from '../../common/ids.ts';
import { connect, until } from '../main/upstream/support.ts';
import { environmentFor } from './database.ts';
import { findingOf } from './slip-records.ts';
import { newKey, random, registeredTerminal, startWorld, type World } from './support.ts';

const SECRET = 'only in the entry';

interface Stage {
  readonly world: World;
  readonly folder: string;
  readonly journal: Journal;
  readonly append: (count: number) => Appended;
  readonly slipOf: (entry: Appended) => string;
  /** Lets the uplink drain the journal. */
  readonly drained: () => Promise<void>;
  readonly publish: () => Promise<void>;
}

async function stage(): Promise<Stage> {
  const world = await startWorld();
  const folder = mkdtempSync(join(tmpdir(), 'published-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const key = newKey();
  const businessDate = businessDates('Asia/Shanghai');
  const { clock } = world;
  const journal = openJournal({
    path: join(folder, 'journal.sqlite'),
    key,
    clock,
    ids: createIds(clock, random),
    terminalId: 'T-0001',
    timeZone: 'Asia/Shanghai',
  });
  onTestFinished(() => journal.close());
  const desk = new JournalDesk({ journal, clock, random, shortName: 'A01', businessDate, onHealth: () => {} });
  connect(world, { key }).startUplink(desk);
  const site = join(folder, 'site');
  return {
    world,
    folder,
    journal,
    append: (count) => {
      const entries = Array.from({ length: count }, () => desk.append({ kind: 'terminal.stopped', body: { reason: SECRET } }));
      const last = entries.at(-1);
      if (last === undefined) throw new Error('nothing was appended');
      return last;
    },
    slipOf: (entry) =>
      createSlipPort({ key, terminalId: 'T-0001', verifyUrl: 'https://card.example/r/' }).linkOf({
        entry,
        reference: 'A01-0315-7K4M-9',
        outcome: 'delivered',
        amount: fen(5_000),
        tender: 'cash',
        cardTail: '6688',
      }),
    drained: () => until(() => journal.lastReceipt(1)?.upToSeq === journal.head.seq),
    publish: async () => {
      const store = await openStore(world.database);
      const publication = () => publicationOf(store, world.signingKey, clock.now());
      const operator = { name: '江城一卡通', hotline: '400-812-0000', timeZone: 'Asia/Shanghai', key: world.server.publicKey };
      await writeSite(site, operator, publication());
      await writeBundle(join(site, 'published.json'), publication());
      await store.destroy();
    },
  };
}

function statementsIn(folder: string, file: string): string[] {
  return publicationSchema.parse(JSON.parse(readFileSync(join(folder, 'site', file), 'utf8'))).statements;
}

test('a slip is not yet published, then published, and then sealed by the terminal’s next checkpoint', { timeout: 30_000 }, async () => {
  const { world, folder, append, slipOf, drained, publish } = await stage();
  append(300);
  await drained();
  await publish();
  const slip = slipOf(append(1));
  const find = () => findingOf(slip, world.server.publicKey, statementsIn(folder, 'published.json'));
  expect(await find()).toMatchObject({ verdict: 'notYet', slip: { seq: 301 } });
  await drained();
  await publish();
  expect(await find()).toMatchObject({ verdict: 'published', sealedUpTo: undefined });
  append(300);
  await drained();
  await publish();
  expect(await find()).toMatchObject({ verdict: 'published', sealedUpTo: 513 }); // 1, then every 256 (FORMAT.md)
});

test('the files are cut by 256 entries, each with the checkpoints of its own, and hold nothing of any entry', { timeout: 30_000 }, async () => {
  const { world, folder, journal, append, drained, publish } = await stage();
  append(600);
  await drained();
  await publish();
  const own = 'published/t-T-0001';
  expect(readdirSync(join(folder, 'site', own)).sort()).toEqual(['1-0.json', '1-1.json', '1-2.json', 'terminal.json']);
  const [statement = ''] = statementsIn(folder, `${own}/terminal.json`);
  expect(decodeJwt(statement)).toMatchObject({ terminalId: 'T-0001', published: [{ epoch: 1, upToSeq: 600 }] });
  const hashes: unknown[] = [];
  const sealed: unknown[] = [];
  for (const name of ['1-0', '1-1', '1-2']) {
    const [list = '', ...checkpoints] = statementsIn(folder, `${own}/${name}.json`);
    await compactVerify(list, world.server.publicKey);
    expect(decodeProtectedHeader(list).typ).toBe('kiosk-published+jwt');
    hashes.push(...(decodeJwt(list)['hashes'] as unknown[]));
    sealed.push(...checkpoints.map((jws) => decodeJwt(jws)['seq']));
  }
  expect(hashes).toEqual(journal.entriesAfter(1, 0, 1000).map(({ hash }) => Buffer.from(hash, 'hex').toString('base64url')));
  expect(sealed).toEqual([1, 257, 513]);
  const everything = readFileSync(join(folder, 'site', 'published.json'), 'utf8');
  const texts = everything.split(/["\s.,]/).map((part) => Buffer.from(part, 'base64url').toString('utf8'));
  for (const hidden of [SECRET, 'terminal.stopped', 'businessDate']) for (const text of [everything, ...texts]) expect(text).not.toContain(hidden);
});

test('a checkpoint that was signed after its entry was sent goes up with the next entry', async () => {
  const { folder, journal, append, drained, publish } = await stage();
  append(3);
  await drained();
  journal.checkpoint(); // as at a settlement
  append(1);
  await drained();
  await publish();
  const [, ...checkpoints] = statementsIn(folder, 'published/t-T-0001/1-0.json');
  expect(checkpoints.map((jws) => decodeJwt(jws)['seq'])).toEqual([1, 3]);
});

test('an old key of the terminal stays published, so that old slips stay genuine', async () => {
  const { world, folder, append, slipOf, drained, publish } = await stage();
  const slip = slipOf(append(1));
  await drained();
  await registeredTerminal(world, 'T-0001'); // shows a new key
  await publish();
  expect(await findingOf(slip, world.server.publicKey, statementsIn(folder, 'published.json'))).toMatchObject({ verdict: 'published' });
});

test('the command lays out the page, the operator’s key and the journals, and says what it wrote', { timeout: 60_000 }, async () => {
  const { world, folder, append, slipOf, drained } = await stage();
  const entry = append(3);
  await drained();
  const data = join(folder, 'data');
  mkdirSync(data);
  const env = { ...process.env, ...environmentFor(world.database, data) };
  writeFileSync(join(data, 'signing-key.pem'), world.signingKey.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const program = fileURLToPath(new URL('../../fleet/publish/main.ts', import.meta.url));
  const run = promisify(execFile);
  const site = join(folder, 'site');
  const args = ['--data', data, '--site', site, '--operator', '江城一卡通', '--hotline', '400-812-0000'];
  const { stdout } = await run(process.execPath, [program, ...args], { env });
  expect(JSON.parse(stdout)).toEqual({ site, terminals: 1, stretches: 1 });
  expect(readdirSync(site).sort()).toEqual(['index.html', 'operator.js', 'page.js', 'published', 'verify.css', 'verify.js', 'words.js']);
  expect(readFileSync(join(site, 'operator.js'), 'utf8')).toContain(world.server.publicKey.x);
  const statements = [...statementsIn(folder, 'published/t-T-0001/terminal.json'), ...statementsIn(folder, 'published/t-T-0001/1-0.json')];
  expect(await findingOf(slipOf(entry), world.server.publicKey, statements)).toMatchObject({ verdict: 'published' });
  await expect(run(process.execPath, [program, '--data', data])).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('are needed; usage:') });
  await expect(run(process.execPath, [program, ...args.with(1, folder)])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('give the data folder'),
  });
});
