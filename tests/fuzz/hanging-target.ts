/** A codec that never comes back from the byte 7F: what the watchdog of run.ts is there for. */
import { block, type FuzzTarget } from './target.ts';

export const targets: readonly FuzzTarget[] = [
  block('hanging', [Uint8Array.of(0x7f)], (bytes) => {
    while (bytes.includes(0x7f)) continue;
    return {};
  }),
];
