/**
 * What every simulator offers to a line: it hears bytes and says bytes, nothing else. Carried in memory (`sim:reader`), over a Unix
 * socket (`sim:/run/cabinet/reader.sock`) or behind a pseudo-terminal (`serial:`), it is the same simulator.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';

export interface SimulatedUnit {
  /** Bytes from the host, in any chunking. Never throws. */
  receive(bytes: Uint8Array): void;
  /** What the unit says. With nobody listening it is lost, as on a wire. */
  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe;
  /** Mains off and on: volatile state is lost, what is physically there (cards, notes, paper) stays. */
  powerCycle(): void;
}
