/** Whom one can reach, and whether somebody is there now: one directory of all channels, with the code of the chosen one. */
import type { Preferences, ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Read, Touch } from '../components/frame.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { QrCode } from '../components/parts.tsx';
import { Chip, Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import type { Say } from '../words.ts';
import { PagedActions } from './support.tsx';

type Body = ViewBodyOf<'help-contacts'>;
type Channel = Body['channels'][number];

const ICONS: Readonly<Record<Channel['kind'], IconName>> = { hotline: 'call', app: 'phone', wechat: 'chat', web: 'web', email: 'mail', servicePoint: 'place' };

export function HelpContacts({ body }: { readonly body: Body }) {
  const { say } = useKiosk();
  const { channels, chosen, chat } = body;
  const shown = channels.find(({ id }) => id === chosen);
  return (
    <>
      <Read className="read--contacts">
        <h1 className="title">{say('support.contactsTitle')}</h1>
        <p className="body quiet contacts-lead">{say('support.contactsLead')}</p>
        {shown !== undefined && <Shown channel={shown} />}
      </Read>
      <Touch className="touch--asks touch--contacts">
        {chat === true && (
          <Button testId="desk-chat" act={{ type: 'desk', purpose: 'chat' }} className="choice ask">
            <span className="ask-icon ask-icon--filled">
              <Icon name="chat" />
            </span>
            <span className="ask-text">{say('chat.begin')}</span>
            <Icon name="chevron" size="s" />
          </Button>
        )}
        {channels.map((channel) => (
          <Button
            key={channel.id}
            testId={`channel-${channel.id}`}
            act={{ type: 'channel', id: channel.id }}
            className="choice ask channel"
            chosen={channel.id === chosen}
          >
            <span className="ask-icon ask-icon--filled">
              <Icon name={ICONS[channel.kind]} />
            </span>
            <span className="ask-text">
              <span className="channel-name">{channel.name}</span>
              <Hours channel={channel} />
            </span>
            <span className="channel-for small">{channel.purposes.map((purpose) => say(`support.purpose.${purpose}`)).join(' · ')}</span>
          </Button>
        ))}
      </Touch>
      <PagedActions page={body} person={false} />
    </>
  );
}

/** Large enough to be dialled, found or scanned. */
function Shown({ channel: { kind, name, contact, qr, price } }: { readonly channel: Channel }) {
  const { view, say } = useKiosk();
  return (
    <div className={`panel shown ${qr === undefined ? 'shown--plain' : ''}`} data-testid="channel-shown" role="status">
      <div className="shown-text">
        <p className="body quiet">{kind === 'servicePoint' ? name : say(`support.kind.${kind}`)}</p>
        <p className={`shown-contact tn ${contact.length > 14 ? 'shown-contact--long' : ''}`}>
          <bdi>{contact}</bdi>
        </p>
        <p className="body shown-more">
          {price !== undefined && <span className="nb">{say(`support.price.${price}`)}</span>}
          {kind === 'hotline' && (
            <span>
              <Rich text={say('support.machine', { terminal: view.site.terminal })} />
            </span>
          )}
          {qr !== undefined && kind !== 'hotline' && <span>{say('support.scan')}</span>}
        </p>
      </div>
      {qr !== undefined && <QrCode text={qr} className="qr--slip" />}
    </div>
  );
}

function Hours({ channel: { opening, hours } }: { readonly channel: Channel }) {
  const { view, say } = useKiosk();
  if (opening === undefined) return hours === undefined ? null : <span className="small">{hours}</span>;
  const open = opening.state === 'open';
  return (
    <Chip tone={open ? 'ok' : 'warn'} icon={open ? 'tick' : 'wait'}>
      {openingWords(opening, say, view.preferences.locale)}
    </Chip>
  );
}

function openingWords(opening: NonNullable<Channel['opening']>, say: Say, locale: Preferences['locale']): string {
  if (opening.state === 'open') return opening.until === undefined ? say('support.opening.always') : say('support.opening.until', { time: opening.until });
  if (opening.opens === undefined) return say('support.opening.closed');
  const { days, date, time } = opening.opens;
  if (days === 0) return say('support.opening.today', { time });
  if (days === 1) return say('support.opening.tomorrow', { time });
  return say('support.opening.date', { date: dayIn(locale, date), time });
}

/** `2026-12-03` → 12月3日, 3 Dec. */
function dayIn(locale: Preferences['locale'], date: string): string {
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, { day: 'numeric', month: locale === 'en' ? 'short' : 'long', timeZone: 'UTC' }).format(
    Date.parse(date),
  );
}
