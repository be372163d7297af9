/**
 * The flows' note path over a cash acceptor: one order at a time, every credit written down before it is acknowledged, every note that
 * comes when none is wanted given back.
 */
import { deadline, type Clock } from '../../../common/clock.ts';
import type { Fen } from '../../../common/fen.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { CashAcceptor, CashAcceptorEvent, PowerUpState } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { cashRestartDecision, type LastNoteRecord } from '../../../drivers/cash-acceptor/restart-decision.ts';
import { DeviceError } from '../../../drivers/device.ts';
import { Listeners } from '../../../drivers/listeners.ts';
import { PortError, type CashEvent, type CashPort, type StackedCredit } from '../../../state-machines/ports.ts';

/** How long a note may be on its way before nobody knows (cash-acceptor.md 6.2, row "14 stacking"). */
const NOTE_MOVE_MS = 30_000;
/** How long a note that was being drawn in may take to show itself after inhibiting. */
const SETTLE_MS = 10_000;

type StackResult = 'stacked' | 'returned' | 'unknown';

interface Order {
  readonly kind: 'stack' | 'return';
  readonly onCredit: (credit: StackedCredit) => void;
  readonly end: (result: StackResult) => void;
}

export interface CashDeskOptions {
  readonly acceptor: CashAcceptor;
  readonly clock: Clock;
  /** Notes this site takes; others that the acceptor knows are never let in. */
  readonly taken: readonly number[];
  /** A credit message for no order of this process: recovery's, or a note that was given up. Must make it durable, or throw. */
  readonly onStrayCredit: (credit: StackedCredit) => void;
  /** What it said when it came back is something staff must know. */
  readonly onAlarm: (report: PowerUpState) => void;
}

/** For whoever looks after the cabinet: what the acceptor said when it came up. */
export function acceptorAlarm(report: PowerUpState): NewEntry {
  return { kind: 'device.fault', body: { device: 'cashAcceptor', code: report.kind, detail: JSON.stringify(report) } };
}

export class CashDesk implements CashPort {
  readonly #acceptor: CashAcceptor;
  readonly #clock: Clock;
  readonly #taken: readonly number[];
  readonly #onAlarm: (report: PowerUpState) => void;
  readonly #listeners = new Listeners<CashEvent>();
  #order: Order | undefined;
  /** Notes that are wanted; empty: none. */
  #wanted: readonly Fen[] = [];
  /** A note stands in escrow and nobody has ordered anything yet. */
  #waiting = false;
  /** A note is being drawn in and has not shown yet what it is. */
  #drawing = false;
  /** How the last order ended: a note that is in the box and in the books must not be booked once more. */
  #last: Extract<LastNoteRecord, 'none' | 'stacked'> = 'none';

  constructor({ acceptor, clock, taken, onStrayCredit, onAlarm }: CashDeskOptions) {
    this.#acceptor = acceptor;
    this.#taken = taken;
    this.#clock = clock;
    this.#onAlarm = onAlarm;
    acceptor.setCreditHandler(async ({ evidence, memory }) => {
      const order = this.#order;
      const credit: StackedCredit = { evidence, ...(memory === undefined ? {} : { memory }) };
      if (order?.kind === 'stack') order.onCredit(credit);
      else onStrayCredit(credit);
      order?.end('stacked');
    });
    acceptor.onEvent((event) => this.#hear(event));
  }

  get denominations(): readonly Fen[] {
    return this.#acceptor.denominations.filter((denomination) => this.#taken.includes(denomination));
  }

  async accept(denominations: readonly Fen[]): Promise<void> {
    this.#wanted = denominations;
    try {
      await this.#ask(() => this.#acceptor.accept(denominations));
    } catch (error) {
      this.#wanted = []; // nobody waits for notes that could not be asked for
      throw error;
    }
    if (denominations.length > 0) return;
    await this.#settled();
    if (this.#waiting) await this.returnNote();
  }

  async stack(onCredit: (credit: StackedCredit) => void): Promise<StackResult> {
    this.#waiting = false;
    return this.#run('stack', onCredit, () => this.#acceptor.stack());
  }

  async returnNote(): Promise<StackResult> {
    this.#waiting = false;
    return this.#run(
      'return',
      () => {},
      () => this.#acceptor.returnNote(),
    );
  }

  onEvent(listener: (event: CashEvent) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  /** Runs one order: its end is told by the acceptor, or nobody knows after 30 s. */
  async #run(kind: Order['kind'], onCredit: Order['onCredit'], command: () => Promise<void>): Promise<StackResult> {
    const { promise, resolve } = Promise.withResolvers<StackResult>();
    const timer = this.#clock.setTimeout(() => resolve('unknown'), NOTE_MOVE_MS);
    this.#order = { kind, onCredit, end: resolve };
    try {
      await this.#ask(command).catch((error: unknown) => {
        // The order may have been taken all the same: what the acceptor says next decides.
        if (!(error instanceof PortError)) throw error;
      });
      const result = await promise;
      this.#last = result === 'stacked' ? 'stacked' : 'none';
      return result;
    } finally {
      this.#clock.clearTimeout(timer);
      this.#order = undefined;
    }
  }

  #hear(event: CashAcceptorEvent): void {
    switch (event.type) {
      case 'accepting':
        this.#drawing = true;
        this.#listeners.emit({ type: 'NOTE.ACCEPTING' });
        break;
      case 'escrowed':
        this.#escrowed(event.denomination);
        break;
      case 'rejected':
        this.#drawing = false;
        this.#listeners.emit({ type: 'NOTE.REJECTED', reason: event.reason });
        break;
      case 'returned':
        this.#drawing = false;
        this.#waiting = false;
        this.#order?.end('returned');
        this.#listeners.emit({ type: 'NOTE.RETURNED' });
        break;
      case 'jammed': {
        const trouble = this.#troubleOfJam(event.where);
        this.#order?.end('unknown');
        this.#listeners.emit({ type: 'CASH.TROUBLE', trouble });
        break;
      }
      case 'cheated':
        this.#listeners.emit({ type: 'CASH.TROUBLE', trouble: 'cheated' });
        break;
      case 'resumed':
        this.resumed(event.powerUp);
        break;
      case 'statusChanged':
        if (event.status.device === 'offline') this.#listeners.emit({ type: 'CASH.TROUBLE', trouble: 'offline' });
        else if (event.status.box !== 'ok' && event.status.box !== 'unknown') {
          this.#listeners.emit({ type: 'CASH.TROUBLE', trouble: event.status.box === 'full' ? 'boxFull' : 'boxRemoved' });
        }
        break;
    }
  }

  /** A jam is about the note that is ordered somewhere, or stands in escrow; with neither, about one that nobody has seen the value of. */
  #troubleOfJam(where: 'acceptor' | 'stacker'): 'jammed' | 'noteStuck' {
    const seen = this.#order !== undefined || this.#waiting;
    const stuck = !seen && (this.#drawing || where === 'acceptor');
    this.#drawing = false;
    return stuck ? 'noteStuck' : 'jammed';
  }

  #escrowed(denomination: Fen): void {
    this.#drawing = false;
    this.#waiting = true;
    if (this.#wanted.length > 0) this.#listeners.emit({ type: 'NOTE.ESCROWED', denomination });
    else void this.returnNote();
  }

  /** The acceptor was away, perhaps in the middle of an order: its own words decide, by the same table as after a restart. */
  resumed(powerUp: PowerUpState): void {
    const order = this.#order;
    const { act, money, alarm } = cashRestartDecision(order === undefined ? this.#last : order.kind === 'stack' ? 'stacking' : 'returning', powerUp);
    if (alarm) this.#onAlarm(powerUp);
    const trouble = powerUp.kind === 'jammed' ? this.#troubleOfJam(powerUp.where) : 'untold';
    this.#drawing = false;
    if (act === 'outOfService') this.#listeners.emit({ type: 'CASH.TROUBLE', trouble });
    else if (act === 'returnNote') void this.#acceptor.returnNote().catch(() => order?.end('unknown'));
    else if (order === undefined) this.#acceptAgain();
    if (order === undefined) return;
    switch (money) {
      case 'credit':
      case 'creditFlagged':
        if (powerUp.kind !== 'creditPending') this.#creditAfterPowerUp(order); // otherwise the credit handler brings it
        break;
      case 'returned':
        order.end('returned');
        break;
      case 'suspense':
      case 'none':
        order.end('unknown');
        break;
      case 'afterAct':
        break;
    }
  }

  /** It came back inhibited. What it is to take is known here; one that can't now says so by its status. */
  #acceptAgain(): void {
    if (this.#wanted.length > 0) void this.#acceptor.accept(this.#wanted).catch(() => {});
  }

  #creditAfterPowerUp(order: Order): void {
    try {
      order.onCredit({ evidence: 'powerUpInStacker' });
      order.end('stacked');
    } catch {
      order.end('unknown'); // it can't be written down now; the journal's open note is settled at the count
    }
  }

  /** After inhibiting, a note that is being drawn in shows itself as escrowed, rejected or returned. */
  async #settled(): Promise<void> {
    if (this.#acceptor.lastStatus.state !== 'accepting') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = this.#acceptor.onEvent((event) => {
      if (event.type === 'escrowed' || (event.type === 'statusChanged' && event.status.state !== 'accepting')) resolve();
    });
    const limit = deadline(this.#clock, SETTLE_MS, () => undefined);
    limit.signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    limit.dispose();
    end();
  }

  async #ask(command: () => Promise<void>): Promise<void> {
    try {
      await command();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      throw new PortError('deviceFault', `cash acceptor: ${error.message}`, { detail: error.code, cause: error });
    }
  }
}
