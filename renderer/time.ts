/** Seconds that run on the screen by themselves between two Views. */
import { useEffect, useState } from 'react';
import type { Wait } from '../state-machines/view.ts';
import { useKiosk } from './kiosk-context.ts';

/** How often the seconds are looked at: late by no more than an eye notices. */
const LOOK_MS = 100;

function useSinceArrival(): number {
  const { arrivedAt } = useKiosk();
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, now - arrivedAt);
}

/** Whole seconds left, counting down to 0. */
export function useSecondsLeft(wait: Wait): number {
  return Math.ceil(Math.max(0, wait.leftMs - useSinceArrival()) / 1000);
}

/** Whole seconds since something began that had run for `elapsedMs` when the View was published. */
export function useElapsedSeconds(elapsedMs: number): number {
  return Math.floor((elapsedMs + useSinceArrival()) / 1000);
}
