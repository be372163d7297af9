/** Ten codes that are shown once: to print or copy, and a word that they are kept, before anything else. */
import { useState } from 'react';
import { useSay } from '../preferences.tsx';
import { Icon } from './icon.tsx';
import { Notice } from './states.tsx';

export function RecoveryCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  const say = useSay();
  const [kept, setKept] = useState(false);
  const [copied, setCopied] = useState(false);
  return (
    <>
      <Notice tone="warn">{say('recovery.lead')}</Notice>
      <ol className="codes" aria-label={say('recovery.title')}>
        {codes.map((code) => (
          <li key={code} className="mono">
            {code}
          </li>
        ))}
      </ol>
      <div className="buttons no-print">
        <button type="button" className="btn" onClick={() => window.print()}>
          <Icon name="printer" />
          {say('button.print')}
        </button>
        <button
          type="button"
          className="btn"
          onClick={() => {
            void navigator.clipboard.writeText(codes.join('\n')).then(() => setCopied(true));
          }}
        >
          {say(copied ? 'button.copied' : 'button.copy')}
        </button>
      </div>
      <label className="check no-print">
        <input type="checkbox" checked={kept} onChange={(event) => setKept(event.target.checked)} />
        {say('recovery.kept')}
      </label>
      {kept && (
        <button type="button" className="btn btn--primary no-print" onClick={onDone}>
          {say('recovery.go')}
        </button>
      )}
    </>
  );
}
