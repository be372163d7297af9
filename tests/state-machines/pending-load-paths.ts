/** Every path through a pending load, as a test runs it: every answer of the world at every step that asks for one. */
import { fen } from '../../common/fen.ts';
import type { ClaimOutcome, CreditOutcome, InitializeOutcome, LoadVerdict, WaitingLoad } from '../../state-machines/ports.ts';
import { offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';

export const subsidy: WaitingLoad = { pendingId: 'w1', kind: 'subsidy', reference: 'A01-1120-7K4M-3', state: 'available', amount: fen(5000) };

interface Waiting {
  readonly loads?: readonly WaitingLoad[];
}

/** The card is in, the menu shows. */
export async function atMenu({ loads = [subsidy] }: Waiting = {}, bench = new SessionBench()): Promise<SessionBench> {
  bench.world.script.waiting.set(loads);
  bench.world.script.read.set({ ok: true, card: bench.world.card });
  bench.world.script.balance.set(fen(7320));
  await bench.start();
  await bench.touch({ type: 'start' });
  bench.world.insert();
  await bench.settle();
  return bench;
}

export async function atOffer(waiting: Waiting = {}, bench = new SessionBench()): Promise<SessionBench> {
  await atMenu(waiting, bench);
  await bench.touch({ type: 'service', service: 'pendingLoad' });
  return bench;
}

/** Every answer of the world at every step that asks for one; the rest of a path is never asked. */
export function* paths() {
  const releases = [true, offline()] as const;
  for (const claim of [{ kind: 'refused', code: 'taken' } as const, offline()]) for (const release of releases) yield { claim, release };
  const claim = { kind: 'claimed', amount: fen(5000) } as const;
  for (const release of releases) {
    for (const initialize of [{ kind: 'removed' } as const, { kind: 'refused', statusWord: '9402' } as const]) yield { claim, release, initialize };
    for (const authorize of ['refused' as const, offline()]) yield { claim, release, authorize };
    yield { claim, release, credit: { kind: 'refused', statusWord: '9302' } as const };
    for (const examine of [{ kind: 'notCredited' }, { kind: 'undetermined', row: 16, why: 'contradiction' }, { kind: 'removed' }] as const)
      yield { claim, release, credit: { kind: 'unknown', why: 'torn' } as const, examine };
  }
  for (const confirm of ['good' as const, offline()]) {
    yield { claim, confirm };
    yield { claim, confirm, credit: { kind: 'unknown', why: 'torn' } as const, examine: { kind: 'credited', tac: '1B283889', balance: fen(7320) } as const };
  }
}
export interface Path {
  readonly claim: ClaimOutcome | Error;
  readonly release?: true | Error;
  readonly initialize?: Exclude<InitializeOutcome, { kind: 'ready' }>;
  readonly authorize?: 'refused' | Error;
  readonly credit?: CreditOutcome;
  readonly examine?: LoadVerdict;
  readonly confirm?: 'good' | Error;
}

export async function run({ claim, release, initialize, authorize, credit, examine, confirm }: Path, fresh = new SessionBench()): Promise<SessionBench> {
  const bench = await atOffer({}, fresh);
  const { script } = bench.world;
  script.claim.set(claim);
  if (release !== undefined) script.releaseClaim.set(release);
  if (initialize !== undefined) script.initialize.set(initialize);
  if (authorize !== undefined) script.authorize.set(authorize);
  if (credit !== undefined) script.credit.set(credit);
  if (examine !== undefined) script.examine.set(examine);
  if (confirm !== undefined) script.confirm.set(confirm);
  await bench.touch({ type: 'confirm' });
  if (bench.kind !== 'put-back') return bench;
  bench.world.media = 'notPresent';
  await bench.touch({ type: 'give-up-card' });
  return bench;
}
