/** A knob as the protocol describes it: a switch, a count with its steps, or a choice. */
import { knobShape, type KnobName, type KnobShape, type KnobValue } from '../../drivers/bench/protocol.ts';
import { useBench } from './bench-context.ts';
import { Switch } from './switch.tsx';
import { say, sayIfKnown } from './words.ts';

export function Knob({ name }: { readonly name: KnobName }) {
  const { state, hand } = useBench();
  const shape = knobShape(name);
  const value = state.knobs[name];
  const turn = (to: KnobValue): void => hand({ act: 'knob', knob: name, value: to });
  switch (shape.kind) {
    case 'switch':
      return (
        <Switch testId={`knob-${name}`} on={value === true} onChange={turn}>
          {say(`knob.${name}`)}
        </Switch>
      );
    case 'count':
      return <Count name={name} shape={shape} count={typeof value === 'number' ? value : 0} onChange={turn} />;
    case 'choice':
      return <Choice name={name} choices={shape.choices} chosen={value} onChange={turn} />;
  }
}

function Count({
  name,
  shape,
  count,
  onChange,
}: {
  readonly name: KnobName;
  readonly shape: Extract<KnobShape, { readonly kind: 'count' }>;
  readonly count: number;
  readonly onChange: (count: number) => void;
}) {
  const { max, step, unit } = shape;
  const word = say(`knob.${name}`);
  return (
    <div className="bench-knob" data-turned={count === 0 ? undefined : ''}>
      <span>{word}</span>
      <span className="stepper">
        <button
          type="button"
          disabled={count === 0}
          aria-label={say('fault.fewer', { name: word })}
          data-testid={`knob-${name}-less`}
          onClick={() => onChange(Math.max(0, count - step))}
        >
          −
        </button>
        <output data-testid={`knob-${name}`}>{count === 0 ? say('fault.off') : unit === undefined ? `${count} ×` : say(`fault.${unit}`, { count })}</output>
        <button
          type="button"
          disabled={count >= max}
          aria-label={say('fault.more', { name: word })}
          data-testid={`knob-${name}-more`}
          onClick={() => onChange(Math.min(max, count + step))}
        >
          +
        </button>
      </span>
    </div>
  );
}

function Choice({
  name,
  choices,
  chosen,
  onChange,
}: {
  readonly name: KnobName;
  readonly choices: readonly string[];
  readonly chosen: KnobValue | undefined;
  readonly onChange: (choice: string) => void;
}) {
  const word = say(`knob.${name}`);
  return (
    <div className="bench-knob" data-turned={chosen === choices[0] ? undefined : ''}>
      <span>{word}</span>
      <span className="choices" role="radiogroup" aria-label={word}>
        {choices.map((choice) => (
          <button
            key={choice}
            type="button"
            role="radio"
            aria-checked={choice === chosen}
            data-testid={`knob-${name}-${choice}`}
            onClick={() => onChange(choice)}
          >
            {sayIfKnown('choice', choice) ?? choice}
          </button>
        ))}
      </span>
    </div>
  );
}
