/** The cabinet: the live screen, and around it what a person puts things into, presses and takes things from. Things can be put down on it. */
import { useState } from 'react';
import { useBench } from './bench-context.ts';
import { putDown } from './carry.ts';
import { Door } from './door.tsx';
import { IdPlate } from './id-plate.tsx';
import { LiveScreen, type Orientation } from './live-screen.tsx';
import type { Shown } from './live-view.ts';
import { Pad } from './pad.tsx';
import { PaperSlot } from './paper-slot.tsx';
import { ScanWindow } from './scan-window.tsx';
import { CardSlot, NoteSlot } from './slots.tsx';
import { say } from './words.ts';

const ORIENTATIONS = ['portrait', 'landscape'] as const;

export function Cabinet({ shown }: { readonly shown: Shown }) {
  const { state, hand } = useBench();
  const { fitted } = state;
  const [orientation, setOrientation] = useState<Orientation>('portrait');
  const { operator, terminal } = shown.view.site;
  return (
    <section className="cabinet" data-glass={orientation} {...putDown(hand)}>
      <header className="cabinet-sign" data-theme="light" data-size="standard">
        <b>
          {operator} {terminal}
        </b>
        <div role="group" aria-label={say('cabinet.screen')}>
          {ORIENTATIONS.map((way) => (
            <button key={way} type="button" aria-pressed={way === orientation} data-testid={`glass-${way}`} onClick={() => setOrientation(way)}>
              {say(`cabinet.${way}`)}
            </button>
          ))}
        </div>
      </header>
      {/* Not inside a part with a theme of its own: the screen has the person's. */}
      <LiveScreen shown={shown} orientation={orientation} />
      <div className="cabinet-slots" data-theme="light" data-size="standard">
        {fitted.cardReader !== undefined && <CardSlot />}
        {fitted.codeScanner !== undefined && <ScanWindow />}
        {fitted.cashAcceptor !== undefined && <NoteSlot />}
      </div>
      <div className="cabinet-foot" data-theme="light" data-size="standard">
        {fitted.receiptPrinter !== undefined && <PaperSlot />}
        {fitted.idReader !== undefined && <IdPlate />}
        {fitted.keypad !== undefined && <Pad />}
        {fitted.cabinet !== undefined && <Door />}
        <Vents />
      </div>
    </section>
  );
}

/** Bare metal where nothing is fitted. */
function Vents() {
  return <div className="vents" aria-hidden="true" />;
}
