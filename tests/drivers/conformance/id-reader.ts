/**
 * What every ID reader owes its class (drivers/id-reader/id-reader.ts), as sentences that hold for each model on each stand. A new model
 * adds its simulator to id-reader-units.ts and one line to id-reader.test.ts.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../common/clock.ts';
import type { IdReader, IdReadOutcome } from '../../../drivers/id-reader/id-reader.ts';
import type { SimulatedDocument, SimulatedIdReader } from '../../../drivers/id-reader/simulated-id-reader.ts';
import type { Transport } from '../../../drivers/transport/transport.ts';
import type { Stand } from './stand.ts';

export interface IdReaderSubject {
  readonly stand: () => Promise<Stand<SimulatedIdReader>>;
  /** Why this stand can't be on this machine; undefined: it can. */
  readonly missing: string | undefined;
  readonly create: (deps: { readonly transport: Transport; readonly clock: Clock }) => IdReader;
}

/** Nobody: region 99 does not exist. */
const WANG: SimulatedDocument = {
  name: '王小明',
  sex: '2',
  nation: '97',
  birth: '19491231',
  address: '示例省示例市样本路2号',
  number: '99010519491231004X',
  issuer: '示例市公安局',
  validFrom: '20160229',
  validUntil: '长期',
};

const WANG_AS_READ: IdReadOutcome = {
  kind: 'read',
  document: {
    name: '王小明',
    sex: 'female',
    nation: '97',
    birth: '1949-12-31',
    address: '示例省示例市样本路2号',
    number: '99010519491231004X',
    issuer: '示例市公安局',
    validFrom: '2016-02-29',
    validUntil: 'longTerm',
  },
};

export function idReaderConformance(name: string, subject: IdReaderSubject): void {
  describe(name, () => {
    let stand: Stand<SimulatedIdReader>;
    let reader: IdReader;
    let told: string[];
    let frames: string[];

    beforeEach(async (context) => {
      context.skip(subject.missing !== undefined, `not run: ${subject.missing}`);
      stand = await subject.stand();
      reader = subject.create(stand);
      told = [];
      frames = [];
      reader.onEvent(({ status }) => void told.push(status.device));
      reader.onFrame(({ bytes }) => void frames.push(bytes));
    });
    afterEach(async () => {
      if (subject.missing !== undefined) return;
      await stand.settled(reader.close());
      await stand.dispose();
    });

    const connect = async (): Promise<void> => {
      await stand.settled(reader.connect());
    };
    const place = (document: SimulatedDocument = WANG): Promise<void> => stand.unit.call('placeDocument', document);
    const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
      stand.settled(
        promise.then(
          () => 'no failure',
          (error: unknown) => error,
        ),
      );

    test('unknown until connected; then online, told once, with a name', async () => {
      expect(reader.lastStatus).toEqual({ device: 'unknown' });
      expect((await stand.settled(reader.connect())).model).not.toBe('');
      expect(told).toEqual(['online']);
    });

    test('not connected: a reading fails with offline at once', async () => {
      await expect(reader.read()).rejects.toMatchObject({ name: 'DeviceError', code: 'offline' });
    });

    test('connected twice: online still, and it reads', async () => {
      await connect();
      await connect();
      await place();
      expect(await stand.settled(reader.read())).toEqual(WANG_AS_READ);
    });

    test('nobody answers: connecting fails with one message that names the address and what to check', async () => {
      await stand.unit.knob('silent', true);
      const failure = await failureOf(reader.connect());
      expect(failure).toMatchObject({ name: 'DeviceError', code: 'offline' });
      expect(String(failure)).toContain(stand.transport.address);
      expect(String(failure)).toContain('check');
      expect(told).toEqual(['offline']);
      expect(stand.transport.isOpen).toBe(false);
    });

    test('nothing is plugged in: connecting fails with offline', async () => {
      await stand.unplug();
      expect(await failureOf(reader.connect())).toMatchObject({ name: 'DeviceError', code: 'offline' });
    });

    test('a reading waits until a document is laid down, then tells every field', async () => {
      await connect();
      const reading = reader.read();
      await stand.until('it has looked', () => frames.length >= 6);
      await place();
      expect(await stand.settled(reading)).toEqual(WANG_AS_READ);
    });

    test('two persons one after the other', async () => {
      await connect();
      await place();
      await stand.settled(reader.read());
      await stand.unit.call('takeDocument');
      await place({ ...WANG, name: '李四' });
      expect(await stand.settled(reader.read())).toMatchObject({ kind: 'read', document: { name: '李四' } });
    });

    test('a document of another layout is refused by its marker', async () => {
      await connect();
      await place({ ...WANG, marker: 'J' });
      expect(await stand.settled(reader.read())).toEqual({ kind: 'otherDocument', marker: 'J' });
    });

    test('a number with a wrong check character is implausible', async () => {
      await connect();
      await place({ ...WANG, number: '990105194912310041' });
      expect(await stand.settled(reader.read())).toEqual({ kind: 'implausible', field: 'number' });
    });

    test('a document that never lets itself be read: unreadable, with the device’s code', async () => {
      await connect();
      await stand.unit.knob('failReads', 1_000);
      await place();
      const outcome = await stand.settled(reader.read());
      expect(outcome).toMatchObject({ kind: 'unreadable' });
      expect('deviceCode' in outcome ? outcome.deviceCode : '').not.toBe('');
    });

    test('a document that lets itself be read at the second try is read', async () => {
      await connect();
      await stand.unit.knob('failReads', 1);
      await place();
      expect(await stand.settled(reader.read())).toEqual(WANG_AS_READ);
    });

    test('a second reading at the same time is refused', async () => {
      await connect();
      const reading = reader.read();
      await expect(reader.read()).rejects.toMatchObject({ code: 'invalidState' });
      await place();
      expect(await stand.settled(reading)).toEqual(WANG_AS_READ);
    });

    test('aborted: told at once, and the next person’s document is the one that is read', async () => {
      await connect();
      await place();
      const abort = new AbortController();
      const reading = reader.read(abort.signal);
      await stand.until('it has begun', () => frames.length >= 3);
      abort.abort(new Error('back'));
      await expect(reading).rejects.toMatchObject({ name: 'DeviceError', code: 'aborted' });
      await place({ ...WANG, name: '李四' });
      expect(await stand.settled(reader.read())).toMatchObject({ kind: 'read', document: { name: '李四' } });
    });

    test.each([
      ['noise between frames', 'noise', '00FF7E'],
      ['one byte a read', 'pieces', 1],
      ['seven bytes a read', 'pieces', 7],
      ['late answers', 'delay', 60],
      ['reads glued together', 'glue', 40],
    ] as const)('%s: it connects and reads all the same', async (_what, knob, value) => {
      await stand.unit.wire(knob, value);
      await connect();
      await place();
      expect(await stand.settled(reader.read())).toEqual(WANG_AS_READ);
      expect(told).toEqual(['online']);
    });

    test.each(['loseAnswers', 'corruptAnswers'] as const)('two answers in a row spoiled (%s): it reads all the same', async (fault) => {
      await connect();
      await place();
      await stand.unit.knob(fault, 2);
      expect(await stand.settled(reader.read())).toEqual(WANG_AS_READ);
      expect(told).toEqual(['online']);
    });

    test('nothing of a person is in any frame that is told', async () => {
      await connect();
      await place();
      await stand.settled(reader.read());
      for (const secret of [WANG.name, WANG.number, WANG.birth, WANG.address.slice(0, 4)]) {
        for (const encoding of ['utf16le', 'utf8'] as const) {
          const hex = Buffer.from(secret, encoding).toString('hex').toUpperCase();
          expect(frames.filter((frame) => frame.includes(hex))).toEqual([]);
        }
      }
      expect(frames.some((frame) => frame.includes('XXXX'))).toBe(true);
    });

    test('unplugged while idle: offline once, at rest, and as new after it is plugged in and connected', async () => {
      await connect();
      await stand.unplug();
      await stand.until('offline', () => told.includes('offline'));
      await expect(reader.read()).rejects.toMatchObject({ code: 'offline' });
      expect(stand.transport.isOpen).toBe(false);
      await stand.plug();
      const heard = frames.length;
      await connect();
      expect(frames.length).toBeGreaterThan(heard);
      expect(told).toEqual(['online', 'offline', 'online']);
      await place();
      expect(await stand.settled(reader.read())).toEqual(WANG_AS_READ);
    });

    test('unplugged while it looks: the reading ends with offline', async () => {
      await connect();
      const reading = reader.read();
      await stand.until('it has looked', () => frames.length >= 4);
      const failure = failureOf(reading);
      await stand.unplug();
      expect(await failure).toMatchObject({ name: 'DeviceError', code: 'offline' });
      expect(told).toEqual(['online', 'offline']);
    });

    test('the wire breaks in the middle of a record: offline, nothing of it is told, and it is read after plugging in', async () => {
      await connect();
      await place();
      await stand.unit.wire('breakAfter', 300);
      expect(await failureOf(reader.read())).toMatchObject({ name: 'DeviceError', code: 'offline' });
      expect(told).toEqual(['online', 'offline']);
      await stand.plug();
      await connect();
      expect(await stand.settled(reader.read())).toEqual(WANG_AS_READ);
    });

    test('it falls silent while it looks: offline, told once, line closed', async () => {
      await connect();
      await stand.unit.knob('silent', true);
      expect(await failureOf(reader.read())).toMatchObject({ code: 'offline' });
      expect(told).toEqual(['online', 'offline']);
      expect(stand.transport.isOpen).toBe(false);
    });

    test('its own test fails: hardwareError, and online again when it is well', async () => {
      await connect();
      await stand.unit.knob('broken', true);
      expect(await failureOf(reader.read())).toMatchObject({ code: 'hardwareError' });
      expect(reader.lastStatus).toEqual({ device: 'hardwareError' });
      await stand.unit.knob('broken', false);
      await place();
      expect(await stand.settled(reader.read())).toEqual(WANG_AS_READ);
      expect(told).toEqual(['online', 'hardwareError', 'online']);
    });

    test('its power fails while it looks: the document is read all the same', async () => {
      await connect();
      const reading = reader.read();
      await stand.until('it has looked', () => frames.length >= 4);
      await stand.unit.call('powerCycle');
      await place();
      expect(await stand.settled(reading)).toEqual(WANG_AS_READ);
    });

    test('closed while it looks: the reading is told, and closing again changes nothing', async () => {
      await connect();
      const failure = failureOf(reader.read());
      await stand.settled(reader.close());
      expect(await failure).toMatchObject({ name: 'DeviceError', code: 'aborted' });
      await stand.settled(reader.close());
      expect(told).toEqual(['online', 'offline']);
    });
  });
}
