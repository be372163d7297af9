/** Makes the configured devices: model by name, line by address. Opens nothing. */
import type { Clock } from '../../common/clock.ts';
import { cardReaderModels } from '../../drivers/card-reader/models.ts';
import type { CashAcceptor } from '../../drivers/cash-acceptor/cash-acceptor.ts';
import type { CashAcceptorEntry } from '../../drivers/cash-acceptor/models.ts';
import { deviceModels, findModel } from '../../drivers/registry.ts';
import type { GlyphSource } from '../../drivers/receipt-printer/glyph-source.ts';
import type { ReceiptPrinter } from '../../drivers/receipt-printer/receipt-printer.ts';
import { createTransport, type TransportDeps } from '../../drivers/transport/open.ts';
import { TransportError } from '../../drivers/transport/transport.ts';
import type { TerminalConfig } from '../config/config.ts';
import { rareGlyphs } from '../receipts/glyphs.ts';
import type { Devices } from './terminal.ts';

export interface DeviceDeps {
  readonly clock: Clock;
  /** A packaged terminal refuses simulated devices, wherever they run. */
  readonly packaged: boolean;
  /** The last process died while a slip was printed. */
  readonly unfinishedJob: boolean;
}

type Fitted = NonNullable<TerminalConfig['devices']['cardReader']>;

/** This process holds no simulators; those of the bench stand in another one, on sockets. */
const noSimulators: TransportDeps['simulation'] = {
  transport: (name) => {
    throw new TransportError(
      'notFound',
      `sim:${name}`,
      `sim:${name}: this process has no simulators; give the path of a cabinet's socket, or start with npm start`,
    );
  },
};

/** @throws {RangeError} unknown model @throws {z.ZodError} bad options @throws {TransportError} bad address */
export function makeDevices({ cardReader, cashAcceptor, receiptPrinter }: TerminalConfig['devices'], { clock, packaged, unfinishedJob }: DeviceDeps): Devices {
  const line = (device: Fitted) => ({ clock, transport: createTransport(device.address, { simulation: packaged ? 'refused' : noSimulators }) });
  return {
    cardReader: cardReader === null ? undefined : findModel(cardReaderModels, cardReader.model).create(cardReader.options, line(cardReader)),
    cashAcceptor: cashAcceptor === null ? undefined : makeCashAcceptor(cashAcceptor, line(cashAcceptor)),
    receiptPrinter: receiptPrinter === null ? undefined : makeReceiptPrinter(receiptPrinter, { ...line(receiptPrinter), unfinishedJob, glyphs: rareGlyphs }),
  };
}

type Line = { readonly clock: Clock; readonly transport: ReturnType<typeof createTransport> };

function makeCashAcceptor({ model, options }: Fitted, line: Line): CashAcceptor {
  return findModel<CashAcceptorEntry>(deviceModels.cashAcceptor, model).create(options, line);
}

function makeReceiptPrinter({ model, options }: Fitted, line: Line & { readonly unfinishedJob: boolean; readonly glyphs: GlyphSource }): ReceiptPrinter {
  const found = findModel<(typeof deviceModels.receiptPrinter)['escpos-generic-80']>(deviceModels.receiptPrinter, model);
  return found.create(found.schema.parse(options), line);
}
