/** What is CCNET's own; what it shares with every model is in the conformance suite. */
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../common/hex.ts';
import { DeviceError } from '../../../drivers/device.ts';
import type { HostMessage } from '../../../drivers/cash-acceptor/ccnet/codec.ts';
import { encodeFrame } from '../../../drivers/cash-acceptor/ccnet/frame.ts';
import { within, YUAN } from './bench.ts';
import { ccnetBench, ccnetReady, ccnetScripted, ccnetScriptedReady, type CcnetBench, type ScriptedCcnetBench } from './ccnet-bench.ts';

/** Nothing is let in; what is on its way in all the same waits. CCNET has 24 types. */
const ALL_OFF: HostMessage = { kind: 'enableBillTypes', types: [], escrow: Array.from({ length: 24 }, (_, type) => type) };

async function failure(promise: Promise<unknown>): Promise<DeviceError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeviceError)) throw new Error(`not a DeviceError: ${String(error)}`);
  return error;
}

async function escrowed(made: CcnetBench, note: keyof typeof YUAN = 10): Promise<void> {
  made.unit.feedNote(YUAN[note]);
  await made.clock.advance(1200);
  expect(made.unit.escrow).toBe(YUAN[note]);
}

describe('connect', () => {
  test('after power-up: reset, then table, identification, security and everything off, in that order', async () => {
    const { clock, unit, acceptor } = ccnetScripted();
    unit.says = [{ kind: 'powerUp' }, { kind: 'initialize' }, { kind: 'disabled' }];
    const { identity, powerUp } = await within(clock, acceptor.connect());
    expect(powerUp).toEqual({ kind: 'clean' });
    expect(identity).toEqual({ model: 'CashCode CCNET', maker: 'CashCode', firmware: 'SM-CN1234', serialNumber: '21KC53011234' });
    expect(unit.commands).toEqual([
      { kind: 'reset' },
      { kind: 'getBillTable' },
      { kind: 'identification' },
      { kind: 'setSecurity', types: [] },
      ALL_OFF,
      { kind: 'getStatus' },
    ]);
  });

  test('only the host restarted: no reset, everything off before anything else', async () => {
    const { clock, unit, acceptor } = ccnetScripted();
    unit.says = [{ kind: 'idling' }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'idle' });
    expect(unit.commands[0]).toEqual(ALL_OFF);
    expect(unit.count('reset')).toBe(0);
  });

  test('a unit that does not know SET SECURITY is configured all the same', async () => {
    const { clock, unit, acceptor } = ccnetScripted();
    unit.unusual.set('setSecurity', () => ({ kind: 'illegalCommand' }));
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'idle' });
  });

  test('a unit that does not tell its enabled types is trusted with its acknowledgement', async () => {
    const { clock, unit, acceptor } = ccnetScripted();
    unit.unusual.set('getStatus', () => ({ kind: 'illegalCommand' }));
    await within(clock, acceptor.connect());
    await within(clock, acceptor.accept([YUAN[10]]));
  });

  test('the amounts of its table are another country’s: refused, naming what the table has', async () => {
    const made = ccnetBench({}, { table: [{ value: 1, country: 'EUR', exponent: 1 }] });
    const error = await failure(within(made.clock, made.acceptor.connect()));
    expect(error.code).toBe('notSupported');
    expect(error.message).toContain('10.00 of "EUR"');
  });

  test('which country codes are yuan is an option', async () => {
    const table = [1000, 2000, 5000, 10_000].map((amount) => ({ value: amount / 1000, country: 'PRC', exponent: 1 }));
    const made = ccnetBench({ countries: ['PRC'] }, { table });
    await within(made.clock, made.acceptor.connect());
    expect(made.acceptor.denominations).toEqual([1000, 2000, 5000, 10_000]);
  });

  test('another address on the bus: spoken to when configured, else it does not answer and the message says which was asked', async () => {
    const other = ccnetBench({ address: 1 }, { address: 1 });
    await within(other.clock, other.acceptor.connect());
    const made = ccnetBench({}, { address: 1 });
    const error = await failure(within(made.clock, made.acceptor.connect()));
    expect(error.code).toBe('offline');
    expect(error.message).toContain('020306');
  });

  test('a device that speaks CCNET from another address is no answer', async () => {
    const made = ccnetBench();
    made.line.attachUnit(() => made.line.fromUnit(encodeFrame({ address: 1, data: Uint8Array.of(0x14) })));
    const error = await failure(within(made.clock, made.acceptor.connect()));
    expect(error.code).toBe('protocol');
    expect(error.message).toContain('CCNET from address 3');
  });
});

describe('where notes are when it comes up', () => {
  test('11, bill in validator: reset; returned once 18 or 82 was seen', async () => {
    for (const seen of ['returning', 'billReturned'] as const) {
      const { clock, unit, acceptor } = ccnetScripted();
      const gone = seen === 'returning' ? ({ kind: seen } as const) : ({ kind: seen, code: 2 } as const);
      unit.says = [{ kind: 'powerUpBillInValidator' }, { kind: 'initialize' }, gone, { kind: 'disabled' }];
      expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'noteInAcceptor', returned: true });
      expect(unit.count('reset')).toBe(1);
    }
  });

  test('11 and the note was never seen to leave: said so', async () => {
    const { clock, unit, acceptor } = ccnetScripted();
    unit.says = [{ kind: 'powerUpBillInValidator' }, { kind: 'initialize' }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'noteInAcceptor', returned: false });
  });

  test('12, bill in stacker: reset, reported, no credit of its own', async () => {
    const { clock, unit, acceptor, credits } = ccnetScripted();
    unit.says = [{ kind: 'powerUpBillInStacker' }, { kind: 'initialize' }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'noteInStacker' });
    expect(credits).toEqual([]);
  });

  test('81 waits: no reset, the handler is called before connect resolves, then it is acknowledged', async () => {
    const { clock, unit, acceptor, credits } = ccnetScripted();
    unit.says = [{ kind: 'billStacked', code: 2 }];
    const acknowledgedAtCredit: number[] = [];
    acceptor.setCreditHandler(async ({ evidence }) => {
      acknowledgedAtCredit.push(unit.count('ack'));
      credits.push(evidence);
      unit.says = [{ kind: 'billStacked', code: 2 }, { kind: 'disabled' }];
    });
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
    expect(credits).toEqual(['vendValid']);
    expect(acknowledgedAtCredit).toEqual([0]);
    expect(unit.count('reset')).toBe(0);
  });

  test('a bill in escrow whose value this process has not learned yet: tables are not told in that state, so it goes back', async () => {
    const before = await ccnetReady();
    await escrowed(before, 50);
    await before.acceptor.close();
    const after = ccnetBench();
    // The same unit and line, a new process.
    before.unit.onSend((bytes) => after.line.fromUnit(bytes));
    after.line.attachUnit((bytes) => before.unit.receive(bytes));
    const connecting = after.acceptor.connect();
    const state = { settled: false };
    void connecting.finally(() => (state.settled = true));
    for (let passed = 0; !state.settled && passed < 16_000; passed += 50) await Promise.all([before.clock.advance(50), after.clock.advance(50)]);
    expect((await connecting).powerUp).toEqual({ kind: 'returning' });
    expect(before.unit.returned).toEqual([YUAN[50]]);
  });
});

describe('accepting', () => {
  /** CNY_TABLE: type 2 is 10 yuan, type 5 and type 6 are 100 yuan. First byte = types 23..16, last = 7..0. */
  test('exactly the types of what is asked for, with the escrow bit of every type', async () => {
    const made = await ccnetReady();
    made.line.sent.length = 0;
    await within(made.clock, made.acceptor.accept([YUAN[10], YUAN[100]]));
    const masks = made.line.sent.filter((bytes) => bytes[3] === 0x34).map((bytes) => toHex(bytes.slice(3, -2)));
    expect(masks).toEqual(['34000000FFFFFF', '34000064FFFFFF']);
  });

  test('a note that is on its way in while everything is taken off waits in escrow, and goes out when it is ordered', async () => {
    const made = await ccnetReady();
    await within(made.clock, made.acceptor.accept([YUAN[10]]));
    made.unit.feedNote(YUAN[10]);
    await within(made.clock, made.acceptor.accept([]));
    await made.clock.advance(2500);
    expect({ escrow: made.unit.escrow, box: made.unit.box }).toEqual({ escrow: YUAN[10], box: [] });
    await within(made.clock, made.acceptor.returnNote());
    await made.clock.advance(2500);
    expect({ returned: made.unit.returned, box: made.unit.box }).toEqual({ returned: [YUAN[10]], box: [] });
  });

  test('the unit lets in more than it was told to: not taken for done', async () => {
    const { clock, unit, acceptor } = await ccnetScriptedReady();
    unit.unusual.set('getStatus', () => ({ kind: 'status', enabled: [2, 4], security: [] }));
    expect((await failure(within(clock, acceptor.accept([YUAN[10]]), 4000))).code).toBe('timeout');
  });

  test.each([
    [{ kind: 'validatorJammed' }, 'mediaJammed', undefined],
    [{ kind: 'cassetteFull' }, 'storageFull', undefined],
    [{ kind: 'cassetteRemoved' }, 'invalidState', undefined],
    [{ kind: 'failure', code: 0x50 }, 'hardwareError', '50'],
    [{ kind: 'failure', code: 0x5f }, 'hardwareError', '5F'],
  ] as const)('%j: refused as %s; inhibiting is not refused', async (status, code, deviceCode) => {
    const { clock, unit, acceptor } = await ccnetScriptedReady();
    unit.says = [status];
    const error = await failure(within(clock, acceptor.accept([YUAN[10]])));
    expect([error.code, error.deviceCode]).toEqual([code, deviceCode]);
    await within(clock, acceptor.accept([]));
  });

  test('busy for a while: the status says so, nothing else changes', async () => {
    const made = await ccnetReady();
    made.unit.faults.busy = true;
    await made.clock.advance(300);
    expect(made.acceptor.lastStatus).toEqual({ device: 'deviceBusy', state: 'idle', box: 'ok' });
    made.unit.faults.busy = false;
    await made.clock.advance(300);
    expect(made.acceptor.lastStatus).toEqual({ device: 'online', state: 'idle', box: 'ok' });
    expect(made.events).toEqual([]);
  });

  test('a second note held against the first (46) costs neither the first nor a second event', async () => {
    const made = await ccnetReady();
    made.unit.feedNote(YUAN[10]);
    await made.clock.advance(300);
    made.unit.pushSecondNote();
    await made.clock.advance(3000);
    expect(made.events).toEqual([{ type: 'accepting' }, { type: 'escrowed', denomination: YUAN[10] }]);
  });

  test('a failure that the unit reports and ends: hardwareError meanwhile, then it takes notes again', async () => {
    const made = await ccnetReady();
    made.unit.faults.failure = 0x52;
    await made.clock.advance(300);
    expect(made.acceptor.lastStatus).toMatchObject({ device: 'hardwareError', state: 'fault' });
    made.unit.faults.failure = undefined;
    await made.clock.advance(300);
    expect(made.acceptor.lastStatus.state).toBe('idle');
    await escrowed(made);
  });
});

describe('escrow', () => {
  test('a note waits longer than the unit would hold it by itself: HOLD is repeated in time', async () => {
    const made = await ccnetReady();
    await escrowed(made, 50);
    await made.clock.advance(60_000);
    expect(made.unit.escrow).toBe(YUAN[50]);
    expect(made.events).toEqual([{ type: 'accepting' }, { type: 'escrowed', denomination: YUAN[50] }]);
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(3000);
    expect(made.credits).toEqual(['vendValid']);
  });

  test('the process is gone: the unit gives the note back by itself', async () => {
    const made = await ccnetReady();
    await escrowed(made);
    await made.acceptor.close();
    await made.clock.advance(20_000);
    expect(made.unit.returned).toEqual([YUAN[10]]);
  });

  test('82 is told once as returned, however often it is repeated, and acknowledged', async () => {
    const { clock, unit, acceptor, events } = await ccnetScriptedReady();
    unit.says = [{ kind: 'escrow', code: 2 }];
    await clock.advance(300);
    await within(clock, acceptor.returnNote());
    unit.says = [{ kind: 'returning' }, { kind: 'billReturned', code: 2 }, { kind: 'billReturned', code: 2 }, { kind: 'disabled' }];
    unit.heard.length = 0;
    await clock.advance(1500);
    expect(events).toEqual([
      { type: 'escrowed', denomination: YUAN[10] },
      { type: 'returned', evidence: 'returned' },
    ]);
    expect(unit.count('ack')).toBeGreaterThan(4);
  });

  test('a type without a value in escrow goes back as rejected', async () => {
    const { clock, unit, events } = await ccnetScriptedReady();
    unit.says = [{ kind: 'escrow', code: 23 }];
    await clock.advance(500);
    expect(unit.count('return')).toBeGreaterThan(0);
    unit.says = [{ kind: 'returning' }, { kind: 'billReturned', code: 23 }, { kind: 'disabled' }];
    await clock.advance(1000);
    expect(events).toEqual([{ type: 'rejected', reason: 'other', deviceCode: '17' }]);
  });
});

/** A bill in escrow whose stack order was taken; nothing recorded yet. */
async function ordered(): Promise<ScriptedCcnetBench> {
  const made = await ccnetScriptedReady();
  made.unit.says = [{ kind: 'escrow', code: 2 }];
  await made.clock.advance(300);
  await within(made.clock, made.acceptor.stack());
  made.unit.heard.length = 0;
  return made;
}

describe('credit messages', () => {
  test('every data answer is acknowledged at once, but 81 only after the handler resolved', async () => {
    const { clock, unit, acceptor } = await ordered();
    const written = Promise.withResolvers<void>();
    acceptor.setCreditHandler(() => written.promise);
    unit.says = [{ kind: 'stacking' }, { kind: 'billStacked', code: 2 }];
    await clock.advance(2000);
    // One for the last escrow or stacking answer each; none for the many 81s.
    const forStacking = unit.count('ack');
    await clock.advance(1000);
    expect(unit.count('ack')).toBe(forStacking);
    written.resolve();
    await clock.advance(1);
    expect(unit.count('ack')).toBe(forStacking + 1);
  });

  test('the handler takes longer than an acknowledgement may: the unit repeats 81 and that one is acknowledged at once', async () => {
    const made = await ccnetReady();
    made.unit.faults.ackLimit = 10;
    let calls = 0;
    made.acceptor.setCreditHandler(
      () =>
        new Promise((resolve) => {
          calls += 1;
          made.clock.setTimeout(resolve, 60);
        }),
    );
    await escrowed(made);
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(5000);
    expect(calls).toBe(1);
    expect(made.acceptor.lastStatus.state).toBe('idle');
    expect(made.unit.box).toEqual([YUAN[10]]);
  });

  test('the acknowledgement is lost: 81 comes again, is acknowledged again, and the handler is not asked again', async () => {
    const { clock, unit, credits } = await ordered();
    unit.says = [{ kind: 'billStacked', code: 2 }, { kind: 'billStacked', code: 2 }, { kind: 'disabled' }];
    await clock.advance(2000);
    expect(credits).toEqual(['vendValid']);
  });

  test('81, damaged on its way: NAK asks for it again, and it is credited once', async () => {
    const made = await ccnetReady();
    await escrowed(made);
    await within(made.clock, made.acceptor.stack());
    const naks = (): number => made.line.sent.filter((bytes) => bytes[3] === 0xff).length;
    await made.clock.advance(900);
    made.unit.knobs.corruptAnswers = 1;
    await made.clock.advance(3000);
    expect(naks()).toBe(1);
    expect(made.credits).toEqual(['vendValid']);
    expect(made.acceptor.lastStatus.state).toBe('idle');
  });
});

describe('orders and settings that are not heard', () => {
  test('the unit got a damaged order (NAK) and the note still waits: given again', async () => {
    const { clock, unit, acceptor } = await ccnetScriptedReady();
    unit.says = [{ kind: 'escrow', code: 2 }];
    let naks = 1;
    unit.unusual.set('stack', () => (naks-- > 0 ? { kind: 'nak' } : { kind: 'ack' }));
    await within(clock, acceptor.stack());
    expect(unit.count('stack')).toBe(2);
  });

  test('the order is lost and the note has moved: not given again', async () => {
    const { clock, unit, acceptor } = await ccnetScriptedReady();
    unit.says = [{ kind: 'escrow', code: 2 }];
    unit.unusual.set('stack', () => {
      unit.says = [{ kind: 'stacking' }];
      return undefined;
    });
    await within(clock, acceptor.stack());
    expect(unit.count('stack')).toBe(1);
  });

  test('an order without an answer and then 12 (power failed): outcomeUnknown, then resumed says where the note is', async () => {
    const { clock, unit, acceptor, events } = await ccnetScriptedReady();
    unit.says = [{ kind: 'escrow', code: 2 }];
    unit.unusual.set('stack', () => {
      unit.says = [{ kind: 'powerUpBillInStacker' }, { kind: 'initialize' }, { kind: 'disabled' }];
      return undefined;
    });
    expect((await failure(within(clock, acceptor.stack()))).code).toBe('outcomeUnknown');
    await clock.advance(3000);
    expect(events.at(-1)).toEqual({ type: 'resumed', powerUp: { kind: 'noteInStacker' } });
  });

  test('the note goes back against the stack order: mediaMoved', async () => {
    const { clock, unit, acceptor } = await ccnetScriptedReady();
    unit.says = [{ kind: 'escrow', code: 2 }];
    unit.unusual.set('stack', () => {
      unit.says = [{ kind: 'billReturned', code: 2 }, { kind: 'disabled' }];
      return { kind: 'illegalCommand' };
    });
    expect((await failure(within(clock, acceptor.stack()))).code).toBe('mediaMoved');
  });

  test('a late acknowledgement of a repeated setting is not taken for the next setting’s', async () => {
    const { clock, unit, acceptor } = await ccnetScriptedReady();
    // SET SECURITY's first try is answered 30 ms after the limit: behind the second try's own answer comes one too many.
    let late = 1;
    unit.says = [{ kind: 'initialize' }, { kind: 'disabled' }];
    unit.unusual.set('setSecurity', () => {
      if (late-- > 0) {
        clock.setTimeout(() => unit.say({ kind: 'ack' }), 130);
        return undefined;
      }
      clock.setTimeout(() => unit.say({ kind: 'ack' }), 60);
      return undefined;
    });
    // The masks that follow are not heard: taking the late acknowledgement for theirs would be a lie.
    unit.unusual.set('enableBillTypes', () => undefined);
    unit.unusual.set('getStatus', () => ({ kind: 'illegalCommand' }));
    expect((await failure(within(clock, acceptor.accept([]), 4000))).code).toBe('timeout');
  });
});
