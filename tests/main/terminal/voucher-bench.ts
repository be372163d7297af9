/**
 * A terminal as far as vouchers go: the real charts, the real journal on a real file, the real link to a real server over HTTP, recovery;
 * card, acceptor and issuer are played, the card with a memory of its own. It can be killed at any entry and started again on its file.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { createIds } from '../../../common/ids.ts';
import type { JournalKind, NewEntry } from '../../../common/journal-kinds.ts';
import { makeVoucherCode } from '../../../common/voucher-code.ts';
import { terminalKey, type TerminalKey } from '../../../main/identity/terminal-key.ts';
import { openJournal, type Journal } from '../../../main/journal/journal.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { JournalDesk } from '../../../main/terminal/ports/journal-port.ts';
import { Recovery } from '../../../main/terminal/recovery/recovery.ts';
import type { Upstream } from '../../../main/upstream/upstream.ts';
import type { CardPort, IssuerPort, Ports, Recovered, VoucherPort } from '../../../state-machines/ports.ts';
import type { ViewBodyOf, ViewKind } from '../../../state-machines/view.ts';
import { random, type World } from '../../fleet/support.ts';
import { SessionBench } from '../../state-machines/session-bench.ts';
import { offline, type FakeWorld } from '../../support/fake-world.ts';
import { connect } from '../upstream/support.ts';

const PATIENCE = { timeout: 20_000, interval: 5 };

/** The process dies right before, or right after, this entry is durable. */
export interface KillAt {
  readonly kind: JournalKind;
  readonly when: 'before' | 'after';
}

/** What outlives a process: file, key, the card and where it is. */
export class VoucherTerminal {
  readonly key: TerminalKey = terminalKey(generateKeyPairSync('ed25519').privateKey);
  readonly path: string;
  readonly terminalId: string;
  /** Fen on the card, beyond what it came with, and how many loads it executed. */
  readonly card = { loaded: 0, loads: 0, last: '', away: false };
  /** What the code is derived for; another one stands for another key. */
  codeSeed = 'kiosk-voucher-code';
  readonly #server: World;
  #life: Life | undefined;

  constructor(server: World, terminalId: string) {
    const folder = mkdtempSync(join(tmpdir(), 'voucher-'));
    this.path = join(folder, 'journal.sqlite');
    this.terminalId = terminalId;
    this.#server = server;
    onTestFinished(() => {
      this.#life?.end();
      rmSync(folder, { recursive: true });
    });
  }

  /** Starts a process, or another one after the last has ended. */
  start(options: LifeOptions = {}): Life {
    this.#life?.end();
    const upstream = connect(this.#server, { terminalId: this.terminalId, key: this.key });
    this.#life = new Life(this, upstream, options);
    return this.#life;
  }

  codeOf(voucherId: string): string {
    return makeVoucherCode(this.key.derive(this.codeSeed, voucherId));
  }
}

export interface LifeOptions {
  readonly kill?: KillAt;
  /** Nobody hears what is said upstream. */
  readonly offline?: boolean;
  /** So many ms after the life before. */
  readonly later?: number;
  /** The card executes the load and its answer is lost. */
  readonly torn?: boolean;
}

/** One process. */
export class Life {
  readonly bench: SessionBench;
  readonly journal: Journal;
  readonly recovery: Recovery;
  readonly upstream: Upstream;
  readonly #terminal: VoucherTerminal;
  readonly #options: LifeOptions;
  #dead = false;
  #ended = false;

  constructor(terminal: VoucherTerminal, upstream: Upstream, options: LifeOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.upstream = upstream;
    let opened: { journal: Journal; ports: Ports } | undefined;
    this.bench = new SessionBench((world) => {
      opened = this.#open(world);
      return opened.ports;
    });
    if (opened === undefined) throw new Error('unreachable');
    const { journal, ports } = opened;
    this.journal = journal;
    this.recovery = new Recovery({
      ports,
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
  }

  #open(world: FakeWorld): { journal: Journal; ports: Ports } {
    const { clock } = world;
    const { path, terminalId, key } = this.#terminal;
    clock.jumpTo(clock.now() + (this.#options.later ?? 0));
    const journal = openJournal({ path, terminalId, timeZone: 'Asia/Shanghai', clock, ids: createIds(clock, random), key });
    const desk = new JournalDesk({ journal, clock, random, shortName: terminalId.slice(-1), businessDate: () => '2026-11-22', onHealth: () => {} });
    world.card = { ...world.card, balance: fen(world.card.balance + this.#terminal.card.loaded) };
    world.script.read.set({ ok: true, card: world.card });
    const ports: Ports = {
      ...world.ports,
      ids: createIds(clock, random),
      random,
      journal: { append: (entry) => this.#append(desk, entry), newReference: () => desk.newReference() },
      card: this.#card(world.ports.card),
      issuer: mortal(world.ports.issuer, () => this.#dead) satisfies IssuerPort,
      vouchers: mortal(this.#vouchers(), () => this.#dead),
    };
    return { journal, ports };
  }

  /** Keys upstream's half and the code together as the composition does. */
  #vouchers(): VoucherPort {
    const { vouchers } = this.upstream;
    const away = (): Promise<never> => Promise.reject(offline());
    const codeOf = (voucherId: string): string => this.#terminal.codeOf(voucherId);
    if (this.#options.offline === true) return { codeOf, register: away, reserve: away, confirm: away, release: away };
    return { ...vouchers, codeOf };
  }

  /** Remembers what was loaded onto it, whatever is heard of its answer. */
  #card(played: CardPort): CardPort {
    const { card } = this.#terminal;
    let pending = { loadId: '', amount: 0 };
    return mortal<CardPort>(
      {
        ...played,
        get media() {
          return played.media;
        },
        initializeLoad: async (request, signal) => {
          pending = { loadId: request.loadId, amount: request.amount };
          return played.initializeLoad(request, signal);
        },
        creditLoad: async () => {
          card.loaded += pending.amount;
          card.loads += 1;
          card.last = pending.loadId;
          return this.#options.torn === true ? { kind: 'unknown', why: 'torn' } : { kind: 'credited', tac: '1B283889' };
        },
        readBalance: async () => fen(2320 + card.loaded),
        examineLoad: async ({ loadId }) =>
          card.away ? { kind: 'removed' } : card.last === loadId ? { kind: 'credited', balance: fen(2320 + card.loaded) } : { kind: 'notCredited' },
      },
      () => this.#dead,
    );
  }

  #append(desk: JournalDesk, entry: NewEntry) {
    const { kill } = this.#options;
    const due = entry.kind === kill?.kind;
    if (due && kill?.when === 'before') this.#dead = true;
    if (this.#dead) throw new Error('killed');
    const appended = desk.append(entry);
    if (!due) return appended;
    this.#dead = true;
    throw new Error('killed');
  }

  get killed(): boolean {
    return this.#dead;
  }

  get kinds(): readonly string[] {
    return this.journal.entriesAfter(1, 0, 10_000).map(({ entry }) => entry.kind);
  }

  /** The last voucher that this terminal made. */
  lastVoucher(): { readonly number: string; readonly code: string } {
    const { body } = this.journal.entriesAfter(1, 0, 10_000).findLast(({ entry }) => entry.kind === 'voucher.registering')?.entry ?? {};
    return { number: String(body?.['reference']), code: this.#terminal.codeOf(String(body?.['voucherId'])) };
  }

  /** The body on the screen as soon as it is of this kind, and as wanted. */
  async sees<K extends ViewKind>(kind: K, wanted: (body: ViewBodyOf<K>) => boolean = () => true): Promise<ViewBodyOf<K>> {
    await vi.waitFor(() => {
      if (this.bench.kind !== kind || !wanted(this.bench.body(kind))) throw new Error(`the screen shows ${JSON.stringify(this.bench.view.body)}`);
    }, PATIENCE);
    return this.bench.body(kind);
  }

  /** Types a voucher's number and code, and asks for it. */
  async typeVoucher(number: string, code: string): Promise<void> {
    await this.bench.touch({ type: 'tender', tender: 'voucher' });
    await this.bench.touch(...[...number.replaceAll('-', '')].map((symbol) => ({ type: 'symbol', symbol }) as const), { type: 'confirm' });
    await this.bench.touch(...[...code].map((digit) => ({ type: 'digit', digit }) as const), { type: 'confirm' });
  }

  /** Lets I/O happen until `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    await vi.waitFor(() => {
      if (!condition()) throw new Error(`in vain: ${this.kinds.slice(-6).join(', ')}; ${JSON.stringify(this.bench.view.body)}`);
    }, PATIENCE);
  }

  /** What a start finds, and then everything that the background can do. */
  async recover(card: 'inside' | 'gone'): Promise<readonly Recovered[]> {
    this.bench.world.media = card === 'inside' ? 'inside' : 'notPresent';
    const told = await this.recovery.run();
    for (let round = 0; round < 2; round += 1) await this.recovery.tend();
    return told;
  }

  /** The same card comes back to the reader. */
  async cardComesBack(): Promise<Recovered | undefined> {
    this.bench.world.media = 'inside';
    const told = await this.recovery.resolveWith(this.bench.world.card);
    for (let round = 0; round < 2; round += 1) await this.recovery.tend();
    return told.find((words): words is Recovered => 'balanceBefore' in words);
  }

  /** The journal's own word on everything: breaks, open transactions, balances. */
  verified() {
    const { break: broken, openTransactions, balances } = verifyJournal(this.#terminal.path);
    return { broken, openTransactions, held: balances['cardholder.held'], outstanding: balances['voucher.outstanding'] };
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#dead = true;
    this.upstream.close();
    this.journal.close();
  }
}

/** A port of a process that may die: from then on nothing is done, and nothing comes back. */
function mortal<T extends object>(port: T, dead: () => boolean): T {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || name === 'codeOf' || name === 'onEvent') return member;
      return (...args: unknown[]): unknown => (dead() ? new Promise(() => {}) : Reflect.apply(member, target, args));
    },
  });
}
