/** Adds up what worlds brought, and says it: to people, and as data. */
import { createHash } from 'node:crypto';
import { formatYuan, fen } from '../../common/fen.ts';
import type { PlannedFault } from './faults.ts';
import { characters, type Character } from './person.ts';
import type { Money, SeedOptions, SeedResult } from './run-seed.ts';
import type { Violation } from './world.ts';

export interface SeedViolation {
  readonly seed: string;
  readonly sessions: number;
  readonly plan: readonly PlannedFault[];
  readonly violations: readonly Violation[];
}

/** What `--json` prints. */
export interface SimulationReport {
  readonly sessions: number;
  readonly virtualHours: number;
  readonly realSeconds: number;
  readonly faultsStruck: number;
  readonly faultsByKind: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly money: Money;
  readonly violations: number;
  readonly traceHash: string;
}

/** What `--json` prints of a run that ends at the first violation. */
export interface StoppedReport extends SimulationReport {
  /** Worlds, or scenarios, until somebody objected; all of them where nobody did. */
  readonly tries: number;
  /** Empty: nobody. */
  readonly firstOracle: string;
}

export class Tally {
  readonly failed: SeedViolation[] = [];
  readonly #began = performance.now();
  readonly #hashes = new Map<string, string>();
  readonly #faults = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();
  readonly #money: Money = { in: 0, onCards: 0, refunded: 0, vouchers: 0, openCases: 0 };
  #sessions = 0;
  #hours = 0;
  #worlds = 0;
  #lives = 0;
  #slowest: SeedResult | undefined;
  #longest: SeedResult | undefined;

  add(result: SeedResult): void {
    this.#worlds += 1;
    this.#sessions += result.sessions;
    this.#hours += result.virtualHours;
    this.#lives += result.lives;
    this.#hashes.set(result.seed, result.traceHash);
    for (const [kind, count] of Object.entries(result.struck)) this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + count);
    for (const [name, count] of Object.entries(result.outcomes)) this.#outcomes.set(name, (this.#outcomes.get(name) ?? 0) + count);
    for (const name of Object.keys(this.#money) as (keyof Money)[]) this.#money[name] += result.money[name];
    if (this.#slowest === undefined || result.realMs > this.#slowest.realMs) this.#slowest = result;
    if (this.#longest === undefined || result.virtualHours > this.#longest.virtualHours) this.#longest = result;
    if (result.violations.length > 0) this.failed.push(result);
  }

  broken({ seed, sessions }: Pick<SeedOptions, 'seed' | 'sessions'>, error: string): void {
    this.failed.push({ seed, sessions, plan: [], violations: [{ oracle: 'uncaught', detail: error, at: 0 }] });
  }

  get worlds(): number {
    return this.#worlds;
  }

  report(): SimulationReport {
    const digest = createHash('sha256');
    for (const [seed, hash] of [...this.#hashes].sort(([one], [other]) => Number(one) - Number(other) || (one < other ? -1 : 1)))
      digest.update(`${seed} ${hash}\n`);
    return {
      sessions: this.#sessions,
      virtualHours: round(this.#hours, 3),
      realSeconds: round((performance.now() - this.#began) / 1000, 1),
      faultsStruck: [...this.#faults.values()].reduce((sum, count) => sum + count, 0),
      faultsByKind: sorted(this.#faults),
      outcomes: sorted(this.#outcomes),
      money: { ...this.#money },
      violations: this.failed.reduce((sum, { violations }) => sum + violations.length, 0),
      traceHash: digest.digest('hex'),
    };
  }

  /** For a run that ends at the first violation. */
  stopped(): StoppedReport {
    const [first] = this.failed;
    const broke = first?.violations[0]?.oracle === 'uncaught' ? 1 : 0;
    return { ...this.report(), tries: this.#worlds + broke, firstOracle: first?.violations[0]?.oracle ?? '' };
  }

  text(): string {
    const { sessions, virtualHours, realSeconds, faultsStruck, faultsByKind, outcomes, money, violations, traceHash } = this.report();
    const yuan = (amount: number): string => `${formatYuan(fen(amount))} yuan`;
    return [
      `sessions        ${sessions} in ${this.#worlds} worlds, ${this.#lives} lives of the process`,
      `time            ${virtualHours} virtual hours in ${realSeconds} s: ${round(virtualHours / (realSeconds / 60), 1)} virtual hours a minute`,
      `faults struck   ${faultsStruck}, ${round(faultsStruck / Math.max(1, sessions), 2)} a session, ${Object.keys(faultsByKind).length} kinds`,
      ...columns(faultsByKind),
      'outcomes',
      ...columns(outcomes),
      `money in        ${yuan(money.in)}: ${yuan(money.onCards)} on cards, ${yuan(money.refunded)} refunded, ${yuan(money.vouchers)} owed by vouchers and cases; ${money.openCases} open cases`,
      ...(this.#slowest === undefined ? [] : [`slowest seed    ${this.#slowest.seed}: ${round(this.#slowest.realMs / 1000, 1)} s`]),
      ...(this.#longest === undefined ? [] : [`longest seed    ${this.#longest.seed}: ${round(this.#longest.virtualHours, 2)} virtual hours`]),
      `trace           ${traceHash}`,
      `violations      ${violations}`,
    ].join('\n');
  }
}

/** How the world was that is shown again. */
interface Replayed {
  readonly people?: readonly Character[];
  readonly prune?: boolean;
}

/** The command that shows it again. */
export function replayCommand({ seed, sessions, plan }: SeedViolation, { people = characters, prune = false }: Replayed = {}): string {
  const faults = JSON.stringify(plan.map(({ kind, session, nth }) => [kind, session, nth]));
  const who = people.length === characters.length ? '' : ` --people ${people.map(({ name }) => name).join(',')}`;
  return `npm run simulate -- --replay --seed ${seed} --sessions ${sessions}${who}${prune ? ' --prune' : ''} --plan '${faults}'`;
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function columns(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(([name, count]) => `  ${name.padEnd(44)} ${String(count).padStart(9)}`);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
