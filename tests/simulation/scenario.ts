/**
 * One scripted person while chosen faults strike at chosen places, judged by itself; many such scenarios one after the other in one
 * world, each with a fresh card, everything mended in between.
 */
import { Chance } from './chance.ts';
import { sidesOf } from './cabinet.ts';
import type { TownCard } from './cards.ts';
import { channelOf, type Channel, type FaultKind, type PlannedFault } from './faults.ts';
import { accountsWait, checkAccounts, unfinishedCards } from './oracles/accounts.ts';
import { checkBooks } from './oracles/books.ts';
import { answerable, checkAnswers, checkDoubts } from './oracles/doubt.ts';
import { checkArrived, checkStories, hasArrived } from './oracles/journal.ts';
import { readLedger, type Story } from './oracles/ledger.ts';
import { checkCallbacks } from './oracles/callbacks.ts';
import { checkDesk, deskWaits } from './oracles/desk.ts';
import { checkLosses, lossesWait } from './oracles/losses.ts';
import { checkPending, untoldClaims } from './oracles/pending.ts';
import { checkVouchers, untoldVouchers } from './oracles/vouchers.ts';
import { checkMoney } from './oracles/money.ts';
import { checkSurveys } from './oracles/surveys.ts';
import { checkReplacements, replacementsWait } from './oracles/replacements.ts';
import { checkSettlements } from './oracles/settlements.ts';
import type { ScreenOracle } from './oracles/screens.ts';
import { referencesOn } from './oracles/slips.ts';
import { watch } from './oracles/witnesses.ts';
import { isOpenCase } from '../../common/money/standing.ts';
import type { View } from '../../state-machines/view.ts';
import { Person, type Wish } from './person.ts';
import { becomesReady, comeToRest, fittingsOf, isFree, judge, settleBoxes, stands, undecided, type SeedResult } from './run-seed.ts';
import { scripted, type Script } from './script.ts';
import { scriptNamed } from './scripts.ts';
import type { TraceEvent } from './trace.ts';
import { World, type Violation, type Witness } from './world.ts';

/**
 * Strikes at the next passage of its channel after the step is entered, at the `nth` passage of the session, or at the `behind`-th passage
 * after the first stroke of another fault: in whatever the terminal does about that.
 */
export type PlacedFault = { readonly kind: FaultKind } & ({ readonly at: string } | { readonly nth: number } | { readonly behind: number });

export interface Scenario {
  /** Its name. */
  readonly script: string;
  readonly faults: readonly PlacedFault[];
}

export interface ScenarioResult {
  readonly scenario: Scenario;
  /** Faults that did strike, as a plan for a world in which this is the first session. */
  readonly plan: readonly PlannedFault[];
  readonly struck: number;
  /** How it closed, what is open, what the person last read, and whether they have a slip. */
  readonly outcome: string;
  readonly violations: readonly Violation[];
}

export interface ChunkOptions {
  readonly seed: string;
  readonly scenarios: readonly Scenario[];
  readonly disk: string;
  readonly onEvent?: (event: TraceEvent) => void;
}

export interface ChunkResult extends SeedResult {
  /** In their order, up to the first that violates something: what comes after it in a broken world proves nothing. */
  readonly scenarios: readonly ScenarioResult[];
}

/** The step in which everybody comes. */
export const ARRIVAL = 'arrival';
/** ms */
const STAYS_AT_MOST = 900_000;
const SCREEN_CLEARS = 360_000;
const SETTLES = 120_000;
const LOOKS = 300_000;
const ISSUER_HEARS = 660_000;
const ASKS_AGAIN = 5000;
/** Screens that tell how it ended. */
const LAST_WORDS: ReadonlySet<View['body']['kind']> = new Set([
  'done',
  'settled',
  'loss-told',
  'account-told',
  'ticket-told',
  'callback-told',
  'trouble',
  'card-problem',
  'out-of-service',
  'put-back',
]);

export async function runChunk({ seed, scenarios, disk, onEvent }: ChunkOptions): Promise<ChunkResult> {
  const began = performance.now();
  const dispenses = scenarios.every(needsStacker);
  const { world, screens } = await worldFor({ seed, disk, dispenses, ...(onEvent === undefined ? {} : { onEvent }) });
  const results: ScenarioResult[] = [];
  for (const [session, scenario] of scenarios.entries()) {
    const result = await runScenario(world, screens, { scenario, session });
    results.push(result);
    if (result.violations.length > 0) break;
  }
  const ledger = await comeToRest(world, new Chance(`${seed}/rest`), screens);
  const judged = judge(world, ledger, screens);
  world.remove();
  return {
    ...judged,
    seed,
    sessions: results.length,
    plan: [],
    virtualHours: world.hours,
    realMs: performance.now() - began,
    lives: world.lives,
    struck: Object.fromEntries(world.faults.struck),
    violations: world.violations,
    latest: world.trace.latest(),
    events: world.trace.count,
    traceHash: world.trace.digest(),
    passed: {},
    scenarios: results,
  };
}

/** Whether it is about a card from a stacker: such scenarios share worlds whose reader has one, and no others. */
export function needsStacker({ script }: Pick<Scenario, 'script'>): boolean {
  return scriptNamed(script).fillsStacker === true;
}

interface WorldChoice extends Pick<ChunkOptions, 'seed' | 'disk' | 'onEvent'> {
  /** The reader has a stacker; default: as the seed has it. */
  readonly dispenses?: boolean;
}

/** A fresh world whose terminal is ready. */
export async function worldFor({ dispenses, ...options }: WorldChoice): Promise<{ world: World; screens: ScreenOracle }> {
  const world = await World.begin({ ...options, fittings: fittingsOf(new Chance(`${options.seed}/town`).named('fittings'), dispenses), faults: [] });
  const screens = watch(world);
  world.powerOn();
  await becomesReady(world);
  return { world, screens };
}

/** In the `session`-th session of a world from {@link worldFor}, which is mended and ready again afterwards. */
export async function runScenario(
  world: World,
  screens: ScreenOracle,
  { scenario, session }: { readonly scenario: Scenario; readonly session: number },
): Promise<ScenarioResult> {
  const before = world.violations.length;
  const script = scriptNamed(scenario.script);
  const card = scriptedCard(world, script);
  await playBefore(world, script);
  const places = new Places(world, session, scenario.faults);
  const words = new LastWords();
  world.witnesses.push(places, words);
  world.faults.beginSession(session);
  places.onStep(ARRIVAL);
  const slips = await playScript(world, script, card);
  world.witnesses.splice(world.witnesses.indexOf(places), 2);
  world.calm();
  await becomesReady(world);
  await settleBoxes(world, new Chance(`collector ${session}`));
  const stories = await settle(world, script, card);
  const told = new Set([...screens.told, ...world.slips.flatMap(referencesOn)]);
  checkStories(world, stories, told);
  checkAnswers(world, stories);
  checkDoubts(
    world,
    stories,
    places.struck().map(({ kind }) => kind),
  );
  checkArrived(world);
  const ledger = readLedger(world.journal);
  checkMoney(world, ledger, [card]);
  checkLosses(world);
  checkAccounts(world);
  checkDesk(world);
  checkCallbacks(world);
  checkSurveys(world);
  checkBooks(world, ledger);
  checkPending(world, ledger);
  checkVouchers(world, ledger);
  checkReplacements(world, ledger);
  checkSettlements(world);
  return {
    scenario,
    plan: places.struck(),
    struck: places.struck().length,
    outcome: outcomeOf(stories, words, slips),
    violations: world.violations.slice(before),
  };
}

/** Of the side that the reader works, with all that a chip can do. */
export function scriptedCard(world: World, { kind = 'valid', balance, rides = 0, waits = [] }: Script): TownCard {
  const [side = 'contactless'] = sidesOf(world.fittings);
  const purse = { prove: 'supported', proveCounter: 'after', logCounter: 'after', unusedSlots: 'notFound' } as const;
  const card = world.makeCard(kind, balance, { application: 'jtt978', interface: side, purse });
  for (let ride = 0; ride < rides; ride += 1) {
    card.chip.spendElsewhere({ ...RIDE, time: `0814${String(ride).padStart(2, '0')}` });
    card.spent += RIDE.amount;
  }
  for (const amount of waits) world.putAtIssuer(card, amount);
  return card;
}

/** Whoever came before them, so long as nothing strikes. */
export async function playBefore(world: World, { after }: Script): Promise<void> {
  if (after === undefined) return;
  await playBefore(world, after);
  await playScript(world, after, scriptedCard(world, after));
}

/** By bus, two days before the world begins. */
const RIDE = { amount: 100, terminalId: '0000000000AA', date: '20261120' } as const;

/** Until the person is gone and the glass is free. @returns how many slips they have in their hand */
export async function playScript(world: World, script: Script, card: TownCard): Promise<number> {
  const otherCard = script.bringsOtherCard === true ? scriptedCard(world, script) : card;
  const person = scriptedPerson(world, script, { card, otherCard, wish: script.wish ?? 'topUp' });
  if (script.fillsStacker === true) world.fillStacker(3);
  if (script.isHolder === true) world.register(card);
  await stands(world, person, STAYS_AT_MOST);
  await world.pass(() => isFree(world), SCREEN_CLEARS);
  return person.slips.length;
}

interface Brought {
  readonly card: TownCard;
  readonly otherCard: TownCard;
  readonly wish: Wish;
}

function scriptedPerson(world: World, script: Script, { card, otherCard, wish }: Brought): Person {
  return new Person({
    id: card.id,
    clock: world.clock,
    chance: new Chance(`script ${script.name}`),
    character: scripted,
    card,
    otherCard,
    hands: world.hands(card),
    screens: [script.screens],
    wish,
  });
}

/** What is open closes by itself, or when its card comes back. */
async function settle(world: World, script: Script, card: TownCard): Promise<readonly Story[]> {
  const own = (): readonly Story[] => readLedger(world.journal).filter(({ serial }) => serial === card.serial);
  let seen = -1;
  const isClosed = (): boolean => {
    if (world.lastSeq === seen) return false;
    seen = world.lastSeq;
    return own().every(({ state }) => state.closed !== undefined);
  };
  await world.pass(isClosed, SETTLES);
  const limit = world.clock.monotonic() + ISSUER_HEARS;
  // The issuer is told when the network is there again; nobody waits for that at the terminal.
  const waits = (): boolean =>
    isReserved(world, card) ||
    [answerable(world, own()), untoldClaims(own()), untoldVouchers(own())].some(({ length }) => length > 0) ||
    !hasArrived(world) ||
    lossesWait(world) ||
    deskWaits(world) ||
    replacementsWait(own()) ||
    accountsWait(world);
  while (waits() && world.clock.monotonic() < limit) await world.pass(() => false, ASKS_AGAIN);
  if ([...undecided(world), ...unfinishedCards(world)].includes(card) && world.cabinet.placeOf(card) === 'hand') {
    await stands(world, scriptedPerson(world, script, { card, otherCard: card, wish: 'look' }), LOOKS);
    await world.pass(() => isFree(world), SCREEN_CLEARS);
    if (unfinishedCards(world).includes(card))
      world.violation('account', `the script of card ${card.tail} is half done, though it came back and nothing is broken`);
  }
  return own();
}

function isReserved(world: World, { serial }: TownCard): boolean {
  return world.upstream.loads().some((load) => load.serial === serial && load.state === 'reserved');
}

function outcomeOf(stories: readonly Story[], { words }: LastWords, slips: number): string {
  const closed = stories.map(({ state }) => `${state.opened?.tender ?? ''} ${state.closed?.outcome ?? 'open'}`);
  const open = stories.flatMap(({ state }) => state.cases.filter(isOpenCase).map(({ reason }) => reason));
  const list = (of: readonly string[], none: string): string => (of.length === 0 ? none : of.join(', '));
  return [list(closed, 'nothing opened'), list(open, 'no case'), list([...words], 'nothing shown'), slips > 0 ? 'slip' : 'no slip'].join(' | ');
}

/** What the person read of how it ended. */
class LastWords implements Witness {
  readonly words = new Set<string>();

  onView({ body }: View): void {
    if (!LAST_WORDS.has(body.kind)) return;
    this.words.add(
      body.kind === 'settled'
        ? `settled ${body.outcome} ${body.why}`
        : body.kind === 'trouble'
          ? `trouble ${body.trouble}`
          : body.kind === 'loss-told'
            ? `loss ${body.state}`
            : body.kind === 'account-told'
              ? `account ${body.state}`
              : body.kind === 'ticket-told'
                ? `ticket ${body.state}`
                : body.kind === 'callback-told'
                  ? `callback ${body.change === undefined ? '' : `${body.change} `}${body.state}`
                  : body.kind,
    );
  }
}

/** Puts faults where their steps are, as these are entered. */
class Places implements Witness {
  readonly #world: World;
  readonly #session: number;
  readonly #plan: PlannedFault[] = [];
  readonly #strokes: FaultKind[] = [];
  #waiting: readonly PlacedFault[];

  constructor(world: World, session: number, faults: readonly PlacedFault[]) {
    this.#world = world;
    this.#session = session;
    this.#waiting = faults;
  }

  onStep(step: string): void {
    this.#placeAll((fault) => ('at' in fault ? fault.at === step : 'nth' in fault && step === ARRIVAL));
  }

  onStrike(kind: FaultKind): void {
    this.#strokes.push(kind);
    this.#placeAll((fault) => 'behind' in fault);
  }

  #placeAll(isDue: (fault: PlacedFault) => boolean): void {
    const now = this.#waiting.filter(isDue);
    if (now.length === 0) return;
    this.#waiting = this.#waiting.filter((fault) => !now.includes(fault));
    for (const fault of now)
      this.#place(fault.kind, 'nth' in fault ? fault.nth : passages(this.#world, channelOf(fault.kind)) + ('behind' in fault ? fault.behind : 1));
  }

  struck(): readonly PlannedFault[] {
    const strokes = [...this.#strokes];
    return this.#plan.filter(({ kind }) => {
      const at = strokes.indexOf(kind);
      if (at >= 0) strokes.splice(at, 1);
      return at >= 0;
    });
  }

  #place(kind: FaultKind, nth: number): void {
    this.#world.faults.add({ kind, session: this.#session, nth });
    this.#plan.push({ kind, session: 0, nth });
  }
}

/** What has passed a channel in this session. */
export function passages(world: World, channel: Channel): number {
  return world.faults.passed.get(channel) ?? 0;
}
