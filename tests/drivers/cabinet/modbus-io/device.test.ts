import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import { encodeAnswer } from '../../../../drivers/cabinet/modbus-io/codec.ts';
import { boardBench, connectedBoard } from './bench.ts';

const READ_INPUTS = '010200000002';
const READ_COIL = '010100000001';
const LAMP_ON = '01050000FF00';
const LAMP_OFF = '010500000000';

describe('connecting', () => {
  test('reads inputs and lamp once and tells what it found', async () => {
    const bench = boardBench();
    expect(bench.board.lastStatus).toEqual({ device: 'unknown', door: 'unknown', serviceSwitch: 'unknown', lamp: 'unknown' });
    bench.unit.openDoor();
    expect(await bench.within(bench.board.connect())).toEqual({ model: 'Modbus RTU I/O, unit 1' });
    expect(bench.requests()).toEqual([READ_INPUTS, READ_COIL]);
    expect(bench.told).toEqual([{ device: 'online', door: 'open', serviceSwitch: 'operator', lamp: 'off' }]);
  });

  test('what is not wired is not asked for and not supported', async () => {
    const bench = boardBench({ serviceSwitch: null, lamp: null });
    await bench.within(bench.board.connect());
    expect(bench.requests()).toEqual(['010200000001']);
    expect(bench.board.lastStatus).toEqual({ device: 'online', door: 'closed', serviceSwitch: 'notSupported', lamp: 'notSupported' });
    await expect(bench.board.setLamp('on')).rejects.toMatchObject({ code: 'notSupported' });
  });

  test('unit and addresses of the options are used; inputs far from each other are read by two requests', async () => {
    const wiring = { unit: 17, inputs: 256, coils: 256, doorInput: 0x20, switchInput: 0x80, lampCoil: 0xac };
    const bench = boardBench({ unit: 17, door: { input: 0x20 }, serviceSwitch: { input: 0x80 }, lamp: { coil: 0xac } }, wiring);
    await bench.within(bench.board.connect());
    expect(bench.requests()).toEqual(['110200200001', '110200800001', '110100AC0001']);
    expect(bench.board.lastStatus).toMatchObject({ door: 'closed', serviceSwitch: 'operator' });
  });

  test('the polarity of each input is an option', async () => {
    const bench = boardBench({ door: { openWhen: 'on' }, serviceSwitch: { maintenanceWhen: 'off' } }, { doorOpenLevel: true, maintenanceLevel: false });
    bench.unit.turnServiceSwitch('maintenance');
    await bench.within(bench.board.connect());
    expect(bench.board.lastStatus).toMatchObject({ door: 'closed', serviceSwitch: 'maintenance' });
  });

  test('nobody answers: offline, in words that say what was tried and what to check; then it rests', async () => {
    const bench = boardBench();
    bench.unit.knobs.silent = true;
    await expect(bench.within(bench.board.connect())).rejects.toMatchObject({
      code: 'offline',
      message:
        'sim:test: unit 1 left 3 requests unanswered, the last "read discrete inputs 0 to 1", and nothing was heard; check its power, both wires, the unit number and the speed',
    });
    expect(bench.told.map(({ device }) => device)).toEqual(['offline']);
    expect(bench.line.isOpen).toBe(false);
    await bench.clock.advance(60_000);
    expect(bench.requests()).toEqual([READ_INPUTS, READ_INPUTS, READ_INPUTS]);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('the wrong unit number: as if nobody were there', async () => {
    const bench = boardBench({ unit: 2 });
    await expect(bench.within(bench.board.connect())).rejects.toMatchObject({ code: 'offline', message: expect.stringContaining('unit 2') });
  });

  test('another device on the port: protocol, with what was heard', async () => {
    const bench = boardBench();
    bench.line.attachUnit(() => bench.line.fromUnit(fromHex('AA AA AA 96 69 00 04 00 00 10 14')));
    await expect(bench.within(bench.board.connect())).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('no Modbus answer was heard (33 bytes, the first AA)'),
    });
  });

  test('the board lacks a configured input: notSupported, naming unit, request and exception', async () => {
    const bench = boardBench({ door: { input: 100 }, serviceSwitch: null });
    await expect(bench.within(bench.board.connect())).rejects.toMatchObject({
      code: 'notSupported',
      deviceCode: '02',
      message: 'sim:test: unit 1 answers exception 02, illegal data address, to "read discrete inputs 100 to 100"; check its addresses in the configuration',
    });
    expect(bench.line.isOpen).toBe(false);
  });

  test('nothing is plugged in: offline', async () => {
    const bench = boardBench();
    bench.line.unplug();
    await expect(bench.within(bench.board.connect())).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringContaining('the cabinet I/O: nothing is plugged in'),
    });
  });

  test('an answer meant for an earlier process is not taken', async () => {
    const bench = boardBench();
    const connecting = bench.board.connect();
    await bench.clock.advance(100);
    bench.line.fromUnit(encodeAnswer(1, { name: 'readDiscreteInputs', data: Uint8Array.of(0x00) })); // "door open"
    await bench.within(connecting);
    expect(bench.told.map(({ door }) => door)).toEqual(['closed']);
  });

  test('aborted: the line is closed and nothing goes on behind the back', async () => {
    const bench = boardBench();
    bench.unit.knobs.silent = true;
    const abort = new AbortController();
    const connecting = bench.board.connect(abort.signal);
    await bench.clock.advance(400);
    abort.abort(new Error('shutting down'));
    await expect(bench.within(connecting)).rejects.toMatchObject({ code: 'aborted' });
    expect(bench.line.isOpen).toBe(false);
    await bench.clock.advance(60_000);
    expect(bench.requests()).toEqual([READ_INPUTS]);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('the cable is pulled while connecting: offline', async () => {
    const bench = boardBench();
    bench.unit.knobs.silent = true;
    const connecting = bench.board.connect();
    await bench.clock.advance(400);
    bench.line.unplug();
    await expect(bench.within(connecting)).rejects.toMatchObject({ code: 'offline' });
  });
});

describe('door and switch', () => {
  test('every change is told once, within a poll', async () => {
    const { clock, unit, told } = await connectedBoard();
    unit.openDoor();
    await clock.advance(250);
    unit.turnServiceSwitch('maintenance');
    await clock.advance(250);
    unit.closeDoor();
    await clock.advance(2_000);
    expect(told.map(({ door, serviceSwitch }) => `${door} ${serviceSwitch}`)).toEqual(['open operator', 'open maintenance', 'closed maintenance']);
  });

  test('status asks now', async () => {
    const { unit, board, within } = await connectedBoard({ pollEvery: 5_000 });
    unit.openDoor();
    expect(await within(board.status(), 100)).toMatchObject({ door: 'open' });
  });

  test('noise before every answer, as on a long wire', async () => {
    const { unit, board, within } = await connectedBoard();
    unit.knobs.noise = fromHex('00 01 02 F0');
    unit.openDoor();
    expect(await within(board.status())).toMatchObject({ device: 'online', door: 'open' });
  });

  test('an answer that comes twice is not taken for the next request’s', async () => {
    const { clock, unit, board, told, within } = await connectedBoard();
    unit.knobs.duplicateAnswers = 1;
    await within(board.status());
    unit.openDoor();
    await clock.advance(400);
    expect(told.map(({ door }) => door)).toEqual(['open']);
  });

  test('an answer that comes after its limit goes by before the next request', async () => {
    const { clock, line, board, frames, within } = await connectedBoard({ pollEvery: 5_000, serviceSwitch: null, lamp: null });
    // The first answer, "door open", comes 150 ms too late; whatever is asked later is answered "door closed" at once.
    const door = [
      { after: 450, data: 0x00 },
      { after: 5, data: 0x01 },
    ];
    line.attachUnit(() => {
      const { after, data } = door.shift() ?? { after: 5, data: 0x01 };
      clock.setTimeout(() => line.fromUnit(encodeAnswer(1, { name: 'readDiscreteInputs', data: Uint8Array.of(data) })), after);
    });
    expect(await within(board.status())).toMatchObject({ door: 'closed' });
    expect(frames.filter((frame) => frame.startsWith('<'))).toHaveLength(2); // it was heard, and dropped
  });

  test('an exception while polling: the inputs are unknown, and known again when it is over', async () => {
    const { clock, unit, board, told, within } = await connectedBoard();
    unit.knobs.exception = 0x04;
    await clock.advance(300);
    expect(told).toEqual([{ device: 'hardwareError', door: 'unknown', serviceSwitch: 'unknown', lamp: 'unknown' }]);
    await expect(within(board.status())).rejects.toMatchObject({ code: 'hardwareError', deviceCode: '04' });
    unit.knobs.exception = 0x06;
    await expect(within(board.status())).rejects.toMatchObject({ code: 'invalidState', deviceCode: '06' });
    expect(told.at(-1)?.device).toBe('deviceBusy');
    unit.knobs.exception = undefined;
    await clock.advance(300);
    expect(told.at(-1)).toEqual({ device: 'online', door: 'closed', serviceSwitch: 'operator', lamp: 'off' });
  });
});

describe('the lamp', () => {
  test('on and off', async () => {
    const { unit, board, told, requests, within } = await connectedBoard({ pollEvery: 5_000 });
    await within(board.setLamp('on'));
    expect(unit.isLit).toBe(true);
    await within(board.setLamp('off'));
    expect(unit.isLit).toBe(false);
    expect(requests()).toEqual([LAMP_ON, LAMP_OFF]);
    expect(told.map(({ lamp }) => lamp)).toEqual(['on', 'off']);
  });

  test('attention blinks evenly at 1 Hz, well below 2 Hz, until something else is asked for', async () => {
    const { clock, unit, board, told, within } = await connectedBoard();
    const turns: { at: number; lit: boolean }[] = [];
    unit.onChange(() => void turns.push({ at: clock.monotonic(), lit: unit.isLit }));
    await within(board.setLamp('attention'));
    await clock.advance(10_000);
    const lit = turns.filter((turn) => turn.lit).length;
    expect(lit).toBeGreaterThanOrEqual(9);
    expect(lit).toBeLessThanOrEqual(11);
    const halves = turns.slice(1).map((turn, index) => turn.at - (turns[index]?.at ?? 0));
    expect(Math.min(...halves)).toBeGreaterThanOrEqual(450);
    expect(turns.every((turn, index) => index === 0 || turn.lit !== turns[index - 1]?.lit)).toBe(true);
    expect(told.map(({ lamp }) => lamp)).toEqual(['attention']);
    await within(board.setLamp('on'));
    await clock.advance(5_000);
    expect(unit.isLit).toBe(true);
    expect(told.map(({ lamp }) => lamp)).toEqual(['attention', 'on']);
  });

  test('the answer of the write is lost: the coil is asked, and not written again', async () => {
    const { unit, board, requests, within } = await connectedBoard({ pollEvery: 5_000 });
    unit.knobs.loseAnswers = 1;
    await within(board.setLamp('on'));
    expect(requests()).toEqual([LAMP_ON, READ_COIL]);
    expect(board.lastStatus.lamp).toBe('on');
  });

  test('the write itself is lost: the coil is asked, and written once more', async () => {
    const { line, unit, board, requests, within } = await connectedBoard({ pollEvery: 5_000 });
    let lost = 1;
    line.attachUnit((bytes) => {
      if (lost > 0) lost -= 1;
      else unit.receive(bytes);
    });
    await within(board.setLamp('on'));
    expect(requests()).toEqual([LAMP_ON, READ_COIL, LAMP_ON]);
    expect(unit.isLit).toBe(true);
  });

  test('the board falls silent: the outcome is unknown, and it is offline', async () => {
    const { unit, board, told, within } = await connectedBoard({ pollEvery: 5_000 });
    unit.knobs.silent = true;
    await expect(within(board.setLamp('on'), 2_000)).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(told).toEqual([{ device: 'offline', door: 'unknown', serviceSwitch: 'unknown', lamp: 'unknown' }]);
  });

  test('a slow board: the contract’s 2 s end the call with an unknown outcome', async () => {
    const { unit, board, within, clock } = await connectedBoard({ pollEvery: 5_000, answerLimit: 500 });
    unit.knobs.silent = true;
    const began = clock.monotonic();
    await expect(within(board.setLamp('on'))).rejects.toMatchObject({ code: 'outcomeUnknown', message: expect.stringContaining('2 s') });
    expect(clock.monotonic() - began).toBeLessThanOrEqual(2_005);
  });

  test('an exception leaves the lamp as it is found', async () => {
    const { clock, unit, board, within } = await connectedBoard();
    await within(board.setLamp('on'));
    unit.knobs.exception = 0x04;
    await expect(within(board.setLamp('off'))).rejects.toMatchObject({ code: 'hardwareError', deviceCode: '04' });
    unit.knobs.exception = undefined;
    await clock.advance(1_000);
    expect(unit.isLit).toBe(true);
    expect(board.lastStatus.lamp).toBe('on');
  });

  test('the board loses its power: the lamp is told to be off, and lit again', async () => {
    const { clock, unit, board, told, within } = await connectedBoard();
    await within(board.setLamp('on'));
    told.length = 0;
    unit.powerCycle();
    expect(unit.isLit).toBe(false);
    await clock.advance(500);
    expect(unit.isLit).toBe(true);
    expect(told.map(({ lamp }) => lamp)).toEqual(['off', 'on']);
  });

  test.each(['on', 'attention'] as const)('unplugged and connected anew: %s is shown again', async (lamp) => {
    const { clock, line, unit, board, within } = await connectedBoard();
    await within(board.setLamp(lamp));
    line.unplug();
    unit.powerCycle();
    await clock.advance(1_000);
    expect(board.lastStatus).toEqual({ device: 'offline', door: 'unknown', serviceSwitch: 'unknown', lamp: 'unknown' });
    line.plug();
    await within(board.connect());
    await clock.advance(100);
    expect(unit.isLit).toBe(true);
    expect(board.lastStatus.lamp).toBe(lamp);
  });

  test('aborted while it waits for the answer: told at once', async () => {
    const { clock, unit, board, within } = await connectedBoard({ pollEvery: 5_000 });
    unit.knobs.answerDelay = 250;
    const abort = new AbortController();
    const setting = board.setLamp('on', abort.signal);
    await clock.advance(100);
    abort.abort();
    await expect(setting).rejects.toMatchObject({ code: 'aborted' });
    // Its answer is not taken for the next one's.
    unit.openDoor();
    expect(await within(board.status())).toMatchObject({ door: 'open', lamp: 'on' });
  });
});

describe('trouble', () => {
  test('unplugged while idle: offline is told once, calls fail at once, and it rests until it is connected again', async () => {
    const { clock, line, board, told, requests, within } = await connectedBoard();
    line.unplug();
    await clock.advance(60_000);
    expect(told.map(({ device }) => device)).toEqual(['offline']);
    await expect(board.status()).rejects.toMatchObject({ code: 'offline' });
    await expect(board.setLamp('on')).rejects.toMatchObject({ code: 'offline' });
    line.plug();
    await clock.advance(60_000);
    expect(requests()).toEqual([]);
    await within(board.connect());
    expect(told.map(({ device }) => device)).toEqual(['offline', 'online']);
  });

  test('unplugged between request and answer: the call ends with offline', async () => {
    const { clock, line, unit, board, told } = await connectedBoard({ pollEvery: 5_000 });
    unit.knobs.answerDelay = 100;
    const asking = board.status();
    await clock.advance(50);
    line.unplug();
    await expect(asking).rejects.toMatchObject({ code: 'offline' });
    expect(told.map(({ device }) => device)).toEqual(['offline']);
  });

  test('silent: after three unanswered requests offline, told once, line closed', async () => {
    const { clock, line, unit, told } = await connectedBoard();
    unit.knobs.silent = true;
    await clock.advance(60_000);
    expect(told.map(({ device }) => device)).toEqual(['offline']);
    expect(line.sent).toHaveLength(3);
    expect(line.isOpen).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  test('lost and damaged answers, two in a row, are forgiven', async () => {
    for (const fault of ['loseAnswers', 'corruptAnswers'] as const) {
      const { unit, board, told, within } = await connectedBoard({ pollEvery: 5_000 });
      unit.knobs[fault] = 2;
      unit.openDoor();
      expect(await within(board.status())).toMatchObject({ door: 'open' });
      expect(told.map(({ device }) => device)).toEqual(['online']);
    }
  });

  test('closed: calls are told, nothing is left running', async () => {
    const { clock, line, board, unit, within } = await connectedBoard();
    await within(board.setLamp('attention'));
    unit.knobs.answerDelay = 200;
    const asking = board.status().catch((error: unknown) => error);
    await clock.advance(50);
    await board.close();
    expect(await asking).toMatchObject({ code: 'aborted', message: 'the cabinet I/O was closed' });
    await clock.advance(200); // what the board still wanted to say
    expect(line.isOpen).toBe(false);
    expect(clock.pendingTimers).toBe(0);
    expect(board.lastStatus.device).toBe('offline');
    await board.close();
  });
});
