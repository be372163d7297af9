/** Parts of the staff's screens: a panel, the bar at the bottom, its buttons. */
import type { ReactNode } from 'react';
import type { UiAct } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Icon, type IconName } from '../components/icon.tsx';

export function Panel({
  title,
  state,
  className = '',
  children,
}: {
  readonly title: string;
  readonly state?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <section className={`staff-panel ${className}`}>
      <div className="staff-panel-head">
        <h2>{title}</h2>
        {state}
      </div>
      {children}
    </section>
  );
}

export function StaffBar({ children }: { readonly children: ReactNode }) {
  return <nav className="staff-bar">{children}</nav>;
}

export interface StaffButtonProps {
  readonly testId: string;
  readonly act: UiAct;
  readonly icon?: IconName;
  readonly primary?: boolean;
  readonly chosen?: boolean;
  readonly typing?: boolean;
  /** Why it can't be used now. */
  readonly off?: string;
  readonly children: ReactNode;
}

export function StaffButton({ testId, act, icon, primary = false, off, children, ...more }: StaffButtonProps) {
  return (
    <Button testId={testId} act={act} className={`staff-button ${primary ? 'staff-button--primary' : ''}`} primary={primary} off={off} {...more}>
      {icon !== undefined && <Icon name={icon} size="s" />}
      <span>{children}</span>
    </Button>
  );
}
