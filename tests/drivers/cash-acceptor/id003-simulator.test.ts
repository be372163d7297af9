/** The simulated unit, asked over its wire by frames of the document: the ground on which the driver's tests stand. */
import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../../common/hex.ts';
import { encodeHostMessage, type HostMessage } from '../../../drivers/cash-acceptor/id003/codec.ts';
import { encodeFrame } from '../../../drivers/cash-acceptor/id003/frame.ts';
import { SimulatedId003 } from '../../../drivers/cash-acceptor/id003/simulator.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { YUAN } from './bench.ts';

interface Wire {
  readonly clock: SimulatedClock;
  readonly unit: SimulatedId003;
  /** Command and data of the answer, hexadecimal; empty when there is none. */
  ask(message: HostMessage): Promise<string>;
  state(): Promise<string>;
}

function wire(): Wire {
  const clock = new SimulatedClock();
  const unit = new SimulatedId003(clock);
  let heard = '';
  unit.onSend((bytes) => void (heard += toHex(bytes.slice(2, -2))));
  const ask = async (message: HostMessage): Promise<string> => {
    heard = '';
    unit.receive(encodeHostMessage(message));
    await clock.advance(10);
    return heard;
  };
  return { clock, unit, ask, state: () => ask({ kind: 'statusRequest' }) };
}

async function enabled(): Promise<Wire> {
  const made = wire();
  await made.ask({ kind: 'reset' });
  await made.clock.advance(1000);
  expect(await made.ask({ kind: 'set', setting: 'inhibit', value: [0] })).toBe('C300');
  expect(await made.state()).toBe('11');
  return made;
}

async function withEscrow(): Promise<Wire> {
  const made = await enabled();
  expect(made.unit.feedNote(YUAN[10])).toBe('taken');
  expect(await made.state()).toBe('12');
  await made.clock.advance(1000);
  expect(await made.state()).toBe('1363');
  return made;
}

test('power up, reset, initialize, inhibited; settings are refused before the reset', async () => {
  const made = wire();
  expect(await made.state()).toBe('40');
  expect(await made.ask({ kind: 'set', setting: 'inhibit', value: [0] })).toBe('4B');
  expect(await made.ask({ kind: 'reset' })).toBe('50');
  expect(await made.state()).toBe('1B');
  await made.clock.advance(1000);
  expect(await made.state()).toBe('1A');
  expect(made.unit.feedNote(YUAN[10])).toBe('refused');
});

test('bytes with a wrong CRC get no answer, an unknown command 4B', async () => {
  const made = wire();
  let heard = '';
  made.unit.onSend((bytes) => void (heard = toHex(bytes)));
  made.unit.receive(fromHex('FC05112757'));
  await made.clock.advance(10);
  expect(heard).toBe('');
  made.unit.receive(encodeFrame(0xdd));
  await made.clock.advance(10);
  expect(heard.slice(0, 6)).toBe('FC054B');
});

test.each([
  ['stack1' as const, ['14', '15', '15', '14', '16', '11']],
  ['stack2' as const, ['14', '14', '15', '15', '16', '11']],
])('%s: vend valid repeats until it is acknowledged, then the note is in the box', async (kind, expected) => {
  const made = await withEscrow();
  expect(await made.ask({ kind })).toBe('50');
  const seen = [await made.state()];
  await made.clock.advance(580);
  seen.push(await made.state());
  if (kind === 'stack2') await made.clock.advance(450);
  if (kind === 'stack2') seen.push(await made.state());
  seen.push(await made.state());
  expect(await made.ask({ kind: 'ack' })).toBe('');
  if (kind === 'stack1') seen.push(await made.state());
  if (kind === 'stack1') await made.clock.advance(450);
  seen.push(await made.state());
  await made.clock.advance(400);
  seen.push(await made.state());
  expect(seen).toEqual(expected);
  expect(made.unit.box).toEqual([YUAN[10]]);
});

test('orders without a note in escrow are refused', async () => {
  const made = await enabled();
  for (const kind of ['stack1', 'stack2', 'return', 'hold'] as const) expect(await made.ask({ kind })).toBe('4B');
});

test.each([
  ['in escrow', 0, '41', 0],
  ['before the stacker', 300, '41', 0],
  ['in the stacker', 700, '42', 1],
  ['in the box, message not acknowledged', 1500, '42', 1],
] as const)('power fails with the note %s: %3$s, and reset brings it where it belongs', async (_where, ms, code, inBox) => {
  const made = await withEscrow();
  if (ms > 0) await made.ask({ kind: 'stack2' });
  await made.clock.advance(ms);
  made.unit.powerCycle();
  expect(await made.state()).toBe(code);
  expect(await made.state()).toBe(code);
  await made.ask({ kind: 'reset' });
  await made.clock.advance(3000);
  expect(await made.state()).toBe('1A');
  expect([made.unit.box.length, made.unit.returned.length]).toEqual([inBox, 1 - inBox]);
});

test('reset while vend valid waits: the message is lost, the note stays in the box', async () => {
  const made = await withEscrow();
  await made.ask({ kind: 'stack2' });
  await made.clock.advance(1200);
  expect(await made.state()).toBe('15');
  await made.ask({ kind: 'reset' });
  await made.clock.advance(1000);
  expect(await made.state()).toBe('1A');
  expect(made.unit.box).toEqual([YUAN[10]]);
  made.unit.powerCycle();
  expect(await made.state()).toBe('40');
});

test('nothing is said after power failed, and nothing while it is off', async () => {
  const made = await enabled();
  let said = 0;
  made.unit.onSend(() => void (said += 1));
  made.unit.receive(encodeHostMessage({ kind: 'statusRequest' }));
  made.unit.powerCycle();
  await made.clock.advance(100);
  made.unit.powerOff();
  made.unit.receive(encodeHostMessage({ kind: 'statusRequest' }));
  await made.clock.advance(100);
  expect(said).toBe(0);
});

test('a returned note that nobody takes keeps it returning', async () => {
  const made = await withEscrow();
  made.unit.faults.keepAtMouth = true;
  await made.ask({ kind: 'return' });
  await made.clock.advance(10_000);
  expect(await made.state()).toBe('18');
  expect(made.unit.atMouth).toBe(YUAN[10]);
  expect(made.unit.takeNote()).toBe(YUAN[10]);
  expect(await made.state()).toBe('11');
  expect(made.unit.returned).toEqual([YUAN[10]]);
});

test('the escrow limit sends the note back; hold lengthens it', async () => {
  const made = await withEscrow();
  await made.clock.advance(20_000);
  expect(await made.ask({ kind: 'hold' })).toBe('50');
  expect(await made.state()).toBe('19');
  await made.clock.advance(20_000);
  expect(await made.state()).toBe('1363');
  await made.clock.advance(10_000);
  expect(await made.state()).toBe('18');
});

test('jam in the stacker: stays until it is cleared, the note is in the technician’s hand', async () => {
  const made = await withEscrow();
  made.unit.knobs.jamNext = 'stacker';
  await made.ask({ kind: 'stack1' });
  await made.clock.advance(1000);
  expect(await made.state()).toBe('46');
  await made.ask({ kind: 'reset' });
  await made.clock.advance(1000);
  expect(await made.state()).toBe('46');
  expect(made.unit.clearJam()).toBe(YUAN[10]);
  expect(await made.state()).toBe('1B');
  expect(made.unit.box).toEqual([]);
});

test('a note pulled out while it goes in: cheated, out, then ready again', async () => {
  const made = await withEscrow();
  await made.ask({ kind: 'stack1' });
  await made.clock.advance(200);
  made.unit.cheat();
  expect(await made.state()).toBe('48');
  expect(made.unit.returned).toEqual([YUAN[10]]);
  await made.clock.advance(2000);
  expect(await made.state()).toBe('11');
});

test('a full box says so and takes nothing; emptied it goes on', async () => {
  const clock = new SimulatedClock();
  const unit = new SimulatedId003(clock, { boxCapacity: 0 });
  unit.receive(encodeHostMessage({ kind: 'reset' }));
  await clock.advance(1000);
  expect(unit.status).toEqual({ kind: 'stackerFull' });
  expect(unit.feedNote(YUAN[10])).toBe('refused');
});
