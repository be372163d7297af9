/** The path of blanks over the real driver of a dispensing reader, on a simulated unit with chips in its stacker: what each movement says and leaves behind. */
import { describe, expect, test } from 'vitest';
import type { SimulatedCard } from '../../../drivers/card-reader/simulated-card.ts';
import { chiplessCard } from '../../../drivers/card-reader/simulated-card.ts';
import type { Chip } from '../../../drivers/card/pboc/chip.ts';
import { BlankDesk } from '../../../main/terminal/ports/blank-port.ts';
import type { BlankEvent } from '../../../state-machines/replacement/ports.ts';
import { readerBench, type ReaderBench } from '../../drivers/card-reader/crt591/reader-bench.ts';
import { cjtProfile } from '../../drivers/card/pboc/cards.ts';
import { blankChip } from '../../fleet/issuer/cards.ts';

/** Of card-application.md 6.2, as is the blank's number. */
const APPLICATION = 'A00000000386980701';
const TERMINAL = '000001000050';
const BLANK = 'b1';

class Stand {
  readonly bench: ReaderBench;
  readonly desk: BlankDesk;
  readonly events: BlankEvent['type'][] = [];
  readonly stuck: boolean[] = [];

  constructor(bench: ReaderBench, configured = true) {
    this.bench = bench;
    this.desk = new BlankDesk({
      reader: bench.reader,
      blanks: configured ? { application: APPLICATION, profile: cjtProfile() } : undefined,
      terminalNumber: TERMINAL,
      onStuck: (stuck) => this.stuck.push(stuck),
    });
    this.desk.onEvent(({ type }) => this.events.push(type));
  }

  static async with(stacker: readonly SimulatedCard[], configured?: boolean): Promise<Stand> {
    const bench = readerBench({ unit: { stacker } });
    const stand = new Stand(bench, configured);
    await bench.settled(bench.reader.connect());
    return stand;
  }

  does<T>(act: (desk: BlankDesk) => Promise<T>): Promise<T> {
    return this.bench.settled(act(this.desk));
  }

  /** A blank that is at the station. */
  async dispensed(): Promise<void> {
    expect(await this.does((desk) => desk.dispense(BLANK))).toBe('inside');
  }

  async offered(): Promise<void> {
    await this.dispensed();
    await this.does((desk) => desk.present());
    expect(this.bench.unit.card?.at).toBe('gate');
  }

  pass(ms: number): Promise<void> {
    return this.bench.clock.advance(ms);
  }
}

function plastic(chip: Chip = blankChip()): SimulatedCard {
  return {
    interfaces: [chip.interface],
    uid: chip.uid,
    sak: chip.sak,
    atqa: Uint8Array.of(0x00, 0x44),
    powerOn: () => chip.powerOn(),
    powerOff: () => chip.powerOff(),
    transmit: (apdu) => chip.transmit(apdu),
  };
}

describe('at the station', () => {
  test('a blank says its number and gives challenges; a command that its issuer did not sign is answered, not executed', async () => {
    const stand = await Stand.with([plastic()]);
    await stand.dispensed();
    expect([stand.desk.isClaimed, stand.desk.holds(BLANK), stand.bench.unit.stacker]).toEqual([true, true, []]);
    expect(await stand.does((desk) => desk.read())).toMatchObject({
      kind: 'blank',
      card: { aid: APPLICATION, issuer: '0731410000000000', serial: '00004100000012345678', tail: '5678' },
    });
    const challenges = [await stand.does((desk) => desk.challenge()), await stand.does((desk) => desk.challenge())];
    expect(challenges).toEqual([expect.stringMatching(/^[0-9A-F]{8}$/), expect.stringMatching(/^[0-9A-F]{8}$/)]);
    expect(new Set(challenges).size).toBe(2);
    // UPDATE BINARY of the flag, under a key that a blank does not have (card-application.md 4.2)
    expect(await stand.does((desk) => desk.command('04D69508050100000000'))).toMatch(/^6[0-9A-F]{3}$/);
    // and as long as its issuer has not written keys, INITIALIZE FOR LOAD is refused
    expect(await stand.does((desk) => desk.readBack({ aid: APPLICATION, issuer: '', serial: '', tail: '' }))).toBeUndefined();
  });

  test.each([
    ['without a chip', chiplessCard()],
    ['without the application', withoutApplication()],
  ])('a blank %s is none', async (_, card) => {
    const stand = await Stand.with([card]);
    await stand.dispensed();
    expect(await stand.does((desk) => desk.read())).toMatchObject({ kind: 'unreadable' });
    expect(await stand.does((desk) => desk.challenge())).toBeUndefined();
  });

  test('a chip that fell silent is powered anew for its challenge', async () => {
    const chip = blankChip();
    const stand = await Stand.with([plastic(chip)]);
    await stand.dispensed();
    await stand.does((desk) => desk.read());
    chip.arm({ kind: 'mute', command: 'getChallenge', when: 'before' });
    expect(await stand.does((desk) => desk.challenge())).toMatch(/^[0-9A-F]{8}$/);
  });

  test('where no blanks are configured any more, it says so', async () => {
    const stand = await Stand.with([plastic()], false);
    await stand.dispensed();
    expect(await stand.does((desk) => desk.read())).toEqual({ kind: 'unreadable', why: 'no blanks are configured' });
    expect(await stand.does((desk) => desk.capture())).toBe('captured');
  });
});

/** SELECT is answered 6A82. */
function withoutApplication(): SimulatedCard {
  const card = plastic();
  return { ...card, transmit: (apdu) => (apdu[1] === 0xa4 ? Uint8Array.of(0x6a, 0x82) : card.transmit(apdu)) };
}

describe('where a blank goes', () => {
  test('none is left: nothing moved, and the path is free', async () => {
    const stand = await Stand.with([]);
    expect(await stand.does((desk) => desk.dispense(BLANK))).toBe('empty');
    expect([stand.desk.fateOf(BLANK), stand.desk.isClaimed]).toEqual(['stacker', false]);
  });

  test('one that jams on its way is neither inside nor gone', async () => {
    const stand = await Stand.with([plastic()]);
    stand.bench.unit.knobs.jam = true;
    await expect(stand.does((desk) => desk.dispense(BLANK))).rejects.toMatchObject({ name: 'PortError' });
    expect([stand.desk.fateOf(BLANK), stand.desk.holds(BLANK)]).toEqual([undefined, true]);
  });

  test('to the gate and into a hand: told once, and the path is free', async () => {
    const stand = await Stand.with([plastic()]);
    await stand.offered();
    stand.bench.unit.takeCard();
    await stand.pass(2000);
    expect([stand.events, stand.desk.fateOf(BLANK), stand.desk.isClaimed]).toEqual([['NEWCARD.TAKEN'], 'taken', false]);
  });

  test('pulled out by force before it was offered: nobody’s, as good as in the bin', async () => {
    const stand = await Stand.with([plastic()]);
    await stand.dispensed();
    stand.bench.unit.pullCard();
    await stand.pass(2000);
    expect([stand.events, stand.desk.fateOf(BLANK)]).toEqual([['NEWCARD.KEPT'], 'bin']);
  });

  test.each([
    ['from the station', (stand: Stand) => stand.dispensed()],
    ['from the gate', (stand: Stand) => stand.offered()],
  ])('to the bin, %s', async (_, comes) => {
    const stand = await Stand.with([plastic()]);
    await comes(stand);
    expect(await stand.does((desk) => desk.capture())).toBe('captured');
    expect(stand.bench.unit.bin).toHaveLength(1);
    expect([stand.desk.fateOf(BLANK), stand.desk.isClaimed]).toEqual(['bin', false]);
  });

  test('a hand that was faster than the motor has it: taken, not captured', async () => {
    const stand = await Stand.with([plastic()]);
    await stand.offered();
    const capturing = stand.desk.capture();
    stand.bench.unit.takeCard();
    expect(await stand.bench.settled(capturing)).toBe('nothing');
    expect(stand.desk.fateOf(BLANK)).toBe('taken');
  });

  test('one that does not move holds the path; when the jam is cleared it goes to the bin by itself', async () => {
    const stand = await Stand.with([plastic()]);
    await stand.dispensed();
    stand.bench.unit.knobs.jam = true;
    expect(await stand.does((desk) => desk.capture())).toBe('stuck');
    expect([stand.stuck, stand.desk.isClaimed]).toEqual([[true], true]);
    stand.bench.unit.knobs.jam = false;
    // as the supervision of devices does with one in trouble
    await stand.bench.settled(stand.bench.reader.close());
    await stand.bench.settled(stand.bench.reader.connect());
    await stand.pass(10_000);
    expect(stand.bench.unit.bin).toHaveLength(1);
    expect([stand.stuck.at(-1), stand.desk.fateOf(BLANK), stand.desk.isClaimed]).toEqual([false, 'bin', false]);
  });
});

describe('what an earlier process left', () => {
  test('a card in the path is that blank’s, and no other card is spoken of until it is gone', async () => {
    const stand = await Stand.with([plastic()]);
    await stand.bench.settled(stand.bench.reader.dispense());
    expect(await stand.does((desk) => desk.find(BLANK))).toBe('inPath');
    expect(stand.desk.holds(BLANK)).toBe(true);
    expect(await stand.does((desk) => desk.capture())).toBe('captured');
  });

  test('an empty path is free', async () => {
    const stand = await Stand.with([plastic()]);
    expect(await stand.does((desk) => desk.find(BLANK))).toBe('nothing');
    expect(stand.desk.isClaimed).toBe(false);
  });

  test('while the reader is away nobody knows, and the path stays the blank’s', async () => {
    const stand = new Stand(readerBench({ unit: { stacker: [plastic()] } }));
    expect(await stand.does((desk) => desk.find(BLANK))).toBe('unknown');
    expect(stand.desk.holds(BLANK)).toBe(true);
  });
});
