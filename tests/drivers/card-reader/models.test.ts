import { describe, expect, test } from 'vitest';
import { cardReaderModels } from '../../../drivers/card-reader/models.ts';
import { deviceModels, findModel } from '../../../drivers/registry.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

const deps = { transport: new SimulatedLine(), clock: new SimulatedClock() };

describe('card reader models', () => {
  test.each([
    ['crt591-m001', { canRetain: true, canDispense: true, interfaces: ['contactless', 'contact'] }],
    ['crt571', { canRetain: true, canDispense: true, interfaces: ['contactless', 'contact'] }],
    ['crt591-r02', { canRetain: true, canDispense: true, interfaces: ['contactless'] }],
    ['crt591-mr', { canRetain: true, canDispense: true, interfaces: ['contactless', 'contact'] }],
  ])('%s works without any option', (name, capabilities) => {
    const reader = findModel(deviceModels.cardReader, name).create({}, deps);
    expect(reader.capabilities).toEqual({ motorised: true, ...capabilities });
    expect(reader.lastStatus).toMatchObject({
      device: 'unknown',
      media: 'unknown',
      storage: [
        { id: 'stacker', use: 'dispense', level: 'unknown' },
        { id: 'retainBin', use: 'collect', level: 'unknown' },
      ],
    });
  });

  test('crt310 works without any option: no stacker, a bin that nothing watches', () => {
    const reader = findModel(deviceModels.cardReader, 'crt310').create({}, deps);
    expect(reader.capabilities).toEqual({ motorised: true, canRetain: true, canDispense: false, interfaces: ['contact', 'contactless'] });
    expect(reader.lastStatus.storage).toEqual([{ id: 'retainBin', use: 'collect', level: 'notSupported' }]);
  });

  test('pcsc-tray works without any option: no motor, no storage', () => {
    const reader = findModel(deviceModels.cardReader, 'pcsc-tray').create({}, deps);
    expect(reader.capabilities).toEqual({ motorised: false, canRetain: false, canDispense: false, interfaces: ['contactless'] });
    expect(reader.lastStatus).toEqual({ device: 'unknown', media: 'unknown', entry: 'disabled', storage: [] });
  });

  test('every model is named here', () => {
    expect(Object.keys(cardReaderModels).sort()).toEqual(['crt310', 'crt571', 'crt591-m001', 'crt591-mr', 'crt591-r02', 'pcsc-tray']);
  });

  test.each([
    [{ moves: { present: '3' } }, ['moves', 'present']],
    [{ enq: 'no' }, ['enq']],
    [{ interfaces: ['contact', 'contact'] }, ['interfaces']],
  ])('crt310 refuses %j, naming the place', (options, path) => {
    expect(cardReaderModels.crt310.schema.safeParse(options).error?.issues.map((issue) => issue.path)).toEqual([path]);
  });

  test('the move map of the M001 paper is the default; a relative’s is set byte by byte', () => {
    expect(cardReaderModels['crt591-m001'].schema.parse({})).toMatchObject({
      moves: { contactless: 0x32, contact: 0x31, present: 0x30, retain: 0x33, release: 0x39 },
      entry: { allow: 0x30, forbid: 0x31 },
      addr: true,
      statusBytes: 3,
    });
    // CRT-591-(R02), by one site's notes: reading position 34, ENTRY 32 accepts and 30 closes.
    expect(cardReaderModels['crt591-m001'].schema.parse({ moves: { contactless: '34' }, entry: { allow: '32', forbid: '30' } })).toMatchObject({
      moves: { contactless: 0x34, contact: 0x31 },
      entry: { allow: 0x32, forbid: 0x30 },
    });
  });

  test.each([
    [{ moves: { present: 'out' } }, ['moves', 'present']],
    [{ address: 16 }, ['address']],
    [{ interfaces: [] }, ['interfaces']],
    [{ interfaces: ['contact', 'contact'] }, ['interfaces']],
    [{ rfTypes: 'C' }, ['rfTypes']],
    [{ statusBytes: 4 }, ['statusBytes']],
  ])('%j is refused, naming the place', (options, path) => {
    expect(cardReaderModels.crt571.schema.safeParse(options).error?.issues.map((issue) => issue.path)).toEqual([path]);
  });

  test.each([
    [{ interface: 'both' }, ['interface']],
    [{ signal: true }, ['signal']],
  ])('%j is refused for a tray, naming the place', (options, path) => {
    expect(cardReaderModels['pcsc-tray'].schema.safeParse(options).error?.issues.map((issue) => issue.path)).toEqual([path]);
  });

  test('an unknown option is refused by name, an unknown model with the list of the known', () => {
    expect(cardReaderModels.crt571.schema.safeParse({ baud: 9600 }).error?.issues[0]?.message).toContain('baud');
    expect(() => findModel(deviceModels.cardReader, 'crt-9000')).toThrow(/unknown model "crt-9000"; expected one of crt591-m001, crt571/);
    expect(() => findModel(deviceModels.cardReader, 'toString')).toThrow(RangeError);
  });
});
