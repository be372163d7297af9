import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { append, Bench, START, STOP, topUp } from '../journal/bench.ts';

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

const SERIAL = '03105170010170907984';
const head = { book: 'issuer', from: '2026-11-21T16:00:00.000Z', to: '2026-11-23T16:00:00.000Z', madeAt: '2026-11-23T16:00:00.000Z' };

/** A cash top-up of 50 yuan at 08:14 on 22 November in Shanghai, and what the issuer says. */
function day(state: 'credited' | 'reserved' | undefined): { readonly journal: string; readonly issuer: string } {
  const bench = new Bench();
  const journal = bench.open();
  append(journal, [START, ...topUp('tx-0001'), STOP]);
  journal.close();
  const load = {
    loadId: 'load-tx-0001',
    terminalId: 'T-0001',
    serial: SERIAL,
    merchantReference: 'A01-1122-0001-0',
    amount: 5000,
    state,
    tac: state === 'credited' ? 'good' : null,
    authorizedAt: '2026-11-22T00:14:00.000Z',
  };
  const end = { loads: state === undefined ? 0 : 1, credited: state === 'credited' ? 5000 : 0, reserved: state === 'reserved' ? 5000 : 0 };
  const lines = [{ statement: head }, ...(state === undefined ? [] : [{ load }]), { end }];
  const issuer = join(bench.folder, 'issuer.jsonl');
  writeFileSync(issuer, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return { journal: bench.path, issuer };
}

describe('reconcile', () => {
  // The journal's load is called `load tx-0001`; the issuer's ids have no blanks.
  test('names what both books lack, with the card masked, and exits 1', () => {
    const { journal, issuer } = day('credited');
    const { status, out, error } = kioskctl('reconcile', '--journal', journal, '--issuer', issuer);
    expect({ status, error }).toEqual({ status: 1, error: [] });
    expect(out[0]).toBe('T-0001 · all that the statements cover');
    expect(out[1]).toBe('issuer    journal 50.00 · statement 50.00 · difference 0.00');
    expect(out).toContainEqual(
      expect.stringMatching(/^\[13\] committedHereUnknownThere \(difference\) T-0001 · A01-1122-0001-0 · load tx-0001 · .*card …7984: -50\.00$/),
    );
    expect(out).toContainEqual(expect.stringMatching(/^\[16\] confirmedThereUnknownHere .*load-tx-0001 · card …7984: \+50\.00$/));
    expect(out.at(-1)).toBe('NOT even: 2 differences, 0 open, 0 in flight');
    expect(out.join('')).not.toContain(SERIAL);
  });

  test('of a business date, in JSON', () => {
    const { journal, issuer } = day(undefined);
    const json = kioskctl('reconcile', '--journal', journal, '--issuer', issuer, '--date', '2026-11-22', '--json');
    expect(json.status).toBe(1);
    expect(JSON.parse(json.out.join(''))).toMatchObject({
      date: '2026-11-22',
      even: false,
      books: [{ book: 'issuer', here: 5000, there: 0, difference: -5000 }],
      findings: [{ number: 13, amount: -5000, atStake: 5000 }],
    });
    const nothing = kioskctl('reconcile', '--journal', journal, '--issuer', issuer, '--date', '2026-11-23');
    expect(nothing).toMatchObject({ status: 0 });
    expect(nothing.out.at(-1)).toBe('even: 0 open, 0 in flight');
  });

  test('the same journal given twice counts once', () => {
    const { journal, issuer } = day('reserved');
    expect(kioskctl('reconcile', '--journal', journal, journal, '--issuer', issuer).out[1]).toBe(
      'issuer    journal 50.00 · statement 0.00 · difference -50.00',
    );
  });

  test.each<[string, (files: { journal: string; issuer: string }) => string[], 1 | 2, RegExp]>([
    ['no journal', ({ issuer }) => ['--issuer', issuer], 2, /--journal FILE is missing/],
    ['no statement', ({ journal }) => ['--journal', journal], 2, /give at least one statement/],
    ['a journal that is not there', ({ issuer }) => ['--journal', '/none', '--issuer', issuer], 2, /there is no journal at \/none/],
    ['a statement that is not there', ({ journal }) => ['--journal', journal, '--issuer', '/none'], 2, /--issuer \/none can't be read \(ENOENT\)/],
    [
      'another book’s statement',
      ({ journal, issuer }) => ['--journal', journal, '--acquirer', issuer],
      1,
      /line 1: this is the statement of the issuer, not of the acquirer.*nothing was compared/,
    ],
    [
      'a date that the statement does not cover',
      ({ journal, issuer }) => ['--journal', journal, '--issuer', issuer, '--date', '2026-11-24'],
      1,
      /not the whole of 2026-11-24/,
    ],
    ['a date that is none', ({ journal, issuer }) => ['--journal', journal, '--issuer', issuer, '--date', '22.11.'], 2, /expected YYYY-MM-DD/],
    ['a zone that is none', ({ journal, issuer }) => ['--journal', journal, '--issuer', issuer, '--time-zone', 'Mars'], 2, /expected an IANA name/],
  ])('refuses %s', (_situation, args, status, message) => {
    expect(kioskctl('reconcile', ...args(day('credited')))).toMatchObject({ status, error: [expect.stringMatching(message)] });
  });
});
