/** Where cards and money go in and out, drawn in section. */
import type { ReactNode } from 'react';
import { Bill } from '../components/parts.tsx';
import { wholeYuan } from '../words.ts';
import { BenchCard } from './bench-card.tsx';
import { useBench } from './bench-context.ts';
import { say } from './words.ts';

/** A slot in section: what is inside in the dark above the mouth, what sticks out below. */
function Slot({
  name,
  kind,
  filled,
  shut = false,
  children,
  buttons,
}: {
  readonly name: string;
  readonly kind: 'card' | 'note';
  readonly filled: boolean;
  /** Takes nothing now. */
  readonly shut?: boolean;
  readonly children: ReactNode;
  readonly buttons: ReactNode;
}) {
  return (
    <div className="slot">
      <div className="slot-cut">
        <span className={`slot-place slot-place--${kind}`} />
        {children}
        <span className="slot-mouth" data-testid={`mouth-${kind}`} data-shut={shut ? '' : undefined} />
        {!filled && !shut && (
          <svg className="slot-hint" viewBox="0 0 80 60" aria-hidden="true">
            <path d="M40 52V12M26 26L40 12l14 14" />
          </svg>
        )}
      </div>
      <p className="slot-name">{name}</p>
      <div className="bench-buttons">{buttons}</div>
    </div>
  );
}

/** Readers without a motor: the card lies on them. */
const TRAYS: readonly (string | undefined)[] = ['pcsc-tray'];
/** What a card of nobody looks like. */
const BLANK = { id: 'blank', kind: 'unknown', tail: '' } as const;

export function CardSlot() {
  const { state, hand } = useBench();
  const tray = TRAYS.includes(state.fitted.cardReader);
  const blankAt = state.cardStore?.blank ?? null;
  const blank = blankAt === null ? undefined : { ...BLANK, where: blankAt };
  const card = state.cards.find(({ where }) => where === 'gate' || where === 'inside') ?? blank;
  return (
    <Slot
      name={cardWords(card, tray)}
      kind="card"
      filled={card !== undefined}
      shut={state.cardSlot === 'shut'}
      buttons={
        <>
          <button
            type="button"
            className="bench-button"
            data-testid="hand-take-card"
            data-ready={card !== undefined && (tray || card.where === 'gate') ? '' : undefined}
            onClick={() => hand({ act: 'takeCard' })}
          >
            {say('cabinet.take')}
          </button>
          {!tray && (
            <button type="button" className="bench-button" data-testid="hand-pull-card" onClick={() => hand({ act: 'pullCard' })}>
              {say('cabinet.pull')}
            </button>
          )}
        </>
      }
    >
      {card !== undefined && (
        <span key={card.id} className="slot-thing slot-thing--card" data-at={card.where} data-testid="slot-card">
          <BenchCard card={card} />
        </span>
      )}
    </Slot>
  );
}

function cardWords(card: { readonly id: string; readonly where: string; readonly tail: string } | undefined, tray: boolean): string {
  if (card === undefined) return say(tray ? 'cabinet.tray' : 'cabinet.cardSlot');
  const atGate = card.where === 'gate';
  if (card.id === BLANK.id) return say(atGate ? 'cabinet.blankAtGate' : 'cabinet.blankInside');
  return say(tray ? 'cabinet.cardOnTray' : atGate ? 'cabinet.cardAtGate' : 'cabinet.cardInside', { tail: card.tail });
}

export function NoteSlot() {
  const { state, hand } = useBench();
  const { escrow, atEntrance } = state.notes;
  const out = atEntrance[0];
  const note = escrow ?? out;
  const at = escrow === null ? 'gate' : 'inside';
  return (
    <Slot
      name={
        note === undefined
          ? say(state.fitted.cashAcceptor === 'cctalk-coin' ? 'cabinet.coinSlot' : 'cabinet.noteSlot')
          : say(at === 'inside' ? 'cabinet.noteInside' : 'cabinet.noteAtMouth', { yuan: wholeYuan(note) })
      }
      kind="note"
      filled={note !== undefined}
      buttons={
        <button
          type="button"
          className="bench-button"
          data-testid="hand-take-note"
          data-ready={out === undefined ? undefined : ''}
          onClick={() => hand({ act: 'takeNote' })}
        >
          {say('cabinet.take')}
        </button>
      }
    >
      {note !== undefined && (
        <span className="slot-thing slot-thing--note" data-at={at} data-testid="slot-note">
          <Bill denomination={note} />
        </span>
      )}
    </Slot>
  );
}
