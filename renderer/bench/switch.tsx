/** A toggle switch with its word before it. */
import type { ReactNode } from 'react';

export function Switch({
  testId,
  on,
  onChange,
  children,
}: {
  readonly testId: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <button type="button" role="switch" aria-checked={on} className="bench-switch" data-testid={testId} onClick={() => onChange(!on)}>
      <span>{children}</span>
      <i aria-hidden="true" />
    </button>
  );
}
