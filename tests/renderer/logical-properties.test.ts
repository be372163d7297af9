/** The page turns with the language because its style is logical: what is left or right by name belongs to the cabinet, or says why in right-to-left.css. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../launcher/run-tool.ts';

const folder = path.join(projectRoot, 'renderer', 'theme');
const PHYSICAL = /^(?:(?:margin|padding|border)-(?:left|right)\b.*|(?:left|right):|text-align: (?:left|right)|float:)/;
/** Beside a slot, or of a picture of one. */
const OF_THE_CABINET = /\.dock|\.scene|\.edge|\.put-back-place|data-side/;

/** Every declaration with the selectors around it. */
function declarationsOf(css: string): { readonly selectors: string; readonly declaration: string }[] {
  const around: string[] = [];
  const found: { selectors: string; declaration: string }[] = [];
  for (const [, text = '', end] of css.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/([^{};]*)([{};])/g)) {
    if (end === '{') around.push(text.trim());
    else {
      if (text.trim() !== '') found.push({ selectors: around.join(' '), declaration: text.trim() });
      if (end === '}') around.pop();
    }
  }
  return found;
}

test('left and right are said of nothing but the cabinet', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.css') && name !== 'right-to-left.css');
  const all = files.flatMap((name) => declarationsOf(readFileSync(path.join(folder, name), 'utf8')));
  expect(all.length).toBeGreaterThan(1000);
  expect(all.filter(({ selectors, declaration }) => PHYSICAL.test(declaration) && !OF_THE_CABINET.test(selectors))).toEqual([]);
});
