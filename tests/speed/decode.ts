/**
 * How fast bytes of the line become messages: every codec that is fuzzed (tests/fuzz/targets.ts), on good frames of its document in
 * reads of 64 bytes. Told as the share of one core that the fastest line of the codec takes; beside a library that does the same, where
 * there is one, in turns on the same bytes.
 */
import { CCTalkParser } from '@serialport/parser-cctalk';
import type { StreamTarget } from '../fuzz/target.ts';
import { targets } from '../fuzz/targets.ts';
import type { Figure } from './figure.ts';
import { median } from './statistics.ts';

/** What a read of a serial port brings at most, bytes. */
const READ = 64;
const BUFFER = 256 * 1024;
const WARM_UP = 3;
const ROUNDS = 15;
/** 100 times what the line brings: 1 % of a core. */
const SHARE_TARGET = 1;
/** As fast as the library, or faster. */
const PEER_TARGET = 1;
const MB = 1_000_000;

/** Decodes all reads; settles once every frame has come out. */
type Decode = (reads: readonly Uint8Array[]) => Promise<void> | void;

/** Libraries by the name of the codec that does the same. The ccTalk parser only cuts frames by their length; ours also sums them up. */
const peers: Readonly<Record<string, (frames: number) => Decode>> = { cctalk: cctalkParser };

export async function measureDecode(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const target of targets) if (target.kind === 'stream') figures.push(...(await measure(target)));
  return figures;
}

async function measure(target: StreamTarget): Promise<readonly Figure[]> {
  const { reads, bytes, frames } = readsOf(target.seeds);
  const peer = peers[target.name]?.(frames);
  const ours: Decode = () => {
    const decoder = target.open();
    for (const read of reads) decoder.decode(read);
  };
  const times = { ours: [] as number[], peer: [] as number[] };
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    times.ours.push(await timed(() => ours(reads)));
    if (peer !== undefined) times.peer.push(await timed(() => peer(reads)));
  }
  const seconds = median(times.ours.slice(WARM_UP)) / 1000;
  const figures: Figure[] = [
    { name: `decode.${target.name}`, value: (100 * target.lineRate * seconds) / bytes, unit: '%', target: SHARE_TARGET },
    { name: `decode.${target.name}.rate`, value: bytes / seconds / MB, unit: 'MB/s' },
  ];
  if (peer === undefined) return figures;
  const peerSeconds = median(times.peer.slice(WARM_UP)) / 1000;
  return [
    ...figures,
    { name: `decode.${target.name}.peer`, value: seconds / peerSeconds, unit: '×', target: PEER_TARGET },
    { name: `decode.${target.name}.peer.rate`, value: bytes / peerSeconds / MB, unit: 'MB/s' },
  ];
}

/** The seeds one after the other, over and over, cut into reads that don't know of frames. */
function readsOf(seeds: readonly Uint8Array[]): { readonly reads: readonly Uint8Array[]; readonly bytes: number; readonly frames: number } {
  const once = Buffer.concat(seeds);
  const times = Math.ceil(BUFFER / once.length);
  const all = Uint8Array.from(Buffer.concat(Array.from({ length: times }, () => once)));
  const reads = Array.from({ length: Math.ceil(all.length / READ) }, (_, index) => all.subarray(index * READ, (index + 1) * READ));
  return { reads, bytes: all.length, frames: times * seeds.length };
}

/** Without its timer: a pause between bytes is the machine's here, not the line's. */
function cctalkParser(frames: number): Decode {
  return async (reads) => {
    const parser = new CCTalkParser(0);
    const { promise, resolve } = Promise.withResolvers<void>();
    let seen = 0;
    parser.on('data', () => {
      seen += 1;
      if (seen === frames) resolve();
    });
    for (const read of reads) parser.write(read);
    await promise;
  };
}

async function timed(act: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}
