/** Chromium without a window, for pictures and for tests of pages that no shell is around. Fetched where it is not there (needs.ts). */
import { chromium, type Browser } from 'playwright-core';
import { findProgram, needProgram } from './needs.ts';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The one that `STANDIN_CHROMIUM` names, else the machine's. @throws {MissingNeed} */
export async function chromiumBinary(): Promise<string> {
  const chosen = process.env['STANDIN_CHROMIUM'];
  return (chosen === undefined ? undefined : findProgram([chosen])) ?? needProgram(NAMES, 'chromium');
}

/** @param executable default: {@link chromiumBinary} @throws {MissingNeed} */
export async function launchBrowser(executable?: string): Promise<Browser> {
  // its sandbox refuses to start for root
  return chromium.launch({ executablePath: executable ?? (await chromiumBinary()), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
