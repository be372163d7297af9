import { expect, test } from 'vitest';
import { cabinetIoModels } from '../../../drivers/cabinet/models.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

const { schema, create } = cabinetIoModels['modbus-io'];

test('modbus-io works without any option: door at input 0, switch at 1, lamp at coil 0', () => {
  const options = schema.parse({});
  expect(options).toEqual({
    unit: 1,
    door: { input: 0, openWhen: 'off' },
    serviceSwitch: { input: 1, maintenanceWhen: 'on' },
    lamp: { coil: 0 },
    pollEvery: 200,
    answerLimit: 300,
  });
  expect(create(options, { transport: new SimulatedLine(), clock: new SimulatedClock() }).lastStatus.device).toBe('unknown');
});

test('what is not wired is null', () => {
  expect(schema.parse({ door: null, serviceSwitch: null, lamp: null })).toMatchObject({ door: null, serviceSwitch: null, lamp: null });
});

test.each([
  [{ unit: 0 }, 'unit'],
  [{ unit: 248 }, 'unit'],
  [{ door: { input: -1 } }, 'door.input'],
  [{ door: { input: 65_536 } }, 'door.input'],
  [{ serviceSwitch: { maintenanceWhen: 'high' } }, 'serviceSwitch.maintenanceWhen'],
  [{ lamp: { pin: 1 } }, 'lamp'],
  [{ pollEvery: 10 }, 'pollEvery'],
  [{ answerLimit: 5_000 }, 'answerLimit'],
  [{ port: 'COM1' }, ''],
])('%j is refused at %j', (options, path) => {
  expect(schema.safeParse(options).error?.issues[0]?.path.join('.')).toBe(path);
});
