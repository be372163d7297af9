/** The terminal as staff finds it, for charts: a cabinet that is well until a test says otherwise. */
import type { RoomsPort } from '../../state-machines/maintenance/rooms-port.ts';
import type { CabinetLook } from '../../state-machines/maintenance/rooms-screens.ts';
import { Listeners } from '../../drivers/listeners.ts';

export const SOUND_CABINET: CabinetLook = {
  parts: [
    { part: 'network', tone: 'good', word: 'ok' },
    { part: 'cardReader', tone: 'good', word: 'ok' },
    { part: 'cashAcceptor', tone: 'good', word: 'ok' },
    { part: 'receiptPrinter', tone: 'good', word: 'ok' },
  ],
  services: [{ name: 'topUp', available: true }],
  supplies: { paper: { level: 'ok' }, cashBox: { level: 'ok' } },
  proof: { epoch: 1, seq: 12, hash: 'ab'.repeat(32), notUploaded: 0, openTransactions: 0, held: 0 },
};

export class FakeRooms implements RoomsPort {
  cabinet: CabinetLook = SOUND_CABINET;
  readonly changes = new Listeners<undefined>();

  look(): CabinetLook {
    return this.cabinet;
  }

  onChange(listener: () => void): () => void {
    return this.changes.add(() => listener());
  }
}
