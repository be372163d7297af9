/** What the journal tells of a cash top-up whose load nobody knows the end of. */
import type { Story } from '../../../state-machines/maintenance/rooms/journal-screens.ts';

export const UNDETERMINED: Story = {
  reference: 'A01-1122-7K4M-9',
  type: 'top-up',
  tail: '6688',
  outcome: 'case',
  money: { tender: 'cash', taken: 5000, loaded: 0, refunded: 0, owed: 5000, held: 0, balanceBefore: 2320 },
  rows: [],
  proof: [],
  undetermined: true,
  printable: true,
};
