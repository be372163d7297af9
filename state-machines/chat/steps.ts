/** The steps of a conversation that ask the desk: opening it, hearing what is new, saying something, ending it. Numbers leave masked. */
import { maskNumbers } from '../../common/number-mask.ts';
import { PortError, type Ports } from '../ports.ts';
import type { TicketTopic } from '../desk/screens.ts';
import type { ChatStanding } from './ports.ts';

/** Pause before the desk is asked again after no answer. */
const RETRY_MS = 2_000;

export interface Opening {
  readonly chatId: string;
  readonly about: TicketTopic;
  readonly language: string;
}

export function openChat({ desk }: Ports, opening: Opening): Promise<ChatStanding> {
  return desk.chat.open(opening);
}

type Heard = { readonly type: 'CHAT.NEWS'; readonly standing: ChatStanding } | { readonly type: 'CHAT.LOST' };

/** Tells whatever is new, until nobody listens or it is closed. @returns ends it */
export function hearChat(
  { desk, clock }: Ports,
  from: { readonly chatId: string; readonly after: number; readonly version: string },
  tell: (news: Heard) => void,
): () => void {
  const controller = new AbortController();
  const hear = async (): Promise<void> => {
    let { after, version } = from;
    while (!controller.signal.aborted) {
      try {
        const standing = await desk.chat.read(from.chatId, { after, version }, controller.signal);
        if (controller.signal.aborted) return;
        ({ version } = standing);
        after = Math.max(after, ...standing.messages.map(({ seq }) => seq));
        tell({ type: 'CHAT.NEWS', standing });
        if (standing.state === 'closed') return;
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        if (controller.signal.aborted) return;
        tell({ type: 'CHAT.LOST' });
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, RETRY_MS));
      }
    }
  };
  void hear();
  return () => controller.abort();
}

export async function sayInChat(
  { desk }: Ports,
  { chatId, messageId, text }: { readonly chatId: string; readonly messageId: string; readonly text: string },
): Promise<void> {
  await desk.chat.say(chatId, { messageId, text: maskNumbers(text) });
}

/** Never rejects: a terminal that is silent has left. */
export async function closeChat({ desk }: Ports, chatId: string): Promise<void> {
  try {
    await desk.chat.close(chatId);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
  }
}
