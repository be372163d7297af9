/** Notes in the journal, and the books that a settlement starts from. */
import { NOTE_STUCK, type NewEntry } from '../../../common/journal-kinds.ts';
import { surveyCash, type CashSurvey } from '../../../common/money/cash-survey.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import { CARD } from '../../common/money/entries.ts';

const reference = (id: string): string => `A01-1122-${id.slice(-4).toUpperCase().padStart(4, '0')}-0`;

/** A cash top-up in which these notes went into the box; what was taken became a voucher. */
export function notesTaken(id: string, ...denominations: readonly number[]): NewEntry[] {
  const sum = denominations.reduce((total, denomination) => total + denomination, 0);
  const notes = denominations.flatMap((denomination, index): NewEntry[] => {
    const note = { noteId: `${id}-${index}`, denomination };
    return [
      { kind: 'note.escrowed', body: note },
      { kind: 'note.stacking', body: note },
      { kind: 'cash.stacked', body: { ...note, evidence: 'vendValid' } },
    ];
  });
  const ending: NewEntry[] =
    sum === 0
      ? [{ kind: 'transaction.closed', body: { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 } }]
      : [
          { kind: 'voucher.issued', body: { reference: reference(id), amount: sum } },
          { kind: 'transaction.closed', body: { outcome: 'voucher', loaded: 0, refunded: 0, owed: sum } },
        ];
  return [openedEntry(id), ...notes, ...ending].map((entry) => ({ ...entry, transactionId: id }));
}

/** A note that power loss left somewhere: nothing posted, a case opened. */
export function noteLost(id: string, denomination: number): NewEntry[] {
  const note = { noteId: `${id}-0`, denomination };
  const entries: NewEntry[] = [
    openedEntry(id),
    { kind: 'note.escrowed', body: note },
    { kind: 'note.stacking', body: note },
    { kind: 'note.suspense', body: { ...note, why: 'power was lost' } },
    { kind: 'case.opened', body: { reference: reference(id), reason: 'noteUndetermined', amount: 0, disputed: denomination } },
    { kind: 'transaction.closed', body: { outcome: 'case', loaded: 0, refunded: 0, owed: 0 } },
  ];
  return entries.map((entry) => ({ ...entry, transactionId: id }));
}

/** A note that jammed before its value was known. */
export function noteStuck(id: string): NewEntry[] {
  const entries: NewEntry[] = [
    openedEntry(id),
    { kind: 'device.fault', body: { device: 'cashAcceptor', code: NOTE_STUCK, detail: `a note of ${reference(id)} jammed before its value was known` } },
    { kind: 'case.opened', body: { reference: reference(id), reason: 'noteUndetermined', amount: 0, disputed: 0 } },
    { kind: 'transaction.closed', body: { outcome: 'case', loaded: 0, refunded: 0, owed: 0 } },
  ];
  return entries.map((entry) => ({ ...entry, transactionId: id }));
}

export { reference as referenceOf };

function openedEntry(id: string): NewEntry {
  return {
    kind: 'transaction.opened',
    body: { type: 'top-up', reference: reference(id), card: CARD, tender: 'cash', requested: 0, balanceBefore: 0, locale: 'zh-CN' },
  };
}

export function surveyOf(journal: Journal): CashSurvey {
  return surveyCash(journal.entriesAfter(journal.epoch, 0, 100_000).map(({ entry }) => entry));
}
