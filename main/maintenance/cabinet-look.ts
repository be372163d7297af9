/** The cabinet at a glance, as the overview of the maintenance mode draws it: of what supervision, availability, journal and uplink know now. Asks no device. */
import type { TerminalAlarm } from '../../common/maintenance/alarms.ts';
import type { SupplyForecast } from '../../common/maintenance/forecast.ts';
import type { StorageUnit } from '../../common/device-words.ts';
import type { Balances } from '../../common/money/postings.ts';
import type { Checkpoint, Receipt } from '../../common/upstream-api/journal.ts';
import type { Availability } from '../../state-machines/ports.ts';
import type { CabinetLook } from '../../state-machines/maintenance/rooms-screens.ts';
import {
  cabinetParts,
  type AlarmLook,
  type CabinetPart,
  type PartLook,
  type PartWord,
  type SupplyLook,
} from '../../state-machines/maintenance/staff-schema.ts';
import type { SupervisedDevice } from '../terminal/supervision.ts';

export interface LookSources {
  readonly devices: readonly SupervisedDevice[];
  /** Of the cabinet's own inputs; absent: none are fitted. */
  readonly door: 'closed' | 'open' | 'unknown' | 'notSupported' | undefined;
  readonly availability: Availability;
  readonly link: 'online' | 'offline' | 'refused';
  readonly proof: ProofSources;
  readonly alarms: readonly TerminalAlarm[];
  readonly forecast: readonly SupplyForecast[];
  /** Moment of the terminal's place, to the second: `YYYY-MM-DDTHH:MM:SS`. @param at ms since 1970 */
  readonly local: (at: number) => string;
}

export interface ProofSources {
  readonly head: { readonly epoch: number; readonly seq: number; readonly hash: string };
  readonly checkpoint: Checkpoint | undefined;
  readonly receipt: Receipt | undefined;
  readonly notUploaded: number;
  readonly openTransactions: number;
  readonly balances: Balances;
}

/** In the order in which they are drawn, from the top. */
const DEVICES = ['cardReader', 'cashAcceptor', 'receiptPrinter', 'codeScanner', 'idReader', 'keypad', 'cabinet'] as const satisfies readonly CabinetPart[];

export function cabinetLook(sources: LookSources): CabinetLook {
  const { devices, availability, proof, local } = sources;
  const known = new Map(devices.map((device) => [device.name, device]));
  const fitted = DEVICES.flatMap((part) => {
    const device = known.get(part);
    return device === undefined ? [] : [partLook(part, device, sources)];
  });
  return {
    parts: [networkLook(sources.link), ...fitted],
    services: servicesOf(availability),
    supplies: withDays(suppliesOf(known), sources.forecast),
    alarms: sources.alarms.slice(0, MOST_ALARMS).map((alarm) => alarmLook(alarm, local)),
    proof: proofLook(proof, local),
  };
}

function networkLook(link: LookSources['link']): PartLook {
  const word = link === 'online' ? 'ok' : link === 'offline' ? 'silent' : 'refused';
  return { part: 'network', tone: word === 'ok' ? 'good' : 'bad', word };
}

/** What stands first in a device's own words is what a hand is needed for first. */
const WORD_OF: readonly (readonly [RegExp, PartWord])[] = [
  [/jammed$/, 'jammed'],
  [/fault$/, 'fault'],
  [/open$/, 'open'],
  [/removed$|missing$/, 'missing'],
  [/empty$|out$/, 'empty'],
  [/full$/, 'full'],
];
/** The rest of the device goes on working with these. */
const SOON: ReadonlySet<PartWord> = new Set(['starting', 'low', 'nearlyFull', 'open']);

function partLook(part: (typeof DEVICES)[number], device: SupervisedDevice, { door, local }: LookSources): PartLook {
  const word = part === 'cabinet' && door === 'open' && isUp(device) ? 'open' : wordOf(device);
  const tone = word === 'ok' ? 'good' : SOON.has(word) ? 'warn' : 'bad';
  return { part, tone, word, ...(tone === 'bad' ? { since: local(device.since) } : {}) };
}

function isUp({ condition }: SupervisedDevice): boolean {
  return condition === 'ready' || condition === 'degraded';
}

function wordOf({ condition, trouble, report }: SupervisedDevice): PartWord {
  if (condition === 'connecting' || condition === 'identifying') return 'starting';
  if (trouble !== undefined && (condition === 'waiting' || condition === 'failed')) return 'silent';
  const impairment = WORD_OF.find(([pattern]) => report.impairments.some((text) => pattern.test(text)))?.[1];
  if (impairment !== undefined) return impairment;
  if (report.health === 'offline') return 'silent';
  if (report.health === 'hardwareError' || condition === 'failed') return 'fault';
  if (report.storage.some(({ level }) => level === 'low')) return 'low';
  return report.storage.some(({ level }) => level === 'high') ? 'nearlyFull' : 'ok';
}

function servicesOf({ services, lossReport, replacement }: Availability): CabinetLook['services'] {
  const { topUp, balance, statement, pendingLoad, account } = services;
  const verdicts = { topUp, balance, statement, pendingLoad, account, lossReport, replacement: { available: replacement } } as const;
  return Object.entries(verdicts).map(([name, { available }]) => ({ name: name as keyof typeof verdicts, available }));
}

function suppliesOf(known: ReadonlyMap<string, SupervisedDevice>): CabinetLook['supplies'] {
  const unit = (device: string, id: string): SupplyLook | undefined => {
    const found = known.get(device)?.report.storage.find((storage) => storage.id === id);
    return found === undefined ? undefined : supplyOf(found);
  };
  const found = {
    paper: unit('receiptPrinter', 'paperRoll'),
    blankCards: unit('cardReader', 'stacker'),
    rejectBin: unit('cardReader', 'retainBin'),
    cashBox: unit('cashAcceptor', 'cashBox'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, supply]) => supply !== undefined));
}

/** What was told of the cabinet's own supplies, and how long each lasts. */
function withDays(supplies: CabinetLook['supplies'], forecast: readonly SupplyForecast[]): CabinetLook['supplies'] {
  return Object.fromEntries(
    Object.entries(supplies).map(([name, supply]) => {
      const days = forecast.find((each) => each.supply === name)?.days;
      return [name, { ...supply, ...(days === undefined ? {} : { days }) }];
    }),
  );
}

const MOST_ALARMS = 40;

function alarmLook({ code, weight, device, since, cause }: TerminalAlarm, local: LookSources['local']): AlarmLook {
  const part = cabinetParts.find((name) => name === device);
  return { code, weight, ...(part === undefined ? {} : { device: part }), since: local(since), ...(cause === undefined ? {} : { cause }) };
}

function supplyOf({ level, count }: StorageUnit): SupplyLook {
  const word = level === 'high' ? 'nearlyFull' : level === 'notSupported' ? 'unknown' : level;
  return { level: word, ...(count === undefined ? {} : { count }) };
}

function proofLook({ head, checkpoint, receipt, notUploaded, openTransactions, balances }: ProofSources, local: LookSources['local']): CabinetLook['proof'] {
  return {
    epoch: head.epoch,
    seq: head.seq,
    hash: head.hash,
    ...(checkpoint === undefined ? {} : { checkpoint: { seq: checkpoint.seq, at: local(Date.parse(checkpoint.at)) } }),
    ...(receipt === undefined ? {} : { receipt: { seq: receipt.upToSeq, at: local(receipt.at) } }),
    notUploaded,
    openTransactions,
    // a liability is negative in the books, and a positive sum to whoever reads it
    held: -balances['cardholder.held'],
  };
}
