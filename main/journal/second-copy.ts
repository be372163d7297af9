/** What a second file proves: its header and the run of entries that hang together from there. Used by openJournal and recovery. */
import { z } from 'zod';
import { canonicalEntry, entrySchema } from '../../common/journal-entry.ts';
import { hashSchema } from '../../common/upstream-api/fields.ts';
import { jwsVerifier } from './jws.ts';
import { CHECKPOINT_TYPE, checkpointSchema, hashText, linkHolds, parseJson, secondHeaderSchema, type Link, type SecondHeader } from './lines.ts';
import { readFrames } from './second-file.ts';

export interface SecondCopy {
  /** `undefined` when the first frame is no header: then nothing is proved. */
  readonly header: SecondHeader | undefined;
  /** Entries `after.seq + 1` … that chain to one another; checkpoints among them were verified. */
  readonly links: readonly Link[];
  /** End of the last good frame. */
  readonly goodBytes: number;
  /** Why the file proves less than it should; a torn last frame is none: it was never acknowledged. */
  readonly trouble: string | undefined;
}

const headerLine = z.strictObject({ journal: secondHeaderSchema });
const bodyLine = z.union([z.strictObject({ entry: entrySchema, hash: hashSchema }), z.strictObject({ checkpoint: checkpointSchema, jws: z.string() })]);

/** `undefined` when there is no such file. Reads; never writes. */
export function readSecondCopy(path: string): SecondCopy | undefined {
  const decoded = readFrames(path);
  if (decoded === undefined) return undefined;
  const [first, ...lines] = decoded.frames;
  const header = headerLine.safeParse(first === undefined ? undefined : parseJson(first));
  if (!header.success) return { header: undefined, links: [], goodBytes: decoded.goodBytes, trouble: 'it has no readable header' };
  const { links, trouble } = chainOf(header.data.journal, lines);
  return {
    header: header.data.journal,
    links,
    goodBytes: decoded.goodBytes,
    trouble: trouble ?? (decoded.gaps > 0 ? 'bytes between its frames are damaged' : undefined),
  };
}

function chainOf(header: SecondHeader, lines: readonly string[]): { links: Link[]; trouble: string | undefined } {
  const links: Link[] = [];
  const verify = jwsVerifier(header.publicKey);
  let prevHash: Uint8Array = Buffer.from(header.after.hash, 'hex');
  for (const line of lines) {
    const parsed = bodyLine.safeParse(parseJson(line));
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
