import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import {
  askIdentity,
  askProcessId,
  askStatus,
  CLEAR_AND_RECOVER,
  CONDITIONS,
  decodeAutomaticStatus,
  decodeQueueAnswer,
  decodeStatusAnswer,
  encodeAutomaticStatus,
  encodeIdentityAnswer,
  encodeProcessIdAnswer,
  encodeQueueAnswer,
  encodeStatusAnswer,
  feedAndCut,
  HEALTHY,
  STATUS_QUESTIONS,
  type RawStatus,
} from '../../../../drivers/receipt-printer/escpos/codec.ts';

/** What only Custom-style printers say has no bit here. */
const NOT_EPSON: readonly (keyof RawStatus)[] = ['virtualPaperEnd', 'ticketAtOutput', 'presenterJam', 'motorOn', 'lineError'];
const rawStatus = fc
  .record(Object.fromEntries(CONDITIONS.map((condition) => [condition, fc.boolean()])) as Record<keyof RawStatus, fc.Arbitrary<boolean>>)
  .map((status) => ({ ...status, ...Object.fromEntries(NOT_EPSON.map((condition) => [condition, false])) }));

describe('ESC/POS codec', () => {
  it('phrases each command as the document prints it', () => {
    expect(toHex(askStatus(4))).toBe('100404');
    expect(toHex(CLEAR_AND_RECOVER)).toBe('100502');
    expect(toHex(feedAndCut('gsV66', 24, 0))).toBe('1D564218');
    expect(toHex(feedAndCut('gsV65', 24, 0))).toBe('1D564118');
    expect(toHex(feedAndCut('escI', 40, 255))).toBe('1B4AFF1B4A281B69');
    expect(toHex(feedAndCut('byEjector', 40, 160))).toBe('1B4AC8');
    expect(toHex(askIdentity(66))).toBe('1D4942');
    expect(toHex(askProcessId('0001'))).toBe('1D28480600303030303031');
    expect(toHex(encodeProcessIdAnswer('0001'))).toBe('37223030303100');
    expect(toHex(encodeIdentityAnswer('EPSON'))).toBe('5F4550534F4E00');
  });

  it('refuses a process ID that a printer could not print', () => {
    expect(() => askProcessId('00\n1')).toThrow(RangeError);
    expect(() => askProcessId('00001')).toThrow(RangeError);
  });

  // The table of section 5.1, bit by bit.
  it.each([
    [1, 2, ['drawerPinHigh']],
    [1, 3, ['offline']],
    [1, 5, ['waitingForRecovery']],
    [1, 6, ['feedPressed']],
    [2, 2, ['coverOpen']],
    [2, 3, ['feeding']],
    [2, 5, ['stoppedByPaperEnd']],
    [2, 6, ['errorOccurred']],
    [3, 2, ['mechanicalError']],
    [3, 3, ['cutterError']],
    [3, 5, ['unrecoverableError']],
    [3, 6, ['recoverableError']],
    [4, 2, ['paperNearEnd']],
    [4, 3, ['paperNearEnd']],
    [4, 5, ['paperEnd']],
    [4, 6, ['paperEnd']],
  ] as const)('answer to DLE EOT %i with bit %i set says %j', (question, bit, words) => {
    const said = decodeStatusAnswer(question, 0x12 | (1 << bit));
    expect(CONDITIONS.filter((condition) => said[condition] === true)).toEqual(words);
  });

  it.each([1, 2, 3, 4] as const)('a healthy answer to DLE EOT %i says nothing', (question) => {
    expect(Object.values(decodeStatusAnswer(question, 0x12))).not.toContain(true);
  });

  it.each([
    ['1400000F', ['drawerPinHigh']],
    ['1400030F', ['drawerPinHigh', 'paperNearEnd']],
    ['1C000F0F', ['drawerPinHigh', 'offline', 'stoppedByPaperEnd', 'paperNearEnd', 'paperEnd']],
    ['3C00000F', ['drawerPinHigh', 'offline', 'coverOpen']],
    ['1C08000F', ['drawerPinHigh', 'offline', 'errorOccurred', 'cutterError']],
  ])('automatic status %s reads as the worked example says', (hex, words) => {
    const status = decodeAutomaticStatus(fromHex(hex));
    expect(CONDITIONS.filter((condition) => status?.[condition] === true)).toEqual(words);
  });

  it('four bytes with a wrong fixed bit are no automatic status', () => {
    for (const hex of ['0400000F', '1500000F', '1600000F', '9400000F', '1410000F', '1400800F', '14000010'])
      expect(decodeAutomaticStatus(fromHex(hex))).toBeUndefined();
  });

  it('a unit with its paper at the end answers with the documented bytes', () => {
    const out: RawStatus = { ...HEALTHY, offline: true, stoppedByPaperEnd: true, paperNearEnd: true, paperEnd: true };
    expect(STATUS_QUESTIONS.map((question) => toHex(Uint8Array.of(encodeStatusAnswer(question, out))))).toEqual(['1A', '32', '12', '7E']);
    expect(encodeQueueAnswer(out)).toBe(0x0f);
  });

  it('what is encoded is decoded again, for every status', () => {
    fc.assert(
      fc.property(rawStatus, (status) => {
        const answers = STATUS_QUESTIONS.map((question) => decodeStatusAnswer(question, encodeStatusAnswer(question, status)));
        expect({ ...HEALTHY, ...Object.assign({}, ...answers) }).toEqual(status);
        const consistent = {
          ...status,
          stoppedByPaperEnd: status.paperEnd,
          errorOccurred: status.mechanicalError || status.cutterError || status.unrecoverableError || status.recoverableError,
        };
        expect(decodeAutomaticStatus(encodeAutomaticStatus(status))).toEqual(consistent);
        expect(decodeQueueAnswer(encodeQueueAnswer(status))).toEqual({ paperNearEnd: status.paperNearEnd, paperEnd: status.paperEnd });
      }),
    );
  });
});
