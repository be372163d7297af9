/** Why an update did not happen; sales go on whatever it is. */
export type UpdateErrorCode =
  /** The operator's root of trust is not on this terminal. */
  | 'noRoot'
  /** The source can't be reached, or broke off: tried again later. */
  | 'unreachable'
  /** Less than the least rate came: tried again later. */
  | 'slow'
  /** Metadata or content is not what the trusted keys signed. */
  | 'untrusted'
  /** The metadata are older than they may be. */
  | 'expired'
  /** Signed, and not for this terminal: platform, journal, size, or the two lists disagree. */
  | 'unsuitable'
  /** The fleet's server gives it to others first, or can't be asked. */
  | 'notItsTurn'
  /** It ran here and failed; only a person lets it be tried again. */
  | 'failedBefore'
  /** The disk. */
  | 'io';

export class UpdateError extends Error {
  override readonly name = 'UpdateError';
  readonly code: UpdateErrorCode;
  constructor(code: UpdateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
