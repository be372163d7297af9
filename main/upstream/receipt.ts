/** Whether an answer to a batch is a receipt that the uplink may believe: signed by upstream, of this terminal, of exactly this chain. */
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { receiptSchema, RECEIPT_TYPE, type ChainedEntry, type JournalAnswer, type Receipt } from '../../common/upstream-api/journal.ts';
import { PortError } from '../../state-machines/ports.ts';
import { jwsVerifier } from '../journal/jws.ts';

export interface Sent {
  readonly terminalId: string;
  readonly entries: readonly ChainedEntry[];
}

/** @throws {PortError} `invalidAnswer` */
export function requireReceipt({ receipt, jws }: JournalAnswer, { terminalId, entries }: Sent, serverKey: PublicKey): void {
  const verdict = jwsVerifier(serverKey)(jws, RECEIPT_TYPE);
  if (!verdict.ok) throw new PortError('invalidAnswer', `the receipt is not signed by upstream: ${verdict.problem}`);
  const signed = receiptSchema.safeParse(verdict.claims);
  if (!signed.success || !sameReceipt(signed.data, receipt)) throw new PortError('invalidAnswer', 'the receipt says something else than what is signed');
  const head = entries.at(-1);
  const fits =
    signed.data.terminalId === terminalId &&
    signed.data.epoch === head?.entry.epoch &&
    signed.data.upToSeq === head.entry.seq &&
    signed.data.headHash.toLowerCase() === head.hash.toLowerCase();
  if (!fits) throw new PortError('invalidAnswer', `the receipt is for entry ${signed.data.upToSeq} of another chain than was sent`);
}

function sameReceipt(a: Receipt, b: Receipt): boolean {
  return a.terminalId === b.terminalId && a.epoch === b.epoch && a.upToSeq === b.upToSeq && a.headHash === b.headHash && a.at === b.at;
}
