/** What a ticket and a call back end with: whether it is at the desk or still here, its number, the slip, and how it is followed. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Actions, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { FinishAction, Notice } from '../components/parts.tsx';
import { Reference } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { canPrint, paperText, PrintTold } from './told-slip.tsx';

type Body = ViewBodyOf<'ticket-told' | 'callback-told'>;

/** @param otherwise it is at the desk, and not as it was wished */
export function DeskToldTitle({ state, title, otherwise = false }: { readonly state: Body['state']; readonly title: string; readonly otherwise?: boolean }) {
  return (
    <div className={`title told-title ${state === 'kept' || otherwise ? 'told-title--queued' : ''}`} role="status">
      <span className="told-sign">
        <Icon name={state === 'kept' ? 'wait' : 'tick'} />
      </span>
      <h1>{title}</h1>
    </div>
  );
}

/** @param how the words that say how it is followed */
export function DeskToldNumber({ body, how }: { readonly body: Body; readonly how: string }) {
  const { say } = useKiosk();
  const paper = paperText(body, say);
  return (
    <>
      <Touch className="touch--loss">
        <div className="panel ref-panel">
          <p className="small">{say('ticket.number')}</p>
          <p className="title">
            <Reference reference={body.number} />
          </p>
        </div>
        {paper !== undefined && (
          <Notice tone="info" icon="printer" live="status">
            <p className="body">{paper}</p>
          </Notice>
        )}
        <Notice tone="info" icon="search">
          <p className="body">{how}</p>
        </Notice>
      </Touch>
      <Actions layout="even">
        <PrintTold body={body} word="ticket.print" />
        <FinishAction word="button.finish" look={body.receipt === 'choice' && canPrint(body) ? 'plain' : 'primary'} />
      </Actions>
    </>
  );
}
