import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { ICON_SIZES, iconFile } from './icons.ts';

test.each(ICON_SIZES.map((size) => [size]))('the icon of %i px has that size, clear corners and the card’s color in its middle', (size) => {
  const { width, height, data } = PNG.sync.read(readFileSync(iconFile(size)));
  expect([width, height]).toEqual([size, size]);
  const at = (x: number, y: number): readonly number[] => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
  expect(at(0, 0)[3]).toBeLessThan(64);
  // resources/icons/icon.svg: the card is #0b4f6c, below the line at 47 of 84
  expect(at(Math.floor(size / 2), Math.floor((size * 42) / 84) - 1)).toEqual([0x0b, 0x4f, 0x6c, 255]);
});
