/**
 * Brings a bill validator to what this product needs: its bill ids read and compared with the configured ones, stacker and escrow on,
 * everything inhibited. Moves nothing. Used by the bill driver.
 * Source: protocols/cash-acceptor.md 5.2.
 */
import { fen, type Fen } from '../../../common/fen.ts';
import type { CctalkLine } from './line.ts';
import { BillTable, denominationOf } from './bills.ts';
import { readBillId, readByte, readNumber3, readScalingFactor, STACKER_AND_ESCROW, TYPES, type ScalingFactor } from './codec.ts';
import type { AcceptedBefore } from './memory.ts';
import type { CctalkUnit } from './unit.ts';

/** @throws {DeviceError} `notSupported` when a configured face value is missing */
export async function readBillTable(line: CctalkLine, unit: CctalkUnit, wanted: { country: string; denominations: readonly number[] }): Promise<BillTable> {
  const byType = new Map<number, Fen>();
  const scaling = await unit.ask({ kind: 'requestScalingFactor', country: wanted.country }, readScalingFactor);
  if (scaling !== undefined) await readTypes(unit, wanted.country, scaling, byType);
  const table = new BillTable(byType);
  const missing = table.missing(wanted.denominations.map(fen));
  if (missing === undefined) return table;
  const why = scaling === undefined ? `; it gave no scaling factor for country ${wanted.country}` : '';
  throw line.error('notSupported', `${missing}${why}: check the options denominations and country, and the validator's own data set`);
}

/** A type that gives no id is not programmed. Bills of other countries have no value here and are never let in. */
async function readTypes(unit: CctalkUnit, country: string, scaling: ScalingFactor, byType: Map<number, Fen>): Promise<void> {
  for (let billType = 1; billType <= TYPES; billType += 1) {
    const id = await unit.ask({ kind: 'requestBillId', billType }, readBillId);
    if (id === undefined || id === 'none' || id.country !== country) continue;
    const denomination = denominationOf(id, scaling);
    if (denomination !== undefined) byType.set(billType, denomination);
  }
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
