/** The flows' keypad over a fitted one: whether a headphone is plugged in, and how this site's switches work. */
import type { Keypad } from '../../../drivers/keypad/keypad.ts';
import type { KeypadPort } from '../../../state-machines/keypad.ts';

type Site = Pick<KeypadPort, 'switches' | 'scanMs'>;

/** A jack of which nothing is known is one that is empty: nothing private is said into the room. */
export function keypadPort(keypad: Pick<Keypad, 'lastStatus' | 'onEvent'>, { switches, scanMs }: Site): KeypadPort {
  const isPlugged = (): boolean => keypad.lastStatus.headphone === 'plugged';
  return {
    switches,
    scanMs,
    get headphone() {
      return isPlugged();
    },
    onHeadphone: (listener) => {
      let before = isPlugged();
      return keypad.onEvent(({ type }) => {
        const plugged = isPlugged();
        if (type !== 'statusChanged' || plugged === before) return;
        before = plugged;
        listener({ type: 'KEYPAD.HEADPHONE', plugged });
      });
    },
  };
}
