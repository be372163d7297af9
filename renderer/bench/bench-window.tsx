/** The whole bench window: things at hand, the cabinet, and what is wrong and true. */
import { useMemo } from 'react';
import { KioskContext, type Kiosk } from '../kiosk-context.ts';
import { sayIn } from '../words.ts';
import { BenchContext, type Bench } from './bench-context.ts';
import { Cabinet } from './cabinet.tsx';
import type { CabinetLink } from './cabinet-link.ts';
import { Faults } from './faults.tsx';
import { liveView, type Shown } from './live-view.ts';
import { Power } from './power.tsx';
import { useStore } from './store.ts';
import { Tape } from './tape.tsx';
import { ThingsAtHand } from './things-at-hand.tsx';
import { Truth } from './truth.tsx';
import { say } from './words.ts';

export function BenchWindow({ link }: { readonly link: CabinetLink }) {
  const shown = useStore(liveView);
  const state = useStore(link.state);
  const bench = useMemo<Bench | undefined>(
    () => (state === undefined ? undefined : { state, touched: link.touched, hand: (act) => void link.hand(act), slipUrl: (slip) => link.slipUrl(slip) }),
    [state, link],
  );
  return (
    <main className="bench" data-testid="bench" aria-label={say('bench.label')} lang="zh-CN">
      {bench !== undefined && shown !== undefined && (
        <BenchContext value={bench}>
          <Parts shown={shown} />
        </BenchContext>
      )}
      <Word link={link} />
    </main>
  );
}

/** Parts of the kiosk's screens that lie on the bench (notes) are drawn in its standard look, whatever the person at the screen chose. */
function standardLook({ view, arrivedAt }: Shown): Kiosk {
  return { view, arrivedAt, landscape: false, size: 'standard', say: sayIn('zh-CN'), act: () => undefined };
}

function Parts({ shown }: { readonly shown: Shown }) {
  return (
    <KioskContext value={standardLook(shown)}>
      <section className="bench-panel bench-hand" data-theme="light" data-size="standard">
        <ThingsAtHand />
      </section>
      <Cabinet shown={shown} />
      <section className="bench-panel bench-facts" data-theme="light" data-size="standard">
        <Faults />
        <Truth />
        <Power />
        <Tape />
      </section>
    </KioskContext>
  );
}

/** What a hand could not do, or that the cabinet is away. */
function Word({ link }: { readonly link: CabinetLink }) {
  const refusal = useStore(link.refusal);
  const reachable = useStore(link.reachable);
  const text = refusal?.text ?? (reachable ? undefined : say('bench.away'));
  return (
    <div className="bench-word" role="status" data-testid="bench-word">
      {text !== undefined && <p key={refusal?.number ?? 0}>{text}</p>}
    </div>
  );
}
