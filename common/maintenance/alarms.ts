/**
 * What a terminal asks a hand for, in words that people act on: what is wrong, since when, why, and what to do about it. Told upstream with the
 * heartbeat, shown on the console, on the staff's screens and by kioskctl. Pure.
 */
import { z } from 'zod';
import type { DeviceHealth, StorageUnit } from '../device-words.ts';

/** Each has words and advice in the catalogues (`alarm`, `advice`). */
export const alarmCodes = [
  ...(['deviceAway', 'deviceFault', 'cardJammed', 'noteJammed', 'paperJammed', 'coverOpen', 'cutterFault', 'presenterJammed'] as const),
  ...(['paperLow', 'paperOut', 'blanksLow', 'blanksOut', 'binNearlyFull', 'binFull', 'boxNearlyFull', 'boxFull', 'boxMissing'] as const),
  ...(['journalFailed', 'diskLow', 'clockOff', 'notAdmitted', 'cashUntold', 'blankStuck', 'doorOpen', 'servicePaused'] as const),
] as const;
export type AlarmCode = (typeof alarmCodes)[number];

/** `stops`: nobody is served, or money is at risk. `limits`: something can't be had. `soon`: it can, and not for long. */
export const alarmWeights = ['stops', 'limits', 'soon'] as const;
export type AlarmWeight = (typeof alarmWeights)[number];

const word = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/);

export const terminalAlarmSchema = z.strictObject({
  code: z.enum(alarmCodes),
  weight: z.enum(alarmWeights),
  /** The device's class; absent: the terminal itself. */
  device: word.optional(),
  /** ms since 1970, by the terminal's clock. */
  since: z.int(),
  /** The device's or the terminal's own words for why; nothing of a person. Absent: the code says it all. */
  cause: z.string().min(1).max(200).optional(),
});
export type TerminalAlarm = Readonly<z.infer<typeof terminalAlarmSchema>>;

export interface AlarmSources {
  /** ms since 1970. */
  readonly now: number;
  readonly devices: readonly {
    readonly name: string;
    readonly condition: string;
    readonly since: number;
    readonly report: { readonly health: DeviceHealth; readonly impairments: readonly string[]; readonly storage: readonly StorageUnit[] };
    readonly trouble: { readonly code: string; readonly message: string } | undefined;
  }[];
  readonly terminal: {
    readonly journal: 'ok' | 'failed';
    readonly disk: 'ok' | 'low';
    readonly link: 'online' | 'offline' | 'refused';
    /** Upstream's clock minus this one; undefined while it is not known. */
    readonly clockOffsetMs: number | undefined;
    readonly cashUntold: boolean;
    readonly blankStuck: boolean;
    readonly doorOpen: boolean;
    /** What the last readiness report goes without. */
    readonly paused: readonly string[];
  };
}

/** A clock that is further off puts entries where nobody looks for them. */
const CLOCK_OFF_MS = 30_000;
const CAUSE_LENGTH = 200;

const WEIGHTS: Readonly<Record<AlarmCode, AlarmWeight>> = {
  deviceAway: 'limits',
  deviceFault: 'limits',
  cardJammed: 'stops',
  noteJammed: 'limits',
  paperJammed: 'limits',
  coverOpen: 'limits',
  cutterFault: 'limits',
  presenterJammed: 'limits',
  paperLow: 'soon',
  paperOut: 'limits',
  blanksLow: 'soon',
  blanksOut: 'limits',
  binNearlyFull: 'soon',
  binFull: 'limits',
  boxNearlyFull: 'soon',
  boxFull: 'limits',
  boxMissing: 'limits',
  journalFailed: 'stops',
  diskLow: 'stops',
  clockOff: 'soon',
  notAdmitted: 'stops',
  cashUntold: 'limits',
  blankStuck: 'stops',
  doorOpen: 'stops',
  servicePaused: 'limits',
};

/** A device's impairments (main/terminal/device-ports.ts), as far as they are not a store's. */
const OF_IMPAIRMENTS: Readonly<Record<string, AlarmCode>> = {
  'media.jammed': 'cardJammed',
  'note.jammed': 'noteJammed',
  fault: 'deviceFault',
  'cashBox.full': 'boxFull',
  'cashBox.removed': 'boxMissing',
  'paper.jammed': 'paperJammed',
  'cover.open': 'coverOpen',
  'cutter.fault': 'cutterFault',
  'presenter.jammed': 'presenterJammed',
};

const OF_STORES: Readonly<Record<string, Partial<Record<StorageUnit['level'], AlarmCode>>>> = {
  paperRoll: { low: 'paperLow', empty: 'paperOut', missing: 'paperOut' },
  stacker: { low: 'blanksLow', empty: 'blanksOut', missing: 'blanksOut' },
  retainBin: { high: 'binNearlyFull', full: 'binFull', missing: 'binFull' },
  retractBin: { high: 'binNearlyFull', full: 'binFull' },
  cashBox: { high: 'boxNearlyFull', full: 'boxFull', missing: 'boxMissing' },
};

/** What they are, the worst first. @param before what was told last: what goes on keeps its `since` */
export function alarmsOf({ now, devices, terminal }: AlarmSources, before: readonly TerminalAlarm[]): readonly TerminalAlarm[] {
  const found = [...terminalAlarms(terminal), ...devices.flatMap(deviceAlarms)];
  const once = found.filter(({ code, device }, at) => found.findIndex((other) => other.code === code && other.device === device) === at);
  const dated = once.map(({ code, device, cause, since = now }): TerminalAlarm => {
    const known = before.find((alarm) => alarm.code === code && alarm.device === device);
    return {
      code,
      weight: WEIGHTS[code],
      ...(device === undefined ? {} : { device }),
      since: known?.since ?? since,
      ...(cause === undefined || cause === '' ? {} : { cause: cause.slice(0, CAUSE_LENGTH) }),
    };
  });
  return dated.toSorted((one, other) => alarmWeights.indexOf(one.weight) - alarmWeights.indexOf(other.weight) || one.since - other.since);
}

interface Found {
  readonly code: AlarmCode;
  readonly device?: string;
  readonly cause?: string;
  /** Absent: from now on. */
  readonly since?: number;
}

function terminalAlarms({ journal, disk, link, clockOffsetMs, cashUntold, blankStuck, doorOpen, paused }: AlarmSources['terminal']): readonly Found[] {
  const off = clockOffsetMs !== undefined && Math.abs(clockOffsetMs) > CLOCK_OFF_MS;
  return [
    ...(journal === 'failed' ? [{ code: 'journalFailed' } as const] : []),
    ...(disk === 'low' ? [{ code: 'diskLow' } as const] : []),
    ...(link === 'refused' ? [{ code: 'notAdmitted' } as const] : []),
    // in minutes: an alarm that changes with every measurement would be told with every heartbeat
    ...(off ? [{ code: 'clockOff', cause: `${Math.round(clockOffsetMs / 60_000)} min` } as const] : []),
    ...(cashUntold ? [{ code: 'cashUntold', device: 'cashAcceptor' } as const] : []),
    ...(blankStuck ? [{ code: 'blankStuck', device: 'cardReader' } as const] : []),
    ...(doorOpen ? [{ code: 'doorOpen', device: 'cabinet' } as const] : []),
    ...(paused.length > 0 ? [{ code: 'servicePaused', cause: paused.join(', ') } as const] : []),
  ];
}

function deviceAlarms({ name: device, condition, since, report, trouble }: AlarmSources['devices'][number]): readonly Found[] {
  if (condition === 'connecting' || condition === 'identifying') return [];
  if (trouble !== undefined) return [{ code: trouble.code === 'hardwareError' ? 'deviceFault' : 'deviceAway', device, since, cause: trouble.message }];
  if (report.health === 'offline') return [{ code: 'deviceAway', device, since }];
  return [
    ...(report.health === 'hardwareError' ? [{ code: 'deviceFault', device, since } as const] : []),
    ...report.impairments.flatMap((impairment) => {
      const code = OF_IMPAIRMENTS[impairment];
      return code === undefined ? [] : [{ code, device }];
    }),
    ...report.storage.flatMap(({ id, level, count }) => {
      const code = OF_STORES[id]?.[level];
      return code === undefined ? [] : [{ code, device, ...(count === undefined ? {} : { cause: `${id} ${count}` }) }];
    }),
  ];
}
