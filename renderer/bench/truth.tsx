/** What is really in the box, in the chips and in the books, whatever the terminal believes. */
import type { ReactNode } from 'react';
import { Icon } from '../components/icon.tsx';
import { money } from '../words.ts';
import { useBench } from './bench-context.ts';
import { reckon, sumOf, type Reckoning } from './reckoning.ts';
import { say } from './words.ts';

export function Truth() {
  const { state, touched } = useBench();
  const { cards, notes, books, slips } = state;
  const held = notes.escrow === null ? [] : [notes.escrow];
  return (
    <div className="truth">
      <h2>
        {say('truth.title')} <small>{say('truth.hint')}</small>
      </h2>
      <dl>
        <Pieces name={say('truth.box')} notes={notes.box} testId="truth-box-sum" />
        {notes.carriedAway.length > 0 && <Pieces name={say('truth.carriedAway')} notes={notes.carriedAway} testId="truth-carried-sum" />}
        <Pieces name={say('truth.escrow')} notes={held} testId="truth-escrow-sum" />
        {notes.atEntrance.length > 0 && <Pieces name={say('truth.atMouth')} notes={notes.atEntrance} testId="truth-mouth-sum" />}
        {cards
          .filter(({ id }) => touched.has(id))
          .map(({ id, tail, balance, onlineCounter }) => (
            <Fact
              key={id}
              name={tail === '' ? say('truth.chipUnnamed', { id }) : say('truth.chip', { tail })}
              aside={say('truth.counter', { counter: onlineCounter })}
            >
              <span data-testid={`truth-balance-${id}`}>{money(balance)}</span>
            </Fact>
          ))}
        <Fact name={say('truth.captured')}>{books === null ? '—' : money(books.capturedNet)}</Fact>
        <Fact name={say('truth.credited')}>{books === null ? '—' : money(books.credited)}</Fact>
        <Fact name={say('truth.reserved')}>{books === null ? '—' : money(books.reserved)}</Fact>
        <Fact name={say('truth.slips')}>{say('truth.slipCount', { count: slips.length, taken: slips.filter(({ taken }) => taken).length })}</Fact>
      </dl>
      <Verdict reckoning={reckon(state)} />
    </div>
  );
}

function Fact({ name, aside, children }: { readonly name: string; readonly aside?: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {aside !== undefined && <small>{aside}</small>}
        {children}
      </dd>
    </div>
  );
}

function Pieces({ name, notes, testId }: { readonly name: string; readonly notes: readonly number[]; readonly testId: string }) {
  return (
    <Fact name={name} aside={say('truth.pieces', { count: notes.length })}>
      <span data-testid={testId}>{money(sumOf(notes))}</span>
    </Fact>
  );
}

function Verdict({ reckoning }: { readonly reckoning: Reckoning }) {
  return (
    <p className="verdict" data-testid="truth-verdict" data-verdict={reckoning.verdict}>
      <Icon name={reckoning.verdict === 'even' ? 'tick' : reckoning.verdict === 'owed' ? 'lock' : 'warn'} />
      <span>
        {sentenceOf(reckoning)}
        {reckoning.verdict !== 'unseen' && (
          <small>{say('truth.sum', { box: money(reckoning.box), captured: money(reckoning.captured), credited: money(reckoning.credited) })}</small>
        )}
      </span>
    </p>
  );
}

function sentenceOf(reckoning: Reckoning): string {
  switch (reckoning.verdict) {
    case 'unseen':
      return say('truth.unseen');
    case 'even':
      return say('truth.even');
    case 'owed':
    case 'over':
      return say(`truth.${reckoning.verdict}`, { amount: money(reckoning.difference) });
  }
}
