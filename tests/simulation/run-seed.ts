/** One world from its beginning to its end: people come one after the other while faults strike, then all is mended, and the oracles look. */
import { Person, characters, faultless, type Character, type Screens, type VoucherInHand, type Wish } from './person.ts';
import { accountScreens } from './flows/account.ts';
import { callbackScreens } from './flows/callback.ts';
import { chatScreens } from './flows/chat.ts';
import { deskScreens } from './flows/desk.ts';
import { maintenanceScreens } from './flows/maintenance.ts';
import { lossReportScreens } from './flows/loss-report.ts';
import { replacementScreens } from './flows/replacement.ts';
import { pendingLoadScreens } from './flows/pending-load.ts';
import { statementScreens } from './flows/statement.ts';
import { surveyScreens } from './flows/survey.ts';
import { supportScreens } from './flows/support.ts';
import { topUpScreens } from './flows/top-up.ts';
import { channelOf, type Channel, type FaultKind, type PlannedFault } from './faults.ts';
import { Chance } from './chance.ts';
import { accountsWait, checkAccounts, unfinishedCards } from './oracles/accounts.ts';
import { checkBooks } from './oracles/books.ts';
import { answerable, checkAnswers } from './oracles/doubt.ts';
import { checkArrived, checkJournal, hasArrived } from './oracles/journal.ts';
import { checkCallbacks } from './oracles/callbacks.ts';
import { checkDesk, deskWaits } from './oracles/desk.ts';
import { checkLosses, lossesWait } from './oracles/losses.ts';
import { checkPending, untoldClaims } from './oracles/pending.ts';
import { checkMoney } from './oracles/money.ts';
import { checkSurveys } from './oracles/surveys.ts';
import { readLedger, hasOpenCase, type Story } from './oracles/ledger.ts';
import { checkReplacements, replacementsWait } from './oracles/replacements.ts';
import { boxesWait, checkSettlements } from './oracles/settlements.ts';
import type { ScreenOracle } from './oracles/screens.ts';
import { watch } from './oracles/witnesses.ts';
import { checkSlips, referencesOn, voucherOn } from './oracles/slips.ts';
import { checkVoucherSlips, checkVouchers, untoldVouchers } from './oracles/vouchers.ts';
import { chipHabits, type TownCard } from './cards.ts';
import { models, sidesOf, sum, type Fittings } from './cabinet.ts';
import { World, type Violation, type WorldOptions } from './world.ts';
import type { TraceEvent } from './trace.ts';

/** Flows by name, with what their people do; a test holds them against the statecharts. */
export const flows = {
  topUp: topUpScreens,
  pendingLoad: pendingLoadScreens,
  statement: statementScreens,
  support: supportScreens,
  lossReport: lossReportScreens,
  desk: deskScreens,
  callback: callbackScreens,
  chat: chatScreens,
  replacement: replacementScreens,
  account: accountScreens,
  survey: surveyScreens,
  maintenance: maintenanceScreens,
} as const satisfies Readonly<Record<string, Screens>>;
export type FlowName = keyof typeof flows;

export interface SeedOptions {
  readonly seed: string;
  readonly sessions: number;
  readonly flows: readonly FlowName[];
  /** Kinds that may strike; empty: none. */
  readonly kinds: readonly FaultKind[];
  /** Faults planned for a session, on average; default {@link FAULTS_A_SESSION}. */
  readonly rate?: number;
  /** Who comes; default: people of all characters. */
  readonly people?: readonly Character[];
  /** Instead of what the seed would plan. */
  readonly plan?: readonly PlannedFault[];
  readonly disk: string;
  /** Old entries leave while people come. Default: none is ever old enough. */
  readonly pruning?: WorldOptions['pruning'];
  readonly onEvent?: (event: TraceEvent) => void;
}

export interface Money {
  /** Fen: notes in custody and payments that were captured. */
  in: number;
  onCards: number;
  refunded: number;
  /** Owed by vouchers, cases among them. */
  vouchers: number;
  /** How many cases are open. */
  openCases: number;
}

export interface SeedResult {
  readonly seed: string;
  readonly sessions: number;
  readonly plan: readonly PlannedFault[];
  readonly virtualHours: number;
  readonly realMs: number;
  readonly lives: number;
  readonly struck: Readonly<Partial<Record<FaultKind, number>>>;
  /** `topUp/delivered` …: how often. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly money: Money;
  readonly violations: readonly Violation[];
  readonly latest: readonly TraceEvent[];
  readonly traceHash: string;
  readonly events: number;
  /** What passed each channel, at most, in one session. */
  readonly passed: Readonly<Partial<Record<Channel, number>>>;
}

/** Entries leave half a minute after upstream has them, but for the last three, as soon as nobody is served: what takes a town months is minutes here. */
export const PRUNED_ALL_DAY = { rule: { retentionMs: 30_000, keepEntries: 3 }, firstLookMs: 5000, everyMs: 10_000 } as const;

/** About how much passes in a session: where planned faults are likely to meet something. Measured on undisturbed sessions. */
const USUAL: Readonly<Record<Channel, number>> = {
  'line.cardReader.toDevice': 60,
  'line.cardReader.fromDevice': 110,
  'line.cashAcceptor.toDevice': 250,
  'line.cashAcceptor.fromDevice': 250,
  'line.receiptPrinter.toDevice': 24,
  'line.receiptPrinter.fromDevice': 24,
  apdu: 24,
  note: 3,
  code: 2,
  money: 5,
  uplink: 16,
  commit: 14,
  effect: 330,
};
/** Planned for a session on average; some find their session already over. */
export const FAULTS_A_SESSION = 5;
/** ms */
const ARRIVES = { least: 500, most: 20_000 };
const STAYS_AT_MOST = 900_000;
const SCREEN_CLEARS = 360_000;
const REPAIRED_EVERY = 3;
const COLLECTED_EVERY = 2;
const READY_WITHIN = 60_000;
const COMES_TO_REST = 900_000;
const SETTLES = 120_000;
const DRAINS = 660_000;
const LOOKS = 300_000;
const ASKS_AGAIN = 5000;

export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const began = performance.now();
  const chance = new Chance(`${options.seed}/town`);
  const plan = options.plan ?? planFaults(chance.named('faults'), options);
  const world = await World.begin({
    seed: options.seed,
    fittings: fittingsOf(chance.named('fittings')),
    faults: plan,
    disk: options.disk,
    ...(options.pruning === undefined ? {} : { pruning: options.pruning }),
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  });
  const screens = watch(world);
  if (options.flows.includes('replacement')) world.fillStacker();
  const passed: Partial<Record<Channel, number>> = {};
  world.powerOn();
  await world.pass(() => world.view?.body.kind === 'attract', READY_WITHIN);
  for (let session = 0; session < options.sessions; session += 1) {
    world.faults.beginSession(session);
    await serve(world, chance.named(`session ${session}`), session, options);
    for (const [channel, count] of world.faults.passed) passed[channel] = Math.max(passed[channel] ?? 0, count);
  }
  const ledger = await comeToRest(world, chance.named('rest'), screens);
  const result = judge(world, ledger, screens);
  world.remove();
  return {
    ...result,
    seed: options.seed,
    sessions: options.sessions,
    plan,
    virtualHours: world.hours,
    realMs: performance.now() - began,
    lives: world.lives,
    struck: Object.fromEntries([...world.faults.struck].sort(([one], [other]) => (one < other ? -1 : 1))),
    violations: world.violations,
    latest: world.trace.latest(),
    events: world.trace.count,
    traceHash: world.trace.digest(),
    passed,
  };
}

function planFaults(chance: Chance, { kinds, sessions, rate = FAULTS_A_SESSION }: SeedOptions): readonly PlannedFault[] {
  if (kinds.length === 0) return [];
  return Array.from({ length: sessions }, (_, session) => session).flatMap((session) =>
    Array.from({ length: chance.between(0, 2 * rate) }, () => {
      const kind = chance.pick(kinds);
      return { kind, session, nth: chance.between(1, USUAL[channelOf(kind)]) };
    }),
  );
}

const WITHOUT_STACKER: Fittings['cardReader'] = 'crt310';

/** @param dispenses whether the reader must have a stacker */
export function fittingsOf(chance: Chance, dispenses = false): Fittings {
  const readers = Object.keys(models.cardReader) as Fittings['cardReader'][];
  return {
    cardReader: chance.pick(dispenses ? readers.filter((model) => model !== WITHOUT_STACKER) : readers),
    cashAcceptor: chance.pick(Object.keys(models.cashAcceptor) as Fittings['cashAcceptor'][]),
    receiptPrinter: chance.pick(Object.keys(models.receiptPrinter) as Fittings['receiptPrinter'][]),
  };
}

/** Most people come for money. */
const WANT_A_STATEMENT = 0.15;
const WANT_HELP = 0.1;
const GO_TO_THE_DESK = 0.08;
const WANT_TO_BE_CALLED = 0.06;
const WANT_TO_TALK = 0.04;
const LOST_THEIR_CARD = 0.1;
const WANT_A_NEW_CARD = 0.15;
const WANT_A_CARD_SERVICE = 0.1;
/** Of those who come for nothing else. */
const ARE_STAFF = 0.05;
const ARE_COLLECTORS = 0.08;
/** For some something waits at the issuer, and they know it. */
const WANT_WHAT_WAITS = 0.25;

/** One person comes, does what they want, and goes; the next one waits until the glass is free. */
async function serve(world: World, chance: Chance, session: number, options: SeedOptions): Promise<void> {
  await world.pass(() => false, chance.between(ARRIVES.least, ARRIVES.most));
  const card = cardFor(world, chance);
  const otherCard = chance.pick(world.cards);
  const wish = wishOf(world, chance, card, options.flows);
  const person = new Person({
    id: session,
    clock: world.clock,
    chance: chance.named('person'),
    character: chance.pick(options.people ?? characters),
    card,
    otherCard,
    hands: world.hands(card),
    screens: screensFor(wish, options.flows),
    wish,
    vouchers: vouchersOf(world, card),
  });
  if (wish === 'lossReport' || wish === 'replacement' || wish === 'account') world.register(card);
  await stands(world, person, STAYS_AT_MOST);
  world.pockets.set(card, [...(world.pockets.get(card) ?? []), ...person.slips]);
  if (chance.between(1, REPAIRED_EVERY) === 1) world.repair();
  await world.pass(() => isFree(world), SCREEN_CLEARS);
  // What is in the box keeps its entries: without a collector hardly any would ever leave.
  if (options.pruning !== undefined && chance.named('collector').between(1, COLLECTED_EVERY) === 1) await collects(world, chance.named('collector'), options);
  if (!isFree(world)) {
    world.repair();
    await world.pass(() => isFree(world), SCREEN_CLEARS);
  }
}

function wishOf(world: World, chance: Chance, card: TownCard, offered: readonly FlowName[]): Wish {
  const wish = chance.named('wish');
  if (offered.includes('statement') && wish.happens(WANT_A_STATEMENT)) return 'statement';
  if (offered.includes('support') && wish.happens(WANT_HELP)) return 'help';
  if (offered.includes('desk') && chance.named('desk').happens(GO_TO_THE_DESK)) return 'desk';
  if (offered.includes('callback') && chance.named('callback').happens(WANT_TO_BE_CALLED)) return 'callback';
  if (offered.includes('chat') && chance.named('chat').happens(WANT_TO_TALK)) return 'chat';
  if (offered.includes('replacement') && (offered.length === 1 || chance.named('replacement').happens(WANT_A_NEW_CARD))) return 'replacement';
  if (offered.includes('lossReport') && chance.named('loss').happens(LOST_THEIR_CARD)) return 'lossReport';
  if (offered.includes('account') && (card.kind === 'notActivated' || card.kind === 'blocked' || chance.named('account').happens(WANT_A_CARD_SERVICE)))
    return 'account';
  if (offered.includes('maintenance') && (offered.length === 1 || chance.named('staff').happens(ARE_STAFF))) return 'maintenance';
  if (offered.includes('maintenance') && chance.named('collector').happens(ARE_COLLECTORS)) return 'settlement';
  const waits = chance.named('waits');
  if (!offered.includes('pendingLoad') || !waits.happens(WANT_WHAT_WAITS)) return 'topUp';
  for (let count = waits.between(1, 3); count > 0; count -= 1) world.putAtIssuer(card, waits.pick([500, 1250, 5000, 30_000]));
  return 'pendingLoad';
}

/** What they came for comes first: some screens are shared. A new card is reported lost and paid for on the way, whatever else is offered. */
function screensFor(wish: Wish, offered: readonly FlowName[]): readonly Screens[] {
  const own =
    wish === 'replacement'
      ? [replacementScreens, lossReportScreens, topUpScreens]
      : wish === 'callback'
        ? [callbackScreens]
        : wish === 'chat'
          ? [chatScreens]
          : [];
  return [...own, ...offered.map((name) => flows[name])];
}

export async function stands(world: World, person: Person, limitMs: number): Promise<void> {
  world.watch((view) => person.sees(view));
  if (world.view !== undefined) person.sees(world.view);
  await world.pass(() => person.gone, limitMs);
  person.leave();
  world.watch(undefined);
}

export function isFree({ view }: World): boolean {
  return view?.body.kind === 'attract' || view?.body.kind === 'out-of-service';
}

/** The latest first: that is the one they came for. */
function vouchersOf(world: World, card: TownCard): readonly VoucherInHand[] {
  return (world.pockets.get(card) ?? []).flatMap((slip) => voucherOn(slip) ?? []).toReversed();
}

/** Most people have a card of their own that works; some come again. */
function cardFor(world: World, chance: Chance): TownCard {
  const owed = world.cards.filter((card) => vouchersOf(world, card).length > 0);
  if (world.cards.length > 1 && chance.happens(owed.length > 0 ? 0.4 : 0.2)) {
    const card = chance.pick(owed.length > 0 ? owed : world.cards);
    if (world.cabinet.placeOf(card) === 'hand') return card;
  }
  const kind = chance.weighed({ valid: 94, expired: 1, notYetValid: 1, notActivated: 2, blocked: 1, foreign: 1, unknown: 1 });
  return world.makeCard(
    kind,
    kind === 'valid' ? chance.pick([0, 350, 2320, 60_000, 93_000, 99_500]) : 0,
    chipHabits(chance.named('chip'), sidesOf(world.fittings)),
  );
}

/** Faults stop and everything is mended: the terminal is ready by itself, settles what it can, and undecided cards come back. */
export async function comeToRest(world: World, chance: Chance, screens: ScreenOracle): Promise<readonly Story[]> {
  world.calm();
  await becomesReady(world);
  await world.pass(() => false, SETTLES);
  await world.pass(() => readLedger(world.journal).every(({ state }) => state.closed !== undefined), SETTLES);
  await settleBoxes(world, chance.named('collector'));
  for (const card of new Set([...undecided(world), ...unfinishedCards(world)])) {
    if (world.cabinet.placeOf(card) !== 'hand') continue;
    const person = new Person({
      id: -1,
      clock: world.clock,
      chance: chance.named(`back ${card.tail}`),
      character: faultless,
      card,
      otherCard: card,
      hands: world.hands(card),
      screens: Object.values(flows),
      wish: 'look',
    });
    await stands(world, person, LOOKS);
    await world.pass(() => isFree(world), SCREEN_CLEARS);
  }
  await world.pass(() => false, SETTLES);
  const limit = world.clock.monotonic() + DRAINS;
  const waits = (): boolean => {
    const now = readLedger(world.journal);
    return (
      !hasArrived(world) ||
      answerable(world, now).length > 0 ||
      untoldClaims(now).length > 0 ||
      untoldVouchers(now).length > 0 ||
      lossesWait(world) ||
      deskWaits(world) ||
      replacementsWait(now) ||
      accountsWait(world)
    );
  };
  while (waits() && world.clock.monotonic() < limit) await world.pass(() => false, ASKS_AGAIN);
  const ledger = readLedger(world.journal);
  checkAnswers(world, ledger);
  checkArrived(world);
  screens.check();
  await world.end();
  return ledger;
}

/** At the cabinet, or with the terminal stopped. */
async function collects(world: World, chance: Chance, { flows: offered, people = characters }: SeedOptions): Promise<void> {
  if (!offered.includes('maintenance') || chance.named('way').happens(0.5)) return world.collect();
  await visitOfCollector(world, chance, chance.named('who').pick(people));
  return undefined;
}

async function visitOfCollector(world: World, chance: Chance, character: Character): Promise<Person> {
  const card = world.cards[0] ?? world.makeCard('valid', 0);
  const person = new Person({
    id: -2,
    clock: world.clock,
    chance,
    character,
    card,
    otherCard: card,
    hands: world.hands(card),
    screens: [maintenanceScreens],
    wish: 'settlement',
  });
  await stands(world, person, STAYS_AT_MOST);
  await world.pass(() => isFree(world), SCREEN_CLEARS);
  return person;
}

/** Where the terminal lets nobody in, for its clock is not that of their authenticator or too many tries went wrong today, they stop it and settle with `kioskctl`. */
const VISITS = 3;

/** Whatever was begun with a box is ended by somebody who makes no mistakes. */
export async function settleBoxes(world: World, chance: Chance): Promise<void> {
  let isShut = world.isClockWrong;
  for (let visit = 0; visit < VISITS && boxesWait(world); visit += 1) {
    const { memory } = await visitOfCollector(world, chance.named(`visit ${visit}`), faultless);
    isShut ||= memory.get('locked') === 1;
  }
  if (boxesWait(world) && isShut) await world.collect();
  if (boxesWait(world)) world.violation('settlement', 'a collector came three times, and what was begun is not ended');
}

/** Cards of which nobody knows whether they got their load. */
export function undecided(world: World): readonly TownCard[] {
  const open = readLedger(world.journal)
    .filter(hasOpenCase)
    .filter(({ state }) => state.cases.some(({ reason }) => reason === 'loadUndetermined'));
  return world.cards.filter((card) => open.some(({ serial }) => serial === card.serial));
}

/** Within a minute without a person, where no part needs a hand. What a person who left is still shown is not counted. */
export async function becomesReady(world: World): Promise<void> {
  const limit = world.clock.monotonic() + COMES_TO_REST;
  let unreadySince = world.clock.monotonic();
  const isReady = (): boolean => {
    const body = world.view?.body;
    const invites = body?.kind === 'attract' && body.services.some(({ name, available }) => name === 'topUp' && available);
    return invites && world.life?.ready === true && world.cabinet.reader.acceptsCard;
  };
  while (world.clock.monotonic() < limit) {
    if (isReady()) return;
    const body = world.view?.body;
    if (body !== undefined && 'wait' in body && body.wait !== undefined) unreadySince = world.clock.monotonic();
    if (world.clock.monotonic() - unreadySince > READY_WITHIN) break;
    // Somebody takes what sticks out.
    world.cabinet.acceptor.takeNote();
    world.cabinet.takeFromGate();
    await world.pass(isReady, 1000);
  }
  if (!isReady())
    world.violation(
      'liveness',
      `not ready within ${READY_WITHIN} ms after the last fault, the slot ${world.cabinet.reader.acceptsCard ? 'open' : 'shut'}: ${JSON.stringify(world.view?.body)}`,
    );
}

export function judge(world: World, ledger: readonly Story[], screens: ScreenOracle): Pick<SeedResult, 'outcomes' | 'money'> {
  const told = new Set([...screens.told, ...world.slips.flatMap(referencesOn)]);
  checkJournal(world, ledger, told);
  checkMoney(world, ledger);
  checkBooks(world, ledger);
  checkPending(world, ledger);
  checkVouchers(world, ledger);
  checkVoucherSlips(world, ledger);
  checkSlips(world, ledger);
  checkLosses(world);
  checkDesk(world);
  checkCallbacks(world);
  checkSurveys(world);
  checkReplacements(world, ledger);
  checkSettlements(world);
  checkAccounts(world);
  const outcomes: Record<string, number> = {};
  for (const { state } of ledger) {
    const name = `${state.opened?.type ?? 'unknown'}/${state.opened?.tender ?? ''}/${state.closed?.outcome ?? 'open'}`;
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  const orders = world.upstream.orders();
  return {
    outcomes,
    money: {
      in: world.cabinet.notesInCustody + sum(orders.filter(({ state }) => state === 'captured').map(({ amount }) => amount)),
      onCards: sum(world.cards.map(({ chip, spent, startBalance }) => chip.balance + spent - startBalance)),
      refunded: sum(orders.map(({ refunded }) => refunded)),
      vouchers: sum(ledger.map(({ state }) => state.owed)),
      openCases: ledger.filter(hasOpenCase).length,
    },
  };
}
