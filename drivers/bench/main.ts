/**
 * Process entry of the simulated cabinet: `node drivers/bench/main.ts --settings JSON`. Puts every chosen simulator on a socket, relays the
 * network, serves the bench, and prints one JSON line with where everything is. Stops on SIGTERM.
 */
import { parseArgs } from 'node:util';
import { BenchServer } from './bench-server.ts';
import type { DeviceName } from './protocol.ts';
import { cabinetSettingsSchema, standCabinet } from './standing-cabinet.ts';

export type { CabinetSettings } from './standing-cabinet.ts';

/** What this process prints when it stands. */
export interface CabinetAddresses {
  readonly bench: string;
  readonly upstream: string;
  readonly devices: Readonly<Partial<Record<DeviceName, string>>>;
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { settings: { type: 'string' } } });
  const cabinet = await standCabinet(cabinetSettingsSchema.parse(JSON.parse(values.settings ?? '{}')));
  const bench = new BenchServer(cabinet.room);
  const addresses: CabinetAddresses = { bench: await bench.listen(), upstream: cabinet.upstream, devices: cabinet.devices };
  process.stdout.write(`${JSON.stringify(addresses)}\n`);
  const stop = (): void => {
    bench.close();
    void cabinet.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('disconnect', stop); // whoever started it is gone
}

await run();
