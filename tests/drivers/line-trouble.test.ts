import { expect, test } from 'vitest';
import { DeviceError } from '../../drivers/device.ts';
import { lineTrouble } from '../../drivers/line-trouble.ts';
import { TransportError, type TransportErrorCode } from '../../drivers/transport/transport.ts';

test.each<[TransportErrorCode, DeviceError['code'], string]>([
  ['badAddress', 'offline', 'the address in the configuration'],
  ['notFound', 'offline', 'the path in the configuration'],
  ['busy', 'offline', 'which other program'],
  ['refused', 'offline', 'this user may open the port'],
  ['lost', 'offline', 'the cable and the power'],
  ['timeout', 'offline', 'the cable and the power'],
  ['aborted', 'aborted', 'given up'],
])('a line that fails by %s: one message with device, line and what to check', (code, deviceCode, advice) => {
  const cause = new TransportError(code, 'serial:/dev/ttyUSB0', 'opening serial:/dev/ttyUSB0: some words of the system');
  const frames = [{ direction: 'toDevice', bytes: '01' }] as const;
  const error = lineTrouble(cause, 'the ID reader', frames);
  expect(error).toBeInstanceOf(DeviceError);
  expect(error).toMatchObject({ code: deviceCode, cause, frames });
  expect(String(error)).toContain('the ID reader: opening serial:/dev/ttyUSB0: some words of the system; ');
  expect(String(error)).toContain(advice);
});

test('what is no failure of a line is passed on as it is', () => {
  const error = new RangeError('a mistake of ours');
  expect(lineTrouble(error, 'the ID reader', [])).toBe(error);
});
