/** The journal as JSON Lines, in order: what `kioskctl journal export` writes and what a verifier in another language reads (FORMAT.md). */
import type { Flavor } from '../../common/flavor.ts';
import { checkpointSchema, receiptSchema } from '../../common/upstream-api/journal.ts';
import { withContent, type JournalContent } from './content.ts';
import { JournalError } from './journal-error.ts';
import { baseLine } from './base.ts';
import { checkpointLine, entryLine, hashText, journalName, jwsClaims, receiptLine } from './lines.ts';

/** Calls `write` once a line, without the line's end. The file may be in use. @param flavor whose journal it must be; default: this program's @throws {JournalError} */
export function exportJournal(path: string, write: (line: string) => void, flavor?: Flavor): void {
  const copy = (content: JournalContent): void => {
    for (const line of exportLines(content)) write(line);
  };
  withContent(path, copy, flavor);
}

/**
 * Each checkpoint and receipt follows the entry it speaks of; receipts of earlier epochs follow what was carried over from them. Those of
 * entries that are gone come last: they prove that a journal was cut off. Where entries were pruned, the second line stands for them.
 */
export function* exportLines(content: JournalContent): Generator<string> {
  yield `{"${journalName(content.terminalId)}":{"terminalId":${JSON.stringify(content.terminalId)},"publicKey":${content.publicKey}}}`;
  if (content.base !== undefined) yield baseLine(content.base);
  for (const link of content.carried) yield `{"carried":{"entry":${link.json},"prevHash":"${hashText(link.prevHash)}","hash":"${hashText(link.hash)}"}}`;
  for (const { epoch, jws } of content.receipts) if (epoch !== content.epoch) yield receiptOf(jws);
  const checkpoints = new Map(content.checkpoints.map(({ seq, jws }) => [seq, jws]));
  const receipts = new Map(content.receipts.filter(({ epoch }) => epoch === content.epoch).map(({ upToSeq, jws }) => [upToSeq, jws]));
  for (const { seq, entry, hash } of content.entries) {
    yield entryLine(entry, hash);
    const checkpoint = checkpoints.get(seq);
    if (checkpoint !== undefined) yield checkpointOf(checkpoint);
    const receipt = receipts.get(seq);
    if (receipt !== undefined) yield receiptOf(receipt);
    checkpoints.delete(seq);
    receipts.delete(seq);
  }
  for (const jws of checkpoints.values()) yield checkpointOf(jws);
  for (const jws of receipts.values()) yield receiptOf(jws);
}

function checkpointOf(jws: string): string {
  const checkpoint = checkpointSchema.safeParse(jwsClaims(jws));
  if (!checkpoint.success) throw new JournalError('corrupt', 'a checkpoint is not readable: run journal verify');
  return checkpointLine({ checkpoint: checkpoint.data, jws });
}

function receiptOf(jws: string): string {
  const receipt = receiptSchema.safeParse(jwsClaims(jws));
  if (!receipt.success) throw new JournalError('corrupt', 'a receipt is not readable: run journal verify');
  return receiptLine({ receipt: receipt.data, jws });
}
