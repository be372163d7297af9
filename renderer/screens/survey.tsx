/** 满意度: how it went by one touch, what was wrong by a second one, thanks. Passed over by whoever has somewhere to be. */
import type { JSX } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Action, Ring } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { surveyTitle } from './desk-words.ts';

type Body = ViewBodyOf<'survey'>;
const RATINGS = ['good', 'fair', 'bad'] as const;

export function Survey({ body }: { readonly body: Body }) {
  const { say } = useKiosk();
  const { asks, reasons = [], wait } = body;
  if (asks === 'thanks') {
    return (
      <Read>
        <div className="title title--hero" role="status">
          <h1>{say('survey.thanksTitle')}</h1>
        </div>
        <p className="lead quiet under-title">{say('survey.thanksLead')}</p>
      </Read>
    );
  }
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say(surveyTitle(asks))}</h1>
        <p className="lead quiet under-title">{say(asks === 'rating' ? 'survey.lead' : 'survey.reasonLead')}</p>
        {wait !== undefined && <Ring wait={wait} />}
      </Read>
      <Touch className="touch--groups">
        {asks === 'rating' ? (
          <div className="tiles survey-tiles" role="group" aria-label={say('survey.title')}>
            {RATINGS.map((rating) => (
              <Button key={rating} testId={`rate-${rating}`} act={{ type: 'rate', rating }} className="tile survey-tile">
                <Face rating={rating} />
                <span className="name">{say(`survey.rating.${rating}`)}</span>
              </Button>
            ))}
          </div>
        ) : (
          <div className="tiles tiles--2 survey-reasons">
            {reasons.map((reason) => (
              <Button key={reason} testId={`reason-${reason}`} act={{ type: 'reason', reason }} className="tile help-group">
                <span className="name">{say(`survey.reason.${reason}`)}</span>
              </Button>
            ))}
          </div>
        )}
      </Touch>
      <Actions layout="one">
        <Action testId="skip" act={{ type: 'skip' }} iconAfter="next">
          {say('survey.skip')}
        </Action>
      </Actions>
    </>
  );
}

const MOUTHS: Readonly<Record<(typeof RATINGS)[number], JSX.Element>> = {
  good: <path d="M15 29c3 6 15 6 18 0" />,
  fair: <path d="M15 31h18" />,
  bad: <path d="M15 33c3-6 15-6 18 0" />,
};

/** A face beside its word. */
function Face({ rating }: { readonly rating: (typeof RATINGS)[number] }) {
  return (
    <svg className="survey-face" viewBox="0 0 48 48" fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round" aria-hidden="true">
      <circle cx="24" cy="24" r="20" />
      <path d="M17 18v3M31 18v3" />
      {MOUTHS[rating]}
    </svg>
  );
}
