/** Mains, network cable and the terminal process: what takes everything away at once. */
import { useBench } from './bench-context.ts';
import { say } from './words.ts';

export function Power() {
  const { state, hand } = useBench();
  const up = state.network === 'up';
  return (
    <div className="power">
      <button type="button" className="bench-button bench-button--danger" data-testid="power-cut" onClick={() => hand({ act: 'powerCut' })}>
        {say('power.cut')}
      </button>
      <button
        type="button"
        role="switch"
        aria-checked={up}
        aria-label={say('cable.network')}
        className="bench-button"
        data-testid="network"
        onClick={() => hand({ act: 'network', up: !up })}
      >
        {say(up ? 'power.unplugNetwork' : 'power.plugNetwork')}
      </button>
      <button type="button" className="bench-button bench-button--danger" data-testid="kill-terminal" onClick={() => hand({ act: 'killTerminal' })}>
        {say('power.kill')}
      </button>
    </div>
  );
}
