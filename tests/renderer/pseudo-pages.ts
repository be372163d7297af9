/** The pages built with the pseudo-locale ar-XB (pseudo-locale.ts) in the place of English. */
import path from 'node:path';
import { build, type Plugin } from 'vite';
import en from '../../resources/locales/en/screens.json' with { type: 'json' };
import { pageBundle, type AppParts } from '../launcher/bundles.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import { pseudoOf } from './pseudo-locale.ts';

const file = (...names: string[]): string =>
  path
    .join(projectRoot, ...names)
    .split(path.sep)
    .join('/');

/** English becomes ar-XB, and its direction that of Arabic. */
function inPseudoLocale(long: boolean): Plugin {
  return {
    name: 'ar-XB',
    enforce: 'pre',
    load(id) {
      if (id.startsWith(file('resources', 'locales', 'en', 'screens.json'))) return JSON.stringify(pseudoOf(en, long));
      if (id === file('renderer', 'direction.ts')) return `export const directionOf = (locale) => (locale === 'en' ? 'rtl' : 'ltr');`;
      return undefined;
    },
  };
}

/** @param folder its name in out/right-to-left @returns where the pages are */
export async function buildPseudoPages(parts: AppParts, folder: string, long: boolean): Promise<string> {
  const outDir = path.join(projectRoot, 'out', 'right-to-left', folder);
  const bundle = pageBundle({ ...parts, outDir });
  await build({ ...bundle, plugins: [inPseudoLocale(long), ...(bundle.plugins ?? [])], build: { ...bundle.build, emptyOutDir: true } });
  return path.join(outDir, 'renderer');
}
