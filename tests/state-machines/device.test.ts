/** Supervision of a device, told by a port that the test plays. */
import { createActor } from 'xstate';
import { describe, expect, test } from 'vitest';
import { chartClock } from '../../state-machines/chart-types.ts';
import { conditionOf, deviceDelays, deviceMachine, DeviceTroubleError, type DevicePort, type DeviceReport } from '../../state-machines/device.ts';
import type { DeviceIdentity } from '../../common/device-words.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const WHOLE: DeviceReport = { health: 'online', impairments: [], storage: [{ id: 'paperRoll', use: 'dispense', level: 'ok' }] };
const OUT: DeviceReport = { health: 'online', impairments: ['paper.out'], storage: [{ id: 'paperRoll', use: 'dispense', level: 'empty' }] };
const WHO: DeviceIdentity = { model: 'P1', firmware: '2.0' };
const trouble = (code: string, lasting = false): DeviceTroubleError => new DeviceTroubleError({ code, message: `${code} it is`, lasting });

/** A device whose answers the test writes; every attempt is counted with its time. */
class PlayedDevice implements DevicePort {
  readonly clock = new SimulatedClock();
  readonly attempts: number[] = [];
  checks = 0;
  heard: DeviceReport = WHOLE;
  connects: () => Promise<DeviceIdentity> = async () => WHO;
  answers: () => Promise<DeviceReport> = async () => WHOLE;
  #listeners = new Set<(report: DeviceReport) => void>();

  connect(): Promise<DeviceIdentity> {
    this.attempts.push(this.clock.monotonic());
    return this.connects();
  }
  check(): Promise<DeviceReport> {
    this.checks += 1;
    return this.answers();
  }
  last(): DeviceReport {
    return this.heard;
  }
  onReport(listener: (report: DeviceReport) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  says(report: DeviceReport): void {
    for (const listener of this.#listeners) listener(report);
  }
  get listeners(): number {
    return this.#listeners.size;
  }
}

async function supervised(prepare: (device: PlayedDevice) => void = () => {}) {
  const device = new PlayedDevice();
  prepare(device);
  const { clock } = device;
  const actor = createActor(deviceMachine, {
    input: { port: device },
    clock: chartClock(clock),
  });
  actor.start();
  await clock.advance(0);
  return { device, clock, actor, condition: () => conditionOf(actor.getSnapshot()), context: () => actor.getSnapshot().context };
}

describe('a device that is there', () => {
  test('is connected, asked who it is and what it has, and is ready', async () => {
    const { condition, context, device } = await supervised();
    expect(condition()).toBe('ready');
    expect(context()).toMatchObject({ identity: WHO, report: WHOLE, trouble: undefined, failures: 0 });
    expect(device.attempts).toHaveLength(1);
  });

  test('that lacks something is degraded, and ready again when it says so', async () => {
    const { condition, device } = await supervised((played) => (played.answers = async () => OUT));
    expect(condition()).toBe('degraded');
    device.says(WHOLE);
    expect(condition()).toBe('ready');
    device.says(OUT);
    expect(condition()).toBe('degraded');
    expect(device.attempts).toHaveLength(1);
  });

  test('that answers and says that it is broken has failed, is not reconnected, and is ready when it says it is whole', async () => {
    const { condition, device, clock } = await supervised();
    device.says({ ...WHOLE, health: 'hardwareError' });
    expect(condition()).toBe('failed');
    await clock.advance(deviceDelays.lastingRetry);
    expect(device.attempts).toHaveLength(1);
    device.says(WHOLE);
    expect(condition()).toBe('ready');
  });

  test('is looked at again at every heartbeat, and not asked: that would disturb what it is doing', async () => {
    const { condition, device, clock } = await supervised();
    device.heard = OUT;
    await clock.advance(deviceDelays.heartbeat - 1);
    expect(condition()).toBe('ready');
    await clock.advance(1);
    expect(condition()).toBe('degraded');
    device.heard = WHOLE;
    await clock.advance(deviceDelays.heartbeat);
    expect(condition()).toBe('ready');
    expect(device.checks).toBe(1);
  });
});

describe('a device that goes away', () => {
  test('is connected again after the first back-off, once', async () => {
    const { condition, device, clock, context } = await supervised();
    device.says({ ...WHOLE, health: 'offline' });
    expect(condition()).toBe('waiting');
    expect(context()).toMatchObject({ trouble: { code: 'offline' }, report: { health: 'offline' } });
    expect(device.listeners).toBe(0);
    await clock.advance(deviceDelays.backOffFirst - 1);
    expect(device.attempts).toHaveLength(1);
    await clock.advance(1);
    expect(condition()).toBe('ready');
    expect(device.attempts).toHaveLength(2);
    expect(context().trouble).toBeUndefined();
  });

  test('and stays away is tried ever more seldom, at last every half minute, and never given up', async () => {
    const { device, clock, condition } = await supervised((played) => (played.connects = () => Promise.reject(trouble('timeout'))));
    for (let second = 0; second < 600; second += 1) await clock.advance(1000);
    const waits = device.attempts.slice(1).map((at, index) => at - (device.attempts[index] ?? 0));
    expect(waits.slice(0, 8)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(new Set(waits.slice(7))).toEqual(new Set([30_000]));
    expect(condition()).toBe('waiting');
  });

  test('without a word of it that was heard is noticed at the heartbeat', async () => {
    const { condition, device, clock } = await supervised();
    device.heard = { ...WHOLE, health: 'offline' };
    device.connects = () => Promise.reject(trouble('notFound'));
    await clock.advance(deviceDelays.heartbeat);
    expect(condition()).toBe('waiting');
  });

  test('is tried at once when somebody asks for it', async () => {
    const { device, clock, actor, condition } = await supervised((played) => (played.connects = () => Promise.reject(trouble('notFound'))));
    for (let round = 0; round < 6; round += 1) await clock.advance(16_000);
    const before = device.attempts.length;
    device.connects = async () => WHO;
    actor.send({ type: 'RETRY' });
    await clock.advance(0);
    expect(device.attempts).toHaveLength(before + 1);
    expect(condition()).toBe('ready');
  });

  test('again and again does not hammer the line: the back-off only starts anew after a heartbeat', async () => {
    const { device, clock, condition } = await supervised();
    for (let round = 0; round < 4; round += 1) {
      device.says({ ...WHOLE, health: 'offline' });
      await clock.advance(deviceDelays.backOffFirst * 2 ** round);
      expect(condition()).toBe('ready');
    }
    await clock.advance(deviceDelays.heartbeat);
    device.says({ ...WHOLE, health: 'offline' });
    await clock.advance(deviceDelays.backOffFirst);
    expect(condition()).toBe('ready');
  });
});

describe('a device that time alone does not mend', () => {
  test('has failed with the reason, and is tried now and then and whenever somebody asks', async () => {
    const { condition, context, device, clock, actor } = await supervised((played) => (played.connects = () => Promise.reject(trouble('protocol', true))));
    expect(condition()).toBe('failed');
    expect(context().trouble).toEqual({ code: 'protocol', message: 'protocol it is', lasting: true });
    await clock.advance(deviceDelays.lastingRetry - 1);
    expect(device.attempts).toHaveLength(1);
    await clock.advance(1);
    expect(device.attempts).toHaveLength(2);
    actor.send({ type: 'RETRY' });
    await clock.advance(0);
    expect(device.attempts).toHaveLength(3);
  });
});

test('a fault of the driver itself is a trouble like any other: told, and tried again', async () => {
  const { condition, context } = await supervised((played) => (played.connects = () => Promise.reject(new TypeError('undefined is not a printer'))));
  expect(condition()).toBe('waiting');
  expect(context().trouble).toEqual({ code: 'unexpected', message: 'undefined is not a printer', lasting: false });
});

test('stopped while it connects, the attempt is told to end', async () => {
  let signal: AbortSignal | undefined;
  const device = new PlayedDevice();
  const port: DevicePort = {
    connect: (given) => {
      signal = given;
      return new Promise(() => {});
    },
    check: () => device.check(),
    last: () => device.last(),
    onReport: (listener) => device.onReport(listener),
  };
  const actor = createActor(deviceMachine, { input: { port } });
  actor.start();
  actor.stop();
  expect(signal?.aborted).toBe(true);
});
