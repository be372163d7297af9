/**
 * A scripted cardholder: hands at the simulated cabinet and touches on the real screen. Used by the demo and the end-to-end tests.
 */
import type { Page } from 'playwright-core';
import type { RunningShell } from './launch-shell.ts';
import type { Sandbox } from './sandbox.ts';
import type { ViewKind } from '../../state-machines/view.ts';

/** A slow machine may take a while between two screens; a person would too. */
const PATIENCE = 40_000;
/** Between two looks at the world while waiting for it. */
const LOOK_MS = 100;
/** A person reads a new screen before touching it, and touches no button twice within half a second: the screen takes that for one touch. */
const READING_MS = 300;
const SAME_BUTTON_MS = 600;

export class Cardholder {
  readonly sandbox: Sandbox;
  readonly #shell: RunningShell;
  readonly #seen: (name: string, page: Page) => Promise<void>;
  readonly #touched = new Map<string, number>();
  #screenCame = 0;

  /** @param seen called at every screen the cardholder waits for, e.g. to take its picture */
  constructor(sandbox: Sandbox, shell: RunningShell, seen: (name: string, page: Page) => Promise<void> = async () => {}) {
    this.sandbox = sandbox;
    this.#shell = shell;
    this.#seen = seen;
  }

  /** The kiosk's page as it is now. */
  page(): Promise<Page> {
    return this.#shell.page();
  }

  async sees(...kinds: readonly ViewKind[]): Promise<ViewKind> {
    const page = await this.page();
    const selector = kinds.map((kind) => `[data-testid="screen"][data-screen="${kind}"]`).join(',');
    try {
      await page.locator(selector).waitFor({ timeout: PATIENCE });
    } catch (error) {
      throw new Error(`waited for ${kinds.join(' or ')}, the screen shows ${await this.shows()}`, { cause: error });
    }
    const kind = (await this.shows()) as ViewKind;
    this.#screenCame = performance.now();
    await this.#seen(kind, page);
    return kind;
  }

  async shows(): Promise<string> {
    const page = await this.page();
    return (await page.getByTestId('screen').getAttribute('data-screen', { timeout: PATIENCE })) ?? 'nothing';
  }

  async touches(...testIds: readonly string[]): Promise<void> {
    const page = await this.page();
    for (const testId of testIds) {
      const button = page.getByTestId(testId);
      await button.waitFor({ timeout: PATIENCE });
      const again = /^(?:digit|symbol|key)-/.test(testId) ? 0 : (this.#touched.get(testId) ?? 0) + SAME_BUTTON_MS;
      await pauseUntil(Math.max(this.#screenCame + READING_MS, again));
      await button.click({ timeout: PATIENCE });
      this.#touched.set(testId, performance.now());
    }
  }

  async reads(testId: string): Promise<string> {
    const page = await this.page();
    return page.getByTestId(testId).innerText({ timeout: PATIENCE });
  }

  /** What stands in large letters at the top of the screen. */
  async readsTitle(): Promise<string> {
    const page = await this.page();
    const title = await page.locator('h1').innerText({ timeout: PATIENCE });
    return title.replaceAll('\u200b', '');
  }

  /** Waits until the screen says this of itself, e.g. `message` `noteRejected` for `data-message`. */
  async seesFact(name: 'message' | 'outcome' | 'receipt' | 'other-card', value: string): Promise<void> {
    const page = await this.page();
    try {
      await page.locator(`[data-testid="screen"][data-${name}="${value}"]`).waitFor({ timeout: PATIENCE });
    } catch (error) {
      throw new Error(`waited for data-${name}="${value}", the screen shows ${await this.shows()}`, { cause: error });
    }
  }

  /** Waits until these words stand somewhere on the screen. */
  async seesText(text: string): Promise<void> {
    await (await this.page()).getByText(text).first().waitFor({ timeout: PATIENCE });
  }

  /** Waits until a button is there but can't be used. */
  async seesOff(testId: string): Promise<void> {
    await (await this.page()).locator(`[data-testid="${testId}"][aria-disabled="true"]`).waitFor({ timeout: PATIENCE });
  }

  /** Waits until the place of the code says this of the order. */
  async seesCodeState(state: 'creating' | 'waiting' | 'confirming' | 'closing'): Promise<void> {
    await (await this.page()).locator(`[data-testid="qr-code"][data-state="${state}"]`).waitFor({ timeout: PATIENCE });
  }

  /** Waits until the order's code can be scanned. @returns the order's id */
  async seesCode(): Promise<string> {
    await this.sees('top-up-qr');
    const code = (await this.page()).locator('[data-testid="qr-code"][data-state="waiting"][data-order]:not([data-order=""])');
    await code.waitFor({ timeout: PATIENCE });
    return (await code.getAttribute('data-order')) ?? '';
  }

  /** Waits until the scanner's place says this of the payment. @returns the order's id, `''` before a code was read */
  async seesScan(state: 'ready' | 'confirming'): Promise<string> {
    await this.sees('top-up-scan');
    const scan = (await this.page()).locator(`[data-testid="scan"][data-state="${state}"]`);
    await scan.waitFor({ timeout: PATIENCE });
    return (await scan.getAttribute('data-order')) ?? '';
  }

  /** Waits until the sale is so far at the bank's payment terminal. @returns the order's id */
  async seesSale(state: 'waiting' | 'confirming'): Promise<string> {
    await this.sees('top-up-bank-card');
    const sale = (await this.page()).locator(`[data-testid="bank-card"][data-state="${state}"]`);
    await sale.waitFor({ timeout: PATIENCE });
    return (await sale.getAttribute('data-order')) ?? '';
  }

  /** Holds the phone, or whatever it is, to the scanner. */
  async presents(text: string): Promise<void> {
    await this.#until(async () => (await this.sandbox.hand({ act: 'showCode', text })).done, 'the scanner read nothing');
  }

  /** The amount in an element, fen. */
  async readsAmount(testId: string): Promise<number> {
    const text = await this.reads(testId);
    const match = /(\d[\d\u2009,]*)\.(\d\d)/.exec(text);
    if (match === null) throw new Error(`${testId} shows no amount: ${text}`);
    return Number((match[1] ?? '').replaceAll(/\D/g, '')) * 100 + Number(match[2]);
  }

  /** Puts the card in as soon as the gate takes it. */
  async inserts(card: string): Promise<void> {
    await this.#until(async () => (await this.sandbox.hand({ act: 'insertCard', card })).done, `the gate never let ${card} in`);
  }

  async takesCard(): Promise<void> {
    await this.#until(async () => (await this.sandbox.hand({ act: 'takeCard' })).done, 'no card came to the gate');
  }

  /** Pulls the card out by force, as soon as there is one to pull. */
  async pullsCard(): Promise<void> {
    await this.#until(async () => (await this.sandbox.hand({ act: 'pullCard' })).done, 'there was no card to pull');
  }

  /** From a result, a trouble or a verdict to the attract screen, with every card back in the hand. */
  async leaves(): Promise<void> {
    await this.touches('finish');
    await this.#until(async () => {
      const { cards } = await this.sandbox.cabinet();
      if (cards.every(({ where }) => where === 'hand' || where === 'bin')) return true;
      await this.sandbox.hand({ act: 'takeCard' });
      return false;
    }, 'the card never came out');
    await this.makesWay();
  }

  /** Card and slip in hand: who comes next need not wait until the goodbye is over. */
  async makesWay(): Promise<void> {
    if ((await this.sees('goodbye', 'attract')) === 'goodbye') await this.touches('next-person');
    await this.sees('attract');
  }

  /** Feeds one note and waits until it is in the box and the screen says so. */
  async pays(denomination: number): Promise<void> {
    const before = (await this.sandbox.cabinet()).notes.box.length;
    await this.feeds(denomination);
    await this.#until(async () => (await this.sandbox.cabinet()).notes.box.length > before, `the note of ${denomination} never reached the box`);
    const confirm = (await this.page()).getByTestId('confirm').and((await this.page()).locator(':not([aria-disabled])'));
    await this.#until(async () => (await confirm.count()) > 0, `after the note of ${denomination} nothing more could be confirmed`);
  }

  async feeds(denomination: number | 'unknown'): Promise<void> {
    await this.#until(async () => (await this.sandbox.hand({ act: 'feedNote', denomination })).done, 'the slot never took the note');
  }

  /** From the attract screen until the card is in the reader. */
  async begins(card: string): Promise<void> {
    await this.sees('attract');
    await this.touches('start-top-up');
    await this.sees('insert-card');
    await this.inserts(card);
  }

  /** Straight in at the attract screen, without a touch. */
  async comesBack(card: string): Promise<void> {
    await this.sees('attract');
    await this.inserts(card);
  }

  /** From the attract screen to the tender screen with this card and amount. */
  async choosesTopUp(card: string, amount: number): Promise<void> {
    await this.begins(card);
    await this.sees('top-up-amount');
    await this.choosesAmount(amount);
    await this.sees('top-up-tender');
  }

  async choosesAmount(amount: number): Promise<void> {
    const preset = (await this.page()).getByTestId(`amount-${amount}`);
    if ((await preset.count()) > 0) {
      await this.touches(`amount-${amount}`, 'confirm');
      return;
    }
    await this.touches('custom-amount');
    await this.sees('top-up-custom');
    for (const digit of String(amount / 100)) await this.touches(`digit-${digit}`);
    await this.touches('confirm');
  }

  async #until(condition: () => Promise<boolean>, otherwise: string): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await condition())) {
      if (performance.now() > end) throw new Error(`${otherwise}; the screen shows ${await this.shows()}`);
      await pauseUntil(performance.now() + LOOK_MS);
    }
  }
}

async function pauseUntil(time: number): Promise<void> {
  const left = time - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}
