/** What a person at the cabinet has: cards, bank notes, a phone. A click does with each what one does with it. */
import type { CabinetState } from '../../drivers/bench/protocol.ts';
import { Bill } from '../components/parts.tsx';
import { money } from '../words.ts';
import { useBench } from './bench-context.ts';
import { BenchCard } from './bench-card.tsx';
import { carries } from './carry.ts';
import { UnknownBill } from './unknown-bill.tsx';
import { say, sayIfKnown } from './words.ts';

type CardState = CabinetState['cards'][number];

const NOTES = [10_000, 5000, 2000, 1000, 500, 100] as const;
const PHONE_ACTS = ['pay', 'decline', 'confirming'] as const;

export function ThingsAtHand() {
  const { state } = useBench();
  return (
    <>
      <h2>{say('hand.title')}</h2>
      <p className="bench-hint">{say('hand.hint')}</p>
      <ul className="hand-cards">
        {state.cards.map((card) => (
          <CardAtHand key={card.id} card={card} />
        ))}
      </ul>
      <h2>{say('hand.notes')}</h2>
      <Notes />
      <h2>{say('hand.phone')}</h2>
      <Phone />
    </>
  );
}

function CardAtHand({ card }: { readonly card: CardState }) {
  const { hand } = useBench();
  const act = { act: 'insertCard', card: card.id } as const;
  const away = card.where !== 'hand';
  const kind = sayIfKnown('kind', card.kind) ?? say('kind.other', { kind: card.kind });
  return (
    <li>
      <button
        type="button"
        className="hand-card"
        data-testid={`hand-insert-${card.id}`}
        data-where={card.where}
        onClick={() => hand(act)}
        {...(away ? {} : carries(act))}
      >
        <BenchCard card={card} ghost={away} />
        <span className="hand-words">
          <b>{say('hand.card', { holder: holderOf(card.id), tail: card.tail })}</b>
          <span>{away ? say(`where.${card.where}`) : say('hand.holds', { kind, balance: money(card.balance) })}</span>
        </span>
      </button>
    </li>
  );
}

function holderOf(id: string): string {
  return sayIfKnown('holder', id.split('-')[0] ?? '') ?? say('holder.other');
}

function Notes() {
  const { hand } = useBench();
  return (
    <ul className="hand-notes">
      {NOTES.map((denomination) => {
        const act = { act: 'feedNote', denomination } as const;
        return (
          <li key={denomination}>
            <button type="button" data-testid={`hand-feed-${denomination}`} onClick={() => hand(act)} {...carries(act)}>
              <Bill denomination={denomination} />
            </button>
          </li>
        );
      })}
      <li className="hand-notes-unknown">
        <button
          type="button"
          data-testid="hand-feed-unknown"
          onClick={() => hand({ act: 'feedNote', denomination: 'unknown' })}
          {...carries({ act: 'feedNote', denomination: 'unknown' })}
        >
          <UnknownBill />
          <span aria-hidden="true">{say('hand.unknownNote')}</span>
        </button>
      </li>
    </ul>
  );
}

function Phone() {
  const { state, hand } = useBench();
  const order = state.books?.openOrder ?? null;
  return (
    <div className="hand-phone">
      <svg width="60" height="96" viewBox="0 0 60 96" aria-hidden="true">
        <rect x="3" y="3" width="54" height="90" rx="11" fill="var(--sleeve)" stroke="var(--ink)" strokeWidth="5" />
        <rect x="12" y="18" width="36" height="52" rx="3" fill="#fff" />
        {order !== null && <path d="M20 40l8 8 14-16" fill="none" stroke="var(--ink)" strokeWidth="5" strokeLinecap="round" strokeLinejoin="round" />}
        <path d="M24 82h12" stroke="var(--ink)" strokeWidth="4" strokeLinecap="round" />
      </svg>
      <div className="hand-words">
        <span data-order={order ?? undefined}>{say(order === null ? 'hand.noOrder' : 'hand.order')}</span>
        <div className="bench-buttons">
          {PHONE_ACTS.map((does) => (
            <button key={does} type="button" className="bench-button" data-testid={`phone-${does}`} onClick={() => hand({ act: 'phone', does })}>
              {say(`hand.${does}`)}
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}
