/** The rule by which a terminal returns to service: what must be passed, what is paused, what only is told. */
import { describe, expect, test } from 'vitest';
import { readinessOf, selfTestNames, type SelfTestName } from '../../common/maintenance/self-tests.ts';

const passed = (except: readonly SelfTestName[] = [], result: 'failed' | 'skipped' = 'failed') =>
  selfTestNames.map((name) => ({ test: name, result: except.includes(name) ? result : ('passed' as const) }));

describe('readiness', () => {
  test('everything passed: ready', () => {
    expect(readinessOf(selfTestNames, passed())).toEqual({ verdict: 'ready', blocking: [], paused: [] });
  });

  test.each(['journalVerify', 'diskRoom', 'screenPixels', 'screenTouch', 'cardRead'] as const)(
    '%s failed, or was not done: not ready, and it is named',
    (name) => {
      for (const result of ['failed', 'skipped'] as const)
        expect(readinessOf(selfTestNames, passed([name], result))).toMatchObject({ verdict: 'notReady', blocking: [name] });
      expect(
        readinessOf(
          selfTestNames,
          passed().filter((one) => one.test !== name),
        ),
      ).toMatchObject({ verdict: 'notReady', blocking: [name] });
    },
  );

  test.each([
    ['noteReturned', 'cash'],
    ['testPage', 'receipts'],
    ['codeScan', 'qrPresented'],
    ['documentRead', 'documents'],
    ['blankCard', 'replacement'],
  ] as const)('%s failed: it returns without %s', (name, paused) => {
    expect(readinessOf(selfTestNames, passed([name]))).toEqual({ verdict: 'limited', blocking: [], paused: [paused] });
  });

  test.each(['upstreamReach', 'clockRight', 'soundHeard', 'cabinetSensors', 'cardShutter', 'keypadKeys', 'keysSealed'] as const)(
    '%s is told and stops nothing',
    (name) => {
      expect(readinessOf(selfTestNames, passed([name]))).toEqual({ verdict: 'ready', blocking: [], paused: [] });
    },
  );

  test('what is not fitted pauses nothing; a terminal without a card reader is never ready', () => {
    const fitted = selfTestNames.filter((name) => name !== 'noteReturned');
    expect(
      readinessOf(
        fitted,
        passed().filter((one) => one.test !== 'noteReturned'),
      ).verdict,
    ).toBe('ready');
    const cardless = selfTestNames.filter((name) => name !== 'cardRead');
    expect(readinessOf(cardless, passed())).toMatchObject({ verdict: 'notReady', blocking: ['cardRead'] });
  });

  test('of a test that was made twice the last one counts', () => {
    const again = [...passed(['testPage']), { test: 'testPage', result: 'passed' } as const];
    expect(readinessOf(selfTestNames, again).verdict).toBe('ready');
  });
});
