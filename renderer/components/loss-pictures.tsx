/** Pictures of the loss report: the ways to say who one is, a card that is locked, the line to the issuer. No faces, no text. */
import { useKiosk } from '../kiosk-context.ts';
import { KioskCard } from './card.tsx';
import { Icon } from './icon.tsx';

/** An identity card is laid on the reader's field. */
export function DocumentPicture() {
  return (
    <svg className="pic" viewBox="0 0 370 210" aria-hidden="true">
      <rect x="96" y="74" width="258" height="128" rx="22" fill="var(--sleeve)" stroke="var(--ink)" strokeWidth="7" />
      <path d="M302 108c10 16 10 44 0 60M324 96c17 26 17 58 0 84" fill="none" stroke="var(--ink)" strokeWidth="7" strokeLinecap="round" />
      <g transform="rotate(-8 150 80)">
        <rect x="34" y="18" width="226" height="138" rx="14" fill="var(--paper)" stroke="var(--pic-edge, var(--ink))" strokeWidth="7" />
        <path d="M62 56h88M62 86h64M62 122h150" stroke="#0B4F6C" strokeWidth="8" strokeLinecap="round" />
        <rect x="184" y="44" width="50" height="54" rx="6" fill="none" stroke="#0B4F6C" strokeWidth="6" />
      </g>
    </svg>
  );
}

/** A code comes to a telephone. */
export function MessagePicture() {
  return (
    <svg className="pic" viewBox="0 0 370 210" aria-hidden="true">
      <rect x="66" y="8" width="100" height="194" rx="20" fill="var(--sleeve)" stroke="var(--ink)" strokeWidth="7" />
      <path d="M104 182h24" stroke="var(--ink)" strokeWidth="7" strokeLinecap="round" />
      <path
        d="M134 44h176a12 12 0 0 1 12 12v62a12 12 0 0 1-12 12H176l-32 30v-30h-10a12 12 0 0 1-12-12V56a12 12 0 0 1 12-12z"
        fill="var(--paper)"
        stroke="var(--ink)"
        strokeWidth="7"
        strokeLinejoin="round"
      />
      <path d="M152 88v0M182 88v0M212 88v0M242 88v0M272 88v0M298 88v0" stroke="#0B4F6C" strokeWidth="16" strokeLinecap="round" />
    </svg>
  );
}

/** A number on a card, and keys. */
export function NumberPicture() {
  return (
    <svg className="pic" viewBox="0 0 370 210" aria-hidden="true">
      <rect x="30" y="24" width="214" height="136" rx="14" fill="var(--card)" stroke="var(--pic-edge, var(--card-edge))" strokeWidth="5" />
      <path d="M30 108h214" stroke="var(--card-thread)" strokeWidth="6" />
      <path d="M54 134v0M80 134v0M106 134v0M132 134v0" stroke="var(--card-thread)" strokeWidth="12" strokeLinecap="round" />
      <rect x="206" y="66" width="134" height="132" rx="14" fill="var(--paper)" stroke="var(--ink)" strokeWidth="7" />
      <path
        d="M242 102v0M273 102v0M304 102v0M242 132v0M273 132v0M304 132v0M242 162v0M273 162v0M304 162v0"
        stroke="#0B4F6C"
        strokeWidth="18"
        strokeLinecap="round"
      />
    </svg>
  );
}

/** The card that is spoken of: locked, or not yet. It is on no line: nobody has it. */
export function LockedCard({ tail, locked }: { readonly tail: string; readonly locked: boolean }) {
  return (
    <div className={`locked-card ${locked ? '' : 'locked-card--open'}`}>
      <KioskCard tail={tail} off />
      <span className="locked-sign">
        <Icon name={locked ? 'lock' : 'warn'} size="l" />
      </span>
    </div>
  );
}

/** From this machine to the issuer, and the question on its way. */
export function AskingScene() {
  const { say } = useKiosk();
  return (
    <figure className="net loss-net" aria-label={say('loss.asking.why')}>
      <svg className="scene scene--net" viewBox="0 0 1080 190" aria-hidden="true">
        <g fill="none">
          <path d="M240 95H840" stroke="var(--wire)" strokeWidth="24" />
          <path d="M240 95H840" stroke="var(--thread)" strokeWidth="6" strokeDasharray="28 28" />
        </g>
        {[240, 840].map((x) => (
          <circle key={x} cx={x} cy="95" r="48" fill="var(--surface)" stroke="var(--wire)" strokeWidth="14" />
        ))}
      </svg>
      <figcaption className="net-names net-names--2">
        <span>
          <b>{say('trouble.thisMachine')}</b>
        </span>
        <span>
          <b>{say('trouble.issuer')}</b>
        </span>
      </figcaption>
    </figure>
  );
}
