/** Notes go in: the total, what was taken, what still may come, and how to stop. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Action, Bill, Notice, Ring } from '../components/parts.tsx';
import { NoteScene } from '../components/pictures.tsx';
import { Amount, Chip, Reference, Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money } from '../words.ts';
import { listed } from './choose-tender.tsx';

type Body = ViewBodyOf<'top-up-cash'>;

export function PayCash({ body }: { readonly body: Body }) {
  const { view, say, size, landscape } = useKiosk();
  const { requested, inserted, room, denominations, reference, canReturn, busy, message, wait } = body;
  const isFee = body.replaces !== undefined;
  const moving = busy ? say('cash.busy') : undefined;
  return (
    <>
      <Read className="read--picture">
        <h1 className="title">{say(inserted > 0 && inserted >= requested ? (isFee ? 'replace.cash.titleEnough' : 'cash.titleEnough') : 'cash.title')}</h1>
        <div className="figure">
          <p className="body quiet">{say('cash.inserted')}</p>
          <Amount amount={inserted} testId="inserted" />
          <p className="body quiet tn figure-sum">
            <Rich
              text={
                inserted === 0
                  ? say(isFee ? 'replace.cash.requested' : 'cash.requested', { requested: money(requested) })
                  : say(isFee ? 'replace.cash.room' : 'cash.room', { room: money(room) })
              }
            />
          </p>
        </div>
        <NoteScene side={view.site.slots.cash} />
      </Read>
      <Touch className="touch--cash">
        {message !== undefined && (
          <Notice tone="warn" icon="warn" live="alert">
            <p className="body">
              <b>{say(isFee && message === 'noteOverLimit' ? 'replace.cash.overLimit' : `cash.message.${message}.happened`)}</b>{' '}
              {say(`cash.message.${message}.money`)} {say(isFee ? feeNow(message) : `cash.message.${message}.now`)}
            </p>
          </Notice>
        )}
        <Notes notes={body.notes} shown={roomForNotes(size, landscape, message !== undefined, body.notes.length)} />
        <div className="cash-foot">
          <div>
            {canReturn ? (
              <>
                <p className="body strong">{say('cash.accepts', { denominations: listed(denominations, view.preferences.locale) })}</p>
                <p className="small">{say(isFee ? 'replace.cash.terms' : 'cash.terms')}</p>
              </>
            ) : (
              <p className="body">{say(isFee ? 'replace.cash.noReturn' : 'cash.noReturn', { amount: money(inserted) })}</p>
            )}
            {reference !== '' && (
              <p className="small cash-ref">
                {say('contact.reference')} <Reference reference={reference} />
              </p>
            )}
          </div>
          <Ring wait={wait} />
        </div>
      </Touch>
      <Actions {...(isFee ? { layout: 'one' as const } : {})}>
        {canReturn ? (
          <Action testId="cancel" act={{ type: 'cancel' }} icon="back" off={moving}>
            {say('cash.leave')}
          </Action>
        ) : (
          <Action testId="cancel" act={{ type: 'cancel' }} off={moving}>
            {say(isFee ? 'replace.cash.voucher' : 'cash.voucher')}
          </Action>
        )}
        {!isFee && (
          <Action
            testId="confirm"
            act={{ type: 'confirm' }}
            look="primary"
            {...(busy || inserted === 0 ? {} : { iconAfter: 'next' as const })}
            off={moving ?? (inserted === 0 ? say('cash.confirmEmpty') : undefined)}
          >
            {moving ?? (inserted === 0 ? say('cash.confirmEmpty') : say('cash.confirm', { amount: money(inserted) }))}
          </Action>
        )}
      </Actions>
    </>
  );
}

/** A fee is paid whole, or not at all: nothing can be loaded of what is in. */
function feeNow(message: NonNullable<Body['message']>) {
  if (message === 'noteOverLimit') return 'replace.cash.smaller';
  return message === 'acceptorDown' || message === 'boxFull' ? 'replace.cash.kept' : (`cash.message.${message}.now` as const);
}

const ROOM = { standard: 3, large: 2, xlarge: 1 } as const;

/** How many notes are drawn: a message takes the place of one, and so does the line about the earlier ones on the lower landscape screen. */
function roomForNotes(size: keyof typeof ROOM, landscape: boolean, message: boolean, notes: number): number {
  const room = ROOM[size] - (message ? (landscape ? 2 : 1) : 0);
  return Math.max(0, landscape && size !== 'xlarge' && notes > room ? room - 1 : room);
}

/** The latest notes as pictures, newest first; the earlier ones as a sum. */
function Notes({ notes, shown }: { readonly notes: Body['notes']; readonly shown: number }) {
  const { say } = useKiosk();
  if (notes.length === 0) {
    return (
      <div className="no-notes">
        <p className="lead strong">{say('cash.empty')}</p>
        <p className="body quiet">{say('cash.emptyHint')}</p>
      </div>
    );
  }
  const numbered = notes.map((note, index) => ({ ...note, index })).toReversed();
  const earlier = numbered.slice(shown);
  if (shown === 0) return null;
  return (
    <div className="notes">
      <ol className="fan" aria-label={say('cash.notes')} aria-live="polite">
        {numbered.slice(0, shown).map(({ denomination, state, index }) => (
          <li key={index} data-state={state}>
            <Bill denomination={denomination} />
            <span className="lead strong tn nb">¥ {money(denomination)}</span>
            <Chip
              tone={state === 'stacked' ? 'ok' : state === 'returning' ? 'warn' : 'plain'}
              icon={state === 'stacked' ? 'tick' : state === 'returning' ? 'moneyBack' : 'wait'}
            >
              {say(`cash.state.${state}`)}
            </Chip>
          </li>
        ))}
      </ol>
      {earlier.length > 0 && (
        <p className="body quiet earlier tn">
          {say('cash.earlier', { n: earlier.length, sum: money(earlier.reduce((sum, note) => sum + (note.state === 'stacked' ? note.denomination : 0), 0)) })}
        </p>
      )}
    </div>
  );
}
