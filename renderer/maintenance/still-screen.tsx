/** A person's screen as a picture: drawn by what drew it then, small, still, and deaf to every touch. */
import { useMemo } from 'react';
import type { View } from '../../state-machines/view.ts';
import { Head, Route, screenClass } from '../components/frame.tsx';
import { KioskContext, useKiosk, type Kiosk } from '../kiosk-context.ts';
import { PersonScreen } from '../screens/person-screen.tsx';
import { spokenTitle } from '../screens/spoken-title.ts';
import { sayIn } from '../words.ts';
import { isStaffScreen } from './titles.ts';

export interface StillScreenProps {
  readonly body: View['body'];
  readonly step: View['step'];
  readonly locale: View['preferences']['locale'];
  /** Local, `HH:MM`. */
  readonly clock: string;
  /** Of a design pixel. */
  readonly scale: number;
}

export function StillScreen({ body, step, locale, clock, scale }: StillScreenProps) {
  const { view, landscape, size } = useKiosk();
  const still = useMemo((): Kiosk => {
    const { overlay: _over, step: _of, keypad: _keys, ...rest } = view;
    const then: View = { ...rest, preferences: { ...view.preferences, locale }, ...(step === undefined ? {} : { step }), utilities: false, clock, body };
    // time does not pass in it: what was left then is left for ever
    return { view: then, arrivedAt: Number.POSITIVE_INFINITY, landscape, size, say: sayIn(locale), act: () => {} };
  }, [view, body, step, locale, clock, landscape, size]);
  if (isStaffScreen(body)) return null;
  const [width, height] = landscape ? [1920, 1080] : [1080, 1920];
  return (
    <div
      className="still"
      role="img"
      aria-label={spokenTitle(still.view, still.say)}
      data-testid="still"
      data-shows={body.kind}
      style={{ inlineSize: width * scale, blockSize: height * scale }}
    >
      <div
        className="still-stage"
        inert
        aria-hidden="true"
        data-picture
        lang={locale}
        style={{ inlineSize: width, blockSize: height, transform: `scale(${scale})` }}
      >
        <KioskContext value={still}>
          <div className={screenClass(still.view)} data-page={body.kind} data-side={view.site.slots.card} data-route={step === undefined ? undefined : ''}>
            <div className="frame">
              <Head />
              {step !== undefined && <Route at={step.at} />}
              <div className="page">
                <PersonScreen body={body} />
              </div>
            </div>
          </div>
        </KioskContext>
      </div>
    </div>
  );
}
