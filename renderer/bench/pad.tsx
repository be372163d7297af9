/** The tactile keypad (kiosk-ux.md 6): a key is held as long as the mouse holds it. And the jack for a headphone beside it. */
import type { KeypadKey } from '../../drivers/bench/protocol.ts';
import { useBench } from './bench-context.ts';
import { say, sayIfKnown } from './words.ts';

/** As they lie under the hand: what moves on the left, phone order with its own keys on the right. */
const KEYS = [
  ...(['prev', 'next', 'select', 'help'] as const),
  ...(['1', '2', '3', 'back'] as const),
  ...(['4', '5', '6', 'volumeUp'] as const),
  ...(['7', '8', '9', 'volumeDown'] as const),
  ...(['*', '0', '#', 'rate'] as const),
  // Of people who bring their own, in a jack beside the pad.
  ...(['switch1', 'switch2'] as const),
] as const satisfies readonly KeypadKey[];

/** What is on a key without a character of its own. */
const SIGNS: Readonly<Partial<Record<KeypadKey, string>>> = {
  prev: 'M5 16l7-9 7 9z',
  next: 'M5 8l7 9 7-9z',
  select: 'M12 5a7 7 0 1 0 .01 0z',
  help: 'M12 4l8 8-8 8-8-8z',
  back: 'M20 9H9V4l-6 8 6 8v-5h11z',
};

export function Pad() {
  const { state, hand } = useBench();
  const headphone = state.keypad?.headphone ?? null;
  return (
    <div className="keys-place">
      <div className="keys" role="group" aria-label={say('cabinet.pad')}>
        {KEYS.map((key) => (
          <Key key={key} name={key} held={state.keypad?.held.includes(key) === true} />
        ))}
      </div>
      <button
        type="button"
        role="switch"
        aria-checked={headphone === true}
        className="jack"
        data-testid="headphone"
        disabled={headphone === null}
        onClick={() => hand({ act: 'headphone', plugged: headphone !== true })}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 16v-3a8 8 0 0 1 16 0v3" />
          <path d="M4 14h4v6H4zM16 14h4v6h-4z" />
        </svg>
        {say(headphone === null ? 'cabinet.noJack' : headphone ? 'cabinet.headphoneIn' : 'cabinet.headphone')}
      </button>
    </div>
  );
}

function Key({ name, held }: { readonly name: KeypadKey; readonly held: boolean }) {
  const { hand } = useBench();
  const finger = (press: 'down' | 'up' | 'short'): void => hand({ act: 'key', key: name, press });
  const word = sayIfKnown('key', name) ?? name;
  const sign = SIGNS[name];
  return (
    <button
      type="button"
      className="keys-key"
      data-key={name}
      data-held={held ? '' : undefined}
      data-testid={`key-${name}`}
      aria-label={word}
      title={word}
      onPointerDown={(event) => {
        // So that the finger is lifted wherever the mouse is by then.
        event.currentTarget.setPointerCapture(event.pointerId);
        finger('down');
      }}
      onPointerUp={() => finger('up')}
      onPointerCancel={() => finger('up')}
      // A keyboard's click has no pointer.
      onClick={(event) => event.detail === 0 && finger('short')}
    >
      {sign === undefined ? (
        <span>{SHORT[name] ?? name}</span>
      ) : (
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d={sign} />
        </svg>
      )}
    </button>
  );
}

const SHORT: Readonly<Partial<Record<KeypadKey, string>>> = { volumeUp: '＋', volumeDown: '－', rate: '速', switch1: '1', switch2: '2' };
