/**
 * Credit messages between the acceptor and the host's credit handler: the handler runs once at a time, what it rejects stays owed and is
 * offered again, and the acknowledgement is due only after it resolved. Owned by the core.
 * Source: protocols/cash-acceptor.md 6.1 (d).
 */
import type { NoteEvidence } from '../cash-acceptor.ts';

export type CreditHandler = (credit: { readonly evidence: NoteEvidence }) => Promise<void>;

export class CreditDesk {
  readonly #onSettled: () => void;
  readonly #onDone: () => void;
  #handler: CreditHandler = () => Promise.reject(new Error('nobody takes credits'));
  #owed: NoteEvidence | undefined;
  #running = false;
  #ackDue = false;

  /** @param onSettled the handler resolved @param onDone it resolved or rejected */
  constructor(onSettled: () => void, onDone: () => void) {
    this.#onSettled = onSettled;
    this.#onDone = onDone;
  }

  set handler(handler: CreditHandler) {
    this.#handler = handler;
  }

  /** Evidence that no handler has taken yet. */
  get owed(): NoteEvidence | undefined {
    return this.#owed;
  }

  get ackDue(): boolean {
    return this.#ackDue;
  }

  /** The acceptor repeats a message that was settled. */
  acknowledgeAgain(): void {
    this.#ackDue = true;
  }

  /** True once for each acknowledgement that is due. */
  takeAck(): boolean {
    const due = this.#ackDue;
    this.#ackDue = false;
    return due;
  }

  forgetOwed(): void {
    this.#owed = undefined;
  }

  /** Calls the handler unless it runs. */
  offer(evidence: NoteEvidence): void {
    if (this.#running) return;
    this.#running = true;
    this.#owed = evidence;
    void this.#offer(evidence).finally(() => {
      this.#running = false;
      this.#onDone();
    });
  }

  async #offer(evidence: NoteEvidence): Promise<void> {
    try {
      await this.#handler({ evidence });
    } catch {
      return; // Not written down by the host: unacknowledged, so that nothing forgets the note.
    }
    this.#owed = undefined;
    this.#ackDue = true;
    this.#onSettled();
  }
}
