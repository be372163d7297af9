/** What the screen shows of staff's sign-in: a pure function of where its chart stands. Used by the maintenance view. */
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBodyOf } from '../view.ts';
import { leftOf } from '../waiting.ts';
import { FIELDS } from './sign-in-context.ts';
import { waysOf, type SignInSnapshot } from './sign-in.ts';

/** No utilities of a cardholder's lie over it. */
export function signInPicture(snapshot: SignInSnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot), true);
}

function bodyOf(snapshot: SignInSnapshot): ViewBodyOf<'maintenance-sign-in'> {
  const { ports, purpose, staff, code, pin, challenge, message, standing, method, wait: running } = snapshot.context;
  const asks = asksOf(snapshot);
  const typed = asks === 'number' ? staff : asks === 'code' || asks === 'answer' ? code : '';
  const field = asks === 'number' ? 'staff' : asks === 'pin' ? 'pin' : method === 'phone' ? 'phone' : 'totp';
  const wait = leftOf(running, ports.clock);
  return {
    kind: 'maintenance-sign-in',
    asks,
    ways: asks === 'way' ? [...waysOf(snapshot.context)] : [],
    typed,
    hidden: asks === 'pin' ? pin.length : 0,
    whole: (asks === 'pin' ? pin : typed).length >= FIELDS[field].least,
    ...(asks === 'answer' && challenge !== '' ? { challenge } : {}),
    ...(message === undefined || asks === 'judging' ? {} : { message }),
    ...(standing.state === 'free' && standing.triesLeft < 5 ? { triesLeft: standing.triesLeft } : {}),
    ...(asks === 'locked' && standing.state !== 'free'
      ? { locked: { why: standing.state, leftMs: standing.state === 'journalUnavailable' ? 0 : Math.round(standing.leftMs) } }
      : {}),
    ...(purpose.kind === 'second' ? { second: { staff: purpose.session.staff, verb: purpose.verb } } : {}),
    ...(wait === undefined || asks === 'locked' ? {} : { wait }),
  };
}

function asksOf(snapshot: SignInSnapshot): ViewBodyOf<'maintenance-sign-in'>['asks'] {
  if (snapshot.matches('number')) return 'number';
  if (snapshot.matches('code')) return snapshot.context.method === 'phone' ? 'answer' : 'code';
  if (snapshot.matches('scanning')) return 'scan';
  if (snapshot.matches('card')) return 'card';
  if (snapshot.matches('pin')) return 'pin';
  if (snapshot.matches('judging') || snapshot.matches('signed')) return 'judging';
  return snapshot.matches('locked') ? 'locked' : 'way';
}
