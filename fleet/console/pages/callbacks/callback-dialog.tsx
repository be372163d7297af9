/** One call back: whom to call and about what, what came of it, and another time where nobody answered. Who was faster is said by name. */
import { useState } from 'react';
import { Link } from 'wouter';
import type { CallbackAction, CallbackRowAnswer, TicketDetail } from '../../../console-api/tickets.ts';
import { useAct, useAnswer } from '../../api/queries.ts';
import { useActorName, DeskHistory } from '../../components/desk-history.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Form, FormButtons, SelectField, TextArea } from '../../components/form.tsx';
import { SealedField } from '../../components/sealed-field.tsx';
import { Notice, Shown, useFailureWords } from '../../components/states.tsx';
import { Code } from '../../components/text.tsx';
import { formatMoment, zoneName } from '../../format.ts';
import { ticketPath } from '../../paths.ts';
import { usePreferences, useSay } from '../../preferences.tsx';
import { useMay } from '../../session.tsx';
import { serverNow, useNow, useOffset } from '../../time.tsx';
import { freeSlots, takersOf } from './day.ts';
import { CallbackStatus } from './status.tsx';

export interface OpenCallback {
  readonly callback: CallbackRowAnswer;
  readonly history: TicketDetail['history'];
}

export function CallbackDialog({ callbackId, onClose }: { readonly callbackId: string; readonly onClose: () => void }) {
  const say = useSay();
  const answer = useAnswer('callback', { params: { callbackId } }, { live: true });
  const number = answer.data?.callback.number ?? '';
  return (
    <Dialog title={say('callbacks.one', { number }).trim()} onClose={onClose}>
      <div className="body">
        <Shown answer={answer}>{(open) => <Opened open={open} />}</Shown>
      </div>
    </Dialog>
  );
}

function Opened({ open: { callback, history } }: { readonly open: OpenCallback }) {
  const { say } = usePreferences();
  const mayWork = useMay('tickets.work');
  const offset = useOffset();
  return (
    <>
      <p className="callback-head">
        <CallbackStatus state={callback.state} />
        <b className="tn">
          {formatMoment(callback.start, offset, 'minute')}–{formatMoment(callback.end, offset, 'minute').slice(-5)}
        </b>
        <span className="zone">{zoneName(offset)}</span>
      </p>
      <Whom callback={callback} />
      {mayWork && <Work open={{ callback, history }} />}
      <section aria-label={say('callbacks.history')}>
        <h3 className="part">{say('callbacks.history')}</h3>
        <DeskHistory history={history} />
      </section>
    </>
  );
}

function Whom({ callback }: { readonly callback: CallbackRowAnswer }) {
  const { say, word } = usePreferences();
  return (
    <dl className="pairs pairs--tall">
      <dt>{say('callbacks.about')}</dt>
      <dd>{say(`ticketKind.${callback.about}`)}</dd>
      <dt>{say('callbacks.telephone')}</dt>
      <dd>
        {callback.contactMasked === null ? (
          <span className="quiet">{say('ticket.hidden')}</span>
        ) : (
          <SealedField of={{ subject: 'callback', id: callback.callbackId, field: 'contact' }}>
            <Code>{callback.contactMasked}</Code>
          </SealedField>
        )}
      </dd>
      {callback.cardTail !== null && (
        <>
          <dt>{say('callbacks.card')}</dt>
          <dd>
            <Code>{callback.cardTail}</Code>
          </dd>
        </>
      )}
      <dt>{say('ticket.language')}</dt>
      <dd>{word('language', callback.language)}</dd>
      {callback.ticketId !== null && (
        <>
          <dt>{say('callbacks.ticket')}</dt>
          <dd>
            <Link href={ticketPath(callback.ticketId)}>{say('callbacks.toTicket')}</Link>
          </dd>
        </>
      )}
    </dl>
  );
}

type Step = CallbackAction['do'];

/** What can follow each state. */
const STEPS: Readonly<Record<CallbackRowAnswer['state'], readonly Step[]>> = {
  booked: ['made', 'missed', 'rebook', 'cancel'],
  missed: ['rebook'],
  expired: ['rebook'],
  made: [],
  cancelled: [],
};
const WORDS = { made: 'callbacks.doMade', missed: 'callbacks.doMissed', rebook: 'callbacks.doAgain', cancel: 'callbacks.doCancel' } as const;

function Work({ open }: { readonly open: OpenCallback }) {
  const say = useSay();
  const act = useAct('actOnCallback');
  const [asking, setAsking] = useState<Step>();
  const { callback } = open;
  const steps = STEPS[callback.state];
  const send = (action: CallbackAction): void =>
    act.mutate(
      { params: { callbackId: callback.callbackId }, body: { action } },
      { onSuccess: () => setAsking(undefined), onError: () => setAsking((now) => (now === 'rebook' ? now : undefined)) },
    );
  return (
    <>
      {act.error?.code === 'callbackOver' && <Already open={open} />}
      {act.error !== null && act.error.code !== 'callbackOver' && asking === undefined && <Refused failure={act.error} />}
      {asking === undefined ? (
        steps.length > 0 && (
          <div className="buttons">
            {steps.map((step, index) => (
              <button
                key={step}
                type="button"
                className={`btn ${index === 0 ? 'btn--primary' : ''}`}
                onClick={() => {
                  act.reset();
                  setAsking(step);
                }}
              >
                {say(WORDS[step])}
              </button>
            ))}
          </div>
        )
      ) : (
        <StepForm step={asking} act={act} send={send} onBack={() => setAsking(undefined)} />
      )}
    </>
  );
}

function Refused({ failure }: { readonly failure: NonNullable<ReturnType<typeof useAct<'actOnCallback'>>['error']> }) {
  const words = useFailureWords();
  return (
    <Notice tone="danger" live="alert">
      {words(failure)}
    </Notice>
  );
}

/** Somebody was faster: who, with what, when. Read again after the refusal. */
function Already({ open: { callback } }: { readonly open: OpenCallback }) {
  const { say, word } = usePreferences();
  const nameOf = useActorName();
  const offset = useOffset();
  const { data } = useAnswer('callback', { params: { callbackId: callback.callbackId } });
  const last = data?.history.at(-1);
  if (last === undefined || data?.callback.state === 'booked') return null;
  return (
    <Notice tone="warn" live="alert">
      {say('callbacks.already', { actor: nameOf(last), event: word('deskEvent', last.event), at: formatMoment(last.at, offset, 'minute') })}
    </Notice>
  );
}

/** As the server takes it. */
const NOTE_LENGTH = 2000;
const SHORTEST = 5;
const DAY_MS = 86_400_000;
/** How far ahead one may book by the desk's defaults. */
const DAYS_AHEAD = 14;

function StepForm({
  step,
  act,
  send,
  onBack,
}: {
  readonly step: Step;
  readonly act: ReturnType<typeof useAct<'actOnCallback'>>;
  readonly send: (action: CallbackAction) => void;
  readonly onBack: () => void;
}) {
  const say = useSay();
  const [note, setNote] = useState('');
  const [slot, setSlot] = useState('');
  const [asked, setAsked] = useState(false);
  const short = step === 'cancel' && note.trim().length < SHORTEST;
  const noSlot = step === 'rebook' && slot === '';
  const said = note.trim() === '' ? {} : { note: note.trim() };
  const submit = (): void => {
    setAsked(true);
    if (short || noSlot) return;
    if (step === 'rebook') send({ do: step, slot: Number(slot), ...said });
    else if (step === 'cancel') send({ do: step, note: note.trim() });
    else send({ do: step, ...said });
  };
  return (
    <section className="step-form" aria-label={say(WORDS[step])}>
      {step === 'rebook' && <p>{say('callbacks.againLead')}</p>}
      {step === 'cancel' && <p>{say('callbacks.cancelLead')}</p>}
      <Form busy={act.isPending} failure={act.error} submit={submit}>
        {step === 'rebook' && <SlotField slot={slot} onSlot={setSlot} refused={act.error?.code === 'slotFull' ? act.variables?.body.action : undefined} />}
        {asked && noSlot && <p className="wrong">{say('ticket.missing')}</p>}
        <TextArea
          label={say(step === 'cancel' ? 'reason.why' : 'callbacks.note')}
          hint={say('ticket.noteHint')}
          wrong={asked && short ? say('reason.short', { n: SHORTEST }) : undefined}
          value={note}
          onValue={setNote}
          maxLength={NOTE_LENGTH}
        />
        <FormButtons go={say(WORDS[step])} onCancel={onBack} />
      </Form>
    </section>
  );
}

/** @param refused what the server refused because the slot was full: it is said who has it */
function SlotField({
  slot,
  onSlot,
  refused,
}: {
  readonly slot: string;
  readonly onSlot: (slot: string) => void;
  readonly refused: CallbackAction | undefined;
}) {
  const say = useSay();
  const offset = useOffset();
  const now = useNow();
  const [from] = useState(() => serverNow());
  const plan = useAnswer('callbacks', { query: { from, to: from + DAYS_AHEAD * DAY_MS } }, { live: true });
  return (
    <Shown answer={plan}>
      {(answer) => {
        const free = freeSlots(answer, now);
        const takers = refused?.do === 'rebook' ? takersOf(answer, refused.slot) : [];
        if (free.length === 0) return <Notice tone="warn">{say('callbacks.noFree')}</Notice>;
        return (
          <>
            {takers.length > 0 && (
              <Notice tone="warn" live="alert">
                {say('callbacks.takenBy', { numbers: takers.join(', ') })}
              </Notice>
            )}
            <SelectField
              label={say('callbacks.againSlot')}
              value={free.some(({ start }) => String(start) === slot) ? slot : ''}
              choices={[
                { value: '', word: say('ticket.choose') },
                ...free.map(({ start, end }) => ({
                  value: String(start),
                  word: `${formatMoment(start, offset, 'minute')}–${formatMoment(end, offset, 'minute').slice(-5)}`,
                })),
              ]}
              onValue={onSlot}
            />
          </>
        );
      }}
    </Shown>
  );
}
