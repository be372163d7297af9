/** The flows' keypad over the driver, whose reports are real: what its jack says, and what a keypad without one doesn't. */
import { expect, test } from 'vitest';
import { padWithJack } from '../../../drivers/bench/simulators.ts';
import { keypadPort } from '../../../main/terminal/ports/keypad-port.ts';
import { BenchStand } from '../../drivers/bench/stand.ts';

async function fitted(options: Record<string, unknown>) {
  const stand = new BenchStand({ keypad: { model: 'hid-keys', options } });
  const keypad = await stand.connected('keypad');
  const port = keypadPort(keypad, { switches: 'two', scanMs: 2000 });
  const told: boolean[] = [];
  port.onHeadphone(({ plugged }) => void told.push(plugged));
  const plug = async (plugged: boolean): Promise<void> => {
    stand.hand({ act: 'headphone', plugged });
    await stand.clock.advance(1000);
  };
  return { stand, keypad, port, told, plug };
}

test('a headphone goes in and out: told once each, however many keys are pressed meanwhile', async () => {
  const { stand, port, told, plug } = await fitted(padWithJack);
  expect(port.headphone).toBe(false);
  await plug(true);
  stand.hand({ act: 'key', key: 'next', press: 'short' });
  await stand.clock.advance(1000);
  expect([port.headphone, told]).toEqual([true, [true]]);
  await plug(false);
  expect([port.headphone, told]).toEqual([false, [true, false]]);
});

test('a keypad that is pulled out takes its headphone with it', async () => {
  const { stand, keypad, port, told, plug } = await fitted(padWithJack);
  await plug(true);
  await keypad.close();
  await stand.clock.advance(1000);
  expect([port.headphone, told]).toEqual([false, [true, false]]);
});

test('a keypad that can not tell has no headphone in it: nothing private is spoken', async () => {
  const { port, told } = await fitted({});
  expect([port.headphone, told]).toEqual([false, []]);
});
