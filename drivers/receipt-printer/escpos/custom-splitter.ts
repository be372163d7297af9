/**
 * Takes apart what a Custom-style printer says: full status of six bytes, single answers, XON/XOFF. A full status begins as an automatic
 * status does, so these printers have this splitter of their own and automatic status stays off (receipt-printer.md 6.1). Pure, bounded.
 */
import { ByteSplitter, type PrinterSaid } from './byte-splitter.ts';
import { decodeFullStatus, FULL_STATUS_HEADER, FULL_STATUS_LENGTH } from './custom-codec.ts';

/** XON and XOFF are no part of a full status: bits 0 and 4 never stand together in it, since a reserved bit would have to be set. */
export class CustomSplitter extends ByteSplitter {
  readonly fixedBits = false;

  /** What looked like the beginning of a full status was single bytes, or lost its rest. */
  protected take(said: PrinterSaid[], final: boolean): void {
    while (this.held.length > 0) {
      if (this.#mayBeFullStatus()) {
        const status = this.held.length < FULL_STATUS_LENGTH ? undefined : decodeFullStatus(this.held.slice(0, FULL_STATUS_LENGTH));
        if (status !== undefined) {
          said.push({ kind: 'fullStatus', bytes: Uint8Array.from(this.held.splice(0, FULL_STATUS_LENGTH)), status });
          continue;
        }
        if (!final) return;
        // With its second byte it was a full status that broke off: none of its bytes is an answer to anything.
        if (this.held.length > 1) {
          said.push(...this.held.splice(0).map((byte): PrinterSaid => ({ kind: 'noise', byte })));
          return;
        }
      }
      said.push({ kind: 'single', byte: this.held.shift() ?? 0 });
    }
  }

  #mayBeFullStatus(): boolean {
    const [first, second] = this.held;
    return first === FULL_STATUS_HEADER[0] && (second === undefined || second === FULL_STATUS_HEADER[1]);
  }
}
