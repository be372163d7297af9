/**
 * The recovery table for a load of a value block with a backup (card-application.md 5.2), as a pure total function: what the two blocks hold now →
 * credited, not credited, or undetermined, and which block mends the other. Owns no I/O; the storage purse reads the blocks and asks.
 */

/** A block beside a pending load old → new. */
export type BlockState = 'old' | 'new' | 'malformed' | 'other';

/** RESTORE from one block, TRANSFER to the other. Torn again, it leads to the same verdict. */
export type Repair = 'mainToCopy' | 'copyToMain';

export type StorageVerdict =
  | { readonly kind: 'credited'; readonly repair?: Repair }
  | { readonly kind: 'notCredited'; readonly repair?: Repair }
  | { readonly kind: 'undetermined'; readonly why: string };

export interface StorageEvidence {
  /** V, which every terminal of the scheme writes first. */
  readonly main: BlockState;
  /** K. */
  readonly copy: BlockState;
  /**
   * Whether another terminal may have worked the card since the load was begun. These cards have no proof of a single load: a purchase of the same
   * amount after a load that succeeded looks like no load at all.
   */
  readonly usedElsewhere: 'no' | 'possible';
}

/** A verdict only where the table has one, and only when nobody else can have moved the value. */
export function storageVerdict({ main, copy, usedElsewhere }: StorageEvidence): StorageVerdict {
  const verdict = TABLE[main][copy];
  if (verdict.kind === 'undetermined' || usedElsewhere === 'no') return verdict;
  return { kind: 'undetermined', why: 'another terminal may have worked the card since' };
}

const otherValue: StorageVerdict = { kind: 'undetermined', why: 'a block holds a value that this load cannot have left' };
const wrongOrder: StorageVerdict = { kind: 'undetermined', why: 'the copy was written before the value, which no terminal of this scheme does' };
const bothDamaged: StorageVerdict = { kind: 'undetermined', why: 'both blocks are damaged' };

/** By V, then K. */
const TABLE: Readonly<Record<BlockState, Readonly<Record<BlockState, StorageVerdict>>>> = {
  old: { old: { kind: 'notCredited' }, new: wrongOrder, malformed: { kind: 'notCredited', repair: 'mainToCopy' }, other: otherValue },
  new: {
    old: { kind: 'credited', repair: 'mainToCopy' },
    new: { kind: 'credited' },
    malformed: { kind: 'credited', repair: 'mainToCopy' },
    other: otherValue,
  },
  malformed: {
    old: { kind: 'notCredited', repair: 'copyToMain' },
    new: { kind: 'credited', repair: 'copyToMain' },
    malformed: bothDamaged,
    other: otherValue,
  },
  other: { old: otherValue, new: otherValue, malformed: otherValue, other: otherValue },
};

/** Two blocks of a card that no load of ours is pending on, as another terminal may have left them: the value that counts, and how the other is mended. */
export type AtRest = { readonly kind: 'value'; readonly value: number; readonly repair?: Repair } | { readonly kind: 'damaged' };

/** @param main, copy the value, or `undefined` for a malformed block */
export function atRest(main: number | undefined, copy: number | undefined): AtRest {
  if (main !== undefined) return main === copy ? { kind: 'value', value: main } : { kind: 'value', value: main, repair: 'mainToCopy' };
  return copy === undefined ? { kind: 'damaged' } : { kind: 'value', value: copy, repair: 'copyToMain' };
}

/** @param value `undefined` for a malformed block */
export function blockState(value: number | undefined, load: { readonly before: number; readonly after: number }): BlockState {
  if (value === undefined) return 'malformed';
  if (value === load.before) return 'old';
  return value === load.after ? 'new' : 'other';
}
