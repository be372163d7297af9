/** Short answers for where the person is, and whom to call. */
import type { ViewBody } from '../../state-machines/view.ts';
import { CallPanel } from '../components/call-panel.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Action } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { isStaffScreen } from '../maintenance/titles.ts';
import type { WordKey } from '../words.ts';
import { CloseAction } from './close.tsx';

/** Question and answer, by what the person is doing. */
const ANSWERS = {
  start: [
    ['help.start.q1', 'help.start.a1'],
    ['help.start.q2', 'help.start.a2'],
    ['help.start.q3', 'help.start.a3'],
  ],
  card: [
    ['help.card.q1', 'help.card.a1'],
    ['help.card.q2', 'help.card.a2'],
    ['help.card.q3', 'help.card.a3'],
  ],
  pay: [
    ['help.pay.q1', 'help.pay.a1'],
    ['help.pay.q2', 'help.pay.a2'],
    ['help.pay.q3', 'help.pay.a3'],
    ['help.pay.q4', 'help.pay.a4'],
  ],
  after: [
    ['help.after.q1', 'help.after.a1'],
    ['help.after.q2', 'help.after.a2'],
    ['help.after.q3', 'help.after.a3'],
  ],
} as const satisfies Record<string, readonly (readonly [WordKey, WordKey])[]>;

/** How many answers fit in each text size. */
const ROOM_FOR = { portrait: { standard: 4, large: 3, xlarge: 2 }, landscape: { standard: 4, large: 2, xlarge: 1 } } as const;

/** It never lies over a screen of staff. */
function topicOf(body: ViewBody): keyof typeof ANSWERS {
  if (isStaffScreen(body)) return 'start';
  switch (body.kind) {
    case 'reading-card':
    case 'card-problem':
    case 'take-card':
    case 'pending-offer':
    case 'diagnosis':
    case 'statement':
    case 'trouble':
      return 'card';
    case 'top-up-amount':
    case 'top-up-custom':
    case 'top-up-tender':
    case 'top-up-cash':
    case 'top-up-qr':
    case 'top-up-scan':
    case 'top-up-bank-card':
    case 'top-up-voucher':
    case 'top-up-voucher-confirm':
    case 'replace-fee':
      return 'pay';
    case 'committing':
    case 'put-back':
    case 'done':
    case 'settled':
    case 'earlier-load':
      return 'after';
    case 'starting':
    case 'out-of-service':
    case 'attract':
    case 'insert-card':
    case 'replace-making':
    case 'replace-take':
    case 'replace-done':
    case 'account-menu':
    case 'account-confirm':
    case 'account-working':
    case 'account-put-back':
    case 'account-told':
    case 'loss-ways':
    case 'loss-document':
    case 'loss-typing':
    case 'loss-asking':
    case 'loss-cards':
    case 'loss-confirm':
    case 'loss-told':
    case 'ticket-topics':
    case 'ticket-phone':
    case 'ticket-review':
    case 'desk-asking':
    case 'ticket-told':
    case 'progress-number':
    case 'progress-list':
    case 'callback-slots':
    case 'callback-review':
    case 'callback-change':
    case 'callback-told':
    case 'chat':
    case 'menu':
    case 'goodbye':
    case 'survey':
    case 'help-home':
    case 'help-groups':
    case 'help-list':
    case 'help-search':
    case 'help-answer':
    case 'help-contacts':
      return 'start';
  }
}

export function HelpPage() {
  const { view, say, size, landscape } = useKiosk();
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say('help.title')}</h1>
        <p className="lead quiet under-title">{say('help.lead')}</p>
        <CallPanel />
      </Read>
      <Touch className="touch--help">
        <dl className="answers">
          {ANSWERS[topicOf(view.body)].slice(0, ROOM_FOR[landscape ? 'landscape' : 'portrait'][size]).map(([question, answer]) => (
            <div key={question} className="panel">
              <dt className="lead strong">{say(question)}</dt>
              <dd className="body">{say(answer)}</dd>
            </div>
          ))}
        </dl>
      </Touch>
      <Actions>
        <CloseAction word="help.resume" />
        <Action testId="lost-card" act={{ type: 'open', overlay: 'lost-card' }} look="danger" icon="lost">
          {say('button.lostCard')}
        </Action>
      </Actions>
    </>
  );
}
