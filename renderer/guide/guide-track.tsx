/** Keys of the tactile keypad for the screen, and what is said as a text: the track of which every word is heard in the headphone. */
import { useLayoutEffect, useRef } from 'react';
import { keyPressSchema, type UiAct, type View } from '../../state-machines/view.ts';
import '../page-api.ts';
import { sayIn } from '../words.ts';
import { Guide } from './guide.ts';
import { say, silence } from './voice.ts';

export function GuideTrack({ view, send }: { readonly view: View; readonly send: (view: View, act: UiAct) => void }) {
  const track = useRef<HTMLParagraphElement>(null);
  const guide = useRef<Guide>(undefined);

  useLayoutEffect(() => {
    const own = new Guide((text, sound, behind) => {
      track.current?.replaceChildren(behind === '' ? text : `${behind} ${text}`);
      if (behind === '') silence();
      if (text !== '') say(text, sound);
    });
    guide.current = own;
    const touched = (): void => own.touched();
    window.addEventListener('pointerdown', touched, { capture: true });
    const stop = window.kiosk.onKey((candidate) => {
      const parsed = keyPressSchema.safeParse(candidate);
      if (parsed.success) own.press(parsed.data);
      else console.error('not a key', parsed.error.issues);
    });
    return () => {
      stop();
      window.removeEventListener('pointerdown', touched, { capture: true });
      own.end();
      silence();
    };
  }, []);

  // After the screen has drawn itself: this stands behind it in the page.
  useLayoutEffect(() => {
    const main = document.querySelector('main');
    if (main !== null) guide.current?.drawn({ view, say: sayIn(view.preferences.locale), act: (act) => send(view, act) }, main);
  }, [view, send]);

  // Said by the voice already: assistive technology, where there is any, does not say it again.
  return <p ref={track} className="vh" data-testid="speech" aria-live="off" lang={view.preferences.locale} />;
}
