/** The cabinet as it stands there, with a line from each part to its name and what it is like. Colors say again what the words say. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Icon } from '../components/icon.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { useStaffWords } from './words.ts';

type Part = ViewBodyOf<'maintenance-overview'>['cabinet']['parts'][number];

/** Design pixels: the stage on which it is drawn, and the cabinet in its middle. */
const HEIGHT = 800;
/** On a glass that stands there is less height for it. */
const PORTRAIT_HEIGHT = 590;
/** As tall as it is where alarms stand above it. */
const SHORT = { landscape: 590, portrait: 500 } as const;
const CABINET = 340;
/** From the cabinet to the names. */
const REACH = 88;

/** Where each part is on the cabinet, from its upper left corner, and where its name stands. */
const PLACES: Readonly<Record<Part['part'], { readonly x: number; readonly y: number; readonly side: 'left' | 'right'; readonly label: number }>> = {
  network: { x: 292, y: 52, side: 'right', label: 52 },
  cardReader: { x: 268, y: 470, side: 'right', label: 330 },
  cashAcceptor: { x: 268, y: 570, side: 'right', label: 490 },
  cabinet: { x: 300, y: 690, side: 'right', label: 650 },
  codeScanner: { x: 62, y: 458, side: 'left', label: 240 },
  idReader: { x: 62, y: 540, side: 'left', label: 390 },
  receiptPrinter: { x: 84, y: 622, side: 'left', label: 540 },
  keypad: { x: 62, y: 706, side: 'left', label: 690 },
};

export function CabinetDrawing({ parts, short }: { readonly parts: readonly Part[]; readonly short: boolean }) {
  const say = useStaffWords();
  const { landscape } = useKiosk();
  const shown = short ? SHORT[landscape ? 'landscape' : 'portrait'] : landscape ? HEIGHT : PORTRAIT_HEIGHT;
  const scale = shown / HEIGHT;
  const stage = landscape ? 1160 : 984;
  const width = stage / scale;
  const left = (width - CABINET) / 2;
  return (
    <section className="cabinet" aria-label={say('overview.cabinet')} style={{ inlineSize: stage, blockSize: shown }}>
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
        <g transform={`translate(${left} 0)`}>
          <Body />
        </g>
        {parts.map(({ part, tone }) => {
          const { x, y, side, label } = PLACES[part];
          const end = side === 'left' ? left - REACH : left + CABINET + REACH;
          const bend = side === 'left' ? left - 20 : left + CABINET + 20;
          return (
            <g key={part} className={`wire wire--${tone}`}>
              <path d={`M${left + x} ${y}H${bend}L${side === 'left' ? end + 12 : end - 12} ${label}H${end}`} />
              <circle cx={left + x} cy={y} r="13" />
            </g>
          );
        })}
      </svg>
      <ul>
        {parts.map((part) => (
          <Label key={part.part} part={short ? { ...part, since: undefined } : part} scale={scale} room={(left - REACH) * scale - 12} />
        ))}
      </ul>
    </section>
  );
}

function Label({ part: { part, tone, word, since }, scale, room }: { readonly part: Part; readonly scale: number; readonly room: number }) {
  const say = useStaffWords();
  const { side, label } = PLACES[part];
  return (
    <li
      className={`part part--${side} part--${tone}`}
      style={{ top: label * scale - 22, [side]: 0, width: room }}
      data-testid={`part-${part}`}
      data-word={word}
    >
      <b>{say(`part.${part}`)}</b>
      <span className="part-word">
        <Icon name={tone === 'good' ? 'tick' : 'warn'} size="xs" />
        {say(`word.${word}`)}
      </span>
      {since !== undefined && <span className="part-since tn">{say('since', { time: since.slice(11, 16) })}</span>}
    </li>
  );
}

/** Glass, slots and feet: an outline that anybody recognizes who stands before it. */
function Body() {
  return (
    <g className="cabinet-body">
      <path className="band" d="M3 88V40A36 36 0 0 1 39 4H301A36 36 0 0 1 337 40V88z" />
      <path className="thread" d="M3 91H337" />
      <rect className="case" x="3" y="3" width="334" height="790" rx="38" />
      <rect className="case" x="48" y="118" width="178" height="292" rx="12" />
      <path className="band" d="M48 146V130A12 12 0 0 1 60 118H214A12 12 0 0 1 226 130V146z" />
      <rect className="band" x="132" y="176" width="74" height="48" rx="4" />
      <path className="thread" d="M132 208H206" />
      {[0, 1, 2].map((row) => (
        <g key={row} className="tiles">
          <rect x="66" y={246 + row * 40} width="68" height="30" rx="4" className={row === 0 ? 'band' : ''} />
          <rect x="140" y={246 + row * 40} width="68" height="30" rx="4" />
        </g>
      ))}
      <rect className="slot" x="48" y="438" width="88" height="40" rx="6" />
      <path className="thread" d="M78 458H126" />
      <rect className="case" x="48" y="512" width="112" height="56" rx="8" />
      <rect className="case" x="48" y="604" width="136" height="36" rx="10" />
      <path className="case" d="M84 622H170" />
      <rect className="case" x="48" y="676" width="112" height="60" rx="8" />
      <path className="case dots" d="M88 696H90M108 696H110M128 696H130M88 716H90M108 716H110M128 716H130" />
      <rect className="case" x="212" y="440" width="88" height="62" rx="12" />
      <rect className="case" x="236" y="532" width="52" height="78" rx="8" />
      <path className="case" d="M262 548V594" />
      <path className="foot" d="M190 690H300M190 712H300" />
    </g>
  );
}
