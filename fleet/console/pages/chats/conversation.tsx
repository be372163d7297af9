/** One chat: what both said, numbers masked, and for support the answer, the hand-over and the end. */
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { supportLimits } from '../../../../common/upstream-api/support.ts';
import type { AgentChat } from '../../../console-api/desk.ts';
import { useAct, useAnswer } from '../../api/queries.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Form, SelectField, TextArea } from '../../components/form.tsx';
import { Icon } from '../../components/icon.tsx';
import { Notice, Shown, useFailureWords } from '../../components/states.tsx';
import { Code, Status } from '../../components/text.tsx';
import { formatMoment } from '../../format.ts';
import { terminalPath, ticketPath } from '../../paths.ts';
import { usePreferences, useSay } from '../../preferences.tsx';
import { useMay, useSession } from '../../session.tsx';
import { useOffset } from '../../time.tsx';

export function Conversation({ chatId, colleagues }: { readonly chatId: string; readonly colleagues: readonly string[] }) {
  const say = useSay();
  const answer = useAnswer('chat', { params: { chatId } }, { live: 'fast' });
  return (
    <section className="panel chat" aria-label={say('chats.log')}>
      <Link href="/chats" className="back-link chat-back">
        <Icon name="back" />
        {say('chats.back')}
      </Link>
      <Shown answer={answer}>
        {(talk) => (
          <>
            <Head talk={talk} colleagues={colleagues} />
            <Log talk={talk} />
            <Foot talk={talk} />
          </>
        )}
      </Shown>
    </section>
  );
}

function Head({ talk: { chat }, colleagues }: { readonly talk: AgentChat; readonly colleagues: readonly string[] }) {
  const { say, word } = usePreferences();
  return (
    <header className="chat-head">
      <div>
        <h2>
          {say(`ticketKind.${chat.about}`)}{' '}
          <Link href={terminalPath(chat.terminalId)}>
            <Code>{chat.terminalId}</Code>
          </Link>
        </h2>
        <p className="small">
          {word('language', chat.language)}
          {chat.verdict !== null && <> · {word('kind', chat.verdict)}</>}
          {chat.ticketId !== null && (
            <>
              {' · '}
              <Link href={ticketPath(chat.ticketId)}>{say('chats.toTicket')}</Link>
            </>
          )}
        </p>
      </div>
      <Moves chat={chat} colleagues={colleagues} />
    </header>
  );
}

type Move = 'handOver' | 'takeOver' | 'close';

function Moves({ chat, colleagues }: { readonly chat: AgentChat['chat']; readonly colleagues: readonly string[] }) {
  const say = useSay();
  const { name } = useSession();
  const mayWork = useMay('tickets.work');
  const [asking, setAsking] = useState<Move>();
  if (!mayWork || chat.state !== 'open') return null;
  const moves: readonly Move[] = chat.agent === name ? ['handOver', 'close'] : ['takeOver'];
  return (
    <div className="buttons">
      {moves.map((move) => (
        <button key={move} type="button" className="btn" onClick={() => setAsking(move)}>
          {say(`chats.${move}`)}
        </button>
      ))}
      {asking === 'close' && <CloseDialog chatId={chat.chatId} onClose={() => setAsking(undefined)} />}
      {asking !== undefined && asking !== 'close' && chat.agent !== null && (
        <HandOverDialog
          chatId={chat.chatId}
          from={chat.agent}
          choices={asking === 'takeOver' ? [name] : colleagues.filter((each) => each !== name)}
          taking={asking === 'takeOver'}
          onClose={() => setAsking(undefined)}
        />
      )}
    </div>
  );
}

function HandOverDialog({
  chatId,
  from,
  choices,
  taking,
  onClose,
}: {
  readonly chatId: string;
  readonly from: string;
  readonly choices: readonly string[];
  readonly taking: boolean;
  readonly onClose: () => void;
}) {
  const say = useSay();
  const handOver = useAct('handOverChat');
  const [to, setTo] = useState(choices[0]);
  const title = say(taking ? 'chats.takeOver' : 'chats.handOver');
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="body">
        <p>{taking ? say('chats.takeOverLead', { name: from }) : say(to === undefined ? 'chats.noColleague' : 'chats.handOverLead')}</p>
        {to !== undefined && (
          <Form
            busy={handOver.isPending}
            failure={handOver.error}
            submit={() => handOver.mutate({ params: { chatId }, body: { from, to } }, { onSuccess: onClose })}
          >
            {!taking && <SelectField label={say('chats.to')} value={to} choices={choices.map((value) => ({ value, word: value }))} onValue={setTo} />}
            <div className="buttons buttons--end">
              <button type="button" className="btn" onClick={onClose}>
                {say('button.cancel')}
              </button>
              <button type="submit" className="btn btn--primary">
                {title}
              </button>
            </div>
          </Form>
        )}
      </div>
    </Dialog>
  );
}

function CloseDialog({ chatId, onClose }: { readonly chatId: string; readonly onClose: () => void }) {
  const say = useSay();
  const close = useAct('closeChat');
  return (
    <Dialog title={say('chats.close')} onClose={onClose}>
      <div className="body">
        <p>{say('chats.closeLead')}</p>
        <Form busy={close.isPending} failure={close.error} submit={() => close.mutate({ params: { chatId }, body: {} }, { onSuccess: onClose })}>
          <div className="buttons buttons--end">
            <button type="button" className="btn" onClick={onClose}>
              {say('button.cancel')}
            </button>
            <button type="submit" className="btn btn--primary">
              {say('chats.close')}
            </button>
          </div>
        </Form>
      </div>
    </Dialog>
  );
}

/** What comes is read out, and seen: the end of the log stays in view unless somebody reads further up. */
function Log({ talk: { chat, conversation } }: { readonly talk: AgentChat }) {
  const say = useSay();
  const offset = useOffset();
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const count = conversation.messages.length;
  useEffect(() => {
    if (atEnd.current && log.current !== null) log.current.scrollTop = log.current.scrollHeight;
  });
  return (
    <div
      ref={log}
      className="chat-log"
      role="log"
      aria-label={say('chats.log')}
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        atEnd.current = currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight < 40;
      }}
    >
      <ol>
        {conversation.messages.map((message) => (
          <li key={message.seq} data-from={message.from}>
            <span className="small">
              {say(message.from === 'person' ? 'chats.person' : 'chats.agent')}{' '}
              <time className="tn" dateTime={new Date(message.at).toISOString()}>
                {formatMoment(message.at, offset, 'minute').slice(-5)}
              </time>
            </span>
            <p lang={chat.language}>{message.text}</p>
          </li>
        ))}
      </ol>
      {count === 0 && <p className="quiet">{say('chats.empty')}</p>}
    </div>
  );
}

function Foot({ talk: { chat, conversation } }: { readonly talk: AgentChat }) {
  const { say } = usePreferences();
  const { name } = useSession();
  const mayWork = useMay('tickets.work');
  if (conversation.state === 'closed') {
    return (
      <footer className="chat-foot">
        <Status tone="off">{say('chats.closedBy', { by: conversation.closedBy === undefined ? '' : say(`closedBy.${conversation.closedBy}`) })}</Status>
      </footer>
    );
  }
  if (!mayWork || (conversation.state === 'open' && chat.agent !== name)) {
    return (
      <footer className="chat-foot">
        <p className="quiet">
          {chat.agent !== null && <b>{say('chats.of', { name: chat.agent })}</b>} {say('chats.reading')}
        </p>
      </footer>
    );
  }
  return conversation.state === 'waiting' ? <Take talk={{ chat, conversation }} /> : <Composer chatId={chat.chatId} />;
}

function Take({ talk: { chat, conversation } }: { readonly talk: AgentChat }) {
  const say = useSay();
  const words = useFailureWords();
  const join = useAct('joinChat');
  return (
    <footer className="chat-foot">
      {conversation.fallback && <Notice tone="warn">{say('chats.long')}</Notice>}
      {join.error !== null && (
        <Notice tone="danger" live="alert">
          {words(join.error)}
        </Notice>
      )}
      <button type="button" className="btn btn--primary" disabled={join.isPending} onClick={() => join.mutate({ params: { chatId: chat.chatId }, body: {} })}>
        {say('chats.take')}
      </button>
    </footer>
  );
}

/** A message keeps its id until it is there, so that one that is sent again stands once. */
function Composer({ chatId }: { readonly chatId: string }) {
  const say = useSay();
  const send = useAct('sayInChat');
  const [text, setText] = useState('');
  const [messageId, setMessageId] = useState(newId);
  const submit = (): void => {
    if (text.trim() === '') return;
    send.mutate(
      { params: { chatId }, body: { messageId, text: text.trim() } },
      {
        onSuccess: () => {
          setText('');
          setMessageId(newId());
        },
      },
    );
  };
  return (
    <footer
      className="chat-foot"
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || send.isPending) return;
        event.preventDefault();
        submit();
      }}
    >
      <Form busy={send.isPending} failure={send.error} submit={submit}>
        <TextArea
          label={say('chats.say')}
          hint={say('chats.sayHint')}
          value={text}
          onValue={(next) => {
            // other words are another message
            if (send.error !== null) setMessageId(newId());
            setText(next);
          }}
          maxLength={supportLimits.chatText}
        />
        <div className="buttons buttons--end">
          <button type="submit" className="btn btn--primary" disabled={send.isPending || text.trim() === ''}>
            {say(send.isPending ? 'chats.sending' : 'chats.send')}
          </button>
        </div>
      </Form>
    </footer>
  );
}

function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
