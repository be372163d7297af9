/** FORMAT.md's tables against the code, and the Python verifier's format.json against them: a kind, posting or account that is added must be added to both. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { accounts, contentTotal, journalKinds, notesTotal, type NewEntry } from '../../../common/journal-kinds.ts';
import { isForeign } from '../../../common/money/fold.ts';
import { OPENING_KINDS } from '../../../common/money/open-transactions.ts';
import { postingsFor } from '../../../common/money/postings.ts';
import { CASH_KINDS } from '../../../common/money/settlement-fold.ts';
import { CHECKPOINT_EVERY } from '../../../main/journal/lines.ts';
import { projectRoot } from '../../launcher/run-tool.ts';
import { Dice } from '../../fuzz/generate.ts';
import { kinds, randomBody } from '../../verifier/bodies.ts';

const format = readFileSync(path.join(projectRoot, 'main', 'journal', 'FORMAT.md'), 'utf8');

const moveSchema = z.strictObject({
  thing: z.string(),
  id: z.string(),
  makes: z.string(),
  after: z.array(z.string()),
  renews: z.literal(true).optional(),
});
/** Kind → condition → anomaly. */
const rulesSchema = z.record(z.string(), z.record(z.string(), z.string()));

/** The document's tables as the Python verifier reads them. */
const tables = z
  .object({
    accounts: z.array(z.string()),
    types: z.record(z.string(), z.record(z.string(), z.unknown())),
    kinds: z.record(z.string(), z.string()),
    postings: z.record(
      z.string(),
      z.strictObject({
        plus: z.string(),
        minus: z.string(),
        amount: z.string(),
        less: z.string().optional(),
        sums: z.record(z.string(), z.union([z.literal(1), z.literal(-1)])).optional(),
      }),
    ),
    checkpointEvery: z.int(),
    things: z.array(z.string()),
    moves: z.record(z.string(), moveSchema),
    settlement: z.record(z.string(), moveSchema),
    sums: z.array(z.string()),
    leavesOpen: z.array(z.string()),
    afterClose: z.array(z.string()),
    foreign: z.array(z.string()),
    groups: z.record(
      z.string(),
      z.strictObject({
        thing: z.string(),
        where: z.record(z.string(), z.array(z.union([z.string(), z.null()]))),
        same: z.array(z.string()).optional(),
        unlessCase: z.string().optional(),
      }),
    ),
    rules: rulesSchema,
    cashRules: rulesSchema,
    outcomes: z.record(z.string(), z.string()),
    answers: z.record(z.string(), z.string()),
    differencesTaken: z.record(z.string(), z.record(z.string(), z.union([z.literal(1), z.literal(-1)]))),
  })
  .parse(JSON.parse(readFileSync(path.join(projectRoot, 'resources', 'verifier', 'format.json'), 'utf8')));

/** Cells of the table rows under a heading. */
function rows(heading: string, level = '##'): readonly (readonly string[])[] {
  const [, section = ''] = format.split(`\n${level} ${heading}\n`);
  return (section.split(/\n#+ /)[0] ?? '')
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

describe('the table of kinds', () => {
  const documented = new Map(rows('Kinds and bodies').map(([kind, body]) => [code(kind), code(body)]));

  test.each(kinds)('has %s, as the Python verifier has it', (kind) => {
    const row = documented.get(kind);
    expect(row, `add ${kind} to "Kinds and bodies" in main/journal/FORMAT.md`).toBeDefined();
    expect(tables.kinds[kind], 'add the same row to "kinds" in resources/verifier/format.json').toBe(row);
  });

  test('has no kind that is not there', () => {
    const all: readonly string[] = kinds;
    expect([...documented.keys()].filter((kind) => kind.includes('.') && !all.includes(kind))).toEqual([]);
    expect(Object.keys(tables.kinds).filter((kind) => !all.includes(kind))).toEqual([]);
  });

  test('uses no type that is not in the table of types, and the Python verifier has each', () => {
    const types = [...documented.keys()].filter((name) => !name.includes('.') && name !== 'type' && name !== 'kind' && !name.startsWith('--'));
    expect(types.filter((type) => !Object.hasOwn(tables.types, type))).toEqual([]);
  });

  test('and its numbers are those of the Python verifier', () => {
    for (const [type, rule] of Object.entries(tables.types)) {
      const bounds = /^integer, (?<least>[\d,]+) to (?<most>[\d,]+)$/.exec(documented.get(type) ?? '')?.groups;
      if (bounds === undefined) continue;
      const [least, most] = [bounds['least'], bounds['most']].map((text = '') => Number(text.replaceAll(',', '')));
      expect(rule, type).toEqual({ least, most });
    }
  });
});

/** The number that the last column of the table of postings speaks of. */
function amountAt(where: string, { kind, body }: NewEntry): number {
  if (kind === 'box.removed' && where === 'the sum of content') return contentTotal(body.content);
  if (kind === 'settlement.counted' && where === 'the sum of counted − that of expected') return notesTotal(body.counted) - contentTotal(body.expected);
  return z.int().parse(Object.entries(body).find(([name]) => name === where)?.[1]);
}

/** The last column of the table of postings as the Python verifier has it. */
const WHERE: Readonly<Record<string, object>> = {
  denomination: { amount: 'denomination' },
  amount: { amount: 'amount' },
  'the sum of content': { amount: 'content' },
  'the sum of counted − that of expected': { amount: 'counted', less: 'expected' },
};

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

describe('the Python verifier has the same', () => {
  test('postings', () => {
    const documented = rows('Postings')
      .slice(2)
      .map((row) => row.map(code))
      .map(([kind = '', plus = '', minus = '', where = '']) => [kind, { plus, minus, ...WHERE[where] }]);
    const theirs = Object.entries(tables.postings).map(([kind, { plus, minus, amount, less }]) => [
      kind,
      { plus, minus, amount, ...(less === undefined ? {} : { less }) },
    ]);
    expect(Object.fromEntries(theirs)).toEqual(Object.fromEntries(documented));
  });

  test('sums: each posting to cardholder.held and voucher.outstanding, and what is taken is always what was held, delivered or given back', () => {
    for (const [kind, { plus, minus, sums }] of Object.entries(tables.postings)) {
      if (sums === undefined) continue;
      const held = Number(minus === 'cardholder.held') - Number(plus === 'cardholder.held');
      expect(sums['held'] ?? 0, kind).toBe(held);
      const elsewhere = kind === 'voucher.reserved' || kind === 'voucher.releasing';
      const owed = Number(minus === 'voucher.outstanding') - Number(plus === 'voucher.outstanding');
      expect(sums['owed'] ?? 0, kind).toBe(elsewhere ? 0 : owed);
      const { taken = 0, ...others } = sums;
      expect(taken, kind).toBe(Object.values(others).reduce<number>((sum, sign) => sum + sign, 0));
    }
  });

  test('states of what an entry names, in order', () => {
    const documented = rows('What an entry does to what it names', '###')
      .slice(2)
      .map((row) => row.map(code))
      .map(([kind = '', makes = '', after = '']) => [kind, makes === '(no change)' ? '' : makes, after]);
    const theirs = Object.entries(tables.moves).map(([kind, { thing, makes, after }]) => [kind, makes === '' ? '' : `${thing} ${makes}`, after.join(', ')]);
    expect(theirs).toEqual(documented);
  });

  test('steps of a settlement, and what must be the same in each', () => {
    const steps = rows('The fold of the cash').filter(([kind]) => Object.hasOwn(tables.settlement, code(kind)));
    expect(steps.map(([kind]) => code(kind))).toEqual(Object.keys(tables.settlement));
    for (const [kind, does = '', anomaly = ''] of steps) {
      const { after = [], makes } = tables.settlement[code(kind)] ?? {};
      expect(does).toContain(after.length === 0 ? `is ${makes}` : `after ${after.join()}, it is ${makes}`);
      const rules = Object.entries(tables.cashRules[code(kind)] ?? {});
      const box = /`boxId` is not its `(?<box>boxIn|boxOut)`: `otherBox`/.exec(anomaly)?.groups?.['box'];
      if (box !== undefined) expect(rules).toContainEqual([`body.boxId != known.${box}`, 'otherBox']);
      const anomalies = [...anomaly.matchAll(/: `(\w+)`/g)].map(([, name]) => name).filter((name) => name !== 'announcedTwice');
      expect(new Set(rules.map(([, name]) => name)), code(kind)).toEqual(new Set(anomalies));
    }
  });

  test('kinds that belong to no story', () => {
    const [, named = ''] = /Entries of (?<named>.*) belong to no story/.exec(format) ?? [];
    expect(tables.foreign).toEqual([...named.matchAll(/`([a-z.]+\.)\*`/g)].map(([, beginning]) => beginning));
    expect(kinds.filter((kind) => tables.foreign.some((beginning) => kind.startsWith(beginning)))).toEqual(kinds.filter(isForeign));
  });

  test('kinds that may follow the end of a transaction', () => {
    const [, , when = ''] = rows('Rules of the whole transaction', '###').find(([, anomaly]) => code(anomaly) === 'afterClose') ?? [];
    const [always = '', others = ''] = when.split('; nor, where the transaction has had a case, ');
    const [withCase = ''] = others.split('; nor a');
    const named = (text: string): readonly string[] => [...text.matchAll(/`([a-z]+\.[a-zA-Z]+)`/g)].map(([, kind = '']) => kind);
    expect(tables.afterClose).toEqual([...named(always), ...named(withCase), 'case.opened']);
    const conditions = Object.fromEntries(
      Object.entries(tables.rules)
        .map(([kind, rules]) => [kind, Object.keys(rules).filter((condition) => rules[condition] === 'afterClose')] as const)
        .filter(([, found]) => found.length > 0),
    );
    const ofCase = ['closed > loadsUnconfirmed', 'closed > 0 and body.amount > 0'];
    expect(conditions).toEqual({
      ...Object.fromEntries(named(withCase).map((kind) => [kind, ['closed > cases']])),
      'case.opened': ofCase,
      'case.opened loadUndetermined': ofCase,
      'case.opened refundUndetermined': ofCase,
    });
  });

  test('rules of the whole transaction: each row of the document, and no other', () => {
    const documented = rows('Rules of the whole transaction', '###')
      .slice(2)
      .filter(([at = '']) => !at.startsWith('any entry') && code(at) !== 'transaction.opened')
      .flatMap(([at = '', anomaly]) => at.split(', ').map((kind) => `${code(kind)}: ${code(anomaly)}`));
    // What the sections before the table say of vouchers and cases that an entry names.
    const named = ['voucher.registering: notAnnounced', 'case.resolved: notAnnounced', 'case.resolved: overdrawn', 'case.funded: notAnnounced'];
    const theirs = Object.entries(tables.rules).flatMap(([kind, rules]) =>
      Object.values(rules)
        .filter((anomaly) => anomaly !== 'afterClose')
        .map((anomaly) => `${kind.split(' ')[0]}: ${anomaly}`),
    );
    expect(new Set(theirs)).toEqual(new Set([...documented, ...named]));
  });

  test('outcomes in order, what answers make of a load, and how far apart checkpoints may be', () => {
    const closing = rows('Rules of the whole transaction', '###').find(([, anomaly]) => code(anomaly) === 'closingDisagrees')?.[2] ?? '';
    const [, order = ''] = closing.split('`outcome` is not: ');
    const outcomes = [...order.matchAll(/`(\w+)`/g)].map(([, outcome]) => outcome);
    expect([...Object.values(tables.outcomes), 'abandoned']).toEqual(outcomes);
    expect(format).toContain('every uncertain load becomes committed by `credited`, notCredited by `notCredited` and `refunded`');
    expect(tables.answers).toEqual({ credited: 'committed', notCredited: 'notCredited', refunded: 'notCredited' });
    expect(tables.checkpointEvery).toBe(CHECKPOINT_EVERY);
    expect(format).toContain(`A run of more than ${CHECKPOINT_EVERY} entries without one is a break.`);
  });

  test('names in conditions and groups: each is one that the document explains', () => {
    const members = (kind: string): readonly string[] =>
      tables.kinds[kind.split(' ')[0] ?? '']?.split(/, |; or /).map((member) => member.split(/\??\s/)[0] ?? '') ?? [];
    const groups = Object.keys(tables.groups).flatMap((group) => [group, `${group}.sum`, `${group}.first`]);
    const everywhere = ['0', '1', 'closed', 'orderLeft', 'disputed', 'outcome', ...tables.sums, ...groups];
    const ofSettlements = ['boxOut', 'boxIn', 'content', 'expectedSum', 'countedSum', 'difference'].map((name) => `known.${name}`);
    for (const [kind, rules] of [...Object.entries(tables.rules), ...Object.entries(tables.cashRules)])
      for (const condition of Object.keys(rules))
        for (const comparison of condition.split(' and ')) {
          const [left = '', sign = '', right = ''] = comparison.split(' ');
          expect(['>', '!=']).toContain(sign);
          const names = [
            ...everywhere,
            ...members(kind).map((member) => `body.${member}`),
            ...(kind in tables.cashRules ? [...ofSettlements, 'inside', 'boxInside'] : []),
          ];
          expect(names, `${kind}: ${condition}`).toEqual(expect.arrayContaining([left, right]));
        }
    for (const [name, { thing, where, unlessCase }] of Object.entries(tables.groups)) {
      expect(tables.things).toContain(thing);
      const made = [...Object.values(tables.moves), ...Object.values(tables.settlement)].filter((move) => move.thing === thing).map(({ makes }) => makes);
      const states = thing === 'case' ? ['open', ...caseWords('resolution', 'case.resolved')] : made;
      for (const state of where['state'] ?? []) expect(states, name).toContain(state);
      if (unlessCase !== undefined) expect(caseWords('reason', 'case.opened')).toContain(unlessCase);
    }
  });
});

/** The alternatives of a member of this kind. */
function caseWords(member: string, kind: string): readonly string[] {
  const [, words = ''] = new RegExp(`${member} ("[^,]*)`).exec(tables.kinds[kind] ?? '') ?? [];
  return words.replaceAll('"', '').split('/');
}

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
  expect(tables.accounts, 'add it to "accounts" in resources/verifier/format.json').toEqual(accounts);
  expect(new Set(tables.leavesOpen)).toEqual(new Set([...opening.matchAll(/`([a-z]+\.[a-zA-Z]+)`/g)].map(([, kind]) => kind).slice(1)));
});
