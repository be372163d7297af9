/** What the support desk is asked and told from a terminal. Part of contract 3 (ports.ts). */
import type { JournalBody } from '../../common/journal-kinds.ts';
import type { ProgressAnswer, ProgressRequest, TicketKind } from '../../common/upstream-api/support.ts';
import type { WorkingTime } from '../../common/working-calendar.ts';

/** What the desk last said of itself: true without a network, too. */
export interface DeskTerms {
  /** Personal data can be sealed; where it can't, none is asked for. */
  readonly seals: boolean;
  /** Working time within which an answer comes, from when the desk has the ticket. */
  promise(kind: TicketKind): WorkingTime | undefined;
}

export type SubmitOutcome =
  /** `dueAt`: ms since 1970, when an answer is promised. */
  | { readonly kind: 'stored'; readonly dueAt?: number }
  | { readonly kind: 'refused'; readonly code: string }
  /** Not taken for now. */
  | { readonly kind: 'later' };

/** Rejects with PortError. */
export interface DeskPort {
  /** `undefined`: the desk could never be asked. */
  readonly terms: DeskTerms | undefined;
  /** Asks for the terms anew when they are old. Never rejects: those from before go on being true. */
  refreshTerms(): Promise<void>;
  /** For the desk alone. @throws {PortError} `refused` where nothing can be sealed */
  seal(text: string): Promise<string>;
  /** The same submission, however often it is said, is one. */
  submit(submission: JournalBody<'desk.submitting'>): Promise<SubmitOutcome>;
  /** A person waits for it. */
  progress(request: ProgressRequest, signal?: AbortSignal): Promise<ProgressAnswer>;
}
