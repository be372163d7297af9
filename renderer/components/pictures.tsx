/**
 * Pictures of acts: a hand, a card, a note, the slot and the line to it. Ink outline of 7, no faces, no text. Scenes are drawn for a slot
 * on the right of a portrait screen and on the left of a landscape one; the other side is the mirror image, and for a slot below the line
 * turns down along the margin.
 */
import type { ReactNode } from 'react';
import { useKiosk } from '../kiosk-context.ts';
import { Wire, type Side } from './card.tsx';
import { useGlide } from './glide.ts';

/** Long enough to leave any screen. */
const FAR = 4000;

interface Stroke {
  readonly d: string;
  /** Width with and without the outline. */
  readonly outer: number;
  readonly inner: number;
  readonly sleeve?: { readonly d: string };
}

/** Skin or sleeve: every outline first, then every filling, so that the parts of a hand melt together. */
function Limb({ strokes }: { readonly strokes: readonly Stroke[] }) {
  return (
    <g strokeLinecap="round" strokeLinejoin="round" fill="none">
      {strokes.map(({ d, outer }) => (
        <path key={d} d={d} stroke="var(--ink)" strokeWidth={outer} />
      ))}
      {strokes.map(({ d, inner }) => (
        <path key={d} d={d} stroke="var(--skin)" strokeWidth={inner} />
      ))}
    </g>
  );
}

function Sleeve({ outer, inner, widths }: { readonly outer: string; readonly inner: string; readonly widths: readonly [number, number] }) {
  return (
    <g fill="none" strokeLinecap="butt">
      <path d={outer} stroke="var(--ink)" strokeWidth={widths[0]} />
      <path d={inner} stroke="var(--sleeve)" strokeWidth={widths[1]} />
    </g>
  );
}

/** 428 × 270. */
export function CardFace() {
  const ref = useGlide<SVGGElement>();
  return (
    <g ref={ref} data-card="" className="card-face">
      <rect width="428" height="270" rx="24.8" fill="var(--card)" stroke="var(--card-edge)" strokeWidth="4" />
      <path d="M0 167.4h428" stroke="var(--card-thread)" strokeWidth="6" />
      <g transform="translate(342 27) scale(1.3)" fill="none" stroke="var(--on-card)" strokeWidth="5" strokeLinecap="round">
        <path d="M6 10c3 4 3 8 0 12M16 5c6 7 6 15 0 22M26 0c8 10 8 22 0 32" />
      </g>
    </g>
  );
}

/** A hand from the left that holds a card to the right. Card at 0,0. */
function HoldingHand() {
  return (
    <g>
      <Limb
        strokes={[
          { d: 'M-40 258L150 262', outer: 66, inner: 52 },
          { d: 'M-60 276L128 292', outer: 64, inner: 50 },
        ]}
      />
      <CardFace />
      <Limb
        strokes={[
          { d: 'M-300 290L-140 276', outer: 130, inner: 116 },
          { d: 'M-120 266L-54 238', outer: 130, inner: 116 },
          { d: 'M-66 204L88 180', outer: 70, inner: 56 },
        ]}
      />
      <Sleeve outer="M-647 312.4L-293 291.6" inner="M-640 312L-300 292" widths={[164, 150]} />
    </g>
  );
}

/** A hand from below with its thumb on a card. Card at 0,0. */
function ThumbHand() {
  return (
    <g>
      <CardFace />
      <Limb
        strokes={[
          { d: 'M182 320L178 390', outer: 138, inner: 124 },
          { d: 'M196 330L214 206', outer: 74, inner: 60 },
        ]}
      />
      <Sleeve outer="M176.6 393L170.4 469" inner="M176 400L171 462" widths={[170, 156]} />
    </g>
  );
}

/** An open hand held off. About 210 × 390. */
function OpenHand() {
  const fingers = ['M8 150L-4 20', 'M48 130L44 -10', 'M88 130L92 -2', 'M122 150L138 34'].map((d) => ({ d, outer: 48, inner: 34 }));
  return (
    <g>
      <Limb strokes={[{ d: 'M62 180L62 236', outer: 142, inner: 128 }, ...fingers, { d: 'M20 208L-52 130', outer: 50, inner: 36 }]} />
      <Sleeve outer="M65.6 255L72.4 379" inner="M66 262L72 372" widths={[164, 150]} />
    </g>
  );
}

function Stop({ x, y, r, ring }: { readonly x: number; readonly y: number; readonly r: number; readonly ring: number }) {
  return <circle cx={x} cy={y} r={r} fill="var(--surface)" stroke="var(--wire)" strokeWidth={ring} />;
}

/** Two strokes through the line: it is cut here. */
function Cut({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <g stroke="var(--warn)" strokeWidth="10" strokeLinecap="round">
      <path d={`M${x} ${y - 24}l-16 48`} />
      <path d={`M${x + 30} ${y - 24}l-16 48`} />
    </g>
  );
}

/** `edge` is the side of the screen that the scene stands at; `mirrored` when it was drawn for the other one. */
function Scene({
  name,
  width,
  height,
  mirrored,
  children,
}: {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly mirrored: boolean;
  readonly children: ReactNode;
}) {
  const { landscape, view } = useKiosk();
  const atLeft = view.site.slots.card === 'left' || (view.site.slots.card === 'below' && landscape);
  return (
    <svg
      className={`scene scene--${name} scene--${atLeft ? 'left' : 'right'}`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      {mirrored ? <g transform={`matrix(-1 0 0 1 ${width} 0)`}>{children}</g> : children}
    </svg>
  );
}

/** The line from `x` at height `y` to the slot: out of the right edge, or down along the right margin. */
function toRight(side: Side, x: number, y: number, edge: number): string {
  return side === 'below' ? `M${x} ${y}H${edge - 48}Q${edge - 24} ${y} ${edge - 24} ${y + 24}V${FAR}` : `M${x} ${y}H${edge}`;
}

/** The same to the left. */
function toLeft(side: Side, x: number, y: number): string {
  return side === 'below' ? `M${x} ${y}H48Q24 ${y} 24 ${y + 24}V${FAR}` : `M${x} ${y}H0`;
}

/** A hand brings a card to the empty stop: put it here. */
export function ApproachScene() {
  const { landscape, view } = useKiosk();
  const side = view.site.slots.card;
  if (landscape) {
    return (
      <Scene name="approach" width={768} height={520} mirrored={side === 'right'}>
        <Wire d={toLeft(side, 130, 206)} />
        <Stop x={172} y={206} r={38} ring={16} />
        <g transform="translate(236 38)">
          <ThumbHand />
        </g>
      </Scene>
    );
  }
  return (
    <Scene name="approach" width={1080} height={576} mirrored={side === 'left'}>
      <Wire d={toRight(side, 884, 372, 1080)} />
      <g transform="translate(400 216) scale(0.9346)">
        <HoldingHand />
      </g>
      <Stop x={856} y={372} r={36} ring={16} />
    </Scene>
  );
}

/** The card lies in the machine and is at work; `handsOff` adds the hand that must not touch it, on an amber line. */
export function ReaderScene({ handsOff }: { readonly handsOff: boolean }) {
  const { landscape, view } = useKiosk();
  const side = view.site.slots.card;
  const tone = handsOff ? 'amber' : 'whole';
  if (landscape) {
    return (
      <Scene name="reader" width={868} height={848} mirrored={side === 'right'}>
        <Wire d={toLeft(side, 120, 344)} tone={tone} />
        <rect x="76" y="96" width="620" height="413" rx="48" fill="var(--surface)" stroke="var(--ink)" strokeWidth="8" />
        <g transform="translate(108 126) scale(1.299)">
          <CardFace />
        </g>
        {handsOff && (
          <>
            <g transform="translate(640 592) scale(0.64)">
              <OpenHand />
            </g>
            <path d="M600 556c20-2 42-2 60 2M572 530c30-6 66-6 98 0" fill="none" stroke="var(--warn)" strokeWidth="8" strokeLinecap="round" />
          </>
        )}
      </Scene>
    );
  }
  return (
    <Scene name="reader" width={1080} height={816} mirrored={side === 'left'}>
      <Wire d={toRight(side, 920, 600, 1080)} tone={tone} />
      <rect x="418" y="376" width="556" height="372" rx="46" fill="var(--surface)" stroke="var(--ink)" strokeWidth="8" />
      <g transform="translate(446 404) scale(1.168)">
        <CardFace />
      </g>
      {handsOff && (
        <>
          <g transform="translate(196 440) scale(0.84)">
            <OpenHand />
          </g>
          <path d="M350 470c14 28 14 64 0 92M378 452c22 40 22 88 0 128" fill="none" stroke="var(--warn)" strokeWidth="8" strokeLinecap="round" />
        </>
      )}
    </Scene>
  );
}

/** A hand brings the card back to its empty place; the line is cut until it is there. */
export function PutBackScene() {
  const { landscape, view } = useKiosk();
  const side = view.site.slots.card;
  const arrow = { fill: 'none', stroke: 'var(--ink)', strokeWidth: 10, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;
  if (landscape) {
    return (
      <Scene name="put-back" width={768} height={340} mirrored={side === 'right'}>
        <CutEnd d={side === 'below' ? `M24 180V${FAR}` : 'M0 127H36'} marks="M54 105l-14 44M82 105l-14 44" />
        <rect x="106" y="16" width="300" height="189" rx="17" fill="none" stroke="var(--ink)" strokeWidth="6" strokeDasharray="18 14" />
        <path d="M466 110h-40M446 90l-20 20l20 20" {...arrow} />
        <g transform="translate(486 26) scale(0.6)">
          <ThumbHand />
        </g>
      </Scene>
    );
  }
  return (
    <Scene name="put-back" width={1080} height={300} mirrored={side === 'left'}>
      <CutEnd d={side === 'below' ? `M1056 210V${FAR}` : 'M1080 159H1044'} marks="M1040 137l-14 44M1012 137l-14 44" />
      <rect x="606" y="16" width="368" height="232" rx="21.3" fill="none" stroke="var(--ink)" strokeWidth="6" strokeDasharray="18 14" />
      <path d="M542 132h40M562 112l20 20l-20 20" {...arrow} />
      <g transform="translate(200 30) scale(0.7477)">
        <HoldingHand />
      </g>
    </Scene>
  );
}

/** The stub of the line at the slot, cut off by two strokes. */
function CutEnd({ d, marks }: { readonly d: string; readonly marks: string }) {
  return (
    <>
      <Wire d={d} tone="amber" />
      <path d={marks} stroke="var(--warn)" strokeWidth="10" strokeLinecap="round" />
    </>
  );
}

/** The card comes out of the slot into a hand: take it. */
export function TakeScene({ taken = false }: { readonly taken?: boolean }) {
  const { landscape, view } = useKiosk();
  const side = view.site.slots.card;
  const atLeft = side === 'left' || (side === 'below' && landscape);
  return (
    <Scene name="take" width={460} height={344} mirrored={atLeft}>
      <Wire d={toRight(side, 420, 232, 460)} />
      <Stop x={396} y={232} r={28} ring={12} />
      {!taken && (
        <>
          <g transform="translate(32 14) scale(0.6776)">
            <ThumbHand />
          </g>
          <path
            d="M398 188c-2-38-14-62-40-80M380 104l-24 2l6 24"
            fill="none"
            stroke="var(--ink)"
            strokeWidth="9"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </>
      )}
    </Scene>
  );
}

/** Someone feeds a note into the slot on `side`. */
export function NoteScene({ side }: { readonly side: Side }) {
  const scene = (
    <>
      <rect x="412" y="10" width="140" height="256" rx="20" fill="var(--surface)" stroke="var(--ink)" strokeWidth="8" />
      <path d="M444 56v164" stroke="var(--ink)" strokeWidth="18" strokeLinecap="round" />
      <Limb strokes={[{ d: 'M80 172L130 164', outer: 102, inner: 88 }]} />
      <Sleeve outer="M5 178.5L81 173.5" inner="M12 178L74 174" widths={[132, 118]} />
      <rect x="120" y="70" width="250" height="124" rx="8" fill="#D9EBDD" stroke="#1F5B3B" strokeWidth="6" />
      <rect x="134" y="84" width="222" height="96" rx="4" fill="none" stroke="#1F5B3B" strokeWidth="3" />
      <circle cx="262" cy="132" r="32" fill="none" stroke="#1F5B3B" strokeWidth="5" />
      <Limb strokes={[{ d: 'M116 150L182 142', outer: 58, inner: 44 }]} />
      <path d="M384 132h34M404 116l16 16l-16 16" fill="none" stroke="var(--ink)" strokeWidth="8" strokeLinecap="round" strokeLinejoin="round" />
    </>
  );
  if (side === 'below') {
    return (
      <svg className="scene scene--note scene--below" width="276" height="430" viewBox="0 0 276 430" aria-hidden="true">
        <g transform="matrix(0 0.82 -0.82 0 251 0)">{scene}</g>
      </svg>
    );
  }
  return (
    <svg className={`scene scene--note scene--${side}`} width="520" height="276" viewBox="0 0 520 276" aria-hidden="true">
      {side === 'left' ? <g transform="matrix(-1 0 0 1 520 0)">{scene}</g> : scene}
    </svg>
  );
}

/** The line stops here and goes on there: `cut` where something is interrupted, without it only not yet ready. */
export function PauseScene({ cut }: { readonly cut: boolean }) {
  return (
    <svg className="scene scene--pause" width="1080" height="100" viewBox="0 0 1080 100" aria-hidden="true">
      <Wire d="M-900 50H420" />
      {cut && <Cut x={442} y={50} />}
      <path d={cut ? 'M500 50H790' : 'M444 50H790'} stroke="var(--line)" strokeWidth="10" strokeDasharray="4 24" strokeLinecap="round" />
      <Wire d="M820 50H1980" />
      <Stop x={820} y={50} r={30} ring={12} />
    </svg>
  );
}

/** Where the line between card, machine and the far side is cut. */
export function NetScene({ cutAt }: { readonly cutAt: 'card' | 'machine' | 'far' }) {
  const whole = (d: string, ok: boolean): ReactNode => <Wire d={d} tone={ok ? 'whole' : 'amber'} />;
  return (
    <svg className="scene scene--net" viewBox="0 0 1080 190" aria-hidden="true">
      {cutAt === 'card' ? (
        <>
          {whole('M180 95H310', false)}
          <Cut x={336} y={95} />
          <path d="M396 95H470" stroke="var(--line)" strokeWidth="10" strokeDasharray="4 22" strokeLinecap="round" />
          {whole('M560 95H880', true)}
        </>
      ) : (
        <>
          {whole('M180 95H520', true)}
          {whole('M560 95H690', false)}
          <Cut x={714} y={95} />
          <path d="M770 95H860" stroke="var(--line)" strokeWidth="10" strokeDasharray="4 22" strokeLinecap="round" />
        </>
      )}
      <g transform="translate(68 32) scale(0.4673)">
        <CardFace />
      </g>
      {cutAt === 'machine' ? <BadStation x={540} /> : <GoodStation x={540} />}
      {cutAt === 'far' ? <BadStation x={912} /> : cutAt === 'machine' ? <Stop x={912} y={95} r={36} ring={12} /> : <GoodStation x={912} />}
    </svg>
  );
}

function GoodStation({ x }: { readonly x: number }) {
  return (
    <g transform={`translate(${x} 95)`}>
      <circle r="48" fill="var(--success)" />
      <path d="M-22 1l15 15 28-32" fill="none" stroke="var(--surface)" strokeWidth="9" strokeLinecap="round" strokeLinejoin="round" />
    </g>
  );
}

function BadStation({ x }: { readonly x: number }) {
  return (
    <g transform={`translate(${x} 95)`} stroke="var(--warn)" strokeLinecap="round">
      <circle r="42" fill="var(--surface)" strokeWidth="12" />
      <path d="M-15 -15l30 30M15 -15l-30 30" strokeWidth="9" />
    </g>
  );
}

/** Modules of a 21 × 21 pattern that only looks like a code: nothing to scan in a picture. */
const MOCK_CODE =
  'M0 0h7v7h-7zM14 0h7v7h-7zM0 14h7v7h-7zM9 0h1v2h-1zM11 1h2v2h-2zM8 3h2v1h-2zM11 4h1v3h-1zM9 5h1v1h-1zM8 8h3v1h-3zM0 9h2v1h-2zM3 8h2v2h-2zM6 9h1v2h-1zM12 8h2v2h-2zM15 8h3v1h-3zM19 9h2v2h-2zM1 11h3v1h-3zM8 11h2v2h-2zM11 11h1v1h-1zM13 11h3v1h-3zM17 12h2v1h-2zM9 14h1v3h-1zM11 13h2v2h-2zM14 14h2v1h-2zM17 14h3v2h-3zM12 16h2v1h-2zM15 16h1v2h-1zM18 17h3v1h-3zM8 18h2v1h-2zM11 18h3v1h-3zM14 19h2v2h-2zM9 20h3v1h-3zM17 19h1v2h-1zM19 20h2v1h-2z';

function MockCode({ x, y, size }: { readonly x: number; readonly y: number; readonly size: number }) {
  return (
    <svg x={x} y={y} width={size} height={size} viewBox="0 0 21 21">
      <path d={MOCK_CODE} fill="#000" />
      <path d="M1 1h5v5h-5zM15 1h5v5h-5zM1 15h5v5h-5z" fill="#fff" />
      <path d="M2 2h3v3h-3zM16 2h3v3h-3zM2 16h3v3h-3z" fill="#000" />
    </svg>
  );
}

/** A phone before the machine's code. */
export function ScanPicture() {
  return (
    <svg className="pic" viewBox="0 0 400 200" aria-hidden="true">
      <rect x="220" y="14" width="168" height="172" rx="14" fill="var(--paper)" stroke="var(--ink)" strokeWidth="7" />
      <MockCode x={250} y={46} size={108} />
      <path d="M160 72l54 -18M160 128l54 20" stroke="var(--ink)" strokeWidth="5" strokeDasharray="2 14" strokeLinecap="round" />
      <rect x="66" y="18" width="92" height="160" rx="16" fill="var(--sleeve)" stroke="var(--ink)" strokeWidth="7" />
      <path d="M100 160h24" stroke="var(--ink)" strokeWidth="7" strokeLinecap="round" />
      <Limb strokes={[{ d: 'M46 138L84 122', outer: 48, inner: 36 }]} />
      <Sleeve outer="M6.1 147.1L45.9 139.9" inner="M12 146L40 141" widths={[76, 64]} />
    </svg>
  );
}

/** A phone with a code on it, held to the scanner's window. */
export function PresentPicture() {
  return (
    <svg className="pic" viewBox="0 0 400 200" aria-hidden="true">
      <rect x="306" y="14" width="82" height="172" rx="14" fill="var(--surface)" stroke="var(--ink)" strokeWidth="7" />
      <rect x="306" y="62" width="34" height="76" rx="6" fill="var(--ink)" />
      <path d="M300 74L206 46M300 126L206 154" stroke="var(--ink)" strokeWidth="5" strokeDasharray="2 14" strokeLinecap="round" />
      <rect x="84" y="10" width="108" height="176" rx="16" fill="var(--paper)" stroke="var(--ink)" strokeWidth="7" />
      <MockCode x={104} y={44} size={68} />
      <path d="M124 168h28" stroke="var(--ink)" strokeWidth="7" strokeLinecap="round" />
      <Limb strokes={[{ d: 'M46 142L102 138', outer: 48, inner: 36 }]} />
      <Sleeve outer="M6.1 148L45.9 143" inner="M12 147L40 144" widths={[76, 64]} />
    </svg>
  );
}

/** A card on its way into the foot of a payment terminal, which has a display and keys of its own. */
export function BankCardPicture() {
  return (
    <svg className="pic" viewBox="0 0 400 206" aria-hidden="true">
      <rect x="128" y="10" width="116" height="168" rx="16" fill="var(--surface)" stroke="var(--ink)" strokeWidth="7" />
      <rect x="146" y="28" width="80" height="44" rx="6" fill="#0B4F6C" />
      <path d="M176 38l10 12 10-12M186 50v14M176 57h20" fill="none" stroke="var(--paper)" strokeWidth="5" strokeLinecap="round" strokeLinejoin="round" />
      {[92, 114, 136].map((y) => (
        <path key={y} d={`M154 ${y}h8M182 ${y}h8M210 ${y}h8`} stroke="var(--ink)" strokeWidth="10" strokeLinecap="round" />
      ))}
      <path d="M146 164h80" stroke="var(--ink)" strokeWidth="7" strokeLinecap="round" />
      <rect x="262" y="92" width="112" height="72" rx="10" fill="var(--paper)" stroke="var(--ink)" strokeWidth="7" />
      <path d="M266 116h104" stroke="var(--ink)" strokeWidth="12" />
      <path d="M282 146h30" stroke="var(--ink)" strokeWidth="6" strokeLinecap="round" />
      <path d="M26 66c14 22 14 52 0 74M52 54c20 30 20 68 0 98M78 44c25 38 25 80 0 118" fill="none" stroke="var(--ink)" strokeWidth="6" strokeLinecap="round" />
    </svg>
  );
}

/** A finger says yes on a phone. */
export function ConfirmPicture() {
  return (
    <svg className="pic" viewBox="0 0 400 206" aria-hidden="true">
      <rect x="146" y="10" width="108" height="182" rx="16" fill="var(--paper)" stroke="var(--ink)" strokeWidth="7" />
      <path d="M184 30h32" stroke="var(--ink)" strokeWidth="7" strokeLinecap="round" />
      <path d="M187 54l13 18 13-18M200 72v22M184 81h32" fill="none" stroke="#0B4F6C" strokeWidth="6" strokeLinecap="round" strokeLinejoin="round" />
      <rect x="166" y="116" width="68" height="44" rx="10" fill="#1F5B3B" />
      <path d="M185 138l11 11 20-22" fill="none" stroke="var(--paper)" strokeWidth="8" strokeLinecap="round" strokeLinejoin="round" />
      <Limb strokes={[{ d: 'M320 156L246 148', outer: 48, inner: 36 }]} />
      <Sleeve outer="M392 164L322 156" inner="M386 163L328 157" widths={[76, 64]} />
    </svg>
  );
}

/** A note going into a slot. */
export function CashPicture() {
  return (
    <svg className="pic" viewBox="0 20 370 180" aria-hidden="true">
      <Limb strokes={[{ d: 'M76 116L112 112', outer: 74, inner: 62 }]} />
      <Sleeve outer="M8 120.4L76 115.6" inner="M14 120L70 116" widths={[92, 80]} />
      <rect x="112" y="66" width="196" height="94" rx="6" fill="#D9EBDD" stroke="#1F5B3B" strokeWidth="5" />
      <circle cx="222" cy="113" r="26" fill="none" stroke="#1F5B3B" strokeWidth="4" />
      <Limb strokes={[{ d: 'M104 96L150 92', outer: 44, inner: 32 }]} />
      <rect x="300" y="30" width="56" height="166" rx="12" fill="var(--surface)" stroke="var(--ink)" strokeWidth="7" />
      <path d="M316 58v108" stroke="var(--ink)" strokeWidth="12" strokeLinecap="round" />
    </svg>
  );
}

/** A hand with a slip that is money. */
export function VoucherPicture() {
  return (
    <svg className="pic" viewBox="0 0 370 200" aria-hidden="true">
      <path
        d="M132 18h190v150l-19-12-19 12-19-12-19 12-19-12-19 12-19-12-19 12-19-12-19 12z"
        fill="var(--paper)"
        stroke="var(--ink)"
        strokeWidth="7"
        strokeLinejoin="round"
      />
      <path d="M214 46l13 18 13-18M227 64v30M211 74h32" fill="none" stroke="#0B4F6C" strokeWidth="7" strokeLinecap="round" strokeLinejoin="round" />
      <path d="M176 116h102M196 136h62" stroke="#0B4F6C" strokeWidth="7" strokeLinecap="round" />
      <Limb strokes={[{ d: 'M70 132L146 116', outer: 56, inner: 44 }]} />
      <Sleeve outer="M6 146L70 134" inner="M12 145L64 135" widths={[80, 68]} />
    </svg>
  );
}

/** A small card in a tile: a sign for "card", not the card itself. Edged, since a tile may have the card's color. */
function SmallCard() {
  return (
    <g>
      <rect x="24" y="42" width="256" height="162" rx="15" fill="var(--card)" stroke="var(--pic-edge, var(--card-edge))" strokeWidth="5" />
      <path d="M24 142.4h256" stroke="var(--card-thread)" strokeWidth="6" />
    </g>
  );
}

/** Money comes onto the card: top-up. */
export function TopUpPicture() {
  return (
    <svg className="pic" viewBox="10 0 370 220" aria-hidden="true">
      <SmallCard />
      <circle cx="296" cy="78" r="62" fill="var(--paper)" stroke="var(--pic-edge, var(--ink))" strokeWidth="7" />
      <path d="M272 46l24 30 24-30M296 76v38M275 91h42" fill="none" stroke="#0B4F6C" strokeWidth="9" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

/** Money that waits comes onto the card. */
export function PendingPicture() {
  return (
    <svg className="pic" viewBox="10 0 370 220" aria-hidden="true">
      <SmallCard />
      <path d="M224 42h144v84H224z" fill="var(--paper)" stroke="var(--pic-edge, var(--ink))" strokeWidth="7" strokeLinejoin="round" />
      <path d="M224 44l72 48 72-48" fill="none" stroke="#0B4F6C" strokeWidth="8" strokeLinejoin="round" />
      <path d="M296 134v38M278 156l18 20 18-20" fill="none" stroke="var(--pic-edge, var(--ink))" strokeWidth="9" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

/** A look at what is on the card. */
export function BalancePicture() {
  return (
    <svg className="pic" viewBox="10 0 370 220" aria-hidden="true">
      <SmallCard />
      <path d="M338 124l32 38" stroke="var(--pic-edge, var(--ink))" strokeWidth="20" strokeLinecap="round" />
      <circle cx="296" cy="78" r="62" fill="var(--paper)" stroke="var(--pic-edge, var(--ink))" strokeWidth="9" />
      <path d="M266 66h60M266 92h38" stroke="#0B4F6C" strokeWidth="9" strokeLinecap="round" />
    </svg>
  );
}

/** A slip coming out of its slot. */
export function PrintPicture() {
  return (
    <svg className="pic" viewBox="0 20 240 210" aria-hidden="true">
      <path d="M60 96v112l15-11 15 11 15-11 15 11 15-11 15 11 15-11 15 11V96z" fill="var(--paper)" stroke="var(--ink)" strokeWidth="7" strokeLinejoin="round" />
      <path d="M86 124h68M86 148h68M86 172h40" stroke="#0B4F6C" strokeWidth="6" strokeLinecap="round" />
      <rect x="22" y="40" width="196" height="64" rx="16" fill="var(--sleeve)" stroke="var(--ink)" strokeWidth="7" />
      <path d="M52 84h136" stroke="var(--ink)" strokeWidth="8" strokeLinecap="round" />
    </svg>
  );
}

/** A slip on a phone. */
export function PhonePicture() {
  return (
    <svg className="pic" viewBox="0 0 240 230" aria-hidden="true">
      <rect x="64" y="12" width="112" height="206" rx="20" fill="var(--sleeve)" stroke="var(--ink)" strokeWidth="7" />
      <rect x="82" y="54" width="76" height="76" fill="#fff" />
      <MockCode x={88} y={60} size={64} />
      <path d="M90 156h60M90 176h36" stroke="var(--ink)" strokeWidth="6" strokeLinecap="round" />
    </svg>
  );
}

/** No slip. */
export function NoSlipPicture() {
  return (
    <svg className="pic" viewBox="0 10 240 210" aria-hidden="true" fill="none" stroke="var(--ink)" strokeWidth="7" strokeLinecap="round" strokeLinejoin="round">
      <path d="M70 30h100v170l-17-12-17 12-16-12-16 12-17-12-17 12z" strokeDasharray="14 14" />
    </svg>
  );
}
