/** Reads the code off a printed slip, from its dots, with a decoder that shares nothing with what made the code. */
import { decodeQR } from 'qr/decode.js';
import { heightOf, type PrintedRaster, type Slip } from '../../drivers/receipt-printer/paper.ts';

/** @throws when there is no code on it, or none can read it */
export function readCode(slip: Slip): string {
  return decodeQR(
    pictureOf(
      slip.items.filter((item) => item.kind === 'raster'),
      slip,
    ),
  );
}

/** The drawings of a slip as gray levels, white where nothing is printed. */
function pictureOf(rasters: readonly PrintedRaster[], { printableDots: width, lengthDots: height }: Slip) {
  const data = new Uint8Array(width * height * 4).fill(255);
  for (const raster of rasters) {
    for (let y = 0; y < heightOf(raster); y += 1) {
      for (let x = 0; x < raster.bytesPerRow * 8; x += 1) {
        const black = ((raster.bits[y * raster.bytesPerRow + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0;
        if (black) data.fill(0, ((raster.y + y) * width + raster.x + x) * 4, ((raster.y + y) * width + raster.x + x) * 4 + 3);
      }
    }
  }
  return { width, height, data };
}
