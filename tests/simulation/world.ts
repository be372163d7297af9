/**
 * The whole world of one terminal in virtual time: cabinet, cards, people, network, upstream, and the lives of the terminal process that
 * follow one another. One seed decides everything in it; time passes only when nothing is left to do.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { NewEntry, NoteCounts } from '../../common/journal-kinds.ts';
import type { SaleRefusal } from '../../common/upstream-api/payments.ts';
import { parseConfig, type TerminalConfig } from '../../main/config/config.ts';
import { readSlip } from '../../drivers/receipt-printer/paper.ts';
import { VIEW_VERSION, type UiAct, type View } from '../../state-machines/view.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import type { SimulatedCard } from '../../drivers/card-reader/simulated-card.ts';
import { sidesOf, SimulatedCabinet, type Fittings } from './cabinet.ts';
import { townCard, type ChipHabits, type TownCard } from './cards.ts';
import { ISSUER_KEYS, stackerOf, type Blank } from './blanks.ts';
import { Chance } from './chance.ts';
import { FaultPlan, type Channel, type FaultKind, type PlannedFault } from './faults.ts';
import { keyFromSeed, pemOf } from './keys.ts';
import { holderOf } from './holders.ts';
import { Life, type LifeOptions } from './life.ts';
import { SimulatedNetwork } from './network.ts';
import { stepOf } from './steps.ts';
import type { BoxHands, Hands } from './person.ts';
import { SteadySeal } from './sealing.ts';
import { settleStopped } from './settling.ts';
import { Trace, type TraceEvent } from './trace.ts';
import { SimulatedUpstream } from './upstream.ts';
import { codeOf, COLLECTOR, roster, SECRET, TECHNICIAN, type StaffAtHand } from '../support/staff-at-hand.ts';

const EXAMPLE = path.join(import.meta.dirname, '..', '..', 'resources', 'config', 'example.json');
/** 08:14 on a Sunday in Shanghai. */
const BEGINS = Date.UTC(2026, 10, 22, 0, 14);
/** The shell starts it again after this, ms; after a power cut the machine comes up first. */
const REBIRTH = { process: 1000, mains: 25_000 };
const DISK_TROUBLE = { least: 5000, most: 90_000 };
const PARTNER_OFFLINE = { least: 5000, most: 120_000 };
/** The network time service, or somebody, sets the clock by so much at most, ms. */
const CLOCK_JUMP = 26 * 3_600_000;
/** A world that does not come to rest after so many timers is a violation. */
const MOST_STEPS = 3_000_000;

interface SandboxKeys {
  readonly masterLoadKey: string;
  readonly masterTacKey: string;
}

export interface WorldOptions {
  readonly seed: string;
  readonly fittings: Fittings;
  readonly faults: readonly PlannedFault[];
  /** In which the world makes a folder of its own. */
  readonly disk: string;
  readonly pruning?: LifeOptions['pruning'];
  readonly onEvent?: (event: TraceEvent) => void;
}

/** A touch, a movement, a View, an entry: told to the oracles as it happens. */
export interface Witness {
  onView?(view: View): void;
  onEntry?(entry: NewEntry, folder: string): void;
  onApdu?(apdu: Uint8Array): void;
  /** To upstream, by its path without query. */
  onRequest?(path: string): void;
  onNoteInBox?(): void;
  /** A card leaves the gate by a hand. */
  onCardTaken?(plastic: SimulatedCard): void;
  /** A line of the terminal's log. */
  onWarning?(message: string): void;
  /** A chart enters a state, before anything is done there. */
  onStep?(step: string): void;
  onStrike?(kind: FaultKind): void;
  /** Bytes are about to pass on a line, in hexadecimal digits. */
  onFrame?(channel: Channel, frame: string): void;
}

export interface FedNoteStory {
  readonly card: TownCard;
  readonly note: number | 'unknown' | 'torn';
  /** `found`: a technician took it out of the path. Undefined: still in the path. */
  fate: 'box' | 'returned' | 'found' | undefined;
}

/** Something that must never be. */
export interface Violation {
  readonly oracle: string;
  readonly detail: string;
  readonly at: number;
}

export class World {
  readonly chance: Chance;
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly faults: FaultPlan;
  readonly cabinet: SimulatedCabinet;
  readonly upstream: SimulatedUpstream;
  readonly network: SimulatedNetwork;
  readonly fittings: Fittings;
  readonly cards: TownCard[] = [];
  /** All that were ever in the stacker. */
  readonly blanks: Blank[] = [];
  /** Taken out of the gate, of any kind. */
  readonly cardsTaken: SimulatedCard[] = [];
  readonly violations: Violation[] = [];
  readonly witnesses: Witness[] = [];
  /** Every note that the slot took, in order: whose it was, and where it ended. */
  readonly notes: FedNoteStory[] = [];
  /** What collectors said that they counted, by the number of the settlement. */
  readonly signed = new Map<string, readonly NoteCounts[]>();
  /** Slips that people took home, by the card that they have. */
  readonly pockets = new Map<TownCard, readonly string[]>();
  /** Every slip that came off, as text. */
  readonly slips: string[] = [];
  /** What says who somebody is: of everybody whose card was registered. */
  readonly secrets: string[] = [];
  /** By the person's telephone: what it received last. */
  readonly #codes = new Map<string, string>();
  /** The last one that this member of staff read off, by their number. */
  readonly #usedCodes = new Map<string, string>();
  #madeCodes = 0;
  lives = 0;
  readonly #folder: string;
  readonly #issuer: SandboxKeys;
  readonly #pruning: LifeOptions['pruning'];
  #life: Life | undefined;
  #dead: Life[] = [];
  #view: View | undefined;
  #wallAhead = 0;
  #lastSeq = 0;
  #diskFullUntil = 0;
  #offlineUntil = { issuer: 0, acquirer: 0 };
  readonly #sealing: SteadySeal;
  #handsAtUpstream = 0;
  #promised = 0;
  readonly #placed = { box: 0, returned: 0, found: 0 };
  #onView: ((view: View) => void) | undefined;

  private constructor(options: WorldOptions, folder: string, issuer: SandboxKeys, clock: VirtualClock, upstream: SimulatedUpstream) {
    this.fittings = options.fittings;
    this.#folder = folder;
    this.#issuer = issuer;
    this.#pruning = options.pruning;
    this.clock = clock;
    this.upstream = upstream;
    this.chance = new Chance(options.seed);
    this.#sealing = new SteadySeal(this.chance.named('sealing'));
    this.trace = new Trace(() => this.clock.monotonic(), options.onEvent);
    this.faults = new FaultPlan(options.faults, (kind) => {
      this.trace.add('fault', kind);
      for (const witness of this.witnesses) witness.onStrike?.(kind);
    });
    this.cabinet = new SimulatedCabinet({
      clock: this.clock,
      chance: this.chance.named('cabinet'),
      fittings: options.fittings,
      pass: (channel, bytes) => this.#passLine(channel, bytes),
      onTaken: (plastic) => {
        this.cardsTaken.push(plastic);
        for (const witness of this.witnesses) witness.onCardTaken?.(plastic);
      },
    });
    this.network = new SimulatedNetwork({
      clock: this.clock,
      chance: this.chance.named('network'),
      server: this.upstream.server,
      pass: (channel, request) => this.#passRequest(channel, request),
      onAnswer: (request, status) => this.trace.add('answer', `${request} ${status}`),
    });
  }

  static async begin(options: WorldOptions): Promise<World> {
    const folder = mkdtempSync(path.join(options.disk, 'world-'));
    const { upstream } = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as { upstream: { issuer: { sandboxKeys: SandboxKeys } } };
    const issuer = upstream.issuer.sandboxKeys;
    const clock = new VirtualClock({ wall: BEGINS });
    const served = await SimulatedUpstream.start(path.join(folder, 'upstream'), {
      clock,
      random: new Chance(options.seed).named('upstream'),
      keys: { ...issuer, levels: ['serial'] },
      cardKeys: ISSUER_KEYS,
    });
    const world = new World(options, folder, issuer, clock, served);
    world.#prepare(world.#lifeFolder());
    return world;
  }

  get view(): View | undefined {
    return this.#view;
  }

  /** The terminal's clock was set to another time than the world's. */
  get isClockWrong(): boolean {
    return this.#wallAhead !== 0;
  }

  /** Place of the last entry that a life wrote and heard of. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  get life(): Life | undefined {
    return this.#life;
  }

  /** Where the journal is now. */
  get journal(): string {
    return path.join(this.#lifeFolder(), 'journal.sqlite');
  }

  get hours(): number {
    return this.clock.monotonic() / 3_600_000;
  }

  violation(oracle: string, detail: string): void {
    this.violations.push({ oracle, detail, at: this.clock.monotonic() });
    this.trace.add('violation', `${oracle}: ${detail}`);
  }

  /** Who looks at the glass now. */
  watch(onView: ((view: View) => void) | undefined): void {
    this.#onView = onView;
  }

  makeCard(kind: TownCard['kind'], balance: number, habits?: ChipHabits): TownCard {
    const id = this.cards.length + 1;
    const card = townCard({
      id,
      kind,
      balance,
      keys: { ...this.#issuer, masterMaintenanceKey: ISSUER_KEYS.maintenance, masterUnblockKey: ISSUER_KEYS.unblock, levels: ['serial'] },
      random: this.chance.named(`card ${id}`),
      today: '2026-11-22',
      ...(habits === undefined ? {} : { habits }),
      pass: (apdu) => {
        for (const witness of this.witnesses) witness.onApdu?.(apdu);
        this.trace.add('apdu', `${card.tail} ${Buffer.from(apdu.subarray(0, 5)).toString('hex')}`);
        return this.faults.at('apdu');
      },
      onTorn: () => this.clock.setTimeout(() => this.cabinet.reader.pullCard(), 0),
    });
    this.cards.push(card);
    return card;
  }

  /** A technician fills it; `count` good ones, or as chance has it. */
  fillStacker(count?: number): void {
    const [side = 'contactless'] = sidesOf(this.fittings);
    const blanks = stackerOf({
      chance: this.chance.named(`stacker ${this.blanks.length}`),
      keys: this.#issuer,
      side,
      before: this.blanks.length,
      pass: (apdu) => this.trace.add('apdu', `blank ${Buffer.from(apdu.subarray(0, 5)).toString('hex')}`),
      ...(count === undefined ? {} : { count }),
    });
    this.blanks.push(...blanks);
    this.cabinet.reader.fillStacker(blanks.map(({ plastic }) => plastic));
  }

  /** A counter registers whose card it is. */
  register(card: TownCard): void {
    const { registration, secrets } = holderOf(card);
    this.secrets.push(...secrets.filter((secret) => !this.secrets.includes(secret)));
    this.#atUpstream('/sandbox/issuer/holders', registration);
  }

  // --- the process ---

  powerOn(): void {
    this.lives += 1;
    const number = this.lives;
    this.trace.add('life', `${number} begins`);
    const life = new Life({
      ...(this.#pruning === undefined ? {} : { pruning: this.#pruning }),
      config: this.#config(this.#lifeFolder()),
      clock: this.clock,
      random: this.chance.named(`terminal ${number}`),
      simulation: this.cabinet.lines,
      fetchFor: (alive) => this.network.fetchFor(alive),
      seal: this.#sealing.seal,
      wallAhead: () => this.#wallAhead,
      isDiskLow: () => this.clock.monotonic() < this.#diskFullUntil,
      onAppend: (entry) => this.#passEntry(entry),
      onAppended: (entry, { seq, hash }, faults) => {
        this.#lastSeq = seq;
        this.trace.add('entry', `${seq} ${entry.kind} ${JSON.stringify(entry.body)} ${hash.slice(0, 16)}`);
        for (const witness of this.witnesses) witness.onEntry?.(entry, this.#lifeFolder());
        if (faults.includes('process.killedAfterCommit')) this.kill('process');
      },
      onPruned: (upToSeq) => this.trace.add('pruned', `up to ${upToSeq}`),
      failedWriteLands: () => this.chance.happens(0.5),
      onView: (view) => this.#show(view),
      onExit: (why) => {
        this.trace.add('life', `${number} ends itself: ${why}`);
        if (!why.startsWith('the journal')) this.violation('life', `the process ended: ${why}`);
        this.kill('process');
      },
      onWarning: (message) => {
        this.trace.add('log', message);
        for (const witness of this.witnesses) witness.onWarning?.(message);
      },
      onChart: (event) => {
        const step = stepOf(event);
        if (step !== undefined) for (const witness of this.witnesses) witness.onStep?.(step);
      },
    });
    this.#life = life;
    void life.begin();
  }

  /** The process dies now; with `mains` the devices lose their power too. The shell, or the machine, starts it again. */
  kill(blow: 'process' | 'mains'): void {
    const life = this.#life;
    if (life === undefined || !life.alive) return;
    life.die(this.#lifeFolder(1));
    this.#dead.push(life);
    this.#life = undefined;
    this.#view = undefined;
    this.trace.add('life', `${this.lives} is dead (${blow})`);
    this.cabinet.hangUp();
    if (blow === 'mains') this.cabinet.powerCycle();
    this.clock.setTimeout(() => {
      for (const dead of this.#dead.splice(0)) dead.bury();
      this.powerOn();
    }, REBIRTH[blow]);
  }

  /**
   * A collector stops the terminal, changes the box and counts what is in it; what the books said is settled with `kioskctl settle`. Nobody comes
   * while the process is down or a note is inside.
   */
  async collect(): Promise<void> {
    const life = this.#life;
    if (life?.ready !== true || this.cabinet.acceptor.inside !== undefined) return;
    await life.stop().catch(() => this.kill('process')); // the disk is full: it says so, and ends all the same
    if (this.#life !== life) return; // it comes up by itself, and nobody settles
    const { boxes } = this.cabinet;
    const boxOut = boxes.takeOut() ?? boxes.away.at(-1);
    const boxIn = boxes.inside ?? boxes.nextLabel;
    boxes.putIn(boxes.nextLabel);
    const counted = boxOut === undefined ? undefined : boxes.countOf(boxOut);
    this.#life = undefined;
    this.#view = undefined;
    this.cabinet.hangUp();
    if (boxOut !== undefined && counted !== undefined) {
      const random = this.chance.named(`collector ${this.lives}`);
      const { settlementId, lastSeq } = await settleStopped(this.#config(this.#lifeFolder()), this.clock, random, { boxOut, boxIn, counted });
      this.signs(settlementId, counted);
      boxes.empty(boxOut);
      this.#lastSeq = lastSeq;
    }
    this.trace.add('hand', `collects ${JSON.stringify(counted)}`);
    life.moveTo(this.#lifeFolder(1));
    this.powerOn();
  }

  /** Everything is well from now on, and a technician has been here. */
  calm(): void {
    this.faults.calm();
    this.#diskFullUntil = 0;
    this.network.mend();
    this.#offlineUntil = { issuer: 0, acquirer: 0 };
    this.#tellUpstream({ issuerOffline: false, paymentOffline: false });
    this.repair();
  }

  /** A technician mends what needs a hand, and gives cards from the bin back to their holders. */
  repair(): void {
    this.trace.add('hand', 'a technician mends what needs a hand');
    this.cabinet.mend();
    // A jam is over for some readers only when somebody has moved the card.
    const body = this.#view?.body;
    if (body?.kind === 'out-of-service' && body.reason === 'cardReaderDown') this.cabinet.reader.pullCard();
    this.#keepSlips(this.cabinet.printer.takeSlips().map((slip) => readSlip(slip).join('\n')));
  }

  #keepSlips(slips: readonly string[]): readonly string[] {
    this.slips.push(...slips);
    return slips;
  }

  async end(): Promise<void> {
    await this.#life?.stop().catch(() => {});
    for (const dead of this.#dead.splice(0)) dead.bury();
    await this.upstream.server.close();
  }

  remove(): void {
    this.upstream.closeBooks();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  // --- time ---

  /** Lets time pass until `done`, or for so many ms. @returns whether it was done */
  async pass(done: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.clock.monotonic() + limitMs;
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      await this.#settled();
      if (done()) return true;
      const { next } = this.clock;
      if (next === undefined || next > end) {
        this.clock.idleUntil(end);
        return done();
      }
      this.clock.step();
    }
    this.violation('liveness', 'the world does not come to rest');
    return done();
  }

  /** Everything that can happen now has happened: promises are settled, what is sealed is, upstream has answered all it does not hold. */
  async #settled(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#sealing.working > 0 || this.network.working + this.#handsAtUpstream > this.upstream.held);
    this.#followNotes();
  }

  /** One note at a time is in the path: where it ended is where there is one more. */
  #followNotes(): void {
    const { acceptor, found, boxes } = this.cabinet;
    const places = { box: boxes.fallen.length, returned: acceptor.returned.length, found: found.length };
    for (const place of ['box', 'returned', 'found'] as const) {
      for (; this.#placed[place] < places[place]; this.#placed[place] += 1) {
        const note = this.notes.find(({ fate }) => fate === undefined);
        if (note === undefined) this.violation('notes', `a note that nobody fed is in ${place}`);
        else note.fate = place;
        if (place === 'box') for (const witness of this.witnesses) witness.onNoteInBox?.();
      }
    }
  }

  // --- hands ---

  hands(card: TownCard): Hands {
    const { cabinet } = this;
    const holder = holderOf(card);
    const did = <T>(what: string, result: T): T => {
      this.trace.add('hand', `${what}: ${String(result)}`);
      return result;
    };
    return {
      touch: (act: UiAct) => {
        this.trace.add('touch', JSON.stringify(act));
        this.#life?.touch({ version: VIEW_VERSION, seq: this.#view?.seq ?? 0, act });
        return true;
      },
      insertCard: (which) => did(`inserts ${which.tail}`, cabinet.reader.insertCard(which.plastic)),
      takeCard: () => did('takes the card', cabinet.takeFromGate()),
      pullCard: () => did('pulls the card', cabinet.reader.pullCard() !== undefined),
      feedNote: (denomination) => this.#feed(card, denomination),
      takeNote: () => cabinet.acceptor.atMouth !== undefined && did('takes the note', cabinet.acceptor.takeNote() !== undefined),
      tearSlips: () => this.#keepSlips(cabinet.printer.takeSlips().map((slip) => readSlip(slip).join('\n'))),
      newPaymentCode: (end) => this.#newPaymentCode(end),
      presents: (text) => this.#present(text),
      phone: (orderId, does) => this.#phone(orderId, does),
      bankTerminal: (orderId, does) => this.#bankTerminal(orderId, does),
      layDocument: () => did('lays the document', cabinet.idReader.placeDocument(holder.document)),
      liftDocument: () => void cabinet.idReader.takeDocument(),
      pullIdReader: () => did('pulls the ID reader', cabinet.pullIdReader()),
      knows: (field) => {
        const { password, phone, newPassword } = holder;
        return { card: card.serial, password, phone, code: this.#codes.get(phone) ?? '', newPassword, repeatPassword: newPassword }[field];
      },
      codeOnPhone: () => this.#looksAtPhone(holder.phone),
      oneTimeCode: (member) => this.#readCode(member),
      boxes: this.#atTheBox(),
      othersTake: (start) => this.#othersTake(start),
      cardAt: (which) => cabinet.placeOf(which),
    };
  }

  #readCode(member: StaffAtHand): string | undefined {
    const code = codeOf(member, this.clock.now());
    if (this.#usedCodes.get(member.number) === code) return undefined;
    this.#usedCodes.set(member.number, code);
    return code;
  }

  #atTheBox(): BoxHands {
    const { boxes } = this.cabinet;
    const did = <T>(what: string, result: T): T => {
      this.trace.add('hand', `${what}: ${JSON.stringify(result)}`);
      return result;
    };
    return {
      inside: () => boxes.inside,
      away: () => boxes.away,
      nextLabel: () => boxes.nextLabel,
      takeOut: () => did('takes the box out', boxes.takeOut()),
      putIn: (label) => did(`puts box ${label} in`, boxes.putIn(label)),
      count: (label) => did(`counts ${label}`, boxes.countOf(label)),
      signs: (settlementId, counted) => this.signs(settlementId, counted),
      empty: (label) => boxes.empty(label),
    };
  }

  /** Somebody says that this is what they counted; said again after a restart, maybe otherwise. */
  signs(settlementId: string, counted: NoteCounts): void {
    this.trace.add('hand', `signs ${settlementId}: ${JSON.stringify(counted)}`);
    this.signed.set(settlementId, [...(this.signed.get(settlementId) ?? []), counted]);
  }

  /** What was there when they looked last; the next look finds what came since. */
  #looksAtPhone(phone: string): string | undefined {
    this.#handsAtUpstream += 1;
    void this.upstream.codeSentTo(phone).then((code) => {
      if (code !== undefined) this.#codes.set(phone, code);
      this.#handsAtUpstream -= 1;
    });
    return this.#codes.get(phone);
  }

  #feed(card: TownCard, note: number | 'unknown' | 'torn'): boolean {
    for (const kind of this.faults.at('note')) this.cabinet.strike(kind);
    const taken = this.cabinet.acceptor.feedNote(note as never) === 'taken';
    if (taken) this.notes.push({ card, note, fate: undefined });
    this.trace.add('hand', `feeds ${note}: ${taken}`);
    return taken;
  }

  /** A wallet makes a new one every minute. Whoever reads it can pay with it: it is as secret as who somebody is. */
  #newPaymentCode(end: string): string {
    this.#madeCodes += 1;
    const code = `13${String(7_000_000_000_000 + this.#madeCodes).padStart(14, '0')}${end}`;
    this.secrets.push(code);
    return code;
  }

  #present(text: string): void {
    for (const kind of this.faults.at('code')) this.cabinet.strike(kind);
    this.cabinet.scanner.show({ text });
    this.trace.add('hand', `presents ${text}`);
  }

  #phone(orderId: string, does: 'pay' | 'decline' | 'confirming' | 'payLate'): void {
    this.trace.add('phone', `${does} ${orderId}`);
    const route = does === 'payLate' ? 'delay' : does;
    this.#atUpstream(`/sandbox/orders/${orderId}/${route}`, does === 'payLate' ? { seconds: this.chance.between(5, 200) } : {});
  }

  #othersTake(start: number): void {
    this.trace.add('hand', `others take ${new Date(start).toISOString()}`);
    this.#handsAtUpstream += 1;
    void this.upstream.fillSlot(start).finally(() => {
      this.#handsAtUpstream -= 1;
    });
  }

  #bankTerminal(orderId: string, does: 'pay' | 'confirming' | 'payLate' | SaleRefusal): void {
    if (does === 'pay' || does === 'confirming' || does === 'payLate') return this.#phone(orderId, does);
    this.trace.add('phone', `${does} ${orderId}`);
    return this.#atUpstream(`/sandbox/orders/${orderId}/decline`, { reason: does });
  }

  /** A subsidy office, a merchant: something waits for this card at its issuer. */
  putAtIssuer({ serial }: TownCard, amount: number): void {
    this.#promised += 1;
    const pendingId = `w-${this.#promised}`;
    this.#atUpstream('/sandbox/issuer/pending-loads', {
      pendingId,
      serial,
      kind: amount < 5000 ? 'refund' : 'subsidy',
      amount,
      reference: `S-${this.#promised}`,
    });
  }

  #atUpstream(route: string, body: object): void {
    this.#handsAtUpstream += 1;
    void this.upstream.hand(route, body).then((status) => {
      this.trace.add('phone', `${route} ${status}`);
      this.#handsAtUpstream -= 1;
    });
  }

  #tellUpstream(faults: { issuerOffline?: boolean; paymentOffline?: boolean }): void {
    this.#atUpstream('/sandbox/faults', faults);
  }

  // --- what passes, and what strikes it ---

  #passLine(channel: `line.${string}` & Channel, bytes: Uint8Array): readonly FaultKind[] {
    const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
    this.trace.add('frame', `${channel.slice(5)} ${frame}`);
    for (const witness of this.witnesses) witness.onFrame?.(channel, frame);
    if (channel.endsWith('.toDevice')) this.#passEffect();
    return this.faults.at(channel);
  }

  #passRequest(channel: Channel, request: string): readonly FaultKind[] {
    for (const witness of this.witnesses) witness.onRequest?.(request);
    this.trace.add('request', request);
    this.#passEffect();
    const faults = this.faults.at(channel);
    for (const partner of ['issuer', 'acquirer'] as const) {
      if (!faults.includes(`${partner}.offline`)) continue;
      const until = this.clock.monotonic() + this.chance.between(PARTNER_OFFLINE.least, PARTNER_OFFLINE.most);
      this.#offlineUntil = { ...this.#offlineUntil, [partner]: until };
      const knob = partner === 'issuer' ? 'issuerOffline' : 'paymentOffline';
      this.#tellUpstream({ [knob]: true });
      this.clock.setTimeout(() => {
        if (this.#offlineUntil[partner] <= this.clock.monotonic()) this.#tellUpstream({ [knob]: false });
      }, until - this.clock.monotonic());
    }
    return faults;
  }

  #passEntry(entry: NewEntry): readonly FaultKind[] {
    const { clock, chance } = this;
    this.#passEffect();
    const full = clock.monotonic() < this.#diskFullUntil;
    const faults = this.faults.at('commit');
    if (faults.includes('process.killedBeforeCommit')) this.kill('process');
    if (faults.includes('clock.forward')) this.#wallAhead += chance.between(1, CLOCK_JUMP);
    if (faults.includes('clock.back')) this.#wallAhead -= chance.between(1, CLOCK_JUMP);
    if (faults.includes('disk.full')) this.#diskFullUntil = clock.monotonic() + chance.between(DISK_TROUBLE.least, DISK_TROUBLE.most);
    if (full) this.trace.add('entry', `${entry.kind} finds the disk full`);
    return full && !faults.includes('disk.full') ? [...faults, 'disk.full'] : faults;
  }

  #passEffect(): void {
    const faults = this.faults.at('effect');
    if (faults.includes('process.killed')) this.kill('process');
    if (faults.includes('power.cut')) this.kill('mains');
  }

  #show(view: View): void {
    this.#view = view;
    this.trace.add('view', `${JSON.stringify(view.body)}${view.overlay === undefined ? '' : ` under ${view.overlay.kind}`}`);
    for (const witness of this.witnesses) witness.onView?.(view);
    this.#onView?.(view);
  }

  // --- folders ---

  #lifeFolder(ahead = 0): string {
    return path.join(this.#folder, `life-${Math.max(1, this.lives) + ahead}`);
  }

  #prepare(folder: string): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'terminal-key.pem'), pemOf(keyFromSeed(1)), { mode: 0o600 });
    writeFileSync(path.join(folder, 'staff-secret'), Buffer.from(SECRET).toString('hex'), { mode: 0o600 });
  }

  #config(folder: string): TerminalConfig {
    const example = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as { devices: object; support: object; upstream: object; data: object };
    const none = { cabinet: null, keypad: null };
    return parseConfig({
      ...example,
      support: { ...example.support, survey: true },
      maintenance: { staff: roster([TECHNICIAN, COLLECTOR]) },
      replacement: { offered: true, fee: 2000, application: 'A00000000386980701' },
      data: { ...example.data, folder },
      devices: { ...this.cabinet.configured, ...none },
      upstream: { ...example.upstream, url: 'http://127.0.0.1:9' },
    });
  }
}
