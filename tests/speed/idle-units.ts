/**
 * Child of idle.ts: the simulated units that do not stand in the cabinet, each on a socket in the folder of its one argument. Prints one
 * JSON line with their addresses; ends with the process that started it.
 */
import path from 'node:path';
import { systemClock } from '../../main/terminal/system.ts';
import { serveUnit } from '../../drivers/transport/serve-unit.ts';
import { otherUnits } from './other-units.ts';

const [folder = ''] = process.argv.slice(2);
const served = Object.entries(otherUnits(systemClock)).map(
  async ([name, unit]) => [name, (await serveUnit(unit, { path: path.join(folder, `${name}.sock`) })).address] as const,
);
process.stdout.write(`${JSON.stringify(Object.fromEntries(await Promise.all(served)))}\n`);
process.once('disconnect', () => process.exit(0));
