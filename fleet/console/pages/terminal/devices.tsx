/** The devices of a terminal: health, what they say of themselves, how full their stores are. */
import type { DeviceState } from '../../../../common/upstream-api/terminals.ts';
import { Level, type LevelWord } from '../../components/level.tsx';
import { Status, type Tone } from '../../components/text.tsx';
import { usePreferences } from '../../preferences.tsx';

const TONES: Record<DeviceState['health'], Tone> = {
  online: 'ok',
  deviceBusy: 'info',
  userError: 'warn',
  offline: 'danger',
  hardwareError: 'danger',
  unknown: 'off',
};

export function Devices({ devices }: { readonly devices: readonly DeviceState[] }) {
  return (
    <ul className="devices">
      {devices.map((device) => (
        <Device key={device.device} device={device} />
      ))}
    </ul>
  );
}

function Device({ device: { device, health, words, identity, storage } }: { readonly device: DeviceState }) {
  const { say, word } = usePreferences();
  return (
    <li data-device={device}>
      <div className="device-head">
        <h3>{word('device', device)}</h3>
        <Status tone={TONES[health]}>{say(`deviceHealth.${health}`)}</Status>
        {identity !== undefined && (
          <span className="small">{[identity.maker, identity.model, identity.firmware].filter((part) => part !== undefined).join(' · ')}</span>
        )}
      </div>
      {Object.keys(words).length > 0 && (
        <span className="tags">
          {Object.entries(words).map(([name, value]) => (
            <span key={name} className="tag">
              {say('reason.ofDevice', { device: word('part', name), what: word('partWord', value) })}
            </span>
          ))}
        </span>
      )}
      {storage.length > 0 && (
        <ul className="stores">
          {storage.map((unit) => (
            <li key={unit.id}>
              <span className="quiet">{word('store', unit.id)}</span>
              <Level level={unit.level satisfies LevelWord} use={unit.use} count={unit.count} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
