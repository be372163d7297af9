/** A simulated example-model with a note path, a box, hands and faults. Written from the document, not from the driver. */
import type { Fen } from '../../../../../common/fen.ts';
import type { CashAcceptorKnobs, FedNote, SimulatedCashAcceptor } from '../../../../../drivers/cash-acceptor/simulated-cash-acceptor.ts';
import { SimulatedExampleFrames, spoiled, unwritten, type Fate } from '../shared/simulated-frames.ts';

export class SimulatedExample extends SimulatedExampleFrames implements SimulatedCashAcceptor {
  readonly knobs: CashAcceptorKnobs = {
    rejectNext: false,
    jamNext: undefined,
    boxFull: false,
    silent: false,
    loseAnswers: 0,
    corruptAnswers: 0,
    duplicateAnswers: 0,
  };
  readonly box: readonly Fen[] = [];
  readonly escrow: FedNote | undefined = undefined;
  readonly inside: FedNote | undefined = undefined;
  readonly returned: readonly FedNote[] = [];
  readonly atMouth: FedNote | undefined = undefined;

  feedNote(_note: FedNote): 'taken' | 'refused' {
    return unwritten('feedNote: the note’s way to escrow, and what the manual says at each place; drivers/cash-acceptor/polled has a path to use');
  }

  takeNote(): FedNote | undefined {
    return unwritten('takeNote: what protrudes from the mouth');
  }

  removeBox(): readonly Fen[] | undefined {
    return unwritten('removeBox: locked while a note is inside');
  }

  insertBox(): void {
    unwritten('insertBox: the box is back');
  }

  clearJam(): FedNote | undefined {
    return unwritten('clearJam: the stuck note comes out');
  }

  cheat(): void {
    unwritten('cheat: a person pulls at the note while it goes in');
  }

  powerOff(): void {
    unwritten('powerOff and powerOn: notes stay where they are, and the unit says on power-up where that is');
  }

  powerOn(): void {
    unwritten('powerOff and powerOn: notes stay where they are, and the unit says on power-up where that is');
  }

  protected override flags(): number {
    return 0x00;
  }

  protected override fate(): Fate {
    return spoiled(this.knobs);
  }
}
