/** What a measurement says, as data and as the table that `npm run bench` prints. A verdict is for a reader: nothing fails by it. */

import type { Host } from '../launcher/host.ts';

export interface Figure {
  /** E.g. `append.ratio`. */
  readonly name: string;
  readonly value: number;
  readonly unit: '×' | '%' | 'ms' | 'µs' | 'MB' | 'kB' | 'MB/s' | '/s' | '';
  /** At most this is wanted; absent: the figure only explains another one. */
  readonly target?: number;
}

export interface Setting {
  readonly host: Host;
  /** Folder on the disk that is measured; the measurement cleans up what it puts there. */
  readonly data: string;
  /** For the figure of memory. */
  readonly topUps: number;
  /** For the figure of a day without anybody. */
  readonly hours: number;
}

/** One measurement of the bench; rejects when it could not be made. */
export type Measure = (setting: Setting) => Promise<readonly Figure[]>;

export type Verdict = 'met' | 'missed' | '';

export function verdictOf({ value, target }: Figure): Verdict {
  if (target === undefined) return '';
  return value <= target ? 'met' : 'missed';
}

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    inWords(figure.value, figure.unit),
    figure.target === undefined ? '' : `≤ ${inWords(figure.target, figure.unit)}`,
    verdictOf(figure),
  ]);
  const table = [['figure', 'value', 'target', 'verdict'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => (column === 1 || column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function inWords(value: number, unit: Figure['unit']): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}
