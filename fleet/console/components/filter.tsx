/** One choice of a few, as a row of pressed-in buttons with their counts; scrolls sideways on a phone. */
import { formatCount } from '../format.ts';

export interface FilterChoice<T extends string> {
  readonly value: T;
  readonly word: string;
  readonly count?: number | undefined;
}

export function Filter<T extends string>({
  label,
  chosen,
  choices,
  onChoose,
}: {
  readonly label: string;
  readonly chosen: T;
  readonly choices: readonly FilterChoice<T>[];
  readonly onChoose: (value: T) => void;
}) {
  return (
    <div className="filter" role="group" aria-label={label}>
      {choices.map(({ value, word, count }) => (
        <button key={value} type="button" aria-pressed={value === chosen} onClick={() => onChoose(value)}>
          {word}
          {count !== undefined && <b>{formatCount(count)}</b>}
        </button>
      ))}
    </div>
  );
}
