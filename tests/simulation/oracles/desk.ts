/**
 * What is said of tickets is true: no number stands on the glass before it is on disk, "the desk has it" only when the desk has it; a ticket
 * whose number was given is one ticket there, whatever happened in between, and one that was written never comes twice.
 */
import { foldSubmission, type SubmissionState } from '../../../common/desk-submission.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { View } from '../../../state-machines/view.ts';
import type { World, Witness } from '../world.ts';
import { readEntries } from './ledger.ts';

export class DeskOracle implements Witness {
  readonly #world: World;
  readonly #written = new Set<string>();
  /** Numbers that persons were given. */
  readonly shown = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  onEntry(entry: NewEntry): void {
    if (entry.kind === 'desk.submitting') this.#written.add(entry.body.reference);
  }

  onView({ body }: View): void {
    if (body.kind !== 'ticket-told') return;
    const { number, state } = body;
    this.shown.add(number);
    if (!this.#written.has(number)) this.#world.violation('ticket before disk', `${number} is on the screen and in no journal`);
    if (state === 'stored' && !this.#world.upstream.tickets().some((ticket) => ticket.number === number))
      this.#world.violation('ticket before proof', `${number} is said to be at the desk, which has no such ticket`);
  }
}

export interface SubmissionStory {
  readonly submissionId: string;
  readonly state: Exclude<SubmissionState, { state: 'none' }>;
}

/** @param envelope only of this kind @throws what the fold says of entries that no correct terminal writes */
export function readSubmissions(journal: string, envelope?: string): readonly SubmissionStory[] {
  const entries = readEntries(journal).filter(({ kind }) => kind.startsWith('desk.'));
  const byId: ReadonlyMap<string, readonly JournalEntry[]> = Map.groupBy(entries, ({ transactionId = '' }) => transactionId);
  return [...byId].flatMap(([submissionId, own]) => {
    const state = foldSubmission(own);
    return state.state === 'none' || (envelope !== undefined && state.submission.envelope !== envelope) ? [] : [{ submissionId, state }];
  });
}

/** At rest nothing waits for the desk any more. */
export function deskWaits(world: World): boolean {
  return readSubmissions(world.journal).some(({ state }) => state.state === 'open');
}

export function checkDesk(world: World): void {
  const tickets = world.upstream.tickets();
  const stories = readSubmissions(world.journal, 'ticket.created');
  for (const { submissionId, state } of stories) {
    const own = tickets.filter(({ ticketId }) => ticketId === submissionId);
    if (state.state === 'open') world.violation('ticket', `${submissionId} never got an answer`);
    if (state.state === 'refused') world.violation('ticket', `${submissionId} was refused: ${state.code}`);
    if (own.length !== 1) world.violation('ticket', `${submissionId} is ${own.length} tickets at the desk`);
    else if (own[0]?.number !== state.submission.reference) world.violation('ticket', `${submissionId} has another number at the desk`);
  }
  if (tickets.length > stories.length) world.violation('ticket', `the desk has ${tickets.length} tickets, ${stories.length} were written here`);
  const written = new Set(stories.map(({ state }) => state.submission.reference));
  for (const witness of world.witnesses) {
    if (!(witness instanceof DeskOracle)) continue;
    for (const number of witness.shown) if (!written.has(number)) world.violation('ticket', `${number} was given to a person and is in no journal`);
  }
}
