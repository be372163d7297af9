import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { EscposSimulator, type EscposSimulatorOptions } from '../../../../drivers/receipt-printer/escpos/simulator.ts';
import { readSlip } from '../../../../drivers/receipt-printer/paper.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';

let clock: SimulatedClock;
let said: string[];

beforeEach(() => {
  clock = new SimulatedClock();
  said = [];
});

function makeUnit(options: EscposSimulatorOptions = {}): EscposSimulator {
  const unit = new EscposSimulator(clock, options);
  unit.onSend((bytes) => said.push(toHex(bytes)));
  return unit;
}

function tell(unit: EscposSimulator, hex: string): void {
  unit.receive(fromHex(hex));
}

const LINE = '414243 0A';
const FEED_AND_CUT = '1D564200';

describe('a simulated ESC/POS printer', () => {
  it('answers real-time questions at once, also while it prints and without paper', () => {
    const unit = makeUnit();
    tell(unit, LINE.repeat(50) + '10040110040210040310 0404');
    expect(said).toEqual(['16', '12', '12', '12']);
    unit.removePaper();
    tell(unit, '100401100402100404');
    expect(said.slice(4)).toEqual(['1E', '32', '7E']);
  });

  it('sends automatic status when asked and at every change, with the documented bytes', () => {
    const unit = makeUnit();
    tell(unit, '1D61FF');
    unit.openCover();
    unit.closeCover();
    unit.loadPaper(1_000);
    unit.removePaper();
    expect(said).toEqual(['1400000F', '3C00000F', '1400000F', '1400030F', '1C000F0F']);
    tell(unit, '1B40');
    unit.loadPaper(60_000);
    tell(unit, '1B40'); // puts reports back to their power-on setting: off
    said = [];
    unit.openCover();
    expect(said).toEqual([]);
  });

  it('prints at the speed of its paper', async () => {
    const unit = makeUnit({ mmPerSecond: 100 });
    tell(unit, '1B3320' + LINE.repeat(25)); // 25 lines of 4 mm
    await clock.advance(500);
    expect(readSlip(unit.hanging)).toHaveLength(12);
    await clock.advance(500);
    expect(readSlip(unit.hanging)).toHaveLength(25);
  });

  it('answers GS r and process IDs only when everything before them is done', async () => {
    const unit = makeUnit({ kind: 'epson' });
    tell(unit, LINE.repeat(10) + FEED_AND_CUT + '1D28480600303030303031 1D7201');
    await clock.advance(300);
    expect(said).toEqual([]);
    await clock.advance(2_000);
    expect(said).toEqual(['37223030303100', '00']);
    expect(unit.slips).toHaveLength(1);
  });

  it('merges process IDs that were not answered yet into the newest', async () => {
    const unit = makeUnit({ kind: 'epson' });
    unit.faults.processIdDelayMs = 1_000;
    tell(unit, '1D28480600303030303031 1D28480600303030303032');
    await clock.advance(1_000);
    expect(said).toEqual(['37223030303200']);
  });

  it('stops in the middle when paper ends, and goes on after the refill', async () => {
    const unit = makeUnit({ paperMm: 20 });
    tell(unit, '1B3320' + LINE.repeat(10) + '1D7201');
    await clock.advance(5_000);
    expect(readSlip(unit.hanging)).toHaveLength(5);
    expect(unit.status.paperEnd).toBe(true);
    unit.loadPaper(10_000);
    expect(unit.slips.map((slip) => [slip.end, readSlip(slip).length])).toEqual([['paperEnd', 5]]);
    await clock.advance(5_000);
    expect(readSlip(unit.hanging)).toHaveLength(5);
    expect(said).toEqual(['00']);
  });

  it('clears what it holds on DLE ENQ 2, a torn command included', async () => {
    const unit = makeUnit();
    tell(unit, LINE.repeat(10) + '1D7630004800FF00 00'.repeat(100));
    tell(unit, '100502');
    tell(unit, LINE);
    await clock.advance(5_000);
    expect(readSlip(unit.hanging)).toEqual(['ABC']);
  });

  it('leaves what was not fed past the blade to the next slip', async () => {
    const unit = makeUnit();
    tell(unit, '1B3320' + LINE.repeat(4) + '1D5600' + FEED_AND_CUT);
    await clock.advance(5_000);
    // 80 dots from head to blade: the strip's first 80 dots are blank, so four lines of 32 put the cut behind the second.
    expect(unit.slips.map((slip) => [slip.end, readSlip(slip).length])).toEqual([
      ['fullCut', 2],
      ['partialCut', 2],
    ]);
  });

  it('stays in error when the blade is stuck until it is told to recover', async () => {
    const unit = makeUnit();
    unit.jamWith('cutter');
    tell(unit, LINE + FEED_AND_CUT + LINE);
    await clock.advance(2_000);
    tell(unit, '100402100403');
    expect(said).toEqual(['52', '1A']);
    unit.clearJam();
    expect(unit.status.cutterError).toBe(true);
    tell(unit, '100501'); // retry
    await clock.advance(2_000);
    expect(unit.slips).toHaveLength(1);
    expect(readSlip(unit.hanging)).toEqual(['ABC']);
  });

  it('loses everything but paper with its power, and is silent while it starts', async () => {
    const unit = makeUnit();
    tell(unit, '1D61FF' + LINE.repeat(20));
    await clock.advance(100);
    const lines = readSlip(unit.hanging).length;
    said = [];
    unit.powerCycle();
    tell(unit, '100401' + LINE);
    await clock.advance(2_900);
    expect(said).toEqual([]);
    await clock.advance(5_000);
    tell(unit, '100401');
    expect(said).toEqual(['16']);
    expect(readSlip(unit.hanging)).toHaveLength(lines);
  });

  it('counts commands it does not know, and prints their rest as text as clones do', async () => {
    const unit = makeUnit();
    tell(unit, '1B5A 4142 0A 1C284102003000 1D2848060030303030303031');
    await clock.advance(1_000);
    expect(unit.unknownCommands).toEqual(['1B5A', '1C284102003000', '1D28480600303030303030']);
    expect(readSlip(unit.hanging)).toEqual(['AB']);
  });

  it('a lost byte shifts the Hanzi after it, as on a real printer', async () => {
    const unit = makeUnit();
    unit.faults.loseReceivedByte = 0;
    tell(unit, 'D0A3D4B0D2BB 310A');
    await clock.advance(1_000);
    expect(readSlip(unit.hanging)[0]).not.toContain('校');
    expect(readSlip(unit.hanging)[0]).toMatch(/1$|\ufffd$/);
  });

  it('breaks a line that is too long where the next character does not fit', async () => {
    const unit = makeUnit({ columns: 32 });
    tell(unit, '41'.repeat(31) + 'D0A3 0A');
    await clock.advance(1_000);
    expect(readSlip(unit.hanging)).toEqual(['A'.repeat(31), '校']);
  });

  it('says XOFF when its buffer is nearly full and XON when there is room', async () => {
    const unit = makeUnit({ flowControl: 'xonXoff' });
    tell(unit, LINE.repeat(1_000));
    expect(said).toEqual(['13']);
    await clock.advance(60_000);
    expect(said).toEqual(['13', '11']);
  });

  it('slips that were taken are gone', async () => {
    const unit = makeUnit();
    tell(unit, LINE + FEED_AND_CUT);
    await clock.advance(2_000);
    expect(unit.takeSlips()).toHaveLength(1);
    expect(unit.slips).toEqual([]);
  });

  it('no bytes make it throw', async () => {
    const prefix = fc.constantFrom(0x10, 0x1b, 0x1c, 0x1d, 0x28, 0x76, 0x30, 0x4b, 0x6b, 0x51);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(prefix, fc.nat(255)), { maxLength: 300 }), fc.constantFrom('generic', 'epson'), async (bytes, kind) => {
        const unit = makeUnit({ kind });
        unit.receive(Uint8Array.from(bytes));
        await clock.advance(1_000);
        expect(unit.unknownCommands.length).toBeLessThanOrEqual(100);
      }),
    );
  });
});
