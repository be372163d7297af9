/** What both ends of the upstream API hold each other to. */
export const upstreamLimits = {
  /** Largest body of a request, bytes: a full batch of the journal. */
  requestBytes: 256 * 1024,
  /** Largest answer a terminal reads, bytes. */
  answerBytes: 1024 * 1024,
  /** Entries in a batch of the journal. */
  batchEntries: 500,
  /** Checkpoints in a batch. */
  batchCheckpoints: 16,
  /** Age, and lead, of a request's signature, ms. */
  requestAgeMs: 60_000,
  /** Largest signature of a request, characters: a path of 500, and room. */
  tokenLength: 4000,
  /** Requests of one terminal that are remembered against replay at a time, of the last two minutes: far more than any terminal sends. */
  noncesOfTerminal: 20_000,
  /** Longest hold of a long poll, ms. */
  longPollMs: 25_000,
  /** Life of a payment order, ms. */
  orderLifeMs: 180_000,
} as const;
