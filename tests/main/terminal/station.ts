/**
 * A terminal without metal and screen, for tests of what happens between several terminals: the real journal, recovery, money steps, card
 * desk and upstream ports, a real server over HTTP, and a real chip in its slot. It can be cut off, and die at any entry.
 */
import path from 'node:path';
import type { Clock } from '../../../common/clock.ts';
import { fen } from '../../../common/fen.ts';
import { createIds } from '../../../common/ids.ts';
import type { NewEntry, Tender } from '../../../common/journal-kinds.ts';
import type { Chip } from '../../../drivers/card/pboc/chip.ts';
import type { CardChannel, CardReader, CardReaderEvent, CardReaderStatus } from '../../../drivers/card-reader/card-reader.ts';
import { DeviceError } from '../../../drivers/device.ts';
import { Listeners } from '../../../drivers/listeners.ts';
import type { TerminalKey } from '../../../main/identity/terminal-key.ts';
import { openJournal, type Journal } from '../../../main/journal/journal.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import type { TransactionState } from '../../../common/money/transaction-state.ts';
import { CardDesk } from '../../../main/terminal/ports/card-port.ts';
import { JournalDesk } from '../../../main/terminal/ports/journal-port.ts';
import { Recovery } from '../../../main/terminal/recovery/recovery.ts';
import { createUpstream, type Upstream } from '../../../main/upstream/upstream.ts';
import type { CardReading, EarlierLoad, Ports, Recovered } from '../../../state-machines/ports.ts';
import { openCash, takeNote } from '../../../state-machines/payment/cash-steps.ts';
import { createOrder, recordCaptured } from '../../../state-machines/payment/order-steps.ts';
import type { OpenTransaction } from '../../../state-machines/top-up/step.ts';
import * as steps from '../../../state-machines/top-up/steps.ts';
import { chipChannel } from '../../drivers/card/channels.ts';
import { cjtProfile, profile, TODAY } from '../../drivers/card/pboc/cards.ts';
import { ENROLMENT_CODE, newKey, random, type World } from '../../fleet/support.ts';
import { FakeWorld } from '../../support/fake-world.ts';

/** The process ended at an entry. */
export class Died extends Error {}

/** `before`: the entry never became durable. `after`: it did, and nothing followed. */
export interface Death {
  readonly kind: string;
  readonly when: 'before' | 'after';
}

export class Station {
  readonly id: string;
  readonly #world: World;
  readonly #path: string;
  readonly #number: string;
  readonly #key: TerminalKey = newKey();
  readonly slot = new Slot();
  /** Whether upstream can be reached. */
  online = true;
  #cutAfter: string | undefined;
  #life: Life;

  /** @param id `T-0001`; its number on cards has the same digits */
  constructor(world: World, folder: string, id: string) {
    this.id = id;
    this.#number = `30100089${id.slice(-4)}`;
    this.#world = world;
    this.#path = path.join(folder, `${id}.sqlite`);
    this.#life = this.#begin();
  }

  get journalPath(): string {
    return this.#path;
  }

  get dead(): boolean {
    return this.#life.dead;
  }

  /** The network is gone after the next answer of this path. */
  cutAfter(pathname: string): void {
    this.#cutAfter = pathname;
  }

  dieAt(death: Death): void {
    this.#life.death = death;
  }

  /** As after a crash: another process on the same file. */
  async reborn(): Promise<void> {
    this.end();
    this.#life = this.#begin();
    await this.#life.recovery.run();
  }

  end(): void {
    this.#life.dead = true;
    this.#life.upstream.close();
    this.#life.journal.close();
  }

  /** A top-up whose card is torn out at the CREDIT, and not put back. @returns the number that the person was given */
  async tornTopUp(chip: Chip, { tender, amount, when }: { tender: Tender; amount: number; when: 'before' | 'after' }): Promise<string> {
    const { ports } = this.#life;
    this.slot.insert(chip);
    const read = await ports.card.read();
    if (!read.ok) throw new Error(read.problem);
    const transaction = await this.#takeMoney(read.card, tender, amount);
    const authorized = await steps.authorizeLoad(ports, { transaction, ref: read.card.ref, amount: fen(amount) });
    if (authorized.kind !== 'authorized') throw new Error(authorized.kind);
    const { pending } = authorized;
    chip.arm({ kind: 'tear', command: 'credit', when });
    await steps.commitLoad(ports, { transactionId: transaction.transactionId, pending });
    this.slot.remove();
    const request = {
      transaction,
      tender,
      held: fen(amount),
      disputed: fen(0),
      noteStuck: false,
      orderId: undefined,
      redemption: undefined,
      pendingLoadId: pending.loadId,
    };
    await steps.settle(ports, { ...request, reason: 'loadUndetermined' });
    return transaction.reference;
  }

  /** The card is put in, read, and its earlier loads are decided. @returns what its holder is told */
  async presented(chip: Chip): Promise<readonly (Recovered | EarlierLoad)[]> {
    const { ports, recovery } = this.#life;
    this.slot.insert(chip);
    const read = await ports.card.read();
    return read.ok ? recovery.resolveWith(read.card) : [];
  }

  /** As the top-up does first, with the card inside. */
  async mayLoad(chip: Chip): Promise<Awaited<ReturnType<typeof steps.checkCard>>> {
    this.slot.insert(chip);
    const read = await this.#life.ports.card.read();
    if (!read.ok) throw new Error(read.problem);
    return steps.checkCard(this.#life.ports, read.card.ref, new AbortController().signal);
  }

  /** A top-up, where one is allowed. @param beforeReport happens once the chip answered. @returns whether the card holds it */
  async topUp(chip: Chip, amount: number, beforeReport: () => void = () => {}): Promise<boolean> {
    const { ports } = this.#life;
    const check = await this.mayLoad(chip);
    if ('kind' in check || !check.allowed) return false;
    const read = await ports.card.read();
    if (!read.ok) return false;
    const transaction = await this.#takeMoney(read.card, 'qr', amount);
    const authorized = await steps.authorizeLoad(ports, { transaction, ref: read.card.ref, amount: fen(amount) });
    if (authorized.kind !== 'authorized') throw new Error(authorized.kind);
    const { transactionId } = transaction;
    const committed = await steps.commitLoad(ports, { transactionId, pending: authorized.pending });
    if (committed.kind !== 'credited') throw new Error(committed.kind);
    beforeReport();
    await steps.finishLoad(ports, {
      transaction,
      pending: authorized.pending,
      ref: read.card.ref,
      amount: fen(amount),
      tac: committed.tac,
      balanceAfter: undefined,
      disputed: fen(0),
      noteStuck: false,
      redemption: undefined,
    });
    return true;
  }

  /** A step of a flow that needs no card. */
  does<T>(step: (ports: Ports) => Promise<T>): Promise<T> {
    return step(this.#life.ports);
  }

  /** Between persons. */
  async tends(): Promise<void> {
    await this.#life.recovery.tend();
  }

  /** All its transactions, by the number that people have. */
  transaction(reference: string): TransactionState {
    const { journal } = this.#life;
    return foldTransaction(journal.transaction(journal.findByReference(reference) ?? '').map(({ entry }) => entry));
  }

  kinds(): readonly string[] {
    return this.entries().map(({ kind }) => kind);
  }

  entries() {
    return this.#life.journal.entriesAfter(1, 0, 1000).map(({ entry }) => entry);
  }

  async #takeMoney(card: CardReading, tender: Tender, amount: number): Promise<OpenTransaction> {
    const { ports } = this.#life;
    const request = { card, tender, requested: fen(tender === 'qr' ? amount : 0), locale: 'zh-CN' };
    if (tender === 'cash') {
      const opened = await openCash(ports, { opening: request, room: fen(amount) });
      if (opened.kind !== 'open') throw new Error(opened.kind);
      const { transactionId } = opened.transaction;
      await takeNote(ports, { transactionId, denomination: fen(amount), room: fen(amount) });
      return opened.transaction;
    }
    const created = await createOrder(ports, { opening: request, amount: fen(amount) }, new AbortController().signal);
    if (created.kind !== 'created') throw new Error(created.kind);
    const { transaction, order } = created;
    await this.#world.hand(`/sandbox/orders/${order.orderId}/pay`);
    const state = await ports.payments.queryOrder(order.orderId);
    if (state.state !== 'captured') throw new Error(state.state);
    await recordCaptured(ports, { transactionId: transaction.transactionId, orderId: order.orderId, state });
    return transaction;
  }

  #begin(): Life {
    const { clock } = this.#world;
    const ids = createIds(clock, random);
    const journal = openJournal({ path: this.#path, terminalId: this.id, timeZone: 'Asia/Shanghai', clock, ids, key: this.#key });
    const upstream = this.#connect(() => life);
    const life: Life = { dead: false, death: undefined, journal, upstream, ...this.#parts(journal, upstream, () => life) };
    return life;
  }

  #connect(life: () => Life): Upstream {
    const time = new LinkTime(this.#world.clock, () => this.online);
    const link: typeof fetch = async (input, init) => {
      if (life().dead || !this.online) throw new TypeError('fetch failed');
      const answer = await fetch(input, init);
      const body = await answer.arrayBuffer();
      if (answer.ok && new URL(answer.url).pathname === this.#cutAfter) [this.online, this.#cutAfter] = [false, undefined];
      if (life().dead) throw new Died('nobody is there to hear the answer');
      return new Response(body, { status: answer.status, headers: answer.headers });
    };
    return createUpstream({
      url: this.#world.url,
      terminalId: this.id,
      key: this.#key,
      clock: time,
      random,
      enrolmentCode: ENROLMENT_CODE,
      fetch: link,
    });
  }

  #parts(journal: Journal, { accounts, desk: supportDesk, issuer, losses, payments, scripts }: Upstream, life: () => Life): Pick<Life, 'ports' | 'recovery'> {
    const { clock } = this.#world;
    const desk = new JournalDesk({ journal, clock, random, shortName: 'A01', businessDate: () => TODAY, onHealth: () => {} });
    const append = (entry: NewEntry) => {
      const { death } = life();
      const due = death?.kind === entry.kind;
      if (due && death?.when === 'before') life().dead = true;
      if (life().dead) throw new Died(`at ${entry.kind}`);
      const appended = desk.append(entry);
      if (due) life().dead = true;
      if (life().dead) throw new Died(`at ${entry.kind}`);
      return appended;
    };
    const card = new CardDesk({
      isClaimed: () => false,
      reader: this.slot,
      profiles: [profile(), cjtProfile()],
      terminalNumber: this.#number,
      businessDate: () => TODAY,
      checkTac: (loadId, tac) => issuer.checkTac({ loadId, tac }).catch(() => 'unchecked' as const),
    });
    const flow: Ports = {
      ...new FakeWorld().ports,
      clock,
      ids: createIds(clock, random),
      journal: { append, newReference: () => desk.newReference() },
      card,
      payments,
      issuer,
      losses,
      scripts,
      accounts,
      desk: supportDesk,
    };
    const recovery = new Recovery({
      ports: flow,
      read: {
        openTransactions: () => journal.openTransactions(),
        transaction: (id) => journal.transaction(id),
        lacking: (kind, answers) => journal.transactionsLacking(kind, answers),
        lackingSince: (kind, answers) => journal.transactionsLackingSince(kind, answers),
        latest: (count) => journal.entriesAfter(1, Math.max(0, journal.head.seq - count), count).map(({ entry }) => entry),
        byReference: (reference) => journal.findByReference(reference),
      },
      issuerReachable: () => true,
      powerUp: () => undefined,
      log: () => {},
    });
    return { recovery, ports: { ...flow, recovery } };
  }
}

/** One process of a station. */
interface Life {
  dead: boolean;
  death: Death | undefined;
  readonly journal: Journal;
  readonly upstream: Upstream;
  readonly ports: Ports;
  readonly recovery: Recovery;
}

/** Waits from here on are of the heartbeat, which goes on. */
const HEARTBEAT_MS = 5000;

/** Wall time of the world. Cut off, a wait between two tries is over at once: nobody answers anyway. */
class LinkTime implements Clock {
  readonly #world: Clock;
  readonly #online: () => boolean;
  #skipped = 0;

  constructor(world: Clock, online: () => boolean) {
    this.#world = world;
    this.#online = online;
  }

  now(): number {
    return this.#world.now();
  }

  monotonic(): number {
    return performance.now() + this.#skipped;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    if (this.#online() || ms >= HEARTBEAT_MS) return setTimeout(callback, ms);
    this.#skipped += ms;
    return setTimeout(callback, 0);
  }

  clearTimeout(timer: unknown): void {
    clearTimeout(timer as NodeJS.Timeout);
  }
}

/** A slot without motor and bin: a card lies in it, or none does. */
class Slot implements CardReader {
  readonly capabilities = { motorised: false, canRetain: false, canDispense: false, interfaces: ['contactless'] } as const;
  readonly #events = new Listeners<CardReaderEvent>();
  #chip: Chip | undefined;

  insert(chip: Chip): void {
    if (this.#chip === chip && !chip.torn) return;
    if (chip.torn) chip.powerOn();
    this.#chip = chip;
    this.#events.emit({ type: 'mediaInserted' });
  }

  remove(): void {
    this.#chip = undefined;
    this.#events.emit({ type: 'mediaRemoved' });
  }

  get lastStatus(): CardReaderStatus {
    return { device: 'online', media: this.#chip === undefined ? 'notPresent' : 'inside', entry: 'enabled', storage: [] };
  }

  async activate(): Promise<CardChannel> {
    if (this.#chip?.torn === true) this.remove();
    if (this.#chip === undefined) throw new DeviceError('mediaNotPresent', 'no card');
    return chipChannel(this.#chip);
  }

  onEvent(listener: (event: CardReaderEvent) => void) {
    return this.#events.add(listener);
  }

  onFrame() {
    return () => {};
  }

  status = async (): Promise<CardReaderStatus> => this.lastStatus;
  connect = async () => ({ model: 'slot' });
  close = async (): Promise<void> => {};
  setEntry = async (): Promise<void> => {};
  deactivate = async (): Promise<void> => {};
  present = async (): Promise<void> => {};
  retract = async (): Promise<void> => {};
  eject = async (): Promise<void> => {};
  retain = async (): Promise<void> => {};
  dispense = async (): Promise<void> => {};
  resetCount = async (): Promise<void> => {};
}
