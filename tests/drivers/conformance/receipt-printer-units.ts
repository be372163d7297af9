/** The simulated unit of every receipt printer model, for this process and for the unit's own (unit-process.ts), and its driver on a stand. */
import { simulators } from '../../../drivers/bench/simulators.ts';
import type { EscposSimulator } from '../../../drivers/receipt-printer/escpos/simulator.ts';
import { receiptPrinterModels } from '../../../drivers/receipt-printer/models.ts';
import { MODELS, type ModelName } from '../receipt-printer/printer-bench.ts';
import type { PrinterStand } from './receipt-printer.ts';
import type { Stand, UnitOf } from './stand.ts';
import type { UnitFactory } from './unit-process.ts';

/** At a tenth of a mechanism's speed a job lasts long enough for a hand to come in between. */
const MM_PER_SECOND = 60;

function unit(model: ModelName): UnitFactory<EscposSimulator> {
  return (clock) => simulators.receiptPrinter[model](clock, { mmPerSecond: MM_PER_SECOND });
}

export const units: Readonly<Record<ModelName, UnitFactory<EscposSimulator>>> = {
  'escpos-generic-80': unit('escpos-generic-80'),
  'escpos-generic-58': unit('escpos-generic-58'),
  'epson-tm': unit('epson-tm'),
  'snbc-bt-t080': unit('snbc-bt-t080'),
  'citizen-pmu2300': unit('citizen-pmu2300'),
  'custom-vkp80': unit('custom-vkp80'),
  'custom-kpm': unit('custom-kpm'),
  'custom-tptcm60': unit('custom-tptcm60'),
  'custom-tptcm112': unit('custom-tptcm112'),
  'pyramid-reliance': unit('pyramid-reliance'),
};

export const modelNames = Object.keys(units) as ModelName[];

export function unitOf(model: ModelName): UnitOf {
  return { factories: import.meta.filename, model };
}

/** A slip waits two seconds for a hand instead of thirty; a Citizen pulls it in after four. */
export function withPrinter(model: ModelName, stand: Stand<EscposSimulator>): PrinterStand {
  const byItself = MODELS[model].profile.presenter.kind === 'autoRetract';
  const options = { takeWithinSeconds: 2, ...(byItself ? { autoRetractSeconds: 4 } : {}) };
  return { stand, printer: receiptPrinterModels[model].create(options, { transport: stand.transport, clock: stand.clock }) };
}
