/** Looks at one reader, one look at a time: a service that hangs is not asked again before it has answered. Owned by the device. */
import type { PcscSession, ReaderState } from './service.ts';
import { settledWithin } from './settled-within.ts';

export class Watch {
  readonly #session: PcscSession;
  readonly #reader: string;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(session: PcscSession, reader: string) {
    this.#session = session;
    this.#reader = reader;
  }

  /** What is there now: begun after all earlier looks have ended. */
  look(signal: AbortSignal): Promise<ReaderState> {
    const turn = this.#tail.then(() => this.#session.state(this.#reader));
    this.#tail = turn.catch(() => {});
    return settledWithin(turn, signal);
  }
}
