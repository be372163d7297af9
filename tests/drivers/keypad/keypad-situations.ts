/**
 * What every model of the class Keypad must do, as situations. They use `node:assert` alone, so that they run under vitest and, without
 * it, inside the virtual machine of tests/vm.
 */
import assert from 'node:assert/strict';
import type { Keypad, KeypadEvent } from '../../../drivers/keypad/keypad.ts';
import type { SimulatedKeypad } from '../../../drivers/keypad/simulated-keypad.ts';

export interface KeypadStand {
  readonly unit: Pick<SimulatedKeypad, 'press' | 'release'>;
  readonly keypad: Keypad;
  /** Lets time pass until `done`. */
  until(what: string, done: () => boolean): Promise<void>;
  /** Lets so many ms pass. */
  pass(ms: number): Promise<void>;
  settled<T>(promise: Promise<T>): Promise<T>;
  unplug(): Promise<void>;
  plug(): Promise<void>;
}

export class KeypadBench {
  readonly stand: KeypadStand;
  readonly keypad: Keypad;
  /** Presses in short, `7` or `help long`, and healths in brackets; what the jack says is the model's own matter. */
  readonly told: string[] = [];

  constructor(stand: KeypadStand) {
    this.stand = stand;
    this.keypad = stand.keypad;
    let health: string = this.keypad.lastStatus.device;
    this.keypad.onEvent((event) => {
      const changed = event.type === 'key' || event.status.device !== health;
      if (event.type === 'statusChanged') health = event.status.device;
      if (changed) this.told.push(short(event));
    });
  }

  async expectTold(...expected: readonly string[]): Promise<void> {
    await this.stand.until(`${expected.length} things are told, now ${this.told.join(', ')}`, () => this.told.length >= expected.length);
    assert.deepEqual(this.told, expected);
  }
}

function short(event: KeypadEvent): string {
  if (event.type === 'statusChanged') return `[${event.status.device}]`;
  return event.press === 'long' ? `${event.key} long` : event.key;
}

export interface KeypadSituation {
  readonly title: string;
  run(bench: KeypadBench): Promise<void>;
}

export const keypadSituations: readonly KeypadSituation[] = [
  {
    title: 'keys pressed and let go: each is told once, on release',
    run: async (bench) => {
      await bench.stand.settled(bench.keypad.connect());
      for (const key of ['next', 'select', '5', '#'] as const) {
        bench.stand.unit.press(key);
        await bench.stand.pass(60);
        bench.stand.unit.release(key);
      }
      await bench.expectTold('[online]', 'next', 'select', '5', '#');
    },
  },
  {
    title: 'a key held for long: told as long while it is still down, once, and not again on release; the next press is short',
    run: async (bench) => {
      await bench.stand.settled(bench.keypad.connect());
      bench.stand.unit.press('help');
      await bench.expectTold('[online]', 'help long');
      await bench.stand.pass(500);
      bench.stand.unit.release('help');
      bench.stand.unit.press('help');
      await bench.stand.pass(60);
      bench.stand.unit.release('help');
      await bench.expectTold('[online]', 'help long', 'help');
    },
  },
  {
    title: 'two keys at once: each is told by itself',
    run: async (bench) => {
      await bench.stand.settled(bench.keypad.connect());
      bench.stand.unit.press('1');
      bench.stand.unit.press('3');
      await bench.stand.pass(60);
      bench.stand.unit.release('1');
      await bench.stand.pass(60);
      bench.stand.unit.release('3');
      await bench.expectTold('[online]', '1', '3');
    },
  },
  {
    title: 'unplugged with a key held: offline once, nothing of the key; it rests, and after connecting it tells keys again',
    run: async (bench) => {
      await bench.stand.settled(bench.keypad.connect());
      bench.stand.unit.press('back');
      await bench.stand.pass(60);
      await bench.stand.unplug();
      await bench.expectTold('[online]', '[offline]');
      await assert.rejects(bench.stand.settled(bench.keypad.connect()), { name: 'DeviceError', code: 'offline' });
      bench.stand.unit.release('back');
      await bench.stand.plug();
      bench.stand.unit.press('4');
      bench.stand.unit.release('4');
      await bench.stand.settled(bench.keypad.connect());
      bench.stand.unit.press('7');
      await bench.stand.pass(60);
      bench.stand.unit.release('7');
      await bench.expectTold('[online]', '[offline]', '[online]', '7');
    },
  },
];
