/** What a terminal asks a hand for, as it said itself: what, since when, why, and what to do; and how long its supplies last. */
import { useMemo } from 'react';
import type { TerminalAlarm } from '../../../../common/maintenance/alarms.ts';
import type { SupplyForecast } from '../../../../common/maintenance/forecast.ts';
import { alarmSayIn, lastsText, type AlarmSay } from '../../alarm-words.ts';
import { Moment, Status, type Tone } from '../../components/text.tsx';
import { usePreferences } from '../../preferences.tsx';

const TONES = { stops: 'danger', limits: 'warn', soon: 'info' } as const satisfies Record<TerminalAlarm['weight'], Tone>;

function useAlarmWords(): AlarmSay {
  const { locale } = usePreferences();
  return useMemo(() => alarmSayIn(locale), [locale]);
}

export function Asks({ alarms }: { readonly alarms: readonly TerminalAlarm[] }) {
  const { say, word } = usePreferences();
  const words = useAlarmWords();
  return (
    <section className="panel alarms">
      <header>
        <h2>{say('terminal.asksFor')}</h2>
      </header>
      <ul>
        {alarms.map(({ code, weight, device, since, cause }) => (
          <li key={`${code} ${device ?? ''}`} data-alarm={code}>
            <Status tone={TONES[weight]}>{words(`weight_${weight}`)}</Status>
            <span className="what">
              <b>{device === undefined ? words(`alarm_${code}`) : say('reason.ofDevice', { device: word('device', device), what: words(`alarm_${code}`) })}</b>
              {' · '}
              {words(`advice_${code}`)}
              {cause !== undefined && <span className="small"> {cause}</span>}
            </span>
            <span className="small">
              {say('terminal.since')} <Moment at={since} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Supplies({ supplies }: { readonly supplies: readonly SupplyForecast[] }) {
  const { say } = usePreferences();
  const words = useAlarmWords();
  return (
    <section className="panel">
      <header>
        <h2>{say('terminal.supplies')}</h2>
      </header>
      <div className="body">
        <dl className="pairs">
          {supplies.map((supply) => (
            <Supply key={supply.supply} supply={supply} words={words} />
          ))}
        </dl>
      </div>
    </section>
  );
}

function Supply({ supply, words }: { readonly supply: SupplyForecast; readonly words: AlarmSay }) {
  return (
    <>
      <dt>{words(`supply_${supply.supply}`)}</dt>
      <dd>
        {lastsText(supply, words)} <span className="small">{words('forecast_left', { left: supply.left })}</span>
      </dd>
    </>
  );
}
