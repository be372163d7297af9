/**
 * PC/SC as the tray reader needs it, and nothing more: which readers there are, what lies in one of them, a chip powered for us alone.
 * Implemented by binding.ts over the system's service and by vpcd.ts over the wire of a simulated tray.
 */

export type PcscProblem =
  /** The library that talks to the service is not on this machine. */
  | 'notInstalled'
  /** The service does not run, or ended. */
  | 'noService'
  /** The service has no such reader, or has it no more. */
  | 'noReader'
  | 'noCard'
  /** The chip gives no answer, or none that makes sense, when it is powered. */
  | 'mute'
  /** Somebody else holds the card: another program, or a command of ours that has no end. */
  | 'inUse'
  | 'other';

export class PcscError extends Error {
  readonly problem: PcscProblem;
  constructor(problem: PcscProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PcscError';
    this.problem = problem;
  }
}

export interface ReaderState {
  /** A card lies in the reader, whatever its chip does. */
  readonly present: boolean;
  /** Moves with every card that comes or goes, so that one exchanged between two looks is noticed. Always 0 where the system has none. */
  readonly changes: number;
  /** Empty without a card, or with a mute one. */
  readonly atr: Uint8Array;
}

export interface PcscSystem {
  /** @throws {PcscError} `noService` */
  open(): Promise<PcscSession>;
}

/** Looking and powering don't wait for each other: a chip that never answers keeps nobody from seeing that the card was taken. */
export interface PcscSession {
  /** Names, as the service gives them. @throws {PcscError} */
  readers(): Promise<readonly string[]>;
  /** What it is now; answered at once from the service's memory. @throws {PcscError} `noReader` when it was unplugged */
  state(reader: string): Promise<ReaderState>;
  /** Cuts the chip's power and gives it again; nobody else can talk to it until `release`. @throws {PcscError} */
  power(reader: string): Promise<PoweredCard>;
  /** Never throws and never blocks. Cards are released by themselves. */
  close(): void;
}

export interface PoweredCard {
  /** One APDU, sent once. May never settle: the caller sets the limit. Fewer than two bytes: the chip was lost meanwhile. @throws {PcscError} */
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
  /** Gives the card back. Never throws and never blocks: what still waits for an answer is left behind and cleared up when it ends. */
  release(): void;
}
