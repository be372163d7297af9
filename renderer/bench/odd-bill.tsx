/** A note that no acceptor takes: blank paper with a question on it, or half of one. */
import { say } from './words.ts';

export function OddBill({ kind }: { readonly kind: 'unknown' | 'torn' }) {
  const word = say(kind === 'unknown' ? 'hand.unknownNote' : 'hand.tornNote');
  return (
    <div className={`bill bill--odd bill--${kind}`} role="img" aria-label={word} title={word}>
      <svg viewBox="0 0 205 100" fill="none" stroke="currentColor" strokeWidth="3" aria-hidden="true">
        <path d="M0 34l40-10 22 14 34-20M205 60l-36 8-26-12-38 24M58 100l14-30 M150 0l-12 26" />
      </svg>
      {kind === 'unknown' && <b aria-hidden="true">?</b>}
    </div>
  );
}
