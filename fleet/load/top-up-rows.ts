/** The rows of one cash top-up of 50 yuan, as a terminal writes them. Used by the simulated terminals. */
import type { JournalEntry } from '../../common/journal-entry.ts';

export type Row = Pick<JournalEntry, 'kind' | 'body' | 'postings'>;

const AMOUNT = 5000;
const CARD = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: '03105170010170906688', tail: '6688' };
const HOST = { hostDate: '20261122', hostTime: '133300', mac2: '0A0B0C0D' };

/** @param ids of the note and of the load */
export function topUpRows(reference: string, { noteId, loadId }: { readonly noteId: string; readonly loadId: string }): readonly Row[] {
  const note = { noteId, denomination: AMOUNT };
  const init = {
    loadId,
    amount: AMOUNT,
    purseType: 2,
    terminalId: '000001000050',
    balanceBefore: 2320,
    onlineCounter: 320,
    cardRandom: '1A2B3C4D',
    keyVersion: 1,
    algorithm: 0,
    mac1: '824B80B8',
  };
  const rows: readonly Omit<Row, 'postings'>[] = [
    { kind: 'transaction.opened', body: { type: 'top-up', reference, card: CARD, tender: 'cash', requested: 0, balanceBefore: 2320, locale: 'zh-CN' } },
    { kind: 'note.escrowed', body: note },
    { kind: 'note.stacking', body: note },
    { kind: 'cash.stacked', body: { ...note, evidence: 'vendValid' } },
    { kind: 'load.authorizing', body: init },
    { kind: 'load.authorized', body: { loadId, ...HOST } },
    { kind: 'load.committing', body: { ...init, ...HOST } },
    { kind: 'load.committed', body: { loadId, amount: AMOUNT, tac: '01020304', evidence: 'cardAnswer' } },
    { kind: 'load.confirmed', body: { loadId, tacChecked: 'good' } },
    { kind: 'transaction.closed', body: { outcome: 'delivered', loaded: AMOUNT, refunded: 0, owed: 0 } },
    { kind: 'receipt.printing', body: { jobId: loadId, reprint: 0 } },
    { kind: 'receipt.printed', body: { jobId: loadId, confirmedBy: 'processId', sha256: 'AB'.repeat(32), byteCount: 22_700 } },
  ];
  return rows.map((row) => ({ ...row, postings: POSTINGS[row.kind] ?? [] }));
}

/** main/journal/FORMAT.md, "Postings". */
const POSTINGS: Partial<Record<Row['kind'], Row['postings']>> = {
  'cash.stacked': [
    { account: 'cash.box', amount: AMOUNT },
    { account: 'cardholder.held', amount: -AMOUNT },
  ],
  'load.committed': [
    { account: 'cardholder.held', amount: AMOUNT },
    { account: 'issuer.payable', amount: -AMOUNT },
  ],
};
