/** The rooms of the maintenance mode over the running terminal: what each may ask, put together. Made by main/terminal. */
import type { Clock } from '../../common/clock.ts';
import type { Ids } from '../../common/ids.ts';
import { localMoment } from '../../common/local-moment.ts';
import type { TerminalAlarm } from '../../common/maintenance/alarms.ts';
import type { SupplyForecast } from '../../common/maintenance/forecast.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { CardReader } from '../../drivers/card-reader/card-reader.ts';
import type { CabinetLook } from '../../state-machines/maintenance/rooms-screens.ts';
import type { ChartsPort } from '../../state-machines/maintenance/charts-port.ts';
import type { RoomsPort, SuppliesPort } from '../../state-machines/maintenance/rooms-port.ts';
import { PortError, type ReceiptPort, type SlipPort } from '../../state-machines/ports.ts';
import type { TerminalConfig } from '../config/config.ts';
import type { TerminalKey } from '../identity/terminal-key.ts';
import type { Journal } from '../journal/journal.ts';
import { JournalError } from '../journal/journal-error.ts';
import type { Devices } from '../terminal/devices.ts';
import type { AvailabilityBoard } from '../terminal/availability.ts';
import type { JournalDesk } from '../terminal/ports/journal-port.ts';
import type { Supervision } from '../terminal/supervision.ts';
import { boxRoom } from './box-room.ts';
import { cabinetLook, type ProofSources } from './cabinet-look.ts';
import { deviceRoom } from './device-room.ts';
import { JournalFolds } from './journal-folds.ts';
import { storyRoom, type JournalWork, type StoryRoomOptions } from './story-room.ts';
import { systemRoom, type SystemRoomOptions } from './system-room.ts';

export interface RoomsOptions extends Omit<SystemRoomOptions, 'key' | 'journal' | 'supervision' | 'keypad'> {
  readonly config: TerminalConfig;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly journal: Journal;
  readonly desk: JournalDesk;
  readonly key: TerminalKey;
  readonly devices: Devices;
  /** Absent until it runs: nobody is inside before. */
  readonly supervision: () => Pick<Supervision, 'devices' | 'onChange' | 'retry'>;
  readonly availability: Pick<AvailabilityBoard, 'onChange' | 'withoutStaff'>;
  readonly receipts: ReceiptPort;
  readonly slips: SlipPort;
  readonly told: StoryRoomOptions['told'];
  /** What is told upstream, too. */
  readonly alarms: () => readonly TerminalAlarm[];
  readonly forecast: () => readonly SupplyForecast[];
  /** Fen. */
  readonly denominations: readonly number[];
  readonly work: JournalWork;
  readonly charts: ChartsPort;
  /** No note is to be taken, or they may be again (box-exchange.ts). */
  readonly onBoxChanging: (changing: boolean) => void;
}

export function createRooms(options: RoomsOptions): RoomsPort {
  const { journal, desk, clock, devices, config, supervision } = options;
  const { timeZone } = config.terminal;
  const folds = new JournalFolds({ journal, clock });
  const box = boxRoom({
    journal,
    desk,
    folds,
    printer: devices.receiptPrinter,
    config,
    denominations: options.denominations,
    onChanging: options.onBoxChanging,
  });
  return {
    look: () => inPortWords(() => look(options, folds)),
    onChange: (listener) => {
      const ends = [supervision().onChange(() => listener()), options.availability.onChange(() => listener()), desk.onAppend(() => listener())];
      return together(ends);
    },
    box,
    supplies: suppliesRoom(folds, devices.cardReader),
    devices: deviceRoom({ supervision, journal, timeZone }),
    stories: storyRoom({
      printSettlement: (settlementId, locale) => box.printSlip(settlementId, locale),
      journal,
      desk,
      clock,
      ids: options.ids,
      key: options.key,
      timeZone,
      receipts: options.receipts,
      slips: options.slips,
      told: options.told,
      settledWithinHours: config.topUp.settledWithinHours,
      locale: config.language,
      work: options.work,
    }),
    system: systemRoom({ ...options, keypad: devices.keypad }),
    charts: options.charts,
  };
}

function suppliesRoom(folds: JournalFolds, reader: CardReader | undefined): SuppliesPort {
  return {
    lastFilled: (signal) => folds.read(signal).then(({ filled }) => filled, inPortWordsLater),
    emptied: async (supply) => {
      if (supply !== 'rejectBin' || reader === undefined) return;
      const counts = reader.lastStatus.storage.some(({ id, count }) => id === 'retainBin' && count !== undefined);
      if (!counts) return; // nothing is counted there: nothing begins anew
      await reader.resetCount('retainBin').catch((error: unknown) => {
        throw new PortError('deviceFault', error instanceof Error ? error.message : String(error), { cause: error });
      });
    },
  };
}

function look({ journal, desk, supervision, availability, upstream, devices, config, alarms, forecast }: RoomsOptions, folds: JournalFolds): CabinetLook {
  const look = cabinetLook({
    devices: supervision().devices,
    door: devices.cabinet?.lastStatus.door,
    availability: availability.withoutStaff,
    link: upstream.online.current.link,
    proof: proofOf(journal, desk),
    alarms: alarms(),
    forecast: forecast(),
    local: (at) => localMoment(config.terminal.timeZone, at),
  });
  const { cashBox } = look.supplies;
  if (cashBox === undefined || !folds.isRead) return look;
  // what no sensor counts, the journal does
  const notes = folds.follow().cash.content.notes.reduce((sum, { count }) => sum + count, 0);
  return { ...look, supplies: { ...look.supplies, cashBox: { ...cashBox, count: notes } } };
}

/** At least every 256 entries there is a checkpoint: the last one stands among the last few. */
const CHECKPOINTS_WITHIN = 1024;

function proofOf(journal: Journal, desk: JournalDesk): ProofSources {
  const { head } = journal;
  const receipt = desk.lastReceipt();
  return {
    head,
    checkpoint: journal.checkpointsAfter(Math.max(0, head.seq - CHECKPOINTS_WITHIN), CHECKPOINTS_WITHIN).at(-1)?.checkpoint,
    receipt,
    notUploaded: receipt === undefined ? desk.countAfter(journal.epochs()[0] ?? head.epoch, 0) : desk.countAfter(receipt.epoch, receipt.upToSeq),
    openTransactions: journal.openTransactions().length,
    balances: journal.balances(),
  };
}

function together(ends: readonly Unsubscribe[]): Unsubscribe {
  return () => ends.forEach((end) => end());
}

function inPortWordsLater(error: unknown): never {
  return inPortWords((): never => {
    throw error;
  });
}

/** What the journal can't tell now. */
function inPortWords<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof JournalError) throw new PortError('journalUnavailable', error.message, { detail: error.code, cause: error });
    throw error;
  }
}
