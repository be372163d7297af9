/**
 * Brings a bill validator to what this product needs: its bill ids read and compared with the configured ones, stacker and escrow on,
 * everything inhibited. Moves nothing. Used by the bill driver.
 * Source: protocols/cash-acceptor.md 5.2.
 */
import { fen, type Fen } from '../../../common/fen.ts';
import type { CctalkLine } from './line.ts';
import { BillTable, denominationOf } from './bills.ts';
import { readBillId, readByte, readNumber3, readScalingFactor, STACKER_AND_ESCROW, TYPES, type BillId, type ScalingFactor } from './codec.ts';
import type { AcceptedBefore } from './memory.ts';
import type { CctalkUnit } from './unit.ts';

/**
 * Reads the table upwards and, of what has a value, downwards, and believes only what both readings say. A bill id does not say of which type
 * it is, so a copy of an answer, or a late one, is taken for the next type's, and shifts all that follow. Shifted upwards a type gets the id of
 * a lower one, downwards that of a higher one: they never agree on a wrong id.
 * @throws {DeviceError} `notSupported` when a configured face value is missing, `protocol` when the readings differ
 */
export async function readBillTable(line: CctalkLine, unit: CctalkUnit, wanted: { country: string; denominations: readonly number[] }): Promise<BillTable> {
  const scaling = await unit.ask({ kind: 'requestScalingFactor', country: wanted.country }, readScalingFactor);
  const ids = scaling === undefined ? new Map<number, BillId>() : await readIds(unit, wanted.country);
  for (const [billType, id] of [...ids].toReversed()) {
    const again = await readId(unit, billType);
    if (!isSameId(id, again)) throw line.error('protocol', `the validator gave type ${billType} as ${words(id)}, then as ${words(again)}: read it again`);
  }
  const table = new BillTable(scaling === undefined ? new Map() : valuesOf(ids, scaling));
  const missing = table.missing(wanted.denominations.map(fen));
  if (missing === undefined) return table;
  const why = scaling === undefined ? `; it gave no scaling factor for country ${wanted.country}` : '';
  throw line.error('notSupported', `${missing}${why}: check the options denominations and country, and the validator's own data set`);
}

/** A type that gives no id is not programmed. Bills of other countries have no value here and are never let in. */
async function readIds(unit: CctalkUnit, country: string): Promise<ReadonlyMap<number, BillId>> {
  const ids = new Map<number, BillId>();
  for (let billType = 1; billType <= TYPES; billType += 1) {
    const id = await readId(unit, billType);
    if (id?.country === country) ids.set(billType, id);
  }
  return ids;
}

async function readId(unit: CctalkUnit, billType: number): Promise<BillId | undefined> {
  const id = await unit.ask({ kind: 'requestBillId', billType }, readBillId);
  return id === 'none' ? undefined : id;
}

function isSameId(one: BillId, other: BillId | undefined): boolean {
  return one.country === other?.country && one.value === other.value && one.issue === other.issue;
}

function words(id: BillId | undefined): string {
  return id === undefined ? 'nothing' : `${id.country} ${id.value} ${id.issue}`;
}

function valuesOf(ids: ReadonlyMap<number, BillId>, scaling: ScalingFactor): ReadonlyMap<number, Fen> {
  const byType = new Map<number, Fen>();
  for (const [billType, id] of ids) {
    const denomination = denominationOf(id, scaling);
    if (denomination !== undefined) byType.set(billType, denomination);
  }
  return byType;
}

/**
 * Inhibits first, so that nothing comes in while the mode changes. Answers whether the unit tells its mode.
 * @throws {DeviceError} `notSupported` without stacker and escrow, `protocol` when a setting is not taken
 */
export async function configureBills(line: CctalkLine, unit: CctalkUnit): Promise<boolean> {
  const taken = (await inhibitBills(unit)) && (await unit.set({ kind: 'modifyOperatingMode', mode: STACKER_AND_ESCROW }));
  if (!taken) throw line.error('protocol', 'the validator did not take its inhibits and operating mode');
  const forgotten = await hasForgotten(unit);
  if (forgotten !== true) return forgotten === false;
  throw line.error('notSupported', 'the validator does not hold bills in escrow: its operating mode stays without stacker and escrow');
}

/** Whether the operating mode is not what it was set to: its power was off meanwhile. Undefined: the unit does not tell. */
export async function hasForgotten(unit: CctalkUnit): Promise<boolean | undefined> {
  const mode = await unit.ask({ kind: 'requestOperatingMode' }, readByte);
  return mode === undefined ? undefined : (mode & STACKER_AND_ESCROW) !== STACKER_AND_ESCROW;
}

export async function inhibitBills(unit: CctalkUnit): Promise<boolean> {
  return (await unit.set({ kind: 'modifyMasterInhibit', accept: false })) && unit.set({ kind: 'modifyInhibits', enabled: 0 });
}

/** The unit says that its master inhibit is on. */
export async function isInhibited(unit: CctalkUnit): Promise<boolean> {
  const master = await unit.ask({ kind: 'requestMasterInhibit' }, readByte);
  return master !== undefined && (master & 1) === 0;
}

export async function enableBills(unit: CctalkUnit, enabled: number): Promise<boolean> {
  return (await unit.set({ kind: 'modifyInhibits', enabled })) && unit.set({ kind: 'modifyMasterInhibit', accept: true });
}

/** How many bills of this type it has accepted. Undefined: it does not say. */
export function acceptCount(unit: CctalkUnit, billType: number): Promise<number | undefined> {
  return unit.ask({ kind: 'requestIndividualAcceptCounter', billType }, readNumber3);
}

/** +1 = it is in the box, +0 = it is not, anything else says nothing (section 6.2). */
export async function countedSince(unit: CctalkUnit, before: AcceptedBefore): Promise<boolean | undefined> {
  const now = await acceptCount(unit, before.billType);
  if (now === before.count + 1) return true;
  return now === before.count ? false : undefined;
}
