/**
 * Each device class as supervision sees it (state-machines/device.ts): what its status means in words, and how its errors read. The only
 * place where classes and supervision meet.
 */
import type { DeviceHealth, DeviceIdentity, StorageUnit } from '../../common/device-words.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { CabinetIo } from '../../drivers/cabinet/cabinet-io.ts';
import type { CardReader, CardReaderStatus } from '../../drivers/card-reader/card-reader.ts';
import type { CashAcceptor, CashAcceptorStatus, PowerUpState } from '../../drivers/cash-acceptor/cash-acceptor.ts';
import { DeviceError, type DeviceErrorCode } from '../../drivers/device.ts';
import type { PrinterStatus, ReceiptPrinter } from '../../drivers/receipt-printer/receipt-printer.ts';
import { TransportError, type TransportErrorCode } from '../../drivers/transport/transport.ts';
import { DeviceTroubleError, type DevicePort, type DeviceReport, type DeviceTrouble } from '../../state-machines/device.ts';
import type { Devices } from './devices.ts';

function cardReaderPort(reader: CardReader): DevicePort {
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

function cashAcceptorPort(acceptor: CashAcceptor, onUp: (powerUp: PowerUpState) => void): DevicePort {
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

function receiptPrinterPort(printer: ReceiptPrinter): DevicePort {
  return {
    connect: (signal) => asked(() => printer.connect(signal)),
    check: (signal) => asked(async () => receiptPrinterReport(await printer.status(signal))),
    last: () => receiptPrinterReport(printer.lastStatus),
    onReport: (listener) => printer.onStatus((status) => listener(receiptPrinterReport(status))),
  };
}

function cardReaderReport({ device, media, storage }: CardReaderStatus): DeviceReport {
  return { health: device, impairments: [...found({ 'media.jammed': media === 'jammed' }), ...impairmentsOf(storage)], storage };
}

function cashAcceptorReport({ device, state, box }: CashAcceptorStatus): DeviceReport {
  return {
    health: device,
    impairments: found({ 'note.jammed': state === 'jammed', fault: state === 'fault', 'cashBox.full': box === 'full', 'cashBox.removed': box === 'removed' }),
    storage: [{ id: 'cashBox', use: 'collect', level: box === 'removed' ? 'missing' : box }],
  };
}

function receiptPrinterReport({ device, paper, cover, cutter, presenter, storage }: PrinterStatus): DeviceReport {
  const faults = found({
    'paper.jammed': paper === 'jammed',
    'cover.open': cover === 'open',
    'cutter.fault': cutter === 'fault',
    'presenter.jammed': presenter === 'jammed',
  });
  return { health: device, impairments: [...faults, ...impairmentsOf(storage)], storage };
}

/** Of a class that tells its health and nothing that could be impaired. */
function plainReport({ device }: { readonly device: DeviceHealth }): DeviceReport {
  return { health: device, impairments: [], storage: [] };
}

interface PlainDevice {
  readonly lastStatus: { readonly device: DeviceHealth };
  connect(signal?: AbortSignal): Promise<DeviceIdentity>;
  onEvent(listener: (event: { readonly type: string }) => void): Unsubscribe;
}

/** Scanner, ID reader, keypad: they say by themselves when they are away, and there is nothing to ask them for. */
function plainPort(device: PlainDevice): DevicePort {
  const last = (): DeviceReport => plainReport(device.lastStatus);
  return {
    connect: (signal) => asked(() => device.connect(signal)),
    check: async () => last(),
    last,
    onReport: (listener) =>
      device.onEvent(({ type }) => {
        if (type === 'statusChanged') listener(last());
      }),
  };
}

function cabinetPort(cabinet: CabinetIo): DevicePort {
  return { ...plainPort(cabinet), check: (signal) => asked(async () => plainReport(await cabinet.status(signal))) };
}

/** The fitted devices by name. @param onAcceptorUp what the acceptor says of notes in its path each time it comes up */
export function devicePorts(devices: Devices, onAcceptorUp: (powerUp: PowerUpState) => void): Readonly<Record<string, DevicePort>> {
  const { cardReader, cashAcceptor, receiptPrinter, codeScanner, idReader, cabinet, keypad } = devices;
  const ports: Readonly<Record<keyof Devices, DevicePort | undefined>> = {
    cardReader: cardReader && cardReaderPort(cardReader),
    cashAcceptor: cashAcceptor && cashAcceptorPort(cashAcceptor, onAcceptorUp),
    receiptPrinter: receiptPrinter && receiptPrinterPort(receiptPrinter),
    codeScanner: codeScanner && plainPort(codeScanner),
    idReader: idReader && plainPort(idReader),
    cabinet: cabinet && cabinetPort(cabinet),
    keypad: keypad && plainPort(keypad),
  };
  return Object.fromEntries(Object.entries(ports).flatMap(([name, port]) => (port === undefined ? [] : [[name, port] as const])));
}

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
