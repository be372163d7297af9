/**
 * How fast bytes of the line become messages: every codec of a line that is fuzzed (tests/fuzz/targets.ts), on good frames of its document
 * in reads of 64 bytes, or report by report where a bus brings whole ones. Told as the share of one core that the fastest line of the codec takes; beside a library that does the same, where
 * there is one, in turns on the same bytes.
 */
import { CCTalkParser } from '@serialport/parser-cctalk';
import { DelimiterParser } from 'serialport';
import { LineSplitter } from '../../drivers/code-scanner/serial-line/codec.ts';
import type { BlockTarget, FuzzTarget, StreamTarget } from '../fuzz/target.ts';
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

/** What a library does, and the same of ours, which may be less than the whole codec. */
interface Peer {
  readonly library: (frames: number) => Decode;
  readonly ours?: Decode;
}

/**
 * By the name of the codec. The ccTalk parser only cuts frames by their length, ours also sums them up. The line parser cuts lines of any
 * length; beside it stands ours alone, without the reading of symbology and text. None for the others: for Modbus the library in use
 * reads an answer only by its request.
 */
const peers: Readonly<Record<string, Peer>> = {
  // Without its timer: a pause between bytes is the machine's here, not the line's.
  cctalk: { library: (frames) => parsed(() => new CCTalkParser(0), frames) },
  'serial-line': { library: (frames) => parsed(() => new DelimiterParser({ delimiter: '\r' }), frames), ours: splitLines },
};

/** What a line brings, whole or in pieces. */
type Measured = StreamTarget | (BlockTarget & { readonly lineRate: number });

export async function measureDecode(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const target of targets) if (isMeasured(target)) figures.push(...(await measure(target)));
  return figures;
}

function isMeasured(target: FuzzTarget): target is Measured {
  return target.lineRate !== undefined;
}

async function measure(target: Measured): Promise<readonly Figure[]> {
  const { reads, bytes, frames } = readsOf(target);
  const decode: Decode = () => {
    const take = target.kind === 'stream' ? openDecode(target) : target.decode;
    for (const read of reads) take(read);
  };
  const peer = peers[target.name];
  const ways: readonly Decode[] = peer === undefined ? [decode] : [decode, peer.ours ?? decode, peer.library(frames)];
  const times = ways.map((): number[] => []);
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const [index, way] of ways.entries()) times[index]?.push(await timed(() => way(reads)));
  }
  const [whole = Number.NaN, ours, library] = times.map((taken) => median(taken.slice(WARM_UP)) / 1000);
  const figures: Figure[] = [
    { name: `decode.${target.name}`, value: (100 * target.lineRate * whole) / bytes, unit: '%', target: SHARE_TARGET },
    { name: `decode.${target.name}.rate`, value: bytes / whole / MB, unit: 'MB/s' },
  ];
  if (ours === undefined || library === undefined) return figures;
  return [
    ...figures,
    { name: `decode.${target.name}.peer`, value: ours / library, unit: '×', target: PEER_TARGET },
    { name: `decode.${target.name}.peer.rate`, value: bytes / library / MB, unit: 'MB/s' },
  ];
}

function openDecode(target: StreamTarget): (read: Uint8Array) => unknown {
  const decoder = target.open();
  return (read) => decoder.decode(read);
}

interface Reads {
  readonly reads: readonly Uint8Array[];
  readonly bytes: number;
  readonly frames: number;
}

/** The seeds one after the other, over and over: whole where the bus brings them so, else cut into reads that don't know of frames. */
function readsOf({ kind, seeds }: Measured): Reads {
  const once = Buffer.concat(seeds);
  const times = Math.ceil(BUFFER / once.length);
  const frames = times * seeds.length;
  if (kind === 'block') return { reads: Array.from({ length: times }, () => seeds).flat(), bytes: times * once.length, frames };
  const all = Uint8Array.from(Buffer.concat(Array.from({ length: times }, () => once)));
  const reads = Array.from({ length: Math.ceil(all.length / READ) }, (_, index) => all.subarray(index * READ, (index + 1) * READ));
  return { reads, bytes: all.length, frames };
}

function splitLines(reads: readonly Uint8Array[]): void {
  const splitter = new LineSplitter('cr');
  for (const read of reads) splitter.push(read);
}

/** A parser of the serialport family, until all frames have come out. */
function parsed(open: () => CCTalkParser | DelimiterParser, frames: number): Decode {
  return async (reads) => {
    const parser = open();
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
