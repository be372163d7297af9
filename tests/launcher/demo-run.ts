/**
 * The demonstration: one cardholder tops up through the real screen, the real drivers and the real journal, with one fault if wished.
 * Prints the story, the journal's proof and the receipt; keeps a picture of every step.
 */
import { randomInt } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { Outcome } from '../../common/journal-kinds.ts';
import { formatYuan, fen } from '../../common/fen.ts';
import type { Cardholder } from './cardholder.ts';
import { CARD, chipBalance, onStage, type Stage, type StageOptions } from './demo-stage.ts';
import type { Sandbox } from './sandbox.ts';

export const demoTenders = ['cash', 'qr', 'qr-presented', 'card'] as const;
export type DemoTender = (typeof demoTenders)[number];

export interface DemoOptions extends StageOptions {
  readonly tender: DemoTender;
  /** Fen. */
  readonly amount: number;
  readonly fault: DemoFault | undefined;
}

/** What can go wrong in the demonstration, and how it must end with cash, and by phone. */
export const demoFaults = {
  /** The card is moved right before it is written; put back. */
  'torn-before': { cash: 'delivered', qr: 'delivered' },
  /** The card is moved right after it was written, before it could answer; put back. */
  'torn-after': { cash: 'delivered', qr: 'delivered' },
  /** Moved, and never put back. */
  'torn-left': { cash: 'case', qr: 'case' },
  /** Moved; another card is put back first, then the right one. */
  'wrong-card': { cash: 'delivered', qr: 'delivered' },
  /** The issuer can't be reached before any money is asked for. */
  'issuer-offline': { cash: 'abandoned', qr: 'abandoned' },
  /** The issuer can't be reached after the money is in. */
  'issuer-offline-after-money': { cash: 'voucher', qr: 'refunded' },
  'note-rejected': { cash: 'delivered', qr: undefined },
  /** The acquirer's answer that it is paid gets lost. */
  'payment-answer-lost': { cash: undefined, qr: 'delivered' },
  'paper-out': { cash: 'delivered', qr: 'delivered' },
  /** The terminal process is killed while money is in the machine. */
  'process-killed': { cash: 'delivered', qr: 'delivered' },
} as const satisfies Readonly<Record<string, Readonly<Record<'cash' | 'qr', Outcome | undefined>>>>;
export type DemoFault = keyof typeof demoFaults;

export function isDemoFault(name: string): name is DemoFault {
  return Object.hasOwn(demoFaults, name);
}

interface Ending {
  readonly outcome: Outcome;
  readonly reference: string;
  readonly balanceAfter: number;
}

const OTHER_CARD = 'student-3071';
const NOTES = [10_000, 5000, 2000, 1000] as const;

/** @returns the exit status */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { host, tender, amount, fault, json } = options;
  const expected = fault === undefined ? 'delivered' : demoFaults[fault][tender === 'cash' ? 'cash' : 'qr'];
  if (expected === undefined) throw new Error(`the fault ${String(fault)} does not go with --tender ${tender}`);
  const { ending, journal, receiptPng, tell } = await onStage(options, async (stage) => {
    const balanceBefore = await chipBalance(stage.sandbox);
    return { balanceBefore, ...(await new Story(stage, options).run()) };
  });
  const { balanceBefore, balanceAfter, outcome } = ending;
  const right = outcome === expected && journal.verified && balanceAfter === balanceBefore + (outcome === 'delivered' ? amount : 0);
  if (json) process.stdout.write(`${JSON.stringify({ ...ending, amount, journal, receiptPng, host: host.line.replace(/^host: /, '') })}\n`);
  tell(right ? `\nas it should be: ${outcome}` : `\nWRONG: ${outcome}, expected ${expected}; card ${balanceBefore} → ${balanceAfter} fen`);
  return right ? 0 : 1;
}

/** What the cardholder does, step by step. */
class Story {
  readonly #person: Cardholder;
  readonly #options: DemoOptions;
  readonly #tell: (line: string) => void;

  constructor({ person, tell }: Stage, options: DemoOptions) {
    this.#person = person;
    this.#options = options;
    this.#tell = tell;
  }

  async run(): Promise<Ending> {
    const { amount, fault } = this.#options;
    const person = this.#person;
    this.#tell(`a cardholder wants ¥${formatYuan(fen(amount))} on the card ending 6688`);
    if (fault === 'issuer-offline') return this.#issuerOffline();
    if (fault === 'paper-out') await this.#fault('paperOut', true);
    await person.choosesTopUp(CARD, amount);
    if (fault === 'torn-before' || fault === 'wrong-card' || fault === 'torn-left') await this.#fault('tearBeforeCredit', true);
    if (fault === 'torn-after') await this.#fault('tearAfterCredit', true);
    await { cash: () => this.#payCash(), qr: () => this.#payQr(), 'qr-presented': () => this.#presentCode(), card: () => this.#payByCard() }[
      this.#options.tender
    ]();
    if (fault === 'process-killed') return this.#killed();
    await person.sees('committing', 'put-back', 'done', 'settled'); // the shortest screen of all has its picture too, when it can be caught
    if (fault?.startsWith('torn') === true || fault === 'wrong-card') await this.#putBack();
    return this.#result();
  }

  async #issuerOffline(): Promise<Ending> {
    const person = this.#person;
    await person.sees('attract');
    await person.touches('start-top-up');
    await person.sees('insert-card');
    await this.#fault('issuerOffline', true);
    await person.inserts(CARD);
    await person.sees('trouble');
    this.#tell('the issuer can not be reached: nothing was asked for, nothing was taken');
    await person.touches('finish');
    await person.takesCard();
    return { outcome: 'abandoned', reference: '', balanceAfter: await chipBalance(person.sandbox) };
  }

  async #payCash(): Promise<void> {
    const person = this.#person;
    const { amount, fault } = this.#options;
    await person.touches('tender-cash');
    await person.sees('top-up-cash');
    if (fault === 'note-rejected') {
      await this.#fault('noteRejected', true);
      await person.feeds(1000);
      await (await person.page()).locator('[data-testid="screen"][data-message="noteRejected"]').waitFor();
      this.#tell('a note was not recognized and came back; it was not counted');
    }
    for (const note of notesFor(amount)) {
      await person.pays(note);
      this.#tell(`a note of ¥${formatYuan(fen(note))} is in the box`);
    }
    if (fault === 'issuer-offline-after-money') await this.#fault('issuerOffline', true);
    if (fault === 'process-killed') await this.#kill();
    else await person.touches('confirm');
  }

  async #payQr(): Promise<void> {
    const person = this.#person;
    const { fault } = this.#options;
    await person.touches('tender-qr');
    await person.seesCode();
    await person.sees('top-up-qr'); // once more, with the code on it
    if (fault === 'payment-answer-lost') await this.#fault('loseNextPaymentAnswer', true);
    if (fault === 'issuer-offline-after-money') await this.#fault('issuerOffline', true);
    if (fault === 'process-killed') await this.#kill();
    const paid = await person.sandbox.hand({ act: 'phone', does: 'pay' });
    this.#tell(paid.done ? 'paid on the phone' : `could not pay: ${paid.why ?? ''}`);
  }

  /** A new code, as each pays once; this one asks its holder to confirm (fleet/server/acquirer/sandbox-wallet.ts). */
  async #presentCode(): Promise<void> {
    const person = this.#person;
    const { fault } = this.#options;
    await person.touches('tender-qrPresented');
    await person.seesScan('ready');
    if (fault === 'payment-answer-lost') await this.#fault('loseNextPaymentAnswer', true);
    await person.presents(`13${String(randomInt(1e12)).padStart(14, '0')}01`);
    await person.seesScan('confirming');
    this.#tell('the payment code was read; the phone asks for a yes');
    if (fault === 'issuer-offline-after-money') await this.#fault('issuerOffline', true);
    if (fault === 'process-killed') await this.#kill();
    const paid = await person.sandbox.hand({ act: 'phone', does: 'pay' });
    this.#tell(paid.done ? 'confirmed on the phone' : `could not confirm: ${paid.why ?? ''}`);
  }

  /** Card in, PIN, and the bank says yes. */
  async #payByCard(): Promise<void> {
    const person = this.#person;
    const { fault } = this.#options;
    await person.touches('tender-card');
    await person.seesSale('waiting');
    await person.sandbox.hand({ act: 'bankTerminal', does: 'confirming' });
    await person.seesSale('confirming');
    this.#tell('the card is in the payment terminal; a PIN is typed there, and the bank is asked');
    if (fault === 'payment-answer-lost') await this.#fault('loseNextPaymentAnswer', true);
    if (fault === 'issuer-offline-after-money') await this.#fault('issuerOffline', true);
    if (fault === 'process-killed') await this.#kill();
    const paid = await person.sandbox.hand({ act: 'bankTerminal', does: 'pay' });
    this.#tell(paid.done ? 'the bank approved' : `the bank did not approve: ${paid.why ?? ''}`);
  }

  async #putBack(): Promise<void> {
    const person = this.#person;
    await person.sees('put-back');
    this.#tell('the card was moved while it was written: the screen says where the money is and asks for the same card');
    if (this.#options.fault === 'torn-left') {
      await person.touches('put-back-leave');
      return;
    }
    if (this.#options.fault === 'wrong-card') {
      await person.inserts(OTHER_CARD);
      await (await person.page()).locator('[data-testid="screen"][data-other-card]').waitFor();
      await person.sees('put-back');
      this.#tell('another card was recognized, written nothing on, and given back');
      await person.takesCard();
    }
    await person.inserts(CARD);
  }

  async #result(): Promise<Ending> {
    const person = this.#person;
    const kind = await person.sees('done', 'settled');
    const reference = await person.reads('reference');
    const outcome = kind === 'done' ? 'delivered' : await settledOutcome(await person.page());
    const balanceAfter = kind === 'done' ? await person.readsAmount('balance-after') : await chipBalance(person.sandbox);
    if (kind === 'settled') await (await person.page()).locator('[data-testid="screen"]:not([data-receipt="printing"])').waitFor();
    else if (this.#options.fault === 'paper-out') await this.#receiptOnScreen();
    else if (this.#options.fault !== 'process-killed') await this.#receiptOnPaper();
    this.#tell(`${outcome}: number ${reference}, on the card ¥${formatYuan(fen(balanceAfter))}`);
    await person.sandbox.hand({ act: 'takeCard' });
    return { outcome, reference: reference.trim(), balanceAfter };
  }

  async #receiptOnPaper(): Promise<void> {
    await this.#person.touches('receipt-print');
    await (await this.#person.page()).locator('[data-testid="screen"][data-receipt="printed"]').waitFor();
    await this.#person.sees('done');
  }

  async #receiptOnScreen(): Promise<void> {
    await this.#person.touches('receipt-screen');
    await this.#person.sees('done');
    this.#tell('no paper: the receipt is a code on the screen, the money is not touched by it');
  }

  /** Killed with money in the machine: the screen that comes back says first what became of it. */
  async #killed(): Promise<Ending> {
    this.#tell('the terminal process was killed; a new one reads the journal');
    return this.#result();
  }

  async #kill(): Promise<void> {
    const answer = await this.#person.sandbox.hand({ act: 'killTerminal' });
    if (!answer.done) throw new Error(`could not kill the terminal process: ${answer.why ?? ''}`);
  }

  async #fault(
    fault: Parameters<Sandbox['hand']>[0] extends infer A ? (A extends { act: 'fault'; fault: infer F } ? F : never) : never,
    on: boolean,
  ): Promise<void> {
    await this.#person.sandbox.hand({ act: 'fault', fault, on });
  }
}

async function settledOutcome(page: Page): Promise<Outcome> {
  return (await page.getByTestId('screen').getAttribute('data-outcome')) as Outcome;
}

/** Fewest notes, largest first. */
export function notesFor(amount: number): readonly number[] {
  const notes: number[] = [];
  let left = amount;
  for (const note of NOTES) {
    for (; left >= note; left -= note) notes.push(note);
  }
  if (left > 0) throw new Error(`¥${formatYuan(fen(amount))} can't be made of notes of ${NOTES.map((note) => note / 100).join(', ')} yuan; use --tender qr`);
  return notes;
}
