/** Training journals: no terminal, verifier or command takes one for a live journal, nor a live one for a training journal. */
import { writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GENESIS_HASH, genesisOf, hashCanonicalEntry, TRAINING_GENESIS_HASH } from '../../../common/journal-entry.ts';
import { flavorOf } from '../../../common/flavor.ts';
import { run } from '../../../main/cli/commands.ts';
import { exportJournal } from '../../../main/journal/export.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { verifyExport } from '../../../main/journal/verify-export.ts';
import { Bench, START, topUp } from './bench.ts';

const TRAINING = 'TRAINING-01';

/** A terminal's journal with one top-up, closed. */
function journalOf(terminalId: string): Bench {
  const bench = new Bench();
  const journal = bench.open({ terminalId });
  for (const entry of [START, ...topUp('tx-0001')]) journal.append(entry);
  journal.close();
  return bench;
}

function exported(bench: Bench, flavor: 'production' | 'training'): string {
  const lines: string[] = [];
  exportJournal(bench.path, (line) => lines.push(line), flavor);
  return `${lines.join('\n')}\n`;
}

/** What the command says, and how it ends. */
async function runCommand(args: readonly string[]): Promise<{ readonly status: number; readonly out: readonly string[]; readonly error: string }> {
  const out: string[] = [];
  const errors: string[] = [];
  const status = await run(args, { out: (line) => void out.push(line), error: (line) => void errors.push(line) });
  return { status, out, error: errors.join('\n') };
}

test.each([
  ['TRAINING-01', 'training'],
  ['training-01', 'training'],
  ['T-0001', 'production'],
  ['XTRAINING-01', 'production'],
  ['TRAINING01', 'production'],
] as const)('the terminal %s is one of %s', (terminalId, flavor) => expect(flavorOf(terminalId)).toBe(flavor));

test('its chain begins elsewhere: the same entries have other hashes', () => {
  expect(genesisOf(TRAINING)).toEqual(TRAINING_GENESIS_HASH);
  expect(genesisOf('T-0001')).toEqual(GENESIS_HASH);
  expect(hashCanonicalEntry(genesisOf(TRAINING), '{}')).not.toEqual(hashCanonicalEntry(genesisOf('T-0001'), '{}'));
});

describe('verifying', () => {
  test('a training journal is good as what it is, and refused as a live one, whole or exported', () => {
    const bench = journalOf(TRAINING);
    expect(verifyJournal(bench.path, { flavor: 'training' })).toMatchObject({ ok: true, transactions: 1 });
    expect(() => verifyJournal(bench.path)).toThrow(expect.objectContaining({ code: 'otherFlavor' }));
    expect(() => exported(bench, 'production')).toThrow(expect.objectContaining({ code: 'otherFlavor' }));
    const lines = Buffer.from(exported(bench, 'training'));
    expect(verifyExport(lines, { flavor: 'training' })).toMatchObject({ ok: true, transactions: 1 });
    expect(verifyExport(lines).break).toEqual({ check: 'flavor', detail: 'this is a training journal: nothing in it is money' });
  });

  test('a live journal is no training journal', () => {
    const bench = journalOf('T-0001');
    expect(() => verifyJournal(bench.path, { flavor: 'training' })).toThrow(expect.objectContaining({ code: 'otherFlavor' }));
    expect(verifyExport(Buffer.from(exported(bench, 'production')), { flavor: 'training' }).break).toMatchObject({ check: 'flavor' });
  });

  test('a file that says by its header that it is live, of a training terminal: refused by its chain’s owner', () => {
    const bench = journalOf(TRAINING);
    bench.tamper((db) => db.pragma('application_id = 1498109002'));
    expect(verifyJournal(bench.path).break).toMatchObject({ check: 'flavor' });
  });
});

describe('a terminal', () => {
  test.each([
    [TRAINING, 'T-0001', 'this is a training journal'],
    ['T-0001', TRAINING, 'this is a live terminal’s journal'],
  ])('the journal of %s is not opened by %s, and not set aside', (owner, other, says) => {
    const bench = journalOf(owner);
    const before = bench.digest();
    expect(() => bench.open({ terminalId: other })).toThrow(expect.objectContaining({ code: 'otherFlavor', message: expect.stringContaining(says) }));
    expect(bench.digest()).toBe(before);
    expect(verifyJournal(bench.path, { flavor: flavorOf(owner) })).toMatchObject({ ok: true, epoch: 1 });
  });

  test('a training journal that is lost goes on in a training epoch, with what its second file proves', () => {
    const bench = journalOf(TRAINING);
    for (const suffix of ['', '-wal', '-shm']) rmSync(bench.path + suffix, { force: true });
    const journal = bench.open({ terminalId: TRAINING });
    expect(journal.replacement).toMatchObject({ complete: true, lastProvable: { seq: topUp('tx-0001').length + 1 } });
    journal.close();
    expect(verifyJournal(bench.path, { flavor: 'training' })).toMatchObject({ ok: true, epoch: 2 });
    expect(() => verifyJournal(bench.path)).toThrow(expect.objectContaining({ code: 'otherFlavor' }));
  });

  test('one that was cut off at its first entries is told from a sound one: the second file knows more', () => {
    const bench = journalOf(TRAINING);
    const journal = bench.open({ terminalId: TRAINING });
    expect(journal.replacement).toBeUndefined();
    expect(journal.entriesAfter(1, 0, 1)).toHaveLength(1);
    journal.close();
  });
});

describe('kioskctl', () => {
  const commands = [['verify'], ['show'], ['balance'], ['day'], ['export']] as const;

  test.each(commands)('journal %s says that it is a training journal, status 1, and reads it only when told so', async (name) => {
    const { path } = journalOf(TRAINING);
    const refused = await runCommand(['journal', name, path]);
    expect(refused.error).toMatch(/^kioskctl: .*: this is a training journal: nothing in it is money; --training is for training journals, and for no others$/);
    expect({ status: refused.status, out: refused.out }).toEqual({ status: 1, out: [] });
    expect(await runCommand(['journal', name, path, '--training'])).toMatchObject({ status: 0, error: '' });
  });

  test.each(commands)('journal %s --training reads no live journal', async (name) => {
    const refused = await runCommand(['journal', name, journalOf('T-0001').path, '--training']);
    expect(refused).toMatchObject({ status: 1, out: [], error: expect.stringContaining('this is a live terminal’s journal, not a training journal') });
  });

  test('an export of a training journal is refused just so', async () => {
    const bench = journalOf(TRAINING);
    const file = join(bench.folder, 'journal.jsonl');
    writeFileSync(file, exported(bench, 'training'));
    expect(await runCommand(['journal', 'verify', file])).toMatchObject({ status: 1, out: [], error: expect.stringContaining('this is a training journal') });
    expect(await runCommand(['journal', 'verify', file, '--training'])).toMatchObject({ status: 0, error: '' });
  });
});
