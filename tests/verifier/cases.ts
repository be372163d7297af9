/** Cases for two verifiers: each random journal as it is, and damaged in ways drawn at random; what each verifier is told besides the file. */
import path from 'node:path';
import { Dice } from '../fuzz/generate.ts';
import { accidents, exportBytes, lies } from './damage.ts';
import { randomJournal, storyJournal, strangerKeyPair, terminalKeyPair, TERMINAL, upstreamKeyPair, type RandomJournal } from './journals.ts';
import { rawJws } from './keys.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';

export interface Case {
  /** What was done to it; `as it is`: nothing. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly publicKey: PublicKey | undefined;
  readonly upstreamKey: PublicKey | undefined;
  readonly receipts: readonly string[];
}

/** Of each journal, besides itself; and with each journal. */
const DAMAGED_A_JOURNAL = 24;
const STORIES = 12;
/** Larger ones are kept as they are: their copies would take most of a run's time. */
const LARGEST_DAMAGED_BYTES = 120_000;

/** `count` cases from a seed, the same on every machine. @param folder for the journals' files */
export function* cases(count: number, seed: number, folder: string): Generator<Case> {
  for (let made = 0, round = 0; made < count; round += 1) {
    const dice = Dice.of(seed, `journal ${round}`);
    for (const next of casesOf(dice, path.join(folder, String(round)))) {
      if (made === count) return;
      made += 1;
      yield next;
    }
  }
}

function* casesOf(dice: Dice, folder: string): Generator<Case> {
  const journal = randomJournal(dice, folder);
  yield told(dice, journal, 'as it is', exportBytes(journal.lines));
  yield* exportBytes(journal.lines).length > LARGEST_DAMAGED_BYTES ? unsigned(dice, journal) : damaged(dice, journal);
  for (let count = 0; count < STORIES; count += 1) {
    const story = storyJournal(dice);
    yield told(dice, story, 'a story', exportBytes(story.lines));
  }
}

function* unsigned(dice: Dice, journal: RandomJournal): Generator<Case> {
  yield told(dice, journal, 'checkpointsDropped', exportBytes(journal.lines.filter((line) => !line.startsWith('{"checkpoint"'))));
}

function* damaged(dice: Dice, journal: RandomJournal): Generator<Case> {
  for (let count = 0; count < DAMAGED_A_JOURNAL; count += 1) {
    const [name, damage] = dice.pick(Object.entries(dice.below(4) === 0 ? accidents : lies));
    const changed = damage(dice, journal.lines);
    if (changed === undefined) continue;
    yield told(dice, journal, name, changed instanceof Uint8Array ? changed : exportBytes(changed));
  }
}

/** What a verifier is told besides the export: mostly the truth. */
function told(dice: Dice, { receipts, epoch }: RandomJournal, name: string, bytes: Uint8Array): Case {
  return {
    name,
    bytes,
    publicKey: keyTold(dice, terminalKeyPair.publicKey),
    upstreamKey: keyTold(dice, upstreamKeyPair.publicKey),
    receipts: dice.below(3) === 0 ? [...receipts, ...(dice.below(4) === 0 ? [oddReceipt(dice, epoch)] : [])] : [],
  };
}

function keyTold(dice: Dice, right: PublicKey): PublicKey | undefined {
  const draw = dice.below(30);
  if (draw === 0) return strangerKeyPair.publicKey;
  return draw < 10 ? undefined : right;
}

function oddReceipt(dice: Dice, epoch: number): string {
  const honest = { terminalId: TERMINAL, epoch, upToSeq: 1 + dice.below(40), headHash: 'AB'.repeat(32), at: 1 };
  const claims = dice.pick<unknown>([
    honest,
    { ...honest, epoch: epoch + 1 },
    { ...honest, terminalId: 'T-0002' },
    { ...honest, upToSeq: 0 },
    { ...honest, at: '1' },
    [],
  ]);
  return dice.pick([rawJws(upstreamKeyPair, '{"alg":"EdDSA","typ":"kiosk-receipt+jwt"}', JSON.stringify(claims)), '', 'no.receipt.', 'a.b.c']);
}
