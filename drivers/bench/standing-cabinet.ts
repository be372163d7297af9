/** A simulated cabinet that stands: each simulator on a socket, the network's cable, and the room around them. Made by main.ts here and by a training terminal. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import { diversificationLevelSchema } from '../../common/pboc.ts';
import { serveUnit, type ServedUnit } from '../transport/serve-unit.ts';
import { Cabinet } from './cabinet.ts';
import { NetworkCable } from './network-cable.ts';
import { deviceNames, type DeviceName } from './protocol.ts';
import { Room } from './room.ts';

export const cabinetSettingsSchema = z.strictObject({
  /** Folder for the sockets; short, a socket's path has 107 characters at most. */
  sockets: z.string(),
  /** Upstream's own address, e.g. `http://127.0.0.1:4711`. */
  upstream: z.url(),
  /** File in which the terminal process keeps its process id. */
  terminalPid: z.string(),
  issuerKeys: z.strictObject({
    masterLoadKey: z.string(),
    masterTacKey: z.string(),
    masterMaintenanceKey: z.string().optional(),
    masterUnblockKey: z.string().optional(),
    masterCardKey: z.string().optional(),
    levels: z.array(diversificationLevelSchema),
  }),
  /** As in the terminal's configuration; what isn't named doesn't stand in the cabinet. */
  devices: z.partialRecord(z.enum(deviceNames), z.strictObject({ model: z.string(), options: z.record(z.string(), z.unknown()).optional() })),
  /** How many times faster than real mechanics the devices move; for tests that start the terminal many times. */
  speed: z.number().min(1).max(100).default(1),
});
export type CabinetSettings = z.input<typeof cabinetSettingsSchema>;

export interface StandingCabinet {
  readonly room: Room;
  /** Where the terminal finds upstream, and each device. */
  readonly upstream: string;
  readonly devices: Readonly<Partial<Record<DeviceName, string>>>;
  close(): Promise<void>;
}

/** The machine's clock, with every wait of the devices shortened. */
function machineClock(speed: number): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now() * speed,
    setTimeout: (callback, ms) => setTimeout(callback, Math.max(0, ms / speed)),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  };
}

/** @throws {z.ZodError} settings that are none */
export async function standCabinet(input: CabinetSettings): Promise<StandingCabinet> {
  const settings = cabinetSettingsSchema.parse(input);
  mkdirSync(settings.sockets, { recursive: true });
  const clock = machineClock(settings.speed);
  const cabinet = new Cabinet({
    clock,
    random: { bytes: (count) => new Uint8Array(randomBytes(count)) },
    issuerKeys: settings.issuerKeys,
    today: new Date(clock.now()).toISOString().slice(0, 10),
    devices: settings.devices,
    speed: settings.speed,
  });
  const served = Object.fromEntries(await Promise.all(deviceNames.flatMap((name) => serve(cabinet, name, settings.sockets))));
  const { hostname, port } = new URL(settings.upstream);
  const cable = new NetworkCable({ host: hostname, port: Number(port) });
  const relay = await cable.open();
  return {
    room: new Room(settings, cabinet, cable, served),
    upstream: `http://127.0.0.1:${relay}`,
    devices: Object.fromEntries(Object.entries(served).map(([name, { address }]) => [name, address])),
    close: async () => {
      cable.close();
      await Promise.all(Object.values(served).map((unit) => unit.close()));
    },
  };
}

function serve({ units }: Cabinet, name: DeviceName, folder: string): readonly Promise<readonly [DeviceName, ServedUnit]>[] {
  const unit = units[name];
  return unit === undefined ? [] : [serveUnit(unit, { path: join(folder, `${name}.sock`) }).then((served) => [name, served] as const)];
}
