/** The simulated unit by its wire alone, held against the document's own frames: what a foreign driver would meet. */
import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { SimulatedCrt310, type SimulatedCrt310Options } from '../../../../drivers/card-reader/crt310/simulator.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { CountingCard } from '../counting-card.ts';
import { frame, worked } from './worked-frames.ts';

const compact = (hex: string): string => hex.replaceAll(' ', '');

function wire(options: SimulatedCrt310Options = {}) {
  const clock = new SimulatedClock();
  const unit = new SimulatedCrt310(clock, options);
  const said: string[] = [];
  unit.onSend((bytes) => said.push(toHex(bytes)));
  const send = async (hex: string): Promise<string[]> => {
    unit.receive(fromHex(hex));
    await clock.advance(3_000);
    return said.splice(0);
  };
  return {
    clock,
    unit,
    send,
    /** The whole dance: what the unit said after ACK and ENQ. */
    ask: async (hex: string): Promise<string | undefined> => {
      expect(await send(hex)).toEqual(['06']);
      return (await send('05'))[0];
    },
  };
}

test('a frame is acknowledged, and nothing is executed before ENQ', async () => {
  const { send, unit } = wire();
  expect(await send(worked('entry: any card, rear closed'))).toEqual(['06']);
  expect(unit.acceptsCard).toBe(false);
  expect(await send('05')).toEqual([compact(frame('2F 33 59'))]);
  expect(unit.acceptsCard).toBe(true);
  expect(await send('05')).toEqual([]);
});

test('without ENQ, by its option, it executes at once', async () => {
  const { send } = wire({ enq: false });
  expect(await send(worked('status'))).toEqual(['06', frame('31 30 4E 4E 4E')]);
});

test('status answers as printed: none with entry by switch, and a card on the contacts with entry closed', async () => {
  const card = new CountingCard();
  const { ask, unit, clock } = wire();
  await ask(worked('entry: any card, rear closed'));
  expect(await ask(worked('status'))).toBe(compact(worked('← none, entry by switch, rear closed')));
  unit.insertCard(card);
  await clock.advance(2_000);
  expect(await ask(worked('status'))).toBe(frame('31 30 4A 4A 4E'));
  expect(await ask(worked('move to IC'))).toBe(compact(worked('← moved')));
  await ask(worked('entry: none'));
  expect(await ask(worked('status'))).toBe(compact(worked('← on IC contacts, entry closed')));
  await ask(worked('move to front'));
  expect(await ask(worked('status'))).toBe(frame('31 30 48 4E 4E'));
  await ask(frame('32 31'));
  expect(await ask(worked('status'))).toBe(frame('31 30 49 4E 4E'));
  expect(unit.takeCard()).toBe(card);
});

test('the chip: not in place, reset with ATR, asked, and gone', async () => {
  const card = new CountingCard();
  card.interfaces = ['contact'];
  const { ask, unit, clock } = wire();
  await ask(worked('entry: any card, rear closed'));
  expect(await ask(worked('CPU cold reset'))).toBe(frame('37 30 45'));
  unit.insertCard(card);
  await clock.advance(2_000);
  expect(await ask(worked('CPU cold reset'))).toBe(frame('37 30 57'));
  await ask(worked('move to IC'));
  expect(await ask(worked('GET CHALLENGE'))).toBe(frame('37 31 4E'));
  expect(await ask(worked('CPU cold reset'))).toBe(frame(`37 30 59 00 ${toHex(Uint8Array.of(card.atr.length))} ${toHex(card.atr)}`));
  expect(await ask(worked('GET CHALLENGE'))).toBe(frame('37 31 59 00 03 00 90 00'));
  unit.pullCard();
  expect(await ask(worked('GET CHALLENGE'))).toBe(frame('37 31 45'));
});

test('the antenna: no card, UID, two chips at once', async () => {
  const card = new CountingCard();
  const { ask, unit, clock } = wire();
  await ask(worked('entry: any card, rear closed'));
  expect(await ask(worked('find RF card'))).toBe(frame('35 30 45'));
  unit.insertCard(card);
  await clock.advance(2_000);
  expect(await ask(worked('find RF card'))).toBe(frame('35 30 59'));
  expect(await ask(frame('35 31'))).toBe(frame('35 31 59 04 A1 B2 C3'));
  unit.knobs.secondChip = true;
  expect(await ask(worked('find RF card'))).toBe(frame('35 30 4E'));
});

test('out at the rear into the bin; nothing to move is E; a jam is N', async () => {
  const { ask, unit, clock } = wire();
  await ask(worked('entry: any card, rear closed'));
  unit.insertCard(new CountingCard());
  await clock.advance(2_000);
  unit.knobs.jam = true;
  expect(await ask(frame('32 33'))).toBe(frame('32 33 4E'));
  unit.knobs.jam = false;
  expect(await ask(frame('32 33'))).toBe(frame('32 33 59'));
  expect(unit.bin).toHaveLength(1);
  expect(await ask(worked('move to front'))).toBe(frame('32 30 45'));
});

test('reset ejects at the front or the rear, or leaves, and shuts the gate', async () => {
  const { ask, unit, clock } = wire();
  await ask(worked('entry: any card, rear closed'));
  unit.insertCard(new CountingCard());
  await clock.advance(2_000);
  expect(await ask(worked('reset, leave'))).toBe(frame(`30 30 ${toHex(Uint8Array.from(Buffer.from('CRT-310 V1.00')))}`));
  expect(unit.card?.at).toBe('inside');
  await ask(worked('eject front'));
  expect(unit.card).toBeUndefined();
  expect(unit.acceptsCard).toBe(false);
  expect(unit.takeCard()).toBeDefined();
});

test('unknown commands and parameters are refused by code, a broken frame by NAK, and a unit at work hears nothing', async () => {
  const { ask, send, unit } = wire();
  expect(await ask(frame('77 30'))).toBe(frame('4E 00'));
  expect(await ask(frame('32 77'))).toBe(frame('4E 01'));
  expect(await send('02 00 02 31 30 03 03')).toEqual(['15']);
  unit.receive(fromHex(worked('reset, leave')));
  unit.receive(Uint8Array.of(0x05));
  unit.receive(fromHex(worked('status')));
  expect(await send('')).toEqual(['06', expect.stringMatching(/^02000F3030/)]);
});

test('power cut: the gate is shut, a command that waited is forgotten, the card stays', async () => {
  const { ask, send, unit, clock } = wire();
  await ask(worked('entry: any card, rear closed'));
  unit.insertCard(new CountingCard());
  await clock.advance(2_000);
  await send(worked('move to front'));
  unit.powerCycle();
  expect(await send('05')).toEqual([]);
  expect(unit.card?.at).toBe('inside');
  expect(await ask(worked('status'))).toBe(frame('31 30 4A 4E 4E'));
});
