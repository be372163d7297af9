/** The tray reader and a simulated tray on one line in memory, with the wire's own view of what was said. */
import { toHex } from '../../../../common/hex.ts';
import type { CardChannel, CardReader, CardReaderEvent } from '../../../../drivers/card-reader/card-reader.ts';
import { cardReaderModels } from '../../../../drivers/card-reader/models.ts';
import { SimulatedTray, type SimulatedTrayOptions } from '../../../../drivers/card-reader/pcsc/simulator.ts';
import { VpcdDecoder } from '../../../../drivers/card-reader/pcsc/vpcd-wire.ts';
import type { SimulatedCard } from '../../../../drivers/card-reader/simulated-card.ts';
import type { Chip } from '../../../../drivers/card/pboc/chip.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';

export interface LineBench {
  readonly clock: SimulatedClock;
  readonly line: SimulatedLine;
  readonly tray: SimulatedTray;
  readonly reader: CardReader;
  readonly media: () => string[];
  readonly settled: <T>(promise: Promise<T>) => Promise<T>;
  /** APDUs that went over the line since the last call, hexadecimal. */
  readonly commands: () => string[];
}

export function lineBench(setup: SimulatedTrayOptions & { readonly options?: Record<string, unknown> } = {}): LineBench {
  const clock = new SimulatedClock();
  const line = new SimulatedLine();
  const tray = new SimulatedTray(clock, setup);
  tray.onSend((bytes) => line.fromUnit(bytes));
  line.attachUnit((bytes) => tray.receive(bytes));
  const reader = cardReaderModels['pcsc-tray'].create({ interface: setup.interface ?? 'contactless', ...setup.options }, { transport: line, clock });
  const events: CardReaderEvent[] = [];
  reader.onEvent((event) => events.push(event));
  let seen = 0;
  return {
    clock,
    line,
    tray,
    reader,
    media: () => events.filter((event) => event.type !== 'statusChanged').map((event) => event.type),
    settled: async (promise) => {
      const state = { settled: false };
      const settle = (): void => void (state.settled = true);
      promise.then(settle, settle);
      for (let waited = 0; !state.settled && waited < 60_000; waited += 25) await clock.advance(25);
      return promise;
    },
    commands: () => {
      const said = line.sent.slice(seen);
      seen = line.sent.length;
      const decoder = new VpcdDecoder();
      return said.flatMap((bytes) => decoder.push(bytes)).flatMap((message) => (message.length > 1 ? [toHex(message)] : []));
    },
  };
}

export async function activated(card: SimulatedCard, setup: Parameters<typeof lineBench>[0] = {}): Promise<LineBench & { readonly channel: CardChannel }> {
  const bench = lineBench(setup);
  await bench.settled(bench.reader.connect());
  if (!bench.tray.insertCard(card)) throw new Error('another card lies there');
  await bench.clock.advance(400);
  const channel = await bench.settled(bench.reader.activate());
  bench.commands();
  return { ...bench, channel };
}

/** A chip in plastic. Torn out of the field, it is out of the reader: `onTorn` takes it away. */
export function plastic(chip: Chip, onTorn: () => void = () => {}): SimulatedCard {
  return {
    interfaces: [chip.interface],
    uid: chip.uid,
    sak: chip.sak,
    atqa: Uint8Array.of(0x00, 0x04),
    powerOn: () => chip.powerOn(),
    powerOff: () => chip.powerOff(),
    transmit: (apdu) => {
      const answer = chip.transmit(apdu);
      if (answer === undefined && chip.torn) onTorn();
      return answer;
    },
  };
}
