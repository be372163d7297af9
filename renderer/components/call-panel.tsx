/** The telephone of the operator, on every page that says whom one can ask. */
import { useKiosk } from '../kiosk-context.ts';
import { Icon } from './icon.tsx';
import { Rich } from './text.tsx';

/** Whom to call, and what to say first. */
export function CallPanel() {
  const { view, say } = useKiosk();
  const { hotline, hotlineHours, terminal } = view.site;
  return (
    <div className="panel call-panel">
      <p className="call-number">
        <Icon name="call" size="l" />
        <b className="tn">{hotline}</b>
        <span className="body quiet">{hotlineHours}</span>
      </p>
      <p className="body">
        <Rich text={say('contact.terminal', { terminal })} />
      </p>
    </div>
  );
}
