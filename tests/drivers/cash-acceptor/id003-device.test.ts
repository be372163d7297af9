import { describe, expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { fromHex } from '../../../common/hex.ts';
import type { CashAcceptorEvent } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { DeviceError } from '../../../drivers/device.ts';
import { CNY } from '../../../drivers/cash-acceptor/id003/simulator.ts';
import { bench, ready, within, YUAN, type Bench } from './bench.ts';
import { scripted, scriptedReady } from './scripted-unit.ts';

/** What happened to notes, without the changes of state. */
function notes(events: readonly CashAcceptorEvent[]): readonly CashAcceptorEvent[] {
  return events.filter((event) => event.type !== 'statusChanged');
}

async function escrowed(made: Bench, note: keyof typeof YUAN = 10): Promise<void> {
  made.unit.feedNote(YUAN[note]);
  await made.clock.advance(1200);
  expect(made.unit.escrow).toBe(YUAN[note]);
}

async function failure(promise: Promise<unknown>): Promise<DeviceError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeviceError)) throw new Error(`not a DeviceError: ${String(error)}`);
  return error;
}

describe('connect', () => {
  test('after power-up: resets, configures in the order of the document, reads currency and version, stays inhibited', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'powerUp' }, { kind: 'initialize' }, { kind: 'disabled' }];
    const { identity, powerUp } = await within(clock, acceptor.connect());
    expect(powerUp).toEqual({ kind: 'clean' });
    expect(identity).toEqual({ model: 'JCM ID-003', maker: 'JCM', firmware: 'SCRIPT' });
    expect(acceptor.denominations).toEqual([100, 500, 1000, 2000, 5000, 10_000]);
    expect(unit.heard).toEqual([
      { kind: 'reset' },
      { kind: 'askCurrencyTable' },
      { kind: 'askVersion' },
      { kind: 'set', setting: 'denominations', value: [0xff, 0] },
      { kind: 'set', setting: 'security', value: [0, 0] },
      { kind: 'set', setting: 'communicationMode', value: [0] },
      { kind: 'set', setting: 'inhibit', value: [1] },
    ]);
    expect(acceptor.lastStatus).toEqual({ device: 'online', state: 'disabled', box: 'ok' });
  });

  test('only the host restarted: no reset, an enabled acceptor is inhibited before anything is set', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'idling' }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'idle' });
    expect(unit.count('reset')).toBe(0);
    expect(unit.heard.find((message) => message.kind === 'set')).toEqual({ kind: 'set', setting: 'inhibit', value: [1] });
  });

  test('the acceptor stays in 1B until it has its settings: they are sent there', async () => {
    const made = bench();
    made.unit.faults.waitsForSettings = true;
    expect((await within(made.clock, made.acceptor.connect())).powerUp).toEqual({ kind: 'clean' });
  });

  test('the settings are refused in 1B: they are given again in 1A', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'initialize' }, { kind: 'initialize' }, { kind: 'disabled' }];
    let refusals = 0;
    unit.unusual.set('askCurrencyTable', () => {
      refusals += 1;
      if (refusals === 2) unit.unusual.delete('askCurrencyTable');
      return { kind: 'invalidCommand' };
    });
    await within(clock, acceptor.connect());
    expect(refusals).toBe(2);
    expect(unit.count('set')).toBe(4);
  });

  test('a configured face value that the acceptor does not know: refused in words, nothing is accepted', async () => {
    const made = bench({ denominations: [1000, 3000] }, { currency: CNY });
    const error = await failure(within(made.clock, made.acceptor.connect()));
    expect(error.code).toBe('notSupported');
    expect(error.message).toContain('30.00');
    expect(made.line.isOpen).toBe(false);
  });

  test('nobody answers: offline after three status requests, with the frames', async () => {
    const made = bench();
    made.unit.knobs.silent = true;
    const error = await failure(within(made.clock, made.acceptor.connect()));
    expect(error.code).toBe('offline');
    expect(error.frames).toEqual(Array.from({ length: 3 }, () => ({ direction: 'toDevice', bytes: 'FC05112756' })));
    expect(made.acceptor.lastStatus.device).toBe('offline');
  });

  test('the line can not be opened: offline; plugged in again it connects', async () => {
    const made = bench();
    made.line.unplug();
    expect((await failure(within(made.clock, made.acceptor.connect()))).code).toBe('offline');
    made.line.plug();
    await within(made.clock, made.acceptor.connect());
  });

  test('the caller gives up: aborted', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'pause' }];
    const controller = new AbortController();
    const connecting = acceptor.connect(controller.signal);
    await clock.advance(500);
    controller.abort();
    expect((await failure(within(clock, connecting))).code).toBe('aborted');
  });

  test('it never gets ready: timeout within 15 s, and what it said of a note is not forgotten by the next attempt', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'powerUpNoteInAcceptor' }, { kind: 'returning' }];
    expect((await failure(within(clock, acceptor.connect(), 15_000))).code).toBe('timeout');
    unit.says = [{ kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'noteInAcceptor', returned: true });
  });
});

describe('something else on the port', () => {
  test('a device that babbles: connect says what was tried, what came back and what to check', async () => {
    const made = bench();
    made.line.attachUnit(() => made.line.fromUnit(fromHex('244750474741')));
    const error = await failure(within(made.clock, made.acceptor.connect()));
    expect(error.code).toBe('protocol');
    expect(error.message).toContain('3 status requests (FC05112756)');
    expect(error.message).toContain('not ID-003: 244750474741');
    expect(error.message).toContain('even parity');
    expect(made.line.isOpen).toBe(false);
  });

  test('an adapter that gives back what is sent: its echo is not taken for an idling acceptor', async () => {
    const made = bench();
    made.line.attachUnit((bytes) => made.line.fromUnit(bytes));
    const error = await failure(within(made.clock, made.acceptor.connect()));
    expect(error.code).toBe('protocol');
    expect(error.message).toContain('gives back what is sent');
  });

  test('a note acceptor that falls silent later is offline, not a stranger', async () => {
    const made = await ready();
    made.unit.knobs.silent = true;
    expect((await failure(within(made.clock, made.acceptor.status()))).code).toBe('offline');
  });
});

describe('where notes are when it comes up', () => {
  test.each([false, true])('41, note in the acceptor: reset returns it, 18 before 1B: %s', async (before) => {
    const made = await ready();
    made.unit.faults.returnBeforeInitialize = before;
    await escrowed(made);
    await made.acceptor.close();
    made.unit.powerCycle();
    expect((await within(made.clock, made.acceptor.connect())).powerUp).toEqual({ kind: 'noteInAcceptor', returned: true });
    expect(made.unit.returned).toEqual([YUAN[10]]);
    expect(made.unit.box).toEqual([]);
  });

  test('41 and the note was never seen to leave: said so', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'powerUpNoteInAcceptor' }, { kind: 'initialize' }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'noteInAcceptor', returned: false });
  });

  test('42, note in the stacker: reset keeps it in the box', async () => {
    const made = await ready();
    await escrowed(made);
    await within(made.clock, made.acceptor.stack());
    await made.acceptor.close();
    await made.clock.advance(600);
    made.unit.powerCycle();
    expect((await within(made.clock, made.acceptor.connect())).powerUp).toEqual({ kind: 'noteInStacker' });
    expect(made.unit.box).toEqual([YUAN[10]]);
    expect(made.credits).toEqual([]);
  });

  test('42 and the credit message comes after the reset: the handler has it before connect resolves, and it is reported as such', async () => {
    const { clock, unit, acceptor, credits } = scripted();
    unit.says = [{ kind: 'powerUpNoteInStacker' }, { kind: 'initialize' }, { kind: 'vendValid' }, { kind: 'stacked' }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
    expect(credits).toEqual(['vendValid']);
  });

  test('18 and then power fails, 41: what was seen before the loss is no proof that it left', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'returning' }, { kind: 'powerUpNoteInAcceptor' }, { kind: 'initialize' }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'noteInAcceptor', returned: false });
  });

  test.each(['powerUp', 'powerUpNoteInAcceptor'] as const)('power fails twice, 42 then %s: the note in the stacker is not forgotten', async (second) => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'powerUpNoteInStacker' }, { kind: second }, { kind: 'initialize' }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'noteInStacker' });
  });

  test('a note waits in escrow: it is left there, valued by the table, and can be stacked', async () => {
    const made = await ready();
    await escrowed(made, 50);
    await made.acceptor.close();
    made.events.length = 0;
    expect((await within(made.clock, made.acceptor.connect())).powerUp).toEqual({ kind: 'noteInEscrow', denomination: YUAN[50] });
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(3000);
    expect(made.unit.box).toEqual([YUAN[50]]);
    expect(made.credits).toEqual(['vendValid']);
    expect(notes(made.events)).toEqual([]);
    expect(made.acceptor.lastStatus.state).toBe('disabled');
  });

  test('a credit message waits: no reset, the handler is called before connect resolves, then it is acknowledged', async () => {
    const { clock, unit, acceptor, credits } = scripted();
    unit.says = [{ kind: 'vendValid' }];
    const heardByHandler: number[] = [];
    acceptor.setCreditHandler(async ({ evidence }) => {
      heardByHandler.push(unit.heard.length);
      credits.push(evidence);
      unit.says = [{ kind: 'vendValid' }, { kind: 'vendValid' }, { kind: 'stacked' }, { kind: 'disabled' }];
    });
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
    expect(credits).toEqual(['vendValid']);
    expect(heardByHandler).toEqual([0]);
    expect(unit.heard[0]).toEqual({ kind: 'ack' });
    expect(unit.count('reset')).toBe(0);
  });

  test('16 with 15 never seen: the handler is told what was seen', async () => {
    const { clock, unit, acceptor, credits } = scripted();
    unit.says = [{ kind: 'stacked' }, { kind: 'stacked' }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'creditPending', evidence: 'stacked' });
    expect(credits).toEqual(['stacked']);
    expect(unit.count('ack')).toBe(0);
  });

  test('the journal can not take the credit: nothing is acknowledged or reset, connect tells and the handler is asked again', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'vendValid' }];
    let calls = 0;
    acceptor.setCreditHandler(async () => {
      calls += 1;
      throw new Error('disk full');
    });
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
    expect(calls).toBeGreaterThan(1);
    const before = calls;
    await clock.advance(500);
    expect(calls).toBeGreaterThan(before);
    expect(unit.heard.filter((message) => message.kind === 'ack' || message.kind === 'reset')).toEqual([]);
  });

  test('15, then 16, before the handler settles: the better evidence is reported', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'vendValid' }, { kind: 'stacked' }, { kind: 'disabled' }];
    acceptor.setCreditHandler(() => Promise.reject(new Error('disk full')));
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
  });

  test('18, only the host restarted: waited for and reported', async () => {
    const { clock, unit, acceptor, events } = scripted();
    unit.says = [{ kind: 'returning' }, { kind: 'returning' }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'returning' });
    expect(events).toEqual([]);
  });

  test('14 that does not end: reported as stacking, the credit comes when it comes', async () => {
    const { clock, unit, acceptor, credits } = scripted();
    unit.says = [{ kind: 'stacking' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'stacking' });
    unit.says = [{ kind: 'vendValid' }];
    await clock.advance(500);
    expect(credits).toEqual(['vendValid']);
  });

  test.each([
    [{ kind: 'jamInAcceptor' }, { kind: 'jammed', where: 'acceptor' }],
    [{ kind: 'jamInStacker' }, { kind: 'jammed', where: 'stacker' }],
    [{ kind: 'cheated' }, { kind: 'cheated' }],
    [{ kind: 'failure', cause: 0xa2 }, { kind: 'unknown' }],
  ] as const)('%j that a reset does not end is reported as it is', async (status, powerUp) => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [status];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual(powerUp);
    expect(unit.count('reset')).toBe(1);
  });

  test('a second note slipped in while a credit waited: it goes back, the report speaks of the first', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [
      { kind: 'vendValid' },
      { kind: 'stacked' },
      { kind: 'accepting' },
      { kind: 'escrow', noteCode: 0x63 },
      { kind: 'returning' },
      { kind: 'disabled' },
    ];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
    expect(unit.count('return')).toBe(1);
  });

  test('16, a journal that can not take it, and a second note slipped in: the first stays owed after the second went back', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'stacked' }, { kind: 'escrow', noteCode: 0x63 }, { kind: 'returning' }, { kind: 'disabled' }];
    let writable = false;
    const taken: string[] = [];
    acceptor.setCreditHandler(async ({ evidence }) => {
      if (!writable) throw new Error('disk full');
      taken.push(evidence);
    });
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'creditPending', evidence: 'stacked' });
    writable = true;
    await clock.advance(1000);
    expect(taken).toEqual(['stacked']);
  });

  test('box removed or full: connects and says so', async () => {
    const { clock, unit, acceptor } = scripted();
    unit.says = [{ kind: 'stackerOpen' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'idle' });
    expect(acceptor.lastStatus.box).toBe('removed');
  });
});

describe('taking notes', () => {
  test('a note is announced once, held, stacked on order, credited once and acknowledged', async () => {
    const made = await ready();
    await escrowed(made, 50);
    await made.clock.advance(5000);
    expect(made.unit.escrow).toBe(YUAN[50]);
    expect(notes(made.events)).toEqual([{ type: 'accepting' }, { type: 'escrowed', denomination: YUAN[50] }]);
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(3000);
    expect(made.unit.box).toEqual([YUAN[50]]);
    expect(made.credits).toEqual(['vendValid']);
    expect(made.acceptor.lastStatus.state).toBe('idle');
    expect(notes(made.events)).toHaveLength(2);
  });

  test('two equal notes are two notes', async () => {
    const made = await ready();
    for (let turn = 0; turn < 2; turn += 1) {
      await escrowed(made);
      await within(made.clock, made.acceptor.stack());
      await made.clock.advance(3000);
    }
    expect(made.credits).toEqual(['vendValid', 'vendValid']);
    expect(notes(made.events).map((event) => event.type)).toEqual(['accepting', 'escrowed', 'accepting', 'escrowed']);
  });

  test.each(['stack1', 'stack2'] as const)('the stack command is the configured one: %s', async (stackCommand) => {
    const made = await scriptedReady({ stackCommand });
    made.unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
    await within(made.clock, made.acceptor.stack());
    expect(made.unit.heard.filter((message) => message.kind !== 'set')).toEqual([{ kind: stackCommand }]);
  });

  test('a note is returned on order', async () => {
    const made = await ready();
    await escrowed(made);
    await within(made.clock, made.acceptor.returnNote());
    await made.clock.advance(2000);
    expect(made.unit.returned).toEqual([YUAN[10]]);
    expect(notes(made.events).at(-1)).toEqual({ type: 'returned', evidence: 'returned' });
    expect(made.credits).toEqual([]);
  });

  test('the escrow times out by itself: returned', async () => {
    const { clock, unit, acceptor, events } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x65 }, { kind: 'disabled' }];
    await clock.advance(1000);
    expect(events).toEqual([
      { type: 'escrowed', denomination: YUAN[50] },
      { type: 'returned', evidence: 'idle' },
    ]);
    await acceptor.close();
  });

  test('stacking begins and the path is empty with no credit message: nothing is called returned', async () => {
    const { clock, unit, acceptor, events, credits } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x65 }];
    await clock.advance(300);
    await within(clock, acceptor.stack());
    unit.says = [{ kind: 'stacking' }, { kind: 'disabled' }];
    await clock.advance(1000);
    expect(events).toEqual([{ type: 'escrowed', denomination: YUAN[50] }]);
    expect(credits).toEqual([]);
  });

  test('stacking is ordered and the path is empty at once: nothing is called returned', async () => {
    const { clock, unit, acceptor, events } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x65 }];
    await clock.advance(300);
    await within(clock, acceptor.stack());
    unit.says = [{ kind: 'disabled' }];
    await clock.advance(1000);
    expect(events).toEqual([{ type: 'escrowed', denomination: YUAN[50] }]);
  });

  test('the note comes back against the stack order: returned', async () => {
    const { clock, unit, acceptor, events } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x65 }];
    await clock.advance(300);
    await within(clock, acceptor.stack());
    unit.says = [{ kind: 'stacking' }, { kind: 'returning' }, { kind: 'returning' }, { kind: 'disabled' }];
    await clock.advance(1000);
    expect(events.at(-1)).toEqual({ type: 'returned', evidence: 'returned' });
  });

  test.each([
    ['torn' as const, 'validation', '7D'],
    ['unknown' as const, 'validation', '76'],
    [YUAN[5], 'inhibited', '79'],
  ])('%s is rejected once, with the reason, and was never in escrow', async (note, reason, deviceCode) => {
    const made = await ready();
    expect(made.unit.feedNote(note)).toBe('taken');
    await made.clock.advance(3000);
    expect(notes(made.events)).toEqual([{ type: 'accepting' }, { type: 'rejected', reason, deviceCode }]);
    expect(made.unit.returned).toEqual([note]);
  });

  test('a note in escrow is rejected after all: rejected, and returned once it is out', async () => {
    const { clock, unit, events } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x63 }, { kind: 'rejecting', reason: 0x7b }, { kind: 'disabled' }];
    await clock.advance(1000);
    expect(events).toEqual([
      { type: 'escrowed', denomination: YUAN[10] },
      { type: 'rejected', reason: 'operation', deviceCode: '7B' },
      { type: 'returned', evidence: 'returned' },
    ]);
  });

  test('a barcode ticket or an unlisted code in escrow has no value: it goes back as rejected', async () => {
    const { clock, unit, events } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x6f, barcode: '0123' }];
    await clock.advance(500);
    expect(unit.count('return')).toBeGreaterThan(0);
    unit.says = [{ kind: 'returning' }, { kind: 'disabled' }];
    await clock.advance(500);
    expect(events).toEqual([{ type: 'rejected', reason: 'other', deviceCode: '6F' }]);
  });

  test('a second note pushed in (47) while one waits does not announce the first again', async () => {
    const { clock, unit, events } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x63 }, { kind: 'pause' }, { kind: 'holding' }, { kind: 'escrow', noteCode: 0x63 }];
    await clock.advance(1000);
    expect(events).toEqual([{ type: 'escrowed', denomination: YUAN[10] }]);
  });

  test('HOLD is sent while the host decides, when configured, and not after an order', async () => {
    const made = await scriptedReady({ holdEvery: 1000 });
    made.unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
    await made.clock.advance(3500);
    expect(made.unit.count('hold')).toBe(3);
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(3000);
    expect(made.unit.count('hold')).toBe(3);
  });

  test('without that setting no HOLD is sent', async () => {
    const made = await scriptedReady();
    made.unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
    await made.clock.advance(10_000);
    expect(made.unit.count('hold')).toBe(0);
  });

  test('jam and fraud are told once each', async () => {
    const { clock, unit, acceptor, events } = await scriptedReady();
    unit.says = [{ kind: 'jamInStacker' }, { kind: 'jamInStacker' }, { kind: 'cheated' }, { kind: 'cheated' }, { kind: 'jamInAcceptor' }];
    await clock.advance(1500);
    expect(events).toEqual([{ type: 'jammed', where: 'stacker' }, { type: 'cheated' }, { type: 'jammed', where: 'acceptor' }]);
    expect(acceptor.lastStatus).toMatchObject({ device: 'hardwareError', state: 'jammed' });
    expect(unit.count('reset')).toBe(0);
  });
});

/** A note whose stack order was taken; nothing recorded yet. */
async function ordered(): Promise<Awaited<ReturnType<typeof scriptedReady>>> {
  const made = await scriptedReady();
  made.unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
  await made.clock.advance(300);
  await within(made.clock, made.acceptor.stack());
  made.unit.heard.length = 0;
  return made;
}

describe('credit messages', () => {
  test('the acknowledgement waits for the handler', async () => {
    const { clock, unit, acceptor } = await ordered();
    const written = Promise.withResolvers<void>();
    let calls = 0;
    acceptor.setCreditHandler(() => {
      calls += 1;
      return written.promise;
    });
    unit.says = [{ kind: 'vendValid' }];
    await clock.advance(2000);
    expect(unit.count('ack')).toBe(0);
    expect(calls).toBe(1);
    written.resolve();
    await clock.advance(1);
    expect(unit.count('ack')).toBe(1);
  });

  test('repeated after it was settled: acknowledged again, the handler is not asked again', async () => {
    const { clock, unit, credits } = await ordered();
    unit.says = [{ kind: 'vendValid' }];
    await clock.advance(1500);
    expect(unit.count('ack')).toBeGreaterThan(2);
    unit.says = [{ kind: 'stacked' }, { kind: 'stacked' }, { kind: 'vendValid' }, { kind: 'disabled' }, { kind: 'vendValid' }, { kind: 'disabled' }];
    await clock.advance(1500);
    expect(credits).toEqual(['vendValid']);
  });

  test('the handler fails, then succeeds: asked with each repetition, one acknowledgement after success', async () => {
    const { clock, unit, acceptor } = await ordered();
    let calls = 0;
    acceptor.setCreditHandler(async () => {
      calls += 1;
      if (calls < 3) throw new Error('disk full');
      unit.says = [{ kind: 'stacked' }, { kind: 'disabled' }];
    });
    unit.says = [{ kind: 'vendValid' }];
    await clock.advance(2000);
    expect(calls).toBe(3);
    expect(unit.count('ack')).toBe(1);
  });

  test('the message ends without a settled handler: it stays owed and is offered until it is taken', async () => {
    const { clock, unit, acceptor } = await ordered();
    let calls = 0;
    acceptor.setCreditHandler(async () => {
      calls += 1;
      if (calls < 4) throw new Error('disk full');
    });
    unit.says = [{ kind: 'stacked' }, { kind: 'disabled' }];
    await clock.advance(3000);
    expect(calls).toBe(4);
  });

  test('nobody takes credits: never acknowledged', async () => {
    const clockAndUnit = scripted();
    clockAndUnit.acceptor.setCreditHandler(() => Promise.reject(new Error('not ready')));
    clockAndUnit.unit.says = [{ kind: 'vendValid' }];
    await within(clockAndUnit.clock, clockAndUnit.acceptor.connect());
    expect(clockAndUnit.unit.count('ack')).toBe(0);
  });

  test('a note that is stacked without having been seen in escrow has a message of its own', async () => {
    const { clock, unit, credits } = await ordered();
    unit.says = [{ kind: 'vendValid' }, { kind: 'stacked' }, { kind: 'idling' }, { kind: 'stacking' }, { kind: 'vendValid' }, { kind: 'disabled' }];
    await clock.advance(2000);
    expect(credits).toEqual(['vendValid', 'vendValid']);
  });

  test.each(['vendValid', 'stacked'] as const)('settled, the line lost before the acknowledgement was heard, %s again: no second credit', async (kind) => {
    const { clock, unit, acceptor, credits } = await ordered();
    unit.says = [{ kind: 'vendValid' }];
    await clock.advance(160);
    expect(credits).toEqual(['vendValid']);
    unit.line.unplug();
    await clock.advance(500);
    unit.line.plug();
    unit.says = [{ kind }, { kind: 'disabled' }];
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'idle' });
    expect(credits).toEqual(['vendValid']);
    expect(acceptor.lastStatus.state).toBe('disabled');
  });

  test('settled, then power failed, and the message comes again after the reset: acknowledged, no second credit', async () => {
    const { clock, unit, credits, events } = await ordered();
    unit.says = [{ kind: 'vendValid' }, { kind: 'powerUpNoteInStacker' }, { kind: 'initialize' }, { kind: 'vendValid' }, { kind: 'disabled' }];
    await clock.advance(5000);
    expect(credits).toEqual(['vendValid']);
    expect(events.at(-1)).toEqual({ type: 'resumed', powerUp: { kind: 'noteInStacker' } });
  });

  test('with stack-1 the movement goes on after the message: still one credit', async () => {
    const { clock, unit, credits } = await ordered();
    unit.says = [{ kind: 'stacking' }, { kind: 'vendValid' }, { kind: 'stacking' }, { kind: 'stacked' }, { kind: 'disabled' }];
    await clock.advance(2000);
    expect(credits).toEqual(['vendValid']);
  });
});

describe('orders that are not heard', () => {
  test('the order is lost and the note still waits: given again, once', async () => {
    const { clock, unit, acceptor } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
    unit.unusual.set('stack1', () => {
      unit.unusual.delete('stack1');
      return undefined;
    });
    await within(clock, acceptor.stack());
    expect(unit.count('stack1')).toBe(2);
  });

  test.each(['stacking', 'vendValid', 'stacked'] as const)('the answer is lost and the note is on its way (%s): not given again', async (kind) => {
    const { clock, unit, acceptor } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
    unit.unusual.set('stack1', () => {
      unit.says = [{ kind }];
      return undefined;
    });
    await within(clock, acceptor.stack());
    expect(unit.count('stack1')).toBe(1);
  });

  test('the answer is lost and the note is out: stack fails as moved, return succeeds', async () => {
    for (const kind of ['returning', 'disabled'] as const) {
      const { clock, unit, acceptor } = await scriptedReady();
      const lost = (): undefined => {
        unit.says = [{ kind }];
        return undefined;
      };
      unit.unusual.set('stack1', lost).set('return', lost);
      unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
      expect((await failure(within(clock, acceptor.stack()))).code).toBe('mediaMoved');
      unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
      await within(clock, acceptor.returnNote());
    }
  });

  test('refused while the note waits: invalidState, and the note is still there to be returned', async () => {
    const { clock, unit, acceptor } = await scriptedReady({ stackCommand: 'stack2' });
    unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
    unit.unusual.set('stack2', () => ({ kind: 'invalidCommand' }));
    expect((await failure(within(clock, acceptor.stack()))).code).toBe('invalidState');
    expect(unit.count('stack2')).toBe(1);
    await within(clock, acceptor.returnNote());
  });

  test('no order is ever heard though the note waits: timeout, and the note did not move', async () => {
    const { clock, unit, acceptor } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
    unit.unusual.set('stack1', () => undefined);
    expect((await failure(within(clock, acceptor.stack(), 3000))).code).toBe('timeout');
  });

  test('nothing in escrow: invalidState, no order goes out', async () => {
    const { clock, unit, acceptor } = await scriptedReady();
    expect((await failure(within(clock, acceptor.stack()))).code).toBe('invalidState');
    expect((await failure(within(clock, acceptor.returnNote()))).code).toBe('invalidState');
    expect(unit.count('stack1') + unit.count('return')).toBe(0);
  });

  test('the line dies after the order: outcomeUnknown', async () => {
    const { clock, unit, acceptor } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
    unit.unusual.set('stack1', () => {
      unit.unusual.set('statusRequest', () => undefined);
      return undefined;
    });
    expect((await failure(within(clock, acceptor.stack()))).code).toBe('outcomeUnknown');
    expect(unit.count('stack1')).toBe(1);
    await clock.advance(500);
    expect(acceptor.lastStatus.device).toBe('offline');
  });

  test('power fails in the order: outcomeUnknown, then resumed says where the note is', async () => {
    const { clock, unit, acceptor, events } = await scriptedReady();
    unit.says = [{ kind: 'escrow', noteCode: 0x63 }];
    unit.unusual.set('stack1', () => {
      unit.says = [{ kind: 'powerUpNoteInStacker' }, { kind: 'initialize' }, { kind: 'disabled' }];
      return undefined;
    });
    expect((await failure(within(clock, acceptor.stack()))).code).toBe('outcomeUnknown');
    await clock.advance(3000);
    expect(events.at(-1)).toEqual({ type: 'resumed', powerUp: { kind: 'noteInStacker' } });
  });
});

describe('accepting', () => {
  test('exactly what is asked for is let in, and an empty list inhibits', async () => {
    const made = bench();
    await within(made.clock, made.acceptor.connect());
    expect(made.unit.feedNote(YUAN[10])).toBe('refused');
    await within(made.clock, made.acceptor.accept([YUAN[100]]));
    expect(made.unit.feedNote(YUAN[10])).toBe('taken');
    await made.clock.advance(3000);
    expect(made.unit.returned).toEqual([YUAN[10]]);
    made.unit.feedNote(YUAN[100]);
    await made.clock.advance(1500);
    expect(made.unit.escrow).toBe(YUAN[100]);
    await within(made.clock, made.acceptor.returnNote());
    await made.clock.advance(2000);
    await within(made.clock, made.acceptor.accept([]));
    expect(made.unit.feedNote(YUAN[100])).toBe('refused');
    expect(made.acceptor.lastStatus.state).toBe('disabled');
  });

  test('an enabled acceptor is inhibited before its list changes', async () => {
    const made = await ready();
    made.line.sent.length = 0;
    await within(made.clock, made.acceptor.accept([YUAN[50]]));
    // Only settings: C3 01, C0 with every bit but 65's (bit 4) set, C3 00.
    const settings = made.line.sent.filter((bytes) => (bytes[2] ?? 0) >= 0xc0).map((bytes) => Array.from(bytes.slice(2, -2)));
    expect(settings).toEqual([
      [0xc3, 1],
      [0xc0, 0b1110_1111, 0],
      [0xc3, 0],
    ]);
  });

  test('while a note waits the acceptor is inhibited at once and the list follows when the path is empty', async () => {
    const made = await ready();
    await escrowed(made);
    await within(made.clock, made.acceptor.accept([YUAN[50]]), 2000);
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(4000);
    expect(made.unit.box).toEqual([YUAN[10]]);
    expect(made.acceptor.lastStatus.state).toBe('idle');
    made.unit.feedNote(YUAN[10]);
    await made.clock.advance(3000);
    expect(made.unit.returned).toEqual([YUAN[10]]);
  });

  test('a face value outside the currency table: notSupported', async () => {
    const made = await ready();
    expect((await failure(made.acceptor.accept([fen(123)]))).code).toBe('notSupported');
  });

  test.each([
    [{ kind: 'jamInAcceptor' }, 'mediaJammed', undefined],
    [{ kind: 'stackerFull' }, 'storageFull', undefined],
    [{ kind: 'stackerOpen' }, 'invalidState', undefined],
    [{ kind: 'failure', cause: 0xa2 }, 'hardwareError', 'A2'],
  ] as const)('%j: refused as %s; inhibiting is not refused', async (status, code, deviceCode) => {
    const { clock, unit, acceptor } = await scriptedReady();
    unit.says = [status];
    const error = await failure(within(clock, acceptor.accept([YUAN[10]])));
    expect([error.code, error.deviceCode]).toEqual([code, deviceCode]);
    await within(clock, acceptor.accept([]));
  });

  test('an acceptor that inhibits itself while notes are wanted is enabled again', async () => {
    const { clock, unit, acceptor } = await scriptedReady();
    unit.says = [{ kind: 'disabled' }, { kind: 'idling' }];
    await within(clock, acceptor.accept([YUAN[10]]));
    unit.heard.length = 0;
    unit.says = [{ kind: 'disabled' }, { kind: 'idling' }];
    await clock.advance(1000);
    expect(unit.heard.at(-1)).toEqual({ kind: 'set', setting: 'inhibit', value: [0] });
  });

  test('the acceptor does not take its settings: timeout', async () => {
    const { clock, unit, acceptor } = await scriptedReady();
    unit.unusual.set('set', () => ({ kind: 'invalidCommand' }));
    expect((await failure(within(clock, acceptor.accept([YUAN[10]]), 4000))).code).toBe('timeout');
  });

  test('an echo that differs from the setting is not an answer', async () => {
    const { clock, unit, acceptor } = await scriptedReady();
    unit.unusual.set('set', () => {
      const asked = unit.heard.at(-1);
      return asked?.kind === 'set' ? { kind: 'settingEcho', setting: asked.setting, value: asked.value.map((byte) => byte ^ 0x40) } : undefined;
    });
    expect((await failure(within(clock, acceptor.accept([YUAN[10]]), 4000))).code).toBe('timeout');
  });

  test('the box is pulled and put back: initialized anew, configured and accepting as before', async () => {
    const made = await ready();
    expect(made.unit.removeBox()).toEqual([]);
    await made.clock.advance(500);
    expect(made.acceptor.lastStatus).toEqual({ device: 'online', state: 'disabled', box: 'removed' });
    made.unit.insertBox();
    await made.clock.advance(3000);
    expect(made.acceptor.lastStatus).toEqual({ device: 'online', state: 'idle', box: 'ok' });
    made.unit.feedNote(YUAN[5]);
    await made.clock.advance(3000);
    expect(made.unit.returned).toEqual([YUAN[5]]);
  });
});

describe('away and back', () => {
  test('one lost answer is no loss: asked again', async () => {
    const made = await ready();
    made.unit.knobs.loseAnswers = 2;
    await made.clock.advance(2000);
    expect(made.events).toEqual([]);
  });

  test('three lost answers: offline, told once, and it rests until connect is called again', async () => {
    const made = await ready();
    made.unit.knobs.silent = true;
    await made.clock.advance(1000);
    expect(made.events).toEqual([{ type: 'statusChanged', status: { device: 'offline', state: 'unknown', box: 'unknown' } }]);
    expect(made.line.isOpen).toBe(false);
    expect((await failure(made.acceptor.accept([YUAN[10]]))).code).toBe('offline');
    made.unit.knobs.silent = false;
    made.line.sent.length = 0;
    await made.clock.advance(60_000);
    expect(made.line.sent).toEqual([]);
    expect(made.clock.pendingTimers).toBe(0);
    expect((await within(made.clock, made.acceptor.connect())).powerUp).toEqual({ kind: 'idle' });
    expect(made.acceptor.lastStatus.state).toBe('disabled');
    await within(made.clock, made.acceptor.accept([YUAN[10]]));
    expect(made.unit.feedNote(YUAN[10])).toBe('taken');
  });

  test('the cable is pulled with a note in escrow: nothing is ordered blindly, connect tells where it is', async () => {
    const made = await ready();
    await escrowed(made);
    made.line.unplug();
    await made.clock.advance(1);
    expect(made.acceptor.lastStatus.device).toBe('offline');
    await made.clock.advance(5000);
    made.line.plug();
    expect((await within(made.clock, made.acceptor.connect())).powerUp).toEqual({ kind: 'noteInEscrow', denomination: YUAN[10] });
    expect(notes(made.events).filter((event) => event.type === 'escrowed')).toHaveLength(1);
    expect(made.unit.escrow).toBe(YUAN[10]);
    await within(made.clock, made.acceptor.returnNote());
    await made.clock.advance(2000);
    expect(made.unit.returned).toEqual([YUAN[10]]);
  });

  test('the line is lost with a command under way: the command fails and nothing is said twice', async () => {
    const made = await ready();
    const accepting = failure(made.acceptor.accept([YUAN[50]]));
    made.line.unplug();
    await made.clock.advance(1000);
    expect((await accepting).code).toBe('offline');
    expect(made.events.filter((event) => event.type === 'statusChanged')).toHaveLength(1);
  });

  test('two calls of connect at once: the later one wins, the earlier is aborted', async () => {
    const made = bench();
    const first = failure(made.acceptor.connect());
    const second = made.acceptor.connect();
    expect((await within(made.clock, second)).powerUp).toEqual({ kind: 'clean' });
    expect((await first).code).toBe('aborted');
    expect(await within(made.clock, made.acceptor.status())).toMatchObject({ device: 'online' });
  });

  test('close while it connects: connect is aborted, the line is closed', async () => {
    const made = bench();
    const connecting = failure(made.acceptor.connect());
    await made.clock.advance(200);
    await made.acceptor.close();
    expect((await connecting).code).toBe('aborted');
    expect(made.line.isOpen).toBe(false);
    expect(made.clock.pendingTimers).toBe(1); // the unit's own initialization
  });

  test('power fails with a note in escrow: it goes back and resumed says so', async () => {
    const made = await ready();
    await escrowed(made);
    made.unit.powerCycle();
    await made.clock.advance(6000);
    expect(notes(made.events).at(-1)).toEqual({ type: 'resumed', powerUp: { kind: 'noteInAcceptor', returned: true } });
    expect(made.unit.returned).toEqual([YUAN[10]]);
    expect(made.acceptor.lastStatus.state).toBe('disabled');
  });

  test('commands queued when power fails are dropped, not run afterwards', async () => {
    const { clock, unit, acceptor } = await scriptedReady();
    unit.unusual.set('statusRequest', () => {
      unit.unusual.delete('statusRequest');
      unit.says = [{ kind: 'powerUp' }, { kind: 'initialize' }, { kind: 'disabled' }];
      return { kind: 'powerUp' };
    });
    const first = failure(acceptor.accept([YUAN[10]]));
    const second = failure(acceptor.accept([YUAN[50]]));
    await clock.advance(3000);
    expect([(await first).code, (await second).code]).toEqual(['invalidState', 'invalidState']);
    expect(acceptor.lastStatus.state).toBe('disabled');
    expect(unit.heard.filter((message) => message.kind === 'set' && message.setting === 'inhibit')).toEqual([{ kind: 'set', setting: 'inhibit', value: [1] }]);
  });

  test('a wrong CRC is no answer; noise before an answer is skipped', async () => {
    const made = await ready();
    made.unit.knobs.corruptAnswers = 2;
    await made.clock.advance(1000);
    expect(made.events).toEqual([]);
    made.line.attachUnit((bytes) => {
      made.line.fromUnit(Uint8Array.of(0x00, 0xfc, 0x00));
      made.unit.receive(bytes);
    });
    await made.clock.advance(1000);
    expect(made.events).toEqual([]);
  });

  test('noise that looks like the start of a long frame costs one try, not the line', async () => {
    const made = await ready();
    let noise = 1;
    made.line.attachUnit((bytes) => {
      if (noise-- > 0) made.line.fromUnit(Uint8Array.of(0xfc, 0xff));
      made.unit.receive(bytes);
    });
    await made.clock.advance(2000);
    expect(made.events).toEqual([]);
  });

  test('a line that never stops babbling is as good as lost', async () => {
    const made = await ready();
    made.unit.knobs.silent = true;
    const babble = (): void => {
      made.line.fromUnit(Uint8Array.of(0x55));
      made.clock.setTimeout(babble, 20);
    };
    babble();
    await made.clock.advance(3000);
    expect(made.acceptor.lastStatus.device).toBe('offline');
  });

  test('connect on a line that was lost starts anew: no second coming up', async () => {
    const made = await ready();
    made.line.unplug();
    await made.clock.advance(500);
    made.line.plug();
    expect((await within(made.clock, made.acceptor.connect())).powerUp).toEqual({ kind: 'idle' });
    made.events.length = 0;
    await made.clock.advance(10_000);
    expect(made.events).toEqual([]);
  });

  test('a technician clears the jam: connect brings it back', async () => {
    const made = await ready();
    made.unit.knobs.jamNext = 'acceptor';
    made.unit.feedNote(YUAN[10]);
    await made.clock.advance(2000);
    expect(notes(made.events).at(-1)).toEqual({ type: 'jammed', where: 'acceptor' });
    expect((await within(made.clock, made.acceptor.connect())).powerUp).toEqual({ kind: 'jammed', where: 'acceptor' });
    expect(made.unit.clearJam()).toBe(YUAN[10]);
    await made.clock.advance(2000);
    expect((await within(made.clock, made.acceptor.connect())).powerUp).toEqual({ kind: 'idle' });
    await within(made.clock, made.acceptor.accept([YUAN[10]]));
    expect(made.acceptor.lastStatus).toEqual({ device: 'online', state: 'idle', box: 'ok' });
  });
});

describe('status, trace and close', () => {
  test('status asks the acceptor now', async () => {
    const made = await ready();
    made.unit.removeBox();
    expect(await within(made.clock, made.acceptor.status())).toEqual({ device: 'online', state: 'disabled', box: 'removed' });
  });

  test('before connect and after close every command is refused as offline', async () => {
    const made = bench();
    expect(made.acceptor.lastStatus).toEqual({ device: 'unknown', state: 'unknown', box: 'unknown' });
    expect((await failure(made.acceptor.status())).code).toBe('offline');
    await within(made.clock, made.acceptor.connect());
    await made.acceptor.close();
    expect((await failure(made.acceptor.stack())).code).toBe('offline');
    expect(made.acceptor.lastStatus.device).toBe('offline');
    const sent = made.line.sent.length;
    await made.clock.advance(60_000);
    expect(made.line.sent).toHaveLength(sent);
    expect(made.clock.pendingTimers).toBe(0);
  });

  test('close does not wait for an answer that is due', async () => {
    const made = await ready();
    made.unit.knobs.silent = true;
    await made.clock.advance(170);
    await made.acceptor.close();
    expect(made.clock.pendingTimers).toBe(0);
  });

  test('an aborted command is not run', async () => {
    const made = await ready();
    const controller = new AbortController();
    const accepting = made.acceptor.accept([], controller.signal);
    controller.abort();
    expect((await failure(within(made.clock, accepting))).code).toBe('aborted');
    await made.clock.advance(1000);
    expect(made.acceptor.lastStatus.state).toBe('idle');
  });

  test('every frame is shown as it went over the line', async () => {
    const made = bench();
    const frames: string[] = [];
    made.acceptor.onFrame(({ direction, bytes }) => frames.push(`${direction} ${bytes}`));
    await within(made.clock, made.acceptor.connect());
    expect(frames.slice(0, 4)).toEqual(['toDevice FC05112756', 'fromDevice FC05402B15', 'toDevice FC05402B15', 'fromDevice FC0550AA05']);
  });

  test('the acceptor is asked every 150 ms', async () => {
    const made = await ready();
    const asked: number[] = [];
    made.acceptor.onFrame(({ direction }) => {
      if (direction === 'toDevice') asked.push(made.clock.monotonic());
    });
    await made.clock.advance(10_000);
    // An exchange takes the answer's 5 ms, then comes the pause.
    const gaps = new Set(asked.slice(1).map((at, index) => at - (asked[index] ?? 0)));
    expect([...gaps]).toEqual([155]);
  });
});
