/** The screens of staff in the built page: layout and axe in both languages and both orientations. The shell is pretended. */
import { expect, test } from '@playwright/test';
import { STAFF, viewOf } from '../renderer/fixtures.ts';
import { layoutFaults } from '../renderer/geometry.ts';
import { LANDSCAPE, PORTRAIT } from '../renderer/kiosk-page.ts';
import { axeFindings } from '../support/axe.ts';
import { builtPages } from './support/built-pages.ts';

// every screen of staff, each looked at by axe
test.describe.configure({ timeout: 180_000 });

const pages = builtPages();

for (const [orientation, viewport] of Object.entries({ landscape: LANDSCAPE, portrait: PORTRAIT })) {
  for (const locale of ['zh-CN', 'en'] as const) {
    test(`screens of staff, ${orientation}, ${locale}: everything is in its place and readable`, async () => {
      const info = test.info();
      const kiosk = await pages.open({ viewport });
      const faults: Record<string, unknown> = {};
      for (const [name, sample] of Object.entries(STAFF)) {
        await kiosk.show(viewOf(sample, { preferences: { locale } }));
        await kiosk.page.screenshot({ path: info.outputPath(`${name}.png`) });
        const found: unknown[] = await kiosk.page.evaluate(layoutFaults);
        // the same elements in another order are the same to axe
        if (orientation === 'landscape' && locale === 'zh-CN') found.push(...(await axeFindings(kiosk.page)));
        if (found.length > 0) faults[name] = found;
      }
      await kiosk.page.close();
      expect(faults).toEqual({});
    });
  }
}
