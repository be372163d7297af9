/**
 * Each device class as supervision sees it (state-machines/device.ts): what its status means in words, and how its errors read. The only
 * place where classes and supervision meet.
 */
import type { CardReader, CardReaderStatus } from '../../drivers/card-reader/card-reader.ts';
import type { CashAcceptor, CashAcceptorStatus, PowerUpState } from '../../drivers/cash-acceptor/cash-acceptor.ts';
import { DeviceError, type DeviceErrorCode, type StorageUnit } from '../../drivers/device.ts';
import type { PrinterStatus, ReceiptPrinter } from '../../drivers/receipt-printer/receipt-printer.ts';
import { TransportError, type TransportErrorCode } from '../../drivers/transport/transport.ts';
import { DeviceTroubleError, type DevicePort, type DeviceReport, type DeviceTrouble } from '../../state-machines/device.ts';

export function cardReaderPort(reader: CardReader): DevicePort {
  return {
    connect: (signal) => asked(() => reader.connect(signal)),
    check: (signal) => asked(async () => cardReaderReport(await reader.status(signal))),
    last: () => cardReaderReport(reader.lastStatus),
    onReport: (listener) =>
      reader.onEvent((event) => {
        if (event.type === 'statusChanged') listener(cardReaderReport(event.status));
      }),
  };
}

/** @param onUp what the acceptor says of notes in its path each time it comes up */
export function cashAcceptorPort(acceptor: CashAcceptor, onUp: (powerUp: PowerUpState) => void): DevicePort {
  return {
    connect: (signal) =>
      asked(async () => {
        const { identity, powerUp } = await acceptor.connect(signal);
        onUp(powerUp);
        return identity;
      }),
    check: (signal) => asked(async () => cashAcceptorReport(await acceptor.status(signal))),
    last: () => cashAcceptorReport(acceptor.lastStatus),
    onReport: (listener) =>
      acceptor.onEvent((event) => {
        if (event.type === 'statusChanged') listener(cashAcceptorReport(event.status));
      }),
  };
}

export function receiptPrinterPort(printer: ReceiptPrinter): DevicePort {
  return {
    connect: (signal) => asked(() => printer.connect(signal)),
    check: (signal) => asked(async () => receiptPrinterReport(await printer.status(signal))),
    last: () => receiptPrinterReport(printer.lastStatus),
    onReport: (listener) => printer.onStatus((status) => listener(receiptPrinterReport(status))),
  };
}

export function cardReaderReport({ device, media, storage }: CardReaderStatus): DeviceReport {
  return { health: device, impairments: [...found({ 'media.jammed': media === 'jammed' }), ...impairmentsOf(storage)], storage };
}

export function cashAcceptorReport({ device, state, box }: CashAcceptorStatus): DeviceReport {
  return {
    health: device,
    impairments: found({ 'note.jammed': state === 'jammed', fault: state === 'fault', 'cashBox.full': box === 'full', 'cashBox.removed': box === 'removed' }),
    storage: [{ id: 'cashBox', use: 'collect', level: box === 'removed' ? 'missing' : box }],
  };
}

export function receiptPrinterReport({ device, paper, cover, cutter }: PrinterStatus): DeviceReport {
  return {
    health: device,
    impairments: found({
      'paper.out': paper === 'out',
      'paper.jammed': paper === 'jammed',
      'cover.open': cover === 'open',
      'cutter.fault': cutter === 'fault',
    }),
    storage: [{ id: 'paperRoll', use: 'dispense', level: PAPER_LEVEL[paper] }],
  };
}

const PAPER_LEVEL = { full: 'ok', low: 'low', out: 'empty', jammed: 'unknown', unknown: 'unknown' } as const satisfies Record<PrinterStatus['paper'], string>;

/** A unit that can't do its work any more; one that is low still can. */
function impairmentsOf(storage: readonly StorageUnit[]): readonly string[] {
  return storage.filter(({ level }) => level === 'empty' || level === 'full' || level === 'missing').map(({ id, level }) => `${id}.${level}`);
}

function found(conditions: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(conditions).flatMap(([name, holds]) => (holds ? [name] : []));
}

async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw new DeviceTroubleError(troubleOf(error), error);
  }
}

/** What a line or a unit said, and whether waiting alone can mend it. */
function troubleOf(error: unknown): DeviceTrouble {
  const message = error instanceof Error ? error.message : String(error);
  const line = error instanceof TransportError ? error : error instanceof DeviceError && error.cause instanceof TransportError ? error.cause : undefined;
  if (line !== undefined) return { code: line.code, message, lasting: LASTING_LINE.has(line.code) };
  if (error instanceof DeviceError) return { code: error.code, message, lasting: LASTING_UNIT.has(error.code) };
  return { code: 'unexpected', message, lasting: false };
}

/** `refused`: the system lacks a permission, or nobody listens at that port yet, which a start of the unit mends: not lasting. */
const LASTING_LINE: ReadonlySet<TransportErrorCode> = new Set(['badAddress']);
/** Another model on the port, or one that lacks what the configuration wants of it. */
const LASTING_UNIT: ReadonlySet<DeviceErrorCode> = new Set(['notSupported', 'protocol']);
