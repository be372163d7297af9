/** The handshake against a line that the test plays itself, byte by byte. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { CRT591_FRAMES } from '../../../../drivers/card-reader/crt591/codec.ts';
import { Crt591Link, linkDelays } from '../../../../drivers/card-reader/crt591/link.ts';
import { effect, query } from '../../../../drivers/card-reader/motor/protocol.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';

const STATUS = query(0x31, 0x30, 2_000);
const APDU = effect(0x60, 0x34, fromHex('80 52 00 00'), 8_000);
const STATUS_COMMAND = 'F200000343313003B0';
const STATUS_OK = 'F2 00 00 06 50 31 30 30 32 31 03 95';
const APDU_OK = frame('50 60 34 32 32 30 90 00');

/** Length, ETX and BCC put around a text, computed here on its own. */
function frame(text: string): string {
  const body = fromHex(text);
  const bytes = [0xf2, 0x00, 0x00, body.length, ...body, 0x03];
  return toHex(
    Uint8Array.of(
      ...bytes,
      bytes.reduce((sum, byte) => sum ^ byte, 0),
    ),
  );
}

async function openLink() {
  const clock = new SimulatedClock();
  const line = new SimulatedLine();
  await line.open();
  const link = new Crt591Link(line, clock, { ...CRT591_FRAMES, address: 0 });
  return {
    clock,
    line,
    link,
    say: (hex: string) => line.fromUnit(fromHex(hex)),
    /** What the host sent since the last call. */
    sent: () => line.sent.splice(0).map(toHex),
  };
}

const ACK_LIMIT = linkDelays.acknowledge + 40;

describe('a query', () => {
  test('ACK and answer in one chunk: answered, and acknowledged by the host', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(STATUS);
    await clock.settle();
    say(`06${STATUS_OK}`);
    expect(await asked).toMatchObject({ type: 'success', cm: 0x31, status: Uint8Array.of(0x30, 0x32, 0x31) });
    expect(sent()).toEqual([STATUS_COMMAND, '06']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('no ACK within 300 ms: sent three times, then given up', async () => {
    const { link, sent, clock } = await openLink();
    const asked = link.exchange(STATUS).catch((error: unknown) => error);
    await clock.advance(linkDelays.acknowledge);
    expect(sent()).toEqual([STATUS_COMMAND]);
    await clock.advance(3 * ACK_LIMIT);
    expect(sent()).toEqual([STATUS_COMMAND, STATUS_COMMAND]);
    expect(await asked).toMatchObject({ name: 'LinkError', reason: 'unacknowledged' });
  });

  test('ACK but no answer: asked again', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(STATUS);
    await clock.settle();
    say('06');
    await clock.advance(2_000);
    expect(sent()).toEqual([STATUS_COMMAND, STATUS_COMMAND]);
    say(`06${STATUS_OK}`);
    expect(await asked).toMatchObject({ type: 'success' });
  });

  test('another command’s answer is acknowledged and dropped; so is the right one from another address', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(STATUS);
    await clock.settle();
    say(`06${APDU_OK}`);
    say('F2 01 00 06 50 31 30 31 32 31 03 95');
    await clock.settle();
    expect(sent()).toEqual([STATUS_COMMAND, '06']);
    say(frame('50 31 31 30 32 30 30 30 30 30 30 30 30 30')); // STATUS with sensors, asked by somebody earlier
    say(STATUS_OK);
    expect(await asked).toMatchObject({ status: Uint8Array.of(0x30, 0x32, 0x31) });
  });

  test('an answer with a wrong BCC is asked for again by NAK, at most twice', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(STATUS).catch((error: unknown) => error);
    await clock.settle();
    const broken = STATUS_OK.replace('95', '96');
    say(`06${broken}`);
    say(broken);
    expect(sent()).toEqual([STATUS_COMMAND, '15', '15']);
    say(broken);
    expect(await asked).toMatchObject({ reason: 'garbled' });
  });

  test('an answer whose head makes no sense is asked for again', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(STATUS);
    await clock.settle();
    say(`06${frame('51 31 30 30 32 31')}`);
    expect(sent()).toEqual([STATUS_COMMAND, '15']);
    say(STATUS_OK);
    expect(await asked).toMatchObject({ type: 'success' });
  });

  test('noise that looks like the start of a long frame: the answer behind it is found', async () => {
    const { link, say, clock } = await openLink();
    const asked = link.exchange(STATUS);
    await clock.settle();
    say(`06 F2 00 03 00 ${STATUS_OK}`);
    await clock.advance(2_000);
    expect(await asked).toMatchObject({ type: 'success' });
  });

  test('half a frame left on the line does not swallow the next answer', async () => {
    const { link, say, clock } = await openLink();
    say('F2 00 01 00 50 60');
    await clock.advance(linkDelays.frameGap);
    const asked = link.exchange(STATUS);
    await clock.settle();
    say(`06${STATUS_OK}`);
    await clock.settle();
    expect(await asked).toMatchObject({ type: 'success' });
  });
});

describe('a command with an effect', () => {
  test('never sent twice, neither without ACK nor without answer', async () => {
    for (const heard of ['', '06']) {
      const { link, say, sent, clock } = await openLink();
      const asked = link.exchange(APDU).catch((error: unknown) => error);
      await clock.settle();
      if (heard !== '') say(heard);
      await clock.advance(20_000);
      expect(await asked).toMatchObject({ reason: heard === '' ? 'unacknowledged' : 'unanswered' });
      expect(sent()).toHaveLength(1);
    }
  });

  test('its answer counts even when the ACK never came', async () => {
    const { link, say, clock } = await openLink();
    const asked = link.exchange(APDU);
    await clock.advance(linkDelays.acknowledge + 1_000);
    say(APDU_OK);
    expect(await asked).toMatchObject({ type: 'success', data: fromHex('9000') });
  });

  test('the last answer once more, before the ACK: it is not this command’s, though it looks alike', async () => {
    const { link, say, sent, clock } = await openLink();
    const first = link.exchange(APDU);
    await clock.settle();
    say(`06${APDU_OK}`);
    await first;
    const second = link.exchange(APDU);
    await clock.settle();
    sent();
    say(APDU_OK);
    expect(sent()).toEqual(['06']);
    say(`06${frame('50 60 34 32 32 30 69 01')}`);
    expect(await second).toMatchObject({ type: 'success', data: fromHex('69 01') });
  });

  test('the same answer after the ACK is this command’s', async () => {
    const { link, say, clock } = await openLink();
    for (const _ of [1, 2, 3]) {
      const asked = link.exchange(APDU);
      await clock.settle();
      say(`06${APDU_OK}`);
      expect(await asked).toMatchObject({ type: 'success', data: fromHex('90 00') });
    }
  });

  test('ACKs that get lost: a query sent again believes the second answer that looks like the last', async () => {
    const { link, say, clock } = await openLink();
    const first = link.exchange(STATUS);
    await clock.settle();
    say(`06${STATUS_OK}`);
    await first;
    const second = link.exchange(STATUS);
    await clock.settle();
    say(STATUS_OK);
    await clock.advance(ACK_LIMIT);
    say(STATUS_OK);
    expect(await second).toMatchObject({ type: 'success', cm: 0x31 });
  });

  test('the last answer once more and never an ACK: what became of the APDU is unknown', async () => {
    const { link, say, clock } = await openLink();
    const first = link.exchange(APDU);
    await clock.settle();
    say(`06${APDU_OK}`);
    await first;
    const second = link.exchange(APDU).catch((error: unknown) => error);
    await clock.settle();
    say(APDU_OK);
    await clock.advance(ACK_LIMIT + linkDelays.unacknowledged);
    expect(await second).toMatchObject({ reason: 'unacknowledged', untouched: false });
  });

  test('a NAK that stands in noise proves nothing: it is not sent again', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(APDU).catch((error: unknown) => error);
    await clock.settle();
    say('50 60 15');
    await clock.advance(20_000);
    expect(sent()).toHaveLength(1);
    expect(await asked).toMatchObject({ reason: 'unacknowledged' });
  });

  test('after the ACK a NAK means nothing any more', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(APDU);
    await clock.settle();
    say('06 15');
    await clock.settle();
    expect(sent()).toHaveLength(1);
    say(APDU_OK);
    await asked;
  });

  test('a broken frame before the ACK is not asked for again: the unit would repeat an older answer that looks alike', async () => {
    const { link, say, sent, clock } = await openLink();
    const asked = link.exchange(APDU).catch((error: unknown) => error);
    await clock.settle();
    say(`${APDU_OK.slice(0, -2)}00`);
    await clock.advance(20_000);
    expect(sent()).toHaveLength(1);
    expect(await asked).toMatchObject({ reason: 'unacknowledged' });
  });

  test('a long APDU may take its time on a slow line before the ACK is missed', async () => {
    const { link, say, clock } = await openLink();
    const asked = link.exchange(effect(0x60, 0x34, new Uint8Array(261), 8_000));
    // 272 bytes at 9600 baud take 283 ms.
    await clock.advance(linkDelays.acknowledge + 270);
    say(`06${APDU_OK}`);
    expect(await asked).toMatchObject({ type: 'success' });
  });
});

describe('cancelling', () => {
  test('EOT, and once more when the unit stays silent; then given up', async () => {
    const { link, sent, clock } = await openLink();
    const abort = new AbortController();
    const asked = link.exchange(APDU, abort.signal).catch((error: unknown) => error);
    await clock.settle();
    sent();
    abort.abort();
    await clock.advance(2 * linkDelays.cancel);
    expect(sent()).toEqual(['04', '04']);
    expect(await asked).toMatchObject({ reason: 'cancelled' });
  });

  test('answered by EOT: done at once', async () => {
    const { link, say, clock } = await openLink();
    const abort = new AbortController();
    const asked = link.exchange(APDU, abort.signal).catch((error: unknown) => error);
    await clock.settle();
    abort.abort();
    say('04');
    expect(await asked).toMatchObject({ reason: 'cancelled' });
    expect(clock.pendingTimers).toBe(0);
  });

  test('an answer that crosses the EOT is the result', async () => {
    const { link, say, clock } = await openLink();
    const abort = new AbortController();
    const asked = link.exchange(APDU, abort.signal);
    await clock.settle();
    abort.abort();
    say(APDU_OK);
    expect(await asked).toMatchObject({ type: 'success' });
  });

  test('cancelled before it was sent: nothing goes out', async () => {
    const { link, sent } = await openLink();
    await expect(link.exchange(APDU, AbortSignal.abort())).rejects.toMatchObject({ reason: 'notSent' });
    expect(sent()).toEqual([]);
  });
});

describe('the line', () => {
  test('nothing is left hanging on a signal that lives longer than the exchange', async () => {
    const { link, say, clock } = await openLink();
    const { signal } = new AbortController();
    const asked = link.exchange(STATUS, signal);
    await clock.settle();
    say(`06${STATUS_OK}`);
    await asked;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('lost under way: told; closed before: not sent', async () => {
    const { link, line, clock } = await openLink();
    const asked = link.exchange(APDU).catch((error: unknown) => error);
    await clock.settle();
    line.unplug();
    expect(await asked).toMatchObject({ reason: 'lineLost' });
    await expect(link.exchange(APDU)).rejects.toMatchObject({ reason: 'notSent' });
  });

  test('one exchange at a time', async () => {
    const { link, say, clock } = await openLink();
    const asked = link.exchange(STATUS);
    await expect(link.exchange(STATUS)).rejects.toMatchObject({ reason: 'notSent' });
    await clock.settle();
    say(`06${STATUS_OK}`);
    await asked;
  });

  test('what can’t be read is traced by its length alone', async () => {
    const { link, say, clock } = await openLink();
    const traced: string[] = [];
    link.frames.add((trace) => traced.push(trace.bytes));
    await clock.settle();
    say('41 42 43');
    say(`${APDU_OK.slice(0, -2)}00`);
    expect(traced).toEqual(['XXXXXX', 'XX'.repeat(APDU_OK.length / 2)]);
  });
});
