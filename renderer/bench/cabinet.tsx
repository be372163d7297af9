/** The cabinet: the live screen, its three slots seen through the sheet metal, and the plugs at its back. Things can be put down on it. */
import { useState, type ReactNode } from 'react';
import { deviceNames } from '../../drivers/bench/protocol.ts';
import { Bill } from '../components/parts.tsx';
import { wholeYuan } from '../words.ts';
import { BenchCard } from './bench-card.tsx';
import { useBench } from './bench-context.ts';
import { putDown } from './carry.ts';
import { LiveScreen, type Orientation } from './live-screen.tsx';
import type { Shown } from './live-view.ts';
import { Plug } from './plug.tsx';
import { SlipDialog, SlipPicture } from './slip.tsx';
import { say } from './words.ts';

const ORIENTATIONS = ['portrait', 'landscape'] as const;

export function Cabinet({ shown }: { readonly shown: Shown }) {
  const { hand } = useBench();
  const [orientation, setOrientation] = useState<Orientation>('portrait');
  const { operator, terminal } = shown.view.site;
  return (
    <section className="cabinet" data-glass={orientation} {...putDown(hand)}>
      <header className="cabinet-sign" data-theme="light" data-size="standard">
        <b>
          {operator} {terminal}
        </b>
        <div role="group" aria-label={say('cabinet.screen')}>
          {ORIENTATIONS.map((way) => (
            <button key={way} type="button" aria-pressed={way === orientation} data-testid={`glass-${way}`} onClick={() => setOrientation(way)}>
              {say(`cabinet.${way}`)}
            </button>
          ))}
        </div>
      </header>
      {/* Not inside a part with a theme of its own: the screen has the person's. */}
      <LiveScreen shown={shown} orientation={orientation} />
      <div className="cabinet-slots" data-theme="light" data-size="standard">
        <CardSlot />
        <NoteSlot />
      </div>
      <div className="cabinet-foot" data-theme="light" data-size="standard">
        <PaperSlot />
        <BackPanel />
      </div>
    </section>
  );
}

/** A slot in section: what is inside in the dark above the mouth, what sticks out below. */
function Slot({
  name,
  kind,
  filled,
  children,
  buttons,
}: {
  readonly name: string;
  readonly kind: 'card' | 'note';
  readonly filled: boolean;
  readonly children: ReactNode;
  readonly buttons: ReactNode;
}) {
  return (
    <div className="slot">
      <div className="slot-cut">
        <span className={`slot-place slot-place--${kind}`} />
        {children}
        <span className="slot-mouth" />
        {!filled && (
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

function CardSlot() {
  const { state, hand } = useBench();
  const card = state.cards.find(({ where }) => where === 'gate' || where === 'inside');
  return (
    <Slot
      name={card === undefined ? say('cabinet.cardSlot') : say(card.where === 'gate' ? 'cabinet.cardAtGate' : 'cabinet.cardInside', { tail: card.tail })}
      kind="card"
      filled={card !== undefined}
      buttons={
        <>
          <button
            type="button"
            className="bench-button"
            data-testid="hand-take-card"
            data-ready={card?.where === 'gate' ? '' : undefined}
            onClick={() => hand({ act: 'takeCard' })}
          >
            {say('cabinet.take')}
          </button>
          <button type="button" className="bench-button" data-testid="hand-pull-card" onClick={() => hand({ act: 'pullCard' })}>
            {say('cabinet.pull')}
          </button>
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

function NoteSlot() {
  const { state, hand } = useBench();
  const { escrow, atEntrance } = state.notes;
  const out = atEntrance[0];
  const note = escrow ?? out;
  const at = escrow === null ? 'gate' : 'inside';
  return (
    <Slot
      name={note === undefined ? say('cabinet.noteSlot') : say(at === 'inside' ? 'cabinet.noteInside' : 'cabinet.noteAtMouth', { yuan: wholeYuan(note) })}
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

function PaperSlot() {
  const { state, hand } = useBench();
  const [enlarged, setEnlarged] = useState<number>();
  const hanging = state.slips.findLast(({ taken }) => !taken);
  const torn = state.slips.filter(({ taken }) => taken);
  const newestTorn = torn.at(-1);
  return (
    <div className="paper">
      <div className="paper-mouth" />
      <div className="paper-room">
        <div className="paper-cut">
          {hanging !== undefined && (
            <button
              key={hanging.number}
              type="button"
              className="paper-slip"
              data-testid="slip"
              data-number={hanging.number}
              aria-label={say('cabinet.enlarge', { number: hanging.number + 1 })}
              onClick={() => setEnlarged(hanging.number)}
            >
              <SlipPicture slip={hanging} />
            </button>
          )}
        </div>
      </div>
      <div className="paper-side">
        <p className="slot-name">{say('cabinet.paperSlot')}</p>
        <button
          type="button"
          className="bench-button"
          data-testid="hand-tear-paper"
          data-ready={hanging === undefined ? undefined : ''}
          onClick={() => hand({ act: 'tearPaper' })}
        >
          {say('cabinet.tear')}
        </button>
        {newestTorn !== undefined && (
          <button type="button" className="paper-torn" data-testid="slips-torn" onClick={() => setEnlarged(newestTorn.number)}>
            {say('cabinet.torn', { count: torn.length })}
          </button>
        )}
      </div>
      {enlarged !== undefined && <SlipDialog from={enlarged} onClose={() => setEnlarged(undefined)} />}
    </div>
  );
}

function BackPanel() {
  const { state, hand } = useBench();
  return (
    <div className="back-panel">
      <p className="slot-name">{say('cabinet.back')}</p>
      <div className="plugs">
        {deviceNames.map((device) => (
          <Plug
            key={device}
            testId={`plug-${device}`}
            plugged={!state.unplugged.includes(device)}
            onChange={(plugged) => hand(plugged ? { act: 'plug', device } : { act: 'unplug', device })}
          >
            {say(`device.${device}`)}
          </Plug>
        ))}
        <Plug testId="network" plugged={state.network === 'up'} onChange={(up) => hand({ act: 'network', up })}>
          {say('device.network')}
        </Plug>
      </div>
      <div className="bench-buttons">
        <button type="button" className="bench-button bench-button--danger" data-testid="power-cut" onClick={() => hand({ act: 'powerCut' })}>
          {say('power.cut')}
        </button>
        <button type="button" className="bench-button bench-button--danger" data-testid="kill-terminal" onClick={() => hand({ act: 'killTerminal' })}>
          {say('power.kill')}
        </button>
      </div>
    </div>
  );
}
