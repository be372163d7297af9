/** The scanner's window: lights up when it has read a code. */
import { useBench } from './bench-context.ts';
import { say } from './words.ts';

export function ScanWindow() {
  const { state } = useBench();
  const read = state.codesRead ?? 0;
  return (
    <div className="scan">
      <div className="scan-window" data-testid="scan-window" data-read={read}>
        <span key={read} className={read > 0 ? 'scan-line scan-line--read' : 'scan-line'} />
      </div>
      <p className="slot-name">{read === 0 ? say('cabinet.scanner') : say('cabinet.scannerRead', { count: read })}</p>
    </div>
  );
}
