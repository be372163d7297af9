/**
 * Device class: note acceptors with one note of escrow, and coin acceptors, which have none; in the words of CEN/XFS4IoT CashAcceptor.
 * Money safety: a note is held until `stack` is ordered, and a credit message is acknowledged only after the credit handler's promise resolved.
 */
import type { Fen } from '../../common/fen.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { DeviceHealth, DeviceIdentity, FrameTrace, Supervised } from '../device.ts';

export interface CashAcceptorCapabilities {
  /** False: what it takes is in the box at once; `stack` and `returnNote` fail with `notSupported`, `escrowed` is never told. */
  readonly escrow: boolean;
  readonly media: 'notes' | 'coins';
}

export interface CashAcceptorStatus {
  readonly device: DeviceHealth;
  readonly state: 'idle' | 'disabled' | 'accepting' | 'escrowed' | 'stacking' | 'returning' | 'initializing' | 'jammed' | 'fault' | 'unknown';
  readonly box: 'ok' | 'full' | 'removed' | 'unknown';
}

/**
 * What the acceptor says of notes in its path when it comes up, or comes back: the one thing recovery needs to know.
 * `restart-decision.ts` says what each means for the last journaled note.
 */
export type PowerUpState =
  /** Its power was off; no note in its path. */
  | { readonly kind: 'clean' }
  /** Its power was off; a note was between entrance and escrow. After the reset it is expected back out: `returned` = it was seen to go. */
  | { readonly kind: 'noteInAcceptor'; readonly returned: boolean }
  /** Its power was off; a note was on its way into, or in, the box, and stays there. */
  | { readonly kind: 'noteInStacker' }
  /** Its power stayed on; no note in its path. */
  | { readonly kind: 'idle' }
  /** Its power stayed on: a note still waits in escrow. */
  | { readonly kind: 'noteInEscrow'; readonly denomination: Fen }
  /** Its power stayed on: a note still moves into the box; the credit handler is called when it is there. */
  | { readonly kind: 'stacking' }
  /** Its power stayed on: a note was on its way out, and is out. */
  | { readonly kind: 'returning' }
  /** A stacked note's credit message was not acknowledged yet. The credit handler was called with it. */
  | { readonly kind: 'creditPending'; readonly evidence: NoteEvidence }
  /** Its power was off; no note in its path; its own count of accepted notes says whether the one that last stood in escrow is in the box. */
  | { readonly kind: 'counted'; readonly stacked: boolean }
  /**
   * Its power stayed on; no note in its path. The last note it moved went into the box; whether the host was told before, only the host's
   * journal knows (the driver has no `AcceptorMemory`). The credit handler was not called with it.
   */
  | { readonly kind: 'stackedEarlier'; readonly denomination: Fen | undefined }
  /** Its power stayed on; nothing in its path. What it took and gave back since the host last listened can't be told. */
  | { readonly kind: 'untold' }
  /** It counted more than it remembers: some of what it took was never told, and never will be. */
  | { readonly kind: 'lostEvents' }
  | { readonly kind: 'jammed'; readonly where: 'acceptor' | 'stacker' }
  | { readonly kind: 'cheated' }
  | { readonly kind: 'unknown' };

/** `vendValid`: the credit message that waits for its acknowledgement (ID-003 15, CCNET 81), or its event (ccTalk (t,0)). */
export type NoteEvidence = 'vendValid' | 'stacked' | 'powerUpInStacker';

/**
 * A credit's `memory` is present where the driver has an `AcceptorMemory`: kept in the same durable step as the credit, nothing is credited
 * twice or never. A handler that only writes the credit leaves the moment between its write and the driver's own `keep`.
 */
export interface NoteCredit {
  readonly evidence: NoteEvidence;
  /** What the credit message itself says; absent where it says nothing of the note. */
  readonly denomination?: Fen;
  readonly memory?: string;
}

/** A coin is in the box. Nothing was asked before and nothing can be undone. */
export interface CoinCredit {
  readonly evidence: 'coinCredited';
  readonly denomination: Fen;
  readonly memory?: string;
}

/**
 * What a driver must know again after its process died, because its device tells it only once: one short text, opaque to the host.
 * Without it, `powerUp` says what can't be told.
 */
export interface AcceptorMemory {
  /** What was kept last, by `keep` or with a credit; undefined: nothing. */
  read(): string | undefined;
  /** Durable when it resolves. */
  keep(text: string): Promise<void>;
}

export type CashAcceptorEvent =
  | { readonly type: 'accepting' }
  | { readonly type: 'escrowed'; readonly denomination: Fen }
  /** `reason`: the device's words, e.g. `inhibited`, `validation`. The note went back out at once and was never in escrow. */
  | { readonly type: 'rejected'; readonly reason: 'inhibited' | 'validation' | 'insertion' | 'operation' | 'other'; readonly deviceCode: string }
  /** A note that was in escrow, or moving, is out again. `idle`: it was not seen to go, but the path is empty and nothing was stacked. */
  | { readonly type: 'returned'; readonly evidence: 'returned' | 'idle' }
  | { readonly type: 'jammed'; readonly where: 'acceptor' | 'stacker' }
  | { readonly type: 'cheated' }
  /**
   * The acceptor's power failed while its line stayed, or what it did can't be told any more, and it is back, initialized and inhibited
   * except with a note in escrow: what `connect` answers, once more. Call `accept` again.
   */
  | { readonly type: 'resumed'; readonly powerUp: PowerUpState }
  | { readonly type: 'statusChanged'; readonly status: CashAcceptorStatus };

/** After a lost line it rests until `connect` is called again, which tells where the note is. */
export interface CashAcceptor extends Supervised {
  readonly capabilities: CashAcceptorCapabilities;
  readonly lastStatus: CashAcceptorStatus;
  /** Denominations of the device's own currency table, in fen; empty before `connect`. */
  readonly denominations: readonly Fen[];
  /**
   * Opens the line and asks, before any reset, where notes are. With `creditPending` the credit handler is called before `connect` resolves.
   * Leaves the acceptor initialized and inhibited, except with a note in escrow: that note waits for `stack` or `returnNote`. Limit 15 s.
   */
  connect(signal?: AbortSignal): Promise<{ identity: DeviceIdentity; powerUp: PowerUpState }>;
  status(signal?: AbortSignal): Promise<CashAcceptorStatus>;
  /** Accepts exactly these denominations from now on; an empty list inhibits. Limit 2 s. */
  accept(denominations: readonly Fen[], signal?: AbortSignal): Promise<void>;
  /** Orders the escrowed note into the box; the credit handler tells when it is there. Resolves once the order is taken. Limit 2 s. */
  stack(signal?: AbortSignal): Promise<void>;
  /** Orders the escrowed note out; `returned` follows. Limit 2 s. */
  returnNote(signal?: AbortSignal): Promise<void>;
  /**
   * Called once for each credit message of the device, before it is acknowledged; a rejection leaves it unacknowledged: it is offered again.
   */
  setCreditHandler(handler: (credit: NoteCredit) => Promise<void>): void;
  /**
   * Coin acceptors only: called once for each coin, again after a rejection; meanwhile no coin is let in. Without a handler `accept` fails
   * with `invalidState`: a host that never heard of coins can't swallow any.
   */
  setCoinHandler?(handler: (credit: CoinCredit) => Promise<void>): void;
  onEvent(listener: (event: CashAcceptorEvent) => void): Unsubscribe;
  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe;
}
