/** `kioskctl journal …`: proof, reading, sums and export of a journal file, live or a copy. Changes nothing in it. */
import { closeSync, createReadStream, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { entrySchema, type JournalEntry } from '../../common/journal-entry.ts';
import type { Flavor } from '../../common/flavor.ts';
import { fen, formatYuan } from '../../common/fen.ts';
import { parseReference } from '../../common/ids.ts';
import { accounts } from '../../common/journal-kinds.ts';
import { exportJournal } from '../journal/export.ts';
import { baseBalances, prunedText, type Base } from '../journal/base.ts';
import { withContent, type JournalContent } from '../journal/content.ts';
import { parseJson } from '../../common/parse-json.ts';
import { verifyJournal } from '../journal/verify.ts';
import { looksLikeExport, verifyExportStream } from '../journal/verify-export.ts';
import type { Verification, VerifyOptions } from '../journal/verification.ts';
import { foldTransaction } from '../../common/money/fold.ts';
import { recoveryDecision } from '../../common/money/recovery.ts';
import { addPostings, NO_BALANCES, type Balances } from '../../common/money/postings.ts';
import { sumText } from '../../common/sum-text.ts';
import { dayCommand } from './day-command.ts';
import { flavorWanted, otherFlavor, TRAINING, unlessOtherFlavor } from './training-flag.ts';
import { Failure, readArguments, text, UsageError, type Command, type Output, type Status } from './command.ts';
import { readPublicKey } from './read-public-key.ts';

export const journalCommands: Readonly<Record<string, Command>> = {
  'journal verify': {
    usage: 'journal verify FILE|- [--key JWK|PEM] [--upstream-key JWK|PEM] [--receipt JWS] [--training] [--json]',
    does: 'proves a journal, or its export (- for standard input), from its first entry to its last, or names the first break',
    run: verify,
  },
  'journal show': {
    usage: 'journal show FILE [--transaction ID | --reference NUMBER | --tail N] [--training] [--json]',
    does: 'prints entries; of one transaction also where it stands',
    run: show,
  },
  'journal balance': {
    usage: 'journal balance FILE [--training] [--json]',
    does: 'prints what every account holds',
    run: balance,
  },
  'journal day': dayCommand,
  'journal export': {
    usage: 'journal export FILE [--training]',
    does: 'writes the whole journal as JSON Lines',
    run: (args, { out }) => {
      const { words, given } = readArguments(args, { least: 1, most: 1 }, TRAINING);
      const [file = ''] = words;
      unlessOtherFlavor(() => exportJournal(file, out, flavorWanted(given)));
      return 0;
    },
  },
};

async function verify(args: readonly string[], { out, error }: Output): Promise<Status> {
  const { words, given } = readArguments(
    args,
    { least: 1, most: 1 },
    { key: 'string', 'upstream-key': 'string', receipt: 'string', json: 'boolean', ...TRAINING },
  );
  const [file = ''] = words;
  const key = text(given, 'key');
  const upstreamKey = text(given, 'upstream-key');
  const receipt = text(given, 'receipt');
  const verification = await verifyFile(file, {
    flavor: flavorWanted(given),
    ...(key === undefined ? {} : { publicKey: readPublicKey(key) }),
    ...(upstreamKey === undefined ? {} : { upstreamKey: readPublicKey(upstreamKey) }),
    ...(receipt === undefined ? {} : { receipts: [readReceipt(receipt)] }),
  });
  const found = verification.break;
  if (found?.check === 'flavor') throw otherFlavor(`${file}: ${found.detail}`);
  if (given['json'] === true) out(JSON.stringify(verification));
  else for (const line of report(file, verification)) out(line);
  if (found === undefined) return 0;
  error(
    `kioskctl: ${file} is broken${found.seq === undefined ? '' : ` at entry ${found.seq}`} (${found.check}): ${found.detail}; keep the file as it is and compare it with upstream`,
  );
  return 1;
}

/** A journal or its export, by how it begins. */
async function verifyFile(file: string, options: VerifyOptions): Promise<Verification> {
  if (file === '-') return verifyExportStream(process.stdin, options);
  return isExport(file) ? verifyExportStream(createReadStream(file), options) : unlessOtherFlavor(() => verifyJournal(file, options));
}

function isExport(file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const descriptor = openSync(file, 'r');
  try {
    const start = Buffer.alloc(16);
    return looksLikeExport(start.subarray(0, readSync(descriptor, start, 0, start.length, 0)));
  } finally {
    closeSync(descriptor);
  }
}

function report(file: string, found: Verification): string[] {
  const key = found.key === 'given' ? 'the key you gave' : 'the key in the file (give --key to check against your own)';
  const receipts = found.receiptSignatures ? 'signatures checked' : 'signatures not checked: give --upstream-key';
  return [
    `${file}: ${found.ok ? 'good' : 'BROKEN'} · terminal ${found.terminalId} · epoch ${found.epoch}`,
    `checked: structure, sequence, hash chain, form, postings and transactions of ${found.entries} entries`,
    `  ${found.transactions} transactions, ${found.openTransactions.length} open`,
    `  ${found.checkpoints} checkpoints by ${key}; signed up to entry ${found.signedUpTo}`,
    `  ${found.receipts} receipts (${receipts}); upstream has up to entry ${found.receiptedUpTo}`,
    ...(found.carried > 0 ? [`  ${found.carried} entries carried over from an earlier epoch, or kept when others were pruned`] : []),
    ...(found.pruned === undefined
      ? []
      : [
          `  pruned: ${prunedText(found.pruned)}`,
          `  the terminal signed what they came to, and announced it in entry ${found.pruned.announced}; the chain is proved from entry ${found.pruned.upToSeq + 1} on`,
        ]),
    `head: ${found.headHash}`,
    ...(found.break === undefined
      ? []
      : [`first break: ${found.break.seq === undefined ? '' : `entry ${found.break.seq}, `}${found.break.check}: ${found.break.detail}`]),
  ];
}

function show(args: readonly string[], { out }: Output): Status {
  const { words, given } = readArguments(
    args,
    { least: 1, most: 1 },
    { transaction: 'string', reference: 'string', tail: 'string', json: 'boolean', ...TRAINING },
  );
  const [file = ''] = words;
  const reference = text(given, 'reference');
  const wanted = text(given, 'transaction');
  const tail = text(given, 'tail');
  if ([reference, wanted, tail].filter((option) => option !== undefined).length > 1)
    throw new UsageError('expected only one of --transaction, --reference, --tail');
  if (tail !== undefined && !/^[1-9]\d{0,6}$/.test(tail)) throw new UsageError(`--tail ${tail} is not a number of entries`);
  const { entries, base } = readEntries(file, flavorWanted(given));
  const pruned = base === undefined ? '' : ` (${prunedText(base)})`;
  const id = reference === undefined ? wanted : transactionOf(entries, reference, pruned);
  const chosen = id === undefined ? entries.slice(-Number(tail ?? 20)) : entries.filter(({ transactionId }) => transactionId === id);
  if (id !== undefined && chosen.length === 0) throw new Failure(`${file} has no transaction ${id}: journal show ${file} lists the last ones${pruned}`);
  if (base !== undefined && given['json'] !== true) out(`not here: ${prunedText(base)}`);
  for (const entry of chosen) out(given['json'] === true ? JSON.stringify(masked(entry)) : entryText(entry));
  if (id !== undefined && given['json'] !== true) for (const line of standing(chosen)) out(line);
  return 0;
}

/** Carried and kept entries first; `base` stands for those that were pruned. */
function readEntries(file: string, flavor: Flavor): { readonly entries: JournalEntry[]; readonly base: Base | undefined } {
  const read = ({ carried, entries, base }: JournalContent): { readonly entries: JournalEntry[]; readonly base: Base | undefined } => ({
    entries: [...carried.map(({ json }) => json), ...Array.from(entries, ({ entry }) => entry)].map(readEntry),
    base: base?.base,
  });
  return unlessOtherFlavor(() => withContent(file, read, flavor));
}

function readEntry(json: string): JournalEntry {
  const entry = entrySchema.safeParse(parseJson(json));
  if (!entry.success) throw new Failure('an entry is not readable: journal verify names it');
  return entry.data;
}

/** @param pruned where else it may be */
function transactionOf(entries: readonly JournalEntry[], text: string, pruned: string): string {
  const reference = parseReference(text) ?? text.trim().toUpperCase();
  const found = entries.find(({ body, transactionId }) => transactionId !== undefined && body['reference'] === reference);
  if (found?.transactionId === undefined)
    throw new Failure(`no transaction has the reference ${reference}: look at its check character, or in the journal of another day or epoch${pruned}`);
  return found.transactionId;
}

function entryText(entry: JournalEntry): string {
  const posted = entry.postings.map(({ account, amount }) => `${account} ${formatYuan(fen(amount))}`).join(', ');
  const body = JSON.stringify(masked(entry).body);
  return `${String(entry.seq).padStart(6)}  ${entry.at}  ${entry.kind.padEnd(20)} ${body}${posted === '' ? '' : `  [${posted}]`}`;
}

/** A card number is masked wherever a person sees it; export keeps it for clearing. */
function masked(entry: JournalEntry): JournalEntry {
  const card = entry.body['card'];
  if (typeof card !== 'object' || card === null || !('serial' in card)) return entry;
  return { ...entry, body: { ...entry.body, card: { ...card, serial: `…${String(card.serial).slice(-4)}` } } };
}

function yuan(amount: number): string {
  return formatYuan(fen(amount));
}

function standing(entries: readonly JournalEntry[]): string[] {
  const state = foldTransaction(entries);
  return [
    `${state.opened?.reference ?? 'unknown'}: ${state.closed?.outcome ?? state.phase} · taken ${yuan(state.taken)} · loaded ${yuan(state.loaded)} · refunded ${yuan(state.refunded)} · owed ${yuan(state.owed)} · held ${yuan(state.held)}`,
    ...(state.closed === undefined ? [`next: ${recoveryDecision(state).kind}`] : []),
    ...state.anomalies.map(({ seq, code, detail }) => `anomaly at entry ${seq}: ${code}: ${detail}`),
  ];
}

function balance(args: readonly string[], { out }: Output): Status {
  const { words, given } = readArguments(args, { least: 1, most: 1 }, { json: 'boolean', ...TRAINING });
  const [file = ''] = words;
  const balances = sumOf(file, flavorWanted(given));
  if (given['json'] === true) out(JSON.stringify(balances));
  else for (const account of accounts) out(`${account.padEnd(22)} ${sumText(balances[account]).padStart(16)}`);
  return 0;
}

/** Earlier epochs and pruned entries included, as the first entry of a replaced epoch and the base say. */
function sumOf(file: string, flavor: Flavor): Balances {
  const sum = ({ entries, base }: JournalContent): Balances => {
    let balances = base === undefined ? NO_BALANCES : baseBalances(base.base);
    for (const { entry } of entries) {
      const { postings, kind, body } = readEntry(entry);
      if (kind === 'journal.replaced') balances = { ...balances, ...Object(body['balances']) };
      balances = addPostings(balances, postings);
    }
    return balances;
  };
  return unlessOtherFlavor(() => withContent(file, sum, flavor));
}

/** A compact JWS, or the JSON object that upstream answered, in a file or in the argument itself. */
function readReceipt(argument: string): string {
  const content = (existsSync(argument) ? readFileSync(argument, 'utf8') : argument).trim();
  const answer = parseJson(content);
  return typeof answer === 'object' && answer !== null && 'jws' in answer && typeof answer.jws === 'string' ? answer.jws : content;
}
