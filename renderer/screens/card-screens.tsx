/** The card comes, is read, can't be used, or goes: the screens around a session. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Dock } from '../components/card.tsx';
import { Actions, Read, Touch, Why } from '../components/frame.tsx';
import { Action, BackAction, FinishAction, FourLines, Ring } from '../components/parts.tsx';
import { ApproachScene, ReaderScene, TakeScene } from '../components/pictures.tsx';
import { SlotSign } from '../components/slot-sign.tsx';
import { Amount } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';

export function InsertCard({ body }: { readonly body: ViewBodyOf<'insert-card'> }) {
  const { say } = useKiosk();
  return (
    <>
      <Read>
        <h1 className="title title--hero">{say('insertCard.title')}</h1>
        <p className="lead quiet under-title">{say(`insertCard.${body.service}`)}</p>
        <ApproachScene />
        <SlotSign />
      </Read>
      <Actions>
        <BackAction />
        <Why icon="info">{say('insertCard.privacy')}</Why>
      </Actions>
    </>
  );
}

export function ReadingCard() {
  const { say } = useKiosk();
  return (
    <Read>
      <div className="title title--hero" role="status">
        <h1>{say('readingCard.title')}</h1>
      </div>
      <p className="lead quiet under-title">{say('readingCard.lead')}</p>
      <ReaderScene handsOff={false} />
    </Read>
  );
}

export function CardProblem({ body }: { readonly body: ViewBodyOf<'card-problem'> }) {
  const { say } = useKiosk();
  const { problem, card, tail, service } = body;
  const unusable = problem !== 'unreadable' && problem !== 'twoCards' && problem !== 'removed';
  return (
    <>
      <Read className={problem === 'removed' ? '' : 'read--dock'}>
        <div className="title" role="alert">
          <h1>{say(`cardProblem.${problem}.title`)}</h1>
        </div>
        {card !== undefined && problem === 'expired' && <p className="lead quiet under-title tn nb">{say('card.validUntil', { date: card.validUntil })}</p>}
        {card !== undefined && (
          <div className="figure">
            <p className="body quiet">{say('card.balance')}</p>
            <Amount amount={card.balance} testId="balance" />
          </div>
        )}
        {problem === 'removed' ? (
          <ApproachScene />
        ) : (
          <Dock tail={card?.tail ?? tail ?? ''} state="cut" {...(unusable ? { note: { text: say('cardProblem.off'), tone: 'warn' as const } } : {})} />
        )}
      </Read>
      <Touch className="touch--lines">
        <div className="panel panel--four">
          <FourLines
            happened={say(`cardProblem.${problem}.happened`)}
            money={say(`cardProblem.${problem}.money`)}
            now={service === undefined ? say(`cardProblem.${problem}.now`) : say(`account.${service}.here`)}
          />
        </div>
      </Touch>
      <Actions layout={unusable && service === undefined ? 'one' : 'even'}>
        <FinishAction word={problem === 'removed' ? 'button.finish' : 'button.takeCardFinish'} />
        {!unusable && <RetryAction />}
        {service !== undefined && (
          <Action testId="start-account" act={{ type: 'service', service: 'account' }} look="primary" iconAfter="next">
            {say(`account.${service}.name`)}
          </Action>
        )}
      </Actions>
    </>
  );
}

export function TakeCard({ body }: { readonly body: ViewBodyOf<'take-card'> }) {
  const { say } = useKiosk();
  return (
    <Read>
      <div className="title title--hero" role="alert">
        <h1>{say('takeCard.title')}</h1>
      </div>
      <p className="lead quiet under-title">
        {say('takeCard.lead')}
        {body.tail !== undefined && body.tail !== '' && <span className="nb"> · {say('card.tail', { tail: body.tail })}</span>}
      </p>
      <TakeScene />
      <SlotSign />
      <Ring wait={body.wait} large />
    </Read>
  );
}

export function Goodbye() {
  const { say } = useKiosk();
  return (
    <>
      <Read>
        <div className="title title--hero" role="status">
          <h1>{say('goodbye.title')}</h1>
        </div>
        <p className="lead quiet under-title">{say('goodbye.lead')}</p>
        <TakeScene taken />
      </Read>
      <Actions layout="one">
        <Action testId="next-person" act={{ type: 'start' }} look="plain" iconAfter="next">
          {say('goodbye.next')}
        </Action>
      </Actions>
    </>
  );
}

export function RetryAction() {
  const { say } = useKiosk();
  return (
    <Action testId="retry" act={{ type: 'retry' }} look="primary" iconAfter="next">
      {say('button.retry')}
    </Action>
  );
}
