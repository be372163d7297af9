/** FORMAT.md's tables against the code: a kind, posting or account that is added must be added to the document and to the Python verifier. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { accounts, contentTotal, journalKinds, notesTotal, type NewEntry } from '../../../common/journal-kinds.ts';
import { OPENING_KINDS } from '../../../common/money/open-transactions.ts';
import { postingsFor } from '../../../common/money/postings.ts';
import { CASH_KINDS } from '../../../common/money/settlement-fold.ts';
import { projectRoot } from '../../launcher/run-tool.ts';
import { Dice } from '../../fuzz/generate.ts';
import { kinds, randomBody } from '../../verifier/bodies.ts';

const format = readFileSync(path.join(projectRoot, 'main', 'journal', 'FORMAT.md'), 'utf8');
const tables = readFileSync(path.join(projectRoot, 'resources', 'verifier', 'journal_tables.py'), 'utf8');

/** Cells of the table rows under a heading. */
function rows(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = format.split(`\n## ${heading}\n`);
  return (section.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const code = (cell = ''): string => cell.replaceAll('`', '');

/** `"kind": 'row'` of a Python table. */
function pythonRow(kind: string): string | undefined {
  const line = tables.split('\n').find((candidate) => candidate.startsWith(`    "${kind}": `));
  return line?.slice(`    "${kind}": `.length).replace(/^(['"])(.*)\1,$/, '$2');
}

describe('the table of kinds', () => {
  const documented = new Map(rows('Kinds and bodies').map(([kind, body]) => [code(kind), code(body)]));

  test.each(kinds)('has %s, as the Python verifier has it', (kind) => {
    const row = documented.get(kind);
    expect(row, `add ${kind} to "Kinds and bodies" in main/journal/FORMAT.md`).toBeDefined();
    expect(pythonRow(kind), `add the same row to KINDS in resources/verifier/journal_tables.py`).toBe(row);
  });

  test('has no kind that is not there', () => {
    const all: readonly string[] = kinds;
    expect([...documented.keys()].filter((kind) => kind.includes('.') && !all.includes(kind))).toEqual([]);
  });
});

/** The number that the last column of the table of postings speaks of. */
function amountAt(where: string, { kind, body }: NewEntry): number {
  if (kind === 'box.removed' && where === 'the sum of content') return contentTotal(body.content);
  if (kind === 'settlement.counted' && where === 'the sum of counted − that of expected') return notesTotal(body.counted) - contentTotal(body.expected);
  return z.int().parse(Object.entries(body).find(([name]) => name === where)?.[1]);
}

describe('the table of postings', () => {
  const documented = rows('Postings').slice(1);

  test('says what every kind moves', () => {
    const dice = new Dice(1);
    for (const kind of kinds)
      for (let tries = 0; tries < 40; tries += 1) {
        const body = randomBody(dice, kind);
        const which = z
          .string()
          .optional()
          .parse(body['resolution'] ?? body['source']);
        const row = documented.find(([name]) => code(name) === kind || code(name) === `${kind} ${which}`);
        const [, first, then, where] = row?.map(code) ?? [];
        const amount = where === undefined ? 0 : amountAt(where, { kind, body } as unknown as NewEntry);
        const [plus, minus] = amount < 0 ? [then, first] : [first, then];
        const size = Math.abs(amount);
        const due =
          size === 0
            ? []
            : [
                { account: plus, amount: size },
                { account: minus, amount: -size },
              ];
        expect(postingsFor({ kind, body } as unknown as NewEntry), kind).toEqual(due);
      }
  });
});

test('the fold of the cash has a row for every kind that it reads', () => {
  const read = rows('The fold of the cash').map(([name]) => code(name).split(' ')[0]);
  expect(new Set(read.slice(2))).toEqual(new Set(CASH_KINDS));
});

test('the length of a string is counted in code points, as the document says', () => {
  const fits = (noteId: string): boolean => journalKinds['note.escrowed'].safeParse({ noteId, denomination: 1 }).success;
  expect(format).toContain('the length of a string is counted in Unicode code points');
  expect(['😀'.repeat(80), '😀'.repeat(81), 'x'.repeat(80), 'x'.repeat(81)].map(fits)).toEqual([true, false, true, false]);
});

test('every account and every kind that opens a transaction is named', () => {
  for (const name of [...accounts, ...OPENING_KINDS]) expect(format).toContain(`\`${name}\``);
  const [, opening = ''] = /\*\*Open and closed\.\*\*([^]*?)leave it open/.exec(format) ?? [];
  for (const kind of OPENING_KINDS) expect(opening, 'add it to "Open and closed" in FORMAT.md').toContain(`\`${kind}\``);
  for (const account of accounts) expect(tables, 'add it to ACCOUNTS in journal_tables.py').toContain(`"${account}"`);
});
