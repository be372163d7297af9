/** Why each wait of a motorised reader is as long as it is. Tests advance the clock by these names. */
export const readerDelays = {
  /** Execution limits after ACK, from a fielded driver (card-readers.md, source S2). */
  query: 2_000,
  cardIo: 8_000,
  move: 15_000,
  initialize: 30_000,
  /** A person who takes the card is noticed within this; every other answer counts as a poll. */
  poll: 400,
  /** A card that came into the gate is at the station after 1 s; one that isn't there after this is held or bent. */
  carryIn: 5_000,
  /** A jammed or broken unit is asked this often whether an INIT, card left in place, now succeeds: somebody may have helped it. */
  troubleRetry: 15_000,
  /** Limits of the calls as the class states them. */
  connectLimit: 40_000,
  quickLimit: 3_000,
  activateLimit: 8_000,
  moveLimit: 20_000,
  /** One APDU: the unit's own limit, the handshake and the status that is read after a silence. */
  transmitLimit: 15_000,
} as const;

/** Polls without any answer until the unit counts as offline. */
export const MISSED_POLLS = 3;
