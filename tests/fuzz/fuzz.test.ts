/**
 * Every registered codec against a few thousand frames, with new ones in each run: the seed is told on failure. `npm run fuzz` does the
 * same with a million. And the harness itself: it finds what it is there to find.
 */
import { describe, expect, test } from 'vitest';
import { FuzzFailure, fuzzTarget } from './fuzz-target.ts';
import { fuzz, replay, targetNames } from './run.ts';
import { block, stream, type Decoder, type FuzzTarget, type Said } from './target.ts';

const FRAMES = 3_000;

test('every codec holds against random and mutated frames', { timeout: 180_000 }, async () => {
  const setting = { seed: Date.now() % 2 ** 31, frames: FRAMES };
  const results = await fuzz(setting);
  const failures = results.flatMap((result) =>
    result.type === 'failed' ? [`${result.fault}: ${result.details}; again: ${replay(result.name, setting)}`] : [],
  );
  expect(failures).toEqual([]);
  expect(results.flatMap((result) => (result.type === 'passed' ? result.report.name : []))).toEqual(targetNames());
  // A harness that produces nothing good proves nothing.
  for (const result of results)
    if (result.type === 'passed')
      expect(result.report, result.report.name).toMatchObject({ frames: FRAMES, good: expect.toSatisfy((good: number) => good > 0) as unknown });
});

/** Frames of a start byte 02, a length of 0 to 7 and that many bytes. */
class Toy implements Decoder {
  protected held: number[] = [];

  push(chunk: Uint8Array): Said[] {
    const bytes = [...this.held, ...chunk];
    const said: Said[] = [];
    let at = 0;
    while (at < bytes.length) {
      const length = bytes[at] === 2 ? 2 + ((bytes[at + 1] ?? 0) & 7) : 1;
      if (bytes[at] === 2 && (bytes[at + 1] === undefined || at + length > bytes.length)) break;
      said.push(length === 1 ? { length } : { length, word: bytes.slice(at, at + length).join() });
      at += length;
    }
    this.held = bytes.slice(at);
    return said;
  }

  decode(chunk: Uint8Array): Said[] {
    return this.push(chunk);
  }

  settle(): Said[] {
    this.held = [];
    return [];
  }
}

describe('the harness finds', () => {
  const seeds = [Uint8Array.of(2, 3, 7, 8, 9), Uint8Array.of(2, 0)];
  const toy = (open: () => Decoder): FuzzTarget => stream('toy', { seeds, maxPending: 9, lineRate: 1 }, open);
  const faultOf = (target: FuzzTarget): string => {
    try {
      fuzzTarget(target, { seed: 1, frames: 2_000 }, () => {});
      return 'none';
    } catch (error) {
      if (error instanceof FuzzFailure) return error.fault;
      throw error;
    }
  };

  test('nothing in a sound codec', () => {
    expect(faultOf(toy(() => new Toy()))).toBe('none');
  });

  test('a codec that throws', () => {
    class Throwing extends Toy {
      override push(chunk: Uint8Array): Said[] {
        if (chunk.includes(0x7f)) throw new RangeError('7F');
        return super.push(chunk);
      }
    }
    expect(faultOf(toy(() => new Throwing()))).toBe('threw');
  });

  test('a codec that holds too much', () => {
    class Hoarding extends Toy {
      override push(chunk: Uint8Array): Said[] {
        this.held.push(...chunk);
        return [];
      }
    }
    expect(faultOf(toy(() => new Hoarding()))).toBe('held too much');
  });

  test('a codec that tells a byte twice', () => {
    class Repeating extends Toy {
      override push(chunk: Uint8Array): Said[] {
        const said = super.push(chunk);
        return [...said, ...said.filter(({ word }) => word !== undefined)];
      }
    }
    expect(faultOf(toy(() => new Repeating()))).toBe('told more than it heard');
  });

  test('a codec that is deaf after garbage', () => {
    class Deaf extends Toy {
      #deaf = false;
      override push(chunk: Uint8Array): Said[] {
        const said = super.push(chunk);
        return this.#deaf ? said.map(({ length }) => ({ length })) : said;
      }
      override settle(): Said[] {
        this.#deaf = true;
        return super.settle();
      }
    }
    expect(faultOf(toy(() => new Deaf()))).toBe('went deaf');
  });

  test('a codec that doesn’t forget what is half received', () => {
    class Remembering extends Toy {
      override settle(): Said[] {
        return [];
      }
    }
    expect(faultOf(toy(() => new Remembering()))).toBe('told more than it heard');
  });

  test('a codec that takes too long', () => {
    const spent = (): number => process.threadCpuUsage().user / 1_000;
    class Slow extends Toy {
      override push(chunk: Uint8Array): Said[] {
        const began = spent();
        while (spent() - began < 300) continue;
        return super.push(chunk);
      }
    }
    expect(faultOf(toy(() => new Slow()))).toBe('took too long');
  });

  test('a codec that grows', () => {
    const kept: Uint8Array[] = [];
    class Leaking extends Toy {
      override push(chunk: Uint8Array): Said[] {
        kept.push(new Uint8Array(16));
        return super.push(chunk);
      }
    }
    try {
      fuzzTarget(
        toy(() => new Leaking()),
        { seed: 1, frames: 30_000 },
        () => {},
      );
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ fault: 'grew' });
    }
    expect(kept.length).toBeGreaterThan(0);
  });

  test('a decoder of blocks that says what is no JSON, or too much', () => {
    expect(faultOf(block('toy', seeds, () => ({ value: 1n })))).toBe('said no JSON');
    expect(faultOf(block('toy', seeds, () => ({ value: 'x'.repeat(100_000) })))).toBe('said too much');
  });
});

test('a codec that hangs is stopped from another thread and named', async () => {
  const registry = new URL('hanging-target.ts', import.meta.url).href;
  const results = await fuzz({ seed: 1, frames: 1_000, names: ['hanging'], registry, hangAfter: 1_000 });
  expect(results).toMatchObject([{ type: 'failed', name: 'hanging', fault: 'hangs' }]);
});

test('the same seed gives the same run', () => {
  const seeds = [Uint8Array.of(2, 3, 7, 8, 9)];
  const runs = [1, 1, 2].map((seed) => {
    const given: string[] = [];
    fuzzTarget(
      block('toy', seeds, (bytes) => void given.push(Buffer.from(bytes).toString('hex'))),
      { seed, frames: 200 },
      () => {},
    );
    return given.join();
  });
  expect(runs[0]).toBe(runs[1]);
  expect(runs[0]).not.toBe(runs[2]);
});
