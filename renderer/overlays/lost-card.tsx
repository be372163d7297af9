/** A lost card can't wait: how to report it by telephone, now and without a card. */
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { CloseAction } from './close.tsx';

export function LostCardPage() {
  const { view, say } = useKiosk();
  const { hotline, hotlineHours } = view.site;
  return (
    <>
      <Read className="read--lost">
        <h1 className="title">{say('lostCard.title')}</h1>
        <p className="lead quiet under-title">{say('lostCard.lead')}</p>
        <div className="figure">
          <p className="body quiet">
            {say('lostCard.call')} · {hotlineHours}
          </p>
          <p className="big-number tn">
            <Icon name="call" size="l" />
            <bdi>{hotline}</bdi>
          </p>
        </div>
      </Read>
      <Touch className="touch--lost">
        <ol className="panel lost-steps">
          {(['lostCard.step1', 'lostCard.step2', 'lostCard.step3'] as const).map((step, index) => (
            <li key={step}>
              <span className="lost-number" aria-hidden="true">
                {index + 1}
              </span>
              <span>
                <Rich text={say(step, { hotline })} />
              </span>
            </li>
          ))}
        </ol>
        <dl className="four panel lost-notes">
          <div className="four-line">
            <dt>
              <Icon name="lock" />
              <span className="vh">{say('four.money')}</span>
            </dt>
            <dd className="money">{say('lostCard.money')}</dd>
          </div>
          <div className="four-line">
            <dt>
              <Icon name="card" />
              <span className="vh">{say('four.now')}</span>
            </dt>
            <dd>{say('lostCard.found')}</dd>
          </div>
        </dl>
      </Touch>
      <Actions layout="one">
        <CloseAction word="button.back" />
      </Actions>
    </>
  );
}
