/** The simulated ccTalk units on the wire, byte by byte, against the frames of cash-acceptor.md 5.5. */
import { expect, test } from 'vitest';
import { fen } from '../../../../common/fen.ts';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { SimulatedCctalkBill } from '../../../../drivers/cash-acceptor/cctalk/bill-simulator.ts';
import { SimulatedCctalkCoin } from '../../../../drivers/cash-acceptor/cctalk/coin-simulator.ts';
import { SimulatedCctalkBus } from '../../../../drivers/cash-acceptor/cctalk/simulated-station.ts';
import type { SimulatedUnit } from '../../../../drivers/transport/simulated-unit.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';

async function say(clock: SimulatedClock, unit: SimulatedUnit, hex: string): Promise<string> {
  let heard = '';
  const end = unit.onSend((bytes) => (heard += toHex(bytes)));
  unit.receive(fromHex(hex));
  await clock.advance(60);
  end();
  return heard;
}

const POLL = '28 00 01 FE D9';
const POLLED = '01002800D7';

test('the simple poll of the document gets the answer of the document, with either checksum', async () => {
  const clock = new SimulatedClock();
  expect(await say(clock, new SimulatedCctalkBill(clock), POLL)).toBe(POLLED);
  expect(await say(clock, new SimulatedCctalkBill(clock, { checksum: 'crc' }), '28 00 B6 FE 21')).toBe('0100300037');
});

test('a wrong checksum, another address, a header it does not know: no answer', async () => {
  const clock = new SimulatedClock();
  const unit = new SimulatedCctalkBill(clock);
  expect(await say(clock, unit, '28 00 01 FE D8')).toBe('');
  expect(await say(clock, unit, '29 00 01 FE D8')).toBe('');
  expect(await say(clock, unit, '28 00 01 C8 0F')).toBe('');
  expect(await say(clock, unit, POLL)).toBe(POLLED);
});

test('half a frame, then a pause of more than 50 ms: the next frame is heard whole', async () => {
  const clock = new SimulatedClock();
  const unit = new SimulatedCctalkBill(clock);
  expect(await say(clock, unit, '28 F0 01')).toBe(''); // `say` lets 60 ms pass
  expect(await say(clock, unit, POLL)).toBe(POLLED);
});

test('with echo everything sent is read back first, also without anybody listening', async () => {
  const clock = new SimulatedClock();
  const unit = new SimulatedCctalkBill(clock, { echo: true });
  expect(await say(clock, unit, POLL)).toBe(`280001FED9${POLLED}`);
  unit.powerOff();
  expect(await say(clock, unit, POLL)).toBe('280001FED9');
});

test('the orders of the document: mode 3, master inhibit off, enable, escrow of type 3, stacked', async () => {
  const clock = new SimulatedClock();
  const unit = new SimulatedCctalkBill(clock);
  expect(unit.feedNote(fen(1000))).toBe('refused');
  expect(await say(clock, unit, '28 01 01 99 03 3A')).toBe(POLLED);
  expect(await say(clock, unit, '28 01 01 E4 01 F1')).toBe(POLLED);
  expect(await say(clock, unit, '28 02 01 E7 FF FF F0')).toBe(POLLED);
  expect(unit.feedNote(fen(1000))).toBe('taken');
  expect(await say(clock, unit, '28 01 01 9A 01 3B')).toBe('01012800FED8'); // nothing in escrow yet: 254
  await clock.advance(1_000);
  expect(await say(clock, unit, '28 00 01 9F 38')).toBe('010B28000103010000000000000000C7');
  expect(await say(clock, unit, '28 01 01 9A 01 3B')).toBe(POLLED);
  await clock.advance(2_000);
  expect(await say(clock, unit, '28 00 01 9F 38')).toBe('010B28000203000301000000000000C3');
  expect(unit.box).toEqual([1000]);
});

test('without the escrow bit it stacks at once: why the driver always says 3', async () => {
  const clock = new SimulatedClock();
  const unit = new SimulatedCctalkBill(clock);
  await say(clock, unit, '28 01 01 99 01 3C');
  await say(clock, unit, '28 01 01 E4 01 F1');
  await say(clock, unit, '28 02 01 E7 FF FF F0');
  unit.feedNote(fen(1000));
  await clock.advance(2_000);
  expect(unit.box).toEqual([1000]);
});

test('the coin acceptor of the document: all coins enabled, one credited', async () => {
  const clock = new SimulatedClock();
  const unit = new SimulatedCctalkCoin(clock);
  expect(await say(clock, unit, '02 02 01 E7 FF FF 16')).toBe('01000200FD');
  expect(await say(clock, unit, '02 01 01 E4 01 17')).toBe('01000200FD');
  unit.dropCoin(fen(100));
  await clock.advance(500);
  expect(await say(clock, unit, '02 00 01 E5 18')).toBe('010B02000103010000000000000000ED');
});

test('a bus: the host hears itself once and the one that was asked; power fails for all', async () => {
  const clock = new SimulatedClock();
  const bus = new SimulatedCctalkBus([new SimulatedCctalkCoin(clock), new SimulatedCctalkBill(clock)], { echo: true });
  expect(await say(clock, bus, POLL)).toBe(`280001FED9${POLLED}`);
  expect(await say(clock, bus, '02 00 01 FE FF')).toBe('020001FEFF01000200FD');
  bus.powerCycle();
  expect(await say(clock, bus, POLL)).toBe('280001FED9');
});
