/** The zones of every screen: sign, route, what is read, what is touched, the action bar, the utility bar. */
import type { ReactNode } from 'react';
import type { UiAct, View, ViewKind } from '../../state-machines/view.ts';
import { useKiosk } from '../kiosk-context.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

/** Money that moves is seen from afar. */
export function screenClass({ body: { kind } }: Pick<View, 'body'>): string {
  return kind === 'committing' || kind === 'replace-making' ? 'screen screen--moving' : 'screen';
}

/** The station sign at the top: where am I, which step, what time. Never touched. */
export function Head() {
  const { view, say } = useKiosk();
  const { site, step, clock } = view;
  return (
    <header className="head">
      <svg className="mark" viewBox="0 0 84 54" aria-hidden="true">
        <rect x="2" y="2" width="80" height="50" rx="8" fill="none" stroke="currentColor" strokeWidth="4" />
        <path d="M0 34h84" stroke="var(--thread)" strokeWidth="6" />
        <path d="M14 18h18" stroke="currentColor" strokeWidth="5" strokeLinecap="round" />
      </svg>
      <div className="where">
        <div className="name">{site.operator}</div>
        <div className="place">
          {site.place} · {site.terminal}
        </div>
      </div>
      <div className="end">
        {step !== undefined && <span className="step">{say('sign.step', { at: step.at + 1, of: step.of })}</span>}
        <time className="clock">{clock}</time>
      </div>
    </header>
  );
}

const STOPS = ['amount', 'pay', 'write', 'take'] as const;

/** The steps of a flow as stops of a line; the small card rides from stop to stop. */
export function Route({ at }: { readonly at: number }) {
  const { say } = useKiosk();
  return (
    <ol className="route" data-at={at} aria-label={say('route.label')}>
      {STOPS.map((stop, index) => (
        <li key={stop} className={index < at ? 'done' : index === at ? 'now' : ''} aria-current={index === at ? 'step' : undefined}>
          <span className="dot">{index < at && <Icon name="tick" />}</span>
          <span className="stop-name">{say(`route.${stop}`)}</span>
          {index === at && <span className="rider" aria-hidden="true" />}
        </li>
      ))}
    </ol>
  );
}

export function Read({ className = '', children }: { readonly className?: string; readonly children: ReactNode }) {
  return <section className={`read ${className}`}>{children}</section>;
}

export function Touch({ className = '', children }: { readonly className?: string; readonly children: ReactNode }) {
  return <section className={`touch ${className}`}>{children}</section>;
}

/** `split`: back ⅓ and next ⅔; `even`: two alike; `one`: alone. */
export function Actions({ layout = 'split', children }: { readonly layout?: 'split' | 'even' | 'one'; readonly children: ReactNode }) {
  return <div className={`action action--${layout}`}>{children}</div>;
}

/** A sentence where a button could be: why there is none. */
export function Why({ icon, center = false, children }: { readonly icon: IconName; readonly center?: boolean; readonly children: ReactNode }) {
  return (
    <p className={`why ${center ? 'why--center' : ''}`}>
      <Icon name={icon} size="s" />
      <span>{children}</span>
    </p>
  );
}

/** Nothing is under way on them that could not be left for help. */
const BEGINS_HELP: ReadonlySet<ViewKind> = new Set<ViewKind>(['attract', 'out-of-service', 'insert-card', 'card-problem', 'menu', 'trouble']);

/** 帮助, by where the person stands: help itself, whom one can reach once in it, else a word beside what they are doing. */
function helpAct({ body: { kind }, overlay }: View): UiAct {
  if (overlay !== undefined) return { type: 'open', overlay: 'help' };
  if (kind.startsWith('help-')) return { type: 'help', to: 'contacts' };
  return BEGINS_HELP.has(kind) ? { type: 'support' } : { type: 'open', overlay: 'help' };
}

/** The same four on every screen of a customer; absent while money moves. */
export function UtilityBar() {
  const { view, say, size } = useKiosk();
  const items = [
    [{ type: 'open', overlay: 'language' }, 'language', 'util-language', 'utility.language'],
    [{ type: 'open', overlay: 'access' }, 'size', 'util-access', size === 'standard' ? 'utility.access' : 'utility.accessShort'],
    [{ type: 'open', overlay: 'hidden' }, 'hide', 'util-hide', 'utility.hide'],
    [helpAct(view), 'help', 'util-help', 'utility.help'],
  ] as const;
  return (
    <nav className="utility" aria-label={say('utility.label')}>
      {items.map(([act, icon, testId, word]) => (
        <Button key={testId} testId={testId} act={act} className="util">
          <Icon name={icon} />
          <span>{say(word)}</span>
        </Button>
      ))}
    </nav>
  );
}
