/**
 * What the launcher tells the stand-in, by environment (Electron's own switches come on the command line):
 * STANDIN_CHROMIUM: browser to use · STANDIN_HEADED=1: real windows · STANDIN_DISPLAY=WxH: the display it claims, px.
 */
import os from 'node:os';
import path from 'node:path';

export const options = {
  chromium: process.env['STANDIN_CHROMIUM'] ?? '/usr/bin/chromium',
  headed: process.env['STANDIN_HEADED'] === '1',
  display: parseDisplay(process.env['STANDIN_DISPLAY'] ?? '1080x1920'),
  /** Electron's `--user-data-dir=`; a fresh one without. */
  userData:
    process.argv.find((arg) => arg.startsWith('--user-data-dir='))?.slice('--user-data-dir='.length) ?? path.join(os.tmpdir(), `standin-${process.pid}`),
} as const;

function parseDisplay(text: string): { width: number; height: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) throw new Error(`stand-in: STANDIN_DISPLAY must be WIDTHxHEIGHT, not "${text}"`);
  return { width: Number(match[1]), height: Number(match[2]) };
}
