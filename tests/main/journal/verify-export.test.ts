/** The export as FORMAT.md lays it down, one rule at a time; that the Python verifier says the same of any export is proved in tests/verifier. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Break } from '../../../main/journal/verification.ts';
import { exportJournal } from '../../../main/journal/export.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { verifyExport, verifyExportStream } from '../../../main/journal/verify-export.ts';
import { lineText, rechained, takeApart } from '../../verifier/export-model.ts';
import { keyOfSeed, type TestKey } from '../../verifier/keys.ts';
import { append, Bench, START, topUp, upstreamKey } from './bench.ts';

const file = (name: string): string => readFileSync(path.join(import.meta.dirname, 'vectors', name), 'utf8');
const lines = file('epoch-1.jsonl').trimEnd().split('\n');
const second = file('epoch-2.jsonl').trimEnd().split('\n');
/** TEST 1 and TEST 2 of RFC 8032 7.1, as in FORMAT.md. */
const terminal: TestKey = keyOfSeed(Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'));
const upstream: TestKey = keyOfSeed(Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex'));

/** Check and seq of the first break. */
function breakOf(all: readonly string[], receipts: readonly string[] = []): string {
  const found: Break | undefined = verifyExport(Buffer.from(`${all.join('\n')}\n`), { publicKey: terminal.publicKey, receipts }).break;
  return found === undefined ? 'good' : `${found.check} ${found.seq ?? '-'}`;
}

/** As the terminal itself would have written it, had its entries been these. */
function rewritten(all: readonly string[], change: (entry: string) => string): readonly string[] {
  const changed = takeApart(all).map((line) => (line.shape === 'entry' ? { ...line, entry: change(line.entry) } : line));
  return rechained(changed, { terminal, upstream }).map((line) => lineText(line));
}

/** Line of epoch 1: 0 the journal, 1 entry 1, 2 its checkpoint, 3 to 6 entries 2 to 5, 7 the receipt, 8 to 11 entries 6 to 9, 12 the checkpoint. */
describe('lines', () => {
  test.each<[string, readonly string[], string]>([
    ['as they were written', lines, 'good'],
    ['of a journal without entries', lines.slice(0, 1), 'good'],
    ['none at all', [], 'structure -'],
    ['without the first', lines.slice(1), 'structure -'],
    ['with one missing', lines.toSpliced(4, 1), 'sequence 3'],
    ['with one moved', [...lines.slice(0, 4), lines[5] ?? '', lines[4] ?? '', ...lines.slice(6)], 'sequence 3'],
    ['with one twice', lines.toSpliced(4, 0, lines[4] ?? ''), 'sequence 4'],
    ['with a checkpoint twice', lines.toSpliced(2, 0, lines[2] ?? ''), 'structure 2'],
    ['with a checkpoint after the receipt', lines.toSpliced(8, 0, lines[2] ?? ''), 'structure 6'],
    ['with a checkpoint before the first entry', lines.toSpliced(1, 0, lines[2] ?? ''), 'structure 1'],
    ['with a carried one among the entries', lines.toSpliced(4, 0, second[1] ?? ''), 'structure 3'],
    ['with an empty one', lines.toSpliced(4, 0, ''), 'structure 3'],
    ['with a byte order mark', lines.with(0, `\ufeff${lines[0]}`), 'structure -'],
    ['that end with CR LF', lines.map((line) => `${line}\r`), 'structure -'],
    ['with a blank in the envelope', lines.with(4, (lines[4] ?? '').replace('{"entry":', '{"entry": ')), 'chain 3'],
    [
      'with a hash in capitals',
      lines.with(
        4,
        (lines[4] ?? '').replace(/"hash":"[^"]*"/, (hash) => hash.toUpperCase().replace('HASH', 'hash')),
      ),
      'structure 3',
    ],
    ['cut off behind the receipt', lines.slice(0, 8), 'good'],
  ])('%s', (_what, all, due) => {
    expect(breakOf(all)).toBe(due);
  });

  test('the last one may lack its end', () => {
    expect(verifyExport(Buffer.from(lines.join('\n'))).break).toBeUndefined();
  });

  test('that are no UTF-8 are no lines, whatever a hash says', () => {
    const bytes = Buffer.from(lines.join('\n'));
    bytes.writeUInt8(0xff, bytes.indexOf('打印机'));
    expect(verifyExport(bytes).break).toMatchObject({ check: 'structure', seq: 6 });
  });

  test('may come in pieces of any size', async () => {
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const whole = verifyExport(bytes);
    async function* pieces(sizes: readonly number[]): AsyncGenerator<Uint8Array> {
      for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
        const to = from + (sizes[turn % sizes.length] ?? 1);
        yield bytes.subarray(from, to);
        from = to;
      }
    }
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1 }), async (sizes) => {
        expect(await verifyExportStream(pieces(sizes))).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });
});

describe('an entry that the terminal itself signed', () => {
  test.each<[string, (entry: string) => string, string]>([
    ['with half a surrogate pair', (entry) => entry.replace('打印机', '\\ud800'), 'entry 6'],
    ['with a number beyond all numbers', (entry) => entry.replace('"denomination":5000,"evidence"', '"denomination":1e999,"evidence"'), 'entry 5'],
    ['with a member twice', (entry) => entry.replace('"reason":"start"', '"reason":"x","reason":"start"'), 'entry 1'],
    ['with members in another order', (entry) => entry.replace('"reason":"start","version":"1.0.0"', '"version":"1.0.0","reason":"start"'), 'entry 1'],
    ['with a blank', (entry) => entry.replace('"reason":', '"reason": '), 'entry 1'],
    [
      'with an empty transaction',
      (entry) => entry.replace('"seq":2,"terminalId":"T-0001","transactionId":"tx-1"', '"seq":2,"terminalId":"T-0001","transactionId":""'),
      'entry 2',
    ],
    ['with a seq that is no number', (entry) => entry.replace('"seq":3', '"seq":"3"'), 'entry 3'],
    ['with a seq that is no integer', (entry) => entry.replace('"seq":3', '"seq":3.5'), 'sequence 3'],
    [
      'of another epoch',
      (entry) => entry.replace('"epoch":1,"id":"019ab000-0000-7000-8000-000001000004"', '"epoch":3,"id":"019ab000-0000-7000-8000-000001000004"'),
      'entry 4',
    ],
    ['that begins a later epoch without saying what it replaces', (entry) => entry.replace('"epoch":1', '"epoch":2'), 'carried 1'],
    [
      'with postings the other way round',
      (entry) => entry.replace('"amount":5000},{"account":"cardholder.held","amount":-5000}', '"amount":-5000},{"account":"cardholder.held","amount":5000}'),
      'postings 5',
    ],
  ])('%s', (_what, change, due) => {
    expect(breakOf(rewritten(lines, change))).toBe(due);
  });
});

describe('an epoch that replaced another', () => {
  test.each<[string, readonly string[], string]>([
    ['as it was written', second, 'good'],
    ['without a carried entry', second.toSpliced(3, 1), 'carried 1'],
    ['with the last carried entry missing', second.toSpliced(8, 1), 'carried 1'],
    ['with carried entries swapped', [...second.slice(0, 2), second[3] ?? '', second[2] ?? '', ...second.slice(4)], 'carried -'],
    ['with a carried entry changed', second.with(2, (second[2] ?? '').replace('"denomination":5000', '"denomination":9000')), 'carried -'],
    ['with nothing after the carried entries', second.slice(0, 9), 'carried 1'],
    ['with a receipt but no entry', [second[0] ?? '', second[9] ?? ''], 'receipt 1'],
    [
      'with its first entry replaced by money',
      rewritten(second, (entry) => entry.replace('"kind":"journal.replaced"', '"kind":"terminal.stopped"')),
      'entry 1',
    ],
  ])('%s', (_what, all, due) => {
    expect(breakOf(all)).toBe(due);
  });

  test('has no second beginning', () => {
    const body = /"body":(\{.*\}),"businessDate"/s.exec(takeApart(second).flatMap((line) => (line.shape === 'entry' ? [line.entry] : []))[0] ?? '')?.[1] ?? '';
    const again = rewritten(lines, (entry) =>
      entry.includes('"seq":6,')
        ? entry.replace(/"body":.*,"businessDate"/s, `"body":${body},"businessDate"`).replace('device.lost', 'journal.replaced')
        : entry,
    );
    expect(breakOf(again)).toBe('carried 6');
  });
});

describe('a journal that was cut off', () => {
  const receipt = takeApart(lines).flatMap((line) => (line.shape === 'receipt' ? [line.jws] : []));

  test('is found by a receipt kept elsewhere', () => {
    expect(breakOf(lines.slice(0, 5), receipt)).toBe('receipt 4');
    expect(breakOf(lines.slice(0, 1), receipt)).toBe('receipt 1');
    expect(breakOf(lines, receipt)).toBe('good');
  });

  test('of two receipts for one entry the wrong one is found, in either order', () => {
    const [genuine = ''] = receipt;
    const claims = JSON.parse(Buffer.from(genuine.split('.')[1] ?? '', 'base64url').toString());
    const other = upstream.signJws('kiosk-receipt+jwt', { ...claims, headHash: 'ab'.repeat(32) });
    expect([breakOf(lines, [genuine, other]), breakOf(lines, [other, genuine])]).toEqual(['receipt 5', 'receipt 5']);
  });

  test('still says in its export what was signed of the entries that are gone', async () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, ...topUp('tx-0001')]);
    const { receipt: given, jws } = await upstreamKey().receipt(journal, 9);
    journal.storeReceipt(given, jws);
    journal.close();
    const exported = (): string[] => {
      const all: string[] = [];
      exportJournal(bench.path, (line) => all.push(line));
      return all;
    };
    bench.tamper((db) => db.exec('DELETE FROM entries WHERE seq > 7'));
    const all = exported();
    expect(all.slice(-2).map((line) => Object.keys(Object(JSON.parse(line)))[0])).toEqual(['checkpoint', 'receipt']);
    for (const found of [verifyExport(Buffer.from(all.join('\n'))).break, verifyJournal(bench.path).break])
      expect(found).toMatchObject({ check: 'checkpoint', seq: 8 });
    bench.tamper((db) => db.exec('DELETE FROM checkpoints WHERE seq > 7; DELETE FROM entry_index WHERE seq > 1'));
    for (const found of [verifyExport(Buffer.from(exported().join('\n'))).break, verifyJournal(bench.path).break])
      expect(found).toEqual({ check: 'receipt', seq: 8, detail: 'upstream has entry 9; the journal ends at 7' });
  });
});
