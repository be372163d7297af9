/** A plug in its socket, or pulled out of it. */

export function Plug({
  testId,
  label,
  plugged,
  onChange,
}: {
  readonly testId: string;
  readonly label: string;
  readonly plugged: boolean;
  readonly onChange: (plugged: boolean) => void;
}) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={plugged}
      aria-label={label}
      title={label}
      className="plug"
      data-testid={testId}
      onClick={() => onChange(!plugged)}
    >
      <svg viewBox="0 0 56 24" aria-hidden="true">
        <rect className="plug-socket" x="2" y="3" width="15" height="18" rx="4" />
        <g className="plug-body">
          <path className="plug-pins" d="M16 8.5h8M16 15.5h8" />
          <path d="M23 4h6c6 0 9 3.5 9 8s-3 8-9 8h-6z" />
          <path className="plug-cable" d="M38 12h30" />
        </g>
      </svg>
    </button>
  );
}
