/** New cards for lost ones, as main/journal/FORMAT.md has them: what may follow what, of the right to a card and of every blank, and the fee. */
import { describe, expect, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import type { TransactionState } from '../../../common/money/transaction-state.ts';
import {
  cancelledReplacement,
  captured,
  capturedBlank,
  capturing,
  commanded,
  dispensing,
  freedBlank,
  givenOut,
  granted,
  granting,
  grantRefused,
  openedReplacement,
  presenting,
  reportedReplacement,
  requested,
  retracting,
  story,
  stuckBlank,
  writing,
  written,
} from './entries.ts';

const fold = (...entries: readonly NewEntry[]): TransactionState => foldTransaction(story(...entries));
const codes = (...entries: readonly NewEntry[]): string[] => fold(...entries).anomalies.map(({ code }) => code);

const paid = [openedReplacement(), requested(2000), captured(2000)];
const right = [...paid, granting(), granted()];

describe('the right to a new card', () => {
  /** FORMAT.md, table of moves: what each makes, and after what. */
  const moves = [
    { entry: granted(), makes: 'granted', after: ['granting'] },
    { entry: grantRefused(), makes: 'refused', after: ['granting'] },
    { entry: cancelledReplacement(), makes: 'cancelled', after: ['granting', 'granted'] },
    { entry: reportedReplacement(), makes: 'reported', after: ['granted'] },
  ];
  const reached = {
    granting: [...paid, granting()],
    granted: right,
    refused: [...paid, granting(), grantRefused()],
    cancelled: [...right, cancelledReplacement()],
    reported: [...right, reportedReplacement()],
  };
  const cases = moves.flatMap(({ entry, makes, after }) =>
    Object.entries(reached).map(([state, entries]) => ({ entry, makes, state, entries, lawful: after.includes(state) })),
  );

  test.each(cases)('$entry.kind after $state: lawful $lawful', ({ entry, makes, entries, lawful }) => {
    const state = fold(...entries, entry);
    expect(state.anomalies.map(({ code }) => code)).toEqual(lawful ? [] : ['outOfOrder']);
    expect(state.replacement).toMatchObject({ replacementId: 'p1', fee: 2000, state: makes });
  });

  test('is asked for once, and nobody speaks of another one', () => {
    expect(codes(...right, granting('p2'))).toEqual(['announcedTwice']);
    expect(codes(...paid, granting(), granted('p2'))).toEqual(['notAnnounced']);
    expect(fold(...paid, granting(), granted('p2')).replacement).toMatchObject({ replacementId: 'p1', state: 'granting' });
    expect(codes(...paid, granted())).toEqual(['notAnnounced']);
  });
});

describe('a blank', () => {
  const moves = [
    { entry: writing(), makes: 'writing', after: ['dispensing'] },
    { entry: commanded(), makes: 'writing', after: ['writing'] },
    { entry: written(), makes: 'written', after: ['writing'] },
    { entry: presenting(), makes: 'presenting', after: ['written'] },
    { entry: retracting(), makes: 'retracting', after: ['presenting'] },
    { entry: capturing(), makes: 'capturing', after: ['dispensing', 'writing', 'written'] },
    { entry: capturedBlank(), makes: 'captured', after: ['capturing', 'retracting'] },
    { entry: stuckBlank(), makes: 'stuck', after: ['capturing', 'retracting'] },
    { entry: freedBlank(), makes: 'freed', after: ['stuck'] },
    { entry: givenOut(), makes: 'taken', after: ['presenting', 'retracting'] },
  ];
  const out = [...right, dispensing()];
  const made = [...out, writing(), written()];
  const reached: Record<TransactionState['blanks'][number]['state'], readonly NewEntry[]> = {
    dispensing: out,
    writing: [...out, writing()],
    written: made,
    presenting: [...made, presenting()],
    retracting: [...made, presenting(), retracting()],
    taken: [...made, presenting(), givenOut()],
    capturing: [...out, capturing()],
    captured: [...out, capturing(), capturedBlank()],
    stuck: [...out, capturing(), stuckBlank()],
    freed: [...out, capturing(), stuckBlank(), freedBlank()],
  };
  const cases = moves.flatMap(({ entry, makes, after }) =>
    Object.entries(reached).map(([state, entries]) => ({ entry, makes, state, entries, lawful: after.includes(state) })),
  );

  test.each(cases)('$entry.kind after $state: lawful $lawful', ({ entry, makes, entries, lawful, state: before }) => {
    const state = fold(...entries, entry);
    // the fee that a hand has paid is not held any more
    const spent = before === 'taken' && (entry.kind === 'replacement.presenting' || entry.kind === 'replacement.delivered');
    expect(state.anomalies.map(({ code }) => code)).toEqual(lawful ? [] : spent ? expect.arrayContaining(['outOfOrder', 'overdrawn']) : ['outOfOrder']);
    expect(state.blanks).toMatchObject([{ blankId: 'b1', state: makes }]);
  });

  test('nobody announced is named, and moves nothing', () => {
    const state = fold(...out, writing('b2'));
    expect(state.anomalies.map(({ code }) => code)).toEqual(['notAnnounced']);
    expect(state.blanks).toMatchObject([{ blankId: 'b1', state: 'dispensing' }]);
  });

  test('comes only for what is granted', () => {
    expect(codes(...paid, granting(), dispensing())).toEqual(['outOfOrder']);
    expect(codes(...right, cancelledReplacement(), dispensing())).toEqual(['outOfOrder']);
  });

  test('comes only when the path is free', () => {
    for (const state of ['dispensing', 'writing', 'written', 'presenting', 'retracting', 'capturing'] as const)
      expect(codes(...reached[state], dispensing('b2'))).toEqual(['undetermined']);
    for (const state of ['captured', 'freed'] as const) expect(codes(...reached[state], dispensing('b2'))).toEqual([]);
  });

  test('is a new one each time', () => {
    expect(codes(...reached.captured, dispensing())).toEqual(['announcedTwice']);
    expect(fold(...reached.captured, dispensing('b2')).blanks.map(({ blankId, state }) => [blankId, state])).toEqual([
      ['b1', 'captured'],
      ['b2', 'dispensing'],
    ]);
  });

  test('remembers what was written and offered', () => {
    expect(fold(...reached.dispensing).blanks).toMatchObject([{ written: false, presented: false }]);
    expect(fold(...reached.written).blanks).toMatchObject([{ written: true, presented: false, scriptId: 's1' }]);
    expect(fold(...reached.retracting).blanks).toMatchObject([{ written: true, presented: true }]);
  });
});

describe('the fee', () => {
  test('is held before the card is offered', () => {
    const unpaid = [openedReplacement(), granting(), granted(), dispensing(), writing(), written()];
    expect(codes(...unpaid, presenting())).toEqual(['overdrawn']);
  });

  test('is earned by the hand that takes the card, and is the one that was granted', () => {
    const offered = [...right, dispensing(), writing(), written(), presenting()];
    expect(fold(...offered)).toMatchObject({ held: 2000, earned: 0 });
    expect(fold(...offered, givenOut())).toMatchObject({ held: 0, earned: 2000, anomalies: [] });
    expect(codes(...offered, givenOut(1500))).toEqual(['amountDiffers']);
  });
});
