/** Calls back as lines: of a slot of the day, or of a ticket. Pressing one opens it where the page shows it: a call may move to another slot meanwhile. */
import type { CallbackRowAnswer } from '../../../console-api/tickets.ts';
import { Code, Moment } from '../../components/text.tsx';
import { useSay } from '../../preferences.tsx';
import { CallbackStatus } from './status.tsx';

export interface CallbackLinesProps {
  readonly callbacks: readonly CallbackRowAnswer[];
  readonly onOpen: (callbackId: string) => void;
  /** Not of one slot, so each says when. */
  readonly withTime?: boolean;
}

export function CallbackLines({ callbacks, onOpen, withTime = false }: CallbackLinesProps) {
  const say = useSay();
  return (
    <ul className="callback-lines">
      {callbacks.map((row) => (
        <li key={row.callbackId} data-state={row.state}>
          <button type="button" className="callback-line" onClick={() => onOpen(row.callbackId)}>
            <span className="head">
              <Code>{row.number}</Code>
              <CallbackStatus state={row.state} />
            </span>
            <span className="small about">
              {withTime && <Moment at={row.start} precision="minute" />}
              <span>{say(`ticketKind.${row.about}`)}</span>
              {row.contactMasked !== null && <Code>{row.contactMasked}</Code>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
