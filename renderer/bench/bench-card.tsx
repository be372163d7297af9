/** A card as a thing: in the hand, in the reader, or its empty place. */
import type { CabinetState } from '../../drivers/bench/protocol.ts';
import { say, sayIfKnown } from './words.ts';

/** The card's face; `ghost`: the place where it lies when it is not here. */
export function BenchCard({ card, ghost = false }: { readonly card: Pick<CabinetState['cards'][number], 'kind' | 'tail'>; readonly ghost?: boolean }) {
  return (
    <span className={`bench-card ${ghost ? 'bench-card--ghost' : ''}`}>
      <span className="bench-card-brand">
        {sayIfKnown('brand', card.kind) ?? say('brand.own')}
        <svg viewBox="0 0 48 48" aria-hidden="true">
          <path d="M12 18c3 4 3 8 0 12M21 13c6 7 6 15 0 22M30 8c8 10 8 22 0 32" />
        </svg>
      </span>
      <span className="bench-card-tail">{card.tail}</span>
    </span>
  );
}
