/** The simulated cash acceptors by model name, for the conformance suite in this process and in others. */
import { simulators } from '../../../drivers/bench/simulators.ts';
import { SimulatedCctalkBill } from '../../../drivers/cash-acceptor/cctalk/bill-simulator.ts';
import type { SimulatedCashAcceptor } from '../../../drivers/cash-acceptor/simulated-cash-acceptor.ts';
import type { UnitFactory } from './unit-process.ts';

export const units = {
  'jcm-id003': (clock, options) => simulators.cashAcceptor['jcm-id003'](clock, numbers(options)),
  'cashcode-ccnet': (clock, options) => simulators.cashAcceptor['cashcode-ccnet'](clock, numbers(options)),
  /** On one data wire: everything sent is read back. */
  'cctalk-bill': (clock, options) => new SimulatedCctalkBill(clock, { ...numbers(options), echo: true }),
  'cctalk-bill with CRC': (clock, options) => new SimulatedCctalkBill(clock, { ...numbers(options), checksum: 'crc' }),
} satisfies Record<string, UnitFactory<SimulatedCashAcceptor>>;

/** Options that every model has: patience in escrow (ms) and room in the box (notes). */
function numbers({ escrowLimit, boxCapacity }: Readonly<Record<string, unknown>>): { escrowLimit?: number; boxCapacity?: number } {
  return {
    ...(typeof escrowLimit === 'number' ? { escrowLimit } : {}),
    ...(typeof boxCapacity === 'number' ? { boxCapacity } : {}),
  };
}
