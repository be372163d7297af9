/** What a card in the machine can be used for, with its balance at once. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { CardNotices, NoticeText } from '../components/card-notices.tsx';
import { Dock } from '../components/card.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Action, FinishAction } from '../components/parts.tsx';
import { SERVICE_TEST_IDS, ServicePicture } from '../components/service.tsx';
import { Amount, Chip } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';

export function Menu({ body }: { readonly body: ViewBodyOf<'menu'> }) {
  const { say, landscape, size } = useKiosk();
  const { card, services, notices = [] } = body;
  const waits = notices.find(({ kind }) => kind === 'pendingLoad');
  const others = notices.filter((notice) => notice !== waits || !services.some(({ name }) => name === 'pendingLoad'));
  const said = others.length > 0 && <CardNotices notices={others} />;
  const recommended = services.find(({ available }) => available)?.name;
  return (
    <>
      <Read className="read--dock">
        {!(landscape && others.length > 0) && <p className="lead quiet greeting">{say('menu.greeting')}</p>}
        <h1 className="title">{say('menu.title')}</h1>
        <div className="figure">
          <p className="body quiet">{say('card.balance')}</p>
          <Amount amount={card.balance} testId="balance" />
        </div>
        {/* words come before pictures */}
        {!(landscape && others.length > 0 && size !== 'standard') && <Dock tail={card.tail} note={{ text: say('menu.cardHere'), tone: 'quiet' }} />}
        {landscape && said}
      </Read>
      <Touch className="touch--menu">
        <div className="tiles tiles--rows">
          {services.map(({ name, available, reason }) => {
            const off = available ? undefined : say('service.paused', { reason: say(`reason.${reason ?? 'switchedOff'}`) });
            const look = !available ? 'tile--off' : name === recommended ? 'tile--primary' : '';
            return (
              <Button
                key={name}
                testId={SERVICE_TEST_IDS[name]}
                act={{ type: 'service', service: name }}
                className={`tile tile--service ${look}`}
                primary={available && name === recommended}
                off={off}
                offShown
              >
                <ServicePicture name={name} />
                <span className="tile-text">
                  <span className="name">{say(`service.${name}.name`)}</span>
                  {off === undefined ? (
                    <span className="sub">{name === 'pendingLoad' && waits !== undefined ? <NoticeText notice={waits} /> : say(`service.${name}.sub`)}</span>
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
        {notices.length === 0
          ? !(landscape && services.length > 2) && <CardFacts validUntil={card.validUntil} fee={services.length < 3} />
          : !landscape && said}
      </Touch>
      <Actions>
        <FinishAction word="button.finish" />
        <Action testId="support" act={{ type: 'support' }} icon="headset">
          {say('button.support')}
        </Action>
      </Actions>
    </>
  );
}

/** Nothing needs the person's eye. @param fee there is room to say what the amounts say once more */
function CardFacts({ validUntil, fee }: { readonly validUntil: string; readonly fee: boolean }) {
  const { say } = useKiosk();
  return (
    <ul className="panel card-facts">
      <li>
        <Chip tone="ok" icon="tick">
          {say('card.ok')}
        </Chip>
      </li>
      <li className="tn">{say('card.validUntil', { date: validUntil })}</li>
      {fee && <li>{say('menu.fee')}</li>}
    </ul>
  );
}
