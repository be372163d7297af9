/** Of an identity document nothing leaves the port but a hash of its number and the first character of the name. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { DeviceError } from '../../../drivers/device.ts';
import type { IdDocument, IdReadOutcome } from '../../../drivers/id-reader/id-reader.ts';
import { documentPort } from '../../../main/terminal/ports/document-port.ts';
import { PortError } from '../../../state-machines/ports.ts';

const DOCUMENT: IdDocument = {
  name: '王堃',
  sex: 'female',
  nation: '01',
  birth: '1988-02-29',
  address: '北京市东城区示例胡同1号',
  number: '990101198802290028',
  issuer: '北京市公安局东城分局',
  validFrom: '2018-03-01',
  validUntil: '2038-03-01',
};
const never = new AbortController().signal;
const reading = (outcome: IdReadOutcome | Error, today = '2026-11-22') =>
  documentPort(
    {
      read: async () => {
        if (outcome instanceof Error) throw outcome;
        return outcome;
      },
    },
    () => today,
  ).read(never);

test('a document that was read is its number’s hash, as the issuer compares it, and a masked name', async () => {
  const documentHash = createHash('sha256').update('residentId:990101198802290028').digest('hex');
  const read = await reading({ kind: 'read', document: DOCUMENT });
  expect(read).toEqual({ kind: 'read', documentHash, name: '王**' });
  for (const field of [DOCUMENT.name, DOCUMENT.number, DOCUMENT.birth, DOCUMENT.address]) expect(JSON.stringify(read)).not.toContain(field);
});

test('a name that begins with a character beyond the basic plane keeps it whole', async () => {
  expect(await reading({ kind: 'read', document: { ...DOCUMENT, name: '𬭊一' } })).toMatchObject({ name: '𬭊**' });
});

test.each([
  ['the day before it is valid', '2018-02-28', 'expired'],
  ['its first day', '2018-03-01', 'read'],
  ['its last day', '2038-03-01', 'read'],
  ['the day after', '2038-03-02', 'expired'],
] as const)('on %s', async (_, today, kind) => {
  expect((await reading({ kind: 'read', document: DOCUMENT }, today)).kind).toBe(kind);
});

test('one for a long term has no last day', async () => {
  expect((await reading({ kind: 'read', document: { ...DOCUMENT, validUntil: 'longTerm' } }, '2099-01-01')).kind).toBe('read');
});

test.each([
  [{ kind: 'removed' }, 'removed'],
  [{ kind: 'otherDocument', marker: 'I' }, 'otherDocument'],
  [{ kind: 'implausible', field: 'number' }, 'unreadable'],
  [{ kind: 'unreadable', deviceCode: '41' }, 'unreadable'],
] as const)('%o is %s', async (outcome, kind) => {
  expect(await reading(outcome)).toEqual({ kind });
});

test('a reader that is away, or not fitted, is a device fault; one that nobody waits for was given up', async () => {
  await expect(reading(new DeviceError('offline', 'pulled'))).rejects.toMatchObject({ code: 'deviceFault' });
  await expect(documentPort(undefined, () => '2026-11-22').read(never)).rejects.toMatchObject({ code: 'deviceFault', detail: 'notFitted' });
  const givingUp = AbortSignal.abort();
  const port = documentPort({ read: async () => Promise.reject(new DeviceError('aborted', 'aborted')) }, () => '2026-11-22');
  await expect(port.read(givingUp)).rejects.toBeInstanceOf(PortError);
  await expect(port.read(givingUp)).rejects.toMatchObject({ code: 'aborted' });
});
