/** Icons on the kiosk's 48 grid, round line; always beside a word: the word is what assistive technology reads. */
import type { JSX } from 'react';

export type IconName = keyof typeof DRAWINGS;

export function Icon({ name, className = '' }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg className={`icon ${className}`} viewBox="0 0 48 48" aria-hidden="true">
      {DRAWINGS[name]}
    </svg>
  );
}

const DRAWINGS = {
  terminal: (
    <>
      <rect x="12" y="4" width="24" height="40" rx="4" />
      <path d="M12 14h24M19 22h10M19 34h10" />
    </>
  ),
  journal: (
    <>
      <rect x="4" y="16" width="18" height="16" rx="8" />
      <rect x="26" y="16" width="18" height="16" rx="8" />
      <path d="M17 24h14" />
    </>
  ),
  rollout: (
    <>
      <circle cx="24" cy="24" r="5" />
      <path d="M24 10a14 14 0 0 1 14 14M24 3a21 21 0 0 1 21 21M10 24a14 14 0 0 0 14 14M3 24a21 21 0 0 0 21 21" />
    </>
  ),
  box: (
    <>
      <rect x="6" y="8" width="36" height="34" rx="4" />
      <path d="M14 16h20M24 24v9M17 28.5h14" />
    </>
  ),
  scales: (
    <>
      <path d="M24 6v36M14 42h20M8 14h32" />
      <path d="M8 14l-5 13a6 6 0 0 0 11 0zM40 14l-5 13a6 6 0 0 0 11 0z" transform="translate(-.5 0)" />
    </>
  ),
  ticket: (
    <>
      <path d="M6 13h36v8a3.5 3.5 0 0 0 0 7v8H6v-8a3.5 3.5 0 0 0 0-7z" />
      <path d="M29 19v0M29 24.5v0M29 30v0" />
    </>
  ),
  call: <path d="M14 6l6 1.5 2 9-4.5 4c2 4.5 5 7.5 9.5 9.5l4-4.5 9 2 1.5 6c.5 4-3 7-7 6.5C20 38 10 28 8 13c-.5-4 2-7 6-7z" />,
  chat: (
    <>
      <path d="M6 9h36v25H22l-9 8v-8H6z" />
      <path d="M15 18h18M15 25h11" />
    </>
  ),
  face: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path d="M17 19v0M31 19v0M15 29c5 6 13 6 18 0" />
    </>
  ),
  book: (
    <>
      <path d="M24 12c-4-4-10-5-18-5v31c8 0 14 1 18 4 4-3 10-4 18-4V7c-8 0-14 1-18 5z" />
      <path d="M24 12v30" />
    </>
  ),
  chart: <path d="M6 42h36M12 36V24M22 36V12M32 36V19M42 36V8" />,
  report: (
    <>
      <path d="M10 4h20l8 8v32H10z" />
      <path d="M30 4v8h8M17 22h14M17 30h14M17 37h8" />
    </>
  ),
  people: (
    <>
      <circle cx="18" cy="16" r="8" />
      <path d="M4 42c0-9 6-14 14-14s14 5 14 14M32 8.5a8 8 0 0 1 0 15M37 29c4.500 2 7 6.500 7 13" />
    </>
  ),
  eye: (
    <>
      <path d="M4 24c5-9 12-13 20-13s15 4 20 13c-5 9-12 13-20 13S9 33 4 24z" />
      <circle cx="24" cy="24" r="6" />
    </>
  ),
  more: <path d="M10 24v0M24 24v0M38 24v0" strokeWidth="6" />,
  tick: <path d="M9 25l11 11 20-23" />,
  warn: (
    <>
      <path d="M24 6L4.500 40h39z" />
      <path d="M24 19v10M24 34.500v0" />
    </>
  ),
  stop: (
    <>
      <path d="M16 5h16l11 11v16L32 43H16L5 32V16z" />
      <path d="M17 17l14 14M31 17L17 31" />
    </>
  ),
  info: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path d="M24 22v12M24 14.500v0" />
    </>
  ),
  wait: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path d="M24 13v12l8 5" />
    </>
  ),
  off: <circle cx="24" cy="24" r="17" strokeDasharray="7 7" />,
  back: <path d="M41 24H8M20 11L7 24l13 13" />,
  next: <path d="M7 24h33M28 11l13 13-13 13" />,
  close: <path d="M12 12l24 24M36 12L12 36" />,
  search: (
    <>
      <circle cx="21" cy="21" r="14" />
      <path d="M31 31l12 12" />
    </>
  ),
  leave: (
    <>
      <path d="M28 7H11a3 3 0 0 0-3 3v28a3 3 0 0 0 3 3h17" />
      <path d="M20 24h21M33 16l8 8-8 8" />
    </>
  ),
  language: (
    <>
      <path d="M4 12h20M14 7v5M20 12c-2 9-8 14-15 17M9 12c2 8 6 12 12 15" />
      <path d="M24 42l9-22 9 22M27.500 35h11" />
    </>
  ),
  moon: <path d="M40 29A18 18 0 0 1 19 8a17 17 0 1 0 21 21z" />,
  sun: (
    <>
      <circle cx="24" cy="24" r="9" />
      <path d="M24 4v5M24 39v5M4 24h5M39 24h5M10 10l3.500 3.500M34.500 34.500L38 38M10 38l3.500-3.500M34.500 13.500L38 10" />
    </>
  ),
  key: (
    <>
      <circle cx="14" cy="24" r="9" />
      <path d="M23 24h21v8M35 24v7" />
    </>
  ),
  printer: (
    <>
      <path d="M14 17V6h20v11" />
      <rect x="5" y="17" width="38" height="17" rx="4" />
      <path d="M14 28h20v14H14zM19 35h10M36 23v0" />
    </>
  ),
  offline: (
    <>
      <path d="M5 18c5-4.500 11-6.700 17-6.800M43 18c-2.600-2.300-5.500-4-8.600-5.200M12 26c2.600-2.400 5.600-3.900 8.800-4.500M36 26c-1-.9-2-1.700-3.100-2.300M18.500 33c3.500-3 7.500-3 11 0M24 39v0" />
      <path d="M7 5l34 38" />
    </>
  ),
} satisfies Record<string, JSX.Element>;
