/** What happened to a ticket or a call back, who did it, and what colleagues wrote down. */
import type { TicketDetail } from '../../console-api/tickets.ts';
import { usePreferences } from '../preferences.tsx';
import { Moment } from './text.tsx';

export function DeskHistory({ history }: { readonly history: TicketDetail['history'] }) {
  const { word } = usePreferences();
  const nameOf = useActorName();
  return (
    <ol className="desk-history">
      {history.toReversed().map((step) => (
        <li key={step.seq} data-by={step.by}>
          <p>
            <b>{word('deskEvent', step.event)}</b> <span className="quiet">{nameOf(step)}</span>
          </p>
          {step.note !== null && <p className="note">{step.note}</p>}
          <span className="small">
            <Moment at={step.at} precision="minute" />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Of an agent the name, of a person the terminal where it was. */
export function useActorName(): (step: Pick<TicketDetail['history'][number], 'by' | 'actor'>) => string {
  const { say } = usePreferences();
  return ({ by, actor }) => (by === 'agent' ? actor : say(`deskBy.${by}`, { actor }));
}
