/** The support desk: a ticket that is on disk before it is told, what is told offline, and how things stand by card and number. */
import { describe, expect, test } from 'vitest';
import { foldSubmission } from '../../common/desk-submission.ts';
import { deskCodeOf } from '../../common/desk-code.ts';
import { fen } from '../../common/fen.ts';
import { cardKeyOf, ticketCreatedSchema, type ProgressAnswer } from '../../common/upstream-api/support.ts';
import { deskMachine } from '../../state-machines/desk.ts';
import { deskDelays, type DeskContext } from '../../state-machines/desk/context.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { CARD_REF, FakeWorld, offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';
import { traps, walk } from './walk.ts';

const PHONE = '13800005678';
const digits = (number: string): readonly UiAct[] => [...number].map((digit) => ({ type: 'digit', digit }));
const confirm: UiAct = { type: 'confirm' };
const ticket: UiAct = { type: 'desk', purpose: 'ticket' };
const progress: UiAct = { type: 'desk', purpose: 'progress' };
const about: UiAct = { type: 'topic', topic: 'topUpMissing' };
const types = (number: string): readonly UiAct[] => [...number.replaceAll('-', '')].map((symbol) => ({ type: 'symbol', symbol }));

const LATEST = {
  reference: 'A01-1122-7K4M-9',
  at: Date.UTC(2026, 10, 22, 0, 10),
  amount: fen(5000),
  outcome: 'case',
  evidence: { epoch: 1, fromSeq: 12, toSeq: 31 },
} as const;

async function atHelp(): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  await bench.touch({ type: 'support' });
  return bench;
}

/** In help with a card inside. */
async function withCard(): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  bench.world.script.read.set({ ok: true, card: bench.world.card });
  bench.world.insert();
  await bench.settle();
  await bench.touch({ type: 'support' });
  return bench;
}

const ID = '01a2009a-7840-7572-ae1b-d3ea5448c638';

async function scans(bench: SessionBench, text: string): Promise<void> {
  bench.world.scans.emit({ type: 'CODE.SCANNED', text });
  await bench.settle();
}

const sent = (bench: SessionBench) => ticketCreatedSchema.parse(JSON.parse(bench.world.submitted[0]?.body ?? ''));

describe('a ticket', () => {
  test('with a card: reason, card, latest top-up and telephone, sealed; on disk before the desk hears of it; number and promise', async () => {
    const bench = await withCard();
    bench.world.latest = LATEST;
    await bench.touch(ticket, about, ...digits(PHONE), confirm);
    expect(bench.body('ticket-review')).toEqual({
      kind: 'ticket-review',
      topic: 'topUpMissing',
      tail: '6688',
      transaction: { reference: LATEST.reference, at: '2026-11-22T08:10:00', amount: 5000 },
      phone: '138****5678',
    });
    expect(bench.world.entries).toEqual([]);
    let before: readonly string[] = [];
    bench.world.onSubmit = () => {
      before = [...bench.world.kinds];
    };
    await bench.touch(confirm);
    expect(before).toEqual(['desk.submitting']);
    const { number, state, due } = bench.body('ticket-told');
    expect({ state, due }).toEqual({ state: 'stored', due: '2026-11-22T10:14:00' });
    expect(foldSubmission(bench.world.entries)).toMatchObject({ state: 'stored', submission: { reference: number, envelope: 'ticket.created' } });
    expect(sent(bench)).toMatchObject({
      number,
      kind: 'topUpMissing',
      card: { tail: '6688', key: cardKeyOf(CARD_REF.serial) },
      transaction: LATEST.reference,
      contact: { masked: '138****5678' },
      evidence: LATEST.evidence,
      language: 'zh-CN',
    });
    for (const secret of [PHONE, CARD_REF.serial]) expect(JSON.stringify([bench.world.entries, bench.seen])).not.toContain(secret);
  });

  test('without a card and without a telephone: three touches to what is sent', async () => {
    const bench = await atHelp();
    await bench.touch(ticket, { type: 'topic', topic: 'suggestion' }, { type: 'skip' });
    expect(bench.body('ticket-review')).toEqual({ kind: 'ticket-review', topic: 'suggestion' });
    await bench.touch(confirm);
    expect(sent(bench)).not.toHaveProperty('contact');
    expect(sent(bench)).not.toHaveProperty('card');
  });

  test('offline: kept, with what is promised from when the desk has it; the slip says so', async () => {
    const bench = await atHelp();
    bench.world.script.submit.set(offline());
    await bench.touch(ticket, about, { type: 'skip' }, confirm);
    expect(bench.body('ticket-told')).toMatchObject({ state: 'kept', within: { minutes: 120 } });
    expect(bench.body('ticket-told')).not.toHaveProperty('due');
    expect(foldSubmission(bench.world.entries).state).toBe('open');
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.body('ticket-told').receipt).toBe('printed');
    expect(bench.world.ticketSlips).toMatchObject([{ state: 'kept', topic: 'topUpMissing', within: { minutes: 120 } }]);
  });

  test('as many as the desk takes in a day: kept, not refused', async () => {
    const bench = await atHelp();
    bench.world.script.submit.set({ kind: 'later' });
    await bench.touch(ticket, about, { type: 'skip' }, confirm);
    expect(bench.body('ticket-told').state).toBe('kept');
  });

  test('refused by the desk: said so, with no number to wait for', async () => {
    const bench = await atHelp();
    bench.world.script.submit.set({ kind: 'refused', code: 'invalidBody' });
    await bench.touch(ticket, about, { type: 'skip' }, confirm);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'ticketRefused' });
    expect(foldSubmission(bench.world.entries)).toMatchObject({ state: 'refused', code: 'invalidBody' });
  });

  test('a journal that can’t be written: nothing is claimed, nothing is sent', async () => {
    const bench = await atHelp();
    bench.world.journalFails = true;
    await bench.touch(ticket, about, { type: 'skip' }, confirm);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'journalUnavailable', canRetry: false });
    expect(bench.world.submitted).toEqual([]);
  });

  test('a desk that nothing can be sealed to, or that was never asked: no telephone is asked for, no card is sent', async () => {
    for (const terms of [undefined, { seals: false, promise: () => undefined }]) {
      const bench = await withCard();
      bench.world.deskTerms = terms;
      await bench.touch(ticket, about);
      expect(bench.kind).toBe('ticket-review');
      await bench.touch(confirm);
      expect(sent(bench)).not.toHaveProperty('card');
    }
  });

  test('what is typed of a telephone hides after a second; eleven digits or none', async () => {
    const bench = await atHelp();
    await bench.touch(ticket, about, ...digits('1380'));
    expect(bench.body('ticket-phone').shown).toBe('••• 0');
    await bench.world.clock.advance(deskDelays.hideDigit);
    expect(bench.body('ticket-phone').shown).toBe('••• •');
    await bench.touch(confirm);
    expect(bench.kind).toBe('ticket-phone');
    await bench.touch(...digits('00056789'));
    expect(bench.body('ticket-phone').count).toBe(11);
  });

  test('no touch makes two of it, and Back before the confirmation makes none', async () => {
    const bench = await atHelp();
    await bench.touch(ticket, about, { type: 'back' }, { type: 'back' });
    expect(bench.kind).toBe('help-home');
    await bench.touch(ticket, about, { type: 'skip' }, confirm, confirm, { type: 'retry' }, { type: 'topic', topic: 'other' });
    expect(bench.world.kinds.filter((kind) => kind === 'desk.submitting')).toHaveLength(1);
  });
});

describe('progress', () => {
  const NUMBER = 'A01-1122-7K4M-6';
  const known: ProgressAnswer = {
    tickets: [
      {
        number: NUMBER,
        kind: 'topUpMissing',
        state: 'assigned',
        queue: 'money',
        receivedAt: Date.UTC(2026, 10, 22, 0, 14),
        dueAt: Date.UTC(2026, 10, 22, 2, 14),
        promise: 'breached',
        resolution: null,
        asks: null,
        history: [],
      },
    ],
    callbacks: [],
  };

  test('by the card in the reader: state, promise, and that it is late', async () => {
    const bench = await withCard();
    bench.world.script.progress.set(known);
    await bench.touch(progress);
    expect(bench.body('progress-list')).toEqual({
      kind: 'progress-list',
      tail: '6688',
      items: [
        { what: 'ticket', number: NUMBER, topic: 'topUpMissing', state: 'assigned', received: '2026-11-22T08:14:00', due: '2026-11-22T10:14:00', late: true },
      ],
      page: 0,
      pages: 1,
    });
    expect(bench.world.asked).toEqual([{ by: 'card', card: cardKeyOf(CARD_REF.serial) }]);
  });

  test('by number: typed without hyphens, asked for once its check symbol fits', async () => {
    const bench = await atHelp();
    await bench.touch(progress, ...types('A01-1122-7K4M-8'), confirm);
    expect(bench.body('progress-number').complete).toBe(false);
    await bench.touch({ type: 'erase' }, ...types('6'));
    expect(bench.body('progress-number')).toEqual({ kind: 'progress-number', number: NUMBER, complete: true, scan: 'ready' });
    await bench.touch(confirm);
    expect(bench.body('progress-list')).toEqual({ kind: 'progress-list', items: [], page: 0, pages: 1 });
    expect(bench.world.asked).toEqual([{ by: 'number', number: NUMBER }]);
  });

  test('by the code of the slip, held to the scanner: no symbol typed, and no card named', async () => {
    const bench = await withCard();
    await bench.touch(progress, { type: 'another' });
    bench.world.script.progress.set(known);
    await scans(bench, deskCodeOf(ID));
    expect(bench.world.asked.at(-1)).toEqual({ by: 'id', id: ID });
    expect(bench.body('progress-list')).not.toHaveProperty('tail');
    expect(bench.body('progress-list').items).toMatchObject([{ number: NUMBER }]);
    await bench.touch({ type: 'back' });
    expect(bench.body('progress-number')).toMatchObject({ number: '', scan: 'ready' });
    await bench.touch({ type: 'back' });
    expect(bench.world.asked.at(-1)).toMatchObject({ by: 'card' });
  });

  test.each(['https://card.example/#x', '134567890123456789', `kiosk-desk:${NUMBER}`, `kiosk-desk:${ID}x`, ''])(
    'another code (%s) asks nobody, is named nowhere, and says what it is not',
    async (text) => {
      const bench = await atHelp();
      await bench.touch(progress);
      await scans(bench, text);
      expect(bench.body('progress-number')).toEqual({ kind: 'progress-number', number: '', complete: false, scan: 'otherCode' });
      await scans(bench, deskCodeOf(ID));
      expect(bench.world.asked).toEqual([{ by: 'id', id: ID }]);
    },
  );

  test('without a scanner, or one that goes away, is by number alone; and it reads only while a number is asked for', async () => {
    const bench = await atHelp();
    await bench.touch(progress);
    expect(bench.body('progress-number').scan).toBe('ready');
    bench.world.scans.emit({ type: 'CODE.UNREADABLE' });
    await bench.settle();
    expect(bench.body('progress-number').scan).toBe('otherCode');
    bench.world.scans.emit({ type: 'SCANNER.AWAY' });
    await bench.settle();
    expect(bench.body('progress-number')).not.toHaveProperty('scan');
    await bench.touch({ type: 'back' });
    await scans(bench, deskCodeOf(ID));
    expect(bench.world.asked).toEqual([]);
    bench.world.scannerAway = true;
    await bench.touch(progress);
    expect(bench.body('progress-number')).not.toHaveProperty('scan');
  });

  test('what waits on this machine is known by its code, too', async () => {
    const bench = await atHelp();
    bench.world.script.submit.set(offline());
    await bench.touch(ticket, about, { type: 'skip' }, confirm);
    const { number } = bench.body('ticket-told');
    bench.world.undelivered = bench.world.submitted;
    bench.world.script.progress.set(offline());
    await bench.touch({ type: 'receipt', choice: 'print' }, { type: 'finish' });
    const [slip] = bench.world.ticketSlips;
    await bench.world.clock.advance(5000);
    await bench.touch({ type: 'support' }, progress);
    await scans(bench, deskCodeOf(slip?.id ?? ''));
    expect(bench.body('progress-list').items).toMatchObject([{ number, state: 'kept' }]);
  });

  test('what waits on this machine is known offline; what does not is no nothing, but trouble', async () => {
    const bench = await atHelp();
    bench.world.script.submit.set(offline());
    await bench.touch(ticket, about, { type: 'skip' }, confirm);
    const { number } = bench.body('ticket-told');
    bench.world.undelivered = bench.world.submitted;
    bench.world.script.progress.set(offline());
    await bench.touch({ type: 'finish' });
    await bench.world.clock.advance(5000);
    await bench.touch({ type: 'support' }, progress, ...types(number), confirm);
    expect(bench.body('progress-list').items).toMatchObject([{ number, state: 'kept', topic: 'topUpMissing' }]);
    await bench.touch({ type: 'another' }, ...types(NUMBER), confirm);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'deskOffline', canRetry: true });
  });
});

test('no state of the chart is a trap', () => {
  const world = new FakeWorld();
  const ui = (act: UiAct) => ({ ...act, type: `ui.${act.type}` });
  for (const purpose of ['ticket', 'progress'] as const) {
    const places = walk({
      machine: deskMachine,
      input: { ports: world.ports, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false }, purpose, card: world.card },
      outputs: {
        handIn: [
          { kind: 'handed', handed: { state: 'kept', id: 'T1', number: 'A01-1122-7K4M-9', dueAt: undefined } },
          { kind: 'refused' },
          { kind: 'journalFailed' },
        ],
        watchScanner: [],
        askProgress: [
          { kind: 'found', standings: [] },
          { kind: 'found', standings: [{ what: 'callback', number: 'A01-1122-7K4M-9', state: 'booked', start: 1, end: 2 }] },
          { kind: 'unreachable' },
        ],
        print: [{ state: 'printed' }, { state: 'failedBefore', trouble: 'x' }],
      },
      events: {
        'ui.topic': [ui(about)],
        // a whole field at once: how many are missing makes no other state
        'ui.digit': [{ type: 'ui.digit', digit: PHONE } as never],
        'ui.symbol': [{ type: 'ui.symbol', symbol: 'A0111227K4M6' } as never],
        'ui.page': [ui({ type: 'page', to: 'next' })],
        'ui.receipt': [ui({ type: 'receipt', choice: 'print' })],
        'ui.pick': [ui({ type: 'pick', index: 0 })],
        ...Object.fromEntries(
          ['erase', 'clear', 'confirm', 'skip', 'back', 'cancel', 'finish', 'retry', 'another', 'extend', 'open', 'close', 'prefer'].map((type) => [
            `ui.${type}`,
            [{ type: `ui.${type}` }],
          ]),
        ),
        PREFERENCES: [],
        'wait.ended': [{ type: 'wait.ended' }],
        'digit.hidden': [{ type: 'digit.hidden' }],
        'CODE.SCANNED': [deskCodeOf(ID), 'another'].map((text) => ({ type: 'CODE.SCANNED', text }) as never),
        'CODE.UNREADABLE': [{ type: 'CODE.UNREADABLE' }],
        'SCANNER.AWAY': [{ type: 'SCANNER.AWAY' }],
      },
      key: ({ value, context }) => {
        const { receipt, topic, digits, symbols, scanned, scan, standings } = context as DeskContext;
        return JSON.stringify([value, receipt, topic === undefined, digits === '', symbols === '', scanned === undefined, scan, standings.length]);
      },
    });
    expect(places.size).toBeGreaterThan(8);
    expect(traps(places)).toEqual([]);
  }
});
