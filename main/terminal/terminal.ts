/**
 * The terminal, put together: the only place where ports meet drivers, journal and upstream. Starts in the order that money needs —
 * journal, devices, recovery — and stops in the reverse one.
 */
import { createActor, type InspectionEvent } from 'xstate';
import { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import { fen } from '../../common/fen.ts';
import { createIds, type Random } from '../../common/ids.ts';
import type { JournalEntry } from '../../common/journal-entry.ts';
import { makeVoucherCode } from '../../common/voucher-code.ts';
import type { CardReader } from '../../drivers/card-reader/card-reader.ts';
import type { CashAcceptor, PowerUpState } from '../../drivers/cash-acceptor/cash-acceptor.ts';
import type { ReceiptPrinter } from '../../drivers/receipt-printer/receipt-printer.ts';
import type { BlankPort } from '../../state-machines/replacement/ports.ts';
import { PortError, type CardPort, type CashPort, type Ports, type ReceiptOutcome, type ReceiptPort } from '../../state-machines/ports.ts';
import { sessionMachine } from '../../state-machines/session.ts';
import { viewOf } from '../../state-machines/session-view.ts';
import { uiEventOf } from '../../state-machines/ui-events.ts';
import type { KeyPress, UiEvent, View } from '../../state-machines/view.ts';
import type { TerminalConfig } from '../config/config.ts';
import type { TerminalKey } from '../identity/terminal-key.ts';
import { alarmsOf, type AlarmSources, type TerminalAlarm } from '../../common/maintenance/alarms.ts';
import type { StockFacts } from '../../common/maintenance/forecast.ts';
import type { TerminalState } from '../../common/upstream-api/terminals.ts';
import { businessDates } from '../../common/business-date.ts';
import type { FreeSpace } from '../journal/free-space.ts';
import type { Journal } from '../journal/journal.ts';
import { JournalError } from '../journal/journal-error.ts';
import type { PruneRule } from '../journal/pruning.ts';
import type { KeptReport } from '../maintenance/readiness/kept-report.ts';
import { ChartTrace } from '../maintenance/charts/chart-trace.ts';
import { createFrameTap } from '../maintenance/monitor/frame-tap.ts';
import { createReadiness, type Readiness } from '../maintenance/readiness/port.ts';
import { createSelfTestPort } from '../maintenance/self-tests/port.ts';
import type { SelfTestPort } from '../../state-machines/maintenance/self-test-port.ts';
import { createReceiptPort } from '../receipts/port.ts';
import { createSlipPort } from '../receipts/signed-link.ts';
import { boxIsChanging } from '../maintenance/box-exchange.ts';
import { createRooms } from '../maintenance/rooms.ts';
import type { JournalWork } from '../maintenance/story-room.ts';
import { closedBy } from '../maintenance/system-room.ts';
import { readStaffCard } from '../maintenance/sign-in/staff-card.ts';
import { StaffDesk } from '../maintenance/sign-in/staff-desk.ts';
import type { AnswerCounts } from '../support/answer-counts.ts';
import { bundledKnowledge } from '../support/knowledge.ts';
import { candidatesFor, readingOf } from '../typing/pinyin.ts';
import { createSupportPort } from '../support/port.ts';
import type { UpdateStanding } from '../updates/report.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';
import { chartClock } from '../../state-machines/chart-types.ts';
import type { DevicePort } from '../../state-machines/device.ts';
import { AcceptorArrival } from './acceptor-arrival.ts';
import { AvailabilityBoard, isOpened, type Parts, type ReplacementOffer } from './availability.ts';
import { Caretaker } from './caretaker.ts';
import { ClockWatch } from './clock-watch.ts';
import { devicePorts } from './device-ports.ts';
import { closeAll, type Devices } from './devices.ts';
import type { Log } from './log.ts';
import { BlankDesk } from './ports/blank-port.ts';
import { CardDesk } from './ports/card-port.ts';
import { acceptorAlarm, CashDesk, type CashDeskOptions } from './ports/cash-port.ts';
import { documentPort } from './ports/document-port.ts';
import { keypadPort } from './ports/keypad-port.ts';
import { JournalCheck, type JournalCheckOptions } from './journal-check.ts';
import { JournalPruning, type JournalPruningOptions } from './journal-pruning.ts';
import { JournalDesk } from './ports/journal-port.ts';
import { scannerPort } from './ports/scanner-port.ts';
import { ViewPublisher } from './publisher.ts';
import { Recovery } from './recovery/recovery.ts';
import { withThresholds, type StorageThresholds } from './storage-thresholds.ts';
import { Supervision } from './supervision.ts';
import { tellStates, type StateTeller } from './state-file.ts';
import { SupplyWatch } from './supply-watch.ts';
import { terminalState } from './terminal-state.ts';

export interface TerminalOptions {
  readonly config: TerminalConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly key: TerminalKey;
  readonly journal: Journal;
  /** For one-time codes of staff. Absent: none are judged here. */
  readonly staffSecret?: Uint8Array;
  readonly devices: Devices;
  readonly upstream: Upstream;
  /** Room on the disk of the journal's folder. */
  readonly freeSpace: (folder: string) => FreeSpace;
  /** Files that hold a key of this terminal in the clear. */
  readonly unsealed: () => readonly string[];
  readonly log: Log;
  readonly publish: (view: View) => void;
  /** Keys of the keypad, for the page. Default: nobody. */
  readonly onKey?: (press: KeyPress) => void;
  /** The journal can't go on with this process: a new one opens it anew. */
  readonly onJournalLost: () => void;
  /** Reads all of the journal, and makes the next opening do so. Absent: nobody does. */
  readonly journalCheck?: Pick<JournalCheckOptions, 'check' | 'doubt'>;
  /** Closed with the terminal. Absent: how often answers are read is not counted. */
  readonly answerCounts?: AnswerCounts;
  /** What may leave the journal, and when that is looked at. Absent: nothing ever does. */
  readonly pruning?: { readonly rule: PruneRule } & Pick<JournalPruningOptions, 'firstLookMs' | 'everyMs'>;
  /** Proves the whole journal, and writes it to a stick. */
  readonly journalWork: JournalWork;
  /** Lines of the log, the oldest first. Absent: nobody keeps them. */
  readonly recentLog?: () => readonly string[];
  /** Staff wants the process started anew. Default: it goes on. */
  readonly onRestart?: () => void;
  /** Of releases that come by the network, for staff. Default: none come. */
  readonly updateStanding?: () => UpdateStanding | undefined;
  /** Where the last readiness report is kept. */
  readonly readiness: KeptReport;
  /** Hears what the terminal says of itself when that changed, and now and then. Default: nobody. */
  readonly onState?: StateTeller['tell'];
  /** Hears every step of the session's statechart and of the flow that it invokes. Default: nobody. */
  readonly onChart?: (event: InspectionEvent) => void;
}

export interface Terminal {
  /** A touch. Stale ones, made on another screen than the one that is out, are dropped. */
  touch(event: UiEvent): void;
  /** Publishes the present View again. */
  repeatView(): void;
  /** Whether anybody would notice if it stopped now. */
  rest(): Rest;
  /** What of its start is behind it. */
  readonly began: { readonly devices: boolean; readonly upstream: boolean };
  /** What the fleet's server says of releases. */
  readonly rollouts: Upstream['rollouts'];
  stop(): Promise<void>;
}

/** By what an update finds its moment. */
export interface Rest {
  /** ms that nobody has been served for. */
  readonly forMs: number;
  readonly openTransactions: number;
  /** Cabinet open, or its switch at maintenance. */
  readonly technician: boolean;
}

/** How often the disk is looked at. */
const DISK_LOOK_MS = 60_000;
/** More entries than staff writes between a stop and the next start; beyond them the stop counts as an interruption, which is careful. */
const AFTER_STOP = 100;
/** So far back a start looks for staff's word that the terminal is out of service: what is closed writes little. */
const SAID_BEFORE = 5000;
/** Longest a start waits for a device; it goes on connecting in the background. */
const CONNECT_WAIT_MS = 15_000;

export async function startTerminal(options: TerminalOptions): Promise<Terminal> {
  const { config, clock, random, key, journal, devices, upstream, log } = options;
  const businessDate = businessDates(config.terminal.timeZone);
  const closed = closedBy(latestEntries(journal, SAID_BEFORE));
  const board = new AvailabilityBoard(
    {
      ...statusOf(devices),
      upstream: upstream.online.current,
      journal: 'ok',
      disk: diskOf(options),
      cashUntold: false,
      boxChanging: devices.cashAcceptor !== undefined && boxIsChanging(journal),
      pathHeld: false,
      closed: closed !== undefined,
      paused: [],
      starting: true,
    },
    config.topUp.tenders,
    replacementOffer(config),
  );
  const desk = new JournalDesk({
    journal,
    clock,
    random,
    shortName: config.terminal.shortName,
    businessDate,
    onHealth: (health) => {
      board.hear({ journal: health });
      if (health === 'failed' && journal.mustReopen) options.onJournalLost();
    },
  });
  const interrupted = wasInterrupted(journal);
  const started = onceWritten(desk, log, {
    kind: 'terminal.started',
    body: { version: options.version, reason: journal.replacement === undefined ? 'start' : 'newEpoch' },
  });

  const ids = createIds(clock, random);
  const cashDesk =
    devices.cashAcceptor === undefined
      ? undefined
      : makeCashDesk(devices.cashAcceptor, options, {
          onStrayCredit: (credit) => recovery.strayCredit(credit),
          onAlarm: (report) => recordOf(desk, acceptorAlarm(report), log),
        });
  const staff = staffDesk(options, desk);
  const blanks = blankDesk(devices.cardReader, options, (stuck) => board.hear({ pathHeld: stuck }));
  const { selfTests, readiness } = maintenancePorts(options, desk, board);
  board.hear({ paused: readiness.paused });
  const flowPorts: Omit<Ports, 'recovery' | 'availability' | 'rooms'> = {
    clock,
    ids,
    random,
    journal: desk,
    card: cardPort(
      devices.cardReader,
      options,
      () => businessDate(clock.now()),
      () => blanks?.isClaimed === true,
    ),
    cash: cashDesk ?? noCashPort,
    payments: upstream.payments,
    scanner: scannerPort(devices.codeScanner),
    issuer: upstream.issuer,
    losses: upstream.losses,
    staff,
    desk: upstream.desk,
    blanks: blanks ?? noBlankPort,
    replacements: upstream.replacements,
    scripts: upstream.scripts,
    accounts: upstream.accounts,
    documents: documentPort(devices.idReader, () => businessDate(clock.now())),
    ...(devices.keypad === undefined ? {} : { keypad: keypadPort(devices.keypad, config.access) }),
    vouchers: { ...upstream.vouchers, codeOf: (voucherId) => makeVoucherCode(key.derive('kiosk-voucher-code', voucherId)) },
    slips: createSlipPort({ key: options.key, terminalId: config.terminal.id, verifyUrl: config.site.verifyUrl }),
    receipts: receiptPort(devices.receiptPrinter, config),
    selfTests,
    readiness,
    typing: { candidates: candidatesFor, reading: readingOf },
    monitor: createFrameTap({
      clock,
      devices,
      models: modelsOf(config),
      terminalId: config.terminal.id,
      exportFolder: config.maintenance.exportFolder,
    }),
    support: createSupportPort({
      config,
      clock,
      knowledge: bundledKnowledge(),
      ...(options.answerCounts === undefined ? {} : { counts: options.answerCounts }),
    }),
    settings: {
      presets: config.topUp.presets.map(fen),
      minimumLoad: fen(config.topUp.minimum),
      maximumLoad: fen(config.topUp.maximum),
      tenders: config.topUp.tenders,
      untakenCard: config.topUp.untakenCard,
      receiptDefault: config.topUp.receiptDefault,
      settledWithinHours: config.topUp.settledWithinHours,
      replacementFee: fen(config.replacement.fee),
      voucherValidDays: config.topUp.voucherValidDays,
      notices: { ...config.notices, lowBalance: fen(config.notices.lowBalance) },
      survey: config.support.survey,
      timeZone: config.terminal.timeZone,
    },
  };
  const arrival = new AcceptorArrival(cashDesk);
  const recovery: Recovery = new Recovery({
    ports: flowPorts,
    read: {
      openTransactions: () => journal.openTransactions(),
      transaction: (id) => journal.transaction(id),
      lacking: (kind, answers) => journal.transactionsLacking(kind, answers),
      lackingSince: (kind, answers) => journal.transactionsLackingSince(kind, answers),
      latest: (count) => latestEntries(journal, count),
      byReference: (reference) => journal.findByReference(reference),
    },
    issuerReachable: () => upstream.online.current.issuer === 'up',
    powerUp: () => arrival.ask(),
    log: (message, details) => log.warn(details, message),
  });
  const charts = new ChartTrace({ clock, parts: Object.keys(devices).filter((name) => devices[name as keyof Devices] !== undefined) });
  const rooms = createRooms({
    charts,
    config,
    version: options.version,
    startedAt: clock.now(),
    clock,
    ids,
    journal,
    desk,
    key,
    devices,
    upstream,
    lag: () => uplink.lag,
    supervision: () => supervision,
    availability: board,
    freeSpace: () => options.freeSpace(config.data.folder),
    receipts: flowPorts.receipts,
    slips: flowPorts.slips,
    told: (id) => recovery.toldOf(id),
    alarms: () => alarmsNow(),
    forecast: () => supplyWatch.supplies,
    // by the configuration: an acceptor that is away, or not up yet, takes none
    denominations: devices.cashAcceptor === undefined ? [] : notesTaken(config.devices.cashAcceptor?.options),
    work: options.journalWork,
    closed,
    onClosed: (reason) => board.hear({ closed: reason !== undefined }),
    onBoxChanging: (boxChanging) => board.hear({ boxChanging }),
    ...(options.recentLog === undefined ? {} : { recentLog: options.recentLog }),
    onRestart: options.onRestart ?? nothing,
    ...(options.updateStanding === undefined ? {} : { updateStanding: options.updateStanding }),
  });
  const ports: Ports = { ...flowPorts, recovery, availability: board, rooms };

  let servedAt = clock.monotonic();
  const session = createActor(sessionMachine, {
    input: {
      ports,
      site: {
        operator: config.site.operator,
        place: config.site.place,
        terminal: config.terminal.shortName,
        hotline: config.site.hotline,
        hotlineHours: config.site.hotlineHours,
        slots: config.site.slots,
      },
      preferences: { locale: config.language, size: 'standard', theme: 'light', lowReach: false },
      notice: config.site.notice ?? undefined,
    },
    clock: chartClock(clock),
    inspect: (event) => {
      options.onChart?.(event);
      charts.hear(event);
      if (event.type !== '@xstate.snapshot') return;
      if (!isIdle(session.getSnapshot().value)) servedAt = clock.monotonic();
      publisher.changed();
    },
  });
  const publisher = new ViewPublisher({
    clock,
    timeZone: config.terminal.timeZone,
    view: (seq, time) => viewOf(session.getSnapshot(), seq, time),
    publish: options.publish,
  });

  listenToDevices(devices, board);
  devices.keypad?.onEvent((event) => event.type === 'key' && options.onKey?.({ key: event.key, press: event.press }));
  upstream.online.onChange((state) => board.hear({ upstream: state }));
  const supervision = new Supervision({
    clock,
    ports: judgedPorts(
      devicePorts(devices, (report) => {
        board.hear(saysUntold(report));
        arrival.connected(report);
      }),
      config.storage,
    ),
    record: (entry) => recordOf(desk, entry, log),
    onChart: (name, event) => charts.hear(event, name),
  });
  supervision.onChange(({ name, condition, trouble }, before) => {
    board.hear(statusOf(devices));
    if (before?.condition !== condition) log.info({ device: name, condition, ...(trouble === undefined ? {} : { trouble }) }, 'device');
  });
  supervision.start();
  let devicesAnswered = false;
  const connected = supervision.firstAnswers(CONNECT_WAIT_MS).then(() => {
    devicesAnswered = true;
    board.hear({ starting: false });
  });
  devices.cashAcceptor?.onEvent((event) => {
    if (event.type !== 'resumed') return;
    board.hear(saysUntold(event.powerUp));
    arrival.resumed(event.powerUp);
  });
  // Open money is recovered, and a card that was left inside is given back, before anyone is served: that needs the devices. After an
  // orderly stop the screen need not wait for them.
  if (interrupted || journal.openTransactions().length > 0) await connected;
  const disk = watchDisk(options, board, started);
  const uplink = upstream.startUplink(desk);
  const clockWatch = new ClockWatch({ clock, skew: upstream.skew, record: (entry) => recordOf(desk, entry, log) });
  session.start();
  const supplyWatch = new SupplyWatch({ clock, journal, facts: () => stockFacts(devices, config) });
  let alarms: readonly TerminalAlarm[] = [];
  const alarmsNow = (): readonly TerminalAlarm[] => {
    alarms = alarmsOf({ now: clock.now(), devices: supervision.devices, terminal: terminalFacts(board.parts, upstream) }, alarms);
    return alarms;
  };
  const stateNow = (): TerminalState | undefined => {
    try {
      return terminalState({
        version: options.version,
        availability: board.current,
        parts: statusOf(devices),
        devices: supervision.devices,
        view: viewOf(session.getSnapshot(), 0, '00:00').body.kind,
        balances: journal.balances(),
        freeBytes: options.freeSpace(config.data.folder).free,
        alarms: alarmsNow(),
        supplies: supplyWatch.supplies,
        update: options.updateStanding?.()?.report,
      });
    } catch (error) {
      if (error instanceof JournalError) return undefined; // a journal or a disk in trouble is told by what stops working
      throw error;
    }
  };
  upstream.tellState(stateNow);
  const states =
    options.onState === undefined ? undefined : tellStates({ clock, link: () => upstream.online.current.link, state: stateNow, tell: options.onState });
  const caretaker = new Caretaker({ clock, idle: () => isIdle(session.getSnapshot().value), tend: () => recovery.tend() });
  upstream.online.onChange(({ link }) => {
    if (link === 'online') caretaker.wake();
  });
  const journalCheck =
    options.journalCheck === undefined
      ? undefined
      : new JournalCheck({
          ...options.journalCheck,
          clock,
          record: (entry) => recordOf(desk, entry, log),
          idle: () => isIdle(session.getSnapshot().value),
          onLost: options.onJournalLost,
        });
  const pruning = prunes(options, () => isIdle(session.getSnapshot().value));

  return {
    touch: ({ seq, act }) => {
      if (publisher.isCurrent(seq, act.type) || act.type === 'close' || act.type === 'open') {
        session.send(uiEventOf(act));
        publisher.publish(); // at once: a second touch that comes in the same turn was made on the screen before
      } else log.debug({ seq, shown: publisher.seq, act: act.type }, 'a touch on an old screen was dropped');
    },
    repeatView: () => publisher.publish(true),
    rollouts: upstream.rollouts,
    rest: () => ({
      forMs: isIdle(session.getSnapshot().value) ? clock.monotonic() - servedAt : 0,
      openTransactions: journal.openTransactions().length,
      // a visit is no rest; whether staff left it out of service is nothing to an update
      technician: isOpened({ ...statusOf(devices), closed: false }),
    }),
    get began() {
      return { devices: devicesAnswered, upstream: upstream.online.current.link !== 'offline' || upstream.online.error !== undefined };
    },
    stop: async () => {
      caretaker.stop();
      journalCheck?.stop();
      pruning?.stop();
      disk.stop();
      states?.stop();
      session.stop();
      staff.close();
      publisher.stop();
      clockWatch.stop();
      uplink.stop();
      upstream.close();
      supervision.stop();
      await closeAll(devices);
      desk.append({ kind: 'terminal.stopped', body: { reason: 'stop' } });
      journal.close();
      options.answerCounts?.close();
    },
  };
}

/** Pieces that are counted elsewhere than in the journal. */
function stockFacts({ cardReader }: Devices, { storage }: TerminalConfig): StockFacts {
  const blankCards = cardReader?.lastStatus.storage.find(({ id }) => id === 'stacker')?.count;
  const { retainBin, cashBox } = storage;
  return {
    ...(blankCards === undefined ? {} : { blankCards }),
    ...(retainBin?.high === undefined ? {} : { rejectBinHolds: retainBin.high }),
    ...(cashBox?.high === undefined ? {} : { cashBoxHolds: cashBox.high }),
  };
}

function terminalFacts({ journal, disk, upstream: { link }, cashUntold, pathHeld, cabinet, paused }: Parts, { skew }: Upstream): AlarmSources['terminal'] {
  const doorOpen = cabinet?.device === 'online' && cabinet.door === 'open';
  return { journal, disk, link, clockOffsetMs: skew.current?.offsetMs, cashUntold, blankStuck: pathHeld, doorOpen, paused };
}

function prunes({ pruning, clock, journal, log, onJournalLost }: TerminalOptions, idle: () => boolean): JournalPruning | undefined {
  if (pruning === undefined) return undefined;
  const { rule, ...times } = pruning;
  return new JournalPruning({
    clock,
    idle,
    ...times,
    cut: () => journal.prune(rule),
    onTrouble: (error) => {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'old entries could not leave the journal');
      if (journal.mustReopen) onJournalLost();
    },
  });
}

/** By device: the model that the configuration names. */
function modelsOf({ devices }: TerminalConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(devices).flatMap(([part, fitted]) => (fitted === null ? [] : [[part, fitted.model]])));
}

/** What staff tests, and the report by which the terminal serves again. */
function maintenancePorts(
  { clock, key, config, version, devices, upstream, journal, journalCheck, readiness, freeSpace, unsealed, log }: TerminalOptions,
  desk: JournalDesk,
  board: AvailabilityBoard,
): { readonly selfTests: SelfTestPort; readonly readiness: Readiness } {
  const append = (entry: NewEntry): unknown => desk.append(entry);
  const selfTests = createSelfTestPort({
    clock,
    devices,
    models: modelsOf(config),
    profiles: config.cards.profiles,
    facts: {
      ...(journalCheck === undefined ? {} : { checkJournal: journalCheck.check }),
      diskIsLow: () => freeSpace(config.data.folder).low,
      clockOffsetMs: () => upstream.skew.current?.offsetMs,
      askUpstream: async () => (await upstream.online.beat()).link,
      unsealed,
    },
    append,
  });
  return {
    selfTests,
    readiness: createReadiness({
      clock,
      key,
      kept: readiness,
      fitted: selfTests.tests.map(({ test }) => test),
      terminal: { terminalId: config.terminal.id, shortName: config.terminal.shortName, version, timeZone: config.terminal.timeZone },
      heading: [config.site.operator, config.site.place],
      head: () => journal.head,
      append,
      printer: devices.receiptPrinter,
      onPaused: (paused) => board.hear({ paused }),
      onTrouble: (error) => log.warn({ error: error instanceof Error ? error.message : String(error) }, 'the readiness report could not be kept'),
    }),
  };
}

function latestEntries(journal: Journal, count: number): readonly JournalEntry[] {
  const { epoch, seq } = journal.head;
  return journal.entriesAfter(epoch, Math.max(0, seq - count), count).map(({ entry }) => entry);
}

/** The process before this one did not come to its own end. */
function wasInterrupted(journal: Journal): boolean {
  // What staff does while the terminal is off, a settlement say, comes after its last word.
  const latest = latestEntries(journal, AFTER_STOP);
  return latest.length > 0 && latest.findLast(({ kind }) => kind === 'terminal.started' || kind === 'terminal.stopped')?.kind !== 'terminal.stopped';
}

/** Background work never runs while a person is served. */
function isIdle(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'idle' in value;
}

/** Cash can pay a fee where any notes that fit in lead to it: there is no change. */
function replacementOffer({ topUp, replacement, devices }: TerminalConfig): ReplacementOffer | undefined {
  if (!replacement.offered) return undefined;
  const denominations = devices.cashAcceptor == null ? [] : notesTaken(devices.cashAcceptor.options);
  const least = Math.min(...denominations);
  const payableInCash = topUp.tenders.includes('cash') && denominations.length > 0 && [replacement.fee, ...denominations].every((each) => each % least === 0);
  return { payableInCash };
}

function blankDesk(reader: CardReader | undefined, { config }: TerminalOptions, onStuck: (stuck: boolean) => void): BlankDesk | undefined {
  if (reader === undefined || !reader.capabilities.canDispense || !reader.capabilities.canRetain) return undefined;
  const { application } = config.replacement;
  const profile = config.cards.profiles.find(({ aid }) => aid === application);
  const blanks = application === undefined || profile === undefined ? undefined : { application, profile };
  return new BlankDesk({ reader, blanks, terminalNumber: config.terminal.terminalNumber, onStuck });
}

/** Judges offline, with nothing but the configuration, the terminal's own secret and its journal. */
function staffDesk({ config, clock, random, journal, devices, staffSecret }: TerminalOptions, desk: JournalDesk): StaffDesk {
  const { cabinet, cardReader, codeScanner } = devices;
  const isCalled = (): boolean => cabinet?.lastStatus.device === 'online' && cabinet.lastStatus.serviceSwitch === 'maintenance';
  const { staff, grantKeys, revokedSerials, revokedStaff, twoPersons } = config.maintenance;
  return new StaffDesk({
    rules: {
      terminalId: config.terminal.id,
      staff,
      grantKeys: Object.fromEntries(grantKeys.map(({ kid, ...key }) => [kid, key])),
      revokedSerials,
      revokedStaff,
      twoPersons,
    },
    secret: staffSecret,
    fitted: { scanner: codeScanner !== undefined, reader: cardReader !== undefined },
    clock,
    random,
    ids: createIds(clock, random),
    journal,
    append: (entry) => desk.append(entry),
    call: {
      get called() {
        return isCalled();
      },
      onCalled: (listener) => {
        let before = isCalled();
        return (
          cabinet?.onEvent(() => {
            const called = isCalled();
            if (called !== before) listener(called);
            before = called;
          }) ?? nothing
        );
      },
    },
    readCard: async (signal) => (cardReader === undefined ? { kind: 'noStaffCard' } : readStaffCard(cardReader, signal)),
  });
}

function cardPort(reader: CardReader | undefined, { config, upstream }: TerminalOptions, businessDate: () => string, isClaimed: () => boolean): CardPort {
  if (reader === undefined) return noCardPort;
  return new CardDesk({
    reader,
    profiles: config.cards.profiles,
    terminalNumber: config.terminal.terminalNumber,
    businessDate,
    isClaimed,
    checkTac: async (loadId, tac) => {
      try {
        return await upstream.issuer.checkTac({ loadId, tac });
      } catch (error) {
        if (error instanceof PortError) return 'unchecked';
        throw error;
      }
    },
  });
}

function makeCashDesk(acceptor: CashAcceptor, { clock, config }: TerminalOptions, tell: Pick<CashDeskOptions, 'onStrayCredit' | 'onAlarm'>): CashDesk {
  return new CashDesk({ acceptor, clock, taken: notesTaken(config.devices.cashAcceptor?.options), ...tell });
}

/** Every acceptor model's options name the notes the site takes. */
function notesTaken(options: unknown): readonly number[] {
  return z.object({ denominations: z.array(z.int()) }).parse(options).denominations;
}

function receiptPort(printer: ReceiptPrinter | undefined, { site, terminal }: TerminalConfig): ReceiptPort {
  if (printer === undefined) {
    const none = async (): Promise<ReceiptOutcome> => ({ state: 'failedBefore', trouble: 'offline' });
    return { print: none, printStatement: none, printLoss: none, printTicket: none, printCallback: none, printAccount: none, printReplacement: none };
  }
  return createReceiptPort(printer, {
    operator: site.operator,
    place: site.place,
    terminal: terminal.shortName,
    hotline: site.hotline,
    hotlineHours: site.hotlineHours,
    timeZone: terminal.timeZone,
  });
}

const notFitted = async (): Promise<never> => {
  throw new PortError('deviceFault', 'the device is not fitted', { detail: 'notFitted' });
};
const nothing = (): void => {};

const noCardPort: CardPort = {
  media: 'notPresent',
  canRetain: false,
  setEntry: notFitted,
  read: notFitted,
  initializeLoad: notFitted,
  creditLoad: notFitted,
  readBalance: notFitted,
  examineLoad: notFitted,
  script: { challenge: notFitted, execute: notFitted, readBack: notFitted, prove: notFitted },
  present: notFitted,
  retract: notFitted,
  retain: notFitted,
  onEvent: () => nothing,
};
const noBlankPort: BlankPort = {
  dispense: notFitted,
  read: notFitted,
  challenge: notFitted,
  command: notFitted,
  readBack: notFitted,
  present: notFitted,
  capture: notFitted,
  find: async () => 'unknown',
  holds: () => false,
  fateOf: () => undefined,
  onEvent: () => nothing,
};
const noCashPort: CashPort = { denominations: [], accept: notFitted, stack: notFitted, returnNote: notFitted, onEvent: () => nothing };

function statusOf({ cardReader, cashAcceptor, receiptPrinter, codeScanner, idReader, cabinet, keypad }: Devices): Pick<Parts, keyof Devices> {
  return {
    cardReader: cardReader?.lastStatus,
    cashAcceptor: cashAcceptor?.lastStatus,
    receiptPrinter: receiptPrinter?.lastStatus,
    codeScanner: codeScanner?.lastStatus,
    idReader: idReader?.lastStatus,
    cabinet: cabinet?.lastStatus,
    keypad: keypad?.lastStatus,
  };
}

function saysUntold(report: PowerUpState): Pick<Parts, 'cashUntold'> {
  return { cashUntold: report.kind === 'lostEvents' };
}

function listenToDevices(devices: Devices, board: AvailabilityBoard): void {
  const { cardReader, cashAcceptor, receiptPrinter, codeScanner, idReader, cabinet, keypad } = devices;
  for (const device of [cardReader, cashAcceptor, codeScanner, idReader, cabinet, keypad]) {
    device?.onEvent(({ type }: { readonly type: string }) => {
      if (type === 'statusChanged') board.hear(statusOf(devices));
    });
  }
  receiptPrinter?.onStatus((status) => board.hear({ receiptPrinter: status }));
}

function judgedPorts(ports: Readonly<Record<string, DevicePort>>, thresholds: StorageThresholds): Record<string, DevicePort> {
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, withThresholds(port, thresholds)]));
}

/** A journal that can't be written now says so by itself, and devices are looked after all the same. @returns whether it was written */
function recordOf(desk: JournalDesk, entry: NewEntry, log: Log): boolean {
  try {
    desk.append(entry);
    return true;
  } catch (error) {
    log.warn({ kind: entry.kind, error: error instanceof Error ? error.message : String(error) }, 'not written to the journal');
    return false;
  }
}

/** Writes the entry now; what it answers tries again as long as that was not possible: a terminal starts on a full disk too, out of service. */
function onceWritten(desk: JournalDesk, log: Log, entry: NewEntry): () => void {
  let written = recordOf(desk, entry, log);
  return () => {
    written ||= recordOf(desk, entry, log);
  };
}

function diskOf({ config, freeSpace }: TerminalOptions): 'ok' | 'low' {
  return freeSpace(config.data.folder).low ? 'low' : 'ok';
}

function watchDisk(options: TerminalOptions, board: AvailabilityBoard, onRoom: () => void): { stop(): void } {
  const { clock } = options;
  let timer = clock.setTimeout(look, DISK_LOOK_MS);
  function look(): void {
    const disk = diskOf(options);
    // With room again the journal is believed anew; its next entry proves it.
    board.hear(disk === 'ok' ? { disk, journal: 'ok' } : { disk });
    if (disk === 'ok') onRoom();
    timer = clock.setTimeout(look, DISK_LOOK_MS);
  }
  return { stop: () => clock.clearTimeout(timer) };
}
