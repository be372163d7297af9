/**
 * A world for charts: ports whose answers a test sets, a journal in memory, a clock that only the test moves. It plays one card, one
 * acceptor and one upstream, and records what was asked of them.
 */
import { FakeNewCards } from './fake-new-cards.ts';
import { FakeRooms } from './fake-rooms.ts';
import { FakeStaff } from './fake-staff.ts';
import { createHash } from 'node:crypto';
import { createIds, makeReference, type Random } from '../../common/ids.ts';
import { fen, type Fen } from '../../common/fen.ts';
import type { CardRef, JournalBody, NewEntry, PresenceProof } from '../../common/journal-kinds.ts';
import { Listeners } from '../../drivers/listeners.ts';
import {
  PortError,
  type Availability,
  type CardEvent,
  type CardReading,
  type CardRecord,
  type ClaimOutcome,
  type CardReadOutcome,
  type CashEvent,
  type CreditOutcome,
  type EarlierLoad,
  type InitializeOutcome,
  type IssuerCheck,
  type LoadStanding,
  type LatestTopUp,
  type LossContent,
  type ReplacementContent,
  type LoadVerdict,
  type MediaState,
  type OpenLoad,
  type OrderState,
  type Ports,
  type ReceiptContent,
  type ReceiptOutcome,
  type Recovered,
  type ReserveOutcome,
  type ScannerEvent,
  type StatementContent,
  type AccountContent,
  type CallbackContent,
  type TicketContent,
  type UnfinishedTopUp,
  type WaitingLoad,
} from '../../state-machines/ports.ts';
import type { BackInService } from '../../state-machines/maintenance/readiness-port.ts';
import type { ProgressAnswer, Slot } from '../../common/upstream-api/support.ts';
import type { DeskTerms, SubmitOutcome } from '../../state-machines/desk/ports.ts';
import type { DocumentReading, IdentifyOutcome, ReportOutcome } from '../../state-machines/loss-report/ports.ts';
import type { CardOffers, PasswordOutcome, ReleaseOutcome } from '../../state-machines/account/ports.ts';
import type { RunningScript } from '../../state-machines/card-script.ts';
import type { ConfirmOutcome, NextOutcome, ScriptCard, StartOutcome } from '../../state-machines/card-script/ports.ts';
import { makeVoucherCode } from '../../common/voucher-code.ts';
import type { Channel } from '../../state-machines/support/screens.ts';
import { candidatesFor, readingOf } from '../../main/typing/pinyin.ts';
import { FakeChat } from './fake-chat.ts';
import { fakeSupport } from './fake-support.ts';
import { SimulatedClock } from './simulated-clock.ts';

export const CARD_REF: CardRef = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: '03105170010170906688', tail: '6688' };

/** A card's answer to INITIALIZE FOR LOAD without an amount. */
export const PROOF: PresenceProof = {
  amount: 0,
  purseType: 2,
  terminalId: '301000890003',
  balanceBefore: 2320,
  onlineCounter: 15,
  keyVersion: 1,
  algorithm: 0,
  cardRandom: 'E7905A31',
  mac1: '80196D35',
};

/** Answers one after the other, the last one for ever. A thrown value is thrown. */
export class Script<T> {
  readonly #answers: (T | Error)[];
  constructor(...answers: (T | Error)[]) {
    this.#answers = answers;
  }
  set(...answers: (T | Error)[]): void {
    this.#answers.splice(0, this.#answers.length, ...answers);
  }
  next(): T {
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    if (answer instanceof Error) throw answer;
    if (answer === undefined) throw new Error('the script has no answer');
    return answer;
  }
}

export const offline = (): PortError => new PortError('offline', 'nobody answers');

/** A counter as bytes: every id and reference is new, every run the same. */
export function countingRandom(): Random {
  let count = 0;
  return {
    bytes: (length) => {
      count += 1;
      return Uint8Array.from({ length }, (_, index) => (index < length - 2 ? 7 : (count >> (8 * (length - 1 - index))) & 0xff));
    },
  };
}

export class FakeWorld {
  readonly clock = new SimulatedClock();
  readonly random = countingRandom();
  readonly entries: NewEntry[] = [];
  readonly acts: string[] = [];
  /** Of the issuer, about holders and lost cards. */
  readonly asked: object[] = [];
  readonly slips: ReceiptContent[] = [];
  readonly statementSlips: StatementContent[] = [];
  readonly lossSlips: LossContent[] = [];
  /** What the issuer was given of each load. */
  readonly proofs: object[] = [];
  readonly replacementSlips: ReplacementContent[] = [];
  readonly rooms = new FakeRooms();
  readonly staff = new FakeStaff();
  readonly newCards = new FakeNewCards((what) => this.acts.push(what));
  statementOutcome = async (): Promise<ReceiptOutcome> => this.script.print.next();
  readonly cardEvents = new Listeners<CardEvent>();
  readonly cashEvents = new Listeners<CashEvent>();
  /** Whoever listens to the scanner. */
  readonly scans = new Listeners<ScannerEvent>();
  scannerAway = false;
  readonly availabilityChanges = new Listeners<Availability>();
  media: MediaState = 'notPresent';
  canRetain = true;
  accepted: readonly Fen[] = [];
  journalFails = false;
  unfinished: UnfinishedTopUp | undefined = undefined;
  unfinishedScript: RunningScript | undefined = undefined;
  latest: LatestTopUp | undefined = undefined;
  undelivered: readonly JournalBody<'desk.submitting'>[] = [];
  /** The desk's end of a conversation. */
  readonly chat = new FakeChat();
  deskTerms: DeskTerms | undefined = { seals: true, promise: () => ({ minutes: 120 }) };
  /** Before the desk answers. */
  onSubmit = (): void => {};
  readonly submitted: JournalBody<'desk.submitting'>[] = [];
  readonly ticketSlips: TicketContent[] = [];
  readonly accountSlips: AccountContent[] = [];
  readonly callbackSlips: CallbackContent[] = [];
  card: CardReading = {
    ref: CARD_REF,
    balance: fen(2320),
    purseLimit: fen(100_000),
    validFrom: '2020-01-01',
    validUntil: '2030-12-31',
    records: [],
  };
  availability: Availability = {
    services: {
      topUp: { available: true },
      pendingLoad: { available: true },
      balance: { available: true },
      statement: { available: true },
      account: { available: true },
    },
    tenders: { cash: { available: true }, qr: { available: true }, qrPresented: { available: true }, card: { available: true }, voucher: { available: true } },
    replacement: true,
    lossReport: { available: true },
    documents: 'available',
    receipts: 'available',
    upstream: 'online',
  };
  readonly script = {
    read: new Script<CardReadOutcome>(),
    check: new Script<IssuerCheck>({ allowed: true, purseLimit: fen(100_000) }),
    initialize: new Script<Exclude<InitializeOutcome, { kind: 'ready' }> | 'ready'>('ready'),
    credit: new Script<CreditOutcome>({ kind: 'credited', tac: '1B283889' }),
    examine: new Script<LoadVerdict>(),
    balance: new Script<Fen>(),
    authorize: new Script<'authorized' | 'refused'>('authorized'),
    confirm: new Script<'good' | 'bad' | 'absent'>('good'),
    reverse: new Script<true>(true),
    waiting: new Script<readonly WaitingLoad[]>([]),
    claim: new Script<ClaimOutcome>({ kind: 'claimed', amount: fen(5000) }),
    releaseClaim: new Script<true>(true),
    history: new Script<readonly CardRecord[]>([]),
    standing: new Script<LoadStanding>({ state: 'open' }),
    document: new Script<DocumentReading>({ kind: 'read', documentHash: 'd1'.repeat(32), name: '王**' }),
    sendCode: new Script<true>(true),
    identify: new Script<IdentifyOutcome>({ kind: 'identified', cards: [{ serial: CARD_REF.serial, tail: CARD_REF.tail, status: 'active' }] }),
    report: new Script<(reference: string) => ReportOutcome>((reference) => ({
      kind: 'reported',
      reference,
      reportedAt: this.clock.now(),
      effectiveAt: this.clock.now(),
      earlier: false,
    })),
    challenge: new Script<Awaited<ReturnType<ScriptCard['challenge']>>>({ kind: 'challenge', challenge: '19393A92', uid: '04A1B2C3' }),
    execute: new Script<string>('9000'),
    readBack: new Script<Awaited<ReturnType<ScriptCard['readBack']>>>({ kind: 'read' }),
    prove: new Script<Awaited<ReturnType<ScriptCard['prove']>>>({ kind: 'proof', proof: PROOF }),
    startScript: new Script<StartOutcome>({ kind: 'issued', steps: 1 }),
    nextCommand: new Script<NextOutcome>(
      { kind: 'command', step: 1, name: 'set flag', apdu: '04D6950805019302F1A5' },
      { kind: 'written', parts: ['file15', 'presence'] },
    ),
    offers: new Script<CardOffers>({ offers: [] }),
    releaseLoss: new Script<ReleaseOutcome>({ kind: 'released', releasedAt: this.clock.now(), everywhereAt: this.clock.now() + 7_200_000 }),
    setPassword: new Script<PasswordOutcome>({ kind: 'set' }),
    confirmScript: new Script<ConfirmOutcome>({ kind: 'confirmed' }),
    submit: new Script<SubmitOutcome>({ kind: 'stored', dueAt: Date.UTC(2026, 10, 22, 2, 14) }),
    progress: new Script<ProgressAnswer>({ tickets: [], callbacks: [] }),
    slots: new Script<readonly Slot[]>([]),
    stack: new Script<'stacked' | 'returned' | 'unknown'>('stacked'),
    giveBack: new Script<'stacked' | 'returned' | 'unknown'>('returned'),
    create: new Script<true>(true),
    sell: new Script<OrderState>({ state: 'waiting' }),
    capture: new Script<OrderState>({ state: 'captured', channel: '微信支付', channelRef: '4200003071', amount: fen(5000) }),
    close: new Script<OrderState>({ state: 'closed' }),
    refund: new Script<true>(true),
    register: new Script<true>(true),
    reserve: new Script<ReserveOutcome>({ kind: 'reserved', amount: fen(5000) }),
    useUp: new Script<true>(true),
    release: new Script<true>(true),
    retain: new Script<true>(true),
    present: new Script<true>(true),
    print: new Script<ReceiptOutcome>({ state: 'printed', confirmedBy: 'processId', sha256: 'AB'.repeat(32), byteCount: 900 }),
    recovered: new Script<readonly Recovered[]>([]),
    resolved: new Script<readonly (Recovered | EarlierLoad)[]>([]),
    undecided: new Script<{ load: OpenLoad | undefined }>({ load: undefined }),
  };
  /** Answers that were read and judged: `views card-lost`. */
  readonly counted: string[] = [];
  channels: readonly Channel[] = [{ id: 'hotline', kind: 'hotline', name: '服务电话', contact: '96123', hours: '24 小时', purposes: ['urgent'] }];
  readonly orders = new Map<string, { state: OrderState; readonly changed: Listeners<OrderState> }>();

  get kinds(): readonly string[] {
    return this.entries.map((entry) => entry.kind);
  }

  get orderId(): string {
    const [orderId] = [...this.orders.keys()].slice(-1);
    if (orderId === undefined) throw new Error('no order was made');
    return orderId;
  }

  insert(): void {
    this.media = 'inside';
    this.cardEvents.emit({ type: 'CARD.INSERTED' });
  }

  remove(): void {
    this.media = 'notPresent';
    this.cardEvents.emit({ type: 'CARD.REMOVED' });
  }

  order(state: OrderState): void {
    const order = this.orders.get(this.orderId);
    if (order === undefined) return;
    order.state = state;
    order.changed.emit(state);
  }

  change(availability: Partial<Availability>): void {
    this.availability = { ...this.availability, ...availability };
    this.availabilityChanges.emit(this.availability);
  }

  /** What the readiness report of this visit says. */
  backInService: BackInService = { may: false, why: 'unreported', blocking: [] };

  readonly ports: Ports = this.#ports();

  #ports(): Ports {
    const media = (): MediaState => this.media;
    const canRetain = (): boolean => this.canRetain;
    const availability = (): Availability => this.availability;
    const terms = (): DeskTerms | undefined => this.deskTerms;
    const ids = createIds(this.clock, this.random);
    const act = (what: string): void => void this.acts.push(what);
    return {
      clock: this.clock,
      ids,
      random: this.random,
      journal: {
        append: (entry) => {
          if (this.journalFails) throw new PortError('journalUnavailable', 'the disk is full');
          this.entries.push(entry);
          return { epoch: 1, seq: this.entries.length, hash: this.entries.length.toString(16).padStart(64, '0'), at: this.clock.now() };
        },
        newReference: () => makeReference('A01', '2026-11-22', this.random),
      },
      card: {
        get media() {
          return media();
        },
        get canRetain() {
          return canRetain();
        },
        setEntry: async (enabled) => act(enabled ? 'entry open' : 'entry closed'),
        read: async () => this.script.read.next(),
        initializeLoad: async ({ amount, loadId }) => {
          const answer = this.script.initialize.next();
          if (answer !== 'ready') return answer;
          return {
            kind: 'ready',
            init: {
              loadId,
              amount,
              purseType: 2,
              terminalId: '301000890003',
              balanceBefore: this.card.balance,
              onlineCounter: 15,
              cardRandom: 'E7905A31',
              keyVersion: 1,
              algorithm: 0,
              mac1: '80196D35',
            },
          };
        },
        creditLoad: async () => {
          act('credit');
          return this.script.credit.next();
        },
        readBalance: async () => this.script.balance.next(),
        examineLoad: async () => {
          act('examine');
          return this.script.examine.next();
        },
        script: {
          challenge: async () => this.script.challenge.next(),
          execute: async () => {
            act('execute');
            const status = this.script.execute.next();
            return status === 'none' ? {} : { status };
          },
          readBack: async () => this.script.readBack.next(),
          prove: async () => this.script.prove.next(),
        },
        present: async () => {
          act('present');
          this.script.present.next();
          if (this.media === 'inside') this.media = 'atGate';
        },
        retract: async () => {
          act('retract');
          if (this.media === 'atGate') this.media = 'inside';
        },
        retain: async () => {
          act('retain');
          this.script.retain.next();
          this.media = 'notPresent';
        },
        onEvent: (listener) => this.cardEvents.add(listener),
      },
      cash: {
        denominations: [500, 1000, 2000, 5000, 10_000].map(fen),
        accept: async (denominations) => {
          this.accepted = denominations;
        },
        stack: async (onCredit) => {
          const answer = this.script.stack.next();
          if (answer === 'stacked') onCredit({ evidence: 'vendValid' });
          return answer;
        },
        returnNote: async () => this.script.giveBack.next(),
        onEvent: (listener) => this.cashEvents.add(listener),
      },
      payments: {
        createOrder: async ({ orderId }) => {
          this.script.create.next();
          this.orders.set(orderId, { state: { state: 'waiting' }, changed: new Listeners() });
          return { orderId, code: `https://pay.test/${orderId}`, lifeMs: 180_000, merchant: '北岸校区一卡通' };
        },
        capture: async ({ orderId }) => {
          act('capture');
          const state = this.script.capture.next();
          this.orders.set(orderId, { state, changed: new Listeners() });
          return state;
        },
        sell: async ({ orderId }) => {
          act('sell');
          const state = this.script.sell.next();
          this.orders.set(orderId, { state, changed: new Listeners() });
          return state;
        },
        queryOrder: async (orderId, wait, signal) => {
          const order = this.orders.get(orderId);
          if (order === undefined) throw new PortError('refused', 'no such order');
          if (wait === undefined || order.state.state !== wait.since) return order.state;
          return new Promise<OrderState>((resolve, reject) => {
            const end = order.changed.add((state) => {
              end();
              resolve(state);
            });
            signal?.addEventListener('abort', () => {
              end();
              reject(new PortError('aborted', 'nobody waits any more'));
            });
          });
        },
        closeOrder: async () => {
          act('close order');
          return this.script.close.next();
        },
        refund: async () => {
          act('refund');
          this.script.refund.next();
          return { state: 'refunded' };
        },
      },
      scanner: {
        listen: (listener) => {
          if (this.scannerAway) listener({ type: 'SCANNER.AWAY' });
          return this.scans.add(listener);
        },
      },
      issuer: {
        checkCard: async () => this.script.check.next(),
        authorizeLoad: async () => {
          if (this.script.authorize.next() === 'refused') return { kind: 'refused', code: 'limit' };
          return { kind: 'authorized', hostDate: '20261122', hostTime: '081400', mac2: 'DFFC2EC1' };
        },
        waitingLoads: async () => this.script.waiting.next(),
        claimWaiting: async () => {
          act('claim');
          return this.script.claim.next();
        },
        releaseClaim: async () => {
          act('release claim');
          this.script.releaseClaim.next();
        },
        history: async () => this.script.history.next(),
        openLoads: async () => [],
        checkTac: async () => 'good',
        reportExamined: async () => this.script.standing.next(),
        loadStanding: async () => this.script.standing.next(),
        confirmLoad: async (request) => {
          this.proofs.push(request);
          return { tac: this.script.confirm.next() };
        },
        reverseLoad: async () => {
          act('reverse');
          this.script.reverse.next();
        },
      },
      losses: {
        sendCode: async (request) => {
          this.asked.push(request);
          this.script.sendCode.next();
          return { expiresAt: this.clock.now() + 300_000 };
        },
        identify: async (request) => {
          this.asked.push(request);
          return this.script.identify.next();
        },
        report: async (request) => {
          this.asked.push(request);
          return this.script.report.next()(request.reference);
        },
      },
      accounts: {
        offers: async () => this.script.offers.next(),
        release: async (request) => {
          this.asked.push(request);
          return this.script.releaseLoss.next();
        },
        setPassword: async (request) => {
          this.asked.push(request);
          return this.script.setPassword.next();
        },
        settlePassword: async () => 'notSet',
      },
      scripts: {
        start: async (ask) => {
          this.asked.push(ask);
          return this.script.startScript.next();
        },
        next: async (request) => {
          this.asked.push(request);
          return this.script.nextCommand.next();
        },
        confirm: async () => this.script.confirmScript.next(),
        abandon: async () => act('abandon script'),
      },
      documents: {
        read: async () => this.script.document.next(),
      },
      blanks: this.newCards.blanks,
      replacements: this.newCards.issuer,
      vouchers: {
        codeOf: (voucherId) => makeVoucherCode(createHash('sha256').update(voucherId).digest()),
        register: async () => {
          act('register');
          this.script.register.next();
        },
        reserve: async () => {
          act('reserve');
          return this.script.reserve.next();
        },
        confirm: async () => {
          act('use up');
          this.script.useUp.next();
        },
        release: async () => {
          act('release');
          this.script.release.next();
        },
      },
      slips: {
        linkOf: ({ entry, reference, outcome, amount, tender, cardTail }) =>
          `https://card.example/#${[reference, outcome, amount, tender, cardTail, entry?.seq ?? 'unsigned'].join('/')}`,
      },
      receipts: {
        print: async (_, content) => {
          this.slips.push(content);
          return this.script.print.next();
        },
        printStatement: async (_, content) => {
          this.statementSlips.push(content);
          return this.statementOutcome();
        },
        printTicket: async (_, content) => {
          this.ticketSlips.push(content);
          return this.script.print.next();
        },
        printAccount: async (_, content) => {
          this.accountSlips.push(content);
          return this.script.print.next();
        },
        printCallback: async (_, content) => {
          this.callbackSlips.push(content);
          return this.script.print.next();
        },
        printReplacement: async (_, content) => {
          this.replacementSlips.push(content);
          return this.script.print.next();
        },
        printLoss: async (_, content) => {
          this.lossSlips.push(content);
          return this.script.print.next();
        },
      },
      rooms: this.rooms,
      staff: this.staff,
      desk: {
        chat: this.chat.port,
        get terms() {
          return terms();
        },
        refreshTerms: async () => act('refresh terms'),
        seal: async (text) => `sealed.n.${Buffer.from(text).toString('base64url')}.x.y`,
        submit: async (submission) => {
          this.onSubmit();
          this.submitted.push(submission);
          return this.script.submit.next();
        },
        progress: async (request) => {
          this.asked.push(request);
          return this.script.progress.next();
        },
        slots: async () => this.script.slots.next(),
      },
      typing: { candidates: candidatesFor, reading: readingOf },
      support: fakeSupport(this.counted, () => this.channels),
      selfTests: { tests: [], run: () => Promise.reject(new PortError('deviceFault', 'nothing is fitted in this world')) },
      monitor: { parts: [], frames: () => [], onFrame: () => () => {}, export: () => ({ good: false, why: 'nothing is fitted in this world' }) },
      readiness: {
        report: () => {
          throw new PortError('journalUnavailable', 'there is nothing to report in this world');
        },
        print: async () => ({ state: 'failedBefore', trouble: 'offline' }),
        backInService: () => this.backInService,
      },
      recovery: {
        run: async () => this.script.recovered.next(),
        resolveWith: async () => this.script.resolved.next(),
        undecided: async () => this.script.undecided.next().load,
        unfinishedOf: () => this.unfinished,
        unfinishedScriptOf: () => this.unfinishedScript,
        latestOf: () => this.latest,
        undelivered: () => this.undelivered,
      },
      availability: {
        get current() {
          return availability();
        },
        onChange: (listener) => this.availabilityChanges.add(listener),
      },
      settings: {
        presets: [2000, 5000, 10_000, 20_000].map(fen),
        minimumLoad: fen(500),
        maximumLoad: fen(50_000),
        tenders: ['cash', 'qr', 'qrPresented', 'card', 'voucher'],
        untakenCard: 'retain',
        receiptDefault: 'ask',
        settledWithinHours: 24,
        replacementFee: fen(2000),
        voucherValidDays: 365,
        notices: { lowBalance: fen(1000), expiringDays: 30, tripsADay: 8 },
        survey: false,
        timeZone: 'Asia/Shanghai',
      },
    };
  }
}
