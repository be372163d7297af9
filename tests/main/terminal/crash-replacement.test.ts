/**
 * The terminal process killed at the steps of a replacement: right before and right after each entry became durable, with the reader left running,
 * or with the mains gone too. A card that was begun is never handed out afterwards; whoever has no new card has their money, or its number.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openForReading } from '../../../main/journal/schema.ts';
import { accountOf, ALL_AGREES, difference, sum, transactionOf, truthOf, type Truth } from '../../e2e/support/ground-truth.ts';
import type { HandAct } from '../../../drivers/bench/protocol.ts';
import { startSandbox, type Sandbox } from '../../launcher/sandbox.ts';
import type { KillAt } from './children/kill-at-append.ts';
import { Died, HeadlessTerminal } from './headless.ts';

/** Fen, resources/config/example.json. */
const FEE = 2000;
/** Of the bench's document `valid`. */
const DOCUMENT = createHash('sha256').update('residentId:990101199003070015').digest('hex');
/** Mechanics this many times faster than real ones (killed.ts). */
const SPEED = 4;
const PATIENCE = { timeout: 40_000, interval: 20 };
/** The background settlement comes by every half minute. */
const SETTLING = { timeout: 90_000, interval: 500 };

/** The steps of an undisturbed replacement, in order; of its five commands the first and the last. Those of the notes: killed.ts. */
const STEPS = [
  ['transaction.opened'],
  ['replacement.granting'],
  ['replacement.granted'],
  ['cash.stacked'],
  ['replacement.dispensing'],
  ['replacement.writing'],
  ['replacement.commanded'],
  ['replacement.commanded', 5],
  ['replacement.written'],
  ['replacement.presenting'],
  ['replacement.delivered'],
  ['transaction.closed'],
] as const;
/** After these something moves that the mains can stop. */
const MOVES: ReadonlySet<string> = new Set(['replacement.dispensing', 'replacement.writing', 'replacement.presenting']);

interface Case {
  readonly kind: string;
  readonly occurrence: number;
  readonly when: KillAt['when'];
  readonly blow: 'process' | 'mains';
}

const cases: readonly Case[] = STEPS.flatMap(([kind, occurrence = 1]) => [
  { kind, occurrence, when: 'before', blow: 'process' } as const,
  { kind, occurrence, when: 'after', blow: 'process' } as const,
  ...(MOVES.has(kind) ? [{ kind, occurrence, when: 'after', blow: 'mains' } as const] : []),
]);

/** One sandbox and one terminal after the other; each person has lost a card of their own. */
class Lives {
  readonly sandbox: Sandbox;
  readonly #start: Truth;
  #persons = 0;
  terminal: HeadlessTerminal;

  private constructor(sandbox: Sandbox, start: Truth) {
    this.sandbox = sandbox;
    this.#start = start;
    this.terminal = new HeadlessTerminal(sandbox.config);
  }

  static async begin(): Promise<Lives> {
    const sandbox = await startSandbox({ speed: SPEED, settings: { log: { level: 'warn' } } });
    // the document is another person's from now on
    await post(sandbox, { holderId: 'bench-valid', documentHash: '00'.repeat(32), cards: [] });
    return new Lives(sandbox, await truthOf(sandbox));
  }

  async end(): Promise<void> {
    await this.terminal.stop();
    await this.sandbox.stop();
  }

  reborn(): HeadlessTerminal {
    this.terminal = new HeadlessTerminal(this.sandbox.config);
    return this.terminal;
  }

  /** Somebody comes who lost this card. @returns its number */
  async nextPerson(): Promise<string> {
    if (this.#persons > 0) await post(this.sandbox, { holderId: `person-${this.#persons}`, documentHash: hash(`nobody ${this.#persons}`), cards: [] });
    this.#persons += 1;
    const serial = `031051700101709${String(this.#persons).padStart(5, '0')}`;
    await post(this.sandbox, { holderId: `person-${this.#persons}`, documentHash: DOCUMENT, cards: [{ serial }] });
    return serial;
  }

  /** From the first screen to the new card in the hand, as far as the process lives. */
  async replaces(): Promise<void> {
    const { terminal } = this;
    await terminal.sees('attract', ({ replacement }) => replacement === true);
    await terminal.touchUntil({ type: 'replace-card' }, 'loss-ways');
    await terminal.touchUntil({ type: 'way', way: 'document' }, 'loss-document');
    await this.hand({ act: 'layDocument', document: 'valid' });
    await terminal.sees('loss-cards', ({ cards }) => cards.length === 1);
    await this.sandbox.hand({ act: 'liftDocument' });
    await terminal.touchUntil({ type: 'pick', index: 0 }, 'loss-confirm');
    await terminal.touchUntil({ type: 'confirm' }, 'loss-told');
    await terminal.touchUntil({ type: 'replace-card' }, 'replace-fee', ({ tenders }) => tenders.every(({ available }) => available));
    await terminal.touchUntil({ type: 'tender', tender: 'cash' }, 'top-up-cash', ({ busy }) => !busy);
    await this.hand({ act: 'feedNote', denomination: FEE });
    await terminal.sees('replace-take');
    await this.hand({ act: 'takeCard' });
    await terminal.sees('replace-done');
    throw new Error('the process was not killed');
  }

  /** Reads what is there, takes the slip, and is gone. A card at the gate is taken by whoever stands there. */
  async walksAway(): Promise<void> {
    const { terminal } = this;
    await vi.waitUntil(async () => {
      await this.sandbox.hand({ act: 'tearPaper' });
      const shown = terminal.view?.body.kind;
      if (shown === 'settled') terminal.touch({ type: 'finish' });
      if (shown === 'goodbye') terminal.touch({ type: 'start' });
      return shown === 'attract';
    }, PATIENCE);
  }

  async hand(act: HandAct): Promise<void> {
    const { terminal } = this;
    await vi.waitUntil(async () => {
      if (terminal.dead) throw new Died(`ended while a chance to ${act.act} was waited for`);
      return (await this.sandbox.hand(act)).done;
    }, PATIENCE);
  }

  truth(): Promise<Truth> {
    return truthOf(this.sandbox);
  }

  async account() {
    return accountOf(this.sandbox.journal, this.#start, await this.truth());
  }

  /** Where all blanks are. */
  async blanks() {
    const { cardStore, cards } = await this.sandbox.cabinet();
    return {
      stacker: cardStore?.stacker ?? 0,
      bin: cardStore?.bin ?? 0,
      inPath: cardStore?.blank ?? null,
      hands: cards.filter(({ id, where }) => id.startsWith('issued-') && where === 'hand').length,
    };
  }

  /** Of the latest transaction, '' when there was never one. */
  reference(): string {
    const db = openForReading(this.sandbox.journal);
    try {
      const latest = `SELECT reference FROM described_entries WHERE kind = 'transaction.opened' ORDER BY seq DESC LIMIT 1`;
      return db.prepare<[], { reference: string }>(latest).get()?.reference ?? '';
    } finally {
      db.close();
    }
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function post({ upstreamUrl }: Sandbox, holder: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(new URL('/sandbox/issuer/holders', upstreamUrl), { method: 'POST', headers, body: JSON.stringify(holder) });
  if (!response.ok) throw new Error(`the issuer took no holder: ${response.status} ${await response.text()}`);
}

/** How it ended for each who came. */
const ends: { readonly serial: string; readonly inHand: boolean }[] = [];
let lives: Lives;
beforeAll(async () => {
  lives = await Lives.begin();
}, 60_000);
afterAll(() => lives.end(), 60_000);

test.each(cases)('$when $kind ($occurrence), $blow', dies, 120_000);

/** Comes, pays, dies as the case says, comes back, and everything must be in its place. */
async function dies({ blow, ...at }: Case): Promise<void> {
  await lives.walksAway();
  const serial = await lives.nextPerson();
  const [before, blanks, earlier] = [await lives.truth(), await lives.blanks(), lives.reference()];
  lives.terminal.killAt(at);
  await lives.replaces().catch((error: unknown) => {
    if (!(error instanceof Died)) throw error;
  });
  expect(await lives.terminal.exited).toEqual({ code: null, signal: 'SIGKILL' });
  if (blow === 'mains') await lives.sandbox.hand({ act: 'powerCut' });

  const first = await lives.reborn().firstScreen();
  await lives.walksAway();
  const { box } = difference(before, await lives.truth());
  const now = await lives.blanks();
  const theirs = now.hands - blanks.hands;
  // every blank that left the stacker is in the bin, or in the hand of its person, and nothing is in the path
  expect(now.inPath).toBeNull();
  expect(blanks.stacker - now.stacker).toBe(now.bin - blanks.bin + theirs);
  expect(await lives.account()).toEqual(ALL_AGREES);
  ends.push({ serial, inHand: theirs === 1 });
  const reference = lives.reference();
  if (reference === earlier) return expect([box, theirs]).toEqual([[], 0]);

  const { closed, earned, owed, anomalies } = transactionOf(lives.sandbox.journal, reference);
  expect(anomalies).toEqual([]);
  expect({ earned, owed, outcome: closed?.outcome }).toEqual(
    theirs === 1
      ? { earned: FEE, owed: 0, outcome: 'delivered' }
      : { earned: 0, owed: sum(box), outcome: box.length === 0 ? 'abandoned' : expect.stringMatching(/^(?:voucher|case)$/) },
  );
  // whoever paid and has no card reads at once where the money is
  if (theirs === 0 && box.length > 0) expect(first).toMatchObject({ kind: 'settled', outcome: closed?.outcome, amount: FEE, reference });
  else expect(first.kind).toBe('attract');
}

test('in the end the issuer has heard of each who has their new card, and that the others have none', async () => {
  await lives.terminal.sees('attract');
  await vi.waitFor(async () => {
    const { replacements } = (await lives.sandbox.books()).issuerServices.replacements;
    for (const { serial, inHand } of ends) {
      const states = replacements.filter(({ oldSerial }) => oldSerial === serial).map(({ state }) => state);
      // a request that never reached the issuer left nothing there
      expect({ serial, states }).toEqual({ serial, states: inHand ? ['taken'] : states.filter((state) => state === 'cancelled' || state === 'captured') });
    }
    expect(replacements.filter(({ state }) => state === 'taken').length).toBe((await lives.blanks()).hands);
  }, SETTLING);
}, 120_000);
