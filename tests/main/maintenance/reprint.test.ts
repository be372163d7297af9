/** Every slip of this terminal once more from its journal: marked as a copy, no more than the original says, and no second voucher. */
import { describe, expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { FiledType } from '../../../state-machines/maintenance/rooms/journal-screens.ts';
import type { Recovered } from '../../../state-machines/ports.ts';
import { boxRoom } from '../../../main/maintenance/box-room.ts';
import { JournalFolds } from '../../../main/maintenance/journal-folds.ts';
import { storyOf } from '../../../main/maintenance/story.ts';
import { storyRoom } from '../../../main/maintenance/story-room.ts';
import { createReceiptPort } from '../../../main/receipts/port.ts';
import { JournalDesk } from '../../../main/terminal/ports/journal-port.ts';
import { PROOF } from '../../support/fake-world.ts';
import { append, Bench, countingRandom, START, topUp } from '../journal/bench.ts';
import { SITE } from '../receipts/slip-bench.ts';

const SERIAL = '03105170010170906688';
const CARD = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: SERIAL, tail: '6688' };
const ID = '019ab000-0000-7000-8000-0000000000aa';
const REFERENCE = 'A01-1122-7K4M-6';
const PHONE = { masked: '138****5678', sealed: 'eyJ.a.b.c.d' };
const AT = '2026-11-22T05:33:00.000Z';

const filed = (kind: NewEntry['kind'], body: object): NewEntry => ({ kind, transactionId: ID, body }) as NewEntry;
const submitted = (envelope: string, said: object): NewEntry[] => [
  filed('desk.submitting', { submissionId: ID, envelope, reference: REFERENCE, body: JSON.stringify(said), submittedAt: AT }),
  filed('desk.stored', { submissionId: ID, dueAt: '2026-11-23T02:00:00.000Z' }),
];
const scripted = (more: readonly NewEntry[]): NewEntry[] => [
  filed('script.asking', { scriptId: ID, function: 'activate', card: CARD, reference: REFERENCE }),
  filed('script.issued', { scriptId: ID, steps: 1 }),
  filed('script.sending', { scriptId: ID, step: 0, name: 'UPDATE BINARY' }),
  ...more,
];

interface Case {
  readonly entries: readonly NewEntry[];
  /** By which staff finds it, and what must be on the copy. */
  readonly id: string;
  readonly says: readonly string[];
  readonly told?: Recovered;
}

/** The new card ends in 4410, the lost one in 6688. */
const replacement = (end: readonly NewEntry[], outcome: string): NewEntry[] => [
  ...topUp('tx-0001', false)
    .slice(0, 4)
    .map((entry) => (entry.kind === 'transaction.opened' ? { ...entry, body: { ...entry.body, type: 'replacement' as const } } : entry)),
  ...end,
  { kind: 'transaction.closed', transactionId: 'tx-0001', body: { outcome, loaded: 0, refunded: 0, owed: outcome === 'voucher' ? 5000 : 0 } } as NewEntry,
];
const told = (more: Partial<Recovered>): Recovered => ({
  outcome: 'delivered',
  reference: 'A01-1122-0001-0',
  tender: 'cash',
  ref: CARD,
  amount: fen(5000),
  balanceBefore: fen(1250),
  entry: { epoch: 1, seq: 10, hash: 'ab'.repeat(32), at: Date.parse(AT) },
  ...more,
});
/** As the original had it: what redeems it must not come again, even where somebody hands it over. */
const VOUCHER = { number: 'A01-1122-0001-0', code: 'K7Q2M9XRT4WB', validUntil: Date.parse('2027-11-22T00:00:00Z') };

const CASES: Readonly<Record<FiledType | 'top-up' | 'replacement', Readonly<Record<string, Case>>>> = {
  'top-up': {
    delivered: { id: 'tx-0001', entries: topUp('tx-0001'), told: told({ balanceAfter: fen(6250) }), says: ['A01-1122-0001-0', '6688', '62.50'] },
    voucher: {
      id: 'tx-0001',
      entries: topUp('tx-0001'),
      told: told({ outcome: 'voucher', voucher: VOUCHER }),
      says: ['A01-1122-0001-0', '50.00', '本副本不能兑换'],
    },
    'pending load': {
      id: 'tx-0001',
      entries: topUp('tx-0001'),
      told: told({ tender: 'pending', balanceAfter: fen(6250) }),
      says: ['发卡方发放的款项', '6688'],
    },
    'refunded by phone': { id: 'tx-0001', entries: topUp('tx-0001'), told: told({ outcome: 'refunded', tender: 'qr' }), says: ['50.00', 'A01-1122-0001-0'] },
  },
  replacement: {
    delivered: {
      id: 'tx-0001',
      entries: replacement(
        [
          {
            kind: 'replacement.writing',
            transactionId: 'tx-0001',
            body: { blankId: 'b', scriptId: 's', card: { ...CARD, serial: '00004100000012344410', tail: '4410' } },
          },
          { kind: 'replacement.delivered', transactionId: 'tx-0001', body: { replacementId: 'r', blankId: 'b', amount: 5000 } },
        ] as NewEntry[],
        'delivered',
      ),
      says: ['4410', '50.00', '补卡'],
    },
    voucher: {
      id: 'tx-0001',
      entries: replacement([], 'voucher'),
      told: told({ outcome: 'voucher', replacement: true, voucher: VOUCHER }),
      says: ['本副本不能兑换', '50.00'],
    },
  },
  loss: {
    effective: {
      id: ID,
      entries: [
        filed('loss.reporting', { reportId: ID, identificationId: 'i', serial: SERIAL, tail: '6688', reference: REFERENCE, by: 'phone', takenAt: AT }),
        filed('loss.reported', { reportId: ID, report: 'new', reference: REFERENCE, reportedAt: AT, effectiveAt: AT }),
      ],
      says: [REFERENCE, '6688', '已生效', '2026-11-22 13:33:00'],
    },
    queued: {
      id: ID,
      entries: [
        filed('loss.reporting', { reportId: ID, identificationId: 'i', serial: SERIAL, tail: '6688', reference: REFERENCE, by: 'phone', takenAt: AT }),
        filed('loss.queued', { reportId: ID, why: 'offline' }),
      ],
      says: [REFERENCE, '还没有生效'],
    },
  },
  ticket: {
    stored: {
      id: ID,
      entries: submitted('ticket.created', {
        ticketId: ID,
        number: REFERENCE,
        kind: 'cardFault',
        contact: PHONE,
        language: 'zh-CN',
        submittedAt: Date.parse(AT),
      }),
      says: [REFERENCE, '2026-11-23 10:00'],
    },
  },
  callback: {
    booked: {
      id: ID,
      entries: submitted('callback.booked', {
        callbackId: ID,
        number: REFERENCE,
        about: 'cardFault',
        slot: Date.parse('2026-11-23T01:30:00Z'),
        ifFull: 'nextFree',
        contact: PHONE,
        language: 'zh-CN',
      }),
      says: [REFERENCE, '2026-11-23', '10:00'],
    },
  },
  release: {
    released: {
      id: ID,
      entries: [
        filed('release.asking', { releaseId: ID, identificationId: 'i', card: CARD, proof: PROOF, reference: REFERENCE, by: 'phone', takenAt: AT }),
        filed('release.released', { releaseId: ID, releasedAt: AT, everywhereAt: '2026-11-22T07:33:00.000Z' }),
      ],
      says: ['6688', '2026-11-22 15:33'],
    },
  },
  password: {
    set: {
      id: ID,
      entries: [
        filed('password.setting', { changeId: ID, identificationId: 'i', card: CARD, reference: REFERENCE, by: 'phone' }),
        filed('password.set', { changeId: ID }),
      ],
      says: ['6688', '服务密码'],
    },
  },
  script: {
    confirmed: { id: ID, entries: scripted([filed('script.confirmed', { scriptId: ID })]), says: ['6688', '已启用'] },
    left: { id: ID, entries: scripted([filed('script.left', { scriptId: ID, why: 'cardGone' })]), says: ['6688', REFERENCE] },
  },
  settlement: {
    closed: { id: 'settled here', entries: topUp('tx-0001'), says: ['S-1-11', 'B-1', 'B-2'] },
  },
};

const noop = () => {};

async function terminal({ entries, told: word }: Case) {
  const bench = new Bench();
  const journal = bench.open();
  append(journal, [START, ...entries]);
  const { clock, ids, key } = bench;
  const desk = new JournalDesk({ journal, clock, random: countingRandom(), shortName: 'A01', businessDate: () => '2026-11-22', onHealth: noop });
  const slips: string[] = [];
  const printer = {
    columns: 48,
    print: async ({ markup }: { readonly markup: string }) => {
      slips.push(markup);
      return { outcome: { state: 'printed', confirmedBy: 'processId' }, sha256: 'AB', byteCount: 1, presented: 'notSupported', replaced: [] } as const;
    },
  };
  const config = {
    site: {
      operator: '一卡通',
      place: '图书馆',
      hotline: '96123',
      hotlineHours: '24 h',
      slots: { card: 'right', cash: 'right', receipt: 'below' },
      verifyUrl: '',
      notice: undefined,
    },
    terminal: { id: 'T-0001', shortName: 'A01', timeZone: 'Asia/Shanghai', terminalNumber: '000001000050' },
  } as const;
  const box = boxRoom({ journal, desk, folds: new JournalFolds({ journal, clock }), printer, config, denominations: [5000], onChanging: () => {} });
  const stories = storyRoom({
    journal,
    desk,
    clock,
    ids,
    key,
    timeZone: 'Asia/Shanghai',
    receipts: createReceiptPort(printer, { ...SITE, timeZone: 'Asia/Shanghai' }),
    printSettlement: (settlementId, locale) => box.printSlip(settlementId, locale),
    slips: { linkOf: () => 'https://verify.example/#x' },
    told: () => word,
    settledWithinHours: 24,
    locale: 'zh-CN',
    work: { verify: async () => ({ good: true, entries: 0 }), export: async () => ({ good: true, entries: 0 }) },
  });
  return { journal, stories, slips, box, key, clock };
}

/** What stands on paper, without what lays it out. */
const textOf = (markup: string): string => markup.replaceAll(/[`~^|]/g, '').replaceAll('\u200b', '');

describe.each(Object.entries(CASES))('%s', (type, cases) => {
  test.each(Object.entries(cases))('%s: staff finds it, and its slip comes once more as copy 1, then 2', async (_, one) => {
    const { journal, stories, slips, box, key, clock } = await terminal(one);
    let { id } = one;
    if (type === 'settlement') {
      const first = await box.step({ by: '0533', boxOut: 'B-1', boxIn: 'B-2' });
      if (!first.ok) throw new Error(first.problem);
      const { settlementId } = first.settlement;
      for (const order of [{}, {}, { counted: [{ denomination: 5000, count: 1 }] }, {}]) await box.step({ by: '0533', settlementId, ...order });
      expect(await box.printSlip(settlementId, 'zh-CN')).toBe('printed');
      expect(slips.splice(0)).not.toContain('补打');
      id = settlementId;
    }
    const searched = stories.search('day', '1122');
    await clock.advance(10);
    expect((await searched).found).toContainEqual(expect.objectContaining({ transactionId: id, type }));
    expect(storyOf(id, { journal, key, timeZone: 'Asia/Shanghai' })).toMatchObject({ type, printable: true });
    expect(await stories.reprint(id)).toBe('printed');
    expect(await stories.reprint(id)).toBe('printed');
    const [copy = '', again = ''] = slips.map(textOf);
    for (const words of one.says) expect(copy).toContain(words);
    expect(copy).toMatch(/(?:补打|副本).{0,3}1/);
    expect(again).toMatch(/(?:补打|副本).{0,3}2/);
    for (const secret of [SERIAL, '138', VOUCHER.code, 'K7Q2', 'eyJ']) expect(copy).not.toContain(secret);
    const printed = journal.entriesAfter(1, 0, 200).filter(({ entry }) => entry.kind === 'receipt.printed');
    expect(printed.length).toBeGreaterThanOrEqual(2);
  });
});

test.each([
  [
    'a loss report that the issuer refused',
    [
      filed('loss.reporting', { reportId: ID, identificationId: 'i', serial: SERIAL, tail: '6688', reference: '', by: 'phone', takenAt: AT }),
      filed('loss.refused', { reportId: ID, code: 'unknownCard' }),
    ],
  ],
  ['an answer to the survey', submitted('survey.answered', { sessionId: 's' })],
  ['a number that nobody has', []],
] as const)('%s has no slip', async (_, entries) => {
  const { stories, slips, journal, key } = await terminal({ id: ID, entries, says: [] });
  expect(storyOf(ID, { journal, key, timeZone: 'Asia/Shanghai' })?.printable ?? false).toBe(false);
  expect(await stories.reprint(ID)).toBe('failed');
  expect(slips).toEqual([]);
});
