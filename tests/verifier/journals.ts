/** Random journals, written by the journal itself on real files: several transactions at once, receipts, epochs that were replaced. */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import canonicalize from 'canonicalize';
import { createIds } from '../../common/ids.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';
import { GENESIS_HASH } from '../../common/journal-entry.ts';
import { entryBuilder } from '../../main/journal/entry-builder.ts';
import { exportJournal, exportLines } from '../../main/journal/export.ts';
import { openJournal, type Journal } from '../../main/journal/journal.ts';
import { CHECKPOINT_TYPE } from '../../common/upstream-api/journal.ts';
import type { Dice } from '../fuzz/generate.ts';
import { filler, finished, pruneAll, settlement, withCase } from '../main/journal/pruning-bench.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { kinds, randomBody } from './bodies.ts';
import { RandomCash } from './cash.ts';
import { keyOf, rawJws } from './keys.ts';
import { RandomStory } from './stories.ts';

export const TERMINAL = 'T-0001';
export const terminalKeyPair = keyOf('terminal');
export const upstreamKeyPair = keyOf('upstream');
export const strangerKeyPair = keyOf('stranger');

export interface RandomJournal {
  /** Lines of the export. */
  readonly lines: readonly string[];
  /** JWS of receipts that upstream kept, some of them of an earlier epoch. */
  readonly receipts: readonly string[];
  readonly epoch: number;
}

/** Writes a journal in `folder`, exports it and takes it away again. */
export function randomJournal(dice: Dice, folder: string): RandomJournal {
  mkdirSync(folder, { recursive: true });
  const writer = new RandomWriter(dice, path.join(folder, 'journal.sqlite'));
  for (let epochs = dice.pick([1, 1, 1, 2, 2, 3]); epochs > 1; epochs -= 1) writer.loseEpoch();
  const journal = writer.finish();
  rmSync(folder, { recursive: true });
  return journal;
}

/** Two transactions, and settlements between them, without a disk under them: many stories in little time, most with a step that isn't lawful. */
export function storyJournal(dice: Dice): RandomJournal {
  const clock = new SimulatedClock();
  const build = entryBuilder({ terminalId: TERMINAL, timeZone: 'Asia/Shanghai', clock, ids: createIds(clock, { bytes: (count) => dice.bytes(count) }) });
  const cash = new RandomCash();
  const stories = [new RandomStory('tx-0', cash), new RandomStory('tx-1', cash)];
  const unlawfulFrom = dice.below(40);
  const entries = [];
  let head = { seq: 0, hash: GENESIS_HASH };
  for (let count = 5 + dice.below(40); count > 0; count -= 1) {
    const lawless = head.seq >= unlawfulFrom && dice.below(3) === 0;
    const settlement = dice.below(4) === 0 ? cash.next(dice, lawless) : undefined;
    const entry = settlement ?? dice.pick(stories).next(dice, lawless);
    cash.add(entry);
    const { json, hash } = build(1, head, entry);
    head = { seq: head.seq + 1, hash };
    entries.push({ seq: head.seq, entry: json, hash });
  }
  const claims = { terminalId: TERMINAL, epoch: 1, seq: head.seq, hash: Buffer.from(head.hash).toString('hex'), at: '2026-11-22T00:14:00.000Z' };
  const checkpoints = [{ seq: head.seq, jws: terminalKeyPair.signJws(CHECKPOINT_TYPE, claims) }];
  const publicKey = canonicalize(terminalKeyPair.publicKey) ?? '';
  return { lines: [...exportLines({ terminalId: TERMINAL, epoch: 1, publicKey, entries, checkpoints, receipts: [], carried: [] })], receipts: [], epoch: 1 };
}

/** Odd amounts may come to sums beyond any money, which the journal does not even read. */
function isMoney(journal: Journal): boolean {
  try {
    journal.balances();
    return true;
  } catch {
    return false;
  }
}

class RandomWriter {
  readonly #dice: Dice;
  readonly #path: string;
  readonly #clock = new SimulatedClock();
  readonly #receipts: string[] = [];
  readonly #stories: RandomStory[] = [];
  readonly #cash = new RandomCash();
  /** In how many entries one is unlawful; 0: none. */
  readonly #lawlessness: number;

  constructor(dice: Dice, file: string) {
    this.#dice = dice;
    this.#path = file;
    this.#lawlessness = dice.pick([0, 0, 0, 0, 0, 0, 8, 40]);
  }

  /** Writes an epoch, then its file is gone; the next opening finds the second file. One whose sums no next epoch could take over stays. */
  loseEpoch(): void {
    const journal = this.#open();
    this.#write(journal, 1 + this.#dice.below(25));
    const lost = isMoney(journal);
    journal.close();
    if (!lost) return;
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.#path + suffix, { force: true });
  }

  finish(): RandomJournal {
    const journal = this.#open();
    const { epoch } = journal;
    const prunes = this.#dice.below(3) === 0;
    if (prunes) this.#writeOld(journal);
    if (epoch > 1 && this.#dice.below(2) === 0) this.#lateReceipt(journal);
    this.#write(journal, this.#dice.pick([0, 1, 5, 10, 20, 30, 40, 60, this.#dice.below(40) === 0 ? 600 : 15]));
    if (prunes) pruneAll(journal, { retentionMs: 0, keepEntries: 1 + this.#dice.below(20) });
    journal.close();
    const lines: string[] = [];
    exportJournal(this.#path, (line) => lines.push(line));
    return { lines, receipts: this.#receipts, epoch };
  }

  /** What may leave: nobody needs most of it any more. */
  #writeOld(journal: Journal): void {
    const old = journal.epoch > 1 ? [] : [...finished('old-1'), ...withCase('old-2'), ...settlement('old-S1', 2), ...settlement('old-S2', 0, 'B-2', 'B-3')];
    for (const entry of [...filler(1 + this.#dice.below(5)), ...old, ...filler(1 + this.#dice.below(20))]) {
      this.#cash.add(entry);
      journal.append(entry);
      if (this.#dice.below(4) === 0) this.#receipt(journal);
    }
  }

  #open(): Journal {
    const random = { bytes: (count: number): Uint8Array => this.#dice.bytes(count) };
    const journal = openJournal({
      path: this.#path,
      terminalId: TERMINAL,
      timeZone: 'Asia/Shanghai',
      clock: this.#clock,
      ids: createIds(this.#clock, random),
      key: terminalKeyPair,
    });
    this.#cash.begin(journal.entriesAfter(journal.epoch, 0, 10_000).map(({ entry }) => entry));
    return journal;
  }

  #write(journal: Journal, count: number): void {
    for (let written = 0; written < count; written += 1) {
      const entry = this.#next();
      this.#cash.add(entry);
      journal.append(entry);
      if (this.#dice.below(12) === 0) journal.checkpoint();
      if (this.#dice.below(8) === 0) this.#receipt(journal);
    }
  }

  #next(): NewEntry {
    const dice = this.#dice;
    const lawless = this.#lawlessness > 0 && dice.below(this.#lawlessness) === 0;
    if (dice.below(5) === 0) return this.#any(lawless);
    const settlement = dice.below(5) === 0 ? this.#cash.next(dice, lawless) : undefined;
    if (settlement !== undefined) return settlement;
    if (this.#stories.length === 0 || dice.below(10) === 0)
      this.#stories.push(new RandomStory(dice.pick([`tx-${this.#stories.length}`, `交易 ${this.#stories.length}`]), this.#cash));
    return dice.pick(this.#stories.slice(-3)).next(dice, lawless);
  }

  /** Any kind with any body that fits it; of no transaction. */
  #any(lawless: boolean): NewEntry {
    const kind = this.#dice.pick(kinds.filter((known) => known !== 'journal.replaced'));
    const entry = { kind, body: randomBody(this.#dice, kind) } as unknown as NewEntry;
    return lawless || this.#cash.isLawful(entry) ? entry : this.#any(lawless);
  }

  /** Upstream's word on what was carried over: it comes when the next epoch has begun. */
  #lateReceipt(journal: Journal): void {
    const [earlier = journal.epoch] = journal.epochs();
    const last = journal.entriesAfter(earlier, 0, 10_000).at(-1);
    if (earlier === journal.epoch || last === undefined) return;
    const receipt = { terminalId: TERMINAL, epoch: earlier, upToSeq: last.entry.seq, headHash: last.hash, at: 1_795_325_590_000 };
    journal.storeReceipt(receipt, rawJws(upstreamKeyPair, '{"alg":"EdDSA","typ":"kiosk-receipt+jwt"}', JSON.stringify(receipt)));
  }

  /** Upstream's word on the head; most are stored, some are only kept upstream. */
  #receipt(journal: Journal): void {
    const receipt = { terminalId: TERMINAL, epoch: journal.epoch, upToSeq: journal.head.seq, headHash: journal.head.hash, at: 1_795_325_580_000 };
    const header = this.#dice.pick([
      '{"alg":"EdDSA","typ":"kiosk-receipt+jwt"}',
      canonicalize({ alg: 'EdDSA', kid: upstreamKeyPair.kid, typ: 'kiosk-receipt+jwt' }),
    ]);
    const jws = rawJws(upstreamKeyPair, header ?? '', JSON.stringify(receipt));
    this.#receipts.push(jws);
    if (this.#dice.below(3) > 0) journal.storeReceipt(receipt, jws);
  }
}
