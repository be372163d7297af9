/** The kinds of ESC/POS printer that the simulator can be, and which commands only some of them know. */
import type { EjectorKind } from './simulated-presenter.ts';

/** `epson`: knows GS ( H, GS ( k, GS ( L, FS ( A. `citizen`: GS R, GS ( L. The others are of the Custom family: GS e, full status. */
export type SimulatedKind = 'generic' | 'epson' | 'citizen' | EjectorKind;

export function isEjector(kind: SimulatedKind): kind is EjectorKind {
  return kind !== 'generic' && kind !== 'epson' && kind !== 'citizen';
}

/** What only some printers know, by names of command-stream.ts; the rest all do. */
export function knownBy(kind: SimulatedKind, processId: boolean | undefined): (name: string) => boolean {
  const epson = kind === 'epson';
  const graphics = epson || kind === 'citizen';
  const optional: Readonly<Record<string, boolean>> = {
    'GS ( H': processId ?? epson,
    'GS ( k': epson,
    'GS ( L': graphics,
    'GS 8 L': graphics,
    'FS ( A': epson,
    'GS R': kind === 'citizen',
    'GS e': isEjector(kind),
    'GS a': !isEjector(kind),
  };
  return (name) => optional[name] ?? !/[(8]/.test(name);
}
