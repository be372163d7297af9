/**
 * How fast the glass answers: real touches given to the browser engine, each followed inside the page to the frame that shows the
 * pressed button and to the frame with the next screen. The whole terminal runs behind it: page, shell, terminal process, devices.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { productParts } from '../launcher/build.ts';
import { Cardholder } from '../launcher/cardholder.ts';
import { launchShell } from '../launcher/launch-shell.ts';
import { startSandbox } from '../launcher/sandbox.ts';
import type { Figure, Setting } from './figure.ts';
import { watchTouches, type TouchTimes } from './frames.ts';
import { median, percentile } from './statistics.ts';

/** Each way there and back is four touches. */
const ROUNDS = 12;
/** Longer than a button is deaf to the second half of a double touch. */
const BETWEEN_MS = 600;
const CARD = 'student-6688';

export async function measureTouch({ host }: Setting): Promise<readonly Figure[]> {
  const sandbox = await startSandbox({ settings: { log: { level: 'warn' } } });
  try {
    const shell = await launchShell({ host, appDir: productParts.outDir, config: sandbox.config });
    try {
      const person = new Cardholder(sandbox, shell);
      await person.sees('attract');
      const finger = await Finger.at(await person.page());
      for (let round = 0; round < ROUNDS; round += 1) {
        await finger.touches('start-top-up', 'insert-card');
        await finger.touches('back', 'attract');
      }
      await person.inserts(CARD);
      await person.sees('menu', 'top-up-amount');
      if ((await person.shows()) === 'menu') await person.touches('start-top-up');
      await person.sees('top-up-amount');
      await person.touches('amount-5000');
      for (let round = 0; round < ROUNDS; round += 1) {
        await finger.touches('confirm', 'top-up-tender');
        await finger.touches('back', 'top-up-amount');
      }
      return figuresOf(await finger.times());
    } finally {
      await shell.close();
    }
  } finally {
    await sandbox.stop();
  }
}

function figuresOf(touches: readonly TouchTimes[]): readonly Figure[] {
  const pressed = touches.flatMap(({ touchedAt, pressedAt }) => (pressedAt === undefined ? [] : [pressedAt - touchedAt]));
  const changed = touches.flatMap(({ liftedAt, changedAt }) => (liftedAt === undefined || changedAt === undefined ? [] : [changedAt - liftedAt]));
  if (Math.min(pressed.length, changed.length) < 30) throw new Error(`only ${pressed.length} pressed frames and ${changed.length} screens were seen`);
  return [
    { name: 'touch.pressed.p95', value: percentile(pressed, 0.95), unit: 'ms', target: 100 },
    { name: 'touch.pressed', value: median(pressed), unit: 'ms' },
    { name: 'touch.screen.p95', value: percentile(changed, 0.95), unit: 'ms', target: 300 },
    { name: 'touch.screen', value: median(changed), unit: 'ms' },
    { name: 'touch.samples', value: Math.min(pressed.length, changed.length), unit: '' },
  ];
}

/** A finger on the page: presses, sees the button pressed, lifts, sees the next screen. */
class Finger {
  readonly #page: Page;
  readonly #session: CDPSession;

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
  }

  static async at(page: Page): Promise<Finger> {
    await page.evaluate(watchTouches);
    return new Finger(page, await page.context().newCDPSession(page));
  }

  async touches(testId: string, next: string): Promise<void> {
    await pause(BETWEEN_MS);
    const box = await this.#page.getByTestId(testId).boundingBox();
    if (box === null) throw new Error(`${testId} is not on the screen`);
    const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
    await this.#session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await this.#page.waitForFunction(() => (window.speedTouches?.at(-1)?.pressedAt ?? Number.NaN) > 0);
    await this.#session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await this.#page.waitForFunction(() => (window.speedTouches?.at(-1)?.changedAt ?? Number.NaN) > 0);
    await this.#page.locator(`[data-testid="screen"][data-screen="${next}"]`).waitFor();
  }

  async times(): Promise<readonly TouchTimes[]> {
    return (await this.#page.evaluate(() => window.speedTouches)) ?? [];
  }
}
