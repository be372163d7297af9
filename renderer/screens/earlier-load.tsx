/** What became of a top-up that another machine left open: said before anything else is done with the card. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Dock } from '../components/card.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { FinishAction, FourLines, Ring } from '../components/parts.tsx';
import { Amount } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money } from '../words.ts';

export function EarlierLoad({ body }: { readonly body: ViewBodyOf<'earlier-load'> }) {
  const { say, size } = useKiosk();
  const { verdict, tail, amount, balance, reference, wait } = body;
  const credited = verdict === 'credited';
  return (
    <>
      <Read className={size === 'standard' ? 'read--dock' : ''}>
        <div className="title" role={credited ? 'status' : 'alert'}>
          <h1>{say(`earlier.title.${verdict}`)}</h1>
        </div>
        <div className="figure">
          {size === 'standard' && <p className="body quiet">{say(`earlier.where.${verdict}`)}</p>}
          <Amount amount={amount} testId="earlier-amount" />
          {balance !== undefined && <p className="body tn quiet">{say('earlier.balance', { amount: money(balance) })}</p>}
        </div>
        {size === 'standard' && <Dock tail={tail} state={credited ? 'on' : 'cut'} />}
        {wait !== undefined && <Ring wait={wait} />}
      </Read>
      <Touch className="touch--lines touch--settled">
        <div className={`panel panel--four ${credited ? '' : 'panel--warn'}`}>
          <FourLines
            happened={say(`earlier.happened.${verdict}`)}
            money={say(`earlier.money.${verdict}`, { amount: money(amount) })}
            now={say(`earlier.now.${verdict}`)}
            reference={reference}
          />
        </div>
      </Touch>
      <Actions layout="one">
        <FinishAction />
      </Actions>
    </>
  );
}
