/** Keys of the tactile keypad for the screen, and what is said as a text: the track of which every word is heard in the headphone. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { keyPressSchema, type UiAct, type View } from '../../state-machines/view.ts';
import '../page-api.ts';
import { sayIn } from '../words.ts';
import { Guide } from './guide.ts';
import { say, silence, type Sound } from './voice.ts';

export function GuideTrack({ view, send }: { readonly view: View; readonly send: (view: View, act: UiAct) => void }) {
  const track = useRef<HTMLParagraphElement>(null);
  const sound = useRef<Sound>(view.preferences);
  const [guide] = useState(
    () =>
      new Guide((text) => {
        track.current?.replaceChildren(text);
        if (text === '') silence();
        else say(text, sound.current);
      }),
  );

  useEffect(() => {
    const touched = (): void => guide.touched();
    window.addEventListener('pointerdown', touched, { capture: true });
    const stop = window.kiosk.onKey((candidate) => {
      const parsed = keyPressSchema.safeParse(candidate);
      if (parsed.success) guide.press(parsed.data);
      else console.error('not a key', parsed.error.issues);
    });
    return () => {
      stop();
      window.removeEventListener('pointerdown', touched, { capture: true });
      guide.end();
      silence();
    };
  }, [guide]);

  // After the screen has drawn itself: this stands behind it in the page.
  useLayoutEffect(() => {
    sound.current = view.preferences;
    const main = document.querySelector('main');
    if (main !== null) guide.drawn({ view, say: sayIn(view.preferences.locale), act: (act) => send(view, act) }, main);
  }, [guide, view, send]);

  // Said by the voice already: assistive technology, where there is any, does not say it again.
  return <p ref={track} className="vh" data-testid="speech" aria-live="off" lang={view.preferences.locale} />;
}
