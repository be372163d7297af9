import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { loadOrCreateTerminalKey } from '../../../main/identity/terminal-key.ts';
import { append, Bench, START, STOP } from '../journal/bench.ts';
import { noteLost, notesTaken, referenceOf } from '../maintenance/notes.ts';

/** Every call is a process of its own, several of them in a test. */
vi.setConfig({ testTimeout: 60_000 });

interface Ran {
  readonly status: number | null;
  readonly out: string[];
  readonly error: string[];
}

/** The real command line in a process of its own. */
function kioskctl(...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['main/cli/kioskctl.ts', ...args], { encoding: 'utf8' });
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  return { status, out: lines(stdout), error: lines(stderr) };
}

interface Stopped {
  readonly bench: Bench;
  readonly key: string;
}

/** A stopped terminal with two notes of 100 and one of 50 in the box, and what more happened. */
function stopped(...more: readonly NewEntry[]): Stopped {
  const bench = new Bench();
  const key = join(bench.folder, 'terminal-key.pem');
  Object.assign(bench, { key: loadOrCreateTerminalKey(key) });
  const journal = bench.open();
  append(journal, [START, ...notesTaken('tx-0001', 10_000, 5000), ...notesTaken('tx-0002', 10_000), ...more, STOP]);
  journal.close();
  return { bench, key };
}

const BOXES = ['--box-out', 'B-17', '--box-in', 'B-18', '--by', '张三'];

describe('settle', () => {
  test('settles a stopped terminal, proves it, and leaves a slip in plain text', () => {
    const { bench, key } = stopped();
    const { status, out, error } = kioskctl('settle', bench.path, '--key', key, ...BOXES, '--counts', '100x2,50x1');
    expect({ status, error }).toEqual({ status: 0, error: [] });
    expect(out[0]).toBe('S-1-18 · box B-17 out, B-18 in · by 张三');
    expect(out.slice(1, 5).map((line) => line.trim().split(/ +/))).toEqual([
      ['note', 'expected', 'counted', 'difference'],
      ['100.00', '2', '2', '0'],
      ['50.00', '1', '1', '0'],
      ['expected', '250.00', '·', 'counted', '250.00', '·', 'difference', '0.00'],
    ]);
    const hash = /^entry 1\/22 ([0-9a-f]{64}), signed$/.exec(out[5] ?? '')?.[1] ?? '';
    const slip = readFileSync(join(bench.folder, 'settlement-S-1-18.txt'), 'utf8');
    expect(slip).toMatch(/100\.00 +2 +2 +0\n50\.00 +1 +1 +0\n/);
    for (const part of ['账实相符', 'B-17', 'B-18', '张三', hash.slice(0, 32), hash.slice(32)]) expect(slip).toContain(part);
    expect(kioskctl('journal', 'verify', bench.path)).toMatchObject({ status: 0 });
    expect(JSON.parse(kioskctl('journal', 'balance', bench.path, '--json').out.join(''))).toMatchObject({ 'cash.box': 0, 'cash.transit': 25_000, suspense: 0 });
  });

  test('the same call again says so and settles nothing twice', () => {
    const { bench, key } = stopped();
    const args = ['settle', bench.path, '--key', key, ...BOXES, '--counts', '100x2,50x1'];
    kioskctl(...args);
    const again = kioskctl(...args);
    expect(again).toMatchObject({ status: 0, error: [] });
    expect(again.out[0]).toBe('S-1-18 (settled before; nothing was written) · box B-17 out, B-18 in · by 张三');
  });

  test('a difference goes to suspense with what may explain it, and is resolved', () => {
    const { bench, key } = stopped(...noteLost('tx-0005', 5000));
    const done = kioskctl('settle', bench.path, '--key', key, ...BOXES, '--counts', '100x2,50x2', '--json');
    const said = JSON.parse(done.out.join('')) as { settlementId: string; difference: number };
    expect(said).toMatchObject({ difference: 5000, open: [{ of: said.settlementId, amount: 5000 }], candidates: [{ reference: referenceOf('tx-0005') }] });
    const resolve = (...args: string[]): Ran => kioskctl('settle', 'resolve', bench.path, '--key', key, '--by', '李四', '--why', '箱里多一张', ...args);
    expect(resolve('--case', referenceOf('tx-0005'), '--as', 'counted', '--of', said.settlementId).out.at(-1)).toBe('suspense is empty');
    expect(resolve('--case', referenceOf('tx-0005'), '--as', 'paidOut')).toMatchObject({ status: 0 });
    expect(resolve('--of', said.settlementId, '--as', 'writtenOff')).toMatchObject({
      status: 1,
      error: [expect.stringContaining(`no difference is open under ${said.settlementId}; suspense is empty; nothing was written`)],
    });
    expect(kioskctl('journal', 'verify', bench.path)).toMatchObject({ status: 0 });
    expect(JSON.parse(kioskctl('journal', 'balance', bench.path, '--json').out.join(''))).toMatchObject({
      'cash.transit': 25_000,
      suspense: 0,
      'voucher.outstanding': -25_000,
    });
  });

  test('without a count the box goes away, and the count comes later', () => {
    const { bench, key } = stopped();
    expect(kioskctl('settle', bench.path, '--key', key, ...BOXES).out).toContainEqual(
      expect.stringContaining('not counted yet: kioskctl settle FILE --settlement S-1-18'),
    );
    const slip = join(bench.folder, 'slip.svg');
    const counted = kioskctl('settle', bench.path, '--key', key, '--settlement', 'S-1-18', '--counts', '100x2', '--language', 'en', '--slip', slip);
    expect(counted).toMatchObject({ status: 0 });
    expect(counted.out.join('\n')).toContain('50.00 short is in suspense under S-1-18');
    expect(readFileSync(slip, 'utf8')).toMatch(/^<svg .*<\/svg>\s*$/s);
  });

  test('--dry-run shows what is expected while the terminal runs, and writes nothing', () => {
    const { bench } = stopped(...noteLost('tx-0005', 5000));
    bench.open();
    const { status, out } = kioskctl('settle', bench.path, '--dry-run', '--counts', '100x2,50x2');
    expect(status).toBe(0);
    expect(out.join('\n')).toMatch(/expected 250\.00 · difference \+50\.00\nfits the difference: a note of 50\.00, suspense, of A01-1122-0005-0 \(open case\)/);
    expect(JSON.parse(kioskctl('settle', bench.path, '--dry-run', '--json').out.join(''))).toMatchObject({ dryRun: true, expected: { unspecified: 0 } });
    expect(existsSync(join(bench.folder, 'settlement-S-1-24.txt'))).toBe(false);
  });

  test('refuses while the terminal runs, and says what to do', () => {
    const { bench, key } = stopped();
    bench.open();
    const { status, error } = kioskctl('settle', bench.path, '--key', key, ...BOXES, '--counts', 'none');
    expect({ status, error }).toEqual({
      status: 1,
      error: ['kioskctl: the terminal runs and writes its journal: stop it first; --dry-run shows what is expected while it runs'],
    });
  });

  test.each(['settlement.opened', 'box.removed', 'box.inserted', 'settlement.counted', 'settlement.closed'])(
    'killed after %s, the same call goes on',
    async (kind) => {
      const { bench, key } = stopped();
      const args = ['settle', bench.path, '--key', key, ...BOXES, '--counts', '100x2,50x1'];
      const killed = spawn(process.execPath, ['--import', join(import.meta.dirname, 'children', 'kill-at-settlement.ts'), 'main/cli/kioskctl.ts', ...args], {
        env: { ...process.env, KILL_AFTER: kind },
      });
      onTestFinished(() => void killed.kill());
      expect(await new Promise((resolve) => killed.once('exit', (_code, signal) => resolve(signal)))).toBe('SIGKILL');
      const { status, out } = kioskctl(...args);
      expect({ status, first: out[0] }).toEqual({ status: 0, first: expect.stringMatching(/^S-1-18 .*box B-17 out, B-18 in · by 张三$/) });
      expect(kioskctl('journal', 'verify', bench.path)).toMatchObject({ status: 0 });
      expect(JSON.parse(kioskctl('journal', 'balance', bench.path, '--json').out.join(''))).toMatchObject({ 'cash.box': 0, 'cash.transit': 25_000 });
    },
  );
});

describe('settle refuses, and leaves the journal as it is', () => {
  test.each<[string, string[], 1 | 2, RegExp]>([
    ['counts that are none', ['--counts', 'abc'], 2, /--counts "abc": expected notes as 100x12,50x3/],
    ['a denomination twice', ['--counts', '50x1,50x2'], 2, /50 yuan stands there twice/],
    ['a box without a sensible name', ['--counts', 'none', '--box-out', 'B 17'], 2, /--box-out "B 17": expected 1 to 40/],
    ['to print without a printer', ['--counts', 'none', '--print'], 2, /--print needs the --config/],
    ['another time zone than the journal’s', ['--counts', 'none', '--time-zone', 'Pacific/Honolulu'], 1, /give the terminal's --config/],
    ['a time zone that is none', ['--counts', 'none', '--time-zone', 'Mars'], 2, /expected an IANA name/],
  ])('%s', (_situation, more, status, message) => {
    const { bench, key } = stopped();
    const before = bench.digest();
    const ran = kioskctl('settle', bench.path, '--key', key, ...BOXES, ...more);
    expect(ran).toMatchObject({ status, error: [expect.stringMatching(message)] });
    expect(bench.digest()).toBe(before);
  });

  test('another terminal’s key: the journal is not taken for damaged', () => {
    const { bench } = stopped();
    const other = join(bench.folder, 'other.pem');
    writeFileSync(other, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    expect(kioskctl('settle', bench.path, '--key', other, ...BOXES, '--counts', 'none')).toMatchObject({
      status: 1,
      error: [expect.stringContaining("the key is not the one of T-0001's journal")],
    });
    expect(kioskctl('settle', bench.path, '--key', join(bench.folder, 'none.pem'), ...BOXES, '--counts', 'none').error[0]).toContain(
      'there is no terminal key at',
    );
    expect(kioskctl('journal', 'verify', bench.path).out[0]).toContain('epoch 1');
  });

  test('a journal that does not verify', () => {
    const { bench, key } = stopped();
    bench.tamper((db) => db.exec('UPDATE entries SET entry = replace(entry, \'"denomination":10000\', \'"denomination":20000\') WHERE seq = 5'));
    expect(kioskctl('settle', bench.path, '--key', key, ...BOXES, '--counts', 'none')).toMatchObject({
      status: 1,
      error: [expect.stringMatching(/does not verify \(entry 5, chain: .*nothing was written/)],
    });
  });

  test('a journal that is not there is not made', () => {
    const { bench, key } = stopped();
    const missing = join(bench.folder, 'missing.sqlite');
    expect(kioskctl('settle', missing, '--key', key, ...BOXES, '--counts', 'none')).toMatchObject({ status: 2 });
    expect(existsSync(missing)).toBe(false);
  });
});

describe('journal day', () => {
  test('prints a business date, and names the dates there are when it has none', () => {
    const { bench } = stopped();
    const { status, out } = kioskctl('journal', 'day', bench.path);
    expect(status).toBe(0);
    expect(out[0]).toBe('T-0001 · business date 2026-11-22 · 17 entries');
    expect(out.map((line) => line.trim().replaceAll(/ +/g, ' '))).toEqual(
      expect.arrayContaining(['voucher 2 250.00', '100.00 2 200.00', 'cash.box 0.00 250.00 250.00', 'voucher.outstanding 0.00 -250.00 -250.00']),
    );
    expect(JSON.parse(kioskctl('journal', 'day', bench.path, '--json').out.join(''))).toMatchObject({ date: '2026-11-22', entries: 17 });
    expect(kioskctl('journal', 'day', bench.path, '--date', '2026-11-23')).toMatchObject({
      status: 1,
      error: [expect.stringContaining('has no entry of 2026-11-23: it has 2026-11-22')],
    });
    expect(kioskctl('journal', 'day', bench.path, '--date', 'today')).toMatchObject({ status: 2 });
  });
});
