/** Parts of the staff's screens: a panel, the bar at the bottom, its buttons. */
import type { ReactNode } from 'react';
import type { UiAct } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { useStaffWords } from './words.ts';

export function Panel({
  title,
  state,
  className = '',
  children,
}: {
  readonly title: ReactNode;
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

/** One step back; out of the room from its first screen. */
export function Back() {
  const say = useStaffWords();
  return (
    <StaffButton testId="back" act={{ type: 'back' }} icon="back">
      {say('back')}
    </StaffButton>
  );
}

/** What stands in the way, and where it is meant to be seen. */
export function Message({ testId, children }: { readonly testId: string; readonly children: ReactNode }) {
  return (
    <p className="sign-in-trouble" role="alert" data-testid={testId}>
      <Icon name="warn" size="s" />
      <span>{children}</span>
    </p>
  );
}

export function Rows({ rows }: { readonly rows: readonly (readonly [ReactNode, ReactNode])[] }) {
  return (
    <dl className="staff-rows">
      {rows.map(([name, value], index) => (
        <div key={index} className="staff-row">
          <dt>{name}</dt>
          <dd className="tn">{value}</dd>
        </div>
      ))}
    </dl>
  );
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
