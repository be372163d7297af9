/** The door of the cabinet, the technician's switch inside it, and the lamp over the slots. */
import { useBench } from './bench-context.ts';
import { say } from './words.ts';

export function Door() {
  const { state, hand } = useBench();
  const { cabinet } = state;
  if (cabinet === null) return undefined;
  const open = cabinet.door === 'open';
  const service = cabinet.serviceSwitch === 'maintenance';
  return (
    <div className="door-place">
      <span className="lamp" data-testid="lamp" data-lit={cabinet.lit ? '' : undefined}>
        <i aria-hidden="true" />
        {say('cabinet.lamp')}
      </span>
      <button
        type="button"
        role="switch"
        aria-checked={open}
        aria-label={say('cabinet.door')}
        className="door"
        data-testid="door"
        onClick={() => hand({ act: 'door', open: !open })}
      >
        <svg viewBox="0 0 72 76" aria-hidden="true">
          <rect className="door-frame" x="4" y="4" width="64" height="68" rx="5" />
          <path className="door-leaf" d={open ? 'M4 4l38 9v58L4 72z' : 'M4 4h64v68H4z'} />
          <circle className="door-knob" cx={open ? 35 : 58} cy={open ? 44 : 39} r="4" />
        </svg>
        {say(open ? 'cabinet.doorOpen' : 'cabinet.doorClosed')}
      </button>
      <button
        type="button"
        role="switch"
        aria-checked={service}
        className="key-switch"
        data-testid="service-switch"
        onClick={() => hand({ act: 'serviceSwitch', to: service ? 'operator' : 'maintenance' })}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <circle cx="12" cy="12" r="9" />
          <path d="M12 5v14" />
        </svg>
        {say(service ? 'cabinet.switchMaintenance' : 'cabinet.switchOperator')}
      </button>
    </div>
  );
}
