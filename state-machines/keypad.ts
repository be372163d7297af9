/**
 * The tactile keypad and the switches as flows and screens know them: keys by what they do, and the jack of a headphone. Keys go to the
 * page, which moves its focus by them; only the jack changes something for a flow.
 */
import { z } from 'zod';
import type { Unsubscribe } from '../common/unsubscribe.ts';

/** kiosk-ux.md 6; two switches scan: one goes on, the other selects (kiosk-ux.md 5). */
const guideKeys = [
  ...(['prev', 'next', 'select', 'back', 'help', 'volumeUp', 'volumeDown', 'rate'] as const),
  ...(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const),
  ...(['switch1', 'switch2'] as const),
] as const;

/** `long`: held for 2 s, told at that moment. */
export const keyPressSchema = z.strictObject({ key: z.enum(guideKeys), press: z.enum(['short', 'long']) });
export type KeyPress = z.infer<typeof keyPressSchema>;

/** What the screen must know of the fitted keypad. */
export const keypadSchema = z.strictObject({
  /** A headphone is plugged in for certain: what is private may be spoken. */
  headphone: z.boolean(),
  /** `two`: one goes on, the other selects; `one`: the focus goes on by itself and any switch selects. */
  switches: z.enum(['one', 'two']),
  /** How long the focus stays where it goes on by itself, ms. */
  scanMs: z.int().min(500).max(10_000),
});

export interface HeadphoneEvent {
  readonly type: 'KEYPAD.HEADPHONE';
  readonly plugged: boolean;
}

export interface KeypadPort extends z.infer<typeof keypadSchema> {
  onHeadphone(listener: (event: HeadphoneEvent) => void): Unsubscribe;
}
