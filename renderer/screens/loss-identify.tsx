/** 挂失: who somebody is, by identity card, by telephone, or by card number and password. What is typed hides after a second. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch, Why } from '../components/frame.tsx';
import { AskingScene, DocumentPicture, LockedCard, MessagePicture, NumberPicture } from '../components/loss-pictures.tsx';
import { Action, BackAction, Notice } from '../components/parts.tsx';
import { Chip } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import type { Say } from '../words.ts';
import { NumberPad } from './choose-amount.tsx';

type Way = ViewBodyOf<'loss-ways'>['ways'][number]['name'];

export function LossWays({ body: { ways, cardHere } }: { readonly body: ViewBodyOf<'loss-ways'> }) {
  const { say, size } = useKiosk();
  return (
    <>
      <Read className="read--loss">
        <h1 className="title">{say(cardHere ? 'loss.ways.titleCard' : 'loss.ways.title')}</h1>
        <p className="lead quiet under-title">{say(cardHere ? 'loss.ways.leadCard' : 'loss.ways.lead')}</p>
        {size === 'standard' && !cardHere && <LockedCard tail="" locked={false} />}
      </Read>
      <Touch className="touch--tenders">
        <div className="tiles tiles--rows tiles--rows-3">
          {ways.map(({ name, available }) => {
            const words = name === 'password' && cardHere ? 'passwordCard' : name;
            const off = available ? undefined : say('service.paused', { reason: say('loss.ways.off') });
            return (
              <Button
                key={name}
                testId={`way-${name}`}
                act={{ type: 'way', way: name }}
                className={`tile tile--service ${available ? '' : 'tile--off'}`}
                off={off}
                offShown
              >
                <WayPicture name={name} />
                <span className="tile-text">
                  <span className="name">{say(`loss.ways.${words}.name`)}</span>
                  {off === undefined ? (
                    <span className="sub">{say(`loss.ways.${words}.sub`)}</span>
                  ) : (
                    <Chip tone="warn" icon="warn">
                      {off}
                    </Chip>
                  )}
                </span>
              </Button>
            );
          })}
        </div>
      </Touch>
      <Actions>
        <BackAction />
        <Why icon="lock">{say('loss.ways.privacy')}</Why>
      </Actions>
    </>
  );
}

function WayPicture({ name }: { readonly name: Way }) {
  switch (name) {
    case 'document':
      return <DocumentPicture />;
    case 'phone':
      return <MessagePicture />;
    case 'password':
      return <NumberPicture />;
  }
}

export function LossDocument({ body: { state, problem } }: { readonly body: ViewBodyOf<'loss-document'> }) {
  const { say } = useKiosk();
  return (
    <>
      <Read className="read--document">
        <h1 className="title title--hero">{say('loss.document.title')}</h1>
        {problem === undefined ? (
          <p className="lead quiet under-title">{say('loss.document.lead')}</p>
        ) : (
          <Notice tone="warn" icon="warn" live="alert">
            <p className="body strong">{say(`loss.document.${problem}`)}</p>
          </Notice>
        )}
        <DocumentPicture />
      </Read>
      {state === 'refused' ? (
        <Actions>
          <BackAction />
          <Action testId="retry" act={{ type: 'retry' }} look="primary" iconAfter="next">
            {say('loss.document.again')}
          </Action>
        </Actions>
      ) : (
        <Actions>
          <BackAction />
          <Why icon="lock">{say('loss.ways.privacy')}</Why>
        </Actions>
      )}
    </>
  );
}

export function LossTyping({ body }: { readonly body: ViewBodyOf<'loss-typing'> }) {
  const { say } = useKiosk();
  const { field, shown, count, least } = body;
  const off = count >= least ? undefined : say('loss.typing.notWhole');
  return (
    <>
      <Read className="read--typing">
        <h1 className="title">{say(`loss.typing.${field}Title`)}</h1>
        {body.problem === undefined ? (
          <p className="lead quiet under-title">{say(`loss.typing.${field}Lead`)}</p>
        ) : (
          <Notice tone="warn" icon="warn" live="alert">
            <p className="body strong">{problemText(body, say)}</p>
          </Notice>
        )}
        <p className="body quiet typing-hint">{say('loss.typing.hidden')}</p>
      </Read>
      <Touch className="touch--typing">
        <div className="typed">
          <p
            className={`typed-value typed-value--secret ${field === 'card' ? 'typed-value--card' : ''}`}
            role="status"
            data-secret={count}
            aria-label={say(`loss.typing.${field}Title`)}
          >
            <bdi data-testid="typed">{shown}</bdi>
            <span className="caret" aria-hidden="true" />
          </p>
        </div>
        <NumberPad corner={field === 'code' ? <ResendKey /> : undefined} />
      </Touch>
      <Actions>
        <BackAction />
        <Action testId="confirm" act={{ type: 'confirm' }} look="primary" iconAfter="next" off={off}>
          {off ?? say(field === 'card' || field === 'phone' ? 'loss.typing.next' : 'loss.typing.check')}
        </Action>
      </Actions>
    </>
  );
}

/** Six digits are soon erased one by one: here a new code is wanted more often. */
function ResendKey() {
  const { say } = useKiosk();
  return (
    <Button testId="resend" act={{ type: 'resend' }} className="key key--word">
      {say('loss.typing.resend')}
    </Button>
  );
}

function problemText({ problem, triesLeft }: ViewBodyOf<'loss-typing'>, say: Say): string {
  if (problem === undefined) return '';
  const text = say(`loss.typing.${problem}`);
  return triesLeft === undefined ? text : `${text} · ${say('loss.typing.left', { n: triesLeft })}`;
}

export function LossAsking({ body: { what, tail } }: { readonly body: ViewBodyOf<'loss-asking'> }) {
  const { say } = useKiosk();
  return (
    <Read>
      <div className="title title--hero" role="status">
        <h1>{say(`loss.asking.${what}Title`)}</h1>
      </div>
      <p className="lead quiet under-title">
        {say(what === 'report' ? 'loss.asking.reportWhy' : 'loss.asking.why')}
        {tail !== undefined && <span className="nb"> · {say('card.tail', { tail })}</span>}
      </p>
      <AskingScene />
    </Read>
  );
}
