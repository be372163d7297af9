/** The rooms of the maintenance mode over the running terminal: what each may ask, put together. Made by main/terminal. */
import { localMoment } from '../../common/local-moment.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { CabinetStatus } from '../../drivers/cabinet/cabinet-io.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { AvailabilityPort } from '../../state-machines/ports.ts';
import type { CabinetLook } from '../../state-machines/maintenance/rooms-screens.ts';
import type { RoomsPort } from '../../state-machines/maintenance/rooms-port.ts';
import type { Journal } from '../journal/journal.ts';
import { JournalError } from '../journal/journal-error.ts';
import type { JournalDesk } from '../terminal/ports/journal-port.ts';
import type { Supervision } from '../terminal/supervision.ts';
import type { Online } from '../upstream/online.ts';
import { cabinetLook, type ProofSources } from './cabinet-look.ts';

export interface RoomsOptions {
  readonly journal: Journal;
  readonly desk: JournalDesk;
  /** Absent until it runs: nobody is inside before. */
  readonly supervision: () => Pick<Supervision, 'devices' | 'onChange'>;
  readonly availability: AvailabilityPort;
  readonly online: Pick<Online, 'current'>;
  readonly door: () => CabinetStatus['door'] | undefined;
  readonly timeZone: string;
}

export function createRooms(options: RoomsOptions): RoomsPort {
  return {
    look: () => inPortWords(() => look(options)),
    onChange: (listener) =>
      together([options.supervision().onChange(() => listener()), options.availability.onChange(() => listener()), options.desk.onAppend(() => listener())]),
  };
}

function look({ journal, desk, supervision, availability, online, door, timeZone }: RoomsOptions): CabinetLook {
  return cabinetLook({
    devices: supervision().devices,
    door: door(),
    availability: availability.current,
    link: online.current.link,
    proof: proofOf(journal, desk),
    local: (at) => localMoment(timeZone, at),
  });
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

/** What the journal can't tell now. */
function inPortWords<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof JournalError) throw new PortError('journalUnavailable', error.message, { detail: error.code, cause: error });
    throw error;
  }
}
