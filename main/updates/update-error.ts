/** Why an update did not happen, as this process and upstream say it; sales go on whatever it is. */
import type { updateTroubles } from '../../common/upstream-api/updates.ts';

export type UpdateErrorCode = (typeof updateTroubles)[number];

export class UpdateError extends Error {
  override readonly name = 'UpdateError';
  readonly code: UpdateErrorCode;
  /** The slot that it is about, once the director's word for this terminal is known. */
  readonly slot: string | undefined;
  constructor(code: UpdateErrorCode, message: string, { slot, ...options }: ErrorOptions & { readonly slot?: string } = {}) {
    super(message, options);
    this.code = code;
    this.slot = slot;
  }
}
