/** A reader of PDFs that is not ours (poppler), and the character maps of Asian fonts for it: installed where that is ours to do (root on Debian); elsewhere the test that needs it says that it was not run. Used by `test.ts`. */
import { existsSync } from 'node:fs';
import { aptInstall, findProgram, mayInstall } from './needs.ts';

/** Without these no reader knows which character is which in a font of Adobe-GB1. */
const CHARACTER_MAPS = '/usr/share/poppler/cMap/Adobe-GB1';

/** Why the reader can't be had; `undefined`: it is here. */
export function noPoppler(): string | undefined {
  if (findProgram(['pdftotext']) !== undefined && existsSync(CHARACTER_MAPS)) return undefined;
  return 'pdftotext or its character maps are not on this machine; run: apt-get install -y poppler-utils poppler-data';
}

/** Never fails: the test says what is missing. */
export async function bringPoppler(): Promise<void> {
  if (noPoppler() !== undefined && mayInstall()) await aptInstall(['poppler-utils', 'poppler-data']);
}
