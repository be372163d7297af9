/** `npm run fleet -- backup | republish`: beside a server that takes entries; a server on what was backed up goes on, and terminals fill what it lacks. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ENROLMENT_CODE, ServerProcess } from '../../fleet/load/server-process.ts';
import { readStoredRows } from '../../fleet/load/stored-rows.ts';
import { systemClock } from '../../fleet/server/system-ports.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { temporaryFolder } from './bus-support.ts';
import { execute } from './database.ts';
import { chain, handMadeTerminal, problemOf, type HandMadeTerminal } from './support.ts';

const clock = new SimulatedClock(systemClock.now());
const backupSchema = z.strictObject({ backup: z.string(), entries: z.int(), bytes: z.int() });

function operate(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const env = { ...process.env, DATABASE_URL: undefined };
  return new Promise((resolve) => {
    execFile(process.execPath, ['fleet/server/main.ts', ...args], { env }, (failure, out, error) => resolve({ code: Number(failure?.code ?? 0), out, error }));
  });
}

async function startServer(folder: string): Promise<ServerProcess> {
  const server = new ServerProcess(folder);
  onTestFinished(() => server.kill());
  await server.start();
  return server;
}

function terminalOf(server: ServerProcess, as?: HandMadeTerminal): HandMadeTerminal {
  return handMadeTerminal({ url: `http://127.0.0.1:${server.port}`, clock }, 'T-0001', as?.key);
}

const openGaps = async ({ port }: ServerProcess): Promise<string | undefined> =>
  /^fleet_journal_open_gaps (\d+)$/m.exec(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())?.[1];

test(
  'a backup taken while entries come is whole; a server on it takes the next ones, and asks for those whose receipts came after it',
  { timeout: 60_000 },
  async () => {
    const folder = temporaryFolder();
    const data = join(folder, 'data');
    const server = await startServer(data);
    const terminal = terminalOf(server);
    await terminal.register(ENROLMENT_CODE);
    const entries = chain('T-0001', 400);
    /** Sends two after the other while it is so. @returns how many have a receipt then */
    const sendWhile = async (from: number, isSo: (sent: number) => boolean): Promise<number> => {
      let sent = from;
      do {
        const answer = await terminal.post('/v1/journal', { entries: entries.slice(sent, sent + 2) });
        expect(answer.status).toBe(200);
        sent += 2;
      } while (isSo(sent));
      return sent;
    };
    const before = await sendWhile(0, (count) => count < 100);
    const backup = join(folder, 'backup');
    const backingUp = { done: false };
    const made = operate('backup', '--data', data, '--to', backup).finally(() => (backingUp.done = true));
    const after = await sendWhile(before, (count) => !backingUp.done && count < 390);
    const { code, out } = await made;
    expect(code).toBe(0);
    const { entries: kept } = backupSchema.parse(JSON.parse(out));
    expect(after).toBeGreaterThan(before);
    expect(kept).toBeGreaterThanOrEqual(before);
    expect(kept).toBeLessThanOrEqual(after);
    const sent = await sendWhile(after, () => false);
    await server.kill();

    expect((await readStoredRows(join(backup, 'fleet.sqlite'))).wholeUpTo).toEqual(new Map([['T-0001', kept]]));
    const restored = await startServer(backup);
    expect(restored.publicKey.export({ format: 'jwk' })).toEqual(server.publicKey.export({ format: 'jwk' }));
    const again = terminalOf(restored, terminal);
    const next = entries.slice(sent, sent + 2);
    expect(problemOf(await again.post('/v1/journal', { entries: next }))).toMatchObject({ status: 409, code: 'journalGap', headSeq: kept });
    expect(await openGaps(restored)).toBe('1');
    const filled = await again.post('/v1/journal', { entries: entries.slice(kept, sent + 2) });
    expect(filled).toMatchObject({ status: 200, body: { receipt: { upToSeq: sent + 2 } } });
    expect(await openGaps(restored)).toBe('0');
  },
);

test('a backup is for its owner alone, holds no more than a server needs, and is made of a server that does not run, too', async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const server = await startServer(data);
  await server.stop();
  const backup = join(folder, 'backups', 'monday');
  expect(await operate('backup', '--data', data, '--to', backup)).toMatchObject({ code: 0, error: '' });
  expect(readdirSync(backup).toSorted()).toEqual(['fleet.sqlite', 'signing-key.pem']);
  expect(statSync(backup).mode & 0o777).toBe(0o700);
  expect(statSync(join(backup, 'signing-key.pem')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(backup, 'signing-key.pem'))).toEqual(readFileSync(join(data, 'signing-key.pem')));
});

test('a backup never takes the place of something, is not made of a damaged store, and leaves nothing that looks like one', async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const server = await startServer(data);
  await server.stop();
  const taken = join(folder, 'taken');
  mkdirSync(taken);
  expect(await operate('backup', '--data', data, '--to', taken)).toMatchObject({ code: 1, error: expect.stringContaining('is there already') });
  writeFileSync(join(data, 'fleet.sqlite'), 'not a database at all, but long enough to be looked at as one');
  const backup = join(folder, 'backup');
  expect(await operate('backup', '--data', data, '--to', backup)).toMatchObject({ code: 1, error: expect.stringContaining('not a database') });
  expect(existsSync(backup)).toBe(false);
});

test.each([
  [['backup', '--to', 'x'], 2, '--data is needed'],
  [['backup', '--data', 'x'], 2, '--to is needed'],
  [['republish', '--data', '/nowhere'], 1, '/nowhere: no server has run with this data folder'],
  [['republish', 'now', '--data', 'x'], 2, 'now'],
])('%j is answered with what is wrong', async (args, code, said) => {
  expect(await operate(...args)).toMatchObject({ code, error: expect.stringContaining(said) });
});

test('republishing begins a new generation of the stream, and says when there is none', async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const server = await startServer(data);
  await server.stop();
  expect(await operate('republish', '--data', data)).toMatchObject({ code: 1, error: expect.stringContaining('no server has published on a stream JOURNAL') });
  await execute(server.database, `insert into bus_streams values ('JOURNAL', 3, '2026-11-30T04:00:00Z', 17)`);
  expect(await operate('republish', '--data', data)).toMatchObject({ code: 0, out: expect.stringContaining('once more') });
  expect(await execute(server.database, 'select generation, last_seq from bus_streams')).toEqual([{ generation: 4, last_seq: 17 }]);
});
