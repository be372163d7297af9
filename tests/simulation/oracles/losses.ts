/**
 * What is said of lost cards is true: "in effect" stands on the glass only when the issuer has it; a report that was confirmed and written
 * is one report there, whatever happened in between; who reported it is readable nowhere, and neither is anybody's payment code.
 */
import { foldLossReport, type LossReportState } from '../../../common/loss-report.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { View } from '../../../state-machines/view.ts';
import type { World, Witness } from '../world.ts';
import { readEntries } from './ledger.ts';

export class LossOracle implements Witness {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  onView({ body }: View): void {
    this.#hidesPersons(`a View of ${body.kind}`, body);
    if (body.kind !== 'loss-told' || body.state === 'queued') return;
    const made = this.#world.upstream.losses().some(({ reference, serial, refused }) => !refused && reference === body.reference && serial.endsWith(body.tail));
    if (!made) this.#world.violation('loss before proof', `${body.reference} is said to be ${body.state}, the issuer has no such report`);
  }

  onEntry(entry: NewEntry): void {
    this.#hidesPersons(`an entry ${entry.kind}`, entry.body);
  }

  onWarning(message: string): void {
    this.#hidesPersons('a line of the log', message);
  }

  #hidesPersons(where: string, what: unknown): void {
    const text = JSON.stringify(what);
    for (const secret of this.#world.secrets)
      if (text.includes(secret)) this.#world.violation('privacy', `${where} tells who somebody is, or what pays for them`);
  }
}

export interface LossStory {
  readonly reportId: string;
  readonly state: LossReportState;
}

/** @throws what the fold says of entries that no correct terminal writes */
export function readLosses(journal: string): readonly LossStory[] {
  const entries = readEntries(journal).filter(({ kind }) => kind.startsWith('loss.'));
  const byReport: ReadonlyMap<string, readonly JournalEntry[]> = Map.groupBy(entries, ({ transactionId = '' }) => transactionId);
  return [...byReport].map(([reportId, own]) => ({ reportId, state: foldLossReport(own) }));
}

/** Every report is answered: at rest none waits any more. */
export function lossesWait(world: World): boolean {
  return readLosses(world.journal).some(({ state }) => state.state === 'open');
}

export function checkLosses(world: World): void {
  const made = world.upstream.losses();
  for (const { reportId, state } of readLosses(world.journal)) {
    const own = made.filter((report) => report.reportId === reportId);
    if (state.state === 'open') world.violation('loss', `${reportId} never got an answer`);
    if (own.length !== 1) world.violation('loss', `${reportId} is ${own.length} reports at the issuer`);
    if (state.state === 'reported' && own[0]?.refused === true) world.violation('loss', `${reportId} is reported here and was refused there`);
  }
  const inForce = made.filter(({ refused, sameAs }) => !refused && sameAs === null);
  for (const { serial } of inForce) {
    if (inForce.filter((other) => other.serial === serial).length > 1) world.violation('loss', `two reports of card ${serial} are in force`);
  }
}
