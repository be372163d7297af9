/** The example-model as the class CashAcceptor. Money safety: read the class’s contract before the first line. */
import type { Fen } from '../../../../../common/fen.ts';
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import type { DeviceIdentity, FrameTrace } from '../../../../../drivers/device.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import type { DeviceDeps } from '../../../../../drivers/model-entry.ts';
import type {
  CashAcceptor,
  CashAcceptorCapabilities,
  CashAcceptorEvent,
  CashAcceptorStatus,
  NoteCredit,
  PowerUpState,
} from '../../../../../drivers/cash-acceptor/cash-acceptor.ts';
import { ExampleLine } from '../shared/line.ts';
import type { ExampleOptions } from './options.ts';
import { healthOf } from './status.ts';

export class Example implements CashAcceptor {
  readonly #line: ExampleLine;
  readonly capabilities: CashAcceptorCapabilities = { escrow: true, media: 'notes' };
  /** Of the unit's own currency table. */
  readonly denominations: readonly Fen[] = [];
  readonly #events = new Listeners<CashAcceptorEvent>();
  #status: CashAcceptorStatus = { device: 'unknown', state: 'unknown', box: 'unknown' };

  constructor(options: ExampleOptions, deps: DeviceDeps) {
    this.#line = new ExampleLine(deps, options, {
      flags: (flags) => this.#setStatus({ ...this.#status, device: healthOf(flags) }),
      offline: () => this.#setStatus({ device: 'offline', state: 'unknown', box: 'unknown' }),
    });
  }

  get lastStatus(): CashAcceptorStatus {
    return this.#status;
  }

  onEvent(listener: (event: CashAcceptorEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.frames.add(listener);
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  async connect(signal?: AbortSignal): Promise<{ identity: DeviceIdentity; powerUp: PowerUpState }> {
    let powerUp: PowerUpState = { kind: 'unknown' };
    const identity = await this.#line.connect(signal, async () => {
      powerUp = await this.#line.unwritten('connect in device.ts: ask before any reset where notes are, read the currency table, leave it inhibited');
    });
    return { identity, powerUp };
  }

  status(_signal?: AbortSignal): Promise<CashAcceptorStatus> {
    return this.#line.unwritten('status in device.ts: ask now');
  }

  accept(_denominations: readonly Fen[], _signal?: AbortSignal): Promise<void> {
    return this.#line.unwritten('accept in device.ts: let in exactly these denominations');
  }

  stack(_signal?: AbortSignal): Promise<void> {
    return this.#line.unwritten('stack in device.ts: order the note in escrow into the box, once; the credit handler tells when it is there');
  }

  returnNote(_signal?: AbortSignal): Promise<void> {
    return this.#line.unwritten('returnNote in device.ts: order the note in escrow out, once');
  }

  setCreditHandler(_handler: (credit: NoteCredit) => Promise<void>): void {
    // To be written: kept, called once for each credit message, which is acknowledged only when its promise has resolved.
  }

  #setStatus(status: CashAcceptorStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#events.emit({ type: 'statusChanged', status });
  }
}
