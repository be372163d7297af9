/** Icons on a 48 grid, drawn with a round 3 px line. Always beside a word: the word is what assistive technology reads. */
import type { JSX } from 'react';

export type IconName = keyof typeof DRAWINGS;

/** `size`: l 80, m 64 (in buttons), s 40, xs 32 design px. */
export function Icon({ name, size = 'm', className = '' }: { readonly name: IconName; readonly size?: 'l' | 'm' | 's' | 'xs'; readonly className?: string }) {
  return (
    <svg className={`icon icon--${size} ${TURNING.has(name) ? 'icon--turns' : ''} ${className}`} viewBox="0 0 48 48" aria-hidden="true">
      {DRAWINGS[name]}
    </svg>
  );
}

/** They point along the line of writing, and turn with it. */
const TURNING: ReadonlySet<IconName> = new Set(['back', 'next', 'leave', 'erase']);

const DRAWINGS = {
  card: (
    <>
      <rect x="5" y="10" width="38" height="28" rx="4" />
      <path d="M5 28h38M11 18h8" />
    </>
  ),
  handCard: (
    <>
      <path d="M21 24h18a4 4 0 0 0 4-4V10a4 4 0 0 0-4-4H21a4 4 0 0 0-4 4v2.5" />
      <path d="M4 16.5h7l12-1.5a3.2 3.2 0 0 1 .5 6.3L17 22" />
      <path d="M4 30h7c4 0 6-1.5 8-5" />
      <path d="M31 19h12" />
      <path d="M9 36v2a4 4 0 0 0 4 4h26a4 4 0 0 0 4-4v-6" />
    </>
  ),
  note: (
    <>
      <rect x="4" y="12" width="40" height="24" rx="3" />
      <circle cx="24" cy="24" r="6" />
      <path d="M11 19v0M37 29v0" />
    </>
  ),
  qr: (
    <>
      <rect x="7" y="7" width="13" height="13" rx="2" />
      <rect x="28" y="7" width="13" height="13" rx="2" />
      <rect x="7" y="28" width="13" height="13" rx="2" />
      <path d="M28 28h5v5M41 28v6M28 41h6M41 41v0M13.5 13.5v0M34.5 13.5v0M13.5 34.5v0" />
    </>
  ),
  phone: (
    <>
      <rect x="13" y="4" width="22" height="40" rx="5" />
      <path d="M21 37h6" />
    </>
  ),
  printer: (
    <>
      <path d="M14 17V6h20v11" />
      <rect x="5" y="17" width="38" height="17" rx="4" />
      <path d="M14 28h20v14H14zM19 35h10M36 23v0" />
    </>
  ),
  lost: (
    <>
      <path d="M24 38H9a4 4 0 0 1-4-4V14a4 4 0 0 1 4-4h30a4 4 0 0 1 4 4v7M5 19h38" />
      <circle cx="36" cy="34" r="9" />
      <path d="M36 29.5v5M36 38.5v0" />
    </>
  ),
  help: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path d="M18 19c0-8 12.5-7.5 12.5 0 0 5-6.5 5-6.5 10M24 35v0" />
    </>
  ),
  language: (
    <>
      <path d="M4 12h20M14 7v5M20 12c-2 9-8 14-15 17M9 12c2 8 6 12 12 15" />
      <path d="M24 42l9-22 9 22M27.5 35h11" />
    </>
  ),
  hide: (
    <>
      <path d="M7 7l34 34" />
      <path d="M19 11.5C31 8.5 40 17 44 24c-1.5 2.6-3.5 5.2-6 7.5M32 35.5C18 41 8.5 31.5 4 24c1.8-3.2 4.4-6.3 7.6-8.7" />
      <path d="M19.5 20a6 6 0 0 0 8.5 8.5" />
    </>
  ),
  size: (
    <>
      <path d="M4 40L15 10l11 30M8 30h14" />
      <path d="M29 40l6.5-17L42 40M31.5 34h8" />
      <path d="M35.5 16V7M31 11l4.5-4.5L40 11" />
    </>
  ),
  lowReach: (
    <>
      <circle cx="20" cy="8" r="4" />
      <path d="M20 14v13h11l6 13h4" />
      <path d="M15 22a11 11 0 1 0 14.5 14" />
      <path d="M20 19h13l6-7" />
      <rect x="38" y="4" width="6" height="6" rx="1.5" />
    </>
  ),
  speak: (
    <>
      <path d="M5 19h8l11-9v28l-11-9H5z" />
      <path d="M31 17a10 10 0 0 1 0 14M36.5 11a18 18 0 0 1 0 26" />
    </>
  ),
  pulse: <path d="M4 25h9l5-14 9 28 6-14h11" />,
  supplies: (
    <>
      <rect x="7" y="8" width="34" height="13" rx="3" />
      <path d="M14 21v15h14M23 30l6 6-6 6M34 21v8" />
    </>
  ),
  cashBox: (
    <>
      <rect x="7" y="7" width="34" height="34" rx="3" />
      <path d="M7 17h34M18 12h12M24 22v12M18 28h12" />
    </>
  ),
  chain: (
    <>
      <circle cx="14" cy="24" r="8" />
      <circle cx="34" cy="24" r="8" />
      <path d="M20 24h8" />
    </>
  ),
  tick: <path d="M9 25l11 11 20-23" />,
  warn: (
    <>
      <path d="M24 6L4.5 40h39z" />
      <path d="M24 19v10M24 34.5v0" />
    </>
  ),
  wait: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path d="M24 13v12l8 5" />
    </>
  ),
  keys: (
    <>
      <rect x="4" y="11" width="40" height="26" rx="4" />
      <path d="M11 19v0M18 19v0M24.5 19v0M31 19v0M37.5 19v0M11 25v0M18 25v0M24.5 25v0M31 25v0M37.5 25v0M16 31h16" />
    </>
  ),
  topUp: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path d="M16 14l8 10 8-10M24 24v11M17 28h14" />
    </>
  ),
  balance: (
    <>
      <rect x="5" y="10" width="38" height="28" rx="4" />
      <path d="M17 16l7 8 7-8M24 24v9M18 27h12" />
    </>
  ),
  swap: (
    <>
      <path d="M8 20V14a4 4 0 0 1 4-4h24a4 4 0 0 1 4 4v6M8 20h32" />
      <path d="M40 28v6a4 4 0 0 1-4 4H17" />
      <path d="M23 31l-7 7 7 7" />
    </>
  ),
  moneyBack: (
    <>
      <rect x="10" y="22" width="34" height="20" rx="3" />
      <circle cx="27" cy="32" r="4.5" />
      <path d="M32 15a13 13 0 0 0-24 3M6 9l2 9.5 9-2" />
    </>
  ),
  headset: (
    <>
      <path d="M8 28v-5a16 16 0 0 1 32 0v5" />
      <rect x="5" y="25" width="8" height="12" rx="3.5" />
      <rect x="35" y="25" width="8" height="12" rx="3.5" />
      <path d="M39 37c0 4-4 6-9 6h-4" />
    </>
  ),
  call: <path d="M14 6l6 1.5 2 9-4.5 4c2 4.5 5 7.5 9.5 9.5l4-4.5 9 2 1.5 6c.5 4-3 7-7 6.5C20 38 10 28 8 13c-.5-4 2-7 6-7z" />,
  ticket: (
    <>
      <path d="M6 13h36v8a3.5 3.5 0 0 0 0 7v8H6v-8a3.5 3.5 0 0 0 0-7z" />
      <path d="M29 19v0M29 24.5v0M29 30v0" />
    </>
  ),
  lock: (
    <>
      <rect x="8" y="21" width="32" height="22" rx="4" />
      <path d="M15 21v-6a9 9 0 0 1 18 0v6M24 30v5" />
    </>
  ),
  leave: (
    <>
      <path d="M28 7H11a3 3 0 0 0-3 3v28a3 3 0 0 0 3 3h17" />
      <path d="M20 24h21M33 16l8 8-8 8" />
    </>
  ),
  info: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path d="M24 22v12M24 14.5v0" />
    </>
  ),
  back: <path d="M41 24H8M20 11L7 24l13 13" />,
  next: <path d="M7 24h33M28 11l13 13-13 13" />,
  down: <path d="M24 7v33M11 28l13 13 13-13" />,
  close: <path d="M12 12l24 24M36 12L12 36" />,
  chevron: <path d="M18 9l15 15-15 15" />,
  erase: (
    <>
      <path d="M17 10h24a3 3 0 0 1 3 3v22a3 3 0 0 1-3 3H17L4 24z" />
      <path d="M23 18l12 12M35 18L23 30" />
    </>
  ),
  search: (
    <>
      <circle cx="21" cy="21" r="14" />
      <path d="M31.5 31.5L43 43" />
    </>
  ),
  list: (
    <>
      <rect x="6" y="7" width="14" height="14" rx="3" />
      <rect x="6" y="27" width="14" height="14" rx="3" />
      <path d="M27 10h15M27 18h10M27 30h15M27 38h10" />
    </>
  ),
  shield: (
    <>
      <path d="M24 4l17 6v12c0 11-7 18-17 22C14 40 7 33 7 22V10z" />
      <path d="M16 23l6 6 11-12" />
    </>
  ),
  place: (
    <>
      <path d="M24 44C14 32 9 25.5 9 18.5a15 15 0 0 1 30 0C39 25.5 34 32 24 44z" />
      <circle cx="24" cy="19" r="5.5" />
    </>
  ),
  chat: (
    <>
      <path d="M18 31c-1.5 0-3-.2-4.300-.6L6 34l2-6.200A13 11.5 0 1 1 31 20" />
      <path d="M44 31.5A10.5 9 0 1 0 39 39l5 2-1.300-4.200A8.600 8.600 0 0 0 44 31.5z" />
    </>
  ),
  web: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path d="M5 24h38M24 5c7 6 9 12 9 19s-2 13-9 19c-7-6-9-12-9-19s2-13 9-19z" />
    </>
  ),
  mail: (
    <>
      <rect x="4" y="10" width="40" height="28" rx="4" />
      <path d="M6 13l18 14 18-14" />
    </>
  ),
  space: <path d="M7 20v10h34V20" />,
  contrast: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path className="f" d="M24 5a19 19 0 0 1 0 38z" />
    </>
  ),
} satisfies Record<string, JSX.Element>;
