import { array, assert, constantFrom, integer, oneof, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeLine, LineSplitter, redactedLine, splitAim, type Terminator } from '../../../drivers/code-scanner/serial-line/codec.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const lines = (terminator: Terminator, ...sent: string[]): string[] => {
  const splitter = new LineSplitter(terminator);
  return sent.flatMap((text) => splitter.push(utf8(text))).map((token) => (token.kind === 'line' ? new TextDecoder().decode(token.bytes) : token.kind));
};

describe('lines of a serial scanner', () => {
  test.each<[Terminator, string, string[]]>([
    ['cr', 'A\rB\r', ['A', 'B']],
    ['cr', 'A\r\nB\r\n', ['A', 'B']],
    ['lf', 'A\nB\n', ['A', 'B']],
    ['lf', 'A\r\nB\r\n', ['A\r', 'B\r']], // the CR goes with the text's own line end
    ['crlf', 'A\rB\r\nC\r\n', ['A\rB\r', 'C\r']],
    ['crlf', 'A\nB\r\n', ['A\nB\r']],
    ['etx', '\u0002A\r\nB\u0003\u0002C\u0003', ['A\r\nB', 'C']],
    ['cr', '\r\r\n\r', []],
  ])('%s: %j is %j', (terminator, sent, expected) => {
    expect(lines(terminator, sent)).toEqual(expected);
  });

  test('a terminator split between two reads is one', () => {
    expect(lines('crlf', 'A\r', '\nB', '\r', '\n')).toEqual(['A\r', 'B\r']);
  });

  test('1024 bytes are a scan, 1025 are told as too long once, and the next one is whole', () => {
    expect(lines('cr', `${'A'.repeat(1024)}\r`)).toEqual(['A'.repeat(1024)]);
    expect(lines('crlf', `${'A'.repeat(1024)}\r\n`)).toEqual([`${'A'.repeat(1024)}\r`]);
    expect(lines('cr', 'A'.repeat(1025), 'A'.repeat(5000), 'B\rC\r')).toEqual(['tooLong', 'C']);
  });

  test('what was given up is passed over up to its end', () => {
    const splitter = new LineSplitter('cr');
    splitter.push(utf8('first half '));
    splitter.skipRest();
    expect(splitter.push(utf8('second half\rwhole\r'))).toEqual([{ kind: 'line', bytes: utf8('whole') }]);
  });

  test('an AIM identifier comes off the front, where there is one', () => {
    expect(splitAim(utf8(']Q1PAY'))).toEqual({ aim: ']Q1', data: utf8('PAY') });
    expect(splitAim(utf8('PAY'))).toEqual({ aim: undefined, data: utf8('PAY') });
  });

  test('traces show what frames a code, and nothing of it', () => {
    expect(redactedLine(utf8('\u0002PAY\r\n\u0003'))).toBe('02XXXXXX0D0A03');
  });

  test('whatever codes are sent, in whatever pieces, the same codes are read', () => {
    const code = uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => bytes.map((byte) => 0x20 + (byte % 0x5f)));
    assert(
      property(constantFrom<Terminator>('cr', 'lf', 'etx'), array(code), integer({ min: 1, max: 30 }), (terminator, codes, size) => {
        const bytes = Uint8Array.from(codes.flatMap((text) => [...encodeLine(text, terminator)]));
        const splitter = new LineSplitter(terminator);
        const read = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => splitter.push(bytes.slice(at * size, (at + 1) * size))).flat();
        expect(read).toEqual(codes.map((text) => ({ kind: 'line', bytes: text })));
      }),
    );
  });

  test('whatever bytes come, in whatever pieces: no exception, no line longer than a scan', () => {
    assert(
      property(constantFrom<Terminator>('cr', 'lf', 'crlf', 'etx'), array(uint8Array({ maxLength: 400 }), { maxLength: 12 }), (terminator, pieces) => {
        const splitter = new LineSplitter(terminator);
        for (const token of pieces.flatMap((piece) => splitter.push(piece))) if (token.kind === 'line') expect(token.bytes.length).toBeLessThanOrEqual(1025);
      }),
    );
  });

  test('whatever bytes come, in whatever pieces, the same is told of them as when they come one by one', () => {
    const piece = oneof(
      array(constantFrom(0x02, 0x03, 0x0a, 0x0d, 0x41)),
      constantFrom(1023, 1024, 1025).map((length) => Array.from({ length }, () => 0x42)),
    );
    assert(
      property(constantFrom<Terminator>('cr', 'lf', 'crlf', 'etx'), array(piece, { maxLength: 12 }), (terminator, pieces) => {
        const [whole, single] = [new LineSplitter(terminator), new LineSplitter(terminator)];
        const told = pieces.flatMap((bytes) => whole.push(Uint8Array.from(bytes)));
        expect(told).toEqual(pieces.flat().flatMap((byte) => single.push(Uint8Array.of(byte))));
        expect([whole.pending, whole.isSkipping]).toEqual([single.pending, single.isSkipping]);
      }),
    );
  });
});
