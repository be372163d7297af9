/** Pictures the simulated printer draws itself: stored graphics and QR codes (receipt-printer.md 4.2 and 4.3). Used by simulator.ts. */
import { encodeQR } from 'qr';
import { word } from './command-stream.ts';

export interface Drawing {
  readonly bytesPerRow: number;
  readonly widthDots: number;
  readonly bits: Uint8Array;
  readonly says?: string;
}

const LEVELS = ['low', 'medium', 'quartile', 'high'] as const;

/** What GS ( L, GS 8 L and GS ( k have told so far. */
export class DrawingBoard {
  #stored: Drawing | undefined;
  #code = { cell: 3, level: 0x30, data: '' };

  /** 30 70 stores dots, 30 32 prints what is stored. @param parameters behind the length */
  graphics(parameters: readonly number[]): Drawing | undefined {
    if (parameters[1] === 0x70) {
      const widthDots = word(parameters, 6);
      this.#stored = { widthDots, bytesPerRow: Math.ceil(widthDots / 8), bits: Uint8Array.from(parameters.slice(10)) };
      return undefined;
    }
    return parameters[1] === 0x32 ? this.#stored : undefined;
  }

  code(parameters: readonly number[]): Drawing | undefined {
    const [, step, n = 0] = parameters;
    if (step === 0x43) this.#code.cell = n;
    if (step === 0x45) this.#code.level = n;
    if (step === 0x50) this.#code.data = new TextDecoder().decode(Uint8Array.from(parameters.slice(3)));
    if (step !== 0x51 || this.#code.data === '') return undefined;
    const modules = qrModules(this.#code.data, LEVELS[this.#code.level & 0x03] ?? 'low');
    return { ...packModules(modules, this.#code.cell), widthDots: modules.length * this.#code.cell, says: this.#code.data };
  }
}

/** Without a border; nothing when the data don't fit any code. */
function qrModules(data: string, ecc: (typeof LEVELS)[number]): boolean[][] {
  try {
    return encodeQR(data, 'raw', { ecc, border: 1 })
      .slice(1, -1)
      .map((row) => row.slice(1, -1));
  } catch {
    return [];
  }
}

function packModules(modules: readonly (readonly boolean[])[], cell: number): { bytesPerRow: number; bits: Uint8Array } {
  const dots = modules.length * cell;
  const bytesPerRow = Math.ceil(dots / 8);
  const bits = new Uint8Array(bytesPerRow * dots);
  for (let y = 0; y < dots; y += 1) {
    for (let x = 0; x < dots; x += 1) {
      const at = y * bytesPerRow + (x >> 3);
      if (modules[Math.floor(y / cell)]?.[Math.floor(x / cell)] === true) bits[at] = (bits[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return { bytesPerRow, bits };
}
