/** The card as an object on the screen, docked on its line. The line always leaves the screen where the card slot is, and never lies. */
import type { Site } from '../../state-machines/view.ts';
import { useKiosk } from '../kiosk-context.ts';
import { useGlide, useGrow } from './glide.ts';
import { Icon } from './icon.tsx';

export type Side = Site['slots']['card'];

/** The card's face with the last digits of its number. `off`: it can't be used. */
export function KioskCard({ tail, off = false }: { readonly tail: string; readonly off?: boolean }) {
  const { say } = useKiosk();
  const ref = useGlide<HTMLDivElement>();
  return (
    <div ref={ref} className={`kcard ${off ? 'kcard--off' : ''}`} data-card="">
      <div className="brandname" data-unspoken="">
        <span lang="zh-CN">{say('card.brand')}</span>
        <svg className="wave" viewBox="0 0 48 48" fill="none" stroke="currentColor" strokeWidth="4" strokeLinecap="round" aria-hidden="true">
          <path d="M12 18c3 4 3 8 0 12M21 13c6 7 6 15 0 22M30 8c8 10 8 22 0 32" />
        </svg>
      </div>
      {tail !== '' && <div className="tail">{say('card.tail', { tail })}</div>}
    </div>
  );
}

/** A card in the machine: whole line when all is well, cut amber line when something is interrupted. */
export function Dock({
  tail,
  state = 'on',
  note,
}: {
  readonly tail: string;
  readonly state?: 'on' | 'cut';
  readonly note?: { readonly text: string; readonly tone: 'quiet' | 'warn' };
}) {
  const { view } = useKiosk();
  return (
    <div className="dock" data-side={view.site.slots.card}>
      <div className="dock-card">
        <DockLine side={view.site.slots.card} cut={state === 'cut'} />
        <KioskCard tail={tail} off={state === 'cut'} />
      </div>
      {note !== undefined && (
        <p className={`dock-note dock-note--${note.tone}`}>
          {note.tone === 'warn' && <Icon name="warn" size="s" />}
          <span>{note.text}</span>
        </p>
      )}
    </div>
  );
}

/** Width of the margin between the zone and the edge of the glass, and how far the line reaches under the card. */
const MARGIN = 48;
const UNDER = 24;
/** Long enough to leave any screen. */
const FAR = 4000;

function DockLine({ side, cut }: { readonly side: Side; readonly cut: boolean }) {
  const { landscape } = useKiosk();
  const ref = useGrow<SVGSVGElement>();
  const atLeft = side === 'left' || (side === 'below' && landscape);
  const tone = cut ? 'amber' : 'whole';
  return (
    <svg
      ref={ref}
      className={`dock-line dock-line--${atLeft ? 'left' : 'right'}`}
      width={MARGIN + UNDER}
      height="24"
      viewBox={`0 0 ${MARGIN + UNDER} 24`}
      aria-hidden="true"
    >
      <g transform={atLeft ? `matrix(-1 0 0 1 ${MARGIN + UNDER} 0)` : undefined}>
        <Wire d={dockPath(side, cut)} tone={tone} />
      </g>
    </svg>
  );
}

/** Drawn for a slot on the right, card at the left end. Below: along the margin down to the slot. */
function dockPath(side: Side, cut: boolean): string {
  if (side !== 'below') return cut ? 'M50 12H72' : 'M0 12H72';
  return cut ? `M48 60V${FAR}` : `M0 12H24Q48 12 48 36V${FAR}`;
}

/** A stretch of the line: its outer color with the thread through its middle. */
export function Wire({ d, tone = 'whole' }: { readonly d: string; readonly tone?: 'whole' | 'amber' }) {
  return (
    <g fill="none">
      <path d={d} stroke={tone === 'whole' ? 'var(--wire)' : 'var(--warn)'} strokeWidth="24" />
      <path d={d} stroke={tone === 'whole' ? 'var(--thread)' : 'var(--amber)'} strokeWidth="6" />
    </g>
  );
}
