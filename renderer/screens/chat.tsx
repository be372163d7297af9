/** 文字聊天: what both said, whether somebody is there, and the keys for what one wants to say. What is said is nobody else's to hear. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Keyboard } from '../components/keyboard.tsx';
import { Action, Notice } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';
import type { Say } from '../words.ts';

type Body = ViewBodyOf<'chat'>;

/** Characters of one message. */
const MOST = 60;
/** Of its end: there is room for two lines. */
const SEEN = { standard: 60, large: 24, xlarge: 16 } as const;

export function Chat({ body }: { readonly body: Body }) {
  const { say } = useKiosk();
  const { state, remark } = body;
  const ended = state === 'ended';
  return (
    <>
      <Read className="read--chat">
        <h1 className="title">{say(chatTitle(state))}</h1>
        {body.fallback === true && !ended ? (
          <Notice tone="warn" icon="wait" live="status">
            <p className="body strong">{say('chat.fallback')}</p>
          </Notice>
        ) : (
          <p className="body chat-state" role="status">
            {stateWords(body, say)}
          </p>
        )}
        {remark !== undefined && (
          <Notice tone="warn" icon="warn" live="alert">
            <p className="body strong">{say(`chat.${remark}`)}</p>
          </Notice>
        )}
        <Pieces body={body} />
        {!ended && <Field body={body} />}
      </Read>
      <Touch className="touch--chat">
        {ended && <TalkPages body={body} />}
        {!ended && <Candidates body={body} />}
        {!ended && <Keyboard board={body.board} />}
      </Touch>
      <ChatActions body={body} />
    </>
  );
}

export function chatTitle(state: Body['state']) {
  return state === 'ended' ? 'chat.endedTitle' : state === 'waiting' ? 'chat.waitingTitle' : 'chat.openTitle';
}

function stateWords({ state, position }: Body, say: Say): string {
  if (state === 'ended') return say('chat.ended');
  if (state === 'open' || state === 'sending') return say('chat.open');
  return position === undefined || position === 1 ? say('chat.next') : say('chat.before', { n: position - 1 });
}

function Pieces({ body: { pieces } }: { readonly body: Body }) {
  const { say } = useKiosk();
  return (
    <div role="log" aria-label={say('chat.said')} className="talk-log">
      <ol className="pieces" data-private="">
        {pieces.map(({ from, text }, index) => (
          // what stands at a place is replaced by what is said later
          <li key={`${index} ${text}`} className={`piece piece--${from}`} data-testid={`piece-${from}`}>
            <span className="small quiet">{say(`chat.from.${from}`)}</span>
            <span className="piece-text">{text}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Through what was said before; nothing where all of it stands there. */
function TalkPages({ body: { back, pages } }: { readonly body: Body }) {
  const { say } = useKiosk();
  if (pages === 1) return null;
  const place = say('support.page', { at: pages - back, of: pages });
  return (
    <span className="talk-pages">
      <Button testId="talk-earlier" act={{ type: 'talk', to: 'earlier' }} className="key key--act key--up" off={back + 1 >= pages ? place : undefined}>
        <Icon name="down" />
        <span className="vh">{say('chat.earlier')}</span>
      </Button>
      <Button testId="talk-later" act={{ type: 'talk', to: 'later' }} className="key key--act" off={back === 0 ? place : undefined}>
        <Icon name="down" />
        <span className="vh">{say('chat.later')}</span>
      </Button>
    </span>
  );
}

/** The message, what is struck for its next characters, and how long it is. */
function Field({ body: { text, reading } }: { readonly body: Body }) {
  const { say, size } = useKiosk();
  const symbols = [...text];
  return (
    <p className="chat-field" role="status" aria-label={say('chat.field')} data-private="">
      <bdi className="chat-text">
        <span data-testid="typed">{symbols.slice(-SEEN[size]).join('')}</span>
        <span className="reading" data-testid="reading">
          {reading}
        </span>
        <span className="caret" aria-hidden="true" />
      </bdi>
      <span className="small quiet tn chat-count">
        {symbols.length} / {MOST}
      </span>
    </p>
  );
}

function Candidates({ body }: { readonly body: Body }) {
  const { say } = useKiosk();
  const { candidates, more } = body;
  const turns = more.previous || more.next;
  return (
    <div className="candidates" role="group" aria-label={say('chat.candidates')} data-private="">
      {candidates.map(({ index, text }) => (
        <Button key={index} testId={`candidate-${index}`} act={{ type: 'candidate', index }} className="key candidate" typing>
          {text}
        </Button>
      ))}
      <TalkPages body={body} />
      {turns && (
        <span className="candidate-pages">
          <Button testId="page-previous" act={{ type: 'page', to: 'previous' }} className="key key--act" off={more.previous ? undefined : say('chat.first')}>
            <Icon name="back" />
            <span className="vh">{say('support.previous')}</span>
          </Button>
          <Button testId="page-next" act={{ type: 'page', to: 'next' }} className="key key--act" off={more.next ? undefined : say('chat.last')}>
            <Icon name="next" />
            <span className="vh">{say('support.next')}</span>
          </Button>
        </span>
      )}
    </div>
  );
}

function ChatActions({ body }: { readonly body: Body }) {
  const { say } = useKiosk();
  const { state, fallback, callback } = body;
  const ended = state === 'ended';
  const off = state === 'sending' ? say('chat.sending') : body.reading !== '' ? say('chat.choose') : body.text.trim() === '' ? say('chat.empty') : undefined;
  return (
    <div className={`action ${fallback === true || ended ? 'action--pages' : 'action--split'}`}>
      <Action testId="finish" act={{ type: 'finish' }} icon="leave">
        {say('chat.leave')}
      </Action>
      {(fallback === true || ended) && callback === true && (
        <Action testId="desk-callback" act={{ type: 'desk', purpose: 'callback' }} icon="call">
          {say('chat.callback')}
        </Action>
      )}
      {((fallback === true && callback === undefined) || ended) && (
        <Action testId="desk-ticket" act={{ type: 'desk', purpose: 'ticket' }} icon="ticket">
          {say('support.ticket')}
        </Action>
      )}
      {!ended && (
        <Action testId="send" act={{ type: 'send' }} look="primary" iconAfter="next" off={off}>
          {off ?? say('chat.send')}
        </Action>
      )}
    </div>
  );
}
