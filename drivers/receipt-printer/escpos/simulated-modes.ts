/** Commands that only change how the simulator's next characters stand; they move nothing. Used by simulator.ts. */
import { word } from './command-stream.ts';
import type { Typesetter } from './typesetter.ts';

/** False for a command that is no mode of the print buffer. Section 2 of receipt-printer.md. */
export function applyMode(set: Typesetter, name: string, bytes: readonly number[]): boolean {
  const [, , n = 0] = bytes;
  switch (name) {
    case 'ESC $':
      set.moveTo(word(bytes, 2));
      return true;
    case 'ESC \\':
      set.moveBy((word(bytes, 2) << 16) >> 16);
      return true;
    case 'ESC a':
      set.setAlignment(n & 0x03);
      return true;
    case 'ESC *':
      if (n >= 32) set.addColumns(Uint8Array.from(bytes.slice(5)));
      return true;
    case 'ESC M':
      set.setStyle({ cellDots: (n & 1) === 1 ? 9 : 12 });
      return true;
    case 'ESC E':
      set.setStyle({ bold: (n & 1) === 1 });
      return true;
    case 'ESC -':
    case 'FS -':
      set.setStyle({ underline: (n & 0x03) !== 0 });
      return true;
    case 'GS B':
      set.setStyle({ inverse: (n & 1) === 1 });
      return true;
    case 'GS !':
      set.setStyle({ scaleX: ((n >> 4) & 7) + 1, scaleY: (n & 7) + 1 });
      return true;
    case 'FS !':
      set.setStyle({ scaleX: (n & 0x04) === 0 ? 1 : 2, scaleY: (n & 0x08) === 0 ? 1 : 2 });
      return true;
    case 'ESC 2':
      set.setPitch();
      return true;
    case 'ESC 3':
      set.setPitch(n);
      return true;
    case 'GS L':
      set.setMargin(word(bytes, 2));
      return true;
    case 'GS W':
      set.setWidth(word(bytes, 2));
      return true;
    default:
      return false;
  }
}
