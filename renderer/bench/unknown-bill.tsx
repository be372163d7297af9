/** A note that no acceptor can read: blank paper with a question on it. */
import { say } from './words.ts';

export function UnknownBill() {
  return (
    <div className="bill bill--unknown" role="img" aria-label={say('hand.unknownNote')}>
      <svg viewBox="0 0 205 100" fill="none" stroke="currentColor" strokeWidth="3" aria-hidden="true">
        <path d="M0 34l40-10 22 14 34-20M205 60l-36 8-26-12-38 24M58 100l14-30 M150 0l-12 26" />
      </svg>
      <b aria-hidden="true">?</b>
    </div>
  );
}
