import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { publicKeySchema } from '../../common/upstream-api/fields.ts';
import { systemClock } from '../../fleet/server/system-ports.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { environmentFor, newDatabase } from './database.ts';
import { exchange, handMadeTerminal, V1 } from './support.ts';

const started = z.strictObject({ address: z.url(), publicKey: publicKeySchema, mode: z.enum(['sandbox', 'live']) });

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fleet-process-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function config(path: string, content: object = { issuer: V1.issuer }): string {
  const file = join(path, 'config.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

function run(args: readonly string[], environment: NodeJS.ProcessEnv = { DATABASE_URL: undefined }): ChildProcess {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, ['fleet/server/main.ts', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function firstLine(child: ChildProcess): Promise<z.infer<typeof started>> {
  if (child.stdout === null) throw new Error('no stdout');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return started.parse(JSON.parse(line));
}

async function failure(args: readonly string[]): Promise<{ code: unknown; stderr: string }> {
  const child = run(args);
  if (child.stderr === null) throw new Error('no stderr');
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number | null]>]);
  return { code, stderr };
}

/** The process lives by the machine's clock. */
const now = new SimulatedClock(systemClock.now());

test('the process says where it listens and with which key it signs, stops on SIGTERM, and after SIGKILL still knows its books and its key', async () => {
  const path = folder();
  const data = join(path, 'data');
  mkdirSync(data);
  const environment = environmentFor(await newDatabase(), data);
  const args = ['--config', config(path), '--data', data, '--port', '0', '--sandbox'];
  const child = run(args, environment);
  const first = await firstLine(child);
  expect(first.mode).toBe('sandbox');
  expect(statSync(join(data, 'signing-key.pem')).mode & 0o777).toBe(0o600);
  const terminal = handMadeTerminal({ url: first.address, clock: now });
  expect((await terminal.register()).body).toEqual({ terminalId: 'T-0001', serverKey: first.publicKey });
  expect((await terminal.post('/v1/payments/orders', { orderId: 'O1', amount: 5000, reference: 'R' })).status).toBe(200);
  await exchange(`${first.address}/sandbox/orders/O1/pay`, 'POST');
  child.kill('SIGKILL');
  await once(child, 'exit');

  const again = run(args, environment);
  const second = await firstLine(again);
  expect(second.publicKey).toEqual(first.publicKey);
  const reconnected = handMadeTerminal({ url: second.address, clock: now }, 'T-0001', terminal.key);
  expect((await reconnected.get('/v1/payments/orders/O1')).body).toMatchObject({ state: 'captured', amount: 5000 });
  expect((await reconnected.post('/v1/payments/orders', { orderId: 'O2', amount: 5000, reference: 'R' })).status).toBe(200);
  expect(await (await fetch(`${second.address}/metrics`)).text()).toMatch(/^process_resident_memory_bytes \d+/m);
  const held = reconnected.get('/v1/payments/orders/O2?since=waiting&waitMs=25000');
  expect((await reconnected.post('/v1/payments/orders', { orderId: 'O3', amount: 1, reference: 'R' })).status).toBe(200);
  again.kill('SIGTERM');
  expect((await held).body).toMatchObject({ state: 'waiting' });
  expect(await once(again, 'exit')).toEqual([0, null]);
});

test.each([
  ['without a folder for its data', ['--config', 'x.json'], '--data'],
  ['with a port that is none', ['--config', 'x.json', '--data', 'd', '--port', '70000'], '--port 70000'],
  ['with an option it does not know', ['--tls'], '--tls'],
])('called %s it says so in one line and exits with 2', async (_how, args, said) => {
  const { code, stderr } = await failure(args);
  expect(code).toBe(2);
  expect(stderr).toContain(said);
  expect(stderr.trimEnd()).not.toContain('\n');
});

test('a configuration with mistakes is refused with every path, and no value of a key', async () => {
  const path = folder();
  const file = config(path, { issuer: { ...V1.issuer, masterLoadKey: 'C0FFEE', purseLimit: -1 }, colour: 'red' });
  const { code, stderr } = await failure(['--config', file, '--data', join(path, 'data')]);
  expect(code).toBe(1);
  for (const said of ['issuer.masterLoadKey', 'issuer.purseLimit', 'colour']) expect(stderr).toContain(said);
  expect(stderr).not.toContain('C0FFEE');
});
