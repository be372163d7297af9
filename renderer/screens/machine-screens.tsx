/** The machine isn't ready, or not in service: why, for whom to call, and first the number of a person's unfinished top-up. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Actions, Read, Touch, Why } from '../components/frame.tsx';
import { FourLines } from '../components/parts.tsx';
import { PauseScene } from '../components/pictures.tsx';
import { Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';

export function Starting() {
  const { say } = useKiosk();
  return (
    <Read>
      <div className="title title--hero" role="status">
        <h1>{say('starting.title')}</h1>
      </div>
      <p className="lead under-title">{say('starting.lead')}</p>
      <PauseScene cut={false} />
    </Read>
  );
}

export function OutOfService({ body }: { readonly body: ViewBodyOf<'out-of-service'> }) {
  const { view, say } = useKiosk();
  const { reason, closed, reference } = body;
  const { hotline, terminal } = view.site;
  return (
    <>
      <Read>
        <div className="title title--hero" role="alert">
          <h1>{say('outOfService.title')}</h1>
        </div>
        <p className="lead under-title">
          {reference === undefined ? (
            say(closed === undefined ? `outOfService.${reason}.happened` : `outOfService.closedFor.${closed}`)
          ) : (
            <b>{say('outOfService.unfinished')}</b>
          )}
        </p>
        <PauseScene cut />
      </Read>
      <Touch className="touch--lines">
        <div className={`panel panel--four ${reference === undefined ? '' : 'panel--warn'}`}>
          <FourLines
            money={reference === undefined ? say(`outOfService.${reason}.money`) : say('outOfService.moneyOpen')}
            now={reference === undefined ? say(`outOfService.${reason}.now`) : say('outOfService.nowOpen')}
            reference={reference}
            phoneShown
          />
        </div>
      </Touch>
      <Actions layout="one">
        <Why icon="call" center>
          <span className="lead">
            <Rich text={say('contact.both', { hotline, terminal })} />
          </span>
        </Why>
      </Actions>
    </>
  );
}
