/** The transaction that a payment belongs to: open already, as a replacement's is, or opened as soon as something is asked of anybody. */
import type { Fen } from '../../common/fen.ts';
import type { Ports } from '../ports.ts';
import { open, type OpenRequest, type OpenTransaction } from '../top-up/step.ts';

/** What a transaction is, or will be, opened with. */
export type Opening = OpenTransaction | OpenRequest;

/** What is to be paid, as the flow says that takes the money. */
export interface Due {
  /** Asked for; of an order, exactly this. */
  readonly amount: Fen;
  /** Most that notes may add up to. */
  readonly most: Fen;
  /** Only the whole amount will do, and nothing of it in question. Otherwise what was put in is enough. */
  readonly whole: boolean;
  /** A card of the person is inside: when it leaves, so do they. */
  readonly withCard: boolean;
  /** Absent: the transaction is open. */
  readonly opening?: Omit<OpenRequest, 'locale'>;
}

export function transactionOf(ports: Ports, opening: Opening): OpenTransaction {
  return 'transactionId' in opening ? opening : open(ports, opening);
}
