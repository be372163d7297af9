/** What the rooms of the maintenance mode may ask of the terminal. Implemented by main/maintenance over journal, supervision and upstream. */
import type { JournalEntry } from '../../common/journal-entry.ts';
import type { NoteCounts } from '../../common/journal-kinds.ts';
import type { CashState, SettlementState } from '../../common/money/settlement-state.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { ChartsPort } from './charts-port.ts';
import type { CabinetLook } from './rooms-screens.ts';
import type { DeviceDetail } from './rooms/devices-screens.ts';
import type { Found, SearchField, Story } from './rooms/journal-screens.ts';
import type { FilledSupply } from './rooms/supplies-screens.ts';
import type { ClosedReason, SystemFact, SystemTab } from './rooms/system-screens.ts';
import type { CabinetPart } from './staff-schema.ts';

/** A key of the tactile keypad was pressed. */
export interface PressedKey {
  readonly type: 'KEY.PRESSED';
  readonly key: string;
}

export interface RoomsPort {
  /** What the terminal knows of itself at this moment; asks no device. @throws {PortError} `journalUnavailable` */
  look(): CabinetLook;
  /** Told when something of it may be different. */
  onChange(listener: () => void): Unsubscribe;
  readonly box: BoxPort;
  readonly supplies: SuppliesPort;
  readonly devices: DevicesPort;
  readonly stories: StoriesPort;
  readonly system: SystemPort;
  readonly charts: ChartsPort;
}

/** What staff says of the step that is done now. */
export interface BoxOrder {
  readonly settlementId?: string;
  readonly by: string;
  readonly boxOut?: string;
  readonly boxIn?: string;
  readonly counted?: NoteCounts;
}

export type BoxStep =
  | { readonly ok: true; readonly settlement: SettlementState }
  | { readonly ok: false; readonly problem: 'otherBox' | 'unfinished' | 'countedBefore' | 'journalUnavailable' };

/** The cash box and its settlements (main/maintenance/settlement.ts). */
export interface BoxPort {
  /** Of the notes that are taken here, the largest first; fen. */
  readonly denominations: readonly number[];
  /** Reads the journal's cash to where it stands now. Rejects with PortError. */
  read(signal?: AbortSignal): Promise<CashState>;
  /** The next entry of the settlement and no more; after the last one a signed checkpoint. Never rejects, and says what stands. */
  step(order: BoxOrder): Promise<BoxStep>;
  /** Never rejects. */
  printSlip(settlementId: string, locale: string): Promise<'printed' | 'failed'>;
}

/** When staff last said of a supply that it was filled, or emptied; ms since 1970. */
export type LastFilled = Readonly<Partial<Record<FilledSupply, { readonly at: number; readonly count?: number }>>>;

export interface SuppliesPort {
  /** By the journal. Rejects with PortError. */
  lastFilled(signal?: AbortSignal): Promise<LastFilled>;
  /** The device that counts begins at 0. Rejects with PortError where it does not answer. */
  emptied(supply: FilledSupply): Promise<void>;
}

export interface DevicesPort {
  /** `undefined`: not fitted. */
  detail(part: CabinetPart): DeviceDetail | undefined;
  /** Tries it again now. */
  retry(part: CabinetPart): void;
}

export interface FoundTransactions {
  readonly found: readonly Found[];
  /** There is more than was looked through. */
  readonly cut: boolean;
}

/** An entry, and whether the terminal was started anew between the one before and this one: no chart that was running then wrote it. */
export interface ReplayedEntry extends Pick<JournalEntry, 'epoch' | 'seq' | 'at' | 'kind' | 'body'> {
  readonly restarted: boolean;
}

/** The journal for reading. Rejects with PortError. */
export interface StoriesPort {
  /** The newest first. */
  search(field: SearchField, text: string, signal?: AbortSignal): Promise<FoundTransactions>;
  story(transactionId: string, signal?: AbortSignal): Promise<Story | undefined>;
  /** Its entries, the oldest first; `undefined`: there are none. */
  replay(transactionId: string, signal?: AbortSignal): Promise<readonly ReplayedEntry[] | undefined>;
  /** The slip once more, marked as a copy. Never rejects. */
  reprint(transactionId: string): Promise<'printed' | 'failed'>;
  /** All of the journal, from its first entry to its last. */
  verify(): Promise<JournalFinding>;
  /** All of it, signed up to its last entry, to where the stick is mounted; read back and proved there. */
  export(): Promise<JournalFinding>;
}

export type JournalFinding = { readonly good: true; readonly entries: number; readonly file?: string } | { readonly good: false; readonly why: string };

export interface SystemPort {
  facts(tab: SystemTab): readonly SystemFact[];
  /** Out of service by staff's word, across restarts. */
  readonly closed: ClosedReason | undefined;
  /** `undefined`: back in service. */
  close(reason: ClosedReason | undefined): void;
  /** The log, without what could name anybody, to where the stick is mounted. */
  exportLogs(): Promise<{ readonly good: true; readonly file: string } | { readonly good: false; readonly why: string }>;
  /** The terminal process ends and is started again. */
  restart(): void;
  /** Keys of the tactile keypad, while its test listens. */
  onKey(listener: (press: PressedKey) => void): Unsubscribe;
}
