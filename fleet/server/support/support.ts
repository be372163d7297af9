/**
 * The support desk: what terminals submit and ask (`routes/support-routes.ts`), and what agents do (`agents`, which the operators' console
 * mounts behind its own sign-in; schemas of its answers: desk-schemas.ts).
 */
import type { Clock } from '../../../common/clock.ts';
import type { Ids } from '../../../common/ids.ts';
import {
  DESK_TYPE,
  type DeskAnswer,
  type DeskSheet,
  type ProgressAnswer,
  type ProgressRequest,
  type Slot,
  ticketKinds,
} from '../../../common/upstream-api/support.ts';
import { createWorkingCalendar } from '../../../common/working-calendar.ts';
import { createBells } from '../http/long-poll.ts';
import { signJws, type SigningKey } from '../signing-key.ts';
import type { Store } from '../store/store.ts';
import { createCallbackDesk, freeSlots, type CallbackDesk } from './callbacks.ts';
import { createChatDesk, createChats, type ChatDesk, type Chats } from './chats.ts';
import { cardHasher, type Desk } from './desk.ts';
import { createKnowledge, createKnowledgeDesk, type Knowledge, type KnowledgeDesk } from './knowledge.ts';
import { createOpeningDesk, type OpeningDesk } from './openings.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { progress } from './progress.ts';
import type { SealingKey } from './sealing-key.ts';
import type { SupportSettings } from './settings.ts';
import { createSurveyDesk, type SurveyDesk } from './surveys.ts';
import { createTicketDesk, type TicketDesk } from './ticket-desk.ts';

export interface SupportOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: SupportSettings;
  /** Signs desk sheet and manifests. */
  readonly signingKey: SigningKey;
  /** Absent: no personal data is asked for, and none can be opened. */
  readonly sealingKey?: SealingKey;
}

export interface Support {
  readonly outbox: Outbox;
  readonly chats: Chats;
  readonly knowledge: Knowledge;
  progress(request: ProgressRequest): Promise<ProgressAnswer>;
  slots(): Promise<readonly Slot[]>;
  sheet(): Promise<DeskAnswer>;
  readonly agents: AgentDesk;
  /** Lets go of every held question. */
  stop(): void;
}

/** Every call names who acts. @throws {ProblemError} `roleNotAllowed` where the role does not allow it */
export interface AgentDesk {
  readonly tickets: TicketDesk;
  readonly callbacks: CallbackDesk;
  readonly chats: ChatDesk;
  readonly surveys: SurveyDesk;
  readonly knowledge: KnowledgeDesk;
  readonly openings: OpeningDesk;
  readonly outbox: Pick<Outbox, 'refused'>;
}

export function createSupport(options: SupportOptions): Support {
  const { store, clock, settings, signingKey, sealingKey } = options;
  const bells = createBells(clock);
  const calendar = createWorkingCalendar(settings.calendar);
  const desk: Desk = { ...options, calendar, sealingKey, bells, cardHash: cardHasher(signingKey) };
  const outbox = createOutbox(desk);
  const knowledge = createKnowledge({ store, clock, signingKey });
  return {
    outbox,
    knowledge,
    chats: createChats(desk),
    progress: (request) => progress(desk, request),
    slots: () => store.view((trx) => freeSlots(trx, desk, clock.now())),
    sheet: async () => {
      const sheet = sheetOf(desk);
      return { sheet, jws: signJws(signingKey, DESK_TYPE, sheet) };
    },
    agents: {
      tickets: createTicketDesk(desk),
      callbacks: createCallbackDesk(desk),
      chats: createChatDesk(desk),
      surveys: createSurveyDesk(desk),
      knowledge: createKnowledgeDesk(store, knowledge),
      openings: createOpeningDesk(desk),
      outbox,
    },
    stop: () => bells.close(),
  };
}

function sheetOf({ settings, sealingKey, clock }: Desk): DeskSheet {
  return {
    ...(sealingKey === undefined ? {} : { sealingKey: sealingKey.publicKey }),
    calendar: settings.calendar,
    promises: Object.fromEntries(ticketKinds.map((kind) => [kind, settings.routes[kind].promise])),
    questions: settings.questions,
    at: clock.now(),
  };
}
