/** Calls back as lines: of a slot of the day, or of a ticket. Pressing one opens it. */
import { useState } from 'react';
import type { CallbackRowAnswer } from '../../../console-api/tickets.ts';
import { Code, Moment } from '../../components/text.tsx';
import { usePreferences } from '../../preferences.tsx';
import { CallbackDialog } from './callback-dialog.tsx';
import { CallbackStatus } from './status.tsx';

/** `withTime`: not of one slot, so each says when. */
export function CallbackLines({ callbacks, withTime = true }: { readonly callbacks: readonly CallbackRowAnswer[]; readonly withTime?: boolean }) {
  const { say } = usePreferences();
  const [opened, setOpened] = useState<string>();
  return (
    <>
      <ul className="callback-lines">
        {callbacks.map((row) => (
          <li key={row.callbackId} data-state={row.state}>
            <button type="button" className="callback-line" onClick={() => setOpened(row.callbackId)}>
              <span className="head">
                <Code>{row.number}</Code>
                <CallbackStatus state={row.state} />
              </span>
              <span className="small">
                {withTime && (
                  <>
                    <Moment at={row.start} precision="minute" />{' '}
                  </>
                )}
                {say(`ticketKind.${row.about}`)}
                {row.contactMasked !== null && (
                  <>
                    {' '}
                    <Code>{row.contactMasked}</Code>
                  </>
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {opened !== undefined && <CallbackDialog callbackId={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}
