import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { cardReaderModels } from '../../../../drivers/card-reader/models.ts';
import { MISSED_LOOKS, trayDelays, TrayReader } from '../../../../drivers/card-reader/pcsc/device.ts';
import { trayOptionsSchema } from '../../../../drivers/card-reader/pcsc/options.ts';
import { PcscError } from '../../../../drivers/card-reader/pcsc/service.ts';
import type { FrameTrace } from '../../../../drivers/device.ts';
import { createTransport } from '../../../../drivers/transport/open.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { ACR122U, HANG, PlayedCard, PULLED, trayBench, withCard, type TrayBench } from './tray-bench.ts';
import { ATRS } from './worked-commands.ts';

const SELECT = fromHex('00 A4 04 00 02 3F 00');
const offline = (message: RegExp): unknown =>
  expect.objectContaining({ name: 'DeviceError', code: 'offline', message: expect.stringMatching(message) as unknown });

describe('connecting', () => {
  test('the only reader is found, and told by its name', async () => {
    const { reader, settled } = trayBench();
    expect(reader.lastStatus.device).toBe('unknown');
    await expect(settled(reader.connect())).resolves.toEqual({ model: ACR122U });
    expect(reader.lastStatus).toMatchObject({ device: 'online', media: 'notPresent', entry: 'disabled' });
    expect(reader.capabilities).toEqual({ motorised: false, canRetain: false, canDispense: false, interfaces: ['contactless'] });
  });

  test('while connected it only says who is there', async () => {
    const { reader, pcsc, settled } = trayBench();
    await settled(reader.connect());
    await expect(settled(reader.connect())).resolves.toEqual({ model: ACR122U });
    expect(pcsc.openSessions).toBe(1);
  });

  test('no service: one message with what to start, and no connecting behind the supervisor’s back', async () => {
    const { reader, pcsc, clock, settled, healths } = trayBench();
    pcsc.running = false;
    await expect(settled(reader.connect())).rejects.toEqual(
      offline(/^connect: PC\/SC: PC\/SC service not running; is pcscd running\? Start it with: systemctl/),
    );
    pcsc.running = true;
    await clock.advance(120_000);
    expect(reader.lastStatus.device).toBe('offline');
    expect(healths()).toEqual(['offline']);
    await settled(reader.connect());
    expect(reader.lastStatus.device).toBe('online');
  });

  test.each([
    ['no reader is plugged in', [], '', /sees no reader; check the USB cable/],
    ['the reader is another', [ACR122U], 'Omnikey', /no PC\/SC reader is called "Omnikey"; there is "ACS ACR122U/],
    ['two fit', [ACR122U, 'ACS ACR122U PICC Interface 01 00'], 'acr122', /fits several PC\/SC readers/],
  ])('%s: the message says what there is', async (_what, readers, wanted, message) => {
    const { reader, pcsc, settled } = trayBench({ reader: wanted });
    pcsc.readers.splice(0, 1, ...readers);
    await expect(settled(reader.connect())).rejects.toEqual(offline(message));
    expect(pcsc.openSessions).toBe(0);
  });

  test('the library is missing: the message says what to install', async () => {
    const load = (): Promise<never> => Promise.reject(new PcscError('notInstalled', 'the package smartcard (PC/SC) can’t be loaded: …; apt-get install …'));
    const reader = new TrayReader(trayOptionsSchema.parse({}), { clock: new SimulatedClock(), reader: '', load });
    await expect(reader.connect()).rejects.toEqual(offline(/^connect: the package smartcard .*apt-get install/));
  });

  test('a serial address is refused with the right one named', async () => {
    const transport = createTransport('serial:/dev/ttyUSB0', { simulation: 'refused' });
    const reader = cardReaderModels['pcsc-tray'].create({}, { transport, clock: new SimulatedClock() });
    await expect(reader.connect()).rejects.toEqual(offline(/address "serial:\/dev\/ttyUSB0": expected pcsc:READER/));
  });

  test('a service that hangs is given up after the limit', async () => {
    const { reader, pcsc, clock } = trayBench();
    pcsc.freeze();
    const connecting = expect(reader.connect()).rejects.toEqual(offline(/does not answer within 10000 ms; restart pcscd/));
    await clock.advance(trayDelays.connectLimit);
    await connecting;
    expect(pcsc.openSessions).toBe(0);
  });

  test('aborted or closed meanwhile: no session stays open', async () => {
    const { reader, pcsc, clock } = trayBench();
    pcsc.freeze();
    const abort = new AbortController();
    const connecting = expect(reader.connect(abort.signal)).rejects.toMatchObject({ code: 'aborted' });
    await clock.settle();
    abort.abort();
    await connecting;
    const again = expect(reader.connect()).rejects.toMatchObject({ code: 'aborted' });
    await clock.settle();
    await reader.close();
    await again;
    expect([pcsc.openSessions, clock.pendingTimers]).toEqual([0, 0]);
  });
});

describe('cards that come and go', () => {
  test('laid down: it is inside, whether cards were asked for or not', async () => {
    const { reader, pcsc, clock, settled, media } = trayBench();
    await settled(reader.connect());
    pcsc.lay(new PlayedCard());
    await clock.advance(trayDelays.poll);
    expect([media(), reader.lastStatus.media]).toEqual([['mediaInserted'], 'inside']);
  });

  test('one that lay there before is not told as coming, but is there', async () => {
    const { reader, pcsc, settled, media } = trayBench();
    pcsc.lay(new PlayedCard());
    await settled(reader.connect());
    expect([media(), reader.lastStatus.media]).toEqual([[], 'inside']);
  });

  test('taken: it is told once, with the tray empty already', async () => {
    const { reader, pcsc, clock, media } = await withCard(new PlayedCard());
    const mediaThen: string[] = [];
    reader.onEvent((event) => event.type === 'mediaRemoved' && mediaThen.push(reader.lastStatus.media));
    pcsc.take();
    await clock.advance(1_000);
    expect([media(), mediaThen]).toEqual([['mediaRemoved'], ['notPresent']]);
  });

  test('exchanged between two looks: the old one went and another came', async () => {
    const { reader, pcsc, clock, media, settled } = await withCard(new PlayedCard());
    const channel = await settled(reader.activate());
    pcsc.take();
    pcsc.lay(new PlayedCard(ATRS.classic1k));
    await clock.advance(trayDelays.poll);
    expect([media(), reader.lastStatus.media]).toEqual([['mediaRemoved', 'mediaInserted'], 'inside']);
    await expect(channel.transmit(SELECT)).rejects.toMatchObject({ code: 'mediaMoved' });
  });

  test('one that came and went between two looks is nobody’s business', async () => {
    const { reader, pcsc, clock, settled, media } = trayBench();
    await settled(reader.connect());
    pcsc.lay(new PlayedCard());
    pcsc.take();
    await clock.advance(1_000);
    expect(media()).toEqual([]);
  });

  test('status asks now', async () => {
    const { reader, pcsc, settled } = await withCard(new PlayedCard());
    pcsc.take();
    await expect(settled(reader.status())).resolves.toMatchObject({ media: 'notPresent' });
  });
});

describe('what motions mean on a tray', () => {
  test('presented: it is the cardholder’s at once, and its taking is told', async () => {
    const { reader, pcsc, clock, settled, media } = await withCard(new PlayedCard());
    const channel = await settled(reader.activate());
    await settled(reader.present());
    expect(reader.lastStatus.media).toBe('atGate');
    expect(pcsc.held).toBe(0);
    await expect(channel.transmit(SELECT)).rejects.toMatchObject({ code: 'mediaMoved' });
    await expect(settled(reader.activate())).rejects.toMatchObject({ code: 'invalidState' });
    pcsc.take();
    await clock.advance(trayDelays.poll);
    expect([media(), reader.lastStatus.media]).toEqual([['mediaRemoved'], 'notPresent']);
  });

  test('retracted: the terminal works with it again', async () => {
    const { reader, settled, media } = await withCard(new PlayedCard());
    await settled(reader.present());
    await settled(reader.retract());
    expect([media(), reader.lastStatus.media]).toEqual([[], 'inside']);
    await expect(settled(reader.activate())).resolves.toMatchObject({ iso7816: true });
  });

  test('the next card after a presented one is inside', async () => {
    const { reader, pcsc, clock, settled } = await withCard(new PlayedCard());
    await settled(reader.present());
    pcsc.take();
    await clock.advance(1_000);
    pcsc.lay(new PlayedCard());
    await clock.advance(1_000);
    expect(reader.lastStatus.media).toBe('inside');
  });

  test.each(['present', 'retract', 'activate'] as const)('%s without a card', async (call) => {
    const { reader, settled } = trayBench();
    await settled(reader.connect());
    await expect(settled<unknown>(reader[call]())).rejects.toMatchObject({ code: 'mediaNotPresent' });
  });

  test.each(['eject', 'retain', 'dispense', 'resetCount'] as const)('%s is not supported, and leaves the card where it is', async (call) => {
    const { reader, settled } = await withCard(new PlayedCard());
    await expect(settled(reader[call]())).rejects.toMatchObject({ code: 'notSupported' });
    expect(reader.lastStatus).toMatchObject({ media: 'inside', storage: [] });
  });

  test('entry is remembered and told, also over an outage', async () => {
    const { reader, pcsc, clock, settled } = await withCard(new PlayedCard());
    await settled(reader.setEntry(true));
    expect(reader.lastStatus.entry).toBe('enabled');
    pcsc.running = false;
    await clock.advance(1_000);
    expect(reader.lastStatus.entry).toBe('disabled');
    pcsc.running = true;
    await settled(reader.connect());
    expect(reader.lastStatus.entry).toBe('enabled');
  });
});

describe('a chip', () => {
  test('is powered anew at each activation, and gives its ATR and UID', async () => {
    const card = new PlayedCard();
    card.answer = (apdu) => (apdu === 'FFCA000000' ? '04A1B2C39000' : '6F009000');
    const { reader, pcsc, settled } = await withCard(card);
    const first = await settled(reader.activate());
    expect([toHex(first.uid ?? new Uint8Array(0)), toHex(first.answerToReset)]).toEqual(['04A1B2C3', '3B8180018080']);
    expect([first.iso7816, first.storage, first.interface]).toEqual([true, undefined, 'contactless']);
    await expect(settled(first.transmit(SELECT))).resolves.toEqual(fromHex('6F009000'));
    await settled(reader.activate());
    await expect(first.transmit(SELECT)).rejects.toMatchObject({ code: 'invalidState' });
    expect([card.poweredTimes, pcsc.held]).toEqual([2, 1]);
    await settled(reader.deactivate());
    expect(pcsc.held).toBe(0);
  });

  test('a reader that knows no UID is used without', async () => {
    const card = new PlayedCard();
    card.answer = () => '6A81';
    const { reader, settled } = await withCard(card);
    expect(await settled(reader.activate())).not.toHaveProperty('uid');
  });

  test('a contact chip hears nothing but the caller’s APDUs', async () => {
    const card = new PlayedCard('3B 69 00 00 24 94 01 03 01 00 01 00 A9');
    card.answer = () => '610A';
    const { reader, settled } = await withCard(card, { options: { interface: 'contact', signal: 'acr122u' } });
    const channel = await settled(reader.activate());
    // T=0: what waits is left to the caller.
    await expect(settled(channel.transmit(SELECT))).resolves.toEqual(fromHex('610A'));
    expect(card.heard).toEqual(['00A40400023F00']);
    expect([channel.interface, channel.iso7816]).toEqual(['contact', true]);
  });

  test('an ACR122U beeps and shows green when its user wants it', async () => {
    const card = new PlayedCard();
    const { reader, settled } = await withCard(card, { options: { signal: 'acr122u' } });
    await settled(reader.activate());
    expect(card.heard[0]).toBe('FF00400E0401000101');
  });

  test('a storage card has no APDUs, and its layout by the ATR', async () => {
    const { reader, settled } = await withCard(new PlayedCard(ATRS.classic4k));
    const channel = await settled(reader.activate());
    expect(channel).toMatchObject({ iso7816: false, sak: 0x18 });
    expect(channel.storage).toMatchObject({ layout: 'classic4k', canCopyValue: true });
  });

  test('an Ultralight has nothing that could be worked', async () => {
    const { reader, settled } = await withCard(new PlayedCard(ATRS.ultralight));
    const channel = await settled(reader.activate());
    expect([channel.iso7816, channel.storage]).toEqual([false, undefined]);
  });

  test.each([
    ['mute', 'mediaInvalid', /no chip could be powered/],
    ['other', 'mediaInvalid', /no chip could be powered/],
    ['inUse', 'invalidState', /another program holds the card/],
  ] as const)('powering that fails with %s is %s', async (problem, code, message) => {
    const card = new PlayedCard();
    card.dead = problem;
    const { reader, settled } = await withCard(card);
    await expect(settled(reader.activate())).rejects.toMatchObject({ code, message: expect.stringMatching(message) as unknown });
    expect(reader.lastStatus).toMatchObject({ device: 'online', media: 'inside' });
  });

  test('taken between the look and the powering: no card, and its going is told', async () => {
    const { reader, pcsc, settled, media } = await withCard(new PlayedCard());
    pcsc.slowEyes = 300;
    pcsc.take();
    await expect(settled(reader.activate())).rejects.toMatchObject({ code: 'mediaNotPresent' });
    expect(media()).toEqual(['mediaRemoved']);
  });

  test('silent when asked who it is: a card that can not be read', async () => {
    const card = new PlayedCard();
    card.answer = () => new PcscError('other', 'PC/SC: Transaction failed');
    const { reader, settled, pcsc } = await withCard(card);
    await expect(settled(reader.activate())).rejects.toMatchObject({ code: 'mediaInvalid' });
    expect(pcsc.held).toBe(0);
  });

  test('activation that is aborted says so', async () => {
    const card = new PlayedCard();
    card.answer = () => HANG;
    const { reader, clock } = await withCard(card);
    const abort = new AbortController();
    const activating = expect(reader.activate(abort.signal)).rejects.toMatchObject({ code: 'aborted' });
    await clock.settle();
    abort.abort();
    await clock.advance(100);
    await activating;
  });
});

describe('an APDU whose outcome nobody knows', () => {
  async function powered(card: PlayedCard): Promise<TrayBench & { channel: Awaited<ReturnType<TrayReader['activate']>> }> {
    const bench = await withCard(card);
    const channel = await bench.settled(bench.reader.activate());
    card.heard.length = 0;
    return { ...bench, channel };
  }

  test('pulled while it worked: mediaMoved, though the service saw it late and gave an empty answer', async () => {
    const card = new PlayedCard();
    const { pcsc, channel, settled, media } = await powered(card);
    pcsc.slowEyes = 400;
    card.answer = () => PULLED;
    await expect(settled(channel.transmit(SELECT))).rejects.toMatchObject({ code: 'mediaMoved' });
    expect([card.heard.length, media()]).toEqual([1, ['mediaRemoved']]);
  });

  test.each([
    ['an error', new PcscError('other', 'PC/SC: Transaction failed')],
    ['a single byte', '90'],
    ['nothing', ''],
  ])('%s while it still lies there: outcomeUnknown, never sent again', async (_what, answer) => {
    const card = new PlayedCard();
    const { channel, settled, reader } = await powered(card);
    card.answer = () => answer;
    await expect(settled(channel.transmit(SELECT))).rejects.toMatchObject({ code: 'outcomeUnknown' });
    await expect(channel.transmit(SELECT)).rejects.toMatchObject({ code: 'invalidState' });
    expect([card.heard.length, reader.lastStatus.media]).toEqual([1, 'inside']);
  });

  test('hung: outcomeUnknown after the limit, the card can not be used until it is lifted, the reader works on', async () => {
    const card = new PlayedCard();
    const { pcsc, reader, clock, channel, settled, media } = await powered(card);
    card.answer = () => HANG;
    const outcome = expect(channel.transmit(SELECT)).rejects.toMatchObject({
      code: 'outcomeUnknown',
      message: expect.stringMatching(/no answer within 5000 ms/) as unknown,
    });
    await clock.advance(trayDelays.apdu - 1);
    expect(reader.lastStatus.device).toBe('online');
    await clock.advance(1);
    await outcome;
    await expect(settled(reader.activate())).rejects.toMatchObject({
      code: 'mediaInvalid',
      message: expect.stringMatching(/taken away and laid down again/) as unknown,
    });
    pcsc.take();
    pcsc.held = 0;
    await clock.advance(trayDelays.poll);
    pcsc.lay(new PlayedCard());
    await clock.advance(trayDelays.poll);
    await expect(settled(reader.activate())).resolves.toMatchObject({ iso7816: true });
    expect(media()).toEqual(['mediaRemoved', 'mediaInserted']);
  });

  test('hung and pulled: mediaMoved as soon as it is seen', async () => {
    const card = new PlayedCard();
    const { pcsc, clock, channel } = await powered(card);
    card.answer = () => HANG;
    const outcome = expect(channel.transmit(SELECT)).rejects.toMatchObject({ code: 'mediaMoved' });
    await clock.advance(1_000);
    pcsc.take();
    await clock.advance(trayDelays.poll);
    await outcome;
  });

  test('the service ends meanwhile: outcomeUnknown, and the reader is offline', async () => {
    const card = new PlayedCard();
    const { pcsc, reader, channel, settled, healths } = await powered(card);
    card.answer = () => {
      pcsc.running = false;
      return new PcscError('noService', 'PC/SC: Communication error');
    };
    await expect(settled(channel.transmit(SELECT))).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect([reader.lastStatus.device, healths()]).toEqual(['offline', ['offline']]);
    await expect(channel.transmit(SELECT)).rejects.toMatchObject({ code: 'offline' });
  });

  test('aborted before it was sent: never sent; aborted afterwards: the answer is awaited', async () => {
    const card = new PlayedCard();
    const { channel, settled } = await powered(card);
    await expect(channel.transmit(SELECT, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    expect(card.heard).toEqual([]);
    const abort = new AbortController();
    card.answer = () => {
      abort.abort();
      return '9000';
    };
    await expect(settled(channel.transmit(SELECT, abort.signal))).resolves.toEqual(fromHex('9000'));
  });

  test.each([3, 262])('an APDU of %i bytes is not taken', async (length) => {
    const card = new PlayedCard();
    const { channel } = await powered(card);
    await expect(channel.transmit(new Uint8Array(length))).rejects.toMatchObject({ code: 'notSupported' });
    expect(card.heard).toEqual([]);
  });

  test('neither the log nor the error holds what was said, only header and status', async () => {
    const card = new PlayedCard();
    const { reader, channel, settled } = await powered(card);
    const frames: FrameTrace[] = [];
    reader.onFrame((frame) => frames.push(frame));
    card.answer = () => 'C0FFEE9000';
    await settled(channel.transmit(fromHex('80 52 00 00 0B 20 26 11 22')));
    expect(frames).toEqual([
      { direction: 'toDevice', bytes: '80520000XXXXXXXXXX' },
      { direction: 'fromDevice', bytes: 'XXXXXX9000' },
    ]);
  });
});

describe('staying up, going down', () => {
  test.each([
    ['the service is stopped', (bench: TrayBench) => void (bench.pcsc.running = false), (bench: TrayBench) => void (bench.pcsc.running = true)],
    ['the reader is unplugged', (bench: TrayBench) => void bench.pcsc.readers.splice(0), (bench: TrayBench) => void bench.pcsc.readers.push(ACR122U)],
  ])('%s: told once, rests, works again after connect', async (_what, breakIt, mendIt) => {
    const bench = await withCard(new PlayedCard());
    const { reader, pcsc, clock, settled, healths, media } = bench;
    const channel = await settled(reader.activate());
    breakIt(bench);
    await clock.advance(trayDelays.poll);
    expect(reader.lastStatus).toMatchObject({ device: 'offline', media: 'unknown' });
    mendIt(bench);
    const looks = pcsc.looks;
    await clock.advance(60_000);
    expect([healths(), pcsc.looks, pcsc.openSessions, clock.pendingTimers]).toEqual([['offline'], looks, 0, 0]);
    await expect(channel.transmit(SELECT)).rejects.toMatchObject({ code: 'offline' });
    await expect(reader.activate()).rejects.toMatchObject({ code: 'offline' });
    await expect(reader.setEntry(true)).rejects.toMatchObject({ code: 'offline' });
    await settled(reader.connect());
    await expect(settled(reader.activate())).resolves.toMatchObject({ iso7816: true });
    // The same card still lies there.
    expect([healths(), media()]).toEqual([['offline', 'online'], []]);
  });

  test('a card that was taken, or came, during the outage is noticed afterwards', async () => {
    const { reader, pcsc, clock, settled, media } = await withCard(new PlayedCard());
    const outage = async (meanwhile: () => void): Promise<void> => {
      pcsc.running = false;
      await clock.advance(1_000);
      meanwhile();
      pcsc.running = true;
      await settled(reader.connect());
    };
    await outage(() => pcsc.take());
    expect(media()).toEqual(['mediaRemoved']);
    await outage(() => void pcsc.lay(new PlayedCard()));
    expect(media()).toEqual(['mediaRemoved', 'mediaInserted']);
  });

  test('a service that hangs is not asked again, and counts as gone after its looks', async () => {
    const { reader, pcsc, clock, settled } = trayBench();
    await settled(reader.connect());
    pcsc.freeze();
    await clock.advance(trayDelays.poll + trayDelays.look);
    expect(reader.lastStatus.device).toBe('online');
    await expect(settled(reader.status())).rejects.toMatchObject({ code: 'timeout' });
    await clock.advance(MISSED_LOOKS * (trayDelays.poll + trayDelays.look));
    expect([reader.lastStatus.device, clock.pendingTimers, pcsc.openSessions]).toEqual(['offline', 0, 0]);
  });

  test('a look that fails now and then is no outage', async () => {
    const { reader, pcsc, clock, settled } = trayBench();
    await settled(reader.connect());
    for (let round = 0; round < 3; round += 1) {
      pcsc.freeze();
      await clock.advance(trayDelays.poll);
      pcsc.thaw();
      await clock.advance(trayDelays.look);
    }
    expect(reader.lastStatus.device).toBe('online');
  });

  test('closed: the session is given back, calls fail, connect brings it back', async () => {
    const { reader, pcsc, clock, settled, healths } = await withCard(new PlayedCard());
    await settled(reader.activate());
    await reader.close();
    await reader.close();
    expect([pcsc.openSessions, pcsc.held, clock.pendingTimers, healths()]).toEqual([0, 0, 0, ['offline']]);
    await expect(reader.status()).rejects.toMatchObject({ code: 'offline' });
    await settled(reader.connect());
    expect(reader.lastStatus).toMatchObject({ device: 'online', media: 'inside' });
  });

  test('closed while an APDU has no answer: its caller is not left waiting', async () => {
    const card = new PlayedCard();
    const { reader, clock, settled } = await withCard(card);
    const channel = await settled(reader.activate());
    card.answer = () => HANG;
    const outcome = expect(channel.transmit(SELECT)).rejects.toMatchObject({ code: 'outcomeUnknown' });
    await clock.settle();
    await reader.close();
    await clock.settle();
    await outcome;
  });
});
