/** Waiting for a person: what works now, where the card goes, how to begin. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Action, Notice } from '../components/parts.tsx';
import { ApproachScene } from '../components/pictures.tsx';
import { SERVICE_TEST_IDS, ServicePicture } from '../components/service.tsx';
import { SlotSign } from '../components/slot-sign.tsx';
import { Chip, Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { LANGUAGES } from '../overlays/language.tsx';

export function Attract({ body }: { readonly body: ViewBodyOf<'attract'> }) {
  const { say, landscape } = useKiosk();
  const notice = body.notice ?? (body.receipts === 'available' ? undefined : say(`paper.${body.receipts}`));
  return (
    <>
      <Read>
        <h1 className="title title--hero">{say('attract.title')}</h1>
        <ApproachScene />
        <SlotSign />
        {landscape && <Hotline />}
      </Read>
      <Touch className="touch--attract">
        <h2 className="touch-head">{say('service.now')}</h2>
        <Board services={body.services} />
        {notice !== undefined && (
          <Notice tone="info" icon="info">
            <p className="body">{notice}</p>
          </Notice>
        )}
        {body.replacement === true && (
          <Button testId="replace-card" act={{ type: 'replace-card' }} className="btn btn--small">
            <Icon name="card" />
            <span>{say('button.replaceCard')}</span>
          </Button>
        )}
        {!landscape && <Languages />}
        {!landscape && <Hotline />}
      </Touch>
      <Actions>
        <Action testId="lost-card" act={{ type: 'report-loss' }} look="danger" icon="lost">
          {say('button.lostCard')}
        </Action>
        <Action testId="start" act={{ type: 'start' }} look="primary" iconAfter="next">
          {say('button.start')}
        </Action>
      </Actions>
    </>
  );
}

/** Each language in its own name, one touch away where there is room; the utility bar has them always. */
function Languages() {
  const { view } = useKiosk();
  return (
    <div className="languages">
      {LANGUAGES.map(([locale, name]) => (
        <Button
          key={locale}
          testId={`language-${locale}`}
          act={{ type: 'prefer', preferences: { locale } }}
          className="btn btn--small"
          chosen={view.preferences.locale === locale}
          lang={locale}
        >
          {name}
        </Button>
      ))}
    </div>
  );
}

function Hotline() {
  const { view, say } = useKiosk();
  const { hotline, hotlineHours } = view.site;
  return (
    <p className="hotline">
      <Icon name="call" size="s" />
      <span>
        <Rich text={say('contact.hotline', { hotline, hours: hotlineHours })} />
      </span>
    </p>
  );
}

/** What works now, like a departure board; each row leads straight into its service. */
function Board({ services }: { readonly services: ViewBodyOf<'attract'>['services'] }) {
  const { say } = useKiosk();
  return (
    <div className={`board ${services.length > 2 ? 'board--3' : ''}`}>
      {services.map(({ name, available, reason }) => {
        const off = available ? undefined : say('service.paused', { reason: say(`reason.${reason ?? 'switchedOff'}`) });
        return (
          <Button
            key={name}
            testId={SERVICE_TEST_IDS[name]}
            act={{ type: 'service', service: name }}
            className={`tile tile--service ${available ? '' : 'tile--off'}`}
            off={off}
            offShown
          >
            <ServicePicture name={name} />
            <span className="tile-text">
              <span className="name">{say(`service.${name}.name`)}</span>
              {off === undefined ? (
                <Chip tone="ok" icon="tick">
                  {say('service.available')}
                </Chip>
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
  );
}
