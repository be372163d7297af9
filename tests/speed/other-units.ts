/** Simulated units of the classes that no top-up needs, and the models that drive them. Used where all devices poll: day.ts and idle.ts. */
import type { Clock } from '../../common/clock.ts';
import { SimulatedModbusIo } from '../../drivers/cabinet/modbus-io/simulator.ts';
import { SimulatedHidPosScanner } from '../../drivers/code-scanner/hid-pos/simulator.ts';
import { SimulatedSam } from '../../drivers/id-reader/sam/simulator.ts';
import { SimulatedHidKeypad } from '../../drivers/keypad/hid-keypad/simulator.ts';
import type { SimulatedUnit } from '../../drivers/transport/simulated-unit.ts';

/** The model of each. */
export const OTHER_UNITS = { codeScanner: 'hid-pos', idReader: 'sam-serial', cabinet: 'modbus-io', keypad: 'hid-keys' } as const;
export type OtherUnit = keyof typeof OTHER_UNITS;

export function otherUnits(clock: Clock): Readonly<Record<OtherUnit, SimulatedUnit>> {
  return {
    codeScanner: new SimulatedHidPosScanner(),
    idReader: new SimulatedSam(clock),
    cabinet: new SimulatedModbusIo(clock),
    keypad: new SimulatedHidKeypad(),
  };
}
