/** Coming up, staying up and being gone, against the simulated unit: what `connect` and the watch make of lines and neighbors. */
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import { DeviceError } from '../../../../drivers/device.ts';
import { linkDelays } from '../../../../drivers/card-reader/crt591/link.ts';
import { readerDelays } from '../../../../drivers/card-reader/motor/delays.ts';
import { CountingCard } from '../counting-card.ts';
import { settledOn } from '../settled-on.ts';
import { readerBench, withCardInside, type ReaderBench } from './reader-bench.ts';

const CREDIT = Uint8Array.of(0x80, 0x52, 0x00, 0x00, 0x0b);
const SELECT = Uint8Array.of(0x00, 0xa4, 0x00, 0x00, 0x02, 0x3f, 0x00);
const MOVE_TO_GATE = '3230';
const MOVE_TO_RF = '3232';

describe('coming up', () => {
  test('empties the line, clears it, initializes leaving the card, and says who the unit is', async () => {
    const { reader, line, settled, commands } = readerBench();
    expect(reader.lastStatus.device).toBe('unknown');
    const identity = await settled(reader.connect());
    expect(identity).toEqual({ model: 'CRT-591-M001', maker: 'Creator', firmware: 'CRT591-M001-V1.0', serialNumber: '59100042' });
    expect(line.sent.slice(0, 2).map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(['04', 'f200000343303303b2']);
    expect(commands()).toEqual(['3033', 'a430', 'a230', 'a530', '3130']);
    expect(reader.lastStatus).toEqual({
      device: 'online',
      media: 'notPresent',
      entry: 'disabled',
      storage: [
        { id: 'stacker', use: 'dispense', level: 'ok' },
        { id: 'retainBin', use: 'collect', level: 'ok', count: 0 },
      ],
    });
  });

  test('an answer still on its way from an earlier process is not taken for the first one', async () => {
    const bench = readerBench();
    const connecting = bench.reader.connect();
    await bench.clock.settle();
    await bench.clock.advance(linkDelays.silence - 100);
    // A status saying "card at RF", and then 500 ms of silence start anew.
    bench.line.fromUnit(fromHex('F2 00 00 06 50 31 30 32 32 30 03 96'));
    await bench.clock.advance(linkDelays.silence - 50);
    expect(bench.line.sent.filter((bytes) => bytes.length > 1)).toEqual([]);
    await bench.settled(connecting);
    expect(bench.reader.lastStatus.media).toBe('notPresent');
  });

  test('a card already inside is said at once and is no insertion', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    await bench.reader.close();
    bench.events.length = 0;
    const next = readerBench({ unit: {} });
    bench.unit.onSend((bytes) => next.line.fromUnit(bytes));
    next.line.attachUnit((bytes) => bench.unit.receive(bytes));
    // The unit runs on the first bench's clock.
    await settledOn([next.clock, bench.clock], next.reader.connect());
    expect(next.reader.lastStatus.media).toBe('inside');
    expect(next.media()).toEqual([]);
    expect(bench.unit.card?.card).toBe(card);
  });

  test('the speed is searched in the documented order and remembered', async () => {
    const bench = readerBench();
    const speeds: number[] = [];
    let speed = 9_600;
    Object.assign(bench.line, {
      address: 'serial:/dev/ttyUSB0?baudRate=9600',
      setBaudRate: async (baudRate: number) => {
        speeds.push(baudRate);
        speed = baudRate;
      },
    });
    bench.line.attachUnit((bytes) => {
      if (speed === 38_400) bench.unit.receive(bytes);
      else bench.line.fromUnit(Uint8Array.of(0xfe, 0x80));
    });
    await bench.settled(bench.reader.connect());
    expect(speeds).toEqual([9_600, 115_200, 38_400]);
    speeds.length = 0;
    bench.line.unplug();
    bench.line.plug();
    await bench.settled(bench.reader.connect());
    expect(speeds).toEqual([38_400]);
  });

  test('connecting is aborted: nothing goes on behind the back', async () => {
    const bench = readerBench();
    bench.unit.knobs.dead = true;
    const abort = new AbortController();
    const connecting = bench.reader.connect(abort.signal);
    await bench.clock.advance(300);
    abort.abort(new Error('shutting down'));
    await expect(bench.settled(connecting)).rejects.toMatchObject({ code: 'aborted' });
    expect(bench.line.isOpen).toBe(false);
    const before = bench.line.sent.length;
    await bench.clock.advance(60_000);
    expect(bench.line.sent.length).toBe(before);
  });

  test('a relative that doesn’t know the questions for firmware and serial number comes up without them', async () => {
    const bench = readerBench();
    bench.line.attachUnit((bytes) => {
      if (bytes[5] !== 0xa4 && bytes[5] !== 0xa2) bench.unit.receive(bytes);
    });
    expect(await bench.settled(bench.reader.connect())).toEqual({ model: 'CRT-591-M001', maker: 'Creator' });
  });

  test('a model without bin and stacker says so and refuses both', async () => {
    const bench = readerBench({ options: { canRetain: false, canDispense: false } });
    await bench.settled(bench.reader.connect());
    expect(bench.reader.capabilities).toMatchObject({ canRetain: false, canDispense: false });
    await expect(bench.reader.retain()).rejects.toMatchObject({ code: 'notSupported' });
    await expect(bench.reader.dispense()).rejects.toMatchObject({ code: 'notSupported' });
    await expect(bench.reader.resetCount('retainBin')).rejects.toMatchObject({ code: 'notSupported' });
    expect(bench.reader.lastStatus.storage).toEqual([]);
  });

  test('a unit that starts jammed is online with a hardware error, and well again once somebody has cleared it', async () => {
    const bench = readerBench();
    bench.unit.knobs.jam = true;
    await bench.settled(bench.reader.connect());
    expect(bench.reader.lastStatus).toMatchObject({ device: 'hardwareError', media: 'jammed' });
    bench.unit.knobs.jam = false;
    await bench.clock.advance(readerDelays.troubleRetry + 3_000);
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'notPresent' });
  });
});

describe('nobody there', () => {
  /** The one message of a connect that fails. */
  async function failure(bench: ReaderBench): Promise<string> {
    const error = await bench.settled(bench.reader.connect().catch((caught: unknown) => caught));
    expect(error).toBeInstanceOf(DeviceError);
    expect(bench.reader.lastStatus.device).toBe('offline');
    expect(bench.line.isOpen).toBe(false);
    return `${(error as DeviceError).code}: ${(error as DeviceError).message}`;
  }

  test('silence: offline, saying what was tried and what to check; then it rests until it is asked again', async () => {
    const bench = readerBench();
    bench.unit.knobs.dead = true;
    expect(await failure(bench)).toBe(
      'offline: connect: no CRT-591 answers on sim:test; check that it has power, that its data cable is in this port, and that the model fits',
    );
    expect(bench.commands().filter((command) => command === '3033')).toHaveLength(3);
    const sent = bench.line.sent.length;
    bench.unit.knobs.dead = false;
    await bench.clock.advance(600_000);
    expect(bench.line.sent).toHaveLength(sent);
    expect(bench.clock.pendingTimers).toBe(0);
    await expect(bench.reader.status()).rejects.toMatchObject({ code: 'offline' });
    await bench.settled(bench.reader.connect());
    expect(bench.reader.lastStatus.device).toBe('online');
  });

  test('silence on a serial line: every speed that was tried is named', async () => {
    const bench = readerBench();
    bench.unit.knobs.dead = true;
    Object.assign(bench.line, { address: 'serial:/dev/ttyUSB0?baudRate=38400', setBaudRate: async () => {} });
    expect(await failure(bench)).toContain('on serial:/dev/ttyUSB0?baudRate=38400 (tried 38400, 115200, 9600, 19200, 57600 baud)');
  });

  test('bytes that are no answer: another device or speed', async () => {
    const bench = readerBench();
    bench.line.attachUnit(() => bench.line.fromUnit(fromHex('FC 05 11 27 56')));
    expect(await failure(bench)).toMatch(/^protocol: connect: \d+ bytes came on sim:test, but no answer of a CRT-591; another device is there/);
  });

  test('a line that never falls silent', async () => {
    const bench = readerBench();
    const babble = (): void => {
      bench.line.fromUnit(Uint8Array.of(0xaa));
      if (bench.clock.monotonic() < 20_000) bench.clock.setTimeout(babble, 100);
    };
    babble();
    expect(await failure(bench)).toBe('protocol: connect: sim:test never falls silent; another device talks on this line, check the address');
  });

  test('a unit with other DIP switches answers: its address is named', async () => {
    const bench = readerBench();
    // ACK, and INIT's answer from address 3, the BCC by hand.
    bench.line.attachUnit((bytes) => {
      if (bytes[0] === 0xf2) bench.line.fromUnit(fromHex('06 F2 03 00 06 50 30 33 30 32 30 03 95'));
    });
    expect(await failure(bench)).toContain('protocol: connect: the CRT-591 on sim:test has the unit address 3; set the option address');
  });

  test('a unit that acknowledges and never answers', async () => {
    const bench = readerBench();
    bench.line.attachUnit((bytes) => bench.line.fromUnit(bytes[0] === 0xf2 ? Uint8Array.of(0x06) : Uint8Array.of(0x04)));
    expect(await failure(bench)).toBe(
      'timeout: connect: the unit on sim:test acknowledges the initialization and never answers it; switch it off and on, and check that it is a CRT-591',
    );
  });

  test('a unit that does not know the command: its own code and the model are named', async () => {
    const bench = readerBench();
    // ACK and N 30 33 "00": unknown command, the BCC by hand.
    bench.line.attachUnit((bytes) => {
      if (bytes[0] === 0xf2) bench.line.fromUnit(fromHex('06 F2 00 00 05 4E 30 33 30 30 03 B9'));
    });
    expect(await failure(bench)).toContain(
      'notSupported: connect: the unit on sim:test answers the initialization with 00 (unknown command); check that it is',
    );
  });

  test('no port: the path and the advice', async () => {
    const bench = readerBench();
    bench.line.unplug();
    expect(await failure(bench)).toBe(
      'offline: connect: nothing is plugged in; check that its adapter is plugged in and that the configuration names its port',
    );
  });

  test('the cable is pulled while the unit is looked for', async () => {
    const bench = readerBench();
    const connecting = failure(bench);
    bench.clock.setTimeout(() => bench.line.unplug(), 900);
    expect(await connecting).toBe('offline: connect: sim:test was lost again while its unit was asked');
  });
});

describe('the watch', () => {
  test('polls only when nothing else was said for a while', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    bench.commands();
    await bench.clock.advance(readerDelays.poll * 10);
    const quiet = bench.commands();
    expect(quiet.length).toBeGreaterThanOrEqual(9);
    expect(new Set(quiet)).toEqual(new Set(['3130']));
    for (let turn = 0; turn < 20; turn += 1) {
      await bench.settled(bench.reader.setEntry(turn % 2 === 0));
      await bench.clock.advance(100);
    }
    expect(bench.commands().filter((command) => command === '3130')).toEqual([]);
  });

  test('one lost poll is nothing; three in a row are offline, told by an event', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    bench.unit.knobs.dead = true;
    await bench.clock.advance(readerDelays.poll + 50);
    bench.unit.knobs.dead = false;
    await bench.clock.advance(2_000);
    expect(bench.reader.lastStatus.device).toBe('online');
    bench.unit.knobs.dead = true;
    await bench.clock.advance(3 * (readerDelays.poll + 350));
    expect(bench.reader.lastStatus).toEqual({
      device: 'offline',
      media: 'unknown',
      entry: 'disabled',
      storage: [
        { id: 'stacker', use: 'dispense', level: 'unknown' },
        { id: 'retainBin', use: 'collect', level: 'unknown', count: 0 },
      ],
    });
    expect(bench.events.at(-1)).toEqual({ type: 'statusChanged', status: bench.reader.lastStatus });
    await expect(bench.settled(bench.reader.status())).rejects.toMatchObject({ code: 'offline' });
  });

  test('two lost polls, an answer, two lost polls: still online', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    const asked = { count: 0 };
    bench.line.attachUnit((bytes) => {
      if (bytes[5] === 0x31) asked.count += 1;
      if (bytes[5] !== 0x31 || asked.count % 3 === 0) bench.unit.receive(bytes);
    });
    await bench.clock.advance(20_000);
    expect(asked.count).toBeGreaterThan(20);
    expect(bench.events.filter((event) => event.type === 'statusChanged' && event.status.device === 'offline')).toEqual([]);
  });

  test('closed in the very moment of coming up: it stays closed', async () => {
    const bench = readerBench();
    const connecting = bench.reader.connect().catch((error: unknown) => error);
    bench.reader.onFrame((frame) => {
      // The answer to the first STATUS, the last step of coming up.
      if (frame.direction === 'fromDevice' && frame.bytes.startsWith('F2000006503130')) queueMicrotask(() => void bench.reader.close());
    });
    expect(await bench.settled(connecting)).toMatchObject({ name: 'DeviceError', code: 'aborted' });
    await bench.clock.advance(60_000);
    expect(bench.reader.lastStatus.device).toBe('offline');
    expect(bench.line.isOpen).toBe(false);
  });

  test('unplugged: offline at once, told once, and at rest; connect finds the entry open as before and a card that came meanwhile', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    await bench.settled(bench.reader.setEntry(true));
    bench.line.unplug();
    expect(bench.reader.lastStatus).toMatchObject({ device: 'offline', entry: 'disabled' });
    await bench.clock.advance(4_000);
    expect(bench.unit.insertCard(new CountingCard())).toBe(true);
    bench.line.plug();
    const sent = bench.line.sent.length;
    await bench.clock.advance(60_000);
    expect(bench.line.sent).toHaveLength(sent);
    expect(bench.events.filter((event) => event.type === 'statusChanged' && event.status.device === 'offline')).toHaveLength(1);
    await bench.settled(bench.reader.connect());
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'inside', entry: 'enabled' });
    expect(bench.media()).toEqual(['mediaInserted']);
  });

  test('a card taken while the line was down is told by connect, when the reader answers again', async () => {
    const bench = await withCardInside(new CountingCard());
    await bench.settled(bench.reader.present());
    bench.line.unplug();
    bench.unit.takeCard();
    bench.line.plug();
    await bench.settled(bench.reader.connect());
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRemoved']);
    const offline = bench.events.findLastIndex((event) => event.type === 'statusChanged' && event.status.device === 'offline');
    expect(bench.events.findIndex((event) => event.type === 'mediaRemoved')).toBeGreaterThan(offline);
  });

  test('connect while connected answers who is there, and asks nothing', async () => {
    const bench = readerBench();
    const identity = await bench.settled(bench.reader.connect());
    bench.commands();
    expect(await bench.settled(bench.reader.connect())).toEqual(identity);
    expect(bench.commands()).toEqual([]);
  });

  test('connect right after the line was lost waits until it is closed', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    const { promise, resolve } = Promise.withResolvers<void>();
    const close = bench.line.close.bind(bench.line);
    bench.line.close = async () => {
      await promise;
      await close();
    };
    bench.unit.knobs.dead = true;
    await bench.clock.advance(5_000);
    bench.unit.knobs.dead = false;
    const opened: boolean[] = [];
    bench.line.open = async () => void opened.push(bench.line.isOpen);
    const again = bench.reader.connect().catch((error: unknown) => error);
    await bench.clock.settle();
    expect(opened).toEqual([]);
    resolve();
    await bench.settled(again);
    expect(opened).toEqual([false]);
  });

  test('power cut with a card inside: B0, INIT leaving it, entry open again, the old channel dead', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.powerCycle();
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'invalidState', deviceCode: 'B0' });
    expect(card.executed).toEqual([]);
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'inside', entry: 'enabled' });
    const again = await bench.settled(bench.reader.activate());
    await bench.settled(again.transmit(SELECT));
    expect(bench.media()).toEqual(['mediaInserted', 'restarted']);
  });

  test('power cut while idle: the poll finds it and initializes', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    await bench.settled(bench.reader.setEntry(true));
    bench.unit.powerCycle();
    expect(bench.unit.acceptsCard).toBe(false);
    await bench.clock.advance(2_000);
    expect(bench.unit.acceptsCard).toBe(true);
    expect(bench.media()).toEqual(['restarted']);
  });

  test('power cut before a motion: refused, initialized, then moved', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.powerCycle();
    await bench.settled(bench.reader.present());
    expect(bench.unit.card?.at).toBe('gate');
    expect(bench.media()).toEqual(['mediaInserted', 'restarted']);
  });

  test('status asked without ACK is asked again, three times, and then the reader is offline', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    bench.unit.faults.loseAcks = 1;
    bench.unit.knobs.loseAnswers = 1;
    expect(await bench.settled(bench.reader.status())).toMatchObject({ device: 'online' });
    bench.unit.knobs.dead = true;
    bench.commands();
    await expect(bench.settled(bench.reader.status())).rejects.toMatchObject({ code: 'offline' });
    expect(bench.commands()).toEqual(['3130', '3130', '3130']);
    expect(bench.reader.lastStatus.device).toBe('offline');
  });

  test('calls wait for each other: two motions ordered at once run one after the other', async () => {
    const bench = await withCardInside(new CountingCard());
    const both = Promise.all([bench.reader.present(), bench.reader.retract()]);
    await bench.settled(both);
    expect(bench.unit.station).toBe('contactless');
    expect(bench.commands().filter((command) => command.startsWith('32'))).toEqual([MOVE_TO_GATE, MOVE_TO_RF]);
  });

  test('closed: calls are refused, the line is free, no timer is left', async () => {
    const bench = await withCardInside(new CountingCard());
    const waiting = bench.reader.present().catch((error: unknown) => error);
    await bench.clock.settle();
    await bench.reader.close();
    expect(await bench.settled(waiting)).toMatchObject({ name: 'DeviceError' });
    await bench.clock.advance(10_000);
    expect(bench.line.isOpen).toBe(false);
    expect(bench.clock.pendingTimers).toBe(0);
    await expect(bench.settled(bench.reader.status())).rejects.toMatchObject({ code: 'offline' });
    await bench.settled(bench.reader.connect());
    expect(bench.reader.lastStatus.media).toBe('inside');
  });
});
