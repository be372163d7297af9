/** What a busy terminal writes: cash top-ups with a slip, 13 entries each, as the flow and its background work write them, evenly over the time. */
import { randomBytes } from 'node:crypto';
import { createIds, makeReference, type Ids } from '../../common/ids.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';

/** Entries of one top-up. */
export const ENTRIES_A_TOP_UP = 13;

const random = { bytes: (count: number): Uint8Array => new Uint8Array(randomBytes(count)) };
const hex = (count: number): string => randomBytes(count).toString('hex').toUpperCase();
const STEP_MS = 4000;

/** A clock that only the entries move. */
export class WrittenTime {
  #now: number;

  constructor(startAt: number) {
    this.#now = startAt;
  }

  readonly now = (): number => this.#now;

  pass(ms: number): void {
    this.#now += ms;
  }
}

/** One after the other, each at its time. @param everyMs from one top-up to the next */
export function* topUps(count: number, time: WrittenTime, everyMs: number): Generator<NewEntry> {
  const ids = createIds(time, random);
  for (let number = 0; number < count; number += 1) {
    for (const entry of topUp(ids, number, new Date(time.now()).toISOString().slice(0, 10))) {
      yield entry;
      time.pass(STEP_MS);
    }
    time.pass(everyMs - ENTRIES_A_TOP_UP * STEP_MS);
  }
}

function topUp(ids: Ids, number: number, localDate: string): readonly NewEntry[] {
  const [transactionId, loadId, noteId, jobId] = [ids.uuid(), ids.uuid(), ids.uuid(), ids.uuid()];
  const reference = makeReference('A01', localDate, random);
  const serial = `0310517001${String(number % 10_000).padStart(6, '0')}7984`;
  const card = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial, tail: '7984' };
  const note = { noteId, denomination: 5000 };
  const host = { hostDate: localDate.replaceAll('-', ''), hostTime: '133300', mac2: hex(4) };
  const init = {
    loadId,
    amount: 5000,
    purseType: 2 as const,
    terminalId: '000001000050',
    balanceBefore: (number * 37) % 50_000,
    onlineCounter: number % 0x1_0000,
    cardRandom: hex(4),
    keyVersion: 1,
    algorithm: 0,
    mac1: hex(4),
  };
  const entries: readonly NewEntry[] = [
    {
      kind: 'transaction.opened',
      body: { type: 'top-up', reference, card, tender: 'cash', requested: 0, balanceBefore: init.balanceBefore, locale: 'zh-CN' },
    },
    { kind: 'note.escrowed', body: note },
    { kind: 'note.stacking', body: note },
    { kind: 'cash.stacked', body: { ...note, evidence: 'vendValid' } },
    { kind: 'load.authorizing', body: init },
    { kind: 'load.authorized', body: { loadId, ...host } },
    { kind: 'load.committing', body: { ...init, ...host } },
    { kind: 'load.committed', body: { loadId, amount: 5000, tac: hex(4), evidence: 'cardAnswer' } },
    { kind: 'load.confirmed', body: { loadId, tacChecked: 'good' } },
    { kind: 'receipt.printing', body: { jobId, reprint: 0 } },
    { kind: 'receipt.printed', body: { jobId, confirmedBy: 'processId', sha256: hex(32), byteCount: 1834 } },
    { kind: 'reference.shown', body: { reference, where: 'paper' } },
    { kind: 'transaction.closed', body: { outcome: 'delivered', loaded: 5000, refunded: 0, owed: 0 } },
  ];
  return entries.map((entry) => ({ ...entry, transactionId }));
}
