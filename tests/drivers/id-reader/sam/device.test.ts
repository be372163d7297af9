import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import { samDelays } from '../../../../drivers/id-reader/sam/options.ts';
import { ZHANG_SAN } from '../../../../drivers/id-reader/sam/simulator.ts';
import { connectedSam, samBench } from './bench.ts';
import { readAnswer, textOf } from './worked-frames.ts';

const FIND = '2001';
const SELECT = '2002';
const READ = '3001';
const STATE = '11FF';

const READ_ZHANG = { kind: 'read', document: { name: '张三', number: '990101199003070015', validUntil: '2040-01-01' } };

describe('connecting', () => {
  test('asks for state and number, and tells the number as serial number', async () => {
    const bench = samBench();
    expect(bench.reader.lastStatus).toEqual({ device: 'unknown' });
    expect(await bench.within(bench.reader.connect())).toEqual({ model: 'SAM ID card reader', serialNumber: '050301005A3B34019900000001000000' });
    expect(bench.commands()).toEqual([STATE, '12FF']);
    expect(bench.told).toEqual(['online']);
  });

  test('a module that doesn’t tell its number comes up without', async () => {
    const bench = samBench();
    bench.line.attachUnit((bytes) => {
      if (bytes[7] !== 0x12) bench.unit.receive(bytes);
    });
    expect(await bench.within(bench.reader.connect())).toEqual({ model: 'SAM ID card reader' });
  });

  test('the first command came broken to the module: it is said again', async () => {
    const bench = samBench();
    bench.unit.knobs.refuseWith = 0x10;
    bench.unit.knobs.refusals = 1;
    await bench.within(bench.reader.connect());
    expect(bench.commands()).toEqual([STATE, STATE, '12FF']);
  });

  test('an unexpected answer to the question for its state: protocol, with its code', async () => {
    const bench = samBench();
    bench.unit.knobs.refuseWith = 0x21;
    bench.unit.knobs.refusals = 1;
    await expect(bench.within(bench.reader.connect())).rejects.toMatchObject({ code: 'protocol', deviceCode: '21' });
    expect(bench.reader.lastStatus).toEqual({ device: 'offline' });
  });

  test('an answer meant for an earlier process is not taken for the state', async () => {
    const bench = samBench();
    const connecting = bench.reader.connect();
    await bench.clock.advance(300);
    bench.line.fromUnit(readAnswer());
    await bench.clock.advance(400);
    expect(bench.commands()).toEqual([]); // not silent for 500 ms yet
    await bench.within(connecting);
    expect(bench.commands()).toEqual([STATE, '12FF']);
  });

  test('nobody answers: offline, in words that say what was tried and what to check', async () => {
    const bench = samBench();
    bench.unit.knobs.silent = true;
    const failure = await bench.within(bench.reader.connect().catch((error: unknown) => error));
    expect(failure).toMatchObject({ name: 'DeviceError', code: 'offline' });
    expect(failure).toMatchObject({
      message: 'sim:test: asked an ID reader for its state and heard nothing; check its power, the cable and that this is its port',
    });
    expect(bench.told).toEqual(['offline']);
    expect(bench.line.isOpen).toBe(false);
    const sent = bench.line.sent.length;
    await bench.clock.advance(60_000);
    expect(bench.line.sent).toHaveLength(sent); // it rests
  });

  test('another device on the port: protocol, telling how much was heard and nothing of its content but the first byte', async () => {
    const bench = samBench();
    bench.line.attachUnit(() => bench.line.fromUnit(fromHex('FC 05 11 27 56')));
    await expect(bench.within(bench.reader.connect())).rejects.toMatchObject({
      code: 'protocol',
      message:
        "sim:test: asked an ID reader for its state and heard no SAM frame (10 bytes, the first FC); check that this is its port and not another device's",
    });
  });

  test('a device that never stops talking: protocol', async () => {
    const bench = samBench();
    const talk = (): void => {
      bench.line.fromUnit(Uint8Array.of(0x11));
      bench.clock.setTimeout(talk, 100);
    };
    talk();
    await expect(bench.within(bench.reader.connect())).rejects.toMatchObject({ code: 'protocol', message: expect.stringContaining('never falls silent') });
    expect(bench.line.isOpen).toBe(false);
  });

  test('the self-test failed: hardwareError with the module’s code', async () => {
    const bench = samBench();
    bench.unit.knobs.broken = true;
    await expect(bench.within(bench.reader.connect())).rejects.toMatchObject({
      code: 'hardwareError',
      deviceCode: '60',
      message: expect.stringContaining('self-test failed'),
    });
    expect(bench.reader.lastStatus).toEqual({ device: 'hardwareError' });
    bench.unit.knobs.broken = false;
    await bench.within(bench.reader.connect());
    expect(bench.reader.lastStatus).toEqual({ device: 'online' });
  });

  test('nothing is plugged in: offline, with the line’s own words', async () => {
    const bench = samBench();
    bench.line.unplug();
    await expect(bench.within(bench.reader.connect())).rejects.toMatchObject({
      code: 'offline',
      message: 'the ID reader: nothing is plugged in; check the cable, the power and the path in the configuration',
    });
  });

  test('the cable is pulled while connecting: offline', async () => {
    const bench = samBench();
    bench.unit.knobs.silent = true;
    const connecting = bench.reader.connect();
    await bench.clock.advance(600);
    bench.line.unplug();
    await expect(bench.within(connecting)).rejects.toMatchObject({ code: 'offline', message: expect.stringContaining('line') });
  });

  test('aborted: the line is closed and nothing goes on behind the back', async () => {
    const bench = samBench();
    bench.unit.knobs.silent = true;
    const abort = new AbortController();
    const connecting = bench.reader.connect(abort.signal);
    await bench.clock.advance(600);
    abort.abort(new Error('shutting down'));
    await expect(bench.within(connecting)).rejects.toMatchObject({ code: 'aborted' });
    expect(bench.line.isOpen).toBe(false);
    const sent = bench.line.sent.length;
    await bench.clock.advance(60_000);
    expect(bench.line.sent).toHaveLength(sent);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('the speed of the address is tried first, then the document’s, and the found one is remembered', async () => {
    const bench = samBench();
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
      if (speed === 57_600) bench.unit.receive(bytes);
      else bench.line.fromUnit(Uint8Array.of(0xfe, 0x80));
    });
    await bench.within(bench.reader.connect());
    expect(speeds).toEqual([9_600, 115_200, 57_600]);
    speeds.length = 0;
    await bench.within(bench.reader.connect());
    expect(speeds).toEqual([57_600]);
  });

  test('the speed of the options goes before the one of the address', async () => {
    const bench = samBench({ baudRate: 38_400 });
    const speeds: number[] = [];
    Object.assign(bench.line, { address: 'serial:/dev/ttyUSB0', setBaudRate: async (baudRate: number) => void speeds.push(baudRate) });
    await bench.within(bench.reader.connect());
    expect(speeds).toEqual([38_400]);
  });

  test('silent at every speed: all of them are named, within the contract’s 5 s', async () => {
    const bench = samBench();
    bench.unit.knobs.silent = true;
    Object.assign(bench.line, { address: 'serial:/dev/ttyUSB0', setBaudRate: async () => {} });
    await expect(bench.within(bench.reader.connect(), samDelays.connect)).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringContaining('at 9600, 115200, 57600, 38400, 19200 baud and heard nothing'),
    });
  });
});

describe('reading', () => {
  test('nothing there: it looks every 400 ms and goes on', async () => {
    const { clock, reader, commands } = await connectedSam();
    const abort = new AbortController();
    const reading = reader.read(abort.signal);
    await clock.advance(400 * 4 - 1);
    expect(commands()).toEqual([FIND, FIND, FIND, FIND]);
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    await clock.advance(2_000);
    expect(commands()).toHaveLength(4);
  });

  test('a document is laid down: find, select, read', async () => {
    const { clock, unit, reader, commands, within } = await connectedSam();
    const reading = reader.read();
    await clock.advance(500);
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reading)).toEqual({
      kind: 'read',
      document: {
        name: '张三',
        sex: 'male',
        nation: '01',
        birth: '1990-03-07',
        address: '北京市东城区示例胡同1号',
        number: '990101199003070015',
        issuer: '北京市公安局东城分局',
        validFrom: '2020-01-01',
        validUntil: '2040-01-01',
      },
    });
    expect(commands()).toEqual([FIND, FIND, FIND, SELECT, READ]);
  });

  test('lifted between select and read: removed', async () => {
    const { clock, unit, reader, within } = await connectedSam();
    unit.placeDocument(ZHANG_SAN);
    const reading = reader.read();
    await clock.advance(200); // found and selected, being read
    unit.takeDocument();
    expect(await within(reading)).toEqual({ kind: 'removed' });
  });

  test('lifted between find and select: removed', async () => {
    const { clock, unit, reader, within } = await connectedSam();
    unit.placeDocument(ZHANG_SAN);
    const reading = reader.read();
    await clock.advance(70);
    unit.takeDocument();
    expect(await within(reading)).toEqual({ kind: 'removed' });
  });

  test('two failed reads are tried again, the third document is read', async () => {
    const { unit, reader, within } = await connectedSam();
    unit.knobs.failReads = 2;
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reader.read())).toMatchObject(READ_ZHANG);
  });

  test('three failed reads: unreadable, with the module’s code', async () => {
    const { unit, reader, within, commands } = await connectedSam();
    unit.knobs.failReads = 3;
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reader.read())).toEqual({ kind: 'unreadable', deviceCode: '41' });
    expect(commands().filter((command) => command === READ)).toHaveLength(3);
  });

  test('three failed selects: unreadable', async () => {
    const { unit, reader, within } = await connectedSam();
    unit.knobs.failSelects = 3;
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reader.read())).toEqual({ kind: 'unreadable', deviceCode: '81' });
  });

  test('another layout is refused by its marker', async () => {
    const { unit, reader, within } = await connectedSam();
    unit.placeDocument({ ...ZHANG_SAN, marker: 'I' });
    expect(await within(reader.read())).toEqual({ kind: 'otherDocument', marker: 'I' });
  });

  test('a wrong check character is told as implausible', async () => {
    const { unit, reader, within } = await connectedSam();
    unit.placeDocument({ ...ZHANG_SAN, number: '990101199003070014' });
    expect(await within(reader.read())).toEqual({ kind: 'implausible', field: 'number' });
  });

  test('a record whose parts don’t fit its lengths: unreadable, never guessed at', async () => {
    const { unit, reader, within } = await connectedSam();
    unit.knobs.text = new Uint8Array(200);
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reader.read())).toEqual({ kind: 'unreadable', deviceCode: '90' });
  });

  test('the answer of the reading is lost or damaged: it is asked for once more', async () => {
    for (const fault of ['loseAnswers', 'corruptAnswers'] as const) {
      const { clock, unit, reader, within, commands } = await connectedSam();
      unit.knobs.findOnce = true;
      unit.placeDocument(ZHANG_SAN);
      const reading = reader.read();
      await clock.advance(500); // being read
      unit.knobs[fault] = 1;
      expect(await within(reading)).toMatchObject(READ_ZHANG);
      expect(commands()).toEqual([FIND, SELECT, READ, READ]);
    }
  });

  test('the module heard a wrong checksum: the command is said again', async () => {
    const { unit, reader, within, commands } = await connectedSam();
    unit.knobs.refuseWith = 0x10;
    unit.knobs.refusals = 1;
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reader.read())).toMatchObject(READ_ZHANG);
    expect(commands()).toEqual([FIND, FIND, SELECT, READ]);
  });

  test('noise before every answer, as on a bad cable', async () => {
    const { unit, reader, within } = await connectedSam();
    unit.knobs.noise = fromHex('00 AA AA 96 FF');
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reader.read())).toMatchObject(READ_ZHANG);
  });

  test('noise that looks like the beginning of a long record hides no answer', async () => {
    const { unit, reader, within } = await connectedSam();
    unit.knobs.noise = fromHex('AA AA AA 96 69 05 08');
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reader.read(), 20_000)).toMatchObject(READ_ZHANG);
  });

  test('every answer comes twice: none is taken for the next command’s', async () => {
    const { unit, reader, within, commands } = await connectedSam();
    unit.knobs.duplicateAnswers = 10;
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reader.read())).toMatchObject(READ_ZHANG);
    expect(commands()).toEqual([FIND, SELECT, READ]);
  });

  test('a late answer to find is not taken for the one to select', async () => {
    const { clock, line, reader, within } = await connectedSam();
    const answers = ['', '9F', '', '9F'];
    line.attachUnit((bytes) => {
      if (bytes[7] === 0x20 && bytes[8] === 0x01) {
        if (answers.shift() === '9F') line.fromUnit(fromHex('AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97'));
      } else if (bytes[8] === 0x02) line.fromUnit(fromHex('AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97'));
    });
    const abort = new AbortController();
    const reading = reader.read(abort.signal);
    await clock.advance(750);
    expect(line.sent.map((bytes) => bytes[7])).not.toContain(0x30);
    abort.abort();
    await expect(within(reading)).rejects.toMatchObject({ code: 'aborted' });
  });

  test('a record of 1.35 s at 9600 baud, byte by byte, is not cut off by the limit', async () => {
    const { clock, line, reader, within } = await connectedSam();
    line.attachUnit((bytes) => {
      if (bytes[8] === 0x02) line.fromUnit(fromHex('AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C'));
      else if (bytes[7] === 0x20) line.fromUnit(fromHex('AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97'));
      else readAnswer().forEach((byte, index) => clock.setTimeout(() => line.fromUnit(Uint8Array.of(byte)), 1_500 + index * 1.04));
    });
    expect(await within(reader.read())).toMatchObject(READ_ZHANG);
  });

  describe('a module that answers find by "no card" once it has read', () => {
    test('the document lies still: the next reading waits until it was lifted and laid down again', async () => {
      const { clock, unit, reader, within } = await connectedSam();
      unit.knobs.findOnce = true;
      unit.placeDocument(ZHANG_SAN);
      await within(reader.read());
      const state = { settled: false };
      const reading = reader.read().finally(() => void (state.settled = true));
      await clock.advance(10_000);
      expect(state.settled).toBe(false);
      unit.takeDocument();
      unit.placeDocument({ ...ZHANG_SAN, name: '李四' });
      expect(await within(reading)).toMatchObject({ document: { name: '李四' } });
    });

    test('ignoreFind: it is read all the same', async () => {
      const { unit, reader, within, commands } = await connectedSam({ ignoreFind: true });
      unit.knobs.findOnce = true;
      unit.placeDocument(ZHANG_SAN);
      await within(reader.read());
      expect(await within(reader.read())).toMatchObject(READ_ZHANG);
      expect(commands().slice(3)).toEqual([FIND, SELECT, READ]);
    });

    test('ignoreFind with nothing there: it goes on looking and calls nothing removed or unreadable', async () => {
      const { clock, unit, reader, within } = await connectedSam({ ignoreFind: true });
      const reading = reader.read();
      await clock.advance(10_000);
      unit.placeDocument(ZHANG_SAN);
      expect(await within(reading)).toMatchObject(READ_ZHANG);
    });
  });

  test('a second reading at the same time is refused, the first goes on', async () => {
    const { unit, reader, within } = await connectedSam();
    const reading = reader.read();
    await expect(reader.read()).rejects.toMatchObject({ code: 'invalidState' });
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reading)).toMatchObject(READ_ZHANG);
  });

  test('aborted while the module reads: the caller is told at once, and the person’s answer is dropped before the next command', async () => {
    const { clock, unit, reader, within, commands } = await connectedSam();
    unit.placeDocument(ZHANG_SAN);
    const abort = new AbortController();
    const reading = reader.read(abort.signal);
    await clock.advance(300);
    abort.abort(new Error('back'));
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    unit.placeDocument({ ...ZHANG_SAN, name: '李四' });
    expect(await within(reader.read())).toMatchObject({ document: { name: '李四' } });
    expect(commands()).toEqual([FIND, SELECT, READ, FIND, SELECT, READ]);
  });

  test('aborted before it began: nothing is sent', async () => {
    const { reader, commands } = await connectedSam();
    await expect(reader.read(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    expect(commands()).toEqual([]);
  });
});

describe('nothing of a person in the trace', () => {
  test('the reading shows its length and status; find and select hide the card’s numbers', async () => {
    const { unit, reader, frames, within } = await connectedSam();
    unit.placeDocument(ZHANG_SAN);
    await within(reader.read());
    expect(frames).toEqual([
      '> AAAAAA96690003200122',
      `< AAAAAA9669000800009F${'XX'.repeat(5)}`,
      '> AAAAAA96690003200221',
      `< AAAAAA9669000C000090${'XX'.repeat(9)}`,
      '> AAAAAA96690003300132',
      `< AAAAAA96690508000090${'XX'.repeat(1285)}`,
    ]);
  });

  test('a damaged record and the frames of an error show nothing either', async () => {
    const { clock, line, unit, reader, frames, within } = await connectedSam();
    unit.placeDocument(ZHANG_SAN);
    unit.knobs.corruptAnswers = 100;
    const reading = reader.read().catch((error: unknown) => error);
    const failure = await within(reading, 20_000);
    line.unplug();
    await clock.advance(10);
    const nameAndNumber = ['205F094E', '39003900', '30003300'];
    for (const text of [...frames, JSON.stringify(failure)]) for (const secret of nameAndNumber) expect(text).not.toContain(secret);
    expect(frames.some((frame) => /^< (XX)+$/.test(frame))).toBe(true);
  });
});

describe('trouble', () => {
  test('unplugged while idle: offline is told once, calls fail at once, and it rests until it is connected again', async () => {
    const { clock, line, reader, told, commands, within } = await connectedSam();
    line.unplug();
    await clock.advance(60_000);
    expect(told).toEqual(['offline']);
    await expect(reader.read()).rejects.toMatchObject({ code: 'offline' });
    line.plug();
    await clock.advance(60_000);
    expect(commands()).toEqual([]);
    expect(line.isOpen).toBe(false);
    await within(reader.connect());
    expect(told).toEqual(['offline', 'online']);
  });

  test('unplugged while a document is looked for or read: the reading ends with offline', async () => {
    for (const moment of [100, 300, 700]) {
      const { clock, line, unit, reader, told, within } = await connectedSam();
      unit.placeDocument(ZHANG_SAN);
      const reading = reader.read();
      await clock.advance(moment);
      line.unplug();
      await expect(within(reading)).rejects.toMatchObject({ code: 'offline', message: expect.stringContaining('the cable was pulled') });
      expect(told).toEqual(['offline']);
    }
  });

  test('silent while idle: three heartbeats, then offline, told once, line closed', async () => {
    const { clock, line, unit, told } = await connectedSam();
    unit.knobs.silent = true;
    await clock.advance(2 * (samDelays.heartbeat + samDelays.plain));
    expect(told).toEqual([]);
    await clock.advance(samDelays.heartbeat + samDelays.plain);
    expect(told).toEqual(['offline']);
    expect(line.isOpen).toBe(false);
    const sent = line.sent.length;
    await clock.advance(60_000);
    expect(line.sent).toHaveLength(sent);
  });

  test('silent while a document is looked for: offline after three finds', async () => {
    const { unit, reader, within, commands } = await connectedSam();
    unit.knobs.silent = true;
    await expect(within(reader.read())).rejects.toMatchObject({ code: 'offline', message: expect.stringContaining('left 3 commands unanswered') });
    expect(commands()).toEqual([FIND, FIND, FIND]);
  });

  test('two lost answers in a row are forgiven', async () => {
    const { clock, unit, reader, told, within } = await connectedSam();
    unit.knobs.loseAnswers = 2;
    const reading = reader.read();
    await clock.advance(1_000);
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reading)).toMatchObject(READ_ZHANG);
    expect(told).toEqual([]);
  });

  test('the self-test fails while a document is looked for: hardwareError, and online again when a heartbeat says so', async () => {
    const { clock, unit, reader, told, within } = await connectedSam();
    unit.knobs.broken = true;
    await expect(within(reader.read())).rejects.toMatchObject({ code: 'hardwareError', deviceCode: '60' });
    expect(told).toEqual(['hardwareError']);
    unit.knobs.broken = false;
    await clock.advance(samDelays.heartbeat + samDelays.plain);
    expect(told).toEqual(['hardwareError', 'online']);
  });

  test('closed while a document is looked for: the reading is told, nothing is left running', async () => {
    const { clock, line, reader, within } = await connectedSam();
    const reading = reader.read();
    await clock.advance(100);
    await Promise.all([expect(within(reading)).rejects.toMatchObject({ code: 'aborted', message: 'the ID reader was closed' }), reader.close()]);
    await clock.advance(10);
    expect(line.isOpen).toBe(false);
    expect(clock.pendingTimers).toBe(0);
    await reader.close();
    expect(reader.lastStatus).toEqual({ device: 'offline' });
  });

  test('connected anew while a document is looked for: the reading is told and the reader is online', async () => {
    const { clock, unit, reader, within } = await connectedSam();
    const reading = reader.read().catch((error: unknown) => error);
    await clock.advance(100);
    await within(reader.connect());
    expect(await reading).toMatchObject({ code: 'aborted' });
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reader.read())).toMatchObject(READ_ZHANG);
  });

  test('the power of the module fails while it reads: the document is read all the same', async () => {
    const { clock, unit, reader, within } = await connectedSam();
    unit.placeDocument(ZHANG_SAN);
    const reading = reader.read();
    await clock.advance(500);
    unit.powerCycle();
    expect(await within(reading, 10_000)).toMatchObject(READ_ZHANG);
  });

  test('the text that stands in the answer is the one that is told, whatever lay there before', async () => {
    const { unit, reader, within } = await connectedSam();
    unit.knobs.text = textOf({ validUntil: '长期    ' });
    unit.placeDocument(ZHANG_SAN);
    expect(await within(reader.read())).toMatchObject({ document: { validUntil: 'longTerm' } });
  });
});
