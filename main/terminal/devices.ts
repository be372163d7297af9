/** Makes the configured devices: model by name, line by address. Opens nothing. */
import type { Clock } from '../../common/clock.ts';
import type { Flavor } from '../../common/flavor.ts';
import type { CabinetIo } from '../../drivers/cabinet/cabinet-io.ts';
import type { CardReader } from '../../drivers/card-reader/card-reader.ts';
import type { AcceptorMemory, CashAcceptor } from '../../drivers/cash-acceptor/cash-acceptor.ts';
import type { CashAcceptorDeps } from '../../drivers/cash-acceptor/models.ts';
import type { CodeScanner } from '../../drivers/code-scanner/code-scanner.ts';
import type { IdReader } from '../../drivers/id-reader/id-reader.ts';
import type { Keypad } from '../../drivers/keypad/keypad.ts';
import type { DeviceDeps as ModelDeps, ModelEntry } from '../../drivers/model-entry.ts';
import { deviceModels, findModel, type DeviceClass } from '../../drivers/registry.ts';
import type { EscposDeps } from '../../drivers/receipt-printer/escpos/device.ts';
import type { ReceiptPrinter } from '../../drivers/receipt-printer/receipt-printer.ts';
import { createTransport, type TransportDeps } from '../../drivers/transport/open.ts';
import { TransportError } from '../../drivers/transport/transport.ts';
import type { TerminalConfig } from '../config/config.ts';
import { markedAsTraining } from '../receipts/training-mark.ts';
import { rareGlyphs } from '../receipts/glyphs.ts';

/** The interface of each class. */
export interface DeviceOf {
  readonly cardReader: CardReader;
  readonly cashAcceptor: CashAcceptor;
  readonly receiptPrinter: ReceiptPrinter;
  readonly codeScanner: CodeScanner;
  readonly idReader: IdReader;
  readonly cabinet: CabinetIo;
  readonly keypad: Keypad;
}

/** The devices of a terminal; `undefined` where none is fitted. */
export type Devices = { readonly [C in DeviceClass]: DeviceOf[C] | undefined };

export const NO_DEVICES: Devices = {
  cardReader: undefined,
  cashAcceptor: undefined,
  receiptPrinter: undefined,
  codeScanner: undefined,
  idReader: undefined,
  cabinet: undefined,
  keypad: undefined,
};

export interface DeviceDeps {
  readonly clock: Clock;
  /** A packaged terminal refuses simulated devices, wherever they run. */
  readonly simulation: TransportDeps['simulation'];
  /** The last process died while a slip was printed. */
  readonly unfinishedJob: boolean;
  /** A training terminal's printer marks every slip. */
  readonly flavor: Flavor;
  /** What the acceptor's driver knows again after a restart; absent where nothing is kept. */
  readonly acceptorMemory?: AcceptorMemory;
}

/** This process holds no simulators; those of the bench stand in another one, on sockets. */
export const noSimulators: TransportDeps['simulation'] = {
  transport: (name) => {
    throw new TransportError(
      'notFound',
      `sim:${name}`,
      `sim:${name}: this process has no simulators; give the path of a cabinet's socket, or start with npm start`,
    );
  },
};

/** @throws {RangeError} unknown model @throws {z.ZodError} bad options @throws {TransportError} bad address */
export function makeDevices(config: TerminalConfig['devices'], { clock, simulation, unfinishedJob, flavor, acceptorMemory }: DeviceDeps): Devices {
  const made = <C extends DeviceClass, Deps extends ModelDeps>(
    name: C,
    models: Readonly<Record<string, ModelEntry<DeviceOf[C], Deps>>>,
    more: Omit<Deps, keyof ModelDeps>,
  ): DeviceOf[C] | undefined => {
    const fitted = config[name];
    if (fitted === null) return undefined;
    const line: ModelDeps = { clock, transport: createTransport(fitted.address, { simulation }) };
    return findModel(models, fitted.model).create(fitted.options, { ...line, ...more } as Deps);
  };
  return {
    cardReader: made('cardReader', deviceModels.cardReader, {}),
    cashAcceptor: made<'cashAcceptor', CashAcceptorDeps>('cashAcceptor', deviceModels.cashAcceptor, { memory: acceptorMemory }),
    receiptPrinter: made<'receiptPrinter', EscposDeps>('receiptPrinter', deviceModels.receiptPrinter, {
      unfinishedJob,
      glyphs: rareGlyphs,
      ...(flavor === 'training' ? { everySlip: markedAsTraining } : {}),
    }),
    codeScanner: made('codeScanner', deviceModels.codeScanner, {}),
    idReader: made('idReader', deviceModels.idReader, {}),
    cabinet: made('cabinet', deviceModels.cabinet, {}),
    keypad: made('keypad', deviceModels.keypad, {}),
  };
}

export async function closeAll(devices: Devices): Promise<void> {
  await Promise.all(Object.values(devices).flatMap((device) => (device === undefined ? [] : [device.close()])));
}
