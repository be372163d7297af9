/**
 * How far this machine's clock is from upstream's. Upstream's time is kept as a distance from the elapsed-time clock, so that a wall clock
 * that is set, by hand or by the network, shows at once and not after the next measurements. Requests are signed by it (http.ts).
 */
import type { Clock } from '../../common/clock.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';

export interface Skew {
  /** Upstream's clock minus ours, ms: positive where ours is slow. */
  readonly offsetMs: number;
  /** At most this far from the truth, ms: half the way there and back. */
  readonly uncertaintyMs: number;
}

export interface ClockSkew {
  /** `undefined` until upstream has told its time. */
  readonly current: Skew | undefined;
  /** What upstream's clock shows, ms since 1970; our own clock until upstream has told. */
  upstreamNow(): number;
  /** Upstream's clock showed `serverTime` at some moment between `sentAt` (monotonic) and now. */
  hear(serverTime: number, sentAt: number): void;
  /** After each measurement. */
  onMeasured(listener: (skew: Skew) => void): Unsubscribe;
}

/** Upstream's clock minus the elapsed-time clock, at most `halfTrip` from the truth; both ms. */
interface Sample {
  readonly base: number;
  readonly halfTrip: number;
}

/** The one that travelled fastest counts, as in NTP's clock filter (RFC 5905, section 10); with a heartbeat each 15 s the last two minutes. */
const SAMPLES = 8;
/** Samples that contradict each other by more than this beyond their uncertainty, ms: a clock was set in between, and the older ones are void. */
const TOLERANCE_MS = 1000;

export function createClockSkew(clock: Pick<Clock, 'now' | 'monotonic'>): ClockSkew {
  const listeners = new Set<(skew: Skew) => void>();
  let samples: readonly Sample[] = [];
  const best = (): Sample | undefined =>
    samples.reduce<Sample | undefined>((one, other) => (one === undefined || other.halfTrip <= one.halfTrip ? other : one), undefined);
  const upstreamNow = (): number => {
    const sample = best();
    return sample === undefined ? clock.now() : Math.round(sample.base + clock.monotonic());
  };
  const current = (): Skew | undefined => {
    const sample = best();
    return sample === undefined ? undefined : { offsetMs: upstreamNow() - clock.now(), uncertaintyMs: Math.ceil(sample.halfTrip) };
  };
  return {
    get current() {
      return current();
    },
    upstreamNow,
    hear: (serverTime, sentAt) => {
      const halfTrip = (clock.monotonic() - sentAt) / 2;
      const heard: Sample = { base: serverTime - sentAt - halfTrip, halfTrip };
      const known = best();
      const agrees = known !== undefined && Math.abs(known.base - heard.base) <= known.halfTrip + halfTrip + TOLERANCE_MS;
      samples = agrees ? [...samples, heard].slice(-SAMPLES) : [heard];
      const skew = current();
      if (skew !== undefined) for (const listener of listeners) listener(skew);
    },
    onMeasured: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
