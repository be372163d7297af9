/** A plug in its socket, or pulled out of it. */
import type { ReactNode } from 'react';

export function Plug({
  testId,
  plugged,
  onChange,
  children,
}: {
  readonly testId: string;
  readonly plugged: boolean;
  readonly onChange: (plugged: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <button type="button" role="switch" aria-checked={plugged} className="plug" data-testid={testId} onClick={() => onChange(!plugged)}>
      <svg viewBox="0 0 60 72" aria-hidden="true">
        <rect className="plug-socket" x="9" y="3" width="42" height="24" rx="7" />
        <path className="plug-holes" d="M22 11v8M38 11v8" />
        <g className="plug-body">
          <path className="plug-pins" d="M22 22v8M38 22v8" />
          <rect x="13" y="27" width="34" height="20" rx="6" />
          <path className="plug-cable" d="M30 47v40" />
        </g>
      </svg>
      <span>{children}</span>
    </button>
  );
}
