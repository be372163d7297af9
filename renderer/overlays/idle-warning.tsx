/** "Are you still there?": what will happen, and one touch that gives the whole time again. */
import { useEffect, useRef } from 'react';
import type { Overlay, UiAct } from '../../state-machines/view.ts';
import { Action, Ring } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';

type Idle = Extract<Overlay, { readonly kind: 'idle-warning' }>;

/** With nothing at stake the session ends; an open order is closed upstream first, a reserved voucher is given back. */
const END: Record<'none' | 'order' | 'voucher', { readonly testId: string; readonly act: UiAct }> = {
  none: { testId: 'finish', act: { type: 'finish' } },
  order: { testId: 'cancel', act: { type: 'cancel' } },
  voucher: { testId: 'cancel', act: { type: 'cancel' } },
};

export function IdleWarning({ overlay }: { readonly overlay: Idle }) {
  const { say } = useKiosk();
  const dialog = useRef<HTMLDivElement>(null);
  useEffect(() => dialog.current?.querySelector<HTMLElement>('[data-primary]')?.focus({ preventScroll: true }), []);
  const end = overlay.money === 'inserted' ? undefined : END[overlay.money];
  return (
    <>
      <div className="scrim" />
      <div ref={dialog} className="dialog" role="alertdialog" aria-modal="true" aria-labelledby="idle-title" aria-describedby="idle-text">
        <div className="dialog-text">
          <div>
            <h2 className="title" id="idle-title">
              {say('idle.title')}
            </h2>
            <p className="lead" id="idle-text">
              {say(`idle.${overlay.money}`)}
            </p>
          </div>
          <Ring wait={overlay.wait} large />
        </div>
        <div className={`action ${end === undefined ? 'action--one' : 'action--split'}`}>
          {end !== undefined && (
            <Action testId={end.testId} act={end.act}>
              {say('idle.end')}
            </Action>
          )}
          <Action testId="extend" act={{ type: 'extend' }} look="primary">
            {say('idle.extend')}
          </Action>
        </div>
      </div>
    </>
  );
}
