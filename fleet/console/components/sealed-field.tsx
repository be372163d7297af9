/** What is sealed of a ticket or a call back: masked, and whole for whoever may, after a reason that stays on record. It is put away with the page. */
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { AskedOf } from '../api/client.ts';
import { useAct } from '../api/queries.ts';
import { useSay } from '../preferences.tsx';
import { useMay } from '../session.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

export type SealedSubject = Pick<AskedOf<'openContact'>['body'], 'subject' | 'id' | 'field'>;

/** `children`: masked, as everybody of the desk sees it. */
export function SealedField({ of, children }: { readonly of: SealedSubject; readonly children: ReactNode }) {
  const say = useSay();
  const mayOpen = useMay('tickets.evidence');
  const [asking, setAsking] = useState(false);
  const open = useAct('openContact');
  const opened = open.data !== undefined;
  const hide = useRef<HTMLButtonElement>(null);
  // where the button to open it was
  useEffect(() => {
    if (opened) hide.current?.focus();
  }, [opened]);
  const title = say(of.field === 'card' ? 'ticket.openCard' : 'ticket.openContact');
  return (
    <>
      {open.data === undefined ? (
        <span className="sealed-field">
          {children}
          {mayOpen && (
            <button type="button" className="btn" aria-label={title} onClick={() => setAsking(true)}>
              {say('ticket.open')}
            </button>
          )}
        </span>
      ) : (
        <span className="sealed-field" data-open="">
          {of.field === 'contact' ? (
            <a href={`tel:${open.data.text}`} className="mono">
              {open.data.text}
            </a>
          ) : (
            <bdi className="mono break">{open.data.text}</bdi>
          )}
          <button ref={hide} type="button" className="btn" onClick={() => open.reset()}>
            {say('ticket.hide')}
          </button>
        </span>
      )}
      {asking && (
        <ReasonDialog
          title={title}
          lead={say('ticket.openLead')}
          go={say('ticket.openGo')}
          busy={open.isPending}
          failure={open.error}
          onClose={() => setAsking(false)}
          onGo={(reason) => open.mutate({ body: { ...of, reason } }, { onSuccess: () => setAsking(false) })}
        />
      )}
    </>
  );
}
