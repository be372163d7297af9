/** What the core asks of a model: its commands, one exchange each, with the right number of tries inside. Implemented per protocol. */
import type { DeviceIdentity } from '../../device.ts';
import type { Fen } from '../../../common/fen.ts';
import type { NoteTable } from './note-table.ts';
import type { AcceptorReport } from './report.ts';

/** Three tries, then the line is lost (protocols/cash-acceptor.md 3). */
export const TRIES = 3;

export type Order = 'reset' | 'stack' | 'return' | 'hold';
/** `noAnswer`: it may have been taken. */
export type OrderAnswer = 'taken' | 'refused' | 'noAnswer';

/** Questions and settings are repeated, orders that move a note never are. @throws {DeviceError} `offline` when the line is lost */
export interface PolledUnit {
  /** As far as it was asked. */
  readonly identity: DeviceIdentity;
  /** @throws {DeviceError} `offline` after three tries without an answer; `protocol` when all that ever came back is something else */
  poll(): Promise<AcceptorReport>;
  /** Sent once. */
  order(order: Order): Promise<OrderAnswer>;
  /** The acknowledgement of a credit message, which gets no answer. */
  acknowledge(): Promise<void>;
  /** Which notes it knows; finds out who it is as well. Undefined: it does not tell in its present state. */
  readTable(): Promise<NoteTable | undefined>;
  /** Everything that is set once, and inhibited. False: not taken in its present state. */
  configure(table: NoteTable): Promise<boolean>;
  /** Lets in exactly these face values. False: not taken. */
  enable(table: NoteTable, accepted: readonly Fen[]): Promise<boolean>;
  /** False: not taken. */
  inhibit(): Promise<boolean>;
}
