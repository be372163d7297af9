/** What the support desk's pages make of the server's rows: the promise's clock, the filters' questions, the steps of a ticket, a day's slots. */
import { describe, expect, test } from 'vitest';
import type { CallbackPlan, CallbackRowAnswer } from '../../../fleet/console-api/tickets.ts';
import { endOfDay, startOfDay } from '../../../fleet/console/days.ts';
import { freeSlots, linesOf, rowsOf, sumsOf, takersOf } from '../../../fleet/console/pages/callbacks/day.ts';
import { deedsFor, isPlain, wantsReason } from '../../../fleet/console/pages/tickets/deeds.ts';
import { readPromise } from '../../../fleet/console/pages/tickets/promise.ts';
import { ticketsQuery, type Wanted } from '../../../fleet/console/pages/tickets/query.ts';
import { calls } from '../../../fleet/console-api/calls.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 30, 2, 0);

describe('a promise reads', () => {
  const running = { state: 'assigned', promise: 'running', dueAt: NOW + 2 * HOUR, breachedAt: null } as const;

  test('as the time that is left, and warns in its last hour', () => {
    expect(readPromise(running, NOW)).toEqual({ word: 'left', tone: 'info', ms: 2 * HOUR });
    expect(readPromise(running, NOW + HOUR)).toEqual({ word: 'left', tone: 'info', ms: HOUR });
    expect(readPromise(running, NOW + HOUR + 1)).toEqual({ word: 'left', tone: 'warn', ms: HOUR - 1 });
  });

  test('as broken from the moment after it, though the row was read before', () => {
    expect(readPromise(running, NOW + 2 * HOUR).word).toBe('left');
    expect(readPromise(running, NOW + 2 * HOUR + MINUTE)).toEqual({ word: 'over', tone: 'danger', ms: MINUTE });
  });

  test('as broken since then, whatever the clock did after', () => {
    const broken = { state: 'waitingForPerson', promise: 'breached', dueAt: null, breachedAt: NOW - HOUR } as const;
    expect(readPromise(broken, NOW)).toEqual({ word: 'over', tone: 'danger', ms: HOUR });
  });

  test('as standing while the desk waits for the person', () => {
    expect(readPromise({ state: 'waitingForPerson', promise: 'paused', dueAt: null, breachedAt: null }, NOW)).toMatchObject({ word: 'paused', tone: 'off' });
  });

  test('as kept or late once it is answered', () => {
    const answered = { dueAt: null, breachedAt: null } as const;
    for (const state of ['resolved', 'closed'] as const) {
      expect(readPromise({ ...answered, state, promise: 'kept' }, NOW).word).toBe('kept');
      expect(readPromise({ ...answered, state, promise: 'breached', breachedAt: NOW - HOUR }, NOW).word).toBe('late');
    }
  });
});

describe('a filter asks for', () => {
  const wanted: Wanted = { filter: 'unresolved', kind: '', terminalId: '', number: '', page: 1 };
  const ask = (change: Partial<Wanted>) => ticketsQuery({ ...wanted, ...change }, NOW + 14 * HOUR, '林雪');

  test.each([
    ['unresolved', { unresolved: 'true' }],
    ['overdue', { breached: 'true' }],
    ['dueToday', { dueBefore: NOW + 14 * HOUR }],
    ['mine', { unresolved: 'true', assignee: '林雪' }],
    ['waiting', { state: 'waitingForPerson' }],
    ['resolved', { state: 'resolved' }],
    ['closed', { state: 'closed' }],
    ['all', {}],
  ] as const)('%s what it says', (filter, question) => {
    expect(ask({ filter })).toEqual({ ...question, limit: 30, offset: 0 });
    expect(calls.tickets.query.safeParse(ask({ filter })).success).toBe(true);
  });

  test('kind and terminal on top, and the page after', () => {
    expect(ask({ kind: 'device', terminalId: 'A01', page: 3 })).toEqual({ unresolved: 'true', kind: 'device', terminalId: 'A01', limit: 30, offset: 60 });
  });

  test('a number among all, however they stand', () => {
    expect(ask({ filter: 'overdue', number: 'A01-1130-7K4M-9' })).toEqual({ number: 'A01-1130-7K4M-9', limit: 30, offset: 0 });
  });
});

describe('with a ticket an agent can', () => {
  const deeds = (state: Parameters<typeof deedsFor>[0]['state'], assignee: string | null = null) => deedsFor({ state, assignee }, '林雪');

  test('take it first of all where nobody has it', () => {
    for (const state of ['open', 'reopened'] as const) expect(deeds(state)).toEqual(['assign', 'escalate', 'move', 'note']);
  });

  test('answer, ask, or put back what is one’s own; of a colleague’s all but put it back, and take it over', () => {
    expect(deeds('assigned', '林雪')).toEqual(['resolve', 'ask', 'escalate', 'move', 'note', 'release']);
    expect(deeds('assigned', '周明')).toEqual(['assign', 'resolve', 'ask', 'escalate', 'move', 'note']);
  });

  test('go on without waiting, close what is answered, open what is closed', () => {
    expect(deeds('waitingForPerson', '林雪')).toEqual(['resume', 'resolve', 'escalate', 'note']);
    expect(deeds('resolved', '林雪')).toEqual(['close', 'reopen', 'note']);
    expect(deeds('closed', '林雪')).toEqual(['reopen', 'note']);
  });

  test('close, escalate, reopen and move with a reason alone, take and put back at a press', () => {
    const all = ['assign', 'resume', 'resolve', 'ask', 'close', 'reopen', 'escalate', 'move', 'note', 'release'] as const;
    expect(all.filter(wantsReason)).toEqual(['close', 'reopen', 'escalate', 'move', 'note']);
    expect(all.filter(isPlain)).toEqual(['assign', 'release']);
  });
});

describe('a day of calls', () => {
  const call = (number: string, start: number, state: CallbackRowAnswer['state'] = 'booked'): CallbackRowAnswer => ({
    callbackId: `${number}-id`,
    number,
    terminalId: 'A01',
    about: 'other',
    state,
    start,
    end: start + 30 * MINUTE,
    contactMasked: null,
    cardTail: null,
    ticketId: null,
    chatId: null,
    language: 'zh-CN',
    receivedAt: NOW - HOUR,
    changedAt: NOW - HOUR,
  });
  const slot = (start: number, booked: number, agents = 2) => ({ start, end: start + 30 * MINUTE, agents, booked });
  const [before, running, next, later] = [NOW - HOUR, NOW - 10 * MINUTE, NOW + 20 * MINUTE, NOW + 50 * MINUTE];

  test('has its slots in order, without those that are over and had no call; what is in no slot any more has a row of its own', () => {
    const plan: CallbackPlan = {
      slots: [slot(NOW - 2 * HOUR, 0), slot(before, 1), slot(running, 0), slot(next, 2)],
      callbacks: [call('one', before, 'made'), call('odd', later), call('two', next), call('three', next)],
    };
    expect(rowsOf(plan, NOW).map(({ start, when, agents, booked, callbacks }) => [start, when, agents, booked, callbacks.map(({ number }) => number)])).toEqual(
      [
        [before, 'over', 2, 1, ['one']],
        [running, 'now', 2, 0, []],
        [next, 'ahead', 2, 2, ['two', 'three']],
        [later, 'ahead', 0, 1, ['odd']],
      ],
    );
  });

  test('tells slots that follow each other and have no call as one, but for the one that runs now and over a break', () => {
    const half = (count: number): number => NOW - 10 * MINUTE + count * 30 * MINUTE;
    const plan: CallbackPlan = {
      slots: [slot(half(0), 0), slot(half(1), 0), slot(half(2), 1), slot(half(3), 1), slot(half(5), 0), slot(half(6), 0, 0)],
      callbacks: [call('one', half(3)), call('off', half(1), 'cancelled')],
    };
    expect(
      linesOf(rowsOf(plan, NOW)).map((line) => ['places' in line ? line.places : line.callbacks.map(({ number }) => number), line.start, line.end]),
    ).toEqual([
      [[], half(0), half(1)],
      [['off'], half(1), half(2)],
      [1, half(2), half(3)],
      [['one'], half(3), half(4)],
      [2, half(5), half(7)],
    ]);
  });

  test('adds up what is promised, made and missed, and the places that can still be booked', () => {
    const plan: CallbackPlan = {
      slots: [slot(before, 0), slot(next, 1), slot(later, 0), slot(later + HOUR, 3)],
      callbacks: [call('a', before, 'expired'), call('b', before, 'missed'), call('c', next), call('d', next, 'cancelled'), call('e', before, 'made')],
    };
    expect(sumsOf(plan, NOW)).toEqual({ promised: 1, made: 1, missed: 2, free: 1 + 2 });
  });

  test('offers slots from a quarter of an hour on that have a place, and says who holds a full one', () => {
    const plan: CallbackPlan = {
      slots: [slot(NOW + 14 * MINUTE, 0), slot(NOW + 15 * MINUTE, 1), slot(next, 2), slot(later, 0, 0)],
      callbacks: [call('a', next), call('b', next, 'missed'), call('c', next, 'cancelled')],
    };
    expect(freeSlots(plan, NOW).map(({ start }) => start)).toEqual([NOW + 15 * MINUTE]);
    expect(takersOf(plan, next)).toEqual(['a', 'b']);
    expect(takersOf(plan, later)).toEqual([]);
  });
});

test('a day begins and ends at local midnight', () => {
  expect(startOfDay('2026-11-30', 480)).toBe(Date.UTC(2026, 10, 29, 16));
  expect(endOfDay('2026-11-30', 480)).toBe(Date.UTC(2026, 10, 30, 16));
  expect(endOfDay('2026-12-31', -210)).toBe(Date.UTC(2027, 0, 1, 3, 30));
});
