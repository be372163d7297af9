/** What the screen shows of a conversation: a pure function of where its chart stands. Used by session-view. Masks are made here. */
import { maskNumbers } from '../../common/number-mask.ts';
import { mayBook } from '../callback/context.ts';
import type { ChatSnapshot } from '../chat.ts';
import { topicLeaf } from '../desk/context.ts';
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBody, ViewBodyOf } from '../view.ts';
import { talkLeaf, type ChatContext } from './context.ts';
import { candidateRow, keysOf } from './typing.ts';

export function chatPicture(snapshot: ChatSnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot));
}

function bodyOf(snapshot: ChatSnapshot): ViewBody {
  const { context } = snapshot;
  if (snapshot.matches('topics')) return topics(context);
  if (snapshot.matches('opening') || snapshot.matches('closing') || snapshot.matches('left')) return { kind: 'desk-asking', what: 'chat' };
  if (snapshot.matches('trouble')) return { kind: 'trouble', trouble: 'chatOffline', canRetry: true };
  return talk(
    context,
    snapshot.matches('ended') ? 'ended' : snapshot.matches({ talking: 'sending' }) ? 'sending' : context.state === 'open' ? 'open' : 'waiting',
  );
}

function topics(context: ChatContext): ViewBodyOf<'ticket-topics'> {
  const { items, page, pages } = topicLeaf({ page: context.typing.page, preferences: context.preferences });
  return { kind: 'ticket-topics', topics: [...items], page, pages };
}

function talk(context: ChatContext, state: ViewBodyOf<'chat'>['state']): ViewBodyOf<'chat'> {
  const { ports, preferences, typing, position, remark, fallback } = context;
  const { pieces, back, pages } = talkLeaf(context);
  const row = candidateRow(context, typing);
  const keys = keysOf(preferences);
  return {
    kind: 'chat',
    state,
    ...(state === 'waiting' && position !== undefined ? { position } : {}),
    ...(fallback && state !== 'open' ? { fallback: true as const } : {}),
    ...(remark === undefined ? {} : { remark }),
    pieces: [...pieces],
    back,
    pages,
    text: maskNumbers(typing.text),
    reading: keys === undefined ? '' : ports.typing.reading(typing.struck, keys).slice(0, 60),
    board: typing.board === 'digits' ? 'digits' : keys === 'nine' ? 'nine' : 'letters',
    candidates: row.items.map(({ index, text }) => ({ index, text })),
    more: { previous: row.page > 0, next: row.page + 1 < row.pages },
    ...(mayBook(ports) ? { callback: true as const } : {}),
  };
}
