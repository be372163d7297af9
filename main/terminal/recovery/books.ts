/** What every part of recovery works with: the ports, what the journal holds, and the transaction's entries read and added to. */
import type { JournalBody, JournalKind, NewEntry } from '../../../common/journal-kinds.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import type { ChainedEntry } from '../../../common/upstream-api/journal.ts';
import type { PowerUpState } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import type { Ports } from '../../../state-machines/ports.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import type { TransactionState } from '../../../common/money/transaction-state.ts';

export interface RecoveryOptions {
  readonly ports: Omit<Ports, 'recovery' | 'availability' | 'rooms'>;
  /** What the journal holds; reading it never fails half way. */
  readonly read: {
    openTransactions(): readonly string[];
    transaction(id: string): readonly ChainedEntry[];
    /** Transactions with an entry of `kind` and none of `answers`. */
    lacking(kind: JournalKind, answers: readonly JournalKind[]): readonly string[];
    /** Transactions with none of `answers` after the last entry of `kind`. */
    lackingSince(kind: JournalKind, answers: readonly JournalKind[]): readonly string[];
    /** The last so many entries, oldest first. */
    latest(count: number): readonly JournalEntry[];
    /** The transaction that a reference was given for. */
    byReference(reference: string): string | undefined;
  };
  /** Whether the issuer answered lately: nobody waits for one that does not. */
  readonly issuerReachable: () => boolean;
  /** What the acceptor said when it came up, told once; `undefined` when none is fitted, it didn't come up, or somebody was told already. */
  readonly powerUp: () => PowerUpState | undefined;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** In the background the card path belongs to the persons who come and go: no card is touched. */
export type When = 'start' | 'background';

export class RecoveryBooks {
  readonly options: RecoveryOptions;

  constructor(options: RecoveryOptions) {
    this.options = options;
  }

  get ports(): RecoveryOptions['ports'] {
    return this.options.ports;
  }

  state(id: string): TransactionState {
    return foldTransaction(this.options.read.transaction(id).map(({ entry }) => entry));
  }

  /** Durable when this returns. @throws {PortError} `unavailable` */
  append(id: string, entry: NewEntry): void {
    this.ports.journal.append({ ...entry, transactionId: id });
  }

  openCase(id: string, reason: JournalBody<'case.opened'>['reason'], amount: number, disputed: number): void {
    const reference = this.state(id).opened?.reference ?? '';
    this.append(id, { kind: 'case.opened', body: { reference, reason, amount, disputed } });
  }

  /** Whatever goes wrong with one transaction leaves it open for the next round, and the others untouched. */
  async guard(id: string, work: (state: TransactionState) => Promise<void>): Promise<void> {
    try {
      await work(this.state(id));
    } catch (error) {
      this.options.log('a transaction could not be settled now', { transactionId: id, error: error instanceof Error ? error.message : String(error) });
    }
  }
}
