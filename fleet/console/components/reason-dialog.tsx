/** An act that is kept for ever with its reason: says what it does, asks why, and where it can't be taken back, for a name typed again. */
import { useState } from 'react';
import type { CallFailure } from '../api/client.ts';
import { useSay } from '../preferences.tsx';
import { Dialog } from './dialog.tsx';
import { Form, FormButtons, TextArea, TextField } from './form.tsx';

/** What the server takes as a reason. */
const SHORTEST = 5;
const LONGEST = 400;

export interface ReasonDialogProps {
  readonly title: string;
  readonly lead: string;
  /** Word on the button that does it. */
  readonly go: string;
  readonly dangerous?: boolean;
  /** What must be typed exactly before. */
  readonly confirm?: string;
  readonly busy: boolean;
  readonly failure: CallFailure | null;
  readonly onGo: (reason: string) => void;
  readonly onClose: () => void;
}

export function ReasonDialog({ title, lead, go, dangerous = false, confirm, busy, failure, onGo, onClose }: ReasonDialogProps) {
  const say = useSay();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState(false);
  const short = reason.trim().length < SHORTEST;
  const other = confirm !== undefined && typed.trim() !== confirm;
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="body">
        <p>{lead}</p>
        <Form
          busy={busy}
          failure={failure}
          submit={() => {
            setAsked(true);
            if (!short && !other) onGo(reason.trim());
          }}
        >
          {confirm !== undefined && (
            <TextField
              label={say('reason.confirm', { what: confirm })}
              wrong={asked && other ? say('reason.confirmOther') : undefined}
              value={typed}
              onValue={setTyped}
              className="mono"
              autoComplete="off"
              spellCheck={false}
              first
            />
          )}
          <TextArea
            label={say('reason.why')}
            hint={say('reason.kept')}
            wrong={asked && short ? say('reason.short', { n: SHORTEST }) : undefined}
            value={reason}
            onValue={setReason}
            maxLength={LONGEST}
          />
          <FormButtons go={go} dangerous={dangerous} onCancel={onClose} />
        </Form>
      </div>
    </Dialog>
  );
}
