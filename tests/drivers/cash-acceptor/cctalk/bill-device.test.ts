import { expect, test } from 'vitest';
import { bench, escrowed, within } from './bench.ts';

test('connecting to a validator that just got its power tells who it is, and that nothing was in its path', async () => {
  const { clock, acceptor } = bench();
  const { identity, powerUp } = await within(clock, acceptor.connect());
  expect(identity).toEqual({ model: 'ccTalk bill validator BV-SIM', maker: 'SIM', firmware: 'V1.00', serialNumber: String(0x010203) });
  expect(powerUp).toEqual({ kind: 'clean' });
  expect(acceptor.denominations).toEqual([100, 500, 1000, 2000, 5000, 10_000]);
  expect(acceptor.lastStatus).toEqual({ device: 'online', state: 'disabled', box: 'unknown' });
});

test('a note is held, stacked on order, and credited once on the event that says it is in the box', async () => {
  const { clock, acceptor, unit, events, credits } = await escrowed();
  expect(events).toEqual([{ type: 'escrowed', denomination: 5000 }]);
  expect(acceptor.lastStatus.state).toBe('escrowed');
  await within(clock, acceptor.stack());
  expect(acceptor.lastStatus.state).toBe('stacking');
  expect(credits).toEqual([]);
  await clock.advance(1_500);
  expect(unit.box).toEqual([5000]);
  expect(credits).toMatchObject([{ evidence: 'vendValid', denomination: 5000 }]);
  await clock.advance(5_000);
  expect(credits).toHaveLength(1);
  expect(acceptor.lastStatus.state).toBe('idle');
});
