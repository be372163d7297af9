/** The simulated CCNET unit at byte level, by the worked frames of cash-acceptor.md 4. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { fromHex, toHex } from '../../../common/hex.ts';
import { decodeAnswer, encodeHostMessage, type Answer, type HostMessage } from '../../../drivers/cash-acceptor/ccnet/codec.ts';
import { encodeFrame, FrameDecoder } from '../../../drivers/cash-acceptor/ccnet/frame.ts';
import { SimulatedCcnet, type CcnetUnitOptions } from '../../../drivers/cash-acceptor/ccnet/simulator.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const POLL = '02030633DA81';
const ACK = '02030600C282';
const RESET = '0203063041B3';
const STACK = '02030635ECE4';
const IDLING = '0203061467D4';
/** Type 4 of the simulated table is 50 yuan. */
const ESCROW_4 = '0203078004A875';
const STACKED_4 = '0203078104706C';
const YUAN_50 = fen(5000);

class Wired {
  readonly clock = new SimulatedClock();
  readonly unit: SimulatedCcnet;
  readonly #said: string[] = [];

  constructor(options: CcnetUnitOptions = {}) {
    this.unit = new SimulatedCcnet(this.clock, options);
    this.unit.onSend((bytes) => this.#said.push(toHex(bytes)));
  }

  /** What it answers to these bytes, within 20 ms. */
  async says(hex: string): Promise<string> {
    this.#said.length = 0;
    this.unit.receive(fromHex(hex));
    await this.clock.advance(20);
    return this.#said.join(' ');
  }

  async answers(message: HostMessage): Promise<Answer | undefined> {
    const said = await this.says(toHex(encodeFrame({ address: 3, data: encodeHostMessage(message) })));
    const [decoded] = new FrameDecoder().push(fromHex(said));
    return decoded?.ok === true ? decodeAnswer(decoded.frame) : undefined;
  }

  /** Initialized, taking 50 yuan. */
  async enabled(escrow: readonly number[] = [4]): Promise<void> {
    await this.says(RESET);
    await this.clock.advance(1000);
    expect(await this.answers({ kind: 'enableBillTypes', types: [4], escrow })).toEqual({ kind: 'ack' });
  }
}

describe('the worked session', () => {
  test('power-up, reset, idling, escrow, stack, stacked: each as the document prints it', async () => {
    const wired = new Wired();
    expect(await wired.answers({ kind: 'poll' })).toEqual({ kind: 'poll', answer: { kind: 'powerUp' } });
    expect(await wired.says(RESET)).toBe(ACK);
    expect(await wired.answers({ kind: 'poll' })).toEqual({ kind: 'poll', answer: { kind: 'initialize' } });
    await wired.clock.advance(1000);
    expect(await wired.answers({ kind: 'poll' })).toEqual({ kind: 'poll', answer: { kind: 'disabled' } });
    await wired.answers({ kind: 'enableBillTypes', types: [4], escrow: [4] });
    expect(await wired.says(POLL)).toBe(IDLING);
    expect(wired.unit.feedNote(YUAN_50)).toBe('taken');
    await wired.clock.advance(1000);
    expect(await wired.says(POLL)).toBe(ESCROW_4);
    expect(await wired.says(ACK)).toBe('');
    expect(await wired.says(STACK)).toBe(ACK);
    expect(await wired.answers({ kind: 'poll' })).toEqual({ kind: 'poll', answer: { kind: 'stacking' } });
    await wired.clock.advance(1100);
    expect(await wired.says(POLL)).toBe(STACKED_4);
    expect(wired.unit.box).toEqual([YUAN_50]);
  });

  test('81 is given until it is acknowledged, and an acknowledgement of something else does not count', async () => {
    const wired = new Wired();
    await wired.enabled();
    wired.unit.feedNote(YUAN_50);
    await wired.clock.advance(1000);
    await wired.says(STACK);
    await wired.clock.advance(1100);
    await wired.answers({ kind: 'getStatus' });
    await wired.says(ACK);
    expect(await wired.says(POLL)).toBe(STACKED_4);
    expect(await wired.says(POLL)).toBe(STACKED_4);
    await wired.says(ACK);
    await wired.clock.advance(500);
    expect(await wired.says(POLL)).toBe(IDLING);
  });

  test('82 is given until it is acknowledged', async () => {
    const wired = new Wired();
    await wired.enabled();
    wired.unit.feedNote(YUAN_50);
    await wired.clock.advance(1000);
    expect(await wired.answers({ kind: 'return' })).toEqual({ kind: 'ack' });
    await wired.clock.advance(1000);
    for (let turn = 0; turn < 2; turn += 1) expect(await wired.answers({ kind: 'poll' })).toEqual({ kind: 'poll', answer: { kind: 'billReturned', code: 4 } });
    await wired.says(ACK);
    expect(await wired.says(POLL)).toBe(IDLING);
    expect(wired.unit.returned).toEqual([YUAN_50]);
  });

  test('an acknowledgement that comes too late does not count', async () => {
    const wired = new Wired();
    await wired.enabled();
    wired.unit.faults.ackLimit = 10;
    wired.unit.feedNote(YUAN_50);
    await wired.clock.advance(1000);
    await wired.says(STACK);
    await wired.clock.advance(1100);
    expect(await wired.says(POLL)).toBe(STACKED_4); // 20 ms pass here
    await wired.says(ACK);
    expect(await wired.says(POLL)).toBe(STACKED_4);
  });
});

describe('what it does not take', () => {
  test('a damaged command: NAK, nothing done', async () => {
    const wired = new Wired();
    await wired.enabled();
    wired.unit.feedNote(YUAN_50);
    await wired.clock.advance(1000);
    expect(await wired.says('02030635ECE5')).toBe(toHex(encodeFrame({ address: 3, data: Uint8Array.of(0xff) })));
    expect(wired.unit.escrow).toBe(YUAN_50);
  });

  test('NAK to its answer: the same answer again', async () => {
    const wired = new Wired();
    await wired.enabled();
    const nak = toHex(encodeFrame({ address: 3, data: Uint8Array.of(0xff) }));
    expect(await wired.says(POLL)).toBe(IDLING);
    expect(await wired.says(nak)).toBe(IDLING);
  });

  test('another peripheral’s address: silence', async () => {
    expect(await new Wired({ address: 1 }).says(POLL)).toBe('');
  });

  test.each(['stack', 'return', 'hold'] as const)('%s with nothing in escrow: illegal command', async (kind) => {
    const wired = new Wired();
    await wired.enabled();
    expect(await wired.answers({ kind })).toEqual({ kind: 'illegalCommand' });
  });

  test('bill table and identification while idling or with a note in escrow: illegal command', async () => {
    const wired = new Wired();
    await wired.enabled();
    expect(await wired.answers({ kind: 'getBillTable' })).toEqual({ kind: 'illegalCommand' });
    expect(await wired.answers({ kind: 'identification' })).toEqual({ kind: 'illegalCommand' });
    await wired.answers({ kind: 'enableBillTypes', types: [], escrow: [] });
    expect(await wired.answers({ kind: 'getBillTable' })).toMatchObject({ kind: 'billTable' });
  });

  test('any bytes: never throws, and it goes on answering', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), async (chunks) => {
        const wired = new Wired();
        for (const chunk of chunks) wired.unit.receive(chunk);
        // A false length may swallow the first polls; the longest frame is 255 bytes.
        for (let turn = 0; turn < 45; turn += 1) wired.unit.receive(fromHex(POLL));
        await wired.clock.advance(20);
        expect(await wired.says(POLL)).not.toBe('');
      }),
      { numRuns: 30 },
    );
  });
});

test('a type enabled without its escrow bit goes into the box without anyone ordering it', async () => {
  const wired = new Wired();
  await wired.enabled([]);
  wired.unit.feedNote(YUAN_50);
  await wired.clock.advance(2500);
  expect(wired.unit.box).toEqual([YUAN_50]);
  expect(await wired.says(POLL)).toBe(STACKED_4);
});

test('held, a note stays; not held, it goes back after about 10 s', async () => {
  for (const [held, where] of [
    [true, YUAN_50],
    [false, undefined],
  ] as const) {
    const wired = new Wired();
    await wired.enabled();
    wired.unit.feedNote(YUAN_50);
    for (let second = 0; second < 15; second += 5) {
      await wired.clock.advance(5000);
      if (held) expect(await wired.answers({ kind: 'hold' })).toEqual({ kind: 'ack' });
    }
    expect(wired.unit.escrow).toBe(where);
  }
});

test.each([
  [0, 'powerUpBillInValidator', false],
  [600, 'powerUpBillInStacker', true],
] as const)('power fails %i ms after the order: %s, and after the reset the note is where that says', async (ms, kind, inBox) => {
  const wired = new Wired();
  await wired.enabled();
  wired.unit.feedNote(YUAN_50);
  await wired.clock.advance(1000);
  await wired.says(STACK);
  await wired.clock.advance(ms);
  wired.unit.powerCycle();
  expect(await wired.answers({ kind: 'poll' })).toEqual({ kind: 'poll', answer: { kind } });
  await wired.says(RESET);
  await wired.clock.advance(2000);
  expect(wired.unit.box).toEqual(inBox ? [YUAN_50] : []);
  expect(wired.unit.returned).toEqual(inBox ? [] : [YUAN_50]);
});

test('jams, failure, box and fraud have their states', async () => {
  const wired = new Wired({ boxCapacity: 1 });
  await wired.enabled();
  const state = async (): Promise<string> => {
    const answer = await wired.answers({ kind: 'poll' });
    return answer?.kind === 'poll' ? answer.answer.kind : 'none';
  };
  wired.unit.faults.failure = 0x50;
  expect(await wired.answers({ kind: 'poll' })).toEqual({ kind: 'poll', answer: { kind: 'failure', code: 0x50 } });
  wired.unit.faults.failure = undefined;
  wired.unit.cheat();
  expect(await state()).toBe('cheated');
  await wired.clock.advance(2500);
  wired.unit.removeBox();
  expect(await state()).toBe('cassetteRemoved');
  wired.unit.insertBox();
  await wired.clock.advance(1000);
  wired.unit.knobs.jamNext = 'acceptor';
  wired.unit.feedNote(YUAN_50);
  await wired.clock.advance(1000);
  expect(await state()).toBe('validatorJammed');
  wired.unit.clearJam();
  await wired.clock.advance(1000);
  wired.unit.knobs.jamNext = 'stacker';
  wired.unit.feedNote(YUAN_50);
  await wired.clock.advance(1000);
  await wired.says(STACK);
  await wired.clock.advance(1000);
  expect(await state()).toBe('cassetteJammed');
  wired.unit.clearJam();
  await wired.clock.advance(1000);
  wired.unit.feedNote(YUAN_50);
  await wired.clock.advance(1000);
  await wired.says(STACK);
  await wired.clock.advance(1500);
  await wired.says(POLL);
  await wired.says(ACK);
  await wired.clock.advance(500);
  expect(await state()).toBe('cassetteFull');
});
