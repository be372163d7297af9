/** One device's knobs, its cable and what a technician does to it, behind a heading that says whether anything is wrong. */
import { useEffect, useRef, type ReactNode } from 'react';
import { atRest, deviceNames, knobNames, knobShape, type DeviceName, type KnobName, type KnobOwner } from '../../drivers/bench/protocol.ts';
import type { CabinetState } from '../../drivers/bench/protocol.ts';
import { useBench } from './bench-context.ts';
import { Knob } from './knob.tsx';
import { Plug } from './plug.tsx';
import { Service } from './service.tsx';
import { say } from './words.ts';

/** The card in the hand goes with its reader. */
export type Group = Exclude<KnobOwner, 'card'>;

export function knobsOf(group: Group, { knobs }: Pick<CabinetState, 'knobs'>): readonly KnobName[] {
  const owners: readonly KnobOwner[] = group === 'cardReader' ? ['card', group] : [group];
  return knobNames.filter((name) => owners.includes(knobShape(name).owner) && knobs[name] !== undefined);
}

/** Those that are not at rest. */
export function turned(names: readonly KnobName[], { knobs }: Pick<CabinetState, 'knobs'>): readonly KnobName[] {
  return names.filter((name) => knobs[name] !== atRest(knobShape(name)));
}

export function FaultGroup({ group, open, onOpen }: { readonly group: Group; readonly open: boolean; readonly onOpen: (open: boolean) => void }) {
  const { state, hand } = useBench();
  const device = deviceNames.find((name): name is DeviceName => name === group);
  const names = knobsOf(group, state);
  const wrong = turned(names, state).length;
  const unplugged = device !== undefined && state.unplugged.includes(device);
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (open) place.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  return (
    <li ref={place} className="fault-group" data-open={open ? '' : undefined} data-testid={`group-${group}`}>
      <div className="fault-head">
        <button type="button" className="fault-title" aria-expanded={open} onClick={() => onOpen(!open)}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M5 2l6 6-6 6" />
          </svg>
          <b>{say(`device.${group}`)}</b>
          <Remark wrong={wrong} unplugged={unplugged}>
            {device === undefined ? undefined : state.fitted[device]}
          </Remark>
        </button>
        {device !== undefined && (
          <Plug
            testId={`plug-${device}`}
            label={say('cable.plug', { device: say(`device.${device}`) })}
            plugged={!unplugged}
            onChange={(plugged) => hand(plugged ? { act: 'plug', device } : { act: 'unplug', device })}
          />
        )}
      </div>
      {open && (
        <div className="fault-body">
          <ul>
            {names.map((name) => (
              <li key={name}>
                <Knob name={name} />
              </li>
            ))}
          </ul>
          {device !== undefined && <Service device={device} />}
        </div>
      )}
    </li>
  );
}

/** What is wrong with it, or else its model. */
function Remark({ wrong, unplugged, children }: { readonly wrong: number; readonly unplugged: boolean; readonly children: ReactNode }) {
  if (unplugged) return <em className="fault-count">{say('fault.unplugged')}</em>;
  if (wrong > 0) return <em className="fault-count">{say('fault.active', { count: wrong })}</em>;
  return <small>{children}</small>;
}
