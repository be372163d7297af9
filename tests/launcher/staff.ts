/** Somebody of the operator's at the cabinet, scripted: turns the service switch, signs in, works in the rooms, leaves. For the demonstration and the end-to-end tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { codeOf, roster, SECRET, type StaffAtHand } from '../support/staff-at-hand.ts';
import type { Cardholder } from './cardholder.ts';
import type { Sandbox, Settings } from './sandbox.ts';

/** Who may sign in, and where their stick is mounted. */
export function staffSettings(members: readonly StaffAtHand[]): Settings {
  return { maintenance: { staff: roster(members), exportFolder: 'stick' } };
}

/** The operator put the terminal's secret there when it was set up; whoever comes has a stick with them. */
export function prepareForStaff({ data, config }: Pick<Sandbox, 'data' | 'config'>): void {
  mkdirSync(path.join(path.dirname(config), 'stick'), { recursive: true });
  writeFileSync(path.join(data, 'staff-secret'), Buffer.from(SECRET).toString('hex'), { mode: 0o600 });
}

/** Of the picture test. */
const COLORS = 5;

export class Staff {
  readonly #person: Cardholder;
  readonly #sandbox: Sandbox;

  /** @param hands that touch the screen */
  constructor(hands: Cardholder, sandbox: Sandbox) {
    this.#person = hands;
    this.#sandbox = sandbox;
  }

  async serviceSwitch(to: 'maintenance' | 'operator'): Promise<void> {
    const { done } = await this.#sandbox.hand({ act: 'serviceSwitch', to });
    if (!done) throw new Error('the cabinet has no service switch');
  }

  /** Reads the code off their authenticator when it is asked for. */
  async signsIn(member: StaffAtHand): Promise<void> {
    const person = this.#person;
    await person.sees('maintenance-sign-in');
    await person.touches('sign-in-totp');
    for (const digits of [() => member.number, () => codeOf(member, Date.now()), () => member.pin]) {
      await this.types(digits());
      await person.touches('confirm');
    }
    await person.sees('maintenance-overview');
  }

  async types(digits: string): Promise<void> {
    await this.#person.touches(...[...digits].map((digit) => `digit-${digit}`));
  }

  async keys(text: string): Promise<void> {
    await this.#person.touches(...[...text].map((key) => `key-${key}`));
  }

  /** Paper, so many blank cards, an empty bin. */
  async refills(cards: number): Promise<void> {
    const person = this.#person;
    await this.#sandbox.hand({ act: 'loadPaper', mm: 80_000 });
    await this.#sandbox.hand({ act: 'fillStacker', count: cards });
    await person.touches('room-supplies');
    await person.sees('maintenance-supplies');
    await person.touches('fill-paper', 'confirm', 'fill-blankCards');
    await this.types(String(cards));
    await person.touches('confirm', 'back');
    await person.sees('maintenance-overview');
  }

  /** From the overview; the count of what came out is asked for next. */
  async exchangesBox(out: string, into: string): Promise<void> {
    const person = this.#person;
    await person.touches('room-box');
    await person.sees('maintenance-box');
    await this.#boxAsks('home');
    await person.touches('exchange');
    await this.#boxAsks('boxOut');
    await this.keys(out);
    await person.touches('confirm');
    await this.#boxAsks('boxIn');
    await this.keys(into);
    await person.touches('confirm');
    await this.#boxAsks('takeOut');
    await this.#sandbox.hand({ act: 'removeBox' });
    await person.touches('confirm');
    await this.#boxAsks('putIn');
    await this.#sandbox.hand({ act: 'insertBox' });
    await person.touches('confirm');
    await this.#boxAsks('count');
  }

  /** From the slip back to the overview. */
  async leavesBox(): Promise<void> {
    await this.#person.touches('confirm');
    await this.#boxAsks('home');
    await this.#person.touches('back');
    await this.#person.sees('maintenance-overview');
  }

  /** Every step is an entry first, and then the next screen. */
  async #boxAsks(step: string): Promise<void> {
    await (await this.#person.page()).locator(`.staff--box-${step}`).waitFor({ timeout: 40_000 });
  }

  /** Yuan and number of notes; what is not said was not there. */
  async counts(notes: readonly (readonly [denomination: number, count: number])[]): Promise<void> {
    const person = this.#person;
    for (const [denomination, count] of notes) {
      await person.touches(`row-${denomination}`);
      await this.types(String(count));
    }
    await person.touches('confirm');
    await this.#boxAsks('review');
  }

  /** From the overview to the story of the newest transaction of this card. */
  async findsStory(tail: string): Promise<void> {
    const person = this.#person;
    await person.touches('room-journal');
    await person.sees('maintenance-journal');
    await person.touches('by-tail');
    await this.types(tail);
    await person.touches('confirm', 'found-0');
    await person.sees('maintenance-story');
  }

  /** From the overview into the readiness check, up to the first test that a card is needed for; all that was seen and heard was right. */
  async answersForTheScreen(): Promise<void> {
    const person = this.#person;
    await person.touches('room-readiness');
    await person.sees('maintenance-tests');
    const page = await person.page();
    for (const name of ['screenPixels', 'screenTouch', 'soundHeard']) {
      await this.#testIs(name, 'running');
      if (name === 'screenPixels') for (let color = 0; color < COLORS; color += 1) await page.getByTestId('colors').click();
      if (name === 'screenTouch') await page.getByTestId('cells-leave').click();
      await person.touches('answer-yes');
    }
    await person.touches('answer-yes'); // the lamp
    await this.#testIs('cardRead', 'running');
  }

  /** The card that a test asks for, in and out again. */
  async showsCard(card: string): Promise<void> {
    await this.#stepIs('insertCard');
    await this.#sandbox.hand({ act: 'insertCard', card });
    await this.#stepIs('takeCard');
    while (!(await this.#sandbox.hand({ act: 'takeCard' })).done) await (await this.#person.page()).waitForTimeout(100);
  }

  /** The rest of the check, one after the other, as far as it does not pass by itself. */
  async leavesOutTheRest(): Promise<void> {
    const page = await this.#person.page();
    for (const name of ['cardShutter', 'blankCard', 'noteReturned', 'testPage', 'codeScan', 'documentRead', 'keypadKeys']) {
      await this.#testIs(name, 'running', 'passed', 'failed');
      if ((await page.locator(`[data-test="${name}"]`).getAttribute('data-state')) === 'running') await this.#person.touches('skip');
    }
  }

  /** @param service what the terminal is by it */
  async makesReport(service: 'in' | 'out'): Promise<void> {
    await this.#person.touches('make-report');
    await (await this.#person.page()).locator(`[data-testid="service"][data-service="${service}"]`).waitFor({ timeout: 40_000 });
  }

  async #testIs(name: string, ...states: readonly string[]): Promise<void> {
    const any = states.map((state) => `[data-test="${name}"][data-state="${state}"]`).join(', ');
    await (await this.#person.page()).locator(any).waitFor({ timeout: 40_000 });
  }

  async #stepIs(step: string): Promise<void> {
    await (await this.#person.page()).locator(`[data-testid="step"][data-step="${step}"]`).waitFor({ timeout: 40_000 });
  }

  /** From the story. */
  async asksCard(card: string): Promise<string> {
    const person = this.#person;
    await person.touches('resolve');
    await person.sees('maintenance-load');
    await person.inserts(card);
    const verdict = (await person.page()).getByTestId('verdict');
    await verdict.waitFor({ timeout: 30_000 });
    const said = (await verdict.getAttribute('data-verdict')) ?? '';
    await person.takesCard();
    await person.touches('confirm');
    await person.sees('maintenance-story');
    return said;
  }
}
