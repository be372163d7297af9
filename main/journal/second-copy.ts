/** What a second file proves: its header and the run of entries that hang together from there. Used by openJournal and recovery. */
import { z } from 'zod';
import { canonicalEntry, entrySchema } from '../../common/journal-entry.ts';
import { hashSchema } from '../../common/upstream-api/fields.ts';
import { jwsVerifier } from './jws.ts';
import { CHECKPOINT_TYPE, checkpointSchema } from '../../common/upstream-api/journal.ts';
import { parseJson } from '../../common/parse-json.ts';
import { hashText, linkHolds, secondHeaderSchema, type Link, type SecondHeader } from './lines.ts';
import { outlineOf, readFrames, type FrameOutline } from './second-file.ts';

/** A look at a second file that is good enough at every start: the bytes that were read are whole, and how far it goes. */
export interface SecondSummary {
  /** `undefined` when the first frame is no header: then nothing is proved. */
  readonly header: SecondHeader | undefined;
  /** The last entry it says it has; the header's `after` when it has none. */
  readonly last: { readonly seq: number; readonly hash: Uint8Array } | undefined;
  /** End of the last good frame. */
  readonly goodBytes: number;
  /** Why the file proves less than it should; a torn last frame is none: it was never acknowledged. */
  readonly trouble: string | undefined;
}

export interface SecondCopy {
  readonly header: SecondHeader | undefined;
  /** Entries `after.seq + 1` … that chain to one another; checkpoints among them were verified. */
  readonly links: readonly Link[];
  readonly trouble: string | undefined;
}

const headerLine = z.strictObject({ journal: secondHeaderSchema });
const entryLine = z.strictObject({ entry: entrySchema, hash: hashSchema });
const bodyLine = z.union([entryLine, z.strictObject({ checkpoint: checkpointSchema, jws: z.string() })]);

/** Of a long file a start reads the header and so much of its end: many times the 256 entries that may follow the last sync. */
const TAIL_BYTES = 4 * 1024 * 1024;

/**
 * `undefined` when there is no such file. Checks the frames' checksums and reads the last entry, in little memory however long the file is.
 * @param whole whether every frame is checked, else the end of the file only
 */
export function readSecondSummary(path: string, whole: 'whole' | 'tail'): SecondSummary | undefined {
  const outline = outlineOf(path, ENTRY_MARK, whole === 'tail' ? TAIL_BYTES : undefined);
  if (outline === undefined) return undefined;
  const { first, marked, goodBytes } = outline;
  const header = headerOf(first);
  if (header === undefined) return { header, last: undefined, goodBytes, trouble: NO_HEADER };
  if (marked === undefined)
    return { header, last: { seq: header.after.seq, hash: Buffer.from(header.after.hash, 'hex') }, goodBytes, trouble: gapsIn(outline) };
  const line = entryLine.safeParse(parseJson(marked.toString('utf8')));
  if (!line.success) return { header, last: undefined, goodBytes, trouble: 'its last entry is not readable' };
  return { header, last: { seq: line.data.entry.seq, hash: Buffer.from(line.data.hash, 'hex') }, goodBytes, trouble: gapsIn(outline) };
}

/** `undefined` when there is no such file. Proves every entry in it: for recovery. */
export function readSecondCopy(path: string): SecondCopy | undefined {
  const decoded = readFrames(path);
  if (decoded === undefined) return undefined;
  const header = headerOf(decoded.frames[0]);
  if (header === undefined) return { header, links: [], trouble: NO_HEADER };
  const { links, trouble } = chainOf(header, decoded.frames.slice(1));
  return { header, links, trouble: trouble ?? gapsIn(decoded) };
}

const NO_HEADER = 'it has no readable header';

/** How an entry's line begins (lines.ts). */
const ENTRY_MARK = Buffer.from('{"entry":');

function headerOf(first: Buffer | undefined): SecondHeader | undefined {
  const header = headerLine.safeParse(first === undefined ? undefined : parseJson(first.toString('utf8')));
  return header.success ? header.data.journal : undefined;
}

function gapsIn({ gaps }: FrameOutline): string | undefined {
  return gaps > 0 ? 'bytes between its frames are damaged' : undefined;
}

function chainOf(header: SecondHeader, lines: readonly Buffer[]): { links: Link[]; trouble: string | undefined } {
  const links: Link[] = [];
  const verify = jwsVerifier(header.publicKey);
  let prevHash: Uint8Array = Buffer.from(header.after.hash, 'hex');
  for (const line of lines) {
    const parsed = bodyLine.safeParse(parseJson(line.toString('utf8')));
    const next = header.after.seq + links.length + 1;
    if (!parsed.success) return { links, trouble: `what follows entry ${next - 1} is not a line of a journal` };
    if ('jws' in parsed.data) {
      const { checkpoint, jws } = parsed.data;
      const genuine = verify(jws, CHECKPOINT_TYPE).ok && checkpoint.seq === next - 1 && checkpoint.hash === hashText(prevHash);
      if (!genuine) return { links: links.slice(0, -1), trouble: `the checkpoint of entry ${checkpoint.seq} is not genuine` };
      continue;
    }
    const { entry, hash } = parsed.data;
    const link: Link = { seq: entry.seq, json: canonicalEntry(entry), prevHash, hash: Buffer.from(hash, 'hex') };
    if (link.seq !== next || entry.epoch !== header.epoch || !linkHolds(link)) return { links, trouble: `entry ${next} is missing or not as it was written` };
    links.push(link);
    prevHash = link.hash;
  }
  return { links, trouble: undefined };
}
