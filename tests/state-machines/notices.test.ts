/** What the first screen of a card says of it: each rule at its threshold, and which two when more than two hold. */
import { describe, expect, test } from 'vitest';
import { fen } from '../../common/fen.ts';
import { noticesOf, type NoticeFacts } from '../../state-machines/notices.ts';
import { CARD_REF } from '../support/fake-world.ts';

const ride = { at: '2026-11-22T08:00:00', kind: 'purchase', amount: fen(200) } as const;
const facts: NoticeFacts = {
  card: { ref: CARD_REF, balance: fen(1000), purseLimit: fen(100_000), validFrom: '2020-01-01', validUntil: '2030-12-31', records: [] },
  waiting: [],
  unfinished: undefined,
  settings: { notices: { lowBalance: fen(1000), expiringDays: 30, tripsADay: 3 }, timeZone: 'Asia/Shanghai' },
  now: Date.parse('2026-11-22T23:30:00+08:00'),
};
const card = (change: Partial<NoticeFacts['card']>): NoticeFacts => ({ ...facts, card: { ...facts.card, ...change } });
const off = { ...facts.settings, notices: { lowBalance: fen(0), expiringDays: 0, tripsADay: 0 } };
const waiting = { pendingId: 'w', kind: 'subsidy', reference: 'A01-1120-7K4M-3', state: 'available', amount: fen(5000) } as const;

describe('a card of which nothing needs to be said', () => {
  test('says nothing', () => expect(noticesOf(facts)).toEqual([]));
  test('has its balance at the threshold, and one fen below it is low', () => {
    expect(noticesOf(card({ balance: fen(999) }))).toEqual([{ kind: 'lowBalance', below: 1000 }]);
  });
  test('is valid for longer than a month; on the thirtieth last day it is said', () => {
    expect(noticesOf(card({ validUntil: '2026-12-22' }))).toEqual([]);
    expect(noticesOf(card({ validUntil: '2026-12-21' }))).toEqual([{ kind: 'expiring', days: 30, validUntil: '2026-12-21' }]);
    expect(noticesOf(card({ validUntil: '2026-11-22' }))).toEqual([{ kind: 'expiring', days: 1, validUntil: '2026-11-22' }]);
  });
  test('was used less often today, by the calendar of the place; loads and other days do not count', () => {
    const other = [
      { ...ride, at: '2026-11-21T23:59:59' },
      { ...ride, kind: 'load' as const },
    ];
    expect(noticesOf(card({ records: [ride, ride, ...other] }))).toEqual([]);
    expect(noticesOf(card({ records: [ride, ride, ride, ...other] }))).toEqual([{ kind: 'manyTrips', count: 3 }]);
  });
  test('has nothing waiting but what another terminal has', () => {
    expect(noticesOf({ ...facts, waiting: [{ ...waiting, state: 'taken' }] })).toEqual([]);
  });
});

test('what waits is said with its sum, from whom, and the first day on which some of it ends', () => {
  const loads = [
    { ...waiting, until: Date.parse('2027-01-31T12:00:00+08:00') },
    { ...waiting, kind: 'refund' as const, until: Date.parse('2026-12-05T12:00:00+08:00') },
    { pendingId: 'w3', kind: 'transfer' as const, reference: 'A01-1120-7K4M-3', state: 'awaited' as const },
  ];
  expect(noticesOf({ ...facts, waiting: loads })).toEqual([
    { kind: 'pendingLoad', amount: 10_000, count: 3, from: ['subsidy', 'refund', 'transfer'], until: '2026-12-05' },
  ]);
});

test('money in doubt goes before money that waits, that before what looks unusual, that before what runs out; never more than two', () => {
  const everything: NoticeFacts = {
    ...card({ balance: fen(0), validUntil: '2026-11-30', records: [ride, ride, ride] }),
    waiting: [waiting],
    unfinished: { amount: fen(5000), reference: 'A01-1122-7K4M-9' },
  };
  const kinds = (given: NoticeFacts): string[] => noticesOf(given).map(({ kind }) => kind);
  expect(kinds(everything)).toEqual(['unfinished', 'pendingLoad']);
  expect(kinds({ ...everything, unfinished: undefined })).toEqual(['pendingLoad', 'manyTrips']);
  expect(kinds({ ...everything, unfinished: undefined, waiting: [] })).toEqual(['manyTrips', 'expiring']);
  expect(kinds({ ...everything, unfinished: undefined, waiting: [], settings: off })).toEqual([]);
});
