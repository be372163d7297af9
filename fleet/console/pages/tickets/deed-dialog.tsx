/** One step of a ticket: says what it does, asks for what it needs, and shows what the person will read before it is done. */
import { useState } from 'react';
import { requests, resolutions, type DeskRequest, type Resolution } from '../../../../common/upstream-api/support.ts';
import type { TicketAction, TicketDetail } from '../../../console-api/tickets.ts';
import { useAct, useAnswer } from '../../api/queries.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Form, FormButtons, SelectField, TextArea } from '../../components/form.tsx';
import { usePreferences, useSay } from '../../preferences.tsx';
import { wantsReason, type Deed } from './deeds.ts';

/** As the server takes a note; a reason shorter than this says nothing. */
const NOTE_LENGTH = 2000;
const SHORTEST = 5;

export type AskedDeed = Exclude<Deed, 'assign' | 'release'>;

/** @param detail as it was read when the agent decided: the server refuses the step when somebody else was faster */
export function DeedDialog({ deed, detail, onClose }: { readonly deed: AskedDeed; readonly detail: TicketDetail; readonly onClose: () => void }) {
  const say = useSay();
  const act = useAct('actOnTicket');
  const [choice, setChoice] = useState<Choice>({ resolution: '', what: '', queue: '' });
  const [note, setNote] = useState('');
  const [asked, setAsked] = useState(false);
  const reason = wantsReason(deed);
  const short = reason && note.trim().length < SHORTEST;
  const action = actionOf(deed, choice, note.trim());
  return (
    <Dialog title={say(`ticket.do.${deed}`)} onClose={onClose}>
      <div className="body">
        <p>{say(`ticket.doLead.${deed}`)}</p>
        <Form
          busy={act.isPending}
          failure={act.error}
          submit={() => {
            setAsked(true);
            if (action === undefined || short) return;
            act.mutate({ params: { ticketId: detail.ticket.ticketId }, body: { seen: detail.lastSeq, action } }, { onSuccess: onClose });
          }}
        >
          <ChoiceFields deed={deed} choice={choice} onChoice={setChoice} own={detail.ticket.queue} />
          {asked && action === undefined && !short && <p className="wrong">{say('ticket.missing')}</p>}
          <TextArea
            label={say(deed === 'note' ? 'ticket.note' : reason ? 'reason.why' : 'ticket.noteLater')}
            hint={say('ticket.noteHint')}
            wrong={asked && short ? say('reason.short', { n: SHORTEST }) : undefined}
            value={note}
            onValue={setNote}
            maxLength={NOTE_LENGTH}
          />
          <FormButtons go={say(`ticket.do.${deed}`)} onCancel={onClose} />
        </Form>
      </div>
    </Dialog>
  );
}

interface Choice {
  readonly resolution: Resolution | '';
  readonly what: DeskRequest | '';
  readonly queue: string;
}

/** @returns undefined while something is not chosen */
function actionOf(deed: AskedDeed, { resolution, what, queue }: Choice, text: string): TicketAction | undefined {
  const note = text === '' ? {} : { note: text };
  switch (deed) {
    case 'resolve':
      return resolution === '' ? undefined : { do: deed, resolution, ...note };
    case 'ask':
      return what === '' ? undefined : { do: deed, what, ...note };
    case 'move':
      return queue === '' ? undefined : { do: deed, queue, ...note };
    case 'note':
      return text === '' ? undefined : { do: deed, note: text };
    case 'close':
    case 'reopen':
    case 'escalate':
    case 'resume':
      return { do: deed, ...note };
  }
}

function ChoiceFields({
  deed,
  choice,
  onChoice,
  own,
}: {
  readonly deed: AskedDeed;
  readonly choice: Choice;
  readonly onChoice: (choice: Choice) => void;
  /** The queue that it is in. */
  readonly own: string;
}) {
  const { say } = usePreferences();
  const none = { value: '' as const, word: say('ticket.choose') };
  if (deed === 'resolve') {
    return (
      <>
        <SelectField
          label={say('ticket.resolution')}
          value={choice.resolution}
          choices={[none, ...resolutions.map((value) => ({ value, word: say(`deskResolution.${value}`) }))]}
          onValue={(resolution) => onChoice({ ...choice, resolution })}
        />
        {choice.resolution !== '' && <Preview>{say(`told.resolution.${choice.resolution}`)}</Preview>}
      </>
    );
  }
  if (deed === 'ask') {
    return (
      <>
        <SelectField
          label={say('ticket.ask')}
          value={choice.what}
          choices={[none, ...requests.map((value) => ({ value, word: say(`deskRequest.${value}`) }))]}
          onValue={(what) => onChoice({ ...choice, what })}
        />
        {choice.what !== '' && <Preview>{say(`told.asks.${choice.what}`)}</Preview>}
      </>
    );
  }
  return deed === 'move' ? <QueueField own={own} queue={choice.queue} onQueue={(queue) => onChoice({ ...choice, queue })} /> : null;
}

function QueueField({ own, queue, onQueue }: { readonly own: string; readonly queue: string; readonly onQueue: (queue: string) => void }) {
  const { say, word } = usePreferences();
  const { data } = useAnswer('promises', {});
  const queues = [...new Set((data?.promises ?? []).map((each) => each.queue))].filter((each) => each !== own);
  return (
    <SelectField
      label={say('ticket.queue')}
      value={queue}
      choices={[{ value: '', word: say('ticket.choose') }, ...queues.map((value) => ({ value, word: word('queue', value) }))]}
      onValue={onQueue}
    />
  );
}

/** In the person's own view: a screen of the terminal. */
export function Preview({ children }: { readonly children: string }) {
  const say = useSay();
  return (
    <figure className="told-preview">
      <figcaption>{say('ticket.preview')}</figcaption>
      <p>{children}</p>
    </figure>
  );
}
