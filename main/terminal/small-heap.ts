/**
 * Keeps the terminal process's heap near what lives in it (some 30 MB) instead of what the machine could give: it runs for months
 * beside a browser. Measured by `npm run bench -- --only memory`. Called by the entry.
 */
import { setFlagsFromString } from 'node:v8';

/** Call before anything is loaded that allocates much; works in Electron's utility process, where V8's flags can't be given on the command line. */
export function keepHeapSmall(): void {
  setFlagsFromString('--optimize-for-size');
}
