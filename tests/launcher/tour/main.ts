/**
 * `npm run tour -- [--size SIZE] [--theme THEME] [--landscape]`: the picture book. Every screen in every state that the layout tests know,
 * named, in every language, to `out/tour/index.html`, which opens from the disk. The pictures are of the built page in Chromium.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { preferencesSchema } from '../../../state-machines/view.ts';
import { MAIN, STATES, viewOf } from '../../renderer/fixtures.ts';
import { LANDSCAPE, PORTRAIT, serveKioskPages } from '../../renderer/kiosk-page.ts';
import { launchBrowser } from '../browser.ts';
import { buildApp } from '../build.ts';
import { projectRoot } from '../run-tool.ts';
import { tourPage, type Picture } from './tour-page.ts';

const { locale, size: sizes, theme: themes } = preferencesSchema.shape;
const folder = path.join(projectRoot, 'out', 'tour');

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'standard' },
    theme: { type: 'string', default: 'light' },
    landscape: { type: 'boolean', default: false },
  },
});
const size = sizes.safeParse(values.size);
const theme = themes.safeParse(values.theme);
if (!size.success || !theme.success) {
  process.stderr.write(`usage: npm run tour -- [--size ${sizes.options.join('|')}] [--theme ${themes.options.join('|')}] [--landscape]\n`);
  process.exit(2);
}
const viewport = values.landscape ? LANDSCAPE : PORTRAIT;

await buildApp();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const browser = await launchBrowser();
const pages = await serveKioskPages(browser);
const pictures: Picture[] = [];
try {
  const kiosk = await pages.open({ viewport, reducedMotion: true });
  for (const [name, sample] of Object.entries({ ...MAIN, ...STATES })) {
    if (sample.sizes !== undefined && !sample.sizes.includes(size.data)) continue;
    for (const language of locale.options) {
      await kiosk.show(viewOf(sample, { preferences: { locale: language, size: size.data, theme: theme.data }, seq: pictures.length + 1 }));
      const file = `${name}.${language}.jpg`;
      await kiosk.page.screenshot({ path: path.join(folder, file), type: 'jpeg', quality: 80 });
      const title = await kiosk.page.getByTestId('screen').getAttribute('aria-label');
      pictures.push({ name, kind: sample.overlay?.kind ?? sample.body.kind, language, file, title: title ?? '' });
    }
    process.stdout.write(`${name}\n`);
  }
} finally {
  await pages.close();
  await browser.close();
}
writeFileSync(path.join(folder, 'index.html'), tourPage(pictures, { languages: locale.options, viewport }));
process.stdout.write(`${pictures.length} pictures: ${path.join('out', 'tour', 'index.html')}\n`);
