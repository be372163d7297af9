/** What a terminal asks a hand for: from what it knows of its devices and of itself. */
import { describe, expect, test } from 'vitest';
import { alarmsOf, terminalAlarmSchema, type AlarmSources } from '../../common/maintenance/alarms.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const EARLIER = NOW - 3_600_000;

type Device = AlarmSources['devices'][number];
const device = (name: string, changes: Partial<Device> = {}): Device => ({
  name,
  condition: 'ready',
  since: EARLIER,
  report: { health: 'online', impairments: [], storage: [] },
  trouble: undefined,
  ...changes,
});
const report = (impairments: readonly string[], storage: Device['report']['storage'] = []): Device['report'] => ({ health: 'online', impairments, storage });
const QUIET: AlarmSources['terminal'] = {
  journal: 'ok',
  disk: 'ok',
  link: 'online',
  clockOffsetMs: 0,
  cashUntold: false,
  blankStuck: false,
  doorOpen: false,
  paused: [],
};
const of = (devices: readonly Device[], terminal: Partial<AlarmSources['terminal']> = {}, now = NOW) => ({ now, devices, terminal: { ...QUIET, ...terminal } });

test('all well, offline for days, or just coming up: nothing', () => {
  expect(alarmsOf(of([device('cardReader'), device('keypad', { condition: 'connecting' })], { link: 'offline', clockOffsetMs: undefined }), [])).toEqual([]);
});

test('a device that is away: since it went, with its own words for why', () => {
  const away = device('receiptPrinter', { condition: 'waiting', trouble: { code: 'offline', message: '/dev/ttyUSB0 is not there' } });
  expect(alarmsOf(of([away]), [])).toEqual([
    { code: 'deviceAway', weight: 'limits', device: 'receiptPrinter', since: EARLIER, cause: '/dev/ttyUSB0 is not there' },
  ]);
});

test.each([
  ['cardReader', report(['media.jammed']), 'cardJammed', 'stops'],
  ['cashAcceptor', report(['note.jammed']), 'noteJammed', 'limits'],
  ['cashAcceptor', report(['cashBox.removed']), 'boxMissing', 'limits'],
  ['receiptPrinter', report(['cover.open']), 'coverOpen', 'limits'],
  ['receiptPrinter', report([], [{ id: 'paperRoll', use: 'dispense', level: 'low' }]), 'paperLow', 'soon'],
  ['cardReader', report(['stacker.empty'], [{ id: 'stacker', use: 'dispense', level: 'empty' }]), 'blanksOut', 'limits'],
  ['cashAcceptor', report([], [{ id: 'cashBox', use: 'collect', level: 'high' }]), 'boxNearlyFull', 'soon'],
] as const)('%s %j: %s', (name, said, code, weight) => {
  expect(alarmsOf(of([device(name, { condition: 'degraded', report: said })]), [])).toEqual([{ code, weight, device: name, since: NOW }]);
});

test('what an impairment and a store say both is one alarm', () => {
  const full = device('cashAcceptor', { report: report(['cashBox.full'], [{ id: 'cashBox', use: 'collect', level: 'full' }]) });
  expect(alarmsOf(of([full]), []).map(({ code }) => code)).toEqual(['boxFull']);
});

describe('since', () => {
  const low = device('receiptPrinter', { report: report([], [{ id: 'paperRoll', use: 'dispense', level: 'low' }]) });

  test('goes on as long as the alarm does, and begins anew after it ended', () => {
    const first = alarmsOf(of([low]), []);
    const later = alarmsOf(of([low], {}, NOW + 60_000), first);
    expect(later).toEqual(first);
    const ended = alarmsOf(of([device('receiptPrinter')], {}, NOW + 120_000), later);
    expect(ended).toEqual([]);
    expect(alarmsOf(of([low], {}, NOW + 180_000), ended)[0]?.since).toBe(NOW + 180_000);
  });
});

test('of the terminal itself, the worst first; each is what the schema takes', () => {
  const alarms = alarmsOf(
    of([], { journal: 'failed', disk: 'low', link: 'refused', clockOffsetMs: -95_000, cashUntold: true, doorOpen: true, paused: ['cash'] }),
    [],
  );
  expect(alarms.map(({ code, weight }) => [code, weight])).toEqual([
    ['journalFailed', 'stops'],
    ['diskLow', 'stops'],
    ['notAdmitted', 'stops'],
    ['doorOpen', 'stops'],
    ['cashUntold', 'limits'],
    ['servicePaused', 'limits'],
    ['clockOff', 'soon'],
  ]);
  expect(alarms.at(-1)?.cause).toBe('-2 min');
  for (const alarm of alarms) expect(terminalAlarmSchema.parse(alarm)).toEqual(alarm);
});
