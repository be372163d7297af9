/**
 * Production or training: which of the two packages this program is, and which of the two a terminal is by its identity. Two packages that
 * trust nothing of each other; everything that tells them apart hangs on these words.
 */

export const flavors = ['production', 'training'] as const;
export type Flavor = (typeof flavors)[number];

/** Put in by the bundler (tests/launcher/bundles.ts): no setting, no switch, and what belongs to the other flavor alone leaves the bundle. */
declare const KIOSK_FLAVOR: Flavor | undefined;

/** What this program is. From the source tree, unbundled, it is production's. */
export const FLAVOR: Flavor = typeof KIOSK_FLAVOR === 'undefined' ? 'production' : KIOSK_FLAVOR;

/** With this the identity of every training terminal begins, and of no other: it is in each entry, checkpoint, receipt and request. */
export const TRAINING_PREFIX = 'TRAINING-';

/** What a terminal is, by its identity. */
export function flavorOf(terminalId: string): Flavor {
  return terminalId.toUpperCase().startsWith(TRAINING_PREFIX) ? 'training' : 'production';
}
