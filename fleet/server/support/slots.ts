/** Slots for calls back, cut from working hours: whole ones only, from the beginning of each run of hours. Pure. */
import type { Span } from '../../../common/working-calendar.ts';

/** In order of the spans. */
export function slotsOf(spans: readonly Span[], slotMinutes: number): readonly Span[] {
  const length = slotMinutes * 60_000;
  return spans.flatMap(({ start, end }) => {
    const count = Math.floor((end - start) / length);
    return Array.from({ length: count }, (_, index) => ({ start: start + index * length, end: start + (index + 1) * length }));
  });
}
