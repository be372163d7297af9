/** What the support desk is asked and told from a terminal. Part of contract 3 (ports.ts). */
import type { JournalBody } from '../../common/journal-kinds.ts';
import type { DeskSheet, ProgressAnswer, ProgressRequest, Slot, TicketKind } from '../../common/upstream-api/support.ts';
import type { WorkingTime } from '../../common/working-calendar.ts';
import type { ChatPort } from '../chat/ports.ts';

/** What the desk last said of itself: true without a network, too. */
export interface DeskTerms {
  /** Personal data can be sealed; where it can't, none is asked for. */
  readonly seals: boolean;
  /** Working time within which an answer comes, from when the desk has the ticket. */
  promise(kind: TicketKind): WorkingTime | undefined;
  /** What is asked at the end: the version of the questions, and the reasons that can be given. */
  readonly questions?: DeskSheet['questions'];
}

export type SubmitOutcome =
  /** `dueAt`: ms since 1970, when an answer, or the call, is promised; `slot`: of a call back, the one that it has. */
  | { readonly kind: 'stored'; readonly dueAt?: number; readonly slot?: Omit<Slot, 'free'> }
  | { readonly kind: 'refused'; readonly code: string }
  /** Not taken for now. */
  | { readonly kind: 'later' };

/** Rejects with PortError. */
export interface DeskPort {
  readonly chat: ChatPort;
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
  /** When the desk can call back, full slots included, in order. A person waits for it. */
  slots(signal?: AbortSignal): Promise<readonly Slot[]>;
}
