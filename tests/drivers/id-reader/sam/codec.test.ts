import { array, assert, constantFrom, integer, oneof, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import {
  COMMAND_NAMES,
  decodeAnswer,
  decodeCommand,
  encodeAnswer,
  encodeCommand,
  SamAnswerDecoder,
  type SamAnswer,
  type SamToken,
} from '../../../../drivers/id-reader/sam/codec.ts';
import { encodeFrame, FrameDecoder, MAX_FRAME } from '../../../../drivers/id-reader/sam/frame.ts';
import { ANSWER_FRAMES, COMMAND_FRAMES, photoOfNobody, readAnswer, textOf } from './worked-frames.ts';

function onlyAnswer(tokens: readonly SamToken[]): SamAnswer {
  const [token] = tokens;
  if (tokens.length !== 1 || token?.type !== 'answer') throw new Error(`expected one answer, found ${JSON.stringify(tokens)}`);
  return token.answer;
}

/** Bodies and the reasons of what was dropped. */
function framesOf(decoder: FrameDecoder, ...chunks: readonly Uint8Array[]): string[] {
  const found: string[] = [];
  for (const chunk of chunks) decoder.push(chunk, (step) => found.push(step.ok ? toHex(step.body) : `${step.reason} ${step.count}`));
  return found;
}

const FOUND = fromHex('AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97');
const FOUND_BODY = '00009F00000000';

describe('worked frames of the document', () => {
  test.each(COMMAND_FRAMES)('command %s, both ways', (name, hex) => {
    expect(encodeCommand(name)).toEqual(fromHex(hex));
    expect(framesOf(new FrameDecoder(), fromHex(hex))).toEqual([toHex(fromHex(hex).subarray(7, 9))]);
    expect(decodeCommand(fromHex(hex).subarray(7, -1))).toEqual({ name, data: new Uint8Array(0) });
  });

  test('the longest radio frame, a command with data, both ways', () => {
    const bytes = fromHex('AA AA AA 96 69 00 04 61 FF 50 CA');
    expect(encodeCommand('maxRadioFrame', Uint8Array.of(0x50))).toEqual(bytes);
    expect(decodeCommand(bytes.subarray(7, -1))).toEqual({ name: 'maxRadioFrame', data: Uint8Array.of(0x50) });
  });

  test.each(ANSWER_FRAMES)('answer "%s", both ways', (_what, status, dataLength, hex) => {
    const bytes = fromHex(hex);
    expect(encodeAnswer(status, new Uint8Array(dataLength))).toEqual(bytes);
    expect(onlyAnswer(new SamAnswerDecoder().push(bytes))).toEqual({ type: 'plain', card: 0, status, length: bytes.length, data: new Uint8Array(dataLength) });
  });

  test('the full answer begins and ends as printed', () => {
    const bytes = readAnswer();
    expect(toHex(bytes)).toMatch(
      new RegExp(
        `^${'AA AA AA 96 69 05 08 00 00 90 01 00 04 00 20 5F 09 4E 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 31 00 30 00'.replaceAll(' ', '')}`,
      ),
    );
    expect(toHex(bytes)).toContain(
      '39 00 39 00 30 00 31 00 30 00 31 00 31 00 39 00 39 00 30 00 30 00 33 00 30 00 37 00 30 00 30 00 31 00 35 00'.replaceAll(' ', ''),
    );
    expect(bytes).toHaveLength(1295);
    expect(bytes.at(-1)).toBe(0x36);
  });

  test('the reading with photo: the text is given, the photo only counted', () => {
    const answer = onlyAnswer(new SamAnswerDecoder().push(readAnswer()));
    expect(answer).toEqual({ type: 'record', card: 0, status: 0x90, length: 1295, text: textOf(), photo: 1024, fingerprint: 0 });
  });

  test('the reading with photo and fingerprint, 2321 bytes', () => {
    const answer = onlyAnswer(new SamAnswerDecoder().push(readAnswer(textOf(), { fingerprint: true })));
    expect(answer).toEqual({ type: 'record', card: 0, status: 0x90, length: 2321, text: textOf(), photo: 1024, fingerprint: 1024 });
  });

  test('a fingerprint length of 0 is taken from its field', () => {
    const body = Uint8Array.of(0, 0, 0x90, 1, 0, 4, 0, 0, 0, ...textOf(), ...photoOfNobody());
    expect(decodeAnswer(body)).toMatchObject({ type: 'record', photo: 1024, fingerprint: 0, text: textOf() });
  });

  test.each([
    ['a text of 250 bytes', Uint8Array.of(0, 0, 0x90, 0, 250, 4, 0, ...new Uint8Array(250 + 1024))],
    ['a photo shorter than its length', Uint8Array.of(0, 0, 0x90, 1, 0, 4, 0, ...new Uint8Array(256 + 1000))],
    ['71 bytes of data', Uint8Array.of(0, 0, 0x90, ...new Uint8Array(71))],
  ])('%s fits no record and is given as nothing but its length', (_what, body) => {
    expect(decodeAnswer(body)).toEqual({ type: 'misfit', card: 0, status: 0x90, length: body.length + 8 });
  });

  test('no answer keeps a reference to the bytes of the line', () => {
    const decoder = new SamAnswerDecoder();
    const answer = onlyAnswer(decoder.push(readAnswer()));
    decoder.push(readAnswer(textOf({ name: '李四' })));
    expect(answer).toMatchObject({ text: textOf() });
  });
});

describe('resynchronization', () => {
  test('any cut of the line gives the same answer', () => {
    const bytes = readAnswer();
    const whole = onlyAnswer(new SamAnswerDecoder().push(bytes));
    for (const size of [1, 2, 6, 7, 64, 1294]) {
      const decoder = new SamAnswerDecoder();
      const tokens: SamToken[] = [];
      for (let at = 0; at < bytes.length; at += size) tokens.push(...decoder.push(bytes.subarray(at, at + size)));
      expect(onlyAnswer(tokens)).toEqual(whole);
    }
  });

  test('noise before and between frames is counted and dropped', () => {
    expect(framesOf(new FrameDecoder(), Uint8Array.of(0, 0x96, 0x69, ...FOUND, 0xff, ...FOUND))).toEqual(['noise 3', FOUND_BODY, 'noise 1', FOUND_BODY]);
  });

  test('a fourth AA before the preamble is noise', () => {
    expect(framesOf(new FrameDecoder(), Uint8Array.of(0xaa, ...FOUND))).toEqual(['noise 1', FOUND_BODY]);
  });

  test('the preamble inside a frame belongs to its body', () => {
    const body = Uint8Array.of(0, 0, 0x90, 0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x03);
    expect(framesOf(new FrameDecoder(), encodeFrame(body))).toEqual([toHex(body)]);
  });

  test('a wrong checksum with a sound end drops the whole frame', () => {
    const broken = Uint8Array.from(FOUND);
    broken[10] = 0x01;
    expect(framesOf(new FrameDecoder(), broken, FOUND)).toEqual(['checksum 15', FOUND_BODY]);
  });

  test('a frame cut short hides the next one only until its length shows that it lied', () => {
    const cut = FOUND.subarray(0, 11);
    expect(framesOf(new FrameDecoder(), cut, FOUND, FOUND)).toEqual(['checksum 1', 'noise 1', 'noise 9', FOUND_BODY, FOUND_BODY]);
  });

  test.each(['00 02', '09 0B', 'FF FF'])('length %s can’t be: the preamble is dropped at once', (length) => {
    const found = framesOf(new FrameDecoder(), Uint8Array.of(...fromHex(`AA AA AA 96 69 ${length}`), ...FOUND));
    expect(found[0]).toBe('length 1');
    expect(found.at(-1)).toBe(FOUND_BODY);
  });

  test('a long frame that never comes holds the line up: rescanning finds what is hidden behind its preamble', () => {
    const decoder = new FrameDecoder();
    expect(framesOf(decoder, Uint8Array.of(...fromHex('AA AA AA 96 69 05 08'), ...FOUND))).toEqual([]);
    expect(decoder.pending).toBe(22);
    const found: string[] = [];
    while (decoder.pending > 0) decoder.rescan((step) => found.push(step.ok ? toHex(step.body) : step.reason));
    expect(found.at(-1)).toBe(FOUND_BODY);
    decoder.rescan(() => expect.unreachable());
  });

  test('a reset forgets what is half received', () => {
    const decoder = new FrameDecoder();
    framesOf(decoder, FOUND.subarray(0, 9));
    decoder.reset();
    expect(framesOf(decoder, FOUND)).toEqual([FOUND_BODY]);
  });

  test('a frame with a body of two bytes is a command; as an answer it is too short', () => {
    expect(new SamAnswerDecoder().push(fromHex('AA AA AA 96 69 00 03 20 01 22'))).toEqual([{ type: 'bad', reason: 'tooShort', count: 10 }]);
  });
});

describe('properties', () => {
  const body = uint8Array({ minLength: 2, maxLength: MAX_FRAME - 8 });

  test('what was encoded is decoded, in any chunking', () => {
    assert(
      property(array(body, { maxLength: 4 }), array(integer({ min: 1, max: 700 }), { minLength: 1 }), (bodies, cuts) => {
        const bytes = Buffer.concat(bodies.map((one) => encodeFrame(one)));
        const decoder = new FrameDecoder();
        const found: string[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = cuts[turn % cuts.length] ?? 1;
          found.push(...framesOf(decoder, bytes.subarray(at, at + size)));
          at += size;
        }
        expect(found).toEqual(bodies.map(toHex));
        expect(decoder.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('no bytes make it throw, hang, lose count or hold more than one frame', () => {
    const nasty = oneof(
      uint8Array({ maxLength: 80 }),
      constantFrom(FOUND, fromHex('AA AA AA 96 69 09 0A'), fromHex('AA AA AA AA AA'), fromHex('AA AA AA 96 69 00')),
    );
    assert(
      property(array(nasty, { maxLength: 80 }), (chunks) => {
        const decoder = new FrameDecoder();
        let dropped = 0;
        for (const chunk of chunks) {
          decoder.push(chunk, (step) => {
            dropped += step.ok ? step.body.length + 8 : step.count;
            if (step.ok) decodeAnswer(step.body);
          });
          expect(decoder.pending).toBeLessThanOrEqual(MAX_FRAME);
        }
        expect(dropped + decoder.pending).toBe(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      }),
      { numRuns: 300 },
    );
  });

  test('one flipped bit never yields another frame of the same length', () => {
    assert(
      property(body, integer({ min: 0, max: 1_000_000 }), (sent, where) => {
        const bytes = encodeFrame(sent);
        const bit = where % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        new FrameDecoder().push(bytes, (step) => expect(step.ok ? step.body.length : 0).not.toBe(sent.length));
      }),
    );
  });

  test.each(COMMAND_NAMES)('command %s is read back with its data', (name) => {
    assert(
      property(uint8Array({ maxLength: 20 }), (data) => {
        const bytes = encodeCommand(name, data);
        expect(decodeCommand(bytes.subarray(7, -1))).toEqual({ name, data });
      }),
    );
  });

  test('a body of one byte or over 2313 is refused when encoding', () => {
    expect(() => encodeFrame(new Uint8Array(1))).toThrow(RangeError);
    expect(() => encodeFrame(new Uint8Array(2314))).toThrow(RangeError);
    expect(encodeFrame(new Uint8Array(2313))).toHaveLength(2321);
  });
});
