/** What a blank in the bench's stacker can be. `otherKey`: its issuer can't write it; `noChip`: a piece of plastic. */
export const blankQualities = ['good', 'otherKey', 'noChip'] as const;
export type BlankQuality = (typeof blankQualities)[number];
