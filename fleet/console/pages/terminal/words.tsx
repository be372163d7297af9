/** A terminal's condition in words with their shapes: health, alarms, what is missing. Used by the list and the terminal's own page. */
import type { AlarmKind, TerminalRow } from '../../../console-api/terminals.ts';
import { Status, type Tone } from '../../components/text.tsx';
import { usePreferences } from '../../preferences.tsx';

type Condition = Pick<TerminalRow, 'health' | 'silent' | 'revokedAt'>;

const TONES = { ok: 'ok', attention: 'warn', outOfService: 'danger', untold: 'off' } as const satisfies Record<TerminalRow['health'], Tone>;

/** Revoked before all else; of one that is silent, only that is sure. */
export function Health({ terminal }: { readonly terminal: Condition }) {
  const { say } = usePreferences();
  if (terminal.revokedAt !== null) return <Status tone="off">{say('health.revoked')}</Status>;
  if (terminal.silent) {
    return (
      <Status tone="warn" icon="offline">
        {say('health.silent')}
      </Status>
    );
  }
  return <Status tone={TONES[terminal.health]}>{say(`health.${terminal.health}`)}</Status>;
}

/** `receiptPrinter.paperLow` → 凭条打印机：纸快用完; words of availability stand alone. */
export function useReasonWord(): (reason: string) => string {
  const { say, word } = usePreferences();
  return (reason) => {
    const [device, ...rest] = reason.split('.');
    if (device === undefined || rest.length === 0) return word('reason', reason);
    return say('reason.ofDevice', { device: word('device', device), what: word('deviceWord', rest.join('.')) });
  };
}

/** Alarms first; two reasons of the same words are one. */
export function ReasonWords({ reasons, alarms = [] }: { readonly reasons: readonly string[]; readonly alarms?: readonly AlarmKind[] }) {
  const { say } = usePreferences();
  const wordOf = useReasonWord();
  return (
    <span className="tags">
      {alarms.map((kind) => (
        <span key={kind} className="tag tag--danger">
          {say(`alarm.${kind}`)}
        </span>
      ))}
      {[...new Set(reasons.map(wordOf))].map((words) => (
        <span key={words} className="tag">
          {words}
        </span>
      ))}
    </span>
  );
}
