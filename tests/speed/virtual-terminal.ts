/**
 * The whole terminal in this process on virtual time: main/terminal's own composition, real drivers over lines of real speed to the
 * simulated cabinet, the journal on the disk, upstream as another process over HTTP. A cardholder tops up as often as asked, or nobody
 * comes. Used by load.ts, memory.ts and day.ts.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createIds } from '../../common/ids.ts';
import { Cabinet } from '../../drivers/bench/cabinet.ts';
import { cabinetIoModels } from '../../drivers/cabinet/models.ts';
import { cardReaderModels } from '../../drivers/card-reader/models.ts';
import { cashAcceptorModels } from '../../drivers/cash-acceptor/models.ts';
import { codeScannerModels } from '../../drivers/code-scanner/models.ts';
import { idReaderModels } from '../../drivers/id-reader/models.ts';
import { keypadModels } from '../../drivers/keypad/models.ts';
import { receiptPrinterModels } from '../../drivers/receipt-printer/models.ts';
import { SimulatedLines } from '../../drivers/transport/simulated.ts';
import type { Transport } from '../../drivers/transport/transport.ts';
import { loadConfig, type TerminalConfig } from '../../main/config/config.ts';
import { loadOrCreateTerminalKey } from '../../main/identity/terminal-key.ts';
import { freeSpace } from '../../main/journal/free-space.ts';
import { openJournal, type Journal } from '../../main/journal/journal.ts';
import { createLog } from '../../main/terminal/log.ts';
import { systemRandom } from '../../main/terminal/system.ts';
import { NO_DEVICES, type Devices } from '../../main/terminal/devices.ts';
import { startTerminal, type Terminal } from '../../main/terminal/terminal.ts';
import { createUpstream } from '../../main/upstream/upstream.ts';
import { VIEW_VERSION, type UiAct, type View, type ViewBodyOf, type ViewKind } from '../../state-machines/view.ts';
import { CountedTransport } from './counted-transport.ts';
import { OTHER_UNITS, otherUnits } from './other-units.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { overWire, type LineSpeed } from '../support/line-speed.ts';

const CARD = 'student-6688';
/** Fen; also a note. */
const AMOUNT = 5000;
/** A roll: some 400 slips, so there is always a fresh one. */
const PAPER_MM = 80_000;
/** Of the terminal's own time: longer than any wait of the flows. */
const PATIENCE_MS = 600_000;

/**
 * Usual settings of these units (card-readers.md 1.1 and 4, cash-acceptor.md 3); printers come with 9600 to 115200. HID devices have none:
 * a report comes whole.
 */
const SPEEDS = {
  cardReader: { baudRate: 38_400, bitsPerByte: 10 },
  cashAcceptor: { baudRate: 9600, bitsPerByte: 11 },
  receiptPrinter: { baudRate: 115_200, bitsPerByte: 10 },
  idReader: { baudRate: 115_200, bitsPerByte: 10 },
  cabinet: { baudRate: 9600, bitsPerByte: 10 },
} as const satisfies Readonly<Record<string, LineSpeed>>;

export interface VirtualTerminalOptions {
  /** Configuration file: its devices stand in the cabinet, its folder is not used. */
  readonly config: string;
  /** Folder of the journal. */
  readonly data: string;
  /** Of a sandbox. */
  readonly upstreamUrl: string;
  /** Scanner, ID reader, cabinet I/O and keypad as well; default: the three that a top-up needs. */
  readonly allDevices?: boolean;
  /** The reader has let the hand push the card in. */
  readonly onCardIn?: () => void;
  /** Every View as it goes out. */
  readonly onView?: (view: View) => void;
  /** Every answer of upstream, by the path that was asked. */
  readonly onAnswer?: (path: string) => void;
}

/** No staff is inside. */
const notHere = async () => ({ good: false, why: 'nobody is inside' }) as const;

export class VirtualTerminal {
  readonly clock = new VirtualClock();
  readonly #upstreamUrl: string;
  readonly #network: CountedNetwork;
  readonly #cabinet: Cabinet;
  readonly #journal: Journal;
  readonly #onView: (view: View) => void;
  readonly #onCardIn: () => void;
  readonly #allDevices: boolean;
  readonly #transports: CountedTransport[] = [];
  #devices: Devices = NO_DEVICES;
  #terminal: Terminal | undefined;
  #view: View | undefined;

  private constructor(options: VirtualTerminalOptions, config: TerminalConfig) {
    const { data, upstreamUrl, allDevices = false, onCardIn = () => {}, onView = () => {}, onAnswer = () => {} } = options;
    this.#upstreamUrl = upstreamUrl;
    this.#allDevices = allDevices;
    this.#onCardIn = onCardIn;
    this.#onView = onView;
    this.#network = new CountedNetwork(onAnswer);
    const keys = config.upstream.issuer.sandboxKeys;
    if (keys === undefined) throw new Error('the configuration has no keys of the sandbox issuer');
    const { masterLoadKey, masterTacKey } = keys;
    this.#cabinet = new Cabinet({
      clock: this.clock,
      random: systemRandom,
      issuerKeys: { masterLoadKey, masterTacKey, levels: ['serial'] },
      today: new Date().toISOString().slice(0, 10),
      devices: {
        cardReader: { model: 'crt591-m001', options: config.devices.cardReader?.options },
        cashAcceptor: { model: 'jcm-id003', options: config.devices.cashAcceptor?.options },
        receiptPrinter: { model: 'escpos-generic-80', options: config.devices.receiptPrinter?.options },
      },
    });
    this.#journal = openJournal({
      path: path.join(data, 'journal.sqlite'),
      terminalId: config.terminal.id,
      timeZone: config.terminal.timeZone,
      clock: this.clock,
      ids: createIds(this.clock, systemRandom),
      key: loadOrCreateTerminalKey(path.join(data, 'terminal-key.pem')),
    });
  }

  /** At the attract screen, ready to serve. */
  static async start(options: VirtualTerminalOptions): Promise<VirtualTerminal> {
    mkdirSync(options.data, { recursive: true });
    const read = loadConfig(options.config);
    const config: TerminalConfig = { ...read, data: { ...read.data, folder: options.data } };
    const made = new VirtualTerminal(options, config);
    const starting = made.#start(config, options.data);
    await made.#pass(() => made.#terminal !== undefined, starting);
    await made.#sees('attract', ({ services }) => services.some(({ name, available }) => name === 'topUp' && available));
    return made;
  }

  /** From attract to attract: card in, amount, payment, load, slip, card out. */
  async topUp(tender: 'cash' | 'qr'): Promise<void> {
    await this.#sees('attract', ({ services }) => services.some(({ name, available }) => name === 'topUp' && available));
    this.#act({ type: 'service', service: 'topUp' });
    await this.#sees('insert-card');
    await this.#hand('insertCard', () => {
      const { done } = this.#cabinet.hand({ act: 'insertCard', card: CARD });
      if (done) this.#onCardIn();
      return done;
    });
    await this.#sees('top-up-amount');
    this.#act({ type: 'amount', amount: AMOUNT });
    await this.#sees('top-up-amount', ({ selected }) => selected === AMOUNT);
    this.#act({ type: 'confirm' });
    await this.#sees('top-up-tender');
    this.#act({ type: 'tender', tender });
    await (tender === 'qr' ? this.#payByPhone() : this.#payCash());
    await this.#sees('done');
    this.#act({ type: 'receipt', choice: 'print' });
    await this.#sees('done', ({ receipt }) => receipt === 'printed');
    this.#cabinet.hand({ act: 'tearPaper' });
    this.#cabinet.hand({ act: 'loadPaper', mm: PAPER_MM });
    this.#act({ type: 'finish' });
    await this.#hand('takeCard', () => this.#cabinet.hand({ act: 'takeCard' }).done);
    await this.#sees('attract');
    // A purse holds 1,000 yuan: the cardholder rides before the next time.
    const at = { terminalId: '0000000000AA', date: '20261122', time: '081400' };
    this.#cabinet.chip(CARD).spendElsewhere({ amount: AMOUNT, ...at });
  }

  /** Nobody comes for this long. @throws when a device is not up at its end */
  async idle(ms: number): Promise<void> {
    const { clock } = this;
    for (let left = ms; left > 0; left -= PATIENCE_MS / 2) {
      const until = clock.monotonic() + Math.min(left, PATIENCE_MS / 2);
      await this.#pass(() => clock.monotonic() >= until);
    }
    const away = Object.entries(this.#devices).flatMap(([name, device]) => (device === undefined || device.lastStatus.device === 'online' ? [] : [name]));
    if (away.length > 0) throw new Error(`not online: ${away.join(', ')}`);
  }

  /** Who listens to the lines now. */
  get listeners(): number {
    return this.#transports.reduce((sum, { listeners }) => sum + listeners, 0);
  }

  async stop(): Promise<void> {
    let stopped = false;
    const stopping = this.#terminal?.stop().then(() => (stopped = true));
    await this.#pass(() => stopped, stopping);
  }

  async #start(config: TerminalConfig, data: string): Promise<void> {
    const { clock } = this;
    const key = loadOrCreateTerminalKey(path.join(data, 'terminal-key.pem'));
    this.#devices = this.#makeDevices(config);
    this.#terminal = await startTerminal({
      readiness: { read: () => undefined, keep: () => {} },
      config,
      version: '0.0.0',
      clock,
      random: systemRandom,
      key,
      journal: this.#journal,
      devices: this.#devices,
      journalWork: { verify: notHere, export: notHere },
      upstream: createUpstream({
        url: this.#upstreamUrl,
        terminalId: config.terminal.id,
        key,
        clock,
        random: systemRandom,
        enrolmentCode: config.upstream.enrolmentCode ?? '',
        fetch: this.#network.fetch,
      }),
      freeSpace,
      unsealed: () => [],
      log: createLog('error'),
      publish: (view) => {
        this.#view = view;
        this.#onView(view);
      },
      onJournalLost: () => {
        throw new Error('the journal was lost');
      },
    });
  }

  #makeDevices({ devices }: TerminalConfig): Devices {
    const lines = new SimulatedLines();
    const { clock } = this;
    const units = { ...this.#cabinet.units, ...otherUnits(clock) };
    const line = (name: keyof typeof units): { transport: Transport; clock: VirtualClock } => {
      const unit = units[name];
      if (unit === undefined) throw new Error(`the cabinet has no ${name}`);
      lines.add(name, name in SPEEDS ? overWire(unit, clock, SPEEDS[name as keyof typeof SPEEDS]) : unit);
      const transport = new CountedTransport(lines.transport(name));
      this.#transports.push(transport);
      return { transport, clock };
    };
    const three = {
      ...NO_DEVICES,
      cardReader: cardReaderModels['crt591-m001'].create(devices.cardReader?.options ?? {}, line('cardReader')),
      cashAcceptor: cashAcceptorModels['jcm-id003'].create(devices.cashAcceptor?.options ?? {}, line('cashAcceptor')),
      receiptPrinter: receiptPrinterModels['escpos-generic-80'].create(devices.receiptPrinter?.options ?? {}, line('receiptPrinter')),
    };
    if (!this.#allDevices) return three;
    return {
      ...three,
      codeScanner: codeScannerModels[OTHER_UNITS.codeScanner].create({}, line('codeScanner')),
      idReader: idReaderModels[OTHER_UNITS.idReader].create({}, line('idReader')),
      cabinet: cabinetIoModels[OTHER_UNITS.cabinet].create({}, line('cabinet')),
      keypad: keypadModels[OTHER_UNITS.keypad].create({}, line('keypad')),
    };
  }

  async #payByPhone(): Promise<void> {
    const { orderId } = await this.#sees('top-up-qr', ({ state }) => state === 'waiting');
    await fetch(new URL(`/sandbox/orders/${orderId}/pay`, this.#upstreamUrl), { method: 'POST' });
  }

  async #payCash(): Promise<void> {
    await this.#sees('top-up-cash');
    await this.#hand('feedNote', () => this.#cabinet.hand({ act: 'feedNote', denomination: AMOUNT }).done);
    await this.#sees('top-up-cash', ({ inserted, busy }) => inserted === AMOUNT && !busy);
    this.#act({ type: 'confirm' });
  }

  #act(act: UiAct): void {
    this.#terminal?.touch({ version: VIEW_VERSION, seq: this.#view?.seq ?? 0, act });
  }

  #hand(what: string, act: () => boolean): Promise<void> {
    return this.#pass(act).catch((error: unknown) => {
      throw new Error(`${what}: the cabinet never let the hand do it`, { cause: error });
    });
  }

  async #sees<K extends ViewKind>(kind: K, fits: (body: ViewBodyOf<K>) => boolean = () => true): Promise<ViewBodyOf<K>> {
    let seen: ViewBodyOf<K> | undefined;
    await this.#pass(() => {
      const body = this.#view?.body;
      if (body !== undefined && isKind(body, kind) && fits(body)) seen = body;
      return seen !== undefined;
    });
    if (seen === undefined) throw new Error(`the screen shows ${this.#view?.body.kind ?? 'nothing'}`);
    return seen;
  }

  /** Lets time pass until `done`. What is under way to upstream holds it: the network costs nothing here. */
  async #pass(done: () => boolean, failing?: Promise<unknown>): Promise<void> {
    const state: { error?: unknown } = {};
    failing?.catch((error: unknown) => (state.error = error));
    const limit = this.clock.monotonic() + PATIENCE_MS;
    for (;;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (state.error !== undefined) throw state.error;
      if (done()) return;
      if (this.#network.inFlight > 0) await this.#network.answered();
      else if (!this.clock.step() || this.clock.monotonic() > limit)
        throw new Error(`waited ${PATIENCE_MS} ms of the terminal's time; the screen shows ${JSON.stringify(this.#view?.body).slice(0, 300)}`);
    }
  }
}

/** `fetch` that knows how many answers, whole with their bodies, are still out. */
class CountedNetwork {
  readonly #onAnswer: (path: string) => void;
  #inFlight = 0;
  #waiters: (() => void)[] = [];

  constructor(onAnswer: (path: string) => void) {
    this.#onAnswer = onAnswer;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    this.#inFlight += 1;
    try {
      const response = await fetch(input, init);
      const { status, headers } = response;
      const body = await response.arrayBuffer();
      this.#onAnswer(new URL(response.url).pathname);
      return new Response(body, { status, headers });
    } finally {
      this.#inFlight -= 1;
      for (const wake of this.#waiters.splice(0)) wake();
    }
  };

  /** Resolves with the next answer. */
  answered(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
}

function isKind<K extends ViewKind>(body: View['body'], kind: K): body is ViewBodyOf<K> {
  return body.kind === kind;
}
