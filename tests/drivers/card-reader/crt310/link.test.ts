/** The CRT-310 handshake against a line that the test plays itself, byte by byte. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { Crt310Link } from '../../../../drivers/card-reader/crt310/link.ts';
import { ackedLineDelays as linkDelays } from '../../../../drivers/card-reader/motor/acked-line.ts';
import { effect, motion, query, setting } from '../../../../drivers/card-reader/motor/protocol.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';
import { frame, worked } from './worked-frames.ts';

const STATUS = query(0x31, 0x30, 2_000);
const MOVE = motion(0x32, 0x2f, 15_000);
const APDU = effect(0x37, 0x31, fromHex('00 05 00 84 00 00 08'), 8_000);
const compact = (hex: string): string => hex.replaceAll(' ', '');
const STATUS_COMMAND = compact(worked('status'));
const MOVE_COMMAND = compact(worked('move to IC'));
const STATUS_OK = worked('← none, entry by switch, rear closed');
const MOVED = worked('← moved');
/** ACK's limit, with the time that the longest of these frames needs on a slow line. */
const ACK_LIMIT = linkDelays.acknowledge + 130;

async function openLink(enq = true) {
  const clock = new SimulatedClock();
  const line = new SimulatedLine();
  await line.open();
  const link = new Crt310Link(line, clock, { enq });
  return {
    clock,
    line,
    link,
    say: (hex: string) => line.fromUnit(fromHex(hex)),
    /** What the host sent since the last call. */
    sent: () => line.sent.splice(0).map(toHex),
  };
}

const caught = (error: unknown): unknown => error;

describe('the handshake', () => {
  test('frame, ACK, ENQ, answer; the answer is not acknowledged', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(STATUS);
    await clock.settle();
    expect(sent()).toEqual([STATUS_COMMAND]);
    say('06');
    expect(sent()).toEqual(['05']);
    say(STATUS_OK);
    expect(await asked).toEqual({ type: 'message', cm: 0x31, pm: 0x30, data: Uint8Array.of(0x4e, 0x4a, 0x4e) });
    expect(sent()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a unit without ENQ: none is sent, and the answer may be glued to the ACK', async () => {
    const { link, say, sent, clock } = await openLink(false);
    const asked = link.exchange(STATUS);
    await clock.settle();
    say(`06 ${STATUS_OK}`);
    expect(await asked).toMatchObject({ type: 'message' });
    expect(sent()).toEqual([STATUS_COMMAND]);
  });

  test('the unit says no: whatever was asked, that is the answer', async () => {
    const { link, say, clock } = await openLink();
    const asked = link.exchange(MOVE);
    await clock.settle();
    say('06');
    say(worked('← cannot run now'));
    expect(await asked).toEqual({ type: 'refusal', error: '02' });
  });

  test('a late answer of an earlier command comes before ACK, or has other command bytes: it is dropped', async () => {
    const { link, say, clock } = await openLink();
    const asked = link.exchange(STATUS);
    await clock.settle();
    say(frame('31 30 4B 4E 4E'));
    say('06');
    say(MOVED);
    say(STATUS_OK);
    expect(await asked).toMatchObject({ data: Uint8Array.of(0x4e, 0x4a, 0x4e) });
  });

  test('an answer without a command is nobody’s', async () => {
    const { link, say, sent, clock } = await openLink();
    say(`06 15 05 ${STATUS_OK}`);
    await clock.settle();
    expect(sent()).toEqual([]);
    const asked = link.exchange(STATUS);
    await clock.settle();
    say('06');
    say(STATUS_OK);
    expect(await asked).toMatchObject({ type: 'message' });
  });
});

describe('what may be sent again', () => {
  test.each([
    ['a question', STATUS, STATUS_COMMAND],
    ['a motion', MOVE, MOVE_COMMAND],
  ])('%s without ACK: three times, because nothing is executed before ENQ; then given up, untouched', async (_what, command, bytes) => {
    const { link, sent, clock } = await openLink();
    const asked = link.exchange(command).catch(caught);
    await clock.advance(3 * ACK_LIMIT);
    expect(sent()).toEqual([bytes, bytes, bytes]);
    expect(await asked).toMatchObject({ name: 'LinkError', reason: 'unacknowledged', untouched: true });
  });

  test('a motion without ACK on a unit without ENQ may be under way: never again, and the answer counts', async () => {
    const { link, say, sent, clock } = await openLink(false);
    const asked = link.exchange(MOVE);
    await clock.advance(ACK_LIMIT + 1_500);
    say(MOVED);
    expect(await asked).toMatchObject({ cm: 0x32 });
    expect(sent()).toEqual([MOVE_COMMAND]);
  });

  test('a motion on a unit without ENQ, with neither ACK nor answer: once, and nobody knows', async () => {
    const { link, sent, clock } = await openLink(false);
    const asked = link.exchange(MOVE).catch(caught);
    await clock.advance(ACK_LIMIT + linkDelays.unacknowledged);
    expect(await asked).toMatchObject({ reason: 'unacknowledged', untouched: false });
    expect(sent()).toEqual([MOVE_COMMAND]);
  });

  test('a NAK that stands in noise proves nothing to a unit without ENQ: its motion is not sent again; with ENQ it is, since nothing has begun', async () => {
    const without = await openLink(false);
    const asked = without.link.exchange(MOVE).catch(caught);
    await without.clock.settle();
    without.say('50 60 15');
    await without.clock.advance(20_000);
    expect(await asked).toMatchObject({ reason: 'unacknowledged', untouched: false });
    expect(without.sent()).toEqual([MOVE_COMMAND]);

    const { link, say, sent, clock } = await openLink();
    const moved = link.exchange(MOVE);
    await clock.settle();
    say('50 60 15');
    await clock.settle();
    expect(sent()).toEqual([MOVE_COMMAND, MOVE_COMMAND]);
    say('06');
    say(MOVED);
    expect(await moved).toMatchObject({ cm: 0x32 });
  });

  test('NAK: again, at most three times', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(APDU).catch(caught);
    for (let turn = 0; turn < 4; turn += 1) {
      await clock.settle();
      say('15');
    }
    expect(await asked).toMatchObject({ reason: 'refused', untouched: true });
    expect(sent()).toHaveLength(4);
  });

  test('ACK and no answer: a question is asked again, from the start', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(STATUS);
    await clock.settle();
    say('06');
    await clock.advance(2_000);
    say('06');
    say(STATUS_OK);
    expect(await asked).toMatchObject({ type: 'message' });
    expect(sent()).toEqual([STATUS_COMMAND, '05', STATUS_COMMAND, '05']);
  });

  test.each([
    ['motion', MOVE, 15_000],
    ['APDU', APDU, 8_000],
  ])('ACK and no answer: a %s is not, and nobody knows', async (_what, command, ms) => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(command).catch(caught);
    await clock.settle();
    say('06');
    await clock.advance(ms);
    expect(await asked).toMatchObject({ reason: 'unanswered', untouched: false });
    expect(sent()).toHaveLength(2);
  });

  test('an answer with a wrong BCC: a question and a setting are asked again, an APDU is not', async () => {
    const setPower = setting(0x37, 0x30, 8_000);
    for (const [command, sends] of [
      [STATUS, 3],
      [setPower, 3],
      [APDU, 1],
    ] as const) {
      const { link, say, line, clock } = await openLink();
      const asked = link.exchange(command).catch(caught);
      for (let turn = 0; turn < sends; turn += 1) {
        await clock.settle();
        say('06');
        say(STATUS_OK.replace('4F', '4E'));
      }
      expect(await asked).toMatchObject({ reason: 'garbled' });
      expect(line.sent.filter((bytes) => bytes.length > 1)).toHaveLength(sends);
    }
  });

  test('noise that looks like the start of a long frame: the answer behind it is found', async () => {
    const { link, say, clock } = await openLink();
    const asked = link.exchange(APDU);
    await clock.settle();
    say('06');
    say(`02 03 00 ${frame('37 31 59 00 02 90 00')}`);
    await clock.advance(8_000);
    expect(await asked).toMatchObject({ cm: 0x37 });
  });
});

describe('stopping', () => {
  test('before ENQ: cancelled, and nothing was executed', async () => {
    const { link, clock } = await openLink();
    const abort = new AbortController();
    const asked = link.exchange(MOVE, abort.signal).catch(caught);
    await clock.settle();
    abort.abort();
    expect(await asked).toMatchObject({ reason: 'cancelled', untouched: true });
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    ['motion', MOVE, MOVED],
    ['APDU', APDU, frame('37 31 59 00 02 90 00')],
  ])('a %s under way can’t be stopped: its answer is the result', async (_what, command, answer) => {
    const { link, say, clock } = await openLink();
    const abort = new AbortController();
    const asked = link.exchange(command, abort.signal);
    await clock.settle();
    say('06');
    abort.abort();
    await clock.advance(1_000);
    say(answer);
    expect(await asked).toMatchObject({ type: 'message' });
  });

  test('a question is stopped at once', async () => {
    const { link, say, clock } = await openLink();
    const abort = new AbortController();
    const asked = link.exchange(STATUS, abort.signal).catch(caught);
    await clock.settle();
    say('06');
    abort.abort();
    expect(await asked).toMatchObject({ reason: 'cancelled' });
  });

  test('aborted before: not sent; on a closed line: not sent; with another in flight: not sent', async () => {
    const { link, line, sent, clock } = await openLink();
    await expect(link.exchange(STATUS, AbortSignal.abort())).rejects.toMatchObject({ reason: 'notSent' });
    const first = link.exchange(MOVE).catch(caught);
    await expect(link.exchange(STATUS)).rejects.toMatchObject({ reason: 'notSent' });
    await clock.settle();
    expect(sent()).toEqual([MOVE_COMMAND]);
    line.unplug();
    expect(await first).toMatchObject({ reason: 'lineLost' });
    await expect(link.exchange(STATUS)).rejects.toMatchObject({ reason: 'notSent' });
  });
});

test('APDU bodies and what is unreadable never reach a frame trace', async () => {
  const { link, say, clock } = await openLink();
  const traces: string[] = [];
  link.frames.add(({ direction, bytes }) => traces.push(`${direction} ${bytes}`));
  const asked = link.exchange(APDU);
  await clock.settle();
  say('AA BB 06');
  say(frame('37 31 59 00 02 90 00'));
  await asked;
  expect(traces).toEqual(['toDevice 0200093731XXXXXXXXXXXXXX03XX', 'fromDevice XXXX', 'toDevice 05', 'fromDevice 0200073731XXXXXXXXXX03XX']);
});
