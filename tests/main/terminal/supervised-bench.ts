/**
 * A person in front of real drivers: session and flows on a fake upstream and journal, with the devices under test driven over lines in
 * memory and brought back by supervision, as the terminal does it.
 */
import { fen, type Fen } from '../../../common/fen.ts';
import type { JournalBody } from '../../../common/journal-kinds.ts';
import type { CardReader } from '../../../drivers/card-reader/card-reader.ts';
import type { CashAcceptor } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import type { CashAcceptorDeps } from '../../../drivers/cash-acceptor/models.ts';
import type { DeviceDeps } from '../../../drivers/model-entry.ts';
import type { ReceiptPrinter } from '../../../drivers/receipt-printer/receipt-printer.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import { createReceiptPort } from '../../../main/receipts/port.ts';
import { AcceptorArrival } from '../../../main/terminal/acceptor-arrival.ts';
import { JournaledMemory } from '../../../main/terminal/acceptor-memory.ts';
import { devicePorts } from '../../../main/terminal/device-ports.ts';
import { NO_DEVICES, type Devices } from '../../../main/terminal/devices.ts';
import { CardDesk } from '../../../main/terminal/ports/card-port.ts';
import { CashDesk } from '../../../main/terminal/ports/cash-port.ts';
import { Supervision } from '../../../main/terminal/supervision.ts';
import type { Ports } from '../../../state-machines/ports.ts';
import { authorize, profile, TERMINAL, TODAY } from '../../drivers/card/pboc/cards.ts';
import { SessionBench } from '../../state-machines/session-bench.ts';
import type { FakeWorld } from '../../support/fake-world.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

export const TAKEN: readonly Fen[] = [1000, 2000, 5000, 10_000].map(fen);

/** Each makes its device on the line it is given; what isn't given is played by the fake world. */
export interface Fitted {
  readonly cashAcceptor?: (deps: CashAcceptorDeps) => CashAcceptor;
  readonly cardReader?: (deps: DeviceDeps) => CardReader;
  readonly receiptPrinter?: (deps: DeviceDeps) => ReceiptPrinter;
}

const SITE = { operator: '一卡通', place: '图书馆', terminal: 'A01', hotline: '96123', hotlineHours: '24 小时', timeZone: 'Asia/Shanghai' };
const STEP_MS = 50;

export class SupervisedBench extends SessionBench {
  readonly lines: Readonly<Record<keyof Fitted, SimulatedLine>>;
  readonly alarms: string[];
  readonly devices: Devices;
  readonly #supervision: Supervision;

  constructor(fitted: Fitted) {
    const lines = { cashAcceptor: new SimulatedLine(), cardReader: new SimulatedLine(), receiptPrinter: new SimulatedLine() };
    const alarms: string[] = [];
    let made: { devices: Devices; supervision: Supervision } | undefined;
    super((world) => {
      const devices = devicesOf(world, fitted, lines);
      const { real, supervision } = wired(world, devices, alarms);
      made = { devices, supervision };
      return real;
    });
    if (made === undefined) throw new Error('unreachable');
    this.lines = lines;
    this.alarms = alarms;
    this.devices = made.devices;
    this.#supervision = made.supervision;
  }

  /** Devices up, session started. */
  override async start(): Promise<this> {
    this.#supervision.start();
    await this.until('the devices are up', () => this.#supervision.devices.every(({ condition }) => condition === 'ready' || condition === 'degraded'));
    return super.start();
  }

  async stop(): Promise<void> {
    this.#supervision.stop();
    await Promise.all(Object.values(this.devices).map(async (device) => device?.close()));
  }

  /** Lets time pass until it is so. */
  async until(what: string, done: () => boolean, limitMs = 60_000): Promise<void> {
    for (let spent = 0; spent <= limitMs; spent += STEP_MS) {
      if (done()) return;
      await this.world.clock.advance(STEP_MS);
    }
    throw new Error(`not within ${limitMs} virtual ms: ${what}; the screen shows ${JSON.stringify(this.view.body)}`);
  }

  /** The cable is pulled, and put back after three seconds. */
  async replug(device: keyof Fitted): Promise<void> {
    this.lines[device].unplug();
    await this.world.clock.advance(3000);
    this.lines[device].plug();
  }

  bodies<K extends 'cash.stacked' | 'note.suspense' | 'note.returned' | 'transaction.closed' | 'receipt.failed' | 'load.committed'>(kind: K) {
    return this.world.entries.filter((entry) => entry.kind === kind).map(({ body }) => body as JournalBody<K>);
  }
}

export function attach(line: SimulatedLine, unit: SimulatedUnit): void {
  unit.onSend((bytes) => line.fromUnit(bytes));
  line.attachUnit((bytes) => unit.receive(bytes));
}

function devicesOf({ clock, entries }: FakeWorld, fitted: Fitted, lines: SupervisedBench['lines']): Devices {
  const head = {
    epoch: 1,
    get seq() {
      return entries.length;
    },
  };
  const memory = new JournaledMemory({ head, append: (entry) => entries.push(entry), entriesAfter: () => [] });
  return {
    ...NO_DEVICES,
    cashAcceptor: fitted.cashAcceptor?.({ clock, transport: lines.cashAcceptor, memory }),
    cardReader: fitted.cardReader?.({ clock, transport: lines.cardReader }),
    receiptPrinter: fitted.receiptPrinter?.({ clock, transport: lines.receiptPrinter }),
  };
}

function wired(world: FakeWorld, devices: Devices, alarms: string[]): { real: Partial<Ports>; supervision: Supervision } {
  const { clock, ports } = world;
  const { cashAcceptor, cardReader, receiptPrinter } = devices;
  const cash =
    cashAcceptor &&
    new CashDesk({
      acceptor: cashAcceptor,
      clock,
      taken: TAKEN,
      onStrayCredit: () => alarms.push('strayCredit'),
      onAlarm: ({ kind }) => alarms.push(kind),
    });
  const arrival = new AcceptorArrival(cash);
  const supervision = new Supervision({ clock, ports: devicePorts(devices, (report) => arrival.connected(report)), record: () => {} });
  const card =
    cardReader &&
    new CardDesk({
      isClaimed: () => false,
      reader: cardReader,
      profiles: [profile()],
      terminalNumber: TERMINAL,
      businessDate: () => TODAY,
      checkTac: async () => 'unchecked',
    });
  return {
    supervision,
    real: {
      recovery: { ...ports.recovery, run: async () => (arrival.ask(), []) },
      ...(cash && { cash }),
      ...(card && { card, issuer: { ...ports.issuer, authorizeLoad: async ({ init }) => ({ kind: 'authorized', ...authorize(init) }) } }),
      ...(receiptPrinter && { receipts: createReceiptPort(receiptPrinter, SITE) }),
    },
  };
}
