/** Text chats with persons at terminals: who waits and for how long, who is talked to, and one conversation beside them. */
import { Link } from 'wouter';
import { supportLimits } from '../../../common/upstream-api/support.ts';
import type { ChatRowAnswer } from '../../console-api/desk.ts';
import { useAnswer } from '../api/queries.ts';
import { Empty, Shown } from '../components/states.tsx';
import { Code, Status } from '../components/text.tsx';
import { formatDuration } from '../format.ts';
import { chatPath } from '../paths.ts';
import { usePreferences, useSay } from '../preferences.tsx';
import { useSession } from '../session.tsx';
import { useNow } from '../time.tsx';
import { Conversation } from './chats/conversation.tsx';

export function ChatsPage({ chatId }: { readonly chatId: string | undefined }) {
  const say = useSay();
  const answer = useAnswer('chats', {}, { live: 'fast' });
  const nobody = answer.data?.chats.length === 0;
  return (
    <>
      <div className="page-head">
        <h1>{say('chats.title')}</h1>
      </div>
      <div className="chats" data-chosen={chatId === undefined ? undefined : ''} data-nobody={nobody && chatId === undefined ? '' : undefined}>
        <section className="panel chat-list" aria-label={say('chats.waiting')}>
          <Shown answer={answer}>
            {({ chats }) => (chats.length === 0 ? <Empty title={say('chats.none')}>{say('chats.noneWhy')}</Empty> : <Queue chats={chats} chosen={chatId} />)}
          </Shown>
        </section>
        {chatId === undefined ? (
          !nobody && (
            <section className="panel chat-none">
              <Empty title={say('chats.choose')} />
            </section>
          )
        ) : (
          <Conversation key={chatId} chatId={chatId} colleagues={answer.data?.colleagues ?? []} />
        )}
      </div>
    </>
  );
}

function Queue({ chats, chosen }: { readonly chats: readonly ChatRowAnswer[]; readonly chosen: string | undefined }) {
  const say = useSay();
  const [waiting, open] = [chats.filter(({ state }) => state === 'waiting'), chats.filter(({ state }) => state === 'open')];
  return (
    <>
      {waiting.length > 0 && <Group title={say('chats.waiting')} chats={waiting} chosen={chosen} />}
      {open.length > 0 && <Group title={say('chats.open')} chats={open} chosen={chosen} />}
    </>
  );
}

function Group({ title, chats, chosen }: { readonly title: string; readonly chats: readonly ChatRowAnswer[]; readonly chosen: string | undefined }) {
  return (
    <>
      <h2 className="part">{title}</h2>
      <ul className="chat-rows">
        {chats.map((chat) => (
          <li key={chat.chatId}>
            <Link href={chatPath(chat.chatId)} aria-current={chat.chatId === chosen ? 'true' : undefined}>
              <ChatLine chat={chat} />
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function ChatLine({ chat: { about, terminalId, state, agent, openedAt } }: { readonly chat: ChatRowAnswer }) {
  const { say, locale } = usePreferences();
  const { name } = useSession();
  const ms = Math.max(0, useNow() - openedAt);
  const time = formatDuration(ms, locale);
  return (
    <>
      <span className="head">
        <b>{say(`ticketKind.${about}`)}</b>
        <Code>{terminalId}</Code>
      </span>
      <span className="head">
        {state === 'waiting' ? (
          <Status tone={ms >= supportLimits.chatFallbackMs ? 'danger' : 'warn'} icon="wait">
            {say('chats.waits', { time })}
          </Status>
        ) : (
          <span className="small">{say('chats.since', { time })}</span>
        )}
        {agent !== null && (agent === name ? <b className="small">{say('chats.yours')}</b> : <span className="small">{say('chats.of', { name: agent })}</span>)}
      </span>
    </>
  );
}
