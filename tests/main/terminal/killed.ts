/**
 * The terminal process killed at every commit of a top-up: right before and right after each entry became durable, with the devices left
 * running or with the mains gone too. The process, its journal file, the drivers and upstream are the real ones; only the screen is absent.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSandbox, type Sandbox } from '../../launcher/sandbox.ts';
import { accountOf, ALL_AGREES, type Account, difference, entriesOf, sum, transactionOf, truthOf, type Truth } from '../../e2e/support/ground-truth.ts';
import { putAtIssuer } from '../../launcher/issuer-hands.ts';
import { openForReading } from '../../../main/journal/schema.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import type { HandAct } from '../../../drivers/bench/protocol.ts';
import type { KillAt } from './children/kill-at-append.ts';
import { Died, HeadlessTerminal } from './headless.ts';

const CARD = 'student-6688';
const NOTES = [1000, 1000];
const AMOUNT = sum(NOTES);
/** Mechanics this many times faster than real ones: a case takes seconds, not half a minute. Faster, and the drivers could not see all that happens between two polls. */
const SPEED = 4;
const PATIENCE = { timeout: 40_000, interval: 20 };
/** The background settlement comes by every half minute. */
const SETTLING = { timeout: 90_000, interval: 500 };

/** The journal of an undisturbed top-up, in order: every one of these is a place to die. */
const CASH = [
  'transaction.opened',
  'note.escrowed',
  'note.stacking',
  'cash.stacked',
  'note.escrowed',
  'note.stacking',
  'cash.stacked',
  'load.authorizing',
  'load.authorized',
  'load.committing',
  'load.committed',
  'load.confirmed',
  'transaction.closed',
  'receipt.printing',
  'receipt.printed',
] as const;
const QR = [
  'transaction.opened',
  'payment.requested',
  'payment.captured',
  'load.authorizing',
  'load.authorized',
  'load.committing',
  'load.committed',
  'load.confirmed',
  'transaction.closed',
  'receipt.printing',
  'receipt.printed',
] as const;

const PENDING = [
  'transaction.opened',
  'pending.claiming',
  'pending.claimed',
  'load.authorizing',
  'load.authorized',
  'load.committing',
  'load.committed',
  'load.confirmed',
  'transaction.closed',
  'receipt.printing',
  'receipt.printed',
] as const;

/** From the load on it is a top-up by QR like any other. */
const QR_PRESENTED = ['transaction.opened', 'payment.requested', 'payment.captured'] as const;

const BANK_CARD = QR_PRESENTED;

const JOURNALS = { cash: CASH, qr: QR, qrPresented: QR_PRESENTED, card: BANK_CARD, pending: PENDING } as const;
type Tender = keyof typeof JOURNALS;
type Blow = 'process' | 'mains';

interface Case {
  readonly kind: string;
  readonly occurrence: number;
  readonly when: KillAt['when'];
  readonly blow: Blow;
}

/** Registers the tests of one tender; a file each, so that they run side by side. */
export function killedAtEveryStep(tender: Tender): void {
  const cases = casesOf(JOURNALS[tender]);
  describe(`${tender}: the terminal process is killed at ${cases.length} moments`, () => {
    let lives: Lives;
    beforeAll(async () => {
      lives = await Lives.begin();
    }, 60_000);
    afterAll(() => lives.end(), 60_000);

    test.each(cases)('$when $kind ($occurrence), $blow', (at) => dies(lives, tender, at), 120_000);

    test('in the end the issuer has heard of every load and keeps no reservation', async () => {
      await lives.terminal.sees('attract');
      await vi.waitFor(async () => {
        const { chips, credited, reserved } = await lives.change();
        expect({ credited, reserved }).toEqual({ credited: chips[CARD]?.balance, reserved: 0 });
      }, SETTLING);
    }, 120_000);

    if (tender !== 'pending') return;
    test('and gave every pending load once or not at all, as the journal has it', async () => {
      await vi.waitFor(async () => {
        const { pendingLoads } = (await lives.sandbox.books()).issuerServices;
        const { balances } = verifyJournal(lives.sandbox.journal);
        const { chips } = await lives.change();
        expect(pendingLoads).toMatchObject({ loadedTwice: 0, undetermined: 0, reserved: 0 });
        expect([pendingLoads.loaded, balances['issuer.receivable']]).toEqual([chips[CARD]?.balance, chips[CARD]?.balance]);
      }, SETTLING);
    }, 120_000);
  });
}

/** Before and after every entry with the devices left running; the mains gone too right after an entry that something physical follows. */
function casesOf(kinds: readonly string[]): readonly Case[] {
  return kinds.flatMap((kind, index) => {
    const occurrence = kinds.slice(0, index + 1).filter((earlier) => earlier === kind).length;
    const step = { kind, occurrence };
    return [
      { ...step, when: 'before', blow: 'process' } as const,
      { ...step, when: 'after', blow: 'process' } as const,
      ...(/^(?:note|cash|load|transaction)\./.test(kind) ? [{ ...step, when: 'after', blow: 'mains' } as const] : []),
    ];
  });
}

/** A terminal in its world, killed and started again and again: what one life leaves behind, the next one finds. */
class Lives {
  readonly sandbox: Sandbox;
  readonly #start: Truth;
  #codes = 0;
  terminal: HeadlessTerminal;

  private constructor(sandbox: Sandbox, start: Truth) {
    this.sandbox = sandbox;
    this.#start = start;
    this.terminal = new HeadlessTerminal(sandbox.config);
  }

  static async begin(): Promise<Lives> {
    const sandbox = await startSandbox({ speed: SPEED, settings: { log: { level: 'warn' } } });
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

  truth(): Promise<Truth> {
    return truthOf(this.sandbox);
  }

  /** What has happened to the world since the beginning. */
  async change(): Promise<Truth> {
    return difference(this.#start, await this.truth());
  }

  async account(): Promise<Account> {
    return accountOf(this.sandbox.journal, this.#start, await this.truth());
  }

  /** Reference of the latest transaction, '' when there was never one. */
  reference(): string {
    const db = openForReading(this.sandbox.journal);
    try {
      const row = db
        .prepare<[], { reference: string }>(`SELECT reference FROM described_entries WHERE kind = 'transaction.opened' ORDER BY seq DESC LIMIT 1`)
        .get();
      return row?.reference ?? '';
    } finally {
      db.close();
    }
  }

  /** One top-up, as far as the process lives. */
  async topUp(tender: Tender): Promise<void> {
    const { terminal } = this;
    await terminal.sees('attract', ({ services }) => services.some(({ name, available }) => name === 'topUp' && available));
    if (tender === 'pending') return this.#loadPending();
    await terminal.touchUntil({ type: 'service', service: 'topUp' }, 'insert-card');
    await this.#hand({ act: 'insertCard', card: CARD });
    await terminal.sees('top-up-amount');
    await terminal.touchUntil({ type: 'amount', amount: AMOUNT }, 'top-up-amount', ({ selected }) => selected === AMOUNT);
    await terminal.touchUntil({ type: 'confirm' }, 'top-up-tender', ({ tenders }) => tenders.every(({ available }) => available));
    await { cash: () => this.#payCash(), qr: () => this.#payQr(), qrPresented: () => this.#presentCode(), card: () => this.#payByCard() }[tender]();
    await terminal.sees('done', ({ receipt }) => receipt === 'choice');
    await terminal.touchUntil({ type: 'receipt', choice: 'print' }, 'done', ({ receipt }) => receipt === 'printed');
    throw new Error('the process was not killed');
  }

  /** What an earlier life left waiting is as good as new. */
  async #loadPending(): Promise<void> {
    const { terminal } = this;
    const { pendingLoads } = (await this.sandbox.books()).issuerServices;
    if (pendingLoads.available === 0) await putAtIssuer(this.sandbox, { amount: AMOUNT });
    await terminal.touchUntil({ type: 'service', service: 'pendingLoad' }, 'insert-card');
    await this.#hand({ act: 'insertCard', card: CARD });
    await terminal.sees('pending-offer', ({ next }) => next === AMOUNT);
    await terminal.touchUntil({ type: 'confirm' }, 'done');
    await terminal.sees('done', ({ receipt }) => receipt === 'choice');
    await terminal.touchUntil({ type: 'receipt', choice: 'print' }, 'done', ({ receipt }) => receipt === 'printed');
  }

  async #payCash(): Promise<void> {
    await this.terminal.touchUntil({ type: 'tender', tender: 'cash' }, 'top-up-cash', ({ busy }) => !busy);
    let inserted = 0;
    for (const note of NOTES) {
      await this.#hand({ act: 'feedNote', denomination: note });
      inserted += note;
      await this.terminal.sees('top-up-cash', (body) => !body.busy && body.inserted === inserted);
    }
    await this.terminal.touchUntil({ type: 'confirm' }, 'done');
  }

  async #payQr(): Promise<void> {
    await this.terminal.touchUntil({ type: 'tender', tender: 'qr' }, 'top-up-qr', ({ state }) => state === 'waiting');
    await this.#hand({ act: 'phone', does: 'pay' });
  }

  async #payByCard(): Promise<void> {
    await this.terminal.touchUntil({ type: 'tender', tender: 'card' }, 'top-up-bank-card', ({ state }) => state === 'waiting');
    await this.#hand({ act: 'bankTerminal', does: 'pay' });
  }

  /** A code pays once: every top-up has its own. */
  async #presentCode(): Promise<void> {
    await this.terminal.touchUntil({ type: 'tender', tender: 'qrPresented' }, 'top-up-scan', ({ state }) => state === 'ready');
    this.#codes += 1;
    await this.#hand({ act: 'showCode', text: `13${String(this.#codes).padStart(14, '0')}99` });
  }

  /** Whatever is left at the end of a session: the card is taken, the attract screen comes. */
  async walksAway(): Promise<void> {
    const { terminal } = this;
    await this.#until(async () => {
      for (const act of ['takeCard', 'tearPaper', 'takeNote'] as const) await this.sandbox.hand({ act });
      const shown = terminal.view?.body.kind;
      if (shown === 'menu' || shown === 'done' || shown === 'settled') terminal.touch({ type: 'finish' });
      if (shown === 'goodbye') terminal.touch({ type: 'start' });
      return shown === 'attract' && (await this.whereIsCard()) === 'hand';
    }, 'the attract screen with the card in the hand');
  }

  async whereIsCard(): Promise<string> {
    const { cards } = await this.sandbox.cabinet();
    return cards.find(({ id }) => id === CARD)?.where ?? '';
  }

  async #hand(act: HandAct): Promise<void> {
    await this.#until(async () => (await this.sandbox.hand(act)).done, `a chance to ${act.act}`);
  }

  async #until(condition: () => Promise<boolean>, what: string): Promise<void> {
    const { terminal } = this;
    const died = new Died(`ended while ${what} was waited for`);
    const look = async (): Promise<boolean> => (terminal.dead ? Promise.reject(died) : condition());
    await vi.waitUntil(look, PATIENCE).catch(async (error: unknown) => {
      if (error === died) throw died;
      const { cards, notes } = await this.sandbox.cabinet();
      const world = { card: cards.find(({ id }) => id === CARD), notes, screen: terminal.view?.body, shown: terminal.shown.slice(-8) };
      throw new Error(`no ${what}: ${JSON.stringify(world)}`, { cause: error });
    });
  }
}

/** From then on there is money to be put onto the card. */
const PAYS: ReadonlySet<string> = new Set(['cash.stacked', 'payment.captured', 'pending.claimed']);

/** The result stood on the screen, and the card lay at the gate, before the process was killed. */
function shown({ kind }: Pick<Case, 'kind'>): boolean {
  return kind.startsWith('receipt.');
}

/** Lives, dies as the case says, comes back, and everything must be in its place. */
async function dies(lives: Lives, tender: Tender, { blow, ...at }: Case): Promise<void> {
  // what an earlier case that failed left behind is no business of this one
  if (lives.terminal.dead) lives.reborn();
  await lives.walksAway();
  const before = await lives.truth();
  const earlier = lives.reference();
  lives.terminal.killAt(at);
  await lives.topUp(tender).catch((error: unknown) => {
    if (!(error instanceof Died)) throw error;
  });
  expect(await lives.terminal.exited).toEqual({ code: null, signal: 'SIGKILL' });
  if (blow === 'mains') await lives.sandbox.hand({ act: 'powerCut' });
  const reference = lives.reference();

  const terminal = lives.reborn();
  const first = await terminal.firstScreen();
  const change = difference(before, await lives.truth());
  const claimed = entriesOf(lives.sandbox.journal, reference).some(({ kind }) => kind === 'pending.claimed');
  const onCard = change.chips[CARD] ?? { balance: 0, loads: 0 };
  const begun = reference !== earlier;
  const taken = sum(change.box) + change.paid + (begun && claimed ? AMOUNT : 0);
  const paid = begun && entriesOf(lives.sandbox.journal, reference).some(({ kind }) => PAYS.has(kind));
  if (paid && !shown(at)) {
    // The money is on the card, which never left the reader; the person learns that, with the number, before it comes out.
    expect(first).toMatchObject({ kind: 'done', reference, amount: taken });
    expect(onCard).toEqual({ balance: taken, loads: 1 });
    expect(await lives.whereIsCard()).toBe('inside');
  } else expect(['attract', 'take-card', 'reading-card', 'menu']).toContain(first.kind);
  await lives.walksAway();
  expect((await lives.sandbox.cabinet()).notes.escrow).toBeNull();

  expect(onCard).toEqual({ balance: taken, loads: taken === 0 ? 0 : 1 });
  expect(await lives.account()).toEqual(ALL_AGREES);
  if (begun) {
    const { closed, owed, loaded } = transactionOf(lives.sandbox.journal, reference);
    expect(closed).toBeDefined();
    expect(taken).toBe(loaded + owed);
  }
}
