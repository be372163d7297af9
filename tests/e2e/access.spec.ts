/**
 * Every flow of a cardholder to its end in every way of using the terminal: touch, keys alone, two switches, by ear alone in each language,
 * largest size, low reach. Real charts, the real page; the table in renderer/ACCESS.md says no more than what runs here.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { locales, themes, type Preferences, type View } from '../../state-machines/view.ts';
import { MAIN, STATES, viewOf, type Sample } from '../renderer/fixtures.ts';
import { PORTRAIT, type KioskPage } from '../renderer/kiosk-page.ts';
import { flows } from './support/access/flows.ts';
import { unhurried, Walk } from './support/access/walk.ts';
import { press, ways } from './support/access/ways.ts';
import { builtPages } from './support/built-pages.ts';

const pages = builtPages();

for (const way of ways) {
  test(`every flow: ${way.name}`, async () => {
    test.setTimeout(120_000);
    const kiosk = await pages.open({ viewport: PORTRAIT, reducedMotion: true, unpainted: true });
    await unhurried(kiosk);
    for (const flow of flows) {
      await test.step(flow.name, async () => {
        const walk = new Walk(kiosk, way);
        await walk.begin();
        await flow.run(walk);
        await walk.leaves();
      });
    }
    await kiosk.page.close();
  });
}

test('renderer/ACCESS.md says what runs here, no more and no less', () => {
  const lines = readFileSync('renderer/ACCESS.md', 'utf8').split('\n');
  const cells = lines
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const head = cells.findIndex(([first]) => first === 'flow');
  expect(cells[head]).toEqual(['flow', ...ways.map(({ name }) => name)]);
  expect(cells.slice(head + 2)).toEqual(flows.map(({ name }) => [name, ...ways.map(() => '✓')]));
});

const KEYPAD = { headphone: false, switches: 'two', scanMs: 2000 } as const;

function guided(sample: Sample, preferences: Partial<Preferences> = {}, keypad: Partial<View['keypad'] & object> = {}): View {
  return { ...viewOf(sample, { preferences }), keypad: { ...KEYPAD, ...keypad } };
}

function sampleOf(name: string): Sample {
  const sample = { ...MAIN, ...STATES }[name];
  if (sample === undefined) throw new Error(`no sample ${name}`);
  return sample;
}

async function onPage(body: (kiosk: KioskPage) => Promise<void>): Promise<void> {
  const kiosk = await pages.open({ viewport: PORTRAIT, reducedMotion: true, unpainted: true });
  await unhurried(kiosk);
  await body(kiosk);
  await kiosk.page.close();
}

const said = ({ page }: KioskPage): Promise<string | null> => page.getByTestId('speech').textContent();
const focused = ({ page }: KioskPage): Promise<string | undefined> =>
  page.evaluate(() => {
    const { activeElement } = document;
    return activeElement instanceof HTMLElement ? (activeElement.dataset['testid'] ?? activeElement.tagName) : undefined;
  });

/** The order is the same in every theme; only colors differ. */
function screensIn(theme: Preferences['theme']): readonly (readonly [string, Sample])[] {
  const all = Object.entries(MAIN);
  return theme === 'light' ? all : all.filter(([name]) => ['starting', 'attract', 'menu', 'top-up-cash', 'overlay-idle'].includes(name));
}

for (const theme of themes) {
  test(`${theme}: keys lead over every screen, from its headline to each control once, with a ring around each`, async () => {
    await onPage(async (kiosk) => {
      for (const [name, sample] of screensIn(theme)) {
        await kiosk.push(guided(sample, { theme }));
        // Nobody has pressed a key yet, or it was somebody before.
        if (name === 'starting' || name === 'attract') await press(kiosk, ['next']);
        const { faults, controls, met } = await kiosk.page.evaluate(once);
        expect(faults, name).toEqual([]);
        expect(met.toSorted(), name).toEqual(controls.toSorted());
      }
    });
  });
}

/** In the page: goes once around by `next` from where the focus stands when the screen has come. */
function once(): { readonly faults: string[]; readonly controls: string[]; readonly met: string[] } {
  const { kioskPress } = window as unknown as { kioskPress: (press: object) => void };
  const root = document.querySelector('[aria-modal="true"]') ?? document.querySelector('main');
  const idOf = (element: Element | null): string => element?.getAttribute('data-testid') ?? '';
  const controls = [...(root?.querySelectorAll('button') ?? [])].map(idOf);
  const faults: string[] = [];
  const met: string[] = [];
  const start = document.activeElement;
  if (start === null || root?.contains(start) !== true) faults.push('the focus is nowhere when the screen comes');
  for (let stop = 0; stop < 100; stop += 1) {
    const at = document.activeElement;
    const style = at === null ? undefined : getComputedStyle(at);
    if (style === undefined || style.outlineStyle !== 'solid' || style.outlineWidth !== '8px')
      faults.push(`no ring around ${idOf(at) || (at?.textContent ?? '')}`);
    if (at instanceof HTMLButtonElement) met.push(idOf(at));
    kioskPress({ key: 'next', press: 'short' });
    if (document.activeElement === start) return { faults, controls, met };
  }
  return { faults: [...faults, 'the focus never comes around'], controls, met };
}

for (const locale of locales) {
  test(`${locale}: into the room no amount, tail, number, name or secret is said of any screen; by headphone no secret`, async () => {
    const own = /\d+\.\d\d|6688|\d{4}-\d{4}|7K4M|\*|•|[一二三四五六七八九零](?:元|角|分)|yuan and|王|6 6 8 8|六 六 八 八|six six eight eight/;
    await onPage(async (kiosk) => {
      for (const [name, sample] of Object.entries(locale === 'zh-CN' ? { ...MAIN, ...STATES } : MAIN)) {
        await kiosk.push(guided({ body: { kind: 'goodbye' }, utilities: false }, { locale, speech: true }));
        await kiosk.push(guided(sample, { locale, speech: true }));
        const heard = await kiosk.page.evaluate(aloud);
        expect(
          heard.filter((words) => own.test(words)),
          name,
        ).toEqual([]);
        if (sample.body.kind !== 'loss-typing' && sample.body.kind !== 'ticket-phone') continue;
        await kiosk.push(guided(sample, { locale, speech: true }, { headphone: true }));
        expect(
          (await kiosk.page.evaluate(aloud)).filter((words) => words.includes('•')),
          name,
        ).toEqual([]);
      }
    });
  });
}

/** In the page: what is said when the screen comes, and of each stop once around. */
function aloud(): string[] {
  const { kioskPress } = window as unknown as { kioskPress: (press: object) => void };
  const now = (): string => document.querySelector('[data-testid="speech"]')?.textContent ?? '';
  const heard = [now()];
  const start = document.activeElement;
  for (let stop = 0; stop < 100; stop += 1) {
    kioskPress({ key: 'next', press: 'short' });
    heard.push(now());
    if (document.activeElement === start) break;
  }
  return heard;
}

test('a warning takes the focus to its answer, and gives it back to where it was', async () => {
  await onPage(async (kiosk) => {
    const menu = sampleOf('menu');
    await kiosk.push(guided(menu));
    await press(kiosk, ['next', 'next', 'next']);
    const before = await focused(kiosk);
    const wait = { leftMs: 20_000, totalMs: 20_000, tone: 'warn' } as const;
    await kiosk.push(guided({ ...menu, overlay: { kind: 'idle-warning', wait, money: 'none' } }));
    expect(await focused(kiosk)).toBe('extend');
    await kiosk.push(guided(menu));
    expect(await focused(kiosk)).toBe(before);
  });
});

test('a finger takes over: the next screen has no focus of its own until a key is pressed', async () => {
  await onPage(async (kiosk) => {
    await kiosk.push(guided(sampleOf('menu')));
    await press(kiosk, ['next']);
    await kiosk.page.touchscreen.tap(500, 300);
    await kiosk.push(guided(sampleOf('top-up-amount')));
    expect(await focused(kiosk)).toBe('BODY');
    await press(kiosk, ['next']);
    expect(await focused(kiosk)).toBe('H1');
  });
});

test('back goes one step back; where leaving ends something it is named first, and asked for by another key', async () => {
  await onPage(async (kiosk) => {
    await kiosk.push(guided(sampleOf('top-up-tender'), { speech: true }));
    expect((await press(kiosk, ['back'])).map(({ act }) => act)).toEqual([{ type: 'back' }]);
    await kiosk.push(guided(sampleOf('top-up-cash'), { speech: true }));
    expect(await press(kiosk, ['back'])).toEqual([]);
    expect(await said(kiosk)).toBe('再按确认键就会做： 不充了，开凭证');
    expect((await press(kiosk, ['select'])).map(({ act }) => act)).toEqual([{ type: 'cancel' }]);
    await kiosk.push(guided(sampleOf('committing'), { speech: true }));
    expect(await press(kiosk, ['back'])).toEqual([]);
    expect(await said(kiosk)).toBe('现在不能返回');
  });
});

test('help says the screen again, and pressed twice leads to help; volume, rate and speech are wishes of the session', async () => {
  await onPage(async (kiosk) => {
    const menu = sampleOf('menu');
    await kiosk.push(guided(menu, { speech: true }, { headphone: true }));
    await press(kiosk, ['next', 'help']);
    expect(await said(kiosk)).toMatch(/^今天要办什么？.*卡内余额，二十三元二角.*有 5 个选项。 按上下键/);
    expect((await press(kiosk, ['help'])).map(({ act }) => act)).toEqual([{ type: 'support' }]);
    expect((await press(kiosk, ['volumeUp', 'volumeDown', 'rate', '*'])).map(({ act }) => act)).toEqual(
      [{ volume: 5 }, { volume: 3 }, { rate: 2 }, { speech: false }].map((preferences) => ({ type: 'prefer', preferences })),
    );
    await kiosk.push(guided(menu, { speech: true, volume: 6 }));
    expect(await press(kiosk, ['volumeUp'])).toMatchObject([{ act: { preferences: { volume: 6 } } }]);
    expect(await said(kiosk)).toBe('音量 6');
    await kiosk.push(guided(menu));
    expect(await said(kiosk)).toBe('');
    expect(await press(kiosk, ['volumeUp', 'rate'])).toEqual([]);
  });
});

test('one switch: the focus goes on by itself over the controls, and the switch selects', async () => {
  await onPage(async (kiosk) => {
    await kiosk.push(guided(sampleOf('menu'), {}, { switches: 'one', scanMs: 500 }));
    expect((await press(kiosk, ['switch1'])).map(({ act }) => act)).toEqual([{ type: 'prefer', preferences: { scan: true } }]);
    await kiosk.push(guided(sampleOf('menu'), { scan: true }, { switches: 'one', scanMs: 500 }));
    expect(await focused(kiosk)).toBe('start-top-up');
    // Pressed at the moment when the focus comes there.
    const sent = await kiosk.page.evaluate(
      () =>
        new Promise((resolve) => {
          const { kioskPress, kioskSent } = window as unknown as { kioskPress: (press: object) => void; kioskSent: { readonly act: object }[] };
          document.addEventListener('focusin', ({ target }) => {
            if (!(target instanceof HTMLElement) || target.dataset['testid'] !== 'start-statement') return;
            kioskPress({ key: 'switch1', press: 'short' });
            resolve(kioskSent.splice(0).map(({ act }) => act));
          });
        }),
    );
    expect(sent).toEqual([{ type: 'service', service: 'statement' }]);
  });
});

test('what is chosen or typed is said, a digit of a secret as a star', async () => {
  await onPage(async (kiosk) => {
    const typing = sampleOf('top-up-custom');
    await kiosk.push(guided(typing, { speech: true }, { headphone: true }));
    await press(kiosk, ['7']);
    expect(await said(kiosk)).toBe('7');
    await kiosk.push(guided(sampleOf('loss-typing'), { speech: true }, { headphone: true }));
    expect((await press(kiosk, ['7'])).map(({ act }) => act)).toEqual([{ type: 'digit', digit: '7' }]);
    expect(await said(kiosk)).toBe('星号');
  });
});
