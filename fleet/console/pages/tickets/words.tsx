/** Small pieces of a ticket that its list, its page and other pages show alike: the promise's clock, its state, what the person is told. */
import type { TicketDetail, TicketRowAnswer } from '../../../console-api/tickets.ts';
import { Status, type Tone } from '../../components/text.tsx';
import { formatDuration, formatMoment } from '../../format.ts';
import { usePreferences } from '../../preferences.tsx';
import { useNow, useOffset } from '../../time.tsx';
import type { WordKey } from '../../words.ts';
import { readPromise } from './promise.ts';

/** `calm`: among many, so that only what presses has a color. */
export function PromiseStatus({ ticket, calm = false }: { readonly ticket: TicketRowAnswer; readonly calm?: boolean }) {
  const { say, locale } = usePreferences();
  const { word, tone, ms } = readPromise(ticket, useNow());
  return (
    <Status tone={calm && tone === 'info' ? 'off' : tone} icon={word === 'left' ? 'wait' : undefined}>
      {say(`promise.${word}`, { time: formatDuration(Math.max(ms, 0), locale) })}
    </Status>
  );
}

/** What presses is the promise; the state only says where a ticket is. */
const STATE_TONES: Record<TicketRowAnswer['state'], Tone> = {
  open: 'off',
  reopened: 'off',
  assigned: 'info',
  waitingForPerson: 'off',
  resolved: 'ok',
  closed: 'off',
};

export function TicketStatus({ state }: Pick<TicketRowAnswer, 'state'>) {
  const { say } = usePreferences();
  return <Status tone={STATE_TONES[state]}>{say(`ticketState.${state}`)}</Status>;
}

export function TicketTags({ ticket: { urgent, level, nudgedAt, state } }: { readonly ticket: TicketRowAnswer }) {
  const { say } = usePreferences();
  const over = state === 'resolved' || state === 'closed';
  const tags = [
    ...(urgent && !over ? [{ word: say('tickets.urgent'), danger: false }] : []),
    ...(level > 0 ? [{ word: say('tickets.level', { n: level }), danger: !over }] : []),
    ...(nudgedAt !== null && !over ? [{ word: say('tickets.nudged'), danger: false }] : []),
  ];
  if (tags.length === 0) return null;
  return (
    <span className="tags">
      {tags.map(({ word, danger }) => (
        <span key={word} className={`tag ${danger ? 'tag--danger' : ''}`}>
          {word}
        </span>
      ))}
    </span>
  );
}

/** What the person reads at a terminal about the ticket as it stands. */
export function useTold(): (detail: Pick<TicketDetail, 'ticket' | 'resolution' | 'asks'>) => string {
  const { say } = usePreferences();
  const offset = useOffset();
  const now = useNow();
  return ({ ticket, resolution, asks }) => {
    const { state, dueAt } = ticket;
    const said = resolution === null ? '' : say(`told.resolution.${resolution}`);
    if (state === 'resolved') return said;
    if (state === 'closed') return say('told.closed', { said }).trim();
    if (state === 'waitingForPerson') return asks === null ? '' : say(`told.asks.${asks}` satisfies WordKey);
    const late = readPromise(ticket, now).word === 'over' || dueAt === null;
    const due = late ? say('told.late') : say('told.due', { at: formatMoment(dueAt, offset, 'minute') });
    return say(`told.${state}`, { due });
  };
}
