/** The entries of a whole cash top-up of 50 yuan, as the flow writes them. Used by append.ts. */
import type { NewEntry } from '../../common/journal-kinds.ts';

/** Nine entries, the ids of each `number` its own. */
export function topUpEntries(number: number): readonly NewEntry[] {
  const id = String(number).padStart(12, '0');
  const transactionId = `019aa8d6-3f00-7000-8000-${id}`;
  const loadId = `019aa8d6-4a10-7000-8000-${id}`;
  const init = {
    loadId,
    amount: 5000,
    purseType: 2 as const,
    terminalId: '000001000050',
    balanceBefore: 2320,
    onlineCounter: 320,
    cardRandom: '1A2B3C4D',
    keyVersion: 1,
    algorithm: 0,
    mac1: '824B80B8',
  };
  const host = { hostDate: '20261122', hostTime: '133300', mac2: '0A0B0C0D' };
  const note = { noteId: `019aa8d6-4510-7000-8000-${id}`, denomination: 5000 };
  const card = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: '03105170010170906688', tail: '6688' };
  const entries: readonly NewEntry[] = [
    {
      kind: 'transaction.opened',
      body: { type: 'top-up', reference: `A01-1122-${id.slice(-4)}-0`, card, tender: 'cash', requested: 0, balanceBefore: 2320, locale: 'zh-CN' },
    },
    { kind: 'note.escrowed', body: note },
    { kind: 'note.stacking', body: note },
    { kind: 'cash.stacked', body: { ...note, evidence: 'vendValid' } },
    { kind: 'load.authorizing', body: init },
    { kind: 'load.authorized', body: { loadId, ...host } },
    { kind: 'load.committing', body: { ...init, ...host } },
    { kind: 'load.committed', body: { loadId, amount: 5000, tac: '01020304', evidence: 'cardAnswer' } },
    { kind: 'transaction.closed', body: { outcome: 'delivered', loaded: 5000, refunded: 0, owed: 0 } },
  ];
  return entries.map((entry) => ({ ...entry, transactionId }));
}
