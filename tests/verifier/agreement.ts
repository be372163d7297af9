/** Both verifiers on the same cases, and where they don't say the same. Used by main.ts and agreement.test.ts. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { verifyExport } from '../../main/journal/verify-export.ts';
import type { Verification } from '../../main/journal/verification.ts';
import { PYTHON } from '../launcher/python-verifier.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import { cases, type Case } from './cases.ts';

export const VERIFIER_FOLDER = path.join(projectRoot, 'resources', 'verifier');
const BATCH = path.join(projectRoot, 'tests', 'verifier', 'batch.py');

const answerSchema = z.strictObject({
  break: z.strictObject({ check: z.string(), seq: z.int().nullable(), detail: z.string() }).nullable(),
  terminalId: z.string(),
  epoch: z.int(),
  entries: z.int(),
  pruned: z.int().default(0),
  carried: z.int(),
  checkpoints: z.int(),
  receipts: z.int(),
  transactions: z.int(),
  headHash: z.string(),
  signedUpTo: z.int(),
  openTransactions: z.array(z.string()),
  /** Of a broken journal also beyond any sum of money. */
  balances: z.record(z.string(), z.number()),
});
type Answer = z.infer<typeof answerSchema>;

export interface Disagreement {
  /** From 0, in the order of the seed. */
  readonly index: number;
  readonly case: Case;
  readonly ours: string;
  readonly python: string;
}

export interface Agreement {
  readonly cases: number;
  readonly good: number;
  /** First breaks by check. */
  readonly broken: Readonly<Record<string, number>>;
  /** Cases and good ones by what was done. */
  readonly damages: Readonly<Record<string, { readonly tried: number; readonly good: number }>>;
  readonly disagreements: readonly Disagreement[];
}

/** Cases a Python process reads at once: few enough that a run needs little room. */
const CHUNK = 500;

/** @param folder scratch, taken away afterwards */
export function compare(count: number, seed: number, folder: string): Agreement {
  const tally = new Tally();
  let chunk: Case[] = [];
  for (const next of cases(count, seed, path.join(folder, 'journals'))) {
    chunk.push(next);
    if (chunk.length === CHUNK) {
      tally.add(chunk, folder);
      chunk = [];
    }
  }
  tally.add(chunk, folder);
  rmSync(folder, { recursive: true, force: true });
  return tally.result();
}

class Tally {
  readonly #broken: Record<string, number> = {};
  readonly #damages: Record<string, { tried: number; good: number }> = {};
  readonly #disagreements: Disagreement[] = [];
  #cases = 0;
  #good = 0;

  add(chunk: readonly Case[], folder: string): void {
    const answers = pythonAnswers(chunk, path.join(folder, 'chunk'));
    for (const [index, tried] of chunk.entries()) this.#one(tried, answers[index]);
  }

  #one(tried: Case, answer: Answer | undefined): void {
    const verification = ours(tried);
    const [mine, theirs] = [ourWord(verification), answer === undefined ? 'no answer' : pythonWord(answer)];
    if (mine !== theirs) this.#disagreements.push({ index: this.#cases, case: tried, ours: mine, python: theirs });
    const found = verification.break;
    const damage = (this.#damages[tried.name] ??= { tried: 0, good: 0 });
    damage.tried += 1;
    this.#cases += 1;
    if (found === undefined) {
      damage.good += 1;
      this.#good += 1;
    } else this.#broken[found.check] = (this.#broken[found.check] ?? 0) + 1;
  }

  result(): Agreement {
    return { cases: this.#cases, good: this.#good, broken: this.#broken, damages: this.#damages, disagreements: this.#disagreements };
  }
}

function ours({ bytes, publicKey, upstreamKey, receipts }: Case): Verification {
  return verifyExport(bytes, { receipts, ...(publicKey === undefined ? {} : { publicKey }), ...(upstreamKey === undefined ? {} : { upstreamKey }) });
}

/** All that both must say alike. What was counted up to a break in mid-line is each one's own. */
function ourWord(said: Verification): string {
  const {
    break: found,
    terminalId,
    epoch,
    entries,
    pruned: base,
    carried,
    checkpoints,
    receipts,
    transactions,
    headHash,
    signedUpTo,
    openTransactions,
    balances,
  } = said;
  if (found !== undefined) return breakWord(found.check, found.seq, /(?:^|: entry \d+: )(?<cause>\w+): /.exec(found.detail));
  const pruned = base?.upToSeq ?? 0;
  return JSON.stringify({ terminalId, epoch, entries, pruned, carried, checkpoints, receipts, transactions, headHash, signedUpTo, openTransactions, balances });
}

function pythonWord({ break: found, ...said }: Answer): string {
  if (found !== null) return breakWord(found.check, found.seq ?? undefined, /^(?<cause>\w+): /.exec(found.detail));
  const { terminalId, epoch, entries, pruned, carried, checkpoints, receipts, transactions, headHash, signedUpTo, openTransactions, balances } = said;
  return JSON.stringify({ terminalId, epoch, entries, pruned, carried, checkpoints, receipts, transactions, headHash, signedUpTo, openTransactions, balances });
}

/** The same place and, of a fold, the same cause. */
function breakWord(check: string, seq: number | undefined, told: RegExpExecArray | null): string {
  const cause = check === 'fold' || check === 'settlement' ? `, ${told?.groups?.['cause'] ?? 'no cause'}` : '';
  return `${check} at ${seq ?? 'no entry'}${cause}`;
}

function pythonAnswers(chunk: readonly Case[], folder: string): readonly Answer[] {
  if (chunk.length === 0) return [];
  mkdirSync(folder, { recursive: true });
  for (const [index, { bytes }] of chunk.entries()) writeFileSync(path.join(folder, `${index}.jsonl`), bytes);
  const list = chunk.map(({ publicKey, upstreamKey, receipts }, index) => ({
    file: `${index}.jsonl`,
    key: publicKey?.x ?? null,
    upstreamKey: upstreamKey?.x ?? null,
    receipts,
  }));
  writeFileSync(path.join(folder, 'cases.json'), JSON.stringify(list));
  const { status, stdout, stderr } = spawnSync(PYTHON, [BATCH, VERIFIER_FOLDER, folder], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`the Python verifier failed: ${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => answerSchema.parse(JSON.parse(line)));
}
