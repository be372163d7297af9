/** What the card's own services ask of its issuer: what can be done, the release of a loss report, a service password. Part of contract 3 (ports.ts). */
import type { CardRef, JournalBody } from '../../common/journal-kinds.ts';

/** What the issuer would do to this card now. `holder`: only for a holder who was identified. */
export type CardOffer =
  | { readonly function: 'activate' | 'extendValidity' | 'unblockApplication'; readonly holder: boolean }
  | { readonly function: 'enableService'; readonly service: string; readonly holder: boolean };

export interface CardOffers {
  readonly offers: readonly CardOffer[];
  /** The card is reported lost; ms since 1970. */
  readonly lossEffectiveAt?: number;
}

export type ReleaseOutcome =
  /** ms since 1970. `everywhereAt`: wherever cards are taken without asking the issuer. */
  { readonly kind: 'released'; readonly releasedAt: number; readonly everywhereAt: number } | { readonly kind: 'refused'; readonly code: string };

export type PasswordOutcome = { readonly kind: 'set' } | { readonly kind: 'refused'; readonly code: string };

/** Idempotent by releaseId and changeId. Rejects with PortError. */
export interface AccountPort {
  /** Asked while the person waits for a list. */
  offers(card: CardRef, signal?: AbortSignal): Promise<CardOffers>;
  /** The same request, however often it is said, is one release. */
  release(request: JournalBody<'release.asking'>): Promise<ReleaseOutcome>;
  /** Sealed to the issuer before it leaves; `password` is kept nowhere. */
  setPassword(request: { changeId: string; identificationId: string; serial: string; password: string }): Promise<PasswordOutcome>;
  /** What became of a change; one that never arrived can't arrive afterwards. */
  settlePassword(changeId: string): Promise<'set' | 'notSet'>;
}
