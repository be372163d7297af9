/** What a person at the cabinet has: cards, money, a phone, identity documents. A click does with each what one does with it. */
import type { CabinetState } from '../../drivers/bench/protocol.ts';
import { money } from '../words.ts';
import { useBench } from './bench-context.ts';
import { BenchCard } from './bench-card.tsx';
import { carries } from './carry.ts';
import { DocumentPicture } from './document-picture.tsx';
import { MoneyAtHand } from './money-at-hand.tsx';
import { say, sayIfKnown } from './words.ts';

type CardState = CabinetState['cards'][number];

/** Ends of payment codes: what the sandbox's wallets make of each (fleet/server/acquirer/sandbox-wallet.ts). */
const CODES = { showCode: '34', showCodeConfirming: '01', showCodePoor: '02' } as const;
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
      {state.fitted.cashAcceptor !== undefined && <MoneyAtHand />}
      <h2>{say('hand.phone')}</h2>
      <Phone />
      {state.fitted.idReader !== undefined && <Documents />}
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
        {state.fitted.codeScanner !== undefined && (
          <div className="bench-buttons bench-buttons--wrap">
            {(Object.keys(CODES) as (keyof typeof CODES)[]).map((which) => {
              const act = { act: 'showCode', text: paymentCode(state.codesRead ?? 0, CODES[which]) } as const;
              return (
                <button key={which} type="button" className="bench-button" data-testid={`hand-${which}`} onClick={() => hand(act)} {...carries(act)}>
                  {say(`hand.${which}`)}
                </button>
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
}

/** As payment apps show them, 18 digits from 28, of nobody's account: a new one after each that was read. */
function paymentCode(read: number, end: string): string {
  return `2899${String(read).padStart(12, '0')}${end}`;
}

function Documents() {
  const { state, hand } = useBench();
  return (
    <>
      <h2>{say('hand.documents')}</h2>
      <ul className="hand-documents">
        {state.documents.map(({ id, name, where }) => {
          const act = { act: 'layDocument', document: id } as const;
          const away = where !== 'hand';
          return (
            <li key={id}>
              <button
                type="button"
                data-testid={`hand-lay-${id}`}
                data-where={where}
                aria-label={say('hand.layDocument', { name })}
                onClick={() => hand(act)}
                {...(away ? {} : carries(act))}
              >
                <DocumentPicture name={name} ghost={away} />
                <small>{sayIfKnown('document', id) ?? say('document.other')}</small>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
