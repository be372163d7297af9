/** What can be wrong with a blank in the bench's stacker. `otherKey`: its issuer can't write it; `noChip`: it is a piece of plastic. */
export const blankFaults = ['none', 'otherKey', 'noChip'] as const;
export type BlankFault = (typeof blankFaults)[number];
