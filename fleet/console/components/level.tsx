/** How full a store is: its word, a picture of it in fifths, and its count where the device counts. The word is the truth; the picture repeats it. */
import { formatCount } from '../format.ts';
import { usePreferences } from '../preferences.tsx';
import { Status, type Tone } from './text.tsx';

export type LevelWord = 'ok' | 'low' | 'empty' | 'high' | 'full' | 'missing' | 'unknown' | 'notSupported';

/** Fifths of the picture. Absent: nobody knows. */
const FIFTHS: Record<LevelWord, number | undefined> = {
  empty: 0,
  low: 1,
  ok: 3,
  high: 4,
  full: 5,
  missing: undefined,
  unknown: undefined,
  notSupported: undefined,
};

export function toneOfLevel(level: LevelWord): Tone {
  switch (level) {
    case 'ok':
      return 'ok';
    case 'low':
    case 'high':
      return 'warn';
    case 'empty':
    case 'full':
    case 'missing':
      return 'danger';
    case 'unknown':
    case 'notSupported':
      return 'off';
  }
}

export function Level({ level, use, count }: { readonly level: LevelWord; readonly use: 'dispense' | 'collect'; readonly count: number | undefined }) {
  const { say } = usePreferences();
  const tone = toneOfLevel(level);
  // what is collected is well while it is far from full
  const fifths = level === 'ok' && use === 'collect' ? 2 : FIFTHS[level];
  return (
    <span className="level" data-tone={tone}>
      {fifths !== undefined && (
        <svg viewBox="0 0 44 10" aria-hidden="true">
          <rect className="bed" x="0.5" y="0.5" width="43" height="9" rx="4.5" />
          {fifths > 0 && <rect className="full" x="2" y="2" width={fifths * 8} height="6" rx="3" />}
        </svg>
      )}
      <Status tone={tone}>{say(`level.${level}`)}</Status>
      {count !== undefined && <span className="tn">{formatCount(count)}</span>}
    </span>
  );
}
