/** Bank notes, or coins where the acceptor takes those, as they lie on the bench. A click puts one in. */
import type { ReactNode } from 'react';
import { Bill } from '../components/parts.tsx';
import type { HandAct } from '../../drivers/bench/protocol.ts';
import { money } from '../words.ts';
import { useBench } from './bench-context.ts';
import { carries } from './carry.ts';
import { OddBill } from './odd-bill.tsx';
import { say } from './words.ts';

type Fed = Extract<HandAct, { readonly act: 'feedNote' }>['denomination'];

const NOTES = [10_000, 5000, 2000, 1000, 500, 100] as const;
const COINS = [100, 50, 10] as const;

export function MoneyAtHand() {
  const { state } = useBench();
  return state.fitted.cashAcceptor === 'cctalk-coin' ? <Coins /> : <Notes />;
}

function Notes() {
  return (
    <>
      <h2>{say('hand.notes')}</h2>
      <ul className="hand-notes">
        {NOTES.map((note) => (
          <Piece key={note} fed={note}>
            <Bill denomination={note} />
          </Piece>
        ))}
        <Piece fed="unknown">
          <OddBill kind="unknown" />
        </Piece>
        <Piece fed="torn">
          <OddBill kind="torn" />
        </Piece>
      </ul>
    </>
  );
}

function Coins() {
  return (
    <>
      <h2>{say('hand.coins')}</h2>
      <ul className="hand-notes">
        {COINS.map((coin) => (
          <Piece key={coin} fed={coin} label={say('hand.dropCoin', { yuan: money(coin) })}>
            <span className="coin">{money(coin)}</span>
          </Piece>
        ))}
        <Piece fed="unknown" label={say('hand.unknownCoin')}>
          <span className="coin coin--unknown">?</span>
        </Piece>
      </ul>
    </>
  );
}

function Piece({ fed, label, children }: { readonly fed: Fed; readonly label?: string; readonly children: ReactNode }) {
  const { hand } = useBench();
  const act = { act: 'feedNote', denomination: fed } as const;
  return (
    <li>
      <button type="button" aria-label={label} data-testid={`hand-feed-${fed}`} onClick={() => hand(act)} {...carries(act)}>
        {children}
      </button>
    </li>
  );
}
