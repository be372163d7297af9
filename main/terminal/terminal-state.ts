/**
 * What the terminal tells upstream of itself with its heartbeats: service, screen, devices, stores, totals. Made of what the availability
 * board, supervision and the journal know at that moment; holds nothing of a cardholder. Used by terminal.ts.
 */
import { deviceStateSchema, type DeviceState, type TerminalState } from '../../common/upstream-api/terminals.ts';
import type { TerminalAlarm } from '../../common/maintenance/alarms.ts';
import type { UpdateReport } from '../../common/upstream-api/updates.ts';
import type { SupplyForecast } from '../../common/maintenance/forecast.ts';
import type { Availability } from '../../state-machines/ports.ts';
import type { Balances } from '../../common/money/postings.ts';
import type { Parts } from './availability.ts';
import type { SupervisedDevice } from './supervision.ts';

export interface StateSources {
  readonly version: string;
  readonly availability: Availability;
  /** What each device last said. */
  readonly parts: Partial<Parts>;
  readonly devices: readonly SupervisedDevice[];
  /** Kind of the screen that is out. */
  readonly view: string;
  readonly balances: Balances;
  /** Bytes that are free on the disk of its data. */
  readonly freeBytes: number;
  readonly alarms: readonly TerminalAlarm[];
  readonly supplies: readonly SupplyForecast[];
  /** Undefined: nothing started it that could start another release. */
  readonly update: UpdateReport | undefined;
}

/** The disk's free space is told in steps: a state is sent when it changed, and the last bytes change all the time. */
const DISK_STEP_BYTES = 256 * 1024 * 1024;
const LABEL = 80;
const MOST_ALARMS = 32;

export function terminalState({ version, availability, parts, devices, view, balances, freeBytes, alarms, supplies, update }: StateSources): TerminalState {
  return {
    version: version.slice(0, LABEL),
    service: serviceOf(availability),
    reasons: reasonsOf(availability),
    view,
    devices: devices.map((device) => deviceState(device, parts[device.name as keyof Parts])),
    counters: {
      boxFen: balances['cash.box'],
      diskFreeBytes: Math.floor(freeBytes / DISK_STEP_BYTES) * DISK_STEP_BYTES,
    },
    alarms: alarms.slice(0, MOST_ALARMS),
    supplies: [...supplies],
    ...(update === undefined ? {} : { update }),
  };
}

function serviceOf({ services, tenders, receipts, upstream }: Availability): TerminalState['service'] {
  if (!services.topUp.available && !services.balance.available) return 'outOfService';
  const missing = Object.values({ ...services, ...tenders }).some((verdict) => !verdict.available && verdict.reason !== 'switchedOff');
  const slips = receipts === 'available' || receipts === 'paperLow';
  return missing || !slips || upstream === 'offline' ? 'limited' : 'inService';
}

function reasonsOf({ services, tenders, receipts }: Availability): string[] {
  const verdicts = Object.values({ ...services, ...tenders });
  const reasons = verdicts.flatMap((verdict) => (verdict.available || verdict.reason === 'switchedOff' ? [] : [verdict.reason]));
  return [...new Set([...reasons, ...(receipts === 'available' ? [] : [receipts])])].sort();
}

function deviceState({ name, identity, report }: SupervisedDevice, status: unknown): DeviceState {
  const words = Object.entries(typeof status === 'object' && status !== null ? status : {}).filter(
    (word): word is [string, string] => word[0] !== 'device' && typeof word[1] === 'string',
  );
  const plain = { device: name, health: report.health, words: {}, storage: [] };
  const told = deviceStateSchema.safeParse({
    ...plain,
    words: Object.fromEntries(words),
    ...(identity === undefined ? {} : { identity: shortened(identity) }),
    storage: report.storage,
  });
  return told.success ? told.data : plain; // words that upstream would not read must not keep the heartbeat from it
}

/** Devices say what they like of themselves. */
function shortened(identity: NonNullable<SupervisedDevice['identity']>): DeviceState['identity'] {
  const { model, maker, firmware, serialNumber } = identity;
  const short = (text: string | undefined, name: string) => (text === undefined ? {} : { [name]: text.slice(0, LABEL) });
  return { model: model.slice(0, LABEL), ...short(maker, 'maker'), ...short(firmware, 'firmware'), ...short(serialNumber, 'serialNumber') };
}
