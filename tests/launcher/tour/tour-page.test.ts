import { expect, test } from 'vitest';
import { tourPage } from './tour-page.ts';

const picture = (name: string, language: string, title = name) => ({ name, kind: 'menu', language, file: `${name}.${language}.jpg`, title });

test('one chapter a kind, one row a state, one picture a language', () => {
  const page = tourPage([picture('menu', 'zh-CN'), picture('menu', 'en'), picture('menu-one', 'zh-CN'), picture('menu-one', 'en')], {
    languages: ['zh-CN', 'en'],
    viewport: { width: 1080, height: 1920 },
  });
  expect(page.match(/<section id="menu">/g)).toHaveLength(1);
  expect(page.match(/class="row"/g)).toHaveLength(2);
  expect([...page.matchAll(/<img src="([^"]+)"/g)].map(([, file]) => file)).toEqual(['menu.zh-CN.jpg', 'menu.en.jpg', 'menu-one.zh-CN.jpg', 'menu-one.en.jpg']);
});

test('what a screen calls itself is words, never markup', () => {
  const page = tourPage([picture('menu', 'en', '<b>"You" & I')], { languages: ['en'], viewport: { width: 1, height: 1 } });
  expect(page).toContain('alt="&lt;b>&quot;You&quot; &amp; I"');
  expect(page).not.toContain('<b>');
});
