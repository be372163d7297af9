/**
 * Every device model by class and name. Each class folder owns its models table; this file joins them and finds by name, for the
 * terminal's composition and the configuration's check.
 */
import { cardReaderModels } from './card-reader/models.ts';
import { cashAcceptorModels } from './cash-acceptor/models.ts';
import { receiptPrinterModels } from './receipt-printer/models.ts';

export const deviceModels = {
  cardReader: cardReaderModels,
  cashAcceptor: cashAcceptorModels,
  receiptPrinter: receiptPrinterModels,
} as const;

/** The entry of `name` in a class's table. @throws {RangeError} for an unknown name, listing the known ones. */
export function findModel<M>(models: Readonly<Record<string, M>>, name: string): M {
  const model = Object.hasOwn(models, name) ? models[name] : undefined;
  if (model === undefined) throw new RangeError(`unknown model ${JSON.stringify(name)}; expected one of ${Object.keys(models).join(', ')}`);
  return model;
}
