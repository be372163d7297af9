/**
 * The simulator of every device model, by class and name: the one table that the bench's cabinet and the tests' stands make them from.
 * A model without its line here doesn't compile. Each is set up as a technician would to match the terminal's options for it.
 */
import type { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import { modbusIoOptionsSchema } from '../cabinet/modbus-io/options.ts';
import { SimulatedModbusIo } from '../cabinet/modbus-io/simulator.ts';
import type { SimulatedCabinetIo } from '../cabinet/simulated-cabinet-io.ts';
import type { CardInterface } from '../card-reader/card-reader.ts';
import { crt310OptionsSchema } from '../card-reader/crt310/options.ts';
import { SimulatedCrt310 } from '../card-reader/crt310/simulator.ts';
import { CRT591_M001, crt591OptionsSchema } from '../card-reader/crt591/options.ts';
import { SimulatedCrt591, type SimulatedCrt591Options } from '../card-reader/crt591/simulator.ts';
import { trayOptionsSchema } from '../card-reader/pcsc/options.ts';
import { SimulatedTray } from '../card-reader/pcsc/simulator.ts';
import type { SimulatedCardReader } from '../card-reader/simulated-card-reader.ts';
import { ccnetOptionsSchema } from '../cash-acceptor/ccnet/device.ts';
import { SimulatedCcnet } from '../cash-acceptor/ccnet/simulator.ts';
import { cctalkBillOptionsSchema } from '../cash-acceptor/cctalk/bill-options.ts';
import { SimulatedCctalkBill } from '../cash-acceptor/cctalk/bill-simulator.ts';
import { cctalkCoinOptionsSchema, type CctalkCoinOptions } from '../cash-acceptor/cctalk/coin-device.ts';
import { SimulatedCctalkCoin } from '../cash-acceptor/cctalk/coin-simulator.ts';
import { SimulatedId003 } from '../cash-acceptor/id003/simulator.ts';
import type { SimulatedCashAcceptor } from '../cash-acceptor/simulated-cash-acceptor.ts';
import { hidPosOptionsSchema } from '../code-scanner/hid-pos/device.ts';
import { SimulatedHidPosScanner } from '../code-scanner/hid-pos/simulator.ts';
import { serialLineOptionsSchema } from '../code-scanner/serial-line/device.ts';
import { SimulatedSerialScanner } from '../code-scanner/serial-line/simulator.ts';
import type { SimulatedCodeScanner } from '../code-scanner/simulated-code-scanner.ts';
import { SimulatedSam } from '../id-reader/sam/simulator.ts';
import type { SimulatedIdReader } from '../id-reader/simulated-id-reader.ts';
import { hidKeysOptionsSchema } from '../keypad/hid-keypad/options.ts';
import { SimulatedHidKeypad } from '../keypad/hid-keypad/simulator.ts';
import { keypadKeys } from '../keypad/keypad.ts';
import type { SimulatedKeypad } from '../keypad/simulated-keypad.ts';
import { escposOptionsSchema, type EscposProfile } from '../receipt-printer/escpos/profile.ts';
import * as profiles from '../receipt-printer/escpos/profile.ts';
import type { SimulatedKind } from '../receipt-printer/escpos/simulated-kinds.ts';
import { EscposSimulator } from '../receipt-printer/escpos/simulator.ts';
import type { ReceiptPrinterModel } from '../receipt-printer/models.ts';
import type { SimulatedReceiptPrinter } from '../receipt-printer/simulated-receipt-printer.ts';
import type { DeviceClass, deviceModels } from '../registry.ts';
import { CoinSlot } from './coin-slot.ts';

/** What a bench or a test says of the world around a unit; each model takes what it has a part for. */
export interface UnitWorld {
  /** Ms that a note stays in escrow by itself. */
  readonly escrowLimit?: number;
  /** Notes that fit into the box. */
  readonly boxCapacity?: number;
  /** Blanks in the stacker. */
  readonly stacker?: number;
  readonly mmPerSecond?: number;
  /** The model's options as the terminal's configuration has them. */
  readonly options?: Readonly<Record<string, unknown>>;
}

export type SimulatorFactory<U> = (clock: Clock, world?: UnitWorld) => U;

export interface SimulatorOf {
  readonly cardReader: SimulatedCardReader;
  readonly cashAcceptor: SimulatedCashAcceptor;
  readonly receiptPrinter: SimulatedReceiptPrinter;
  readonly codeScanner: SimulatedCodeScanner;
  readonly idReader: SimulatedIdReader;
  readonly cabinet: SimulatedCabinetIo;
  readonly keypad: SimulatedKeypad;
}

/** Every model of the ESC/POS driver: its profile, and the kind of unit that it is. */
export const printerUnits = {
  'escpos-generic-80': { profile: profiles.GENERIC_80, kind: 'generic' },
  'escpos-generic-58': { profile: profiles.GENERIC_58, kind: 'generic' },
  'epson-tm': { profile: profiles.EPSON_TM, kind: 'epson' },
  'snbc-bt-t080': { profile: profiles.SNBC_T080, kind: 'generic' },
  'citizen-pmu2300': { profile: profiles.CITIZEN_PMU2300, kind: 'citizen' },
  'custom-vkp80': { profile: profiles.CUSTOM_VKP80, kind: 'vkp80' },
  'custom-kpm': { profile: profiles.CUSTOM_KPM, kind: 'kpm' },
  'custom-tptcm60': { profile: profiles.CUSTOM_TPTCM60, kind: 'tptcm60' },
  'custom-tptcm112': { profile: profiles.CUSTOM_TPTCM112, kind: 'tptcm112' },
  'pyramid-reliance': { profile: profiles.RELIANCE, kind: 'reliance' },
} as const satisfies Readonly<Partial<Record<ReceiptPrinterModel, { readonly profile: EscposProfile; readonly kind: SimulatedKind }>>>;

const TERMINATORS = { cr: '\r', lf: '\n', crlf: '\r\n', etx: '\u0003' } as const;

type Simulators = {
  readonly [C in DeviceClass]: {
    readonly [M in keyof (typeof deviceModels)[C]]: SimulatorFactory<M extends keyof typeof printerUnits ? EscposSimulator : SimulatorOf[C]>;
  };
};

export const simulators: Simulators = {
  cardReader: {
    'crt591-m001': crt591('m001'),
    crt571: crt591('m001'),
    'crt591-r02': crt591('r02'),
    'crt591-mr': crt591('mr'),
    crt310: (clock, world) => new SimulatedCrt310(clock, stated({ enq: optionsOf(crt310OptionsSchema, world)?.enq })),
    'pcsc-tray': (clock, world) => new SimulatedTray(clock, stated({ interface: optionsOf(trayOptionsSchema, world)?.interface })),
  },
  cashAcceptor: {
    'jcm-id003': (clock, world) => new SimulatedId003(clock, notePath(world)),
    'cashcode-ccnet': (clock, world) =>
      new SimulatedCcnet(clock, { ...notePath(world), ...stated({ address: optionsOf(ccnetOptionsSchema, world)?.address }) }),
    'cctalk-bill': (clock, world) => {
      const options = optionsOf(cctalkBillOptionsSchema, world);
      return new SimulatedCctalkBill(clock, { ...notePath(world), ...stated({ address: options?.address, checksum: options?.checksum }) });
    },
    'cctalk-coin': (clock, world) => {
      const options = optionsOf(cctalkCoinOptionsSchema, world);
      const coins = options === undefined ? undefined : coinsByPosition(options);
      return new CoinSlot(new SimulatedCctalkCoin(clock, stated({ address: options?.address, checksum: options?.checksum, coins })));
    },
  },
  receiptPrinter: {
    'escpos-generic-80': printer('escpos-generic-80'),
    'escpos-generic-58': printer('escpos-generic-58'),
    'epson-tm': printer('epson-tm'),
    'snbc-bt-t080': printer('snbc-bt-t080'),
    'citizen-pmu2300': printer('citizen-pmu2300'),
    'custom-vkp80': printer('custom-vkp80'),
    'custom-kpm': printer('custom-kpm'),
    'custom-tptcm60': printer('custom-tptcm60'),
    'custom-tptcm112': printer('custom-tptcm112'),
    'pyramid-reliance': printer('pyramid-reliance'),
  },
  codeScanner: {
    'hid-pos': (_, world) => new SimulatedHidPosScanner(optionsOf(hidPosOptionsSchema, world)?.layout === 'honeywell' ? { layout: 'honeywell' } : {}),
    'serial-line': (_, world) => {
      const options = optionsOf(serialLineOptionsSchema, world);
      return new SimulatedSerialScanner(options && { suffix: TERMINATORS[options.terminator], aimPrefix: options.aimPrefix });
    },
  },
  idReader: { 'sam-serial': (clock) => new SimulatedSam(clock) },
  cabinet: {
    'modbus-io': (clock, world) => {
      const options = optionsOf(modbusIoOptionsSchema, world);
      return new SimulatedModbusIo(clock, options && wiringOf(options));
    },
  },
  keypad: {
    /** A pad with a jack when the terminal is told where the jack is, else a plain number pad. */
    'hid-keys': (_, world) => new SimulatedHidKeypad(optionsOf(hidKeysOptionsSchema, world)?.headphone === undefined ? 'keyboard' : 'bits'),
  },
};

/** Options of `hid-keys` for the simulated pad with a jack: key i is usage FF00:(i + 1), the jack FF00:18. */
export const padWithJack = {
  keys: Object.fromEntries(keypadKeys.map((key, index) => [key, `ff00:${(index + 1).toString(16)}`])),
  headphone: 'ff00:18',
} as const;

/** Over which side the configured reader works a purse card: the antenna of a CRT-310 takes no APDUs (card-readers.md 1.2). */
export function sideWorked(model: string | undefined, options: Readonly<Record<string, unknown>> = {}): CardInterface {
  const wanted = [options['interface'] ?? options['interfaces'] ?? 'contactless'].flat();
  return model === 'crt310' || !wanted.includes('contactless') ? 'contact' : 'contactless';
}

function crt591(variant: NonNullable<SimulatedCrt591Options['variant']>): SimulatorFactory<SimulatedCardReader> {
  return (clock, world) => {
    const address = optionsOf(crt591OptionsSchema(CRT591_M001), world)?.address;
    return new SimulatedCrt591(clock, { variant, ...stated({ address, stacker: world?.stacker }) });
  };
}

function printer(model: keyof typeof printerUnits): SimulatorFactory<EscposSimulator> {
  const { profile, kind } = printerUnits[model];
  return (clock, world) => {
    const options = optionsOf(escposOptionsSchema, world);
    const columns = options?.columns ?? profile.columns;
    return new EscposSimulator(clock, { columns, kind, ...stated({ mmPerSecond: world?.mmPerSecond, retractEnabled: options?.retract }) });
  };
}

function notePath(world: UnitWorld | undefined): { escrowLimit?: number; boxCapacity?: number } {
  return stated({ escrowLimit: world?.escrowLimit, boxCapacity: world?.boxCapacity });
}

function coinsByPosition({ coins }: CctalkCoinOptions): readonly (number | undefined)[] {
  return Array.from({ length: Math.max(...coins.map(({ position }) => position)) }, (_, at) => coins.find(({ position }) => position === at + 1)?.value);
}

function wiringOf({ unit, door, serviceSwitch, lamp }: z.output<typeof modbusIoOptionsSchema>) {
  return {
    unit,
    ...(door && { doorInput: door.input, doorOpenLevel: door.openWhen === 'on' }),
    ...(serviceSwitch && { switchInput: serviceSwitch.input, maintenanceLevel: serviceSwitch.maintenanceWhen === 'on' }),
    ...(lamp && { lampCoil: lamp.coil }),
  };
}

/** The terminal's options, read as its driver reads them; undefined: none were given. */
function optionsOf<T>(schema: z.ZodType<T>, world: UnitWorld | undefined): T | undefined {
  return world?.options === undefined ? undefined : schema.parse(world.options);
}

type Stated<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** What is undefined is left out, so that the unit's own defaults hold. */
function stated<T extends object>(values: T): Stated<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Stated<T>;
}
