/** What the screen shows while the card that let somebody in is waited for again: the prompt's screen of the card. Used by the maintenance view. */
import { pictureOf, type Picture } from '../picture.ts';
import { leftOf } from '../waiting.ts';
import type { CardBackSnapshot } from './card-back.ts';

export function cardBackPicture(snapshot: CardBackSnapshot): Picture {
  const { staff, wait: running, otherCard, ports } = snapshot.context;
  const wait = leftOf(running, ports.clock);
  return pictureOf(
    snapshot,
    {
      kind: 'maintenance-sign-in',
      asks: snapshot.matches('reading') ? 'judging' : 'cardBack',
      ways: [],
      typed: '',
      hidden: 0,
      whole: false,
      cardOf: staff.staff,
      ...(otherCard ? { message: 'notThatCard' } : {}),
      ...(wait === undefined ? {} : { wait }),
    },
    true,
  );
}
