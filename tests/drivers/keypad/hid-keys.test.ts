import { array, assert, asyncProperty, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../common/hex.ts';
import type { FrameTrace } from '../../../drivers/device.ts';
import { HidKeypad } from '../../../drivers/keypad/hid-keypad/device.ts';
import { hidKeysOptionsSchema } from '../../../drivers/keypad/hid-keypad/options.ts';
import { pressDelays } from '../../../drivers/keypad/hid-keypad/presses.ts';
import { SimulatedHidKeypad } from '../../../drivers/keypad/hid-keypad/simulator.ts';
import { keypadKeys, type KeypadStatus } from '../../../drivers/keypad/keypad.ts';
import { keypadModels } from '../../../drivers/keypad/models.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';
import { KeypadBench, keypadSituations } from './keypad-situations.ts';

/** The simulated keypad with a bit for each key, as its configuration would be. */
const BITS = {
  keys: Object.fromEntries(keypadKeys.map((key, at) => [key, { report: 3, byte: 1 + (at >> 3), bit: at & 7 }])),
  headphone: { report: 3, byte: 3, bit: 7 },
};
/** The same by its vendor usages: 1 to 24 of page FF00. */
const USAGES = {
  keys: Object.fromEntries(keypadKeys.map((key, at) => [key, `ff00:${(at + 1).toString(16)}`])),
  headphone: 'ff00:18',
};

interface Made {
  readonly unit: SimulatedHidKeypad;
  readonly keypad: HidKeypad;
  readonly clock: SimulatedClock;
  readonly line: SimulatedLine;
  readonly bench: KeypadBench;
  readonly frames: FrameTrace[];
  readonly statuses: KeypadStatus[];
}

function make(unit: SimulatedHidKeypad, options: Record<string, unknown> = {}): Made {
  const clock = new SimulatedClock();
  const line = new SimulatedLine();
  line.attachUnit((bytes) => unit.receive(bytes));
  unit.onSend((bytes) => line.fromUnit(bytes));
  const keypad = new HidKeypad(hidKeysOptionsSchema.parse(options), { transport: line, clock });
  const frames: FrameTrace[] = [];
  const statuses: KeypadStatus[] = [];
  keypad.onFrame((frame) => frames.push(frame));
  keypad.onEvent((event) => {
    if (event.type === 'statusChanged') statuses.push(event.status);
  });
  const bench = new KeypadBench({
    unit,
    keypad,
    until: async (what, done) => {
      for (let waited = 0; !done(); waited += 25) {
        if (waited > 60_000) throw new Error(`after a minute still not: ${what}`);
        await clock.advance(25);
      }
    },
    pass: (ms) => clock.advance(ms),
    settled: (promise) => promise,
    unplug: async () => line.unplug(),
    plug: async () => line.plug(),
  });
  return { unit, keypad, clock, line, bench, frames, statuses };
}

describe.each([
  ['a USB number pad', 'keyboard', {}],
  ['a keypad of bits, by their place', 'bits', BITS],
  ['a keypad of bits, by their usage', 'bits', USAGES],
] as const)('%s', (_name, kind, options) => {
  test.for(keypadSituations)('$title', async (situation) => {
    const { bench, keypad, clock } = make(new SimulatedHidKeypad(kind), options);
    await situation.run(bench);
    await keypad.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('every key is itself', async () => {
    const { bench, keypad, unit } = make(new SimulatedHidKeypad(kind), options);
    await keypad.connect();
    for (const key of keypadKeys) {
      unit.press(key);
      unit.release(key);
    }
    expect(bench.told.slice(1)).toEqual([...keypadKeys]);
  });

  test('traces tell no key', async () => {
    const { keypad, unit, frames } = make(new SimulatedHidKeypad(kind), options);
    await keypad.connect();
    unit.press('4');
    unit.release('4');
    expect(new Set(frames.map(({ bytes }) => bytes))).toEqual(new Set(['XX'.repeat(kind === 'keyboard' ? 8 : 4)]));
  });

  test('whatever reports come: no exception, and a key afterwards is told', async () => {
    await assert(
      asyncProperty(array(uint8Array({ maxLength: 12 }), { maxLength: 30 }), async (reports) => {
        const { bench, keypad, unit, clock } = make(new SimulatedHidKeypad(kind), options);
        await keypad.connect();
        for (const report of reports) unit.hid.send(report);
        unit.release('5');
        await clock.advance(pressDelays.long);
        unit.press('5');
        unit.release('5');
        expect(bench.told.at(-1)).toBe('5');
      }),
      { numRuns: 50 },
    );
  });
});

describe('hid-keys', () => {
  test('the boundary between short and long is two seconds', async () => {
    const { bench, keypad, unit, clock } = make(new SimulatedHidKeypad());
    await keypad.connect();
    unit.press('back');
    await clock.advance(1_999);
    unit.release('back');
    unit.press('back');
    await clock.advance(2_000);
    expect(bench.told.slice(1)).toEqual(['back', 'back long']);
  });

  test('a keyboard that repeats its report while a key is held: one press', async () => {
    const { bench, keypad, unit } = make(new SimulatedHidKeypad());
    await keypad.connect();
    for (let time = 0; time < 20; time += 1) unit.hid.send(fromHex('00 00 5D 00 00 00 00 00'));
    unit.hid.send(fromHex('00 00 00 00 00 00 00 00'));
    expect(bench.told.slice(1)).toEqual(['5']);
  });

  test('too many keys at once ("roll over"): what is down stays as it was', async () => {
    const { bench, keypad, unit } = make(new SimulatedHidKeypad());
    await keypad.connect();
    unit.press('1');
    for (const key of ['2', '3', '4', '5', '6', '7'] as const) unit.press(key);
    expect(bench.told.slice(1)).toEqual([]);
    for (const key of ['2', '3', '4', '5', '6', '7'] as const) unit.release(key);
    expect(bench.told.slice(1)).toEqual(['2', '3', '4', '5', '6', '7']);
    unit.release('1');
    expect(bench.told.at(-1)).toBe('1');
  });

  test('keys that aren’t mapped tell nothing', async () => {
    const { bench, keypad, unit } = make(new SimulatedHidKeypad(), { keys: { select: '07:28' } });
    await keypad.connect();
    unit.hid.send(fromHex('02 00 04 5D 00 00 00 00'));
    unit.hid.send(fromHex('00 00 28 00 00 00 00 00'));
    unit.hid.send(fromHex('00 00 00 00 00 00 00 00'));
    expect(bench.told.slice(1)).toEqual(['select']);
  });

  test('a modifier can be a key', async () => {
    const { bench, keypad, unit } = make(new SimulatedHidKeypad(), { keys: { help: '07:e1' } });
    await keypad.connect();
    unit.hid.send(fromHex('02 00 00 00 00 00 00 00'));
    unit.hid.send(fromHex('00 00 00 00 00 00 00 00'));
    expect(bench.told.slice(1)).toEqual(['help']);
  });

  test('where the system doesn’t show the descriptor: a keyboard is read as a boot keyboard, bits by their place', async () => {
    for (const [kind, options] of [
      ['keyboard', {}],
      ['bits', BITS],
    ] as const) {
      const { bench, keypad, unit } = make(new SimulatedHidKeypad(kind, { showsDescriptor: false }), options);
      await keypad.connect();
      unit.press('9');
      unit.release('9');
      expect(bench.told).toEqual(['[online]', '9']);
    }
  });

  test('a headphone plugged in and out is told; without one in the mapping it is not supported', async () => {
    const { keypad, unit, statuses } = make(new SimulatedHidKeypad('bits'), BITS);
    expect(keypad.lastStatus).toEqual({ device: 'unknown', headphone: 'unknown' });
    await keypad.connect();
    expect(keypad.lastStatus.headphone).toBe('unknown');
    unit.setHeadphone(true);
    unit.press('1');
    unit.release('1');
    unit.setHeadphone(false);
    await keypad.close();
    expect(statuses).toEqual([
      { device: 'online', headphone: 'unknown' },
      { device: 'online', headphone: 'plugged' },
      { device: 'online', headphone: 'unplugged' },
      { device: 'offline', headphone: 'unknown' },
    ]);
    expect(make(new SimulatedHidKeypad()).keypad.lastStatus.headphone).toBe('notSupported');
  });

  test('an inverted bit: the jack’s contact opens when a plug is in', async () => {
    const { keypad, unit } = make(new SimulatedHidKeypad('bits'), { ...BITS, headphone: { report: 3, byte: 3, bit: 7, inverted: true } });
    await keypad.connect();
    unit.setHeadphone(false);
    expect(keypad.lastStatus.headphone).toBe('plugged');
    unit.setHeadphone(true);
    expect(keypad.lastStatus.headphone).toBe('unplugged');
  });

  test('a device without a mapped control is refused, naming the control and the device', async () => {
    const { keypad, line } = make(new SimulatedHidKeypad('bits'), { keys: { prev: '07:52', next: { report: 3, byte: 4, bit: 0 }, '5': 'ff00:1' } });
    await expect(keypad.connect()).rejects.toMatchObject({
      code: 'notSupported',
      message: expect.stringMatching(/sim:test is Simulated Keypad and has no key prev at usage 07:52; key next at report 3, byte 4; check the address/),
    });
    expect([keypad.lastStatus.device, line.isOpen]).toEqual(['offline', false]);
  });

  test.each([
    [{ keys: {} }, 'at least one key'],
    [{ keys: { '1': '07:59', '2': '07:59' } }, 'same source'],
    [{ keys: { '1': '59' } }, 'page and usage'],
    [{ keys: { enter: '07:28' } }, 'enter'],
    [{ headphone: { byte: 1, bit: 8 } }, 'headphone'],
  ])('%j is refused', (options, word) => {
    expect(JSON.stringify(keypadModels['hid-keys'].schema.safeParse(options).error?.issues)).toContain(word);
  });
});
