/** The commands for devices, each in a process of its own, at the devices of a simulated cabinet in another process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSandbox, type Sandbox } from '../../launcher/sandbox.ts';
import type { HandAct } from '../../../drivers/bench/protocol.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ speed: 4 });
}, 60_000);
afterAll(() => sandbox.stop());

/** A running command, with its lines as they come. */
function kioskctl(...args: readonly string[]) {
  const child = spawn(process.execPath, ['main/cli/kioskctl.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const out: string[] = [];
  const error: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => out.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => error.push(line));
  const ended = once(child, 'close').then(([status]) => status as number | null);
  return {
    out,
    error,
    ended,
    stop: () => child.kill('SIGINT'),
    says: (what: RegExp) => vi.waitFor(() => expect([...out, ...error].join('\n')).toMatch(what), PATIENCE),
  };
}

const hand = (act: HandAct): Promise<void> => vi.waitFor(async () => expect(await sandbox.hand(act)).toEqual({ done: true }), PATIENCE);

describe('devices', () => {
  test('list names model and address of each, and connects nothing', async () => {
    const ran = kioskctl('devices', 'list', '--config', sandbox.config);
    expect(await ran.ended).toBe(0);
    expect(ran.out.join('\n')).toMatch(/^cardReader +crt591-m001 +sim:\/.*cardReader\.sock$/m);
    expect(ran.out.join('\n')).toMatch(/^receiptPrinter +escpos-generic-80 +sim:/m);
  });

  test('list without a configuration names the example’s, which stand in a simulated cabinet', async () => {
    const ran = kioskctl('devices', 'list');
    expect(await ran.ended).toBe(0);
    expect(ran.out.join('\n')).toMatch(/^cardReader +crt591-m001 +sim:card-reader$/m);
    const status = kioskctl('devices', 'status');
    expect(await status.ended).toBe(1);
    expect(status.error.join('\n')).toMatch(/sim:card-reader: this process has no simulators; .*start with npm start/);
  });

  test('status connects every device, and says who it is and how', async () => {
    const ran = kioskctl('devices', 'status', '--config', sandbox.config);
    expect({ status: await ran.ended, error: ran.error }).toEqual({ status: 0, error: [] });
    expect(ran.out.join('\n')).toMatch(/^cardReader +ready +.*stacker ok/m);
    expect(ran.out.join('\n')).toMatch(/^cashAcceptor +ready +.*cashBox ok/m);
  }, 60_000);

  test('status of a device that is not there says what was tried and what to check, and ends with 1', async () => {
    const config = path.join(sandbox.data, 'missing-printer.json');
    const printer = { model: 'escpos-generic-80', address: 'serial:/dev/ttyUSB77?baudRate=9600', options: {} };
    const written = JSON.parse(readFileSync(sandbox.config, 'utf8')) as object;
    writeFileSync(config, JSON.stringify({ ...written, devices: { receiptPrinter: printer }, topUp: {} }));
    const ran = kioskctl('devices', 'status', '--config', config);
    expect(await ran.ended).toBe(1);
    expect(ran.out).toHaveLength(1);
    expect(ran.out[0]).toMatch(/^receiptPrinter +waiting +.*\/dev\/ttyUSB77/);
  }, 60_000);

  test('watch says each change as it comes', async () => {
    const ran = kioskctl('devices', 'watch', '--config', sandbox.config);
    await ran.says(/receiptPrinter +ready/);
    await hand({ act: 'fault', fault: 'paperOut', on: true });
    await ran.says(/receiptPrinter +degraded .*paperRoll\.empty/);
    await hand({ act: 'unplug', device: 'cardReader' });
    await ran.says(/cardReader +waiting .*offline/);
    await hand({ act: 'plug', device: 'cardReader' });
    await hand({ act: 'fault', fault: 'paperOut', on: false });
    await ran.says(/cardReader +waiting[^]*cardReader +ready/);
    ran.stop();
    expect(await ran.ended).toBe(0);
  }, 60_000);
});

describe('devices exercise', () => {
  test('a card: told what to do, what card it is, and that it went back', async () => {
    const ran = kioskctl('devices', 'exercise', 'cardReader', '--config', sandbox.config);
    await ran.says(/→ put a card in/);
    await hand({ act: 'insertCard', card: 'student-6688' });
    await ran.says(/→ take the card/);
    await hand({ act: 'takeCard' });
    expect({ status: await ran.ended, error: ran.error }).toEqual({ status: 0, error: [] });
    expect(ran.out.join('\n')).toMatch(/→ the card: .* 6688\n→ take the card/);
    expect(ran.out).toContain('good: Read a card');
  }, 60_000);

  test('a note: recognized, and always given back', async () => {
    const ran = kioskctl('devices', 'exercise', 'cashAcceptor', '--config', sandbox.config);
    await ran.says(/→ feed a note/);
    await hand({ act: 'feedNote', denomination: 5000 });
    expect({ status: await ran.ended, error: ran.error }).toEqual({ status: 0, error: [] });
    expect(ran.out).toContain('→ a note of 50 yuan: take it');
    expect(ran.out.at(-1)).toBe('good: Accept and return a note');
    expect((await sandbox.cabinet()).notes.box).toEqual([]);
  }, 60_000);

  test('a slip: printed and confirmed; without paper it says what is wrong', async () => {
    const good = kioskctl('devices', 'exercise', 'receiptPrinter', '--config', sandbox.config);
    expect(await good.ended).toBe(0);
    expect(good.out.at(-1)).toBe('good: Print a test page');
    await hand({ act: 'fault', fault: 'paperOut', on: true });
    const bad = kioskctl('devices', 'exercise', 'receiptPrinter', '--config', sandbox.config);
    expect(await bad.ended).toBe(1);
    expect(bad.error).toEqual(['not good: Print a test page: not printed: paperOut']);
    await hand({ act: 'fault', fault: 'paperOut', on: false });
  }, 60_000);

  test('a name that is not fitted is a wrong call', async () => {
    const ran = kioskctl('devices', 'exercise', 'coffeeMaker', '--config', sandbox.config);
    expect(await ran.ended).toBe(2);
    expect(ran.error[0]).toMatch(/there is no device "coffeeMaker"; this configuration has cardReader/);
  });
});

test('monitor shows the frames of a device as they pass, decoded in the words of its document', async () => {
  const ran = kioskctl('monitor', 'cashAcceptor', '--config', sandbox.config);
  await ran.says(/"direction":"toDevice","bytes":"FC05112756","decoded":\{"ok":true/);
  await ran.says(/"direction":"fromDevice".*"decoded":\{"ok":true/);
  ran.stop();
  expect(await ran.ended).toBe(0);
}, 60_000);

test.each([
  [['devices', 'watch', '--config', 'resources/config/example.json', '--seconds', 'soon'], /--seconds "soon": expected more than 0/],
  [['monitor', '--config', 'resources/config/example.json'], /something is missing/],
])('%j is a wrong call, with the right one in the same line', async (args, expected) => {
  const ran = kioskctl(...args);
  expect(await ran.ended).toBe(2);
  expect(ran.error[0]).toMatch(expected);
});
