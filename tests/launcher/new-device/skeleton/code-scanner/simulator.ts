/** A simulated example-model to which codes are shown. Written from the document, not from the driver. */
import type { CodeScannerKnobs, ShownCode, SimulatedCodeScanner } from '../../../../../drivers/code-scanner/simulated-code-scanner.ts';
import { SimulatedExampleFrames, unwritten, type Fate } from '../shared/simulated-frames.ts';

export class SimulatedExample extends SimulatedExampleFrames implements SimulatedCodeScanner {
  readonly knobs: CodeScannerKnobs = { dead: false, stopAfter: undefined };
  readonly read: readonly ShownCode[] = [];

  show(_code: ShownCode): void {
    unwritten('show and showBytes: send what the scanner says of a code, only the first bytes of it with stopAfter');
  }

  showBytes(_bytes: Uint8Array, _aim?: string): void {
    unwritten('show and showBytes: send what the scanner says of a code, only the first bytes of it with stopAfter');
  }

  protected override flags(): number {
    return 0x00;
  }

  protected override fate(): Fate {
    return this.knobs.dead ? 'lost' : 'sent';
  }
}
