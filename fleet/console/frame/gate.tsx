/** Around the pages before anybody is signed in: the band with nothing but name, language and theme. */
import { useState, type ReactNode } from 'react';
import { Dialog } from '../components/dialog.tsx';
import { Icon } from '../components/icon.tsx';
import { useSay } from '../preferences.tsx';
import { Settings } from './settings.tsx';

export function Gate({ wide = false, children }: { readonly wide?: boolean; readonly children: ReactNode }) {
  const say = useSay();
  const [open, setOpen] = useState(false);
  return (
    <div className="gate">
      <header className="band">
        <span className="tag">{say('frame.tag')}</span>
        <span className="operator">{say('frame.name')}</span>
        <div className="end">
          <button type="button" className="band-button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
            <Icon name="language" />
            {say('frame.settings')}
          </button>
        </div>
        {open && (
          <Dialog title={say('frame.settings')} onClose={() => setOpen(false)}>
            <div className="body">
              <Settings />
            </div>
          </Dialog>
        )}
      </header>
      <main className="gate-main">
        <svg className="gate-card" viewBox="0 0 112 72" fill="none" strokeWidth="2" aria-hidden="true">
          <rect x="1" y="1" width="110" height="70" rx="9" />
          <path className="thread" d="M1 36h110" strokeWidth="3" />
          <path className="chip" d="M16 18h24" strokeWidth="5" strokeLinecap="round" />
        </svg>
        <div className={`panel panel--padded gate-panel ${wide ? 'gate-panel--wide' : ''}`}>{children}</div>
      </main>
    </div>
  );
}
