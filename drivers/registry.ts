/**
 * Every device model by class and name. Each class folder owns its models table; this file joins them and finds by name, for the
 * terminal's composition, the configuration's check and the command line.
 */
import { cabinetIoModels } from './cabinet/models.ts';
import { cardReaderModels } from './card-reader/models.ts';
import { cashAcceptorModels } from './cash-acceptor/models.ts';
import { codeScannerModels } from './code-scanner/models.ts';
import { idReaderModels } from './id-reader/models.ts';
import { keypadModels } from './keypad/models.ts';
import { receiptPrinterModels } from './receipt-printer/models.ts';

/** The names are those of the configuration's `devices`. */
export const deviceModels = {
  cardReader: cardReaderModels,
  cashAcceptor: cashAcceptorModels,
  receiptPrinter: receiptPrinterModels,
  codeScanner: codeScannerModels,
  idReader: idReaderModels,
  cabinet: cabinetIoModels,
  keypad: keypadModels,
} as const;
export type DeviceClass = keyof typeof deviceModels;
export const deviceClasses = Object.keys(deviceModels) as readonly DeviceClass[];

/** The entry of `name` in a class's table. @throws {RangeError} for an unknown name, listing the known ones. */
export function findModel<M>(models: Readonly<Record<string, M>>, name: string): M {
  const model = Object.hasOwn(models, name) ? models[name] : undefined;
  if (model === undefined) throw new RangeError(`unknown model ${JSON.stringify(name)}; expected one of ${Object.keys(models).join(', ')}`);
  return model;
}
