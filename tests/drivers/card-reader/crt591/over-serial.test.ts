/** The whole reader over a real serial port (a pseudo-terminal by socat), in the machine's own time; waits for events only. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CardReader, CardReaderEvent } from '../../../../drivers/card-reader/card-reader.ts';
import { SimulatedCrt591 } from '../../../../drivers/card-reader/crt591/simulator.ts';
import { cardReaderModels } from '../../../../drivers/card-reader/models.ts';
import { createTransport } from '../../../../drivers/transport/open.ts';
import { serveUnit } from '../../../../drivers/transport/serve-unit.ts';
import { machineClock } from '../../../support/machine-clock.ts';
import { startPseudoTerminal } from '../../transport/pseudo-terminal.ts';
import { CountingCard } from '../counting-card.ts';

function nextEvent(reader: CardReader, wanted: (event: CardReaderEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = reader.onEvent((event) => {
      if (!wanted(event)) return;
      end();
      resolve();
    });
  });
}

const wentOffline = (event: CardReaderEvent): boolean => event.type === 'statusChanged' && event.status.device === 'offline';

test('insert, APDU, adapter pulled and back, present, taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reader-'));
  const unit = new SimulatedCrt591(machineClock, { stacker: 20, speed: 20 });
  const socketPath = join(folder, 'unit.sock');
  const served = await serveUnit(unit, { path: socketPath });
  let port = await startPseudoTerminal(join(folder, 'tty'), socketPath);
  const reader = cardReaderModels['crt591-m001'].create(
    {},
    { transport: createTransport(`serial:${port.path}?baudRate=9600`, { simulation: 'refused' }), clock: machineClock },
  );
  try {
    expect(await reader.connect()).toMatchObject({ model: 'CRT-591-M001' });
    await reader.setEntry(true);
    const card = new CountingCard();
    const inserted = nextEvent(reader, (event) => event.type === 'mediaInserted');
    expect(unit.insertCard(card)).toBe(true);
    await inserted;
    const channel = await reader.activate();
    expect(await channel.transmit(Uint8Array.of(0x00, 0xa4, 0x00, 0x00, 0x02, 0x3f, 0x00))).toEqual(Uint8Array.of(0x00, 0x90, 0x00));

    const offline = nextEvent(reader, wentOffline);
    await port.stop();
    await offline;
    await expect(reader.status()).rejects.toMatchObject({ code: 'offline' });
    port = await startPseudoTerminal(join(folder, 'tty'), socketPath);
    await reader.connect();
    expect(reader.lastStatus).toMatchObject({ media: 'inside', entry: 'enabled' });

    await reader.present();
    const removed = nextEvent(reader, (event) => event.type === 'mediaRemoved');
    expect(unit.takeCard()).toBe(card);
    await removed;
    expect(card.executed).toEqual(['00a40000023f00']);
  } finally {
    await reader.close();
    await port.stop();
    await served.close();
    await rm(folder, { recursive: true });
  }
});
