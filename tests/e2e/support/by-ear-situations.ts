/** A top-up by somebody who sees nothing: keys of the keypad, a headphone, and no source of information but the track of what is said. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@playwright/test';
import type { KeypadKey } from '../../../drivers/keypad/keypad.ts';
import type { Situation } from './top-up-situations.ts';
import { CARD, type World } from './world.ts';

/** A step between processes may take a while on a busy machine. */
const PATIENCE = 40_000;
/** How long somebody listens before they try the plug once more. */
const LISTEN_MS = 500;
/** More stops than any screen has. */
const STOPS = 60;

class Listener {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Plugs the headphone in, once more if nothing is said: a keypad that only just came up has told of its jack to nobody. */
  async plugsIn(): Promise<void> {
    const plug = async (): Promise<string> => {
      await this.unplugs();
      await this.#world.sandbox.hand({ act: 'headphone', plugged: true });
      await pause(LISTEN_MS);
      return this.said();
    };
    await expect.poll(plug, { message: 'something is said', timeout: PATIENCE }).not.toBe('');
  }

  async unplugs(): Promise<void> {
    await this.#world.sandbox.hand({ act: 'headphone', plugged: false });
  }

  async said(): Promise<string> {
    const page = await this.#world.person.page();
    return (await page.getByTestId('speech').textContent()) ?? '';
  }

  /** Waits until all of these words were said with one screen, sentence or change. */
  async hears(...words: readonly string[]): Promise<void> {
    const heard = async (): Promise<string> => {
      const said = await this.said();
      return words.every((word) => said.includes(word)) ? 'heard' : said;
    };
    await expect.poll(heard, { message: `heard: ${words.join(', ')}`, timeout: PATIENCE }).toBe('heard');
  }

  /** Goes on from item to item until one is called so, and chooses it. */
  async chooses(name: string): Promise<void> {
    let last = '';
    for (let stops = 0; stops < STOPS; stops += 1) {
      await this.#presses('next');
      await expect.poll(() => this.said(), { timeout: PATIENCE }).not.toBe(last);
      last = await this.said();
      if (last.startsWith(name)) return this.#presses('select');
    }
    throw new Error(`nothing is called "${name}"; the last thing said was "${last}"`);
  }

  async #presses(key: KeypadKey): Promise<void> {
    await this.#world.sandbox.hand({ act: 'key', key, press: 'down' });
    await this.#world.sandbox.hand({ act: 'key', key, press: 'up' });
  }
}

export const byEar: readonly Situation[] = [
  {
    title: 'by keys and by ear alone: what was put in is on the card, every sum said in words, and the next person is greeted as usual',
    run: async (world, before) => {
      const { person } = world;
      const ear = new Listener(world);
      await person.sees('attract');
      await ear.plugsIn();
      await ear.hears('插卡或触摸屏幕开始', '读卡口在右侧');
      await ear.chooses('充值');
      await ear.hears('请插入卡片', '读卡口在右侧');
      await person.inserts(CARD);
      await ear.hears('充多少钱？', '第 1 步，共 4 步', '尾号 六 六 八 八');
      await ear.chooses('五十元整');
      await ear.hears('五十元整 已选');
      await ear.chooses('充 五十元整，去付款');
      await ear.hears('怎么付这 五十元整？');
      await ear.chooses('现金');
      await ear.hears('请一张一张放入纸币', '还没有放入纸币');
      await person.feeds(2000);
      await ear.hears('二十元整，已收');
      await ear.chooses('就充这 二十元整');
      await ear.hears('已充入 二十元整', '卡内余额', '已从卡里读回核对', '要凭条吗？');
      await ear.chooses('不要凭条');
      await person.takesCard();
      await ear.hears('谢谢，再见');
      await ear.unplugs();
      await person.makesWay();
      expect(await ear.said()).toBe('');
      await world.expectChange(before, { box: [2000], chips: { [CARD]: { balance: 2000, loads: 1 } }, credited: 2000 });
    },
  },
];
