/** A call back: a time of the desk's, on disk before it is told, what is told when somebody else had it first, and without a line. */
import { describe, expect, test } from 'vitest';
import { deskCodeOf } from '../../common/desk-code.ts';
import { foldSubmission } from '../../common/desk-submission.ts';
import { callbackBookedSchema, cardKeyOf } from '../../common/upstream-api/support.ts';
import { callbackMachine } from '../../state-machines/callback.ts';
import { callbackDelays, type CallbackContext } from '../../state-machines/callback/context.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { CARD_REF, FakeWorld, offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';
import { traps, walk } from './walk.ts';

const PHONE = '13800005678';
const digits = (number: string): readonly UiAct[] => [...number].map((digit) => ({ type: 'digit', digit }));
const confirm: UiAct = { type: 'confirm' };
const callback: UiAct = { type: 'desk', purpose: 'callback' };
const about: UiAct = { type: 'topic', topic: 'topUpMissing' };

/** The world begins on Sunday 2026-11-22, 08:14 in Shanghai. */
const at = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`);
const slot = (text: string, free = 1) => ({ start: at(text), end: at(text) + 30 * 60_000, free });
const FIRST = '2026-11-22 14:00';
const SECOND = '2026-11-22 14:30';
const NEXT_DAY = '2026-11-23 09:00';
const OFFERED = [slot(FIRST), slot(SECOND), slot('2026-11-22 15:00', 0), slot(NEXT_DAY)];
const chooses = (text: string): UiAct => ({ type: 'slot', start: at(text) });

async function atHelp(offered = OFFERED): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  bench.world.script.slots.set(offered);
  await bench.touch({ type: 'support' });
  return bench;
}

/** To the question whether this is what is sent. */
async function atReview(bench: SessionBench, time = FIRST): Promise<SessionBench> {
  await bench.touch(callback, about, chooses(time), ...digits(PHONE), confirm);
  return bench;
}

const sent = (bench: SessionBench) => callbackBookedSchema.parse(JSON.parse(bench.world.submitted[0]?.body ?? ''));
const booked = (start: string) => ({ kind: 'stored', dueAt: at(start), slot: { start: at(start), end: at(start) + 30 * 60_000 } }) as const;

describe('times', () => {
  test('are those that are free, one day a page, by the clock on the wall', async () => {
    const bench = await atHelp();
    await bench.touch(callback, about);
    expect(bench.body('callback-slots')).toEqual({
      kind: 'callback-slots',
      day: { date: '2026-11-22', inDays: 0 },
      slots: [
        { start: at(FIRST), from: '14:00', to: '14:30' },
        { start: at(SECOND), from: '14:30', to: '15:00' },
      ],
      page: 0,
      pages: 2,
    });
    await bench.touch({ type: 'page', to: 'next' });
    expect(bench.body('callback-slots')).toMatchObject({ day: { date: '2026-11-23', inDays: 1 }, slots: [{ from: '09:00', to: '09:30' }] });
    await bench.touch({ type: 'page', to: 'next' });
    expect(bench.body('callback-slots').page).toBe(1);
  });

  test('of a long day go on on the next page, and five days are offered', async () => {
    const days = ['22', '23', '24', '25', '26', '27'];
    const long = Array.from({ length: 9 }, (_, half) =>
      slot(`2026-11-22 ${String(9 + Math.floor(half / 2)).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`),
    );
    const bench = await atHelp([...long, ...days.slice(1).map((day) => slot(`2026-11-${day} 09:00`))]);
    await bench.touch(callback, about);
    expect(bench.body('callback-slots')).toMatchObject({ page: 0, pages: 6 });
    expect(bench.body('callback-slots').slots).toHaveLength(8);
    await bench.touch({ type: 'page', to: 'next' });
    expect(bench.body('callback-slots')).toMatchObject({ day: { date: '2026-11-22' }, slots: [{ from: '13:00' }] });
    await bench.touch({ type: 'prefer', preferences: { size: 'xlarge' } });
    expect(bench.body('callback-slots').slots).toHaveLength(4);
  });

  test.each([
    ['all are taken', [slot(FIRST, 0)], 'full'],
    ['the desk can’t be asked', offline(), 'offline'],
  ] as const)('where %s there are none, and a ticket beside them', async (_what, answer, remark) => {
    const bench = await atHelp();
    bench.world.script.slots.set(answer instanceof Error ? answer : [...answer]);
    await bench.touch(callback, about);
    expect(bench.body('callback-slots')).toEqual({ kind: 'callback-slots', slots: [], remark, page: 0, pages: 1 });
    await bench.touch({ type: 'desk', purpose: 'ticket' });
    expect(bench.kind).toBe('ticket-topics');
  });

  test('a time that is not offered can’t be chosen', async () => {
    const bench = await atHelp();
    await bench.touch(callback, about, chooses('2026-11-22 15:00'), chooses('2026-11-22 14:10'));
    expect(bench.kind).toBe('callback-slots');
  });
});

describe('a booking', () => {
  test('with a card: on disk before the desk hears of it, telephone and card sealed; then the time, the number, and both on paper', async () => {
    const bench = await new SessionBench().start();
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.script.slots.set(OFFERED);
    bench.world.script.submit.set(booked(FIRST));
    bench.world.insert();
    await bench.settle();
    await bench.touch({ type: 'support' });
    await atReview(bench);
    expect(bench.body('callback-review')).toEqual({
      kind: 'callback-review',
      topic: 'topUpMissing',
      start: '2026-11-22T14:00:00',
      end: '2026-11-22T14:30:00',
      phone: '138****5678',
      tail: '6688',
    });
    expect(bench.world.entries).toEqual([]);
    let before: readonly string[] = [];
    bench.world.onSubmit = () => {
      before = [...bench.world.kinds];
    };
    await bench.touch(confirm);
    expect(before).toEqual(['desk.submitting']);
    const { number } = bench.body('callback-told');
    expect(bench.body('callback-told')).toMatchObject({ state: 'booked', start: '2026-11-22T14:00:00', end: '2026-11-22T14:30:00' });
    expect(bench.body('callback-told')).not.toHaveProperty('moved');
    expect(foldSubmission(bench.world.entries)).toMatchObject({
      state: 'stored',
      submission: { reference: number, envelope: 'callback.booked' },
      answer: { dueAt: '2026-11-22T06:00:00.000Z' },
    });
    expect(sent(bench)).toMatchObject({
      number,
      about: 'topUpMissing',
      slot: at(FIRST),
      ifFull: 'nextFree',
      card: { tail: '6688', key: cardKeyOf(CARD_REF.serial) },
      contact: { masked: '138****5678' },
      language: 'zh-CN',
    });
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.body('callback-told').receipt).toBe('printed');
    expect(bench.world.callbackSlips).toMatchObject([{ state: 'booked', reference: number, start: at(FIRST), end: at(SECOND), cardTail: '6688' }]);
    for (const secret of [PHONE, CARD_REF.serial]) expect(JSON.stringify([bench.world.entries, bench.seen, bench.world.callbackSlips])).not.toContain(secret);
  });

  test('of a time that somebody took while they typed: nothing is written, the next ones are there, and the telephone need not be typed again', async () => {
    const bench = await atReview(await atHelp());
    bench.world.script.slots.set([slot(FIRST, 0), slot(SECOND, 0), slot(NEXT_DAY)]);
    bench.world.script.submit.set(booked(NEXT_DAY));
    await bench.touch(confirm);
    expect(bench.body('callback-slots')).toMatchObject({ remark: 'taken', slots: [{ from: '09:00' }], day: { date: '2026-11-23' } });
    expect(bench.world.entries).toEqual([]);
    await bench.touch(chooses(NEXT_DAY));
    expect(bench.body('ticket-phone').count).toBe(11);
    await bench.touch(confirm, confirm);
    expect(bench.body('callback-told')).toMatchObject({ state: 'booked', start: '2026-11-23T09:00:00' });
    expect(sent(bench).slot).toBe(at(NEXT_DAY));
  });

  test('shows the next times after the one that was taken, not those of the first day again', async () => {
    const bench = await atReview(await atHelp(), NEXT_DAY);
    bench.world.script.slots.set([slot(FIRST), slot(SECOND), slot('2026-11-23 09:30')]);
    await bench.touch(confirm);
    expect(bench.body('callback-slots')).toMatchObject({ remark: 'taken', page: 1, day: { date: '2026-11-23' } });
  });

  test('of a time that was taken in the very last moment: the one that the desk gave instead is told, and that it is another', async () => {
    const bench = await atReview(await atHelp());
    bench.world.script.submit.set(booked(SECOND));
    await bench.touch(confirm);
    expect(bench.body('callback-told')).toMatchObject({ state: 'booked', moved: true, start: '2026-11-22T14:30:00', end: '2026-11-22T15:00:00' });
  });

  test('without a line: kept, and said to be no promise yet; so on the slip', async () => {
    const bench = await atReview(await atHelp());
    bench.world.script.slots.set(offline());
    bench.world.script.submit.set(offline());
    await bench.touch(confirm);
    expect(bench.body('callback-told')).toMatchObject({ state: 'kept', start: '2026-11-22T14:00:00' });
    expect(foldSubmission(bench.world.entries).state).toBe('open');
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.world.callbackSlips).toMatchObject([{ state: 'kept' }]);
  });

  test.each([
    ['the desk puts it off', { kind: 'later' }],
    ['the desk does not say which time it has', { kind: 'stored' }],
  ] as const)('is no promise where %s', async (_what, outcome) => {
    const bench = await atReview(await atHelp());
    bench.world.script.submit.set(outcome);
    await bench.touch(confirm);
    expect(bench.body('callback-told').state).toBe('kept');
  });

  test('that waits here is known by its number, as a wish', async () => {
    const bench = await atReview(await atHelp());
    bench.world.script.submit.set(offline());
    await bench.touch(confirm);
    const { number } = bench.body('callback-told');
    bench.world.undelivered = bench.world.submitted;
    bench.world.script.progress.set(offline());
    await bench.touch({ type: 'finish' });
    await bench.world.clock.advance(5000);
    const types: readonly UiAct[] = [...number.replaceAll('-', '')].map((symbol) => ({ type: 'symbol', symbol }));
    await bench.touch({ type: 'support' }, { type: 'desk', purpose: 'progress' }, ...types, confirm);
    expect(bench.body('progress-list').items).toEqual([{ what: 'callback', number, state: 'kept', start: '2026-11-22T14:00:00' }]);
  });

  test('refused by the desk: said so, with no number to wait for; once more from the times', async () => {
    const bench = await atReview(await atHelp());
    bench.world.script.submit.set({ kind: 'refused', code: 'slotFull' });
    await bench.touch(confirm);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'callbackRefused', canRetry: true });
    expect(foldSubmission(bench.world.entries)).toMatchObject({ state: 'refused', code: 'slotFull' });
    await bench.touch({ type: 'retry' });
    expect(bench.kind).toBe('callback-slots');
  });

  test('a journal that can’t be written: nothing is claimed, nothing is sent', async () => {
    const bench = await atReview(await atHelp());
    bench.world.journalFails = true;
    await bench.touch(confirm);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'journalUnavailable', canRetry: false });
    expect(bench.world.submitted).toEqual([]);
  });

  test('a desk that no telephone can be sealed to calls nobody: it is not offered', async () => {
    for (const terms of [undefined, { seals: false, promise: () => undefined }]) {
      const bench = await atHelp();
      bench.world.deskTerms = terms;
      expect(bench.body('help-home')).not.toHaveProperty('callback');
      await bench.touch(callback);
      expect(bench.kind).toBe('help-home');
    }
    expect((await atHelp()).body('help-home').callback).toBe(true);
  });

  test('what is typed hides after a second; no call without eleven digits', async () => {
    const bench = await atHelp();
    await bench.touch(callback, about, chooses(FIRST), ...digits('1380'));
    expect(bench.body('ticket-phone')).toEqual({ kind: 'ticket-phone', shown: '••• 0', count: 4, callback: true });
    await bench.world.clock.advance(callbackDelays.hideDigit);
    expect(bench.body('ticket-phone').shown).toBe('••• •');
    await bench.touch(confirm, { type: 'skip' });
    expect(bench.kind).toBe('ticket-phone');
  });

  test('no touch makes two of it, and Back before the confirmation makes none', async () => {
    const bench = await atReview(await atHelp());
    await bench.touch({ type: 'back' }, { type: 'back' }, { type: 'back' }, { type: 'back' });
    expect(bench.kind).toBe('help-home');
    bench.world.script.submit.set(booked(FIRST));
    await atReview(bench);
    await bench.touch(confirm, confirm, { type: 'retry' }, chooses(SECOND));
    expect(bench.world.kinds.filter((kind) => kind === 'desk.submitting')).toHaveLength(1);
  });
});

describe('a booking that is changed', () => {
  const NUMBER = 'A01-1122-7K4M-6';
  const held = (state: 'booked' | 'made' = 'booked') => ({
    tickets: [],
    callbacks: [{ number: NUMBER, state, start: at(FIRST), end: at(SECOND) }],
  });
  const types: readonly UiAct[] = [...NUMBER.replaceAll('-', '')].map((symbol) => ({ type: 'symbol', symbol }));
  const progress: UiAct = { type: 'desk', purpose: 'progress' };
  const first: UiAct = { type: 'pick', index: 0 };
  const move: UiAct = { type: 'change', to: 'move' };
  const cancel: UiAct = { type: 'change', to: 'cancel' };

  /** Found by its number, and on the screen. */
  async function found(bench?: SessionBench): Promise<SessionBench> {
    const there = bench ?? (await atHelp());
    there.world.script.progress.set(held());
    await there.touch(progress, ...types, confirm);
    return there;
  }

  /** What was told, and what the person is on the way to. */
  const told = { number: NUMBER, start: '2026-11-22T14:00:00', end: '2026-11-22T14:30:00' };
  const said = (bench: SessionBench): unknown => JSON.parse(bench.world.submitted[0]?.body ?? '');

  test('is found by its number, and says what it may become', async () => {
    const bench = await found();
    expect(bench.body('progress-list').items).toMatchObject([{ what: 'callback', number: NUMBER, state: 'booked', change: true }]);
    await bench.touch(first);
    expect(bench.body('callback-change')).toEqual({ kind: 'callback-change', asks: 'which', ...told });
  });

  test('is found by its card, and by the code of its slip', async () => {
    const byCard = await new SessionBench().start();
    byCard.world.script.read.set({ ok: true, card: byCard.world.card });
    byCard.world.script.progress.set(held());
    byCard.world.insert();
    await byCard.settle();
    await byCard.touch({ type: 'support' }, progress, first);
    expect(byCard.body('callback-change')).toMatchObject(told);

    const byCode = await atHelp();
    byCode.world.script.progress.set(held());
    await byCode.touch(progress);
    byCode.world.scans.emit({ type: 'CODE.SCANNED', text: deskCodeOf('4c2ee1d8-6a32-4c0c-9e5b-0d8a2f7f0b11') });
    await byCode.settle();
    await byCode.touch(first);
    expect(byCode.body('callback-change')).toMatchObject(told);
  });

  test('gets another time: on disk before the desk hears of it, and told once it has it', async () => {
    const bench = await found();
    bench.world.script.submit.set(booked(NEXT_DAY));
    await bench.touch(first, move);
    expect(
      bench.body('callback-slots').slots.map(({ from }) => from),
      'its own time is none to move to',
    ).toEqual(['14:30']);
    await bench.touch(chooses(NEXT_DAY));
    expect(bench.body('callback-change')).toEqual({
      kind: 'callback-change',
      asks: 'move',
      ...told,
      to: { start: '2026-11-23T09:00:00', end: '2026-11-23T09:30:00' },
    });
    expect(bench.world.entries).toEqual([]);
    let before: readonly string[] = [];
    bench.world.onSubmit = () => {
      before = [...bench.world.kinds];
    };
    await bench.touch(confirm, confirm);
    expect(before).toEqual(['desk.submitting']);
    expect(bench.body('callback-told')).toMatchObject({ state: 'booked', change: 'move', number: NUMBER, start: '2026-11-23T09:00:00' });
    expect(said(bench)).toEqual({ number: NUMBER, start: at(FIRST), slot: at(NEXT_DAY), ifFull: 'refuse' });
    expect(foldSubmission(bench.world.entries)).toMatchObject({ state: 'stored', submission: { envelope: 'callback.rebooked', reference: NUMBER } });
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.world.callbackSlips).toMatchObject([{ state: 'booked', change: 'move', reference: NUMBER, start: at(NEXT_DAY) }]);
    expect(bench.world.callbackSlips[0], 'the slip that they have has the code').not.toHaveProperty('id');
  });

  test('is cancelled, after one question', async () => {
    const bench = await found();
    bench.world.script.submit.set({ kind: 'stored', slot: booked(FIRST).slot });
    await bench.touch(first, cancel);
    expect(bench.body('callback-change')).toEqual({ kind: 'callback-change', asks: 'cancel', ...told });
    expect(bench.world.entries).toEqual([]);
    await bench.touch(confirm);
    expect(bench.body('callback-told')).toMatchObject({ state: 'booked', change: 'cancel', number: NUMBER, start: '2026-11-22T14:00:00' });
    expect(said(bench)).toEqual({ number: NUMBER, start: at(FIRST) });
    expect(bench.world.submitted.map(({ envelope }) => envelope)).toEqual(['callback.cancelled']);
  });

  test.each([
    ['a new time', [move, chooses(NEXT_DAY)], 'move'],
    ['no call', [cancel], 'cancel'],
  ] as const)('%s, without a line: kept, said to be so, and no further change is offered meanwhile', async (_what, acts, change) => {
    const bench = await found();
    bench.world.script.submit.set(offline());
    await bench.touch(first, ...acts, confirm);
    expect(bench.body('callback-told')).toMatchObject({ state: 'kept', change });
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.world.callbackSlips).toMatchObject([{ state: 'kept', change }]);
    bench.world.undelivered = bench.world.submitted;
    await bench.touch({ type: 'finish' });
    await bench.world.clock.advance(5000);
    await bench.touch({ type: 'support' });
    await found(bench);
    const [item] = bench.body('progress-list').items;
    expect(item).toMatchObject({ state: 'booked', waits: change });
    expect(item).not.toHaveProperty('change');
    await bench.touch(first);
    expect(bench.kind).toBe('progress-list');
  });

  test('to a time that was given away while they looked: nothing is written, and the others are there', async () => {
    const bench = await found();
    await bench.touch(first, move, chooses(SECOND));
    bench.world.script.slots.set([slot(FIRST), slot(NEXT_DAY)]);
    await bench.touch(confirm);
    expect(bench.body('callback-slots')).toMatchObject({ remark: 'taken', slots: [{ from: '09:00' }] });
    expect(bench.world.entries).toEqual([]);
  });

  test('to a time that was given away in the very last moment: the others are there, and the old time is kept', async () => {
    const bench = await found();
    await bench.touch(first, move, chooses(SECOND));
    bench.world.script.submit.set({ kind: 'refused', code: 'slotFull' });
    await bench.touch(confirm);
    expect(bench.body('callback-slots').remark).toBe('taken');
    expect(foldSubmission(bench.world.entries)).toMatchObject({ state: 'refused', code: 'slotFull' });
  });

  test.each(['callbackMoved', 'callbackOver', 'unknownCallback'])(
    'that the desk has otherwise by now (%s) stays as it is, and is looked up anew',
    async (code) => {
      const bench = await found();
      bench.world.script.submit.set({ kind: 'refused', code });
      await bench.touch(first, cancel, confirm);
      expect(bench.body('trouble')).toMatchObject({ trouble: 'callbackChanged', canRetry: false });
      await bench.touch({ type: 'retry' });
      expect(bench.kind).toBe('trouble');
      await bench.touch({ type: 'back' });
      expect(bench.kind).toBe('progress-number');
    },
  );

  test('with a journal that can’t be written is not: nothing is claimed, nothing is sent', async () => {
    for (const acts of [[cancel], [move, chooses(SECOND)]]) {
      const bench = await found();
      bench.world.journalFails = true;
      await bench.touch(first, ...acts, confirm);
      expect(bench.body('trouble')).toMatchObject({ trouble: 'journalUnavailable', canRetry: false });
      expect(bench.world.submitted).toEqual([]);
    }
  });

  test('is none before the confirmation: Back leads to what stands there', async () => {
    const bench = await found();
    await bench.touch(first, cancel, { type: 'back' });
    expect(bench.body('callback-change').asks).toBe('which');
    await bench.touch(move, chooses(SECOND), { type: 'back' });
    expect(bench.kind).toBe('callback-slots');
    await bench.touch({ type: 'back' }, { type: 'back' });
    expect(bench.kind).toBe('progress-number');
    expect(bench.world.entries).toEqual([]);
  });

  test('and a new call after it is a new one', async () => {
    const bench = await found();
    await bench.touch(first, { type: 'back' }, { type: 'back' }, callback);
    expect(bench.kind).toBe('ticket-topics');
  });

  test('is not offered for a call that was made', async () => {
    const bench = await atHelp();
    bench.world.script.progress.set(held('made'));
    await bench.touch(progress, ...types, confirm);
    expect(bench.body('progress-list').items[0]).not.toHaveProperty('change');
    await bench.touch(first, { type: 'pick', index: 7 });
    expect(bench.kind).toBe('progress-list');
  });
});

test.each([undefined, { number: 'A01-1121-3R7Q-8', slot: { start: at(NEXT_DAY), end: at(NEXT_DAY) + 1 } }])(
  'no state of the chart is a trap (of %s)',
  (appointment) => {
    const world = new FakeWorld();
    const ui = (act: UiAct) => ({ ...act, type: `ui.${act.type}` });
    const free = { start: at(FIRST), end: at(SECOND) };
    const places = walk({
      machine: callbackMachine,
      input: { ports: world.ports, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false }, card: world.card, appointment },
      outputs: {
        askSlots: [{ kind: 'offered', slots: [free] }, { kind: 'unreachable' }],
        book: [
          { kind: 'booked', booked: { state: 'kept', id: 'C1', number: 'A01-1122-7K4M-9', slot: free, moved: false } },
          { kind: 'taken', slots: [] },
          { kind: 'refused' },
          { kind: 'journalFailed' },
        ],
        print: [{ state: 'printed' }, { state: 'failedBefore', trouble: 'x' }],
      },
      events: {
        'ui.topic': [ui(about)],
        'ui.slot': [ui(chooses(FIRST))],
        // the whole field at once: how many are missing makes no other state
        'ui.digit': [{ type: 'ui.digit', digit: PHONE } as never],
        'ui.change': [ui({ type: 'change', to: 'move' }), ui({ type: 'change', to: 'cancel' })],
        'ui.page': [ui({ type: 'page', to: 'next' })],
        'ui.receipt': [ui({ type: 'receipt', choice: 'print' })],
        'ui.desk': [ui({ type: 'desk', purpose: 'ticket' })],
        ...Object.fromEntries(
          ['erase', 'clear', 'confirm', 'back', 'cancel', 'finish', 'retry', 'extend', 'open', 'close', 'prefer'].map((type) => [
            `ui.${type}`,
            [{ type: `ui.${type}` }],
          ]),
        ),
        PREFERENCES: [],
        'wait.ended': [{ type: 'wait.ended' }],
        'digit.hidden': [{ type: 'digit.hidden' }],
      },
      key: ({ value, context }) => {
        const { receipt, offered, digits, slot } = context as CallbackContext;
        return JSON.stringify([value, receipt, offered.length, digits === '', slot === undefined]);
      },
    });
    expect(places.size).toBeGreaterThan(8);
    expect(traps(places)).toEqual([]);
  },
);
