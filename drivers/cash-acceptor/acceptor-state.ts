/** What every acceptor model tells and remembers: its status and its events. Used by the drivers of this class. */
import { Listeners } from '../listeners.ts';
import type { CashAcceptorEvent, CashAcceptorStatus } from './cash-acceptor.ts';

export const NOT_ASKED: CashAcceptorStatus = { device: 'unknown', state: 'unknown', box: 'unknown' };
const OFFLINE: CashAcceptorStatus = { device: 'offline', state: 'unknown', box: 'unknown' };

export class AcceptorState {
  readonly events = new Listeners<CashAcceptorEvent>();
  #status = NOT_ASKED;

  get last(): CashAcceptorStatus {
    return this.#status;
  }

  /** Told only when it changes. */
  set(status: CashAcceptorStatus): void {
    const before = this.#status;
    if (before.device === status.device && before.state === status.state && before.box === status.box) return;
    this.#status = status;
    this.events.emit({ type: 'statusChanged', status });
  }

  /** Not connected, or not any more. */
  setOffline(): void {
    this.set(OFFLINE);
  }

  /** Closed by the host; one that was never connected stays unknown. */
  setClosed(): void {
    if (this.#status !== NOT_ASKED) this.set(OFFLINE);
  }
}
