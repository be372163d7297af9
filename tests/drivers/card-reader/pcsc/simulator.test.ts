import { array, assert, asyncProperty, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { trayDelays } from '../../../../drivers/card-reader/pcsc/device.ts';
import { SimulatedTray } from '../../../../drivers/card-reader/pcsc/simulator.ts';
import { encodeMessage, VpcdDecoder } from '../../../../drivers/card-reader/pcsc/vpcd-wire.ts';
import { chiplessCard } from '../../../../drivers/card-reader/simulated-card.ts';
import { SimulatedMifare } from '../../../../drivers/card/mifare/simulated-card.ts';
import { openPurse } from '../../../../drivers/card/pboc/purse.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { cjtProfile, profile, TODAY, v1Chip, v2Chip } from '../../card/pboc/cards.ts';
import { activated, lineBench, plastic } from './line-bench.ts';
import { ATRS } from './worked-commands.ts';

/** Asks the tray as pcscd does; answers what it said, hexadecimal. */
function asked(tray: SimulatedTray, ...messages: string[]): string[] {
  const decoder = new VpcdDecoder();
  const said: string[] = [];
  const end = tray.onSend((bytes) => said.push(...decoder.push(bytes).map(toHex)));
  for (const message of messages) tray.receive(encodeMessage(fromHex(message)));
  end();
  return said;
}

describe('the simulated tray speaks as the reference says', () => {
  test('no card, a card, its UID, no card: get ATR is answered, the power commands are not', () => {
    const tray = new SimulatedTray(new SimulatedClock());
    expect(asked(tray, '04')).toEqual(['']);
    expect(tray.insertCard(new SimulatedMifare())).toBe(true);
    expect(tray.insertCard(new SimulatedMifare())).toBe(false);
    expect(asked(tray, '04', '00', '01', '02')).toEqual([toHex(fromHex(ATRS.classic1k))]);
    expect(asked(tray, 'FF CA 00 00 00', 'FF CA 01 00 00', 'FF 00 48 00 00')).toEqual(['04A1B2C39000', '6A81', '41435231323255323134']);
    expect(tray.takeCard()).toBeInstanceOf(SimulatedMifare);
    expect(asked(tray, '04')).toEqual(['']);
  });

  test.each([
    ['classic4k', new SimulatedMifare({ layout: 'classic4k' })],
    // An ATS without historical bytes: T0 counts none (3B 80 80 01 01).
    ['a purse', plastic(v2Chip())],
  ])('the ATR of %s', (_what, card) => {
    const tray = new SimulatedTray(new SimulatedClock());
    tray.insertCard(card);
    expect(asked(tray, '04')).toEqual([card instanceof SimulatedMifare ? toHex(fromHex(ATRS.classic4k)) : '3B80800101']);
  });

  test('before its sector is open a block is not read; a wrong key halts the chip', () => {
    const tray = new SimulatedTray(new SimulatedClock());
    tray.insertCard(new SimulatedMifare());
    expect(asked(tray, '01', 'FF B0 00 04 10')).toEqual(['6300']);
    expect(asked(tray, '01', 'FF 82 00 00 06 00 00 00 00 00 00', 'FF 86 00 00 05 01 00 04 60 00')).toEqual(['9000', '6300']);
    expect(asked(tray, 'FF 82 00 00 06 FF FF FF FF FF FF', 'FF 86 00 00 05 01 00 04 60 00')).toEqual(['9000', '6300']);
    expect(asked(tray, '01', 'FF 86 00 00 05 01 00 04 60 00')).toEqual(['9000']);
  });

  test('a card without a chip on this side is not seen', () => {
    const contact = new SimulatedTray(new SimulatedClock(), { interface: 'contact' });
    contact.insertCard(new SimulatedMifare());
    const tray = new SimulatedTray(new SimulatedClock());
    tray.insertCard(chiplessCard());
    expect([asked(contact, '04'), asked(tray, '04')]).toEqual([[''], ['']]);
  });

  test('whatever comes over the wire, in whatever pieces, it neither throws nor says more than it was asked', () => {
    assert(
      property(array(uint8Array({ maxLength: 40 }), { maxLength: 20 }), (chunks) => {
        const tray = new SimulatedTray(new SimulatedClock());
        tray.insertCard(new SimulatedMifare());
        let said = 0;
        tray.onSend(() => (said += 1));
        for (const chunk of chunks) tray.receive(chunk);
        expect(said).toBeLessThanOrEqual(chunks.reduce((sum, chunk) => sum + chunk.length, 0) / 3);
      }),
    );
  });
});

describe('the tray reader on a simulated tray', () => {
  test('laid down, read, presented, taken', async () => {
    const { reader, tray, channel, clock, settled, media } = await activated(plastic(v2Chip()));
    const opened = await settled(openPurse(channel, [profile()], { businessDate: TODAY }));
    expect(opened).toMatchObject({ ok: true, card: { balance: 0x0ed8 } });
    await settled(reader.present());
    tray.takeCard();
    await clock.advance(trayDelays.poll);
    expect(media()).toEqual(['mediaInserted', 'mediaRemoved']);
  });

  test('a contact chip by T=0: 61xx and 6Cxx are the caller’s', async () => {
    const { channel, settled } = await activated(plastic(v1Chip({ interface: 'contact' })), { interface: 'contact' });
    expect(channel.interface).toBe('contact');
    const opened = await settled(openPurse(channel, [cjtProfile()], { businessDate: TODAY }));
    expect(opened).toMatchObject({ ok: true });
  });

  test('powering anew forgets what was selected', async () => {
    const { reader, channel, settled } = await activated(plastic(v2Chip()));
    const selectPurse = fromHex('00 A4 04 00 08 A0 00 00 06 32 01 01 05 00');
    const getBalance = fromHex('80 5C 00 02 04');
    await settled(channel.transmit(selectPurse));
    expect(toHex(await settled(channel.transmit(getBalance)))).toBe('00000ED89000');
    const again = await settled(reader.activate());
    expect(toHex(await settled(again.transmit(getBalance)))).toBe('6985');
  });

  test('torn out in the midst of a command: mediaMoved', async () => {
    const chip = v2Chip();
    const bench = lineBench();
    const card = plastic(chip, () => bench.clock.setTimeout(() => void bench.tray.pullCard(), 0));
    await bench.settled(bench.reader.connect());
    bench.tray.insertCard(card);
    await bench.clock.advance(400);
    const channel = await bench.settled(bench.reader.activate());
    chip.arm({ kind: 'tear', command: 'select', when: 'after' });
    await expect(bench.settled(channel.transmit(fromHex('00 A4 04 00 00')))).rejects.toMatchObject({ code: 'mediaMoved' });
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRemoved']);
  });

  test('a chip that says nothing: outcomeUnknown after the limit, and the reader can be used again', async () => {
    const chip = v2Chip();
    const { reader, channel, settled } = await activated(plastic(chip));
    chip.arm({ kind: 'mute', command: 'select', when: 'before' });
    await expect(settled(channel.transmit(fromHex('00 A4 04 00 00')))).rejects.toMatchObject({ code: 'outcomeUnknown' });
    await expect(settled(reader.activate())).resolves.toMatchObject({ iso7816: true });
  });

  test('the line is lost, or the tray says nothing at all: offline, once; connect brings it back', async () => {
    const { reader, line, tray, clock, settled } = await activated(plastic(v2Chip()));
    line.unplug();
    await clock.advance(1_000);
    expect(reader.lastStatus.device).toBe('offline');
    line.plug();
    await settled(reader.connect());
    tray.knobs.dead = true;
    await clock.advance(20_000);
    expect([reader.lastStatus.device, clock.pendingTimers]).toEqual(['offline', 0]);
    tray.knobs.dead = false;
    await settled(reader.connect());
    expect(reader.lastStatus).toMatchObject({ device: 'online', media: 'inside' });
  });

  test('nothing plugged in: connect says so', async () => {
    const { reader, line, settled } = lineBench();
    line.unplug();
    await expect(settled(reader.connect())).rejects.toMatchObject({ code: 'offline', message: expect.stringMatching(/nothing is plugged in/) as unknown });
  });

  test('a late or lost answer is never taken for the next command’s', async () => {
    const { reader, tray, channel, settled } = await activated(plastic(v2Chip()));
    tray.knobs.loseAnswers = 1;
    await expect(settled(channel.transmit(fromHex('80 5C 00 02 04')))).rejects.toMatchObject({ code: 'outcomeUnknown' });
    const again = await settled(reader.activate());
    expect(toHex(await settled(again.transmit(fromHex('80 5C 00 02 04'))))).toBe('6985');
  });

  test('slow answers are waited for', async () => {
    const { tray, channel, settled } = await activated(plastic(v2Chip()));
    tray.knobs.slowBy = 2_000;
    expect(toHex(await settled(channel.transmit(fromHex('80 5C 00 02 04'))))).toBe('6985');
  });

  test('it beeps for a card that was found, when its user wants it', async () => {
    const { tray } = await activated(plastic(v2Chip()), { options: { signal: 'acr122u' } });
    expect(tray.beeps).toBe(1);
  });

  test('noise on the line leaves the reader answering, with an error at worst', async () => {
    await assert(
      asyncProperty(uint8Array({ minLength: 1, maxLength: 12 }), async (noise) => {
        const { line, reader, clock, settled } = await activated(plastic(v2Chip()));
        line.fromUnit(noise);
        await clock.advance(20_000);
        await settled(reader.close());
        await settled(reader.connect());
        expect(reader.lastStatus).toMatchObject({ device: 'online', media: 'inside' });
      }),
      { numRuns: 20 },
    );
  });
});
