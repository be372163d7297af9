/** Whether somebody is there now: over noon, midnight, weekends and public holidays, in the time of the place. */
import { describe, expect, it } from 'vitest';
import type { ChannelHours } from '../../../main/config/support.ts';
import { openingAt, type Place } from '../../../main/support/opening.ts';

const SHANGHAI: Place = { timeZone: 'Asia/Shanghai', holidays: ['2026-10-01', '2026-10-02'], makeUpDays: ['2026-10-10'] };
const DAY = [
  { from: '08:30', to: '12:00' },
  { from: '13:00', to: '17:30' },
];
const OFFICE: ChannelHours = { week: [DAY, DAY, DAY, DAY, DAY, [], []], onHolidays: 'closed', makeUpHours: [{ from: '09:00', to: '12:00' }] };
const NIGHT = [
  { from: '00:00', to: '02:00' },
  { from: '20:00', to: '24:00' },
];
const BAR: ChannelHours = { week: [NIGHT, NIGHT, NIGHT, NIGHT, NIGHT, NIGHT, NIGHT], onHolidays: 'open', makeUpHours: [] };
const ALL_DAY = [{ from: '00:00', to: '24:00' }];

/** Of Shanghai: UTC+8. */
const at = (local: string): number => Date.parse(`${local}+08:00`);

describe('an office', () => {
  it.each([
    ['2026-11-20T08:29:59', { state: 'closed', opens: { date: '2026-11-20', days: 0, time: '08:30' } }],
    ['2026-11-20T08:30:00', { state: 'open', until: '12:00' }],
    ['2026-11-20T11:59:59', { state: 'open', until: '12:00' }],
    ['2026-11-20T12:00:00', { state: 'closed', opens: { date: '2026-11-20', days: 0, time: '13:00' } }],
    ['2026-11-20T17:30:00', { state: 'closed', opens: { date: '2026-11-23', days: 3, time: '08:30' } }],
    ['2026-11-22T23:59:00', { state: 'closed', opens: { date: '2026-11-23', days: 1, time: '08:30' } }],
    ['2026-11-23T00:01:00', { state: 'closed', opens: { date: '2026-11-23', days: 0, time: '08:30' } }],
  ])('at %s, a Friday or the days after it', (local, opening) => {
    expect(openingAt(OFFICE, SHANGHAI, at(local))).toEqual(opening);
  });

  it('is closed on a public holiday and open on the Saturday that makes up for it, with the hours of such days', () => {
    expect(openingAt(OFFICE, SHANGHAI, at('2026-10-01T10:00:00'))).toEqual({ state: 'closed', opens: { date: '2026-10-05', days: 4, time: '08:30' } });
    expect(openingAt(OFFICE, SHANGHAI, at('2026-10-10T10:00:00'))).toEqual({ state: 'open', until: '12:00' });
    expect(openingAt({ ...OFFICE, onHolidays: 'open' }, SHANGHAI, at('2026-10-01T10:00:00'))).toEqual({ state: 'open', until: '12:00' });
  });

  it('that opens in no near future says only that it is closed', () => {
    const holidays = Array.from({ length: 60 }, (_, day) => new Date(Date.parse('2026-11-01') + day * 86_400_000).toISOString().slice(0, 10));
    expect(openingAt(OFFICE, { ...SHANGHAI, holidays, makeUpDays: [] }, at('2026-11-02T10:00:00'))).toEqual({ state: 'closed' });
  });

  it('is where its clock is', () => {
    const now = Date.parse('2026-11-20T13:30:00Z');
    expect(openingAt(OFFICE, { ...SHANGHAI, timeZone: 'Europe/Berlin' }, now)).toEqual({ state: 'open', until: '17:30' });
    expect(openingAt(OFFICE, SHANGHAI, now)).toMatchObject({ state: 'closed' });
  });
});

describe('who stays over midnight', () => {
  it('is open until the morning, not until midnight', () => {
    expect(openingAt(BAR, SHANGHAI, at('2026-11-20T23:00:00'))).toEqual({ state: 'open', until: '02:00' });
    expect(openingAt(BAR, SHANGHAI, at('2026-11-21T01:00:00'))).toEqual({ state: 'open', until: '02:00' });
    expect(openingAt(BAR, SHANGHAI, at('2026-11-21T02:00:00'))).toEqual({ state: 'closed', opens: { date: '2026-11-21', days: 0, time: '20:00' } });
  });
});

it('who never closes is open, without an end', () => {
  expect(openingAt('always', SHANGHAI, at('2026-10-01T03:00:00'))).toEqual({ state: 'open' });
  const round: ChannelHours = { week: [ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY], onHolidays: 'open', makeUpHours: [] };
  expect(openingAt(round, SHANGHAI, at('2026-10-01T03:00:00'))).toEqual({ state: 'open' });
});
