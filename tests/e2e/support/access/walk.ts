/** One person's way through a flow: the real charts on a world of paper, the real page in a browser, and nothing else between them. */
import { expect } from '@playwright/test';
import { sayIn, type Say } from '../../../../renderer/words.ts';
import { moneyWords } from '../../../../renderer/guide/number-words.ts';
import type { Preferences, UiEvent, View, ViewKind } from '../../../../state-machines/view.ts';
import type { KioskPage } from '../../../renderer/kiosk-page.ts';
import { SessionBench } from '../../../state-machines/session-bench.ts';
import { FakeKeypad } from '../../../support/fake-keypad.ts';
import type { FakeWorld } from '../../../support/fake-world.ts';
import { press, type Control, type Way } from './ways.ts';

/** Longer than the screen takes two touches of one control for one. */
const PACE_MS = 1000;

/** A page on which a person takes their time, and the test doesn't. */
export async function unhurried({ page }: KioskPage): Promise<void> {
  await page.evaluate(() => {
    const now = performance.now.bind(performance);
    const hurried = window as unknown as { later: number };
    hurried.later = 0;
    performance.now = () => now() + hurried.later;
  });
}

export class Walk {
  readonly #kiosk: KioskPage;
  readonly #way: Way;
  readonly #keypad = new FakeKeypad();
  readonly #bench = new SessionBench(() => ({ keypad: this.#keypad }));
  #said = '';

  /** @param kiosk an unhurried page */
  constructor(kiosk: KioskPage, way: Way) {
    this.#kiosk = kiosk;
    this.#way = way;
  }

  get world(): FakeWorld {
    return this.#bench.world;
  }

  get preferences(): Preferences {
    return this.#bench.view.preferences;
  }

  /** At the first screen, as this person wants it. */
  async begin(): Promise<void> {
    await this.#bench.start();
    await this.#draw();
    await this.does(...this.#way.chooses);
    if (this.#way.wakes !== undefined) await this.#obey(await press(this.#kiosk, [this.#way.wakes]));
    if (this.#way.listens === undefined) return;
    this.#keypad.plug(true);
    await this.#bench.touch({ type: 'prefer', preferences: { locale: this.#way.listens } });
    await this.#draw();
  }

  async does(...controls: readonly Control[]): Promise<void> {
    for (const control of controls) await this.#obey(await this.#way.uses(this.#kiosk, control));
  }

  async types(digits: string): Promise<void> {
    await this.#obey(await this.#way.types(this.#kiosk, digits));
  }

  /** Something that is not the person's doing. */
  async happens(what: (world: FakeWorld) => void): Promise<void> {
    what(this.#bench.world);
    await this.#bench.settle();
    await this.#draw();
  }

  async note(denomination: number): Promise<void> {
    await this.#bench.note(denomination);
    await this.#draw();
  }

  sees(kind: ViewKind): void {
    expect(this.#bench.kind, this.#way.name).toBe(kind);
  }

  /** Whoever listens was told so with the last screen, in their language. Others see it. */
  hears(...words: readonly ((say: Say, money: (amount: number) => string) => string)[]): void {
    const locale = this.#way.listens;
    if (locale === undefined) return;
    for (const word of words) expect(this.#said, locale).toContain(word(sayIn(locale), (amount) => moneyWords(amount, locale)).replaceAll('\u00a0', ' '));
  }

  /** Out of the session: whatever this person had chosen is the next one's no more. */
  async leaves(): Promise<void> {
    this.#keypad.plug(false);
    await this.happens((world) => world.remove());
    if (this.#bench.kind === 'goodbye') await this.#bench.touch({ type: 'start' });
    this.sees('attract');
    expect(this.preferences).toEqual({ locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false });
  }

  /** The chart hears what the page sent, and the page draws what became of it. */
  async #obey(sent: readonly UiEvent[]): Promise<void> {
    expect(sent.length, `${this.#way.name}: the page sends something`).toBeGreaterThan(0);
    await this.#bench.touch(...sent.map(({ act }) => act));
    await this.#draw();
  }

  async #draw(): Promise<void> {
    this.#said = await this.#kiosk.page.evaluate(draw, { view: this.#bench.view, by: PACE_MS });
  }
}

/** In the page. @returns what is said */
async function draw({ view, by }: { readonly view: View; readonly by: number }): Promise<string> {
  const page = window as unknown as { later: number; readonly kioskShow: (view: View) => void };
  page.kioskShow(view);
  await Promise.resolve(); // the page draws at the end of the turn
  page.later += by;
  for (const animation of document.getAnimations()) animation.finish();
  return document.querySelector('[data-testid="speech"]')?.textContent ?? '';
}
