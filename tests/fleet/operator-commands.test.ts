/** `npm run fleet -- enrol | revoke | identities`: real processes beside a real server process, on one data folder. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../fleet/server/system-ports.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { handMadeTerminal, problemOf, V1 } from './support.ts';

const MAIN = 'fleet/server/main.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fleet-operator-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** A live server. @returns its address */
async function startServer(path: string): Promise<string> {
  const config = join(path, 'config.json');
  writeFileSync(config, JSON.stringify({ issuer: V1.issuer }));
  const child: ChildProcess = spawn(process.execPath, [MAIN, '--config', config, '--data', join(path, 'data')], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.stdout === null) throw new Error('no stdout');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return z.looseObject({ address: z.string() }).parse(JSON.parse(line)).address;
}

function operate(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (failure, out, error) => resolve({ code: Number(failure?.code ?? 0), out, error }));
  });
}

test('a code made beside a running server enrols the terminal, and a revocation ends it at once', { timeout: 60_000 }, async () => {
  const path = folder();
  const data = join(path, 'data');
  const url = await startServer(path);
  const made = await operate('enrol', 'T-0001', '--data', data, '--by', 'Wang Fang');
  expect(made).toMatchObject({ code: 0, error: '' });
  const [code = '', how = ''] = made.out.split('\n');
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  expect(how).toContain(`kioskctl enrol ${code}`);

  const terminal = handMadeTerminal({ url, clock: new SimulatedClock(systemClock.now()) });
  expect((await terminal.register(code)).status).toBe(200);
  expect((await terminal.post('/v1/heartbeat', {})).status).toBe(200);
  expect(await operate('revoke', 'T-0001', '--data', data, '--by', 'Li Lei')).toMatchObject({ code: 0, error: '' });
  expect(problemOf(await terminal.post('/v1/heartbeat', {})).code).toBe('terminalRevoked');
  expect(await operate('revoke', 'T-0001', '--data', data, '--by', 'Li Lei', '--key', terminal.key.kid)).toMatchObject({ code: 0, error: '' });
  expect(problemOf(await terminal.post('/v1/heartbeat', {})).code).toBe('keyRevoked');

  const { out } = await operate('identities', 'T-0001', '--data', data);
  const events = out
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(events).toEqual([
    { at: expect.any(String), terminalId: 'T-0001', event: 'codeMade', by: 'Wang Fang' },
    { at: expect.any(String), terminalId: 'T-0001', event: 'enrolled', by: 'Wang Fang', key: terminal.key.kid, address: '127.0.0.1' },
    { at: expect.any(String), terminalId: 'T-0001', event: 'terminalRevoked', by: 'Li Lei' },
    { at: expect.any(String), terminalId: 'T-0001', event: 'keyRevoked', by: 'Li Lei', key: terminal.key.kid },
  ]);
  expect((await operate('identities', '--data', data)).out).toBe(out);

  // what is wrong is said in a line
  for (const [args, said] of [
    [['revoke', 'T-0404'], 'T-0404 was never enrolled'],
    [['revoke', 'T-0001', '--key', 'abc'], terminal.key.kid],
    // as one in 64 keys is called
    [['revoke', 'T-0001', '--key', '-abc'], terminal.key.kid],
  ] as const) {
    const { code: status, out: nothing, error } = await operate(...args, '--data', data);
    expect([status, nothing]).toEqual([1, '']);
    expect(error).toContain(said);
    expect(error.trimEnd()).not.toContain('\n');
  }
});

test.each<[string, string[], number, string]>([
  ['without the data folder', ['enrol', 'T-0001'], 2, '--data'],
  ['without a terminal', ['revoke', '--data', 'd'], 2, 'TERMINAL'],
  ['for what can be no terminal', ['enrol', 'T 1', '--data', 'd'], 2, '"T 1"'],
  ['with a word too many', ['enrol', 'T-0001', 'T-0002', '--data', 'd'], 2, '"T-0002"'],
  ['with the key of a code', ['enrol', 'T-0001', '--key', 'k', '--data', 'd'], 2, '--key'],
  ['by nobody', ['enrol', 'T-0001', '--by', ' ', '--data', 'd'], 2, '--by'],
  ['where no server ever ran', ['enrol', 'T-0001', '--data', '/nowhere'], 1, '/nowhere'],
])('called %s it says so in one line', async (_how, args, status, said) => {
  const { code, out, error } = await operate(...args);
  expect([code, out]).toEqual([status, '']);
  expect(error).toContain(said);
  expect(error.trimEnd()).not.toContain('\n');
});
