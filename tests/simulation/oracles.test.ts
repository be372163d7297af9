/** Oracles object when they must: a real world that is well, then made wrong by hand, one thing at a time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fen } from '../../common/fen.ts';
import { hashVoucherCode } from '../../common/voucher-hash.ts';
import type { View, ViewBody } from '../../state-machines/view.ts';
import { loadedOnto, type TownCard } from './cards.ts';
import { holderOf } from './holders.ts';
import { checkBooks } from './oracles/books.ts';
import { answerable, checkAnswers, checkDoubts } from './oracles/doubt.ts';
import { checkArrived, checkJournal, checkStories } from './oracles/journal.ts';
import { readLedger, type Story } from './oracles/ledger.ts';
import { CallbackOracle, checkCallbacks } from './oracles/callbacks.ts';
import { checkDesk, DeskOracle, deskWaits, readSubmissions } from './oracles/desk.ts';
import { checkLosses, LossOracle, readLosses } from './oracles/losses.ts';
import { checkMoney } from './oracles/money.ts';
import { ScreenOracle } from './oracles/screens.ts';
import { checkSlips } from './oracles/slips.ts';
import { checkSurveys, SurveyOracle } from './oracles/surveys.ts';
import { checkVouchers, checkVoucherSlips, untoldVouchers, VoucherOracle } from './oracles/vouchers.ts';
import { WriteAheadOracle } from './oracles/write-ahead.ts';
import { playScript, scriptedCard, worldFor } from './scenario.ts';
import { scriptNamed } from './scripts.ts';
import type { LossInBooks, TicketInBooks, UsedVoucher } from './upstream.ts';
import type { World } from './world.ts';

const disk = mkdtempSync(path.join(tmpdir(), 'oracles-'));
let world: World;
let cash: TownCard;
let lost: TownCard;
let ledger: readonly Story[];
let view: View;

beforeAll(async () => {
  ({ world } = await worldFor({ seed: '1', disk }));
  cash = scriptedCard(world, scriptNamed('cash'));
  await playScript(world, scriptNamed('cash'), cash);
  await playScript(world, scriptNamed('qr'), scriptedCard(world, scriptNamed('qr')));
  lost = scriptedCard(world, scriptNamed('loss-document'));
  await playScript(world, scriptNamed('loss-document'), lost);
  for (const name of ['ticket', 'callback-cancel', 'callback-move', 'survey'])
    await playScript(world, scriptNamed(name), scriptedCard(world, scriptNamed(name)));
  await world.pass(() => !deskWaits(world), 120_000);
  await world.pass(() => world.upstream.journal().head >= world.lastSeq, 60_000);
  ledger = readLedger(world.journal);
  if (world.view === undefined) throw new Error('no view');
  ({ view } = world);
}, 60_000);
afterAll(async () => {
  await world.end();
  rmSync(disk, { recursive: true, force: true });
});

/** Names of the oracles that object to `look`. */
function objections(look: () => void): readonly string[] {
  const before = world.violations.length;
  look();
  return world.violations.splice(before).map(({ oracle }) => oracle);
}

/** The world with other books upstream. */
function withBooks(changed: { readonly refunds?: ReturnType<World['upstream']['refunds']>; readonly usedVouchers?: readonly UsedVoucher[] }): World {
  const { refunds = world.upstream.refunds(), usedVouchers = world.upstream.usedVouchers() } = changed;
  const upstream: World['upstream'] = Object.create(world.upstream, {
    orders: { value: () => world.upstream.orders() },
    loads: { value: () => world.upstream.loads() },
    claimedLoads: { value: () => world.upstream.claimedLoads() },
    refunds: { value: () => refunds },
    usedVouchers: { value: () => usedVouchers },
  });
  return Object.create(world, { upstream: { value: upstream } });
}

/** The world with something changed; what a getter reads of its private parts is given as it is. */
const changed = (change: PropertyDescriptorMap): World => Object.create(world, { journal: { value: world.journal }, ...change }) as World;
const showing = (body: ViewBody): View => ({ ...view, body });
const told = (): Set<string> => new Set(ledger.map(({ reference }) => reference));
const owing = (owed: number): readonly Story[] => ledger.map((story) => ({ ...story, state: { ...story.state, owed: fen(owed) } }));
const leftOpen = (): readonly Story[] =>
  ledger.map((story) => {
    const { closed: _, ...state } = story.state;
    return { ...story, state };
  });

test('nobody objects to the world as it is', () => {
  expect(ledger.map(({ state }) => [state.closed?.outcome, state.loaded])).toEqual([
    ['delivered', 2000],
    ['delivered', 2000],
  ]);
  expect(
    objections(() => {
      checkJournal(world, ledger, told());
      checkMoney(world, ledger);
      checkSlips(world, ledger);
    }),
  ).toEqual([]);
});

describe('money', () => {
  test('a note that is not where the journal says is missed', () => {
    const [note] = world.notes;
    if (note === undefined) throw new Error('no note was fed');
    note.fate = 'returned';
    expect(objections(() => checkMoney(world, ledger))).toEqual(['conservation']);
    note.fate = 'box';
  });

  test('a card that got it twice: the money is gone, and the issuer knows of one', () => {
    const before = cash.chip.snapshot();
    cash.chip.loadElsewhere({ amount: 2000, terminalId: '000001000050', date: '20261122', time: '081500' });
    expect(objections(() => checkMoney(world, ledger))).toEqual(['conservation', 'issuer']);
    cash.chip.restore(before);
  });

  test('one fen more that is owed than there is, and a fen that is owed to nobody', () => {
    expect(objections(() => checkMoney(world, owing(1)))).toEqual(['conservation', 'conservation']);
  });

  test('a voucher that paid for another top-up of the same card', () => {
    const [first, ...rest] = ledger;
    if (first === undefined) throw new Error('no top-up');
    const redemptions = [{ redeemId: 'r', number: first.reference, amount: 2000, state: 'redeemed' } as const];
    const issuedAndUsed = [{ ...first, state: { ...first.state, owed: fen(2000), redemptions } }, ...rest];
    const used = { number: first.reference, amount: 2000, redeemId: 'r' };
    expect(objections(() => checkMoney(withBooks({ usedVouchers: [used] }), issuedAndUsed))).toEqual([]);
    expect(objections(() => checkMoney(withBooks({ usedVouchers: [] }), issuedAndUsed))).toEqual(['conservation']);
    expect(objections(() => checkMoney(withBooks({ usedVouchers: [{ ...used, redeemId: 'nobody’s' }] }), issuedAndUsed))).toEqual(['conservation', 'vouchers']);
    expect(objections(() => checkMoney(withBooks({ usedVouchers: [{ ...used, amount: 2001 }] }), issuedAndUsed))).toEqual(['conservation', 'vouchers']);
  });

  test('a payment of which no transaction knows', () => {
    expect(objections(() => checkMoney(world, [], []))).toEqual(['payments']);
  });
});

describe('books', () => {
  test('the same things under the same keys, in both', () => {
    expect(objections(() => checkBooks(world, ledger))).toEqual([]);
  });

  test('an order and loads of which the journal knows nothing', () => {
    expect(objections(() => checkBooks(world, []))).toEqual(['books', 'books', 'books']);
  });

  test('a refund under another key than the one announced', () => {
    const refunds = [{ refundId: 'announced', orderId: 'o', amount: 2000, state: 'completed' } as const];
    const refunding = ledger.map((story, index) => (index === 0 ? { ...story, state: { ...story.state, refunds } } : story));
    const books = (refundId: string): World => withBooks({ refunds: [{ refundId, amount: 2000 }] });
    expect(objections(() => checkBooks(books('announced'), refunding))).toEqual([]);
    expect(objections(() => checkBooks(books('another'), refunding))).toEqual(['books', 'books']);
  });
});

describe('the journal', () => {
  test('a transaction that is left open', () => {
    expect(objections(() => checkStories(world, leftOpen(), told()))).toEqual(['open', 'open']);
  });

  test('somebody who is owed money and was not told the number', () => {
    expect(objections(() => checkStories(world, owing(2000), new Set()))).toEqual(['untold', 'untold']);
    expect(objections(() => checkStories(world, owing(2000), told()))).toEqual([]);
  });
});

describe('questions', () => {
  const asking = (reason: 'refundUndetermined' | 'noteUndetermined' | 'loadUndetermined' | 'cashNotLoaded'): readonly Story[] =>
    ledger.map((story) => ({
      ...story,
      state: { ...story.state, cases: [{ reference: story.reference, reason, amount: 2000, disputed: 0, resolution: undefined, settled: 0 } as never] },
    }));

  test('one that upstream could answer stays open', () => {
    expect(objections(() => checkAnswers(world, asking('refundUndetermined')))).toEqual(['unanswered']);
    expect(answerable(world, asking('refundUndetermined'))).toEqual(ledger.map(({ reference }) => `${reference} refundUndetermined`));
    expect(objections(() => checkAnswers(world, asking('noteUndetermined')))).toEqual([]);
  });

  test('one about a note or a load though nothing but the process died', () => {
    const [story] = asking('noteUndetermined');
    if (story === undefined) throw new Error('no story');
    expect(objections(() => checkDoubts(world, [story], ['process.killed']))).toEqual(['doubt']);
    expect(objections(() => checkDoubts(world, [story], ['process.killed', 'note.jamInStacker']))).toEqual([]);
    expect(objections(() => checkDoubts(world, [story], []))).toEqual([]);
    expect(objections(() => checkDoubts(world, asking('cashNotLoaded'), ['process.killed']))).toEqual([]);
  });

  test('an entry that upstream never got', () => {
    expect(objections(() => checkArrived(world))).toEqual([]);
    const behind = Object.create(world, { lastSeq: { value: world.lastSeq + 1 } }) as World;
    expect(objections(() => checkArrived(behind))).toEqual(['uplink']);
  });
});

describe('announced before it is done', () => {
  const note = { noteId: 'n', denomination: fen(1000) };

  test('each note of its own', () => {
    const oracle = new WriteAheadOracle(world);
    oracle.onEntry({ kind: 'note.stacking', transactionId: 't', body: note });
    expect(objections(() => oracle.onNoteInBox())).toEqual([]);
    expect(objections(() => oracle.onNoteInBox())).toEqual(['write-ahead']);
  });

  test('one that came out again announces no other', () => {
    const oracle = new WriteAheadOracle(world);
    oracle.onEntry({ kind: 'note.stacking', transactionId: 't', body: note });
    oracle.onEntry({ kind: 'note.returned', transactionId: 't', body: { ...note, evidence: 'returned' } });
    expect(objections(() => oracle.onNoteInBox())).toEqual(['write-ahead']);
  });

  test('a card that is written, and an order', () => {
    const oracle = new WriteAheadOracle(world);
    expect(objections(() => oracle.onApdu(Uint8Array.of(0x80, 0x52, 0, 0, 0x0b)))).toEqual(['write-ahead']);
    for (const asks of ['orders', 'captures', 'sales']) expect(objections(() => oracle.onRequest(`/v1/payments/${asks}`))).toEqual(['write-ahead']);
    expect(objections(() => oracle.onRequest('/v1/payments/orders/o/close'))).toEqual([]);
  });

  test.each([
    '/v1/issuer/losses',
    '/v1/issuer/losses/release',
    '/v1/issuer/service-passwords',
    '/v1/issuer/scripts',
    '/v1/outbox',
    '/v1/payments/refunds',
    '/v1/issuer/pending-loads/claim',
    '/v1/issuer/pending-loads/release',
    '/v1/vouchers',
    '/v1/vouchers/redemptions',
  ])('%s, of which the file of the journal must hold the announcement', (path) => {
    expect(objections(() => new WriteAheadOracle(world).onRequest(path))).toEqual(['write-ahead']);
    expect(objections(() => new WriteAheadOracle(world).onRequest(`${path}/x/confirm`))).toEqual([]);
  });
});

describe('the glass', () => {
  const card = { tail: '0001', balance: 4320, validUntil: '2036-12-31' };

  test('says nothing of a person who is gone', () => {
    const attract: ViewBody = { kind: 'attract', services: [], receipts: 'available' };
    expect(objections(() => new ScreenOracle(world).onView(showing({ ...attract, notice: '0001' })))).toEqual(['privacy']);
    expect(objections(() => new ScreenOracle(world).onView(showing({ ...attract, notice: 'A01-1122-5DEG-K' })))).toEqual(['privacy']);
    expect(objections(() => new ScreenOracle(world).onView(showing(attract)))).toEqual([]);
  });

  test('shows nobody what somebody before them typed', () => {
    const search: ViewBody = { kind: 'help-search', typed: 'bk', board: 'letters', questions: [], page: 0, pages: 1 };
    const seeing = (...bodies: readonly ViewBody[]): readonly string[] =>
      objections(() => {
        const oracle = new ScreenOracle(world);
        for (const body of bodies) oracle.onView(showing(body));
      });
    expect(seeing({ kind: 'help-home', questions: [] }, { ...search, typed: '' }, search)).toEqual([]);
    expect(seeing({ kind: 'attract', services: [], receipts: 'available' }, search)).toEqual(['privacy']);
    expect(seeing({ kind: 'help-home', questions: [] }, search)).toEqual(['privacy']);
  });

  test('never shows a whole card number', () => {
    const trouble = { kind: 'trouble', trouble: 'cardFull', card, reference: cash.serial, canRetry: false } as const;
    expect(objections(() => new ScreenOracle(world).onView(showing(trouble)))).toEqual(['privacy']);
  });

  test('lists every load that the chip got, and lists it once', () => {
    const line = { at: '2026-11-22T08:14:05', kind: 'load', amount: 2000 } as const;
    const statement = {
      kind: 'statement',
      card: { ...card, tail: cash.tail },
      range: 'month',
      source: 'account',
      page: 0,
      pages: 1,
      total: 1,
      print: 'none',
      printed: 0,
      receipts: 'available',
    } as const;
    const listing = (...lines: (typeof line)[]): readonly string[] =>
      objections(() => new ScreenOracle(world).onView(showing({ ...statement, lines, total: lines.length })));
    expect(loadedOnto(cash)).toBe(2000);
    expect(listing(line)).toEqual([]);
    expect(listing()).toEqual(['statement']);
    expect(listing(line, line)).toEqual(['statement']);
  });

  test('says that it is done only when the chip has it, and what the chip holds', () => {
    const done = {
      kind: 'done',
      tail: cash.tail,
      amount: 2000,
      balanceBefore: 2320,
      balanceAfter: 4320,
      reference: 'A01-1122-5DEG-K',
      card: 'atGate',
      receipts: 'available',
      receipt: 'choice',
      receiptQr: '',
    } as const;
    expect(objections(() => new ScreenOracle(world).onView(showing(done)))).toEqual([]);
    expect(objections(() => new ScreenOracle(world).onView(showing({ ...done, amount: 2001 })))).toEqual(['success before proof']);
    expect(objections(() => new ScreenOracle(world).onView(showing({ ...done, balanceAfter: 4319 })))).toEqual(['screen']);
    expect(objections(() => new ScreenOracle(world).onView(showing({ ...done, tail: '9999' })))).toEqual(['screen']);
  });

  test('a refund that was promised and not made', () => {
    const oracle = new ScreenOracle(world);
    oracle.refunded.set(ledger[1]?.reference ?? '', 2000);
    expect(objections(() => oracle.check())).toEqual(['screen']);
  });
});

describe('slips', () => {
  test('a number that no transaction has', () => {
    world.slips.push('充值凭条\n编号 A01-1122-5DEG-K\n充入 20.00 元');
    expect(objections(() => checkSlips(world, ledger))).toEqual(['slip']);
    world.slips.pop();
  });

  test('another amount than was loaded; one that broke off before, or whose sum was lost on the way, says nothing wrong', () => {
    const reference = ledger[0]?.reference ?? '';
    world.slips.push(`充值凭条\n编号 ${reference}\n充入 30.00 元\n充值后余额 20.00 元`);
    expect(objections(() => checkSlips(world, ledger))).toEqual(['slip']);
    world.slips.splice(-1, 1, `充值凭条\n编号 ${reference}`);
    expect(objections(() => checkSlips(world, ledger))).toEqual([]);
    world.slips.splice(-1, 1, `充值凭条\n编号 ${reference}\n充入余额已从卡里读回核对`);
    expect(objections(() => checkSlips(world, ledger))).toEqual([]);
    world.slips.pop();
  });

  test('a slip that was cut short hangs together with the next one, and each is judged by itself', () => {
    const begun = '        江城一卡通\n挂失凭条\n已生效\n';
    const slip = (number: string) => `${begun}        江城一卡通\n充值凭条\n编号 ${number}`;
    world.slips.push(slip(ledger[0]?.reference ?? ''));
    expect(objections(() => checkSlips(world, ledger))).toEqual([]);
    world.slips.splice(-1, 1, slip('A01-1122-5DEG-K'));
    expect(objections(() => checkSlips(world, ledger))).toEqual(['slip']);
    world.slips.pop();
  });
});

describe('a voucher', () => {
  const CODE = '4821 0573 9164';
  const salt = '00'.repeat(16);
  const registration = {
    voucherId: 'v',
    salt,
    codeHash: hashVoucherCode(CODE.replaceAll(' ', ''), salt),
    validDays: 180,
    validUntil: '2027-05-01T00:00:00.000Z',
  };
  const withState = (state: Partial<Story['state']>): readonly Story[] =>
    ledger.map((story, at) => (at === 0 ? { ...story, state: { ...story.state, ...state } } : story));
  const number = (): string => ledger[0]?.reference ?? '';
  const made = (registered: boolean): readonly Story[] =>
    withState({ vouchers: [{ reference: number(), amount: 2000, registration: { ...registration, registered } }] });
  const redeeming = (state: 'reserved' | 'releasing' | 'released'): readonly Story[] =>
    withState({ redemptions: [{ redeemId: 'r', number: 'n', amount: 2000, state }] });

  test('of which upstream must still be told: made, used up, given back', () => {
    expect(untoldVouchers(made(true))).toEqual([]);
    expect(untoldVouchers(made(false))).toEqual([`${number()} is made`]);
    expect(untoldVouchers(redeeming('reserved'))).toEqual(['r is used up']);
    expect(untoldVouchers(redeeming('releasing'))).toEqual(['r is given back']);
    expect(untoldVouchers(redeeming('released'))).toEqual([]);
    expect(objections(() => checkVouchers(world, made(false)))).toEqual(['unanswered']);
  });

  test('that upstream keeps for somebody who gave it back', () => {
    const keeping = changed({ upstream: { value: Object.create(world.upstream, { reservedVouchers: { value: () => ['r'] } }) as World['upstream'] } });
    expect(objections(() => checkVouchers(keeping, redeeming('released')))).toEqual(['vouchers']);
    expect(objections(() => checkVouchers(keeping, ledger))).toEqual(['vouchers']);
    expect(objections(() => checkVouchers(keeping, redeeming('reserved')))).toEqual(['unanswered']);
    expect(objections(() => checkVouchers(world, ledger))).toEqual([]);
  });

  test('whose code on paper is not the one that was made; a line that garbled it is not its fault', () => {
    const printed = (code: string, struck: ReadonlyMap<string, number> = new Map()): World =>
      changed({ slips: { value: [`        江城一卡通\n编号 ${number()}\n${code}`] }, faults: { value: { struck } } });
    expect(objections(() => checkVoucherSlips(printed(CODE), made(true)))).toEqual([]);
    expect(objections(() => checkVoucherSlips(printed('4821 0573 9165'), made(true)))).toEqual(['voucher']);
    expect(objections(() => checkVoucherSlips(printed(CODE), ledger))).toEqual(['voucher']);
    expect(objections(() => checkVoucherSlips(printed(CODE, new Map([['line.receiptPrinter.toDevice.lost', 1]])), ledger))).toEqual([]);
  });

  test('whose code is on the glass and in no entry', () => {
    const body = { kind: 'settled', outcome: 'voucher', tender: 'cash', tail: cash.tail, amount: 2000, reference: number() } as never as ViewBody;
    const oracle = new VoucherOracle(world);
    expect(objections(() => oracle.onView(showing(body)))).toEqual([]);
    expect(objections(() => oracle.onView(showing({ ...body, voucher: { code: CODE, validUntil: '2027-05-01' } } as ViewBody)))).toEqual(['voucher']);
  });
});

describe('a lost card', () => {
  const withLosses = (losses: readonly LossInBooks[]): World =>
    changed({ upstream: { value: Object.create(world.upstream, { losses: { value: () => losses } }) as World['upstream'] } });
  const own = (): readonly LossInBooks[] => world.upstream.losses();
  const told = (reference: string, state: 'effective' | 'queued' = 'effective') =>
    showing({
      kind: 'loss-told',
      state,
      earlier: false,
      tail: lost.tail,
      reference,
      since: '2026-11-22T08:14:07',
      document: true,
      receipts: 'available',
      receipt: 'choice',
    });

  test('is reported once, here and at the issuer', () => {
    const [report] = own();
    if (report === undefined) throw new Error('nobody reported a card');
    expect(readLosses(world.journal)).toMatchObject([{ reportId: report.reportId, state: { state: 'reported', answer: { reference: report.reference } } }]);
    expect(objections(() => checkLosses(world))).toEqual([]);
    expect(objections(() => checkLosses(withLosses([])))).toEqual(['loss']);
    expect(objections(() => checkLosses(withLosses([{ ...report, refused: true }])))).toEqual(['loss']);
    expect(objections(() => checkLosses(withLosses([report, { ...report, reportId: 'other' }])))).toEqual(['loss', 'loss']);
    expect(objections(() => checkLosses(withLosses([report, { ...report, reportId: 'other', sameAs: report.reportId }])))).toEqual([]);
  });

  test('is said to be reported only when the issuer has it', () => {
    const oracle = new LossOracle(world);
    const reference = own()[0]?.reference ?? '';
    expect(objections(() => oracle.onView(told(reference)))).toEqual([]);
    expect(objections(() => oracle.onView(told('A01-1122-0000-0')))).toEqual(['loss before proof']);
    expect(objections(() => oracle.onView(told('A01-1122-0000-0', 'queued')))).toEqual([]);
  });

  test('tells nobody who its holder is', () => {
    const oracle = new LossOracle(world);
    for (const secret of holderOf(lost).secrets) {
      expect(objections(() => oracle.onView(told(secret, 'queued')))).toEqual(['privacy']);
      expect(objections(() => oracle.onEntry({ kind: 'terminal.stopped', body: { reason: secret } }))).toEqual(['privacy']);
      expect(objections(() => oracle.onWarning(`asked for ${secret}`))).toEqual(['privacy']);
    }
  });

  test('has a slip that says what is so', () => {
    const slip = world.slips.find((text) => text.includes('挂失凭条')) ?? '';
    const lying = (text: string): World => changed({ slips: { value: [text] } });
    expect(slip).toContain('已生效');
    const reference = own()[0]?.reference ?? '';
    expect(objections(() => checkSlips(lying(slip), ledger))).toEqual([]);
    expect(objections(() => checkSlips(lying(slip.replaceAll(reference, 'A01-1122-0000-0')), ledger))).toEqual(['slip', 'slip']);
  });
});

describe('tickets', () => {
  const changed = (change: PropertyDescriptorMap): World => Object.create(world, { journal: { value: world.journal }, ...change }) as World;
  const withTickets = (tickets: readonly TicketInBooks[]): World =>
    changed({ upstream: { value: Object.create(world.upstream, { tickets: { value: () => tickets } }) as World['upstream'] } });
  const told = (number: string, state: 'stored' | 'kept'): View => ({
    ...view,
    body: { kind: 'ticket-told', number, state, receipts: 'available', receipt: 'choice' },
  });

  test('that were handed in are there, once, under the number that was given', () => {
    expect(objections(() => checkDesk(world))).toEqual([]);
    const [ticket] = world.upstream.tickets();
    if (ticket === undefined) throw new Error('no ticket was handed in');
    expect(readSubmissions(world.journal, 'ticket.created')).toMatchObject([{ submissionId: ticket.ticketId, state: { state: 'stored' } }]);
    expect(objections(() => checkDesk(withTickets([])))).toEqual(['ticket']);
    expect(objections(() => checkDesk(withTickets([ticket, { ...ticket, ticketId: 'other' }])))).toEqual(['ticket']);
    expect(objections(() => checkDesk(withTickets([{ ...ticket, number: 'A01-1122-0000-0' }])))).toEqual(['ticket']);
  });

  test('are on disk before their number is told, and at the desk before that is said', () => {
    const oracle = new DeskOracle(world);
    const [ticket] = world.upstream.tickets();
    const number = ticket?.number ?? '';
    expect(objections(() => oracle.onView(told(number, 'stored')))).toEqual(['ticket before disk']);
    const body = { submissionId: 'S1', envelope: 'ticket.created', reference: number, body: '{}', submittedAt: '2026-11-22T00:14:00.000Z' };
    oracle.onEntry({ kind: 'desk.submitting', body });
    expect(objections(() => oracle.onView(told(number, 'stored')))).toEqual([]);
    oracle.onEntry({ kind: 'desk.submitting', body: { ...body, reference: 'A01-1122-0000-0' } });
    expect(objections(() => oracle.onView(told('A01-1122-0000-0', 'kept')))).toEqual([]);
    expect(objections(() => oracle.onView(told('A01-1122-0000-0', 'stored')))).toEqual(['ticket before proof']);
  });
});

describe('calls back', () => {
  /** One was moved, one was cancelled. */
  const booked = (state: 'booked' | 'cancelled' = 'booked') => {
    const callback = world.upstream.callbacks().find((one) => one.state === state);
    if (callback === undefined) throw new Error(`no call back is ${state}`);
    return callback;
  };
  type Books = Pick<World['upstream'], 'callbacks' | 'callbackChanges' | 'misplacedCallbacks'>;
  const withUpstream = (change: Partial<Books>): World => {
    const { upstream } = world;
    const books: Books = {
      callbacks: () => upstream.callbacks(),
      callbackChanges: () => upstream.callbackChanges(),
      misplacedCallbacks: () => upstream.misplacedCallbacks(),
      ...change,
    };
    return changed({ upstream: { value: books as World['upstream'] } });
  };
  const withCallbacks = (change: (callbacks: ReturnType<Books['callbacks']>) => ReturnType<Books['callbacks']>): World =>
    withUpstream({ callbacks: () => change(world.upstream.callbacks()) });
  const withChanges = (changes: ReturnType<Books['callbackChanges']>): World => withUpstream({ callbackChanges: () => changes });
  const told = (number: string, state: 'booked' | 'kept', start: string, change?: 'move' | 'cancel'): View =>
    showing({ kind: 'callback-told', number, state, ...(change === undefined ? {} : { change }), start, end: start, receipts: 'available', receipt: 'choice' });
  /** `2026-11-23T09:00:00` where the terminal stands. */
  const local = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19);

  test('that were asked for are there, once, with one place, under the number that was given', () => {
    const callback = booked();
    expect(world.upstream.callbacks()).toHaveLength(2);
    expect(objections(() => checkCallbacks(world))).toEqual([]);
    expect(objections(() => checkCallbacks(withCallbacks((all) => all.filter((one) => one.callbackId !== callback.callbackId))))).toEqual(['call back']);
    expect(objections(() => checkCallbacks(withCallbacks((all) => [...all, { ...callback, callbackId: 'other', number: 'A01-1122-0000-0' }])))).toEqual([
      'call back',
    ]);
    expect(
      objections(() => checkCallbacks(withCallbacks((all) => all.map((one) => (one === all[0] ? { ...one, number: 'A01-1122-0000-0' } : one))))),
    ).toContain('call back');
    expect(objections(() => checkCallbacks(withUpstream({ misplacedCallbacks: () => [callback.callbackId] })))).toEqual(['call back']);
  });

  test('are changed as often as the desk said so, and no more', () => {
    const made = world.upstream.callbackChanges();
    expect(made.map(({ event }) => event).toSorted()).toEqual(['cancelled', 'rebooked']);
    for (const event of ['rebooked', 'cancelled'] as const) {
      expect(objections(() => checkCallbacks(withChanges(made.filter((change) => change.event !== event))))).toEqual(['call back']);
      expect(objections(() => checkCallbacks(withChanges([...made, ...made.filter((change) => change.event === event)])))).toEqual(['call back']);
    }
    expect(objections(() => checkCallbacks(withCallbacks((all) => all.map((one) => ({ ...one, state: 'booked' })))))).toEqual(['call back']);
  });

  test('are on disk before their number is told, and booked at the time that is said before that is said', () => {
    const oracle = new CallbackOracle(world);
    const { number, start } = booked();
    expect(objections(() => oracle.onView(told(number, 'booked', local(start))))).toEqual(['call back before disk']);
    const body = { submissionId: 'S1', envelope: 'callback.booked', reference: number, body: '{}', submittedAt: '2026-11-22T00:14:00.000Z' };
    oracle.onEntry({ kind: 'desk.submitting', body });
    expect(objections(() => oracle.onView(told(number, 'booked', local(start))))).toEqual([]);
    expect(objections(() => oracle.onView(told(number, 'booked', local(start + 1_800_000))))).toEqual(['call back before proof']);
    oracle.onEntry({ kind: 'desk.submitting', body: { ...body, reference: 'A01-1122-0000-0' } });
    expect(objections(() => oracle.onView(told('A01-1122-0000-0', 'kept', local(start))))).toEqual([]);
    expect(objections(() => oracle.onView(told('A01-1122-0000-0', 'booked', local(start))))).toEqual(['call back before proof']);
  });

  test('are changed on disk before that is told, and at the desk before it is said to be done', () => {
    const oracle = new CallbackOracle(world);
    const { number, start } = booked();
    const body = { submissionId: 'S1', envelope: 'callback.booked', reference: number, body: '{}', submittedAt: '2026-11-22T00:14:00.000Z' };
    oracle.onEntry({ kind: 'desk.submitting', body });
    for (const change of ['move', 'cancel'] as const)
      expect(objections(() => oracle.onView(told(number, 'kept', local(start), change)))).toEqual(['call back before disk']);
    for (const envelope of ['callback.rebooked', 'callback.cancelled']) oracle.onEntry({ kind: 'desk.submitting', body: { ...body, envelope } });
    expect(objections(() => oracle.onView(told(number, 'booked', local(start), 'move')))).toEqual([]);
    expect(objections(() => oracle.onView(told(number, 'booked', local(start + 1_800_000), 'move')))).toEqual(['call back before proof']);
    expect(objections(() => oracle.onView(told(number, 'booked', local(start), 'cancel')))).toEqual(['call back before proof']);
  });

  test('have a slip that says what is so', () => {
    const slips = world.slips.filter((text) => text.includes('回电凭条'));
    const lying = (text: string): World => changed({ slips: { value: [text] } });
    const said = (words: string): string => slips.find((text) => text.includes(words)) ?? '';
    for (const words of ['已约好', '时间已改', '已取消']) {
      expect(said(words)).not.toBe('');
      expect(objections(() => checkSlips(lying(said(words)), ledger))).toEqual([]);
    }
    const first = said('已约好');
    const number = /A01-\S+/.exec(first)?.[0] ?? '';
    expect(objections(() => checkSlips(lying(first.replaceAll(number, 'A01-1122-0000-0')), ledger))).toEqual(['slip', 'slip']);
    expect(objections(() => checkSlips(lying(said('已取消').replaceAll(booked('cancelled').number, booked().number)), ledger))).toEqual(['slip']);
    expect(objections(() => checkSlips(lying(said('时间已改').replaceAll(booked().number, booked('cancelled').number)), ledger))).toEqual(['slip']);
  });
});

describe('answers to the question at the end', () => {
  const withSurveys = (surveys: readonly string[]): World =>
    changed({ upstream: { value: Object.create(world.upstream, { surveys: { value: () => surveys } }) as World['upstream'] } });
  const thanks = showing.bind(undefined, { kind: 'survey', asks: 'thanks' });

  test('are one each at the desk, and none that nobody gave', () => {
    const [answer = ''] = world.upstream.surveys();
    expect(answer).not.toBe('');
    expect(objections(() => checkSurveys(world))).toEqual([]);
    expect(objections(() => checkSurveys(withSurveys([])))).toEqual(['survey']);
    expect(objections(() => checkSurveys(withSurveys([answer, 'other'])))).toEqual(['survey']);
  });

  test('are on disk before there are thanks for them', () => {
    const oracle = new SurveyOracle(world);
    expect(objections(() => oracle.onView(thanks()))).toEqual(['survey before disk']);
    oracle.onView(showing({ kind: 'goodbye' }));
    const body = { submissionId: 'S1', envelope: 'survey.answered', reference: '', body: '{}', submittedAt: '2026-11-22T00:14:00.000Z' };
    oracle.onEntry({ kind: 'desk.submitting', body });
    expect(objections(() => oracle.onView(thanks()))).toEqual([]);
    expect(objections(() => oracle.onView(thanks()))).toEqual([]);
  });
});
