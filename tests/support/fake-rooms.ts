/** The terminal as staff finds it, for charts: a cabinet that is well until a test says otherwise, with a box whose settlements are real. */
import type { NewEntry } from '../../common/journal-kinds.ts';
import { foldCashEntry, NO_CASH } from '../../common/money/settlement-fold.ts';
import type { CashState } from '../../common/money/settlement-state.ts';
import { Listeners } from '../../drivers/listeners.ts';
import { SettlementError, settleStep, type SettlementJournal } from '../../main/maintenance/settlement.ts';
import type { ChartRun, ChartsPort } from '../../state-machines/maintenance/charts-port.ts';
import type {
  BoxOrder,
  BoxPort,
  BoxStep,
  DevicesPort,
  FoundTransactions,
  JournalFinding,
  LastFilled,
  PressedKey,
  ReplayedEntry,
  RoomsPort,
  StoriesPort,
  SuppliesPort,
  SystemPort,
} from '../../state-machines/maintenance/rooms-port.ts';
import type { CabinetLook } from '../../state-machines/maintenance/rooms-screens.ts';
import type { DeviceDetail } from '../../state-machines/maintenance/rooms/devices-screens.ts';
import type { Story } from '../../state-machines/maintenance/rooms/journal-screens.ts';
import type { ClosedReason } from '../../state-machines/maintenance/rooms/system-screens.ts';
import { PortError } from '../../state-machines/ports.ts';

export const SOUND_CABINET: CabinetLook = {
  parts: [
    { part: 'network', tone: 'good', word: 'ok' },
    { part: 'cardReader', tone: 'good', word: 'ok' },
    { part: 'cashAcceptor', tone: 'good', word: 'ok' },
    { part: 'receiptPrinter', tone: 'good', word: 'ok' },
  ],
  services: [{ name: 'topUp', available: true }],
  supplies: { paper: { level: 'ok' }, blankCards: { level: 'low', count: 12 }, rejectBin: { level: 'ok', count: 3 }, cashBox: { level: 'ok' } },
  alarms: [],
  proof: { epoch: 1, seq: 12, hash: 'ab'.repeat(32), notUploaded: 0, openTransactions: 0, held: 0 },
};

/** Entries of one epoch, in memory: enough of a journal for a settlement. */
export class BoxJournal implements SettlementJournal {
  readonly epoch = 1;
  readonly entries: NewEntry[] = [];
  checkpoints = 0;
  /** The power goes before this many further entries are written. */
  failsAfter = Number.POSITIVE_INFINITY;
  cash: CashState = NO_CASH;

  get head() {
    return { epoch: 1, seq: this.entries.length, hash: '' };
  }

  append(entry: NewEntry) {
    if (this.failsAfter <= 0) throw new PortError('journalUnavailable', 'the power is gone');
    this.failsAfter -= 1;
    this.entries.push(entry);
    const seq = this.entries.length;
    this.cash = foldCashEntry(this.cash, { epoch: 1, seq, at: AT, businessDate: '2026-11-22', kind: entry.kind, body: entry.body });
    return { epoch: 1, seq, hash: '', at: Date.parse(AT) };
  }

  checkpoint(): undefined {
    this.checkpoints += 1;
  }

  entriesAfter(_epoch: number, seq: number, limit: number): ReturnType<SettlementJournal['entriesAfter']> {
    return this.entries.slice(seq, seq + limit).map((entry, index) => ({
      hash: '',
      entry: {
        epoch: 1,
        seq: seq + index + 1,
        id: '',
        at: AT,
        businessDate: '2026-11-22',
        terminalId: 'T-0001',
        kind: entry.kind,
        body: entry.body,
        postings: [],
      },
    }));
  }
}

const AT = '2026-11-22T00:14:00.000Z';

export class FakeRooms implements RoomsPort {
  cabinet: CabinetLook = SOUND_CABINET;
  readonly changes = new Listeners<undefined>();
  readonly boxJournal = new BoxJournal();
  readonly slips: string[] = [];
  printer: 'printed' | 'failed' = 'printed';
  filled: LastFilled = {};
  binAnswers = true;
  details: Readonly<Record<string, DeviceDetail>> = {};
  readonly retried: string[] = [];
  found: FoundTransactions = { found: [], cut: false };
  told: Story | undefined = undefined;
  replayed: readonly ReplayedEntry[] | undefined = undefined;
  finding: JournalFinding = { good: true, entries: 12 };
  readonly searched: string[] = [];
  readonly reprinted: string[] = [];
  closedFor: ClosedReason | undefined = undefined;
  restarts = 0;
  readonly keys = new Listeners<PressedKey>();

  look(): CabinetLook {
    return this.cabinet;
  }

  onChange(listener: () => void): () => void {
    return this.changes.add(() => listener());
  }

  readonly box: BoxPort = {
    denominations: [10_000, 5000, 2000],
    read: async () => this.boxJournal.cash,
    step: async (order) => this.#step(order),
    printSlip: async (settlementId) => {
      this.slips.push(settlementId);
      return this.printer;
    },
  };

  #step(order: BoxOrder): BoxStep {
    try {
      return { ok: true, settlement: settleStep(this.boxJournal, this.boxJournal.cash, order).settlement };
    } catch (error) {
      if (error instanceof PortError) return { ok: false, problem: 'journalUnavailable' };
      if (error instanceof SettlementError && error.code === 'otherBox') return { ok: false, problem: 'otherBox' };
      throw error;
    }
  }

  readonly supplies: SuppliesPort = {
    lastFilled: async () => this.filled,
    emptied: async () => {
      if (!this.binAnswers) throw new PortError('deviceFault', 'nobody answers');
    },
  };

  readonly devices: DevicesPort = {
    detail: (part) => this.details[part],
    retry: (part) => void this.retried.push(part),
  };

  readonly stories: StoriesPort = {
    search: async (field, text) => {
      this.searched.push(`${field} ${text}`);
      return this.found;
    },
    story: async () => this.told,
    replay: async () => this.replayed,
    reprint: async (transactionId) => {
      this.reprinted.push(transactionId);
      return this.printer;
    },
    verify: async () => this.finding,
    export: async () => this.finding,
  };

  readonly system: SystemPort = this.#system();

  /** Runs of the one chart that runs here, the newest first. */
  chartRuns: readonly ChartRun[] = [];
  readonly charts: ChartsPort = {
    subjects: [{ chart: 'session' }, { chart: 'device', part: 'cardReader' }],
    states: () => [
      { id: 'idle', name: 'idle', type: 'compound' },
      { id: 'idle.attract', name: 'attract', parent: 0, type: 'atomic' },
      { id: 'idle.outOfService', name: 'outOfService', parent: 0, type: 'atomic' },
      { id: 'menu', name: 'menu', type: 'atomic' },
    ],
    exits: (_, stateId) => [{ event: 'start', to: `after ${stateId}` }],
    runs: ({ chart }) => (chart === 'session' ? this.chartRuns : []),
  };

  #system(): SystemPort {
    const closed = (): ClosedReason | undefined => this.closedFor;
    return {
      facts: (tab) => [{ name: tab === 'network' ? 'link' : 'version', value: 'x', tone: 'plain' }],
      get closed() {
        return closed();
      },
      close: (reason) => {
        this.closedFor = reason;
      },
      exportLogs: async () => ({ good: true, file: '/media/stick/log.jsonl' }),
      restart: () => {
        this.restarts += 1;
      },
      onKey: (listener) => this.keys.add(listener),
    };
  }
}
