/** 卡片诊断: what was looked at and how it is, the verdict in four lines, and what puts it right one touch away. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { Action, FinishAction, FourLines } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money } from '../words.ts';
import { RetryAction } from './card-screens.tsx';
import { diagnosisWords } from './diagnosis-words.ts';

type Body = ViewBodyOf<'diagnosis'>;
type Check = Body['checks']['card'];

const MARKS: Readonly<Record<Check, IconName>> = { ok: 'tick', bad: 'warn', unknown: 'wait' };

export function DiagnosisScreen({ body }: { readonly body: Body }) {
  const { say } = useKiosk();
  const { verdict, tail, balance = 0, amount = 0, reference, service } = body;
  const words = diagnosisWords(verdict, say, { balance: money(balance), amount: money(amount), reference: reference ?? '' });
  return (
    <>
      <Read className="read--help">
        <div className="title" role="status">
          <h1>{words.title}</h1>
        </div>
        {tail !== undefined && <p className="lead quiet under-title tn">{say('card.tail', { tail })}</p>}
        <ul className="checks">
          {(['card', 'machine', 'issuer'] as const).map((what) => (
            <li key={what} className={`check check--${body.checks[what]}`}>
              <Icon name={MARKS[body.checks[what]]} />
              <span className="body strong">{say(`diagnosis.${what}`)}</span>
              <span className="small">{say(`diagnosis.${body.checks[what]}`)}</span>
            </li>
          ))}
        </ul>
      </Read>
      <Touch className="touch--lines">
        <div className="panel panel--four">
          <FourLines happened={words.happened} money={words.money} now={service === undefined ? words.now : say(`account.${service}.here`)} />
        </div>
      </Touch>
      <Actions layout="even">
        <FinishAction word={tail === undefined ? 'button.finish' : 'button.takeCardFinish'} />
        <FixAction body={body} />
      </Actions>
    </>
  );
}

function FixAction({ body: { fix, service } }: { readonly body: Body }) {
  const { say } = useKiosk();
  if (fix === 'retry') return <RetryAction />;
  if (fix === 'ticket') {
    return (
      <Action testId="fix-ticket" act={{ type: 'desk', purpose: 'ticket' }} look="primary" icon="ticket">
        {say('diagnosis.ticket')}
      </Action>
    );
  }
  return (
    <Action testId={`fix-${fix}`} act={{ type: 'service', service: fix }} look="primary" iconAfter="next">
      {service === undefined ? say(`service.${fix}.name`) : say(`account.${service}.name`)}
    </Action>
  );
}
