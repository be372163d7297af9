/**
 * What every cabinet I/O owes its class (drivers/cabinet/cabinet-io.ts), as sentences that hold for each model on each stand. A new model
 * adds its simulator to cabinet-io-units.ts and one line to cabinet-io.test.ts.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../common/clock.ts';
import type { CabinetIo, CabinetStatus } from '../../../drivers/cabinet/cabinet-io.ts';
import type { SimulatedCabinetIo } from '../../../drivers/cabinet/simulated-cabinet-io.ts';
import type { Transport } from '../../../drivers/transport/transport.ts';
import type { Stand } from './stand.ts';

export interface CabinetIoSubject {
  readonly stand: () => Promise<Stand<SimulatedCabinetIo>>;
  /** Why this stand can't be on this machine; undefined: it can. */
  readonly missing: string | undefined;
  readonly create: (deps: { readonly transport: Transport; readonly clock: Clock }) => CabinetIo;
}

const NOBODY_KNOWS = { door: 'unknown', serviceSwitch: 'unknown', lamp: 'unknown' } as const;

export function cabinetIoConformance(name: string, subject: CabinetIoSubject): void {
  describe(name, () => {
    let stand: Stand<SimulatedCabinetIo>;
    let cabinet: CabinetIo;
    let told: CabinetStatus[];

    beforeEach(async (context) => {
      context.skip(subject.missing !== undefined, `not run: ${subject.missing}`);
      stand = await subject.stand();
      cabinet = subject.create(stand);
      told = [];
      cabinet.onEvent(({ status }) => void told.push(status));
    });
    afterEach(async () => {
      if (subject.missing !== undefined) return;
      await stand.settled(cabinet.close());
      await stand.dispose();
    });

    const connect = async (): Promise<void> => {
      await stand.settled(cabinet.connect());
    };
    const devices = (): string[] => told.map(({ device }) => device).filter((device, index, all) => device !== all[index - 1]);
    const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
      stand.settled(
        promise.then(
          () => 'no failure',
          (error: unknown) => error,
        ),
      );

    test('nothing is known until connected; then everything, told at once', async () => {
      expect(cabinet.lastStatus).toEqual({ device: 'unknown', ...NOBODY_KNOWS });
      await stand.unit.call('turnServiceSwitch', 'maintenance');
      expect((await stand.settled(cabinet.connect())).model).not.toBe('');
      expect(told).toEqual([{ device: 'online', door: 'closed', serviceSwitch: 'maintenance', lamp: 'off' }]);
    });

    test('not connected: calls fail with offline at once', async () => {
      await expect(cabinet.status()).rejects.toMatchObject({ name: 'DeviceError', code: 'offline' });
      await expect(cabinet.setLamp('on')).rejects.toMatchObject({ name: 'DeviceError', code: 'offline' });
    });

    test('connected twice: online still', async () => {
      await connect();
      await connect();
      expect(await stand.settled(cabinet.status())).toMatchObject({ device: 'online', door: 'closed' });
    });

    test('nobody answers: connecting fails with one message that names the address and what to check', async () => {
      await stand.unit.knob('silent', true);
      const failure = await failureOf(cabinet.connect());
      expect(failure).toMatchObject({ name: 'DeviceError', code: 'offline' });
      expect(String(failure)).toContain(stand.transport.address);
      expect(String(failure)).toContain('check');
      expect(stand.transport.isOpen).toBe(false);
    });

    test('nothing is plugged in: connecting fails with offline', async () => {
      await stand.unplug();
      expect(await failureOf(cabinet.connect())).toMatchObject({ name: 'DeviceError', code: 'offline' });
    });

    test('door and switch are told as they change', async () => {
      await connect();
      await stand.unit.call('openDoor');
      await stand.until('the door is seen open', () => cabinet.lastStatus.door === 'open');
      await stand.unit.call('turnServiceSwitch', 'maintenance');
      await stand.until('the switch is seen', () => cabinet.lastStatus.serviceSwitch === 'maintenance');
      await stand.unit.call('closeDoor');
      await stand.unit.call('turnServiceSwitch', 'operator');
      await stand.until('both are seen', () => cabinet.lastStatus.door === 'closed' && cabinet.lastStatus.serviceSwitch === 'operator');
      expect(told[1]).toEqual({ device: 'online', door: 'open', serviceSwitch: 'operator', lamp: 'off' });
    });

    test('status asks now', async () => {
      await connect();
      await stand.unit.call('openDoor');
      expect(await stand.settled(cabinet.status())).toEqual({ device: 'online', door: 'open', serviceSwitch: 'operator', lamp: 'off' });
    });

    test('the lamp is lit and put out', async () => {
      await connect();
      await stand.settled(cabinet.setLamp('on'));
      expect(await stand.unit.get('isLit')).toBe(true);
      expect(cabinet.lastStatus.lamp).toBe('on');
      await stand.settled(cabinet.setLamp('off'));
      expect(await stand.unit.get('isLit')).toBe(false);
      expect(cabinet.lastStatus.lamp).toBe('off');
    });

    test('attention blinks, slower than 2 Hz, and ends with the next order', async () => {
      await connect();
      const lit = (wanted: boolean): Promise<void> => stand.until(wanted ? 'lit' : 'unlit', async () => (await stand.unit.get('isLit')) === wanted);
      await stand.settled(cabinet.setLamp('attention'));
      await lit(false);
      const began = stand.clock.monotonic();
      for (const wanted of [true, false, true, false]) await lit(wanted);
      expect((stand.clock.monotonic() - began) / 2).toBeGreaterThan(500);
      expect(cabinet.lastStatus.lamp).toBe('attention');
      await stand.settled(cabinet.setLamp('off'));
      expect(await stand.unit.get('isLit')).toBe(false);
      expect(cabinet.lastStatus.lamp).toBe('off');
    });

    test('its power fails: the lamp is lit again', async () => {
      await connect();
      await stand.settled(cabinet.setLamp('on'));
      await stand.unit.call('powerCycle');
      await stand.until('lit again', async () => await stand.unit.get('isLit'));
      await stand.until('told', () => cabinet.lastStatus.lamp === 'on');
    });

    test.each([
      ['noise between frames', 'noise', '00FF7E'],
      ['one byte a read', 'pieces', 1],
      ['three bytes a read', 'pieces', 3],
      ['late answers', 'delay', 60],
      ['reads glued together', 'glue', 40],
    ] as const)('%s: it connects, sees the door and lights the lamp all the same', async (_what, knob, value) => {
      await stand.unit.wire(knob, value);
      await connect();
      await stand.unit.call('openDoor');
      expect(await stand.settled(cabinet.status())).toMatchObject({ door: 'open' });
      await stand.settled(cabinet.setLamp('on'));
      expect(await stand.unit.get('isLit')).toBe(true);
      expect(devices()).toEqual(['online']);
    });

    test.each(['loseAnswers', 'corruptAnswers'] as const)('two answers in a row spoiled (%s): nothing is told but what is', async (fault) => {
      await connect();
      await stand.unit.knob(fault, 2);
      await stand.unit.call('openDoor');
      expect(await stand.settled(cabinet.status())).toMatchObject({ device: 'online', door: 'open' });
      await stand.unit.knob(fault, 1);
      await stand.settled(cabinet.setLamp('on'));
      expect(await stand.unit.get('isLit')).toBe(true);
      expect(devices()).toEqual(['online']);
    });

    test('unplugged while idle: offline once, at rest, and as new after it is plugged in and connected', async () => {
      await connect();
      await stand.unplug();
      await stand.until('offline', () => cabinet.lastStatus.device === 'offline');
      expect(cabinet.lastStatus).toEqual({ device: 'offline', ...NOBODY_KNOWS });
      await expect(cabinet.status()).rejects.toMatchObject({ code: 'offline' });
      expect(stand.transport.isOpen).toBe(false);
      await stand.plug();
      await stand.unit.call('openDoor');
      await connect();
      expect(cabinet.lastStatus).toMatchObject({ device: 'online', door: 'open' });
      expect(devices()).toEqual(['online', 'offline', 'online']);
    });

    test('the wire breaks in the middle of an answer: offline, and as new after plugging in', async () => {
      await connect();
      await stand.unit.wire('breakAfter', 3);
      await stand.until('offline', () => cabinet.lastStatus.device === 'offline');
      await stand.plug();
      await connect();
      expect(devices()).toEqual(['online', 'offline', 'online']);
    });

    test('the wire breaks while the lamp is switched: the outcome is unknown, or the line is known to be lost', async () => {
      await connect();
      await stand.unit.wire('breakAfter', 1);
      const failure = await failureOf(cabinet.setLamp('on'));
      expect(['outcomeUnknown', 'offline']).toContain((failure as { code?: string }).code);
      expect(cabinet.lastStatus.device).toBe('offline');
    });

    test('it falls silent: offline, told once, line closed', async () => {
      await connect();
      await stand.unit.knob('silent', true);
      await stand.until('offline', () => cabinet.lastStatus.device === 'offline');
      expect(devices()).toEqual(['online', 'offline']);
      await stand.until('closed', () => !stand.transport.isOpen);
    });

    test('closed: at rest, and closing again changes nothing', async () => {
      await connect();
      await stand.settled(cabinet.close());
      await stand.settled(cabinet.close());
      expect(devices()).toEqual(['online', 'offline']);
      await expect(cabinet.status()).rejects.toMatchObject({ code: 'offline' });
    });
  });
}
