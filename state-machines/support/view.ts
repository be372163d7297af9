/** What the screen shows of help: a pure function of where its chart stands. Used by session-view. */
import type { SupportSnapshot } from '../support.ts';
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBody } from '../view.ts';
import { mayBook } from '../callback/context.ts';
import { mayChat } from '../chat/context.ts';
import { contactLeaf, listLeaf, searchLeaf, type SupportContext } from './context.ts';

export function supportPicture(snapshot: SupportSnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot));
}

function bodyOf(snapshot: SupportSnapshot): ViewBody {
  const { context } = snapshot;
  if (snapshot.matches('contacts')) return contacts(context);
  if (snapshot.matches({ asking: 'groups' })) return { kind: 'help-groups' };
  if (snapshot.matches({ asking: 'list' })) return list(context);
  if (snapshot.matches({ asking: 'search' })) return search(context);
  if (snapshot.matches({ asking: 'answer' })) return answer(context) ?? home(context);
  return home(context);
}

function home(context: SupportContext): ViewBody {
  const { balance } = context.ports.availability.current.services;
  const offers = { ...(balance.available ? { check: true as const } : {}), ...(mayBook(context.ports) ? { callback: true as const } : {}) };
  return { kind: 'help-home', questions: [...context.home], ...offers };
}

function list(context: SupportContext): ViewBody {
  const { items, page, pages } = listLeaf(context);
  return { kind: 'help-list', group: context.group, questions: [...items], page, pages };
}

function search(context: SupportContext): ViewBody {
  const { items, page, pages } = searchLeaf(context);
  return { kind: 'help-search', typed: context.typed, board: context.board, questions: [...items], page, pages };
}

/** Absent when it is not given in this language. */
function answer({ ports, preferences, question = '', verdict }: SupportContext): ViewBody | undefined {
  const found = ports.support.answer(preferences.locale, question);
  if (found === undefined) return undefined;
  const { service: name, steps, ...said } = found;
  const service = name === undefined ? undefined : ports.availability.current.services[name];
  return {
    kind: 'help-answer',
    ...said,
    steps: [...steps],
    verdict,
    ...(name === undefined || service === undefined
      ? {}
      : { service: service.available ? { name, available: true } : { name, available: false, reason: service.reason } }),
  };
}

function contacts(context: SupportContext): ViewBody {
  const { items, page, pages } = contactLeaf(context);
  const chosen = items.find(({ id }) => id === context.channel) ?? items[0];
  const chat = mayChat(context.ports) ? { chat: true as const } : {};
  return { kind: 'help-contacts', ...chat, channels: [...items], chosen: chosen?.id ?? '', page, pages };
}
