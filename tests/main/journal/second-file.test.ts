import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../main/journal/crc32c.ts';
import { readSecondCopy } from '../../../main/journal/second-copy.ts';
import { decodeFrames, encodeFrame, MAX_FRAME_BYTES } from '../../../main/journal/second-file.ts';
import { SHRINK_ABOVE_BYTES } from '../../../main/journal/second-writer.ts';
import { append, Bench, START, STOP, topUp, upstreamKey } from './bench.ts';

describe('CRC-32C', () => {
  // RFC 3720 appendix B.4, and the usual check value of "123456789".
  test.each<[string, Uint8Array, number]>([
    ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['32 bytes ascending', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
    ['32 bytes descending', Uint8Array.from({ length: 32 }, (_, index) => 31 - index), 0x113fdb5c],
    ['"123456789"', Buffer.from('123456789'), 0xe3069283],
  ])('of %s', (_what, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

function decoded(bytes: Buffer): { frames: string[]; gaps: number; goodBytes: number } {
  const { frames, ...rest } = decodeFrames(bytes);
  return { ...rest, frames: frames.map((json) => json.toString('utf8')) };
}

describe('frames', () => {
  const json = fc.json({ maxDepth: 2 }).filter((text) => text.length > 0);

  test('a frame is length, CRC-32C and JSON, both numbers little endian', () => {
    expect(encodeFrame('123456789').toString('hex')).toBe('09000000839206e3313233343536373839');
  });
  test('what was encoded is decoded', () => {
    fc.assert(
      fc.property(fc.array(json, { maxLength: 8 }), (lines) => {
        const bytes = Buffer.concat(lines.map(encodeFrame));
        expect(decoded(bytes)).toEqual({ frames: lines, gaps: 0, goodBytes: bytes.length });
      }),
    );
  });
  test('a torn last frame is left out and its beginning known', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1, maxLength: 4 }), json, fc.nat(), (lines, last, at) => {
        const whole = Buffer.concat(lines.map(encodeFrame));
        const torn = encodeFrame(last);
        const bytes = Buffer.concat([whole, torn.subarray(0, at % torn.length)]);
        expect(decoded(bytes)).toEqual({ frames: lines, gaps: 0, goodBytes: whole.length });
      }),
    );
  });
  test('damage to one frame costs that frame only', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 20, maxLength: 60, unit: fc.constantFrom('a', 'b', '"') }), { minLength: 3, maxLength: 6 }),
        fc.nat(),
        fc.nat(),
        (lines, which, bit) => {
          const frames = lines.map(encodeFrame);
          const index = which % (lines.length - 1);
          const hit = frames[index] ?? Buffer.alloc(0);
          hit.writeUInt8(hit.readUInt8((bit >> 3) % hit.length) ^ (1 << (bit & 7)), (bit >> 3) % hit.length);
          expect(decoded(Buffer.concat(frames))).toMatchObject({ frames: lines.filter((_, other) => other !== index), gaps: 1 });
        },
      ),
    );
  });
  test('no bytes make the decoder throw, hang, or answer more than it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const { frames, goodBytes } = decodeFrames(Buffer.from(bytes));
        expect(goodBytes).toBeLessThanOrEqual(bytes.length);
        expect(frames.length * 9).toBeLessThanOrEqual(bytes.length);
      }),
    );
    const huge = Buffer.alloc(16);
    huge.writeUInt32LE(MAX_FRAME_BYTES + 1, 0);
    expect(decodeFrames(huge).frames).toEqual([]);
  });
});

describe('the second file', () => {
  test('holds every entry and checkpoint, chained like the journal’s', () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, ...topUp('tx-0001')]);
    journal.close();
    const copy = readSecondCopy(bench.secondPath);
    expect(copy).toMatchObject({
      header: { terminalId: 'T-0001', epoch: 1, publicKey: bench.key.publicKey, after: { seq: 0, hash: '0'.repeat(64) } },
      trouble: undefined,
    });
    expect(copy?.links.map(({ hash }) => Buffer.from(hash).toString('hex'))).toEqual(
      bench
        .open()
        .entriesAfter(1, 0, 100)
        .map(({ hash }) => hash),
    );
  });

  test('torn in its last frame is completed at the next start without a word', async () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, STOP, START]);
    const after = await bench.afterKill();
    truncateSync(after.secondPath, statSync(after.secondPath).size - 5);
    const again = after.open();
    again.append(STOP);
    again.close();
    expect(after.troubles).toEqual([]);
    expect(readSecondCopy(after.secondPath)).toMatchObject({ links: { length: 4 }, trouble: undefined });
  });

  test('damaged in the middle is set aside and written anew, and said', () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, STOP, START]);
    journal.close();
    const bytes = readFileSync(bench.secondPath);
    bytes.writeUInt8(bytes.readUInt8(600) ^ 1, 600);
    writeFileSync(bench.secondPath, bytes);
    bench.open().close();
    expect(bench.troubles.map(({ code }) => code)).toEqual(['corrupt']);
    expect(readFileSync(`${bench.secondPath}.damaged-1`)).toEqual(bytes);
    expect(readSecondCopy(bench.secondPath)).toMatchObject({ links: { length: 3 }, trouble: undefined });
  });

  test('of another journal is set aside', () => {
    const bench = new Bench();
    const stranger = new Bench();
    const journal = stranger.open();
    journal.append(START);
    journal.close();
    writeFileSync(bench.secondPath, readFileSync(stranger.secondPath));
    const first = bench.open();
    expect(first.replacement).toMatchObject({ reason: 'the file is missing' }); // a second file without its journal
    first.close();
    writeFileSync(bench.secondPath, readFileSync(stranger.secondPath));
    const own = bench.open();
    own.append(STOP);
    expect(own.replacement).toBeUndefined();
    expect(bench.troubles.map(({ message }) => message)).toEqual([expect.stringContaining('it belongs to another journal')]);
    own.close();
    expect(readSecondCopy(bench.secondPath)?.header?.publicKey).toEqual(bench.key.publicKey);
  });

  test('that can’t be written is said once, fails no append, and is caught up when it can be', () => {
    const bench = new Bench();
    const folder = join(bench.folder, 'partition');
    writeFileSync(folder, 'not mounted yet');
    const journal = bench.open({ secondPath: join(folder, 'journal.second') });
    append(journal, [START, STOP, START]);
    expect(bench.troubles).toHaveLength(1);
    truncateSync(folder);
    journal.close();
    const again = bench.open();
    again.append(STOP);
    again.close();
    expect(readSecondCopy(bench.secondPath)?.links).toHaveLength(4);
  });

  test('starts afresh once upstream has receipted half of more than a mebibyte, and keeps open transactions whole', async () => {
    const bench = new Bench();
    const upstream = upstreamKey();
    const journal = bench.open();
    const long = { kind: 'terminal.stopped' as const, body: { reason: 'x'.repeat(100_000) } };
    for (let count = 0; count < 12; count += 1) journal.append(long);
    append(journal, topUp('tx-0001', false).slice(0, 4)); // 13–16
    append(journal, [START, STOP]); // 17–18
    await Promise.resolve();
    expect(statSync(bench.secondPath).size).toBeGreaterThan(SHRINK_ABOVE_BYTES);
    const { receipt, jws } = await upstream.receipt(journal, 17);
    journal.storeReceipt(receipt, jws);
    append(journal, [START]); // 19
    journal.close();
    const copy = readSecondCopy(bench.secondPath);
    expect(statSync(bench.secondPath).size).toBeLessThan(SHRINK_ABOVE_BYTES);
    expect(copy?.header?.after.seq).toBe(12);
    expect(copy?.links.map(({ seq }) => seq)).toEqual([13, 14, 15, 16, 17, 18, 19]);
    expect(copy?.header?.balances).toMatchObject({ 'cash.box': 0 });
    expect(copy?.trouble).toBeUndefined();
  });

  test('with a long backlog starts afresh when nearly all of it is receipted, not by halves: that would take as long as a person notices', async () => {
    const bench = new Bench();
    const upstream = upstreamKey();
    const journal = bench.open();
    for (let count = 0; count < 2400; count += 1) journal.append({ kind: 'terminal.stopped', body: { reason: 'x'.repeat(300) } });
    const begin = async (upToSeq: number): Promise<number | undefined> => {
      const { receipt, jws } = await upstream.receipt(journal, upToSeq);
      journal.storeReceipt(receipt, jws);
      return readSecondCopy(bench.secondPath)?.header?.after.seq;
    };
    expect(await begin(1300)).toBe(0); // 1,100 to keep
    expect(await begin(1399)).toBe(0); // 1,001
    expect(await begin(1400)).toBe(1400);
    journal.close();
  });

  test('forged behind a checkpoint proves nothing from there on', () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START]);
    journal.close();
    const line = `{"checkpoint":{"at":"2026-11-22T00:14:00.000Z","epoch":1,"hash":"${journal.head.hash}","seq":1,"terminalId":"T-0001"},"jws":"a.b.c"}`;
    appendFileSync(bench.secondPath, encodeFrame(line));
    expect(readSecondCopy(bench.secondPath)).toMatchObject({ links: { length: 0 }, trouble: 'the checkpoint of entry 1 is not genuine' });
  });
});

describe('when it is written', () => {
  test('set to each: before the append returns', () => {
    const bench = new Bench();
    const journal = bench.open({ secondSync: 'each' });
    append(journal, [START, STOP]);
    expect(readSecondCopy(bench.secondPath)?.links).toHaveLength(2);
  });
  test('set to checkpoint: when the caller has run on, or when many wait', async () => {
    const bench = new Bench();
    const journal = bench.open({ secondSync: 'checkpoint' });
    append(journal, [START, STOP]); // the first is signed, and with that written
    expect(readSecondCopy(bench.secondPath)?.links).toHaveLength(1);
    await Promise.resolve();
    expect(readSecondCopy(bench.secondPath)?.links).toHaveLength(2);
    for (let count = 0; count < 100; count += 1) journal.append(START);
    expect(readSecondCopy(bench.secondPath)?.links.length).toBeGreaterThanOrEqual(2 + 64);
    await Promise.resolve();
    expect(readSecondCopy(bench.secondPath)?.links).toHaveLength(102);
  });
  test('beside the journal the default is checkpoint', async () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, STOP]);
    expect(readSecondCopy(bench.secondPath)?.links).toHaveLength(1);
    await Promise.resolve();
    expect(readSecondCopy(bench.secondPath)?.links).toHaveLength(2);
  });
});
