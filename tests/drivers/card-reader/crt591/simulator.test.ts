/** The simulated unit by its wire alone, held against the document's own frames: what a foreign driver would meet. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { SimulatedCrt591, type SimulatedCrt591Options } from '../../../../drivers/card-reader/crt591/simulator.ts';
import { chiplessCard } from '../../../../drivers/card-reader/simulated-card.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { CountingCard } from '../counting-card.ts';
import { workedFrames } from './worked-frames.ts';

const INIT = 'F2 00 00 03 43 30 33 03 B2';
const STATUS = 'F2 00 00 03 43 31 30 03 B0';

function wire(options: SimulatedCrt591Options = {}) {
  const clock = new SimulatedClock();
  const unit = new SimulatedCrt591(clock, { stacker: 20, ...options });
  const said: string[] = [];
  unit.onSend((bytes) => said.push(toHex(bytes)));
  return {
    clock,
    unit,
    /** Sends, waits until every motion is over, answers what the unit said. */
    ask: async (hex: string, ms = 3_000): Promise<string[]> => {
      unit.receive(fromHex(hex));
      await clock.advance(ms);
      return said.splice(0);
    },
  };
}

/** A command by its worked frame's name. */
function worked(what: string): string {
  const found = workedFrames.find((frame) => frame.what === what);
  if (found === undefined) throw new Error(`the document has no frame ${what}`);
  return found.hex;
}

const compact = (hex: string): string => hex.replaceAll(' ', '');

describe('the unit on the wire', () => {
  test('half a frame is forgotten in the silence after it: the next command is answered', async () => {
    const { ask } = wire();
    expect(await ask('F2 00', 300)).toEqual([]);
    expect((await ask(INIT))[0]).toBe('06');
  });

  test('before INIT every command is refused with B0; INIT greets; then STATUS answers as printed', async () => {
    const { ask, unit } = wire();
    expect(await ask(STATUS)).toEqual(['06', compact('F2 00 00 05 4E 31 30 42 30 03 C9')]);
    expect(await ask(INIT)).toEqual(['06', compact(worked('← CRT-591-M001'))]);
    unit.knobs.binFull = true;
    expect(await ask(STATUS)).toEqual(['06', compact(worked('← none inside, enough, bin full'))]);
  });

  test('MOVE to RF feeds from the stacker when empty, and says A0 when there is nothing', async () => {
    const full = wire();
    await full.ask(INIT);
    expect(await full.ask(worked('MOVE to RF'))).toEqual(['06', compact(worked('← moved to RF'))]);
    expect(full.unit.station).toBe('contactless');
    const empty = wire({ stacker: 0 });
    await empty.ask(INIT);
    expect(await empty.ask(worked('MOVE to RF'))).toEqual(['06', compact(worked('← stacker empty'))]);
  });

  test('jam and full bin answer as printed', async () => {
    const { ask, unit } = wire({ stacker: [new CountingCard(), ...Array.from({ length: 20 }, chiplessCard)] });
    await ask(INIT);
    unit.knobs.jam = true;
    expect(await ask(worked('MOVE to RF'))).toEqual(['06', compact(worked('← jam'))]);
    unit.knobs.jam = false;
    await ask(worked('MOVE to RF'));
    unit.knobs.binFull = true;
    expect(await ask(worked('capture to the bin'))).toEqual(['06', compact(worked('← bin full'))]);
  });

  test('RF activation and contact reset answer as printed, and an APDU before a reset is refused', async () => {
    const card = new CountingCard();
    card.interfaces = ['contactless', 'contact'];
    const { ask } = wire({ stacker: [card, ...Array.from({ length: 20 }, chiplessCard)] });
    await ask(INIT);
    await ask(worked('MOVE to RF'));
    expect(await ask(worked('RF activate, type A only'))).toEqual(['06', compact(worked('← type A CPU card with ATS'))]);
    card.sak = 0x08;
    expect(await ask(worked('RF activate, type A only'))).toEqual(['06', compact(worked('← MIFARE 1K'))]);
    // MOVE to the contacts: F2 00 00 03 43 32 31 03, BCC by hand
    await ask('F2 00 00 03 43 32 31 03 B2');
    expect(card.powered).toBeUndefined();
    expect(await ask('F2 00 00 07 43 51 39 00 84 00 00 03 59')).toEqual(['06', compact(worked('← APDU before reset'))]);
    expect(await ask(worked('CPU cold reset, 5 V EMV'))).toEqual(['06', compact(worked('← T=0, ATR'))]);
  });

  test('sensors show where the card is', async () => {
    const { ask } = wire();
    await ask(INIT);
    await ask(worked('MOVE to RF'));
    expect(await ask(worked('STATUS + sensors'))).toEqual(['06', compact(worked('← card at RF, S2 covered'))]);
  });

  test('presented, thrown out, captured: the card is where the command says', async () => {
    const { ask, unit } = wire({ stacker: 21 });
    await ask(INIT);
    await ask(worked('MOVE to RF'));
    expect(await ask(worked('MOVE to gate-hold'))).toEqual(['06', compact(worked('← card at the gate'))]);
    await ask(worked('MOVE out of the gate'));
    expect(unit.card).toBeUndefined();
    expect(unit.takeCard()).toBeDefined();
    expect(unit.takeCard()).toBeUndefined();
    await ask(worked('MOVE to RF'));
    await ask(worked('capture to the bin'));
    expect(unit.bin).toHaveLength(1);
    expect(await ask(worked('bin counter'))).toEqual(['06', compact('F2 00 00 09 50 A5 30 30 32 30 30 30 31 03 3E')]);
    expect(unit.emptyBin()).toHaveLength(1);
    expect(unit.bin).toEqual([]);
  });

  test('a broken command is answered NAK, one for another address not at all', async () => {
    const { ask } = wire();
    await ask(INIT);
    expect(await ask('F2 00 00 03 43 31 30 03 B1')).toEqual(['15']);
    expect(await ask('F2 01 00 03 43 31 30 03 B1')).toEqual([]);
  });

  test('NAK from the host: the answer is repeated, twice at most, and not after the host has acknowledged it', async () => {
    const { ask } = wire();
    const [, greeting] = await ask(INIT);
    expect(await ask('15')).toEqual([greeting]);
    expect(await ask('15')).toEqual([greeting]);
    expect(await ask('15')).toEqual([]);
    await ask(STATUS);
    await ask('06');
    expect(await ask('15')).toEqual([]);
  });

  test('EOT stops a motion where it is, and is answered', async () => {
    const { ask, unit } = wire();
    await ask(INIT);
    await ask(worked('MOVE to RF'), 100);
    expect(await ask('04')).toEqual(['04']);
    expect(unit.card).toBeUndefined();
    expect(unit.stacker).toHaveLength(20);
  });

  test('a second command on top of a running one is not heard', async () => {
    const { ask } = wire();
    await ask(INIT);
    expect(await ask(worked('MOVE to RF'), 100)).toEqual(['06']);
    expect(await ask(STATUS, 100)).toEqual([]);
  });

  test('unknown commands and parameters are refused by code', async () => {
    const { ask } = wire();
    await ask(INIT);
    expect((await ask('F2 00 00 03 43 77 30 03 F6'))[1]).toMatch(/^F20000054E77303030/);
    expect((await ask('F2 00 00 03 43 32 77 03 F4'))[1]).toMatch(/^F20000054E32773031/);
  });

  test('power cut: initialization and entry are lost, the chip is off, the card stays where it is', async () => {
    const card = new CountingCard();
    const { ask, unit, clock } = wire();
    await ask(INIT);
    await ask(worked('ENTRY allow'));
    expect(unit.insertCard(card)).toBe(true);
    expect(unit.insertCard(new CountingCard())).toBe(false);
    await clock.advance(2_000);
    await ask(worked('RF activate, type A only'));
    expect(card.powered).toBe('contactless');
    unit.powerCycle();
    expect(card.powered).toBeUndefined();
    expect(unit.card).toEqual({ card, at: 'inside' });
    expect((await ask(STATUS))[1]).toMatch(/^F20000054E31304230/);
  });

  test('INIT turns entry off', async () => {
    const { ask, unit } = wire();
    await ask(INIT);
    await ask(worked('ENTRY allow'));
    expect(unit.acceptsCard).toBe(true);
    await ask(INIT);
    expect(unit.acceptsCard).toBe(false);
  });

  test('a dead unit hears and says nothing', async () => {
    const { ask, unit } = wire();
    unit.knobs.dead = true;
    expect(await ask(INIT)).toEqual([]);
  });

  test('ten times faster takes a tenth of the time', async () => {
    const { ask } = wire({ speed: 10 });
    expect(await ask(INIT, 60)).toHaveLength(2);
    expect(await ask(worked('MOVE to RF'), 149)).toHaveLength(1);
  });

  test('the R02 variant: 34 is the reading position, 31 stops at the gate, 39 drops the card into the bin, ENTRY 32 lets cards in', async () => {
    const { ask, unit } = wire({ variant: 'r02', stacker: 3 });
    await ask(INIT);
    // F2 00 00 03 43 CM PM 03, BCC by hand
    await ask('F2 00 00 03 43 32 34 03 B7');
    expect(unit.station).toBe('contactless');
    await ask('F2 00 00 03 43 32 31 03 B2');
    expect(unit.station).toBe('gate');
    await ask('F2 00 00 03 43 32 39 03 BA');
    expect(unit.bin).toHaveLength(1);
    await ask('F2 00 00 03 43 33 32 03 B0');
    expect(unit.acceptsCard).toBe(true);
    await ask('F2 00 00 03 43 33 30 03 B2');
    expect(unit.acceptsCard).toBe(false);
  });

  test('the MRxx variant answers the question for its version by DC 31, and A4 not at all', async () => {
    const { ask } = wire({ variant: 'mr' });
    await ask(INIT);
    expect((await ask('F2 00 00 03 43 DC 31 03 5C'))[1]).toMatch(/^F200001450DC31/);
    expect((await ask('F2 00 00 03 43 A4 30 03 25'))[1]).toMatch(/^F20000054EA4303030/);
  });

  test('two chips in the field: the activation can’t be read', async () => {
    const { ask, unit } = wire({ stacker: [new CountingCard()] });
    await ask(INIT);
    await ask(worked('MOVE to RF'));
    unit.knobs.secondChip = true;
    expect((await ask(worked('RF activate, type A only')))[1]).toMatch(/^F20000054E60303637/);
  });
});
