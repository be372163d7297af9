/** The chart of guided tests: one after the other, answered, skipped, repeated; then the report. Its ports are played. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import { readinessOf, type ReadinessReport, type SelfTestName, type Tested } from '../../../common/maintenance/self-tests.ts';
import { rolesToVerbs, type Role, type StaffSession } from '../../../common/maintenance/verbs.ts';
import { readinessBodies } from '../../../state-machines/maintenance/readiness-screens.ts';
import type { SelfTestPort, TestHands } from '../../../state-machines/maintenance/self-test-port.ts';
import { selfTestsMachine } from '../../../state-machines/maintenance/self-tests.ts';
import { selfTestsBody } from '../../../state-machines/maintenance/self-tests-view.ts';
import { PortError } from '../../../state-machines/ports.ts';

const FITTED: readonly SelfTestName[] = ['journalVerify', 'diskRoom', 'screenPixels', 'screenTouch', 'cardRead', 'noteReturned'];

const staff = (role: Role): StaffSession => ({
  sessionId: 'visit-1',
  staff: '20317',
  role,
  verbs: rolesToVerbs[role],
  twoPersonVerbs: [],
  method: 'totp',
  signedInAt: '2026-11-22T01:00:00.000Z',
});

interface Running {
  readonly test: SelfTestName;
  readonly hands: TestHands;
  readonly signal: AbortSignal;
  end(result: Tested['result']): Promise<void>;
  reject(): Promise<void>;
}

let running: Running[];
let journalFails: boolean;
beforeEach(() => {
  running = [];
  journalFails = false;
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function started(only?: readonly SelfTestName[], role: Role = 'technician') {
  const selfTests: SelfTestPort = {
    tests: FITTED.map((name) => ({ test: name, part: 'cardReader', model: 'm', hands: true })),
    run: (name, _sessionId, hands, signal) =>
      new Promise((resolve, reject) => {
        const done = (result: Tested['result']): void =>
          resolve({ test: name, part: 'cardReader', model: 'm', at: 1, result, ...(result === 'passed' ? {} : { why: 'stopped' }) });
        signal.addEventListener('abort', () => done('skipped'));
        running.push({
          test: name,
          hands,
          signal,
          end: (result) => (done(result), turn()),
          reject: () => (reject(new PortError('journalUnavailable', 'full')), turn()),
        });
      }),
  };
  const actor = createActor(selfTestsMachine, {
    input: {
      ports: {
        selfTests,
        readiness: {
          report: ({ sessionId, staff: by }, tests): ReadinessReport => {
            if (journalFails) throw new PortError('journalUnavailable', 'the disk is full');
            const { verdict, paused } = readinessOf(FITTED, tests);
            const journal = { epoch: 1, seq: 9, hash: 'c0ffee'.padEnd(64, '0') };
            return { terminalId: 'T-0001', shortName: 'A01', version: '1', sessionId, by, at: 1, journal, verdict, paused: [...paused], tests: [...tests] };
          },
          print: async () => ({ state: 'failedBefore', trouble: 'paperOut' }),
          backInService: () => ({ may: false, why: 'unreported', blocking: [] }),
        },
      },
      staff: staff(role),
      ...(only === undefined ? {} : { only }),
      locale: 'zh-CN',
    },
  });
  actor.start();
  const body = () => readinessBodies['maintenance-tests'].parse(selfTestsBody(actor.getSnapshot()));
  const now = (): Running => {
    const last = running.at(-1);
    if (last === undefined) throw new Error('no test was begun');
    return last;
  };
  return { actor, body, now };
}

const passAll = async (): Promise<void> => {
  for (let at = 0; at < FITTED.length; at += 1) await running[at]?.end('passed');
};

test('all of them in order, then what they come to, the signed report and its slip', async () => {
  const { actor, body } = started();
  expect(body()).toMatchObject({ forReport: true, now: { test: 'journalVerify' }, lines: [{ state: 'running' }, { state: 'waiting' }, {}, {}, {}, {}] });
  await passAll();
  expect(running.map((one) => one.test)).toEqual(FITTED);
  expect(body()).toMatchObject({ verdict: { verdict: 'ready', blocking: [], paused: [] } });
  expect(body().now).toBeUndefined();
  actor.send({ type: 'ui.readiness-report' });
  expect(body().report).toEqual({ number: 'C0FFEE000000', receipt: 'none' });
  actor.send({ type: 'ui.readiness-print' });
  expect(body().report?.receipt).toBe('printing');
  await turn();
  expect(body().report?.receipt).toBe('failed');
  actor.send({ type: 'ui.finish' });
  expect(actor.getSnapshot().output).toMatchObject({ report: { verdict: 'ready' } });
});

test('a step and a question are shown, the answer reaches the test', async () => {
  const { actor, body, now } = started(['cardRead']);
  now().hands.tell({ say: 'insertCard', values: {} });
  expect(body().now).toEqual({ test: 'cardRead', step: { say: 'insertCard', values: {} } });
  const answer = now().hands.ask?.('shutterMoved', now().signal);
  expect(body().now?.question).toBe('shutterMoved');
  actor.send({ type: 'ui.test-answer', yes: false });
  expect(await answer).toBe(false);
});

test('skipped by a touch: the test is stopped, the next one begins', async () => {
  const { actor, body, now } = started(['cardRead', 'noteReturned']);
  actor.send({ type: 'ui.test-skip' });
  await turn();
  expect(body().lines).toEqual([
    { test: 'cardRead', part: 'cardReader', state: 'skipped', why: 'stopped' },
    { test: 'noteReturned', part: 'cardReader', state: 'running' },
  ]);
  expect(now().test).toBe('noteReturned');
});

test('made again, the last word counts; a report made before is none any more', async () => {
  const { actor, body, now } = started();
  for (const name of FITTED) await now().end(name === 'cardRead' ? 'failed' : 'passed');
  expect(body().verdict).toEqual({ verdict: 'notReady', blocking: ['cardRead'], paused: [] });
  actor.send({ type: 'ui.readiness-report' });
  expect(body().report).toBeDefined();
  actor.send({ type: 'ui.test-again', test: 'cardRead' });
  expect(body().report).toBeUndefined();
  await now().end('passed');
  expect(body().verdict?.verdict).toBe('ready');
});

test('left in the middle: the device is let go of', async () => {
  const { actor, now } = started();
  const { signal } = now();
  actor.send({ type: 'ui.back' });
  expect(signal.aborted).toBe(true);
  expect(actor.getSnapshot().status).toBe('done');
});

describe('a journal that takes nothing', () => {
  test('ends the tests', async () => {
    const { body, now } = started();
    await now().reject();
    expect(body()).toMatchObject({ trouble: 'journalUnavailable' });
    expect(body().now).toBeUndefined();
  });

  test('makes no report, and the next try may', async () => {
    const { actor, body } = started();
    await passAll();
    journalFails = true;
    actor.send({ type: 'ui.readiness-report' });
    expect(body()).toMatchObject({ trouble: 'journalUnavailable' });
    expect(body().report).toBeUndefined();
    journalFails = false;
    actor.send({ type: 'ui.readiness-report' });
    expect(body().report).toBeDefined();
    expect(body().trouble).toBeUndefined();
  });
});

test('the tests of one device end without a report', async () => {
  const { actor, body, now } = started(['noteReturned']);
  await now().end('passed');
  actor.send({ type: 'ui.readiness-report' });
  expect(body().report).toBeUndefined();
  expect(body().verdict).toBeUndefined();
});

test.each([
  ['auditor', undefined, false],
  ['auditor', ['cardRead'], false],
  ['collector', ['cardRead'], false],
  ['collector', undefined, true],
  ['technician', ['cardRead'], true],
] as const)('%s, %j: begun %s', (role, only, begun) => {
  const { actor } = started(only, role);
  expect(running.length > 0).toBe(begun);
  expect(actor.getSnapshot().status).toBe(begun ? 'active' : 'done');
});
