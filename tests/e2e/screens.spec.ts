/**
 * The screens as a person meets them, in the built page: layout in every size, theme, language and orientation, what axe finds, and how
 * they answer touches. The shell is pretended; what it would send and receive is in tests/renderer.
 */
import { expect, test } from '@playwright/test';
import { type Locator, type Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { decodeQR } from 'qr/decode.js';
import { loadConfig } from '../../main/config/config.ts';
import { bundledKnowledge } from '../../main/support/knowledge.ts';
import { createSupportPort } from '../../main/support/port.ts';
import { systemClock } from '../../main/terminal/system.ts';
import type { SupportPort } from '../../state-machines/support/port.ts';
import { locales, sizes, viewKinds, type Preferences, type Site } from '../../state-machines/view.ts';
import { MAIN, SITE, SLIP_LINK, STAFF, STATES, viewOf, type Sample, type Setting } from '../renderer/fixtures.ts';
import { beyondReach, faultsOf, LOW_REACH_TOP } from '../renderer/layout-survey.ts';
import { LANDSCAPE, PORTRAIT, type KioskPage, type OpenOptions } from '../renderer/kiosk-page.ts';
import { axeFindings } from '../support/axe.ts';
import { builtPages } from './support/built-pages.ts';

const ALL: Readonly<Record<string, Sample>> = { ...MAIN, ...STATES };
const ORIENTATIONS = { portrait: PORTRAIT, landscape: LANDSCAPE } as const;
type Orientation = keyof typeof ORIENTATIONS;
type Side = Site['slots']['card'];

const { withPage } = builtPages();

/** Across a code of {@link SLIP_LINK}: version 14 at level L holds 458 bytes (ISO/IEC 18004:2015, table 7). */
const SLIP_MODULES = 73;

function read(picture: { readonly width: number; readonly height: number; readonly data: Uint8Array }): string {
  try {
    return decodeQR(picture);
  } catch {
    return '';
  }
}

const slots = (side: Side): Partial<Site> => ({ slots: { card: side, cash: side, receipt: 'below' } });
/** Where the card slot is on the usual cabinet of each orientation. */
const usualSide = (orientation: Orientation): Side => (orientation === 'portrait' ? 'right' : 'left');

test('there is a sample of every kind of View', () => {
  expect(new Set(Object.values({ ...MAIN, ...STAFF }).map(({ body }) => body.kind))).toEqual(new Set(viewKinds));
});

for (const orientation of ['portrait', 'landscape'] as const) {
  const site = slots(usualSide(orientation));

  for (const size of sizes) {
    test(`${orientation}, ${size}: nothing overflows, collides, is clipped, too small or too near, in any state`, async () => {
      test.setTimeout(240_000);
      const setting = (locale: Preferences['locale']): Setting => ({ site, preferences: { locale, size } });
      // a line of zh-HK is as long as its line of zh-CN: of each kind one is enough
      const inAll = await withPage(ORIENTATIONS[orientation], async (kiosk) => [
        ...(await faultsOf(kiosk, ALL, [setting('zh-CN'), setting('en')])),
        ...(await faultsOf(kiosk, MAIN, [setting('zh-HK')])),
      ]);
      expect(inAll).toEqual([]);
    });
  }

  test(`${orientation}: the same with the wider borders of high contrast`, async () => {
    test.setTimeout(180_000);
    const settings = locales.flatMap((locale) => sizes.map((size): Setting => ({ site, preferences: { theme: 'black', locale, size } })));
    expect(await withPage(ORIENTATIONS[orientation], (kiosk) => faultsOf(kiosk, MAIN, settings))).toEqual([]);
  });

  for (const side of (['left', 'right', 'below'] as const).filter((side) => side !== usualSide(orientation))) {
    test(`${orientation}: the same with the slots ${side === 'below' ? side : `on the ${side}`}`, async () => {
      const settings = sizes.map((size): Setting => ({ site: slots(side), preferences: { locale: 'en', size } }));
      expect(await withPage(ORIENTATIONS[orientation], (kiosk) => faultsOf(kiosk, MAIN, settings))).toEqual([]);
    });

    test(`${orientation}: with the slot ${side === 'below' ? side : `on the ${side}`}, the line leaves the glass there`, async () => {
      await withPage(ORIENTATIONS[orientation], async (kiosk) => {
        for (const name of ['attract', 'menu', 'take-card']) {
          const sample = MAIN[name];
          if (sample === undefined) throw new Error(`no sample ${name}`);
          await kiosk.show(viewOf(sample, { site: slots(side) }));
          expect(await sidesTheLineLeaves(kiosk.page), name).toEqual([side]);
        }
      });
    });
  }

  for (const theme of orientation === 'portrait' ? (['light', 'black'] as const) : (['light'] as const)) {
    test(`${orientation}, ${theme}: axe finds nothing`, async () => {
      test.setTimeout(240_000);
      await withPage(ORIENTATIONS[orientation], async (kiosk) => {
        const found: string[] = [];
        for (const [name, sample] of Object.entries(MAIN)) {
          await kiosk.show(viewOf(sample, { site, preferences: { theme } }));
          const findings = await axeFindings(kiosk.page, { rules: { 'color-contrast-enhanced': { enabled: true } } });
          found.push(...findings.map((finding) => `${name}: ${finding}`));
        }
        expect(found).toEqual([]);
      });
    });
  }
}

/** Edges of the glass that the line's paths reach. */
function sidesTheLineLeaves(page: Page): Promise<Side[]> {
  return page.evaluate(() => {
    const sides = new Set<'left' | 'right' | 'below'>();
    for (const path of document.querySelectorAll<SVGPathElement>('.read path[stroke="var(--wire)"]')) {
      const box = path.getBoundingClientRect();
      if (box.bottom > window.innerHeight) sides.add('below');
      else if (box.right >= window.innerWidth - 1) sides.add('right');
      else if (box.left <= 1) sides.add('left');
    }
    return [...sides];
  });
}

test('the longest answers of the knowledge base fit their screen, in every size, language and orientation', async () => {
  test.setTimeout(240_000);
  const config = loadConfig('resources/config/example.json');
  const support = createSupportPort({ config, clock: systemClock, knowledge: bundledKnowledge() });
  const faults: string[] = [];
  for (const [orientation, viewport] of Object.entries(ORIENTATIONS)) {
    await withPage(viewport, async (kiosk) => {
      for (const locale of locales) {
        const answers = longestAnswers(support, locale);
        const site = { ...slots(usualSide(orientation as Orientation)), hotline: config.site.hotline, hotlineHours: config.site.hotlineHours };
        faults.push(
          ...(await faultsOf(
            kiosk,
            answers,
            sizes.map((size) => ({ site, preferences: { locale, size } })),
          )),
        );
      }
    });
  }
  expect(faults).toEqual([]);
});

/** By all that stands on the screen, and by what stands beside the steps: each fills another column. */
function longestAnswers(support: SupportPort, locale: Preferences['locale']): Readonly<Record<string, Sample>> {
  const MOST = 6;
  const lengths = support.mostAsked(locale).map(({ id, question }) => {
    const { money = '', steps = [] } = support.answer(locale, id) ?? {};
    return { id, beside: question.length + money.length, steps: steps.join('').length };
  });
  const longest = (length: (of: (typeof lengths)[number]) => number): readonly string[] =>
    lengths
      .toSorted((one, other) => length(other) - length(one))
      .slice(0, MOST)
      .map(({ id }) => id);
  const ids = new Set([...longest(({ beside, steps }) => beside + steps), ...longest(({ beside }) => beside), ...longest(({ steps }) => steps)]);
  return Object.fromEntries([...ids].map((id) => [`answer ${id}`, answerSample(support, locale, id)]));
}

function answerSample(support: SupportPort, locale: Preferences['locale'], id: string): Sample {
  const answer = support.answer(locale, id);
  if (answer === undefined) throw new Error(`no answer ${id}`);
  const { service, steps, ...said } = answer;
  return {
    body: {
      kind: 'help-answer',
      ...said,
      steps: [...steps],
      verdict: 'asked',
      ...(service === undefined ? {} : { service: { name: service, available: true } }),
    },
  };
}

test('keys for words are at least as large as the tokens say, and each is pressed in the frame it is touched', async () => {
  test.setTimeout(120_000);
  for (const [orientation, viewport] of Object.entries(ORIENTATIONS)) {
    await withPage(viewport, async (kiosk) => {
      for (const size of sizes) {
        for (const name of ['help-search', 'help-search-digits']) {
          await kiosk.show(viewOf(sampleOf(name), { preferences: { size } }));
          const sides = await kiosk.page
            .locator('.key')
            .evaluateAll((keys) => keys.map((key) => Math.min(key.getBoundingClientRect().width, key.getBoundingClientRect().height)));
          expect(sides.length, `${orientation} ${size}`).toBe(name === 'help-search' ? 31 : 15);
          expect(Math.min(...sides), `${orientation} ${size} ${name}`).toBeGreaterThanOrEqual(84);
        }
      }
      await kiosk.show(viewOf(sampleOf('help-search')));
      const key = kiosk.page.getByTestId('letter-b');
      const { x, y } = await middleOf(key);
      await kiosk.page.mouse.move(x, y);
      await kiosk.page.mouse.down();
      await expect(key).toHaveAttribute('data-pressed', '');
      await kiosk.page.mouse.up();
      await kiosk.page.mouse.click(x, y);
      expect(await acts(kiosk), 'struck twice means twice').toEqual([
        { type: 'letter', letter: 'b' },
        { type: 'letter', letter: 'b' },
      ]);
    });
  }
});

test.describe('reach', () => {
  test('in portrait everything that is touched lies in the lower 1,200 px', async () => {
    await withPage(PORTRAIT, async (kiosk) => {
      const samples = Object.fromEntries(Object.entries(ALL).filter(([, { overlay }]) => overlay?.kind !== 'hidden' && overlay?.kind !== 'idle-warning'));
      expect(await beyondReach(kiosk, samples, {}, 1920 - 1200)).toEqual([]);
    });
  });

  const paying = [
    'top-up-tender',
    'tender-five',
    'top-up-cash',
    'top-up-qr',
    'top-up-scan',
    'top-up-bank-card',
    'top-up-voucher',
    'voucher-code',
    'top-up-voucher-confirm',
  ];
  const helping = ['help-home', 'help-groups', 'help-list', 'help-search', 'help-search-digits', 'help-answer', 'help-contacts'];
  const serving = [
    'pending-offer',
    'statement',
    'loss-ways',
    'loss-typing',
    'loss-confirm',
    'loss-told',
    'replace-fee',
    'replace-done',
    'account-menu',
    'account-confirm',
  ];
  const asking = ['ticket-topics', 'ticket-phone', 'ticket-review', 'diagnosis', 'callback-slots', 'callback-review', 'chat', 'chat-nine', 'survey'];
  const reached = ['attract', 'menu', 'top-up-amount', 'top-up-custom', ...paying, 'put-back', 'done', ...helping, ...serving, ...asking];

  test('with buttons set low, what a cardholder does is touched within the lowest 964 px, at every size, and nothing breaks', async () => {
    test.setTimeout(240_000);
    await withPage(PORTRAIT, async (kiosk) => {
      const settings = locales.flatMap((locale) => sizes.map((size): Setting => ({ preferences: { locale, size, lowReach: true } })));
      expect(await faultsOf(kiosk, MAIN, settings)).toEqual([]);
      const samples = Object.fromEntries(reached.map((name) => [name, sampleOf(name)]));
      for (const setting of settings) expect(await beyondReach(kiosk, samples, setting, LOW_REACH_TOP)).toEqual([]);
    });
  });
});

function sampleOf(name: string): Sample {
  const sample = ALL[name];
  if (sample === undefined) throw new Error(`no sample ${name}`);
  return sample;
}

async function showing(name: string, body: (kiosk: KioskPage, page: Page) => Promise<void>, setting: Setting = {}, options: OpenOptions = {}): Promise<void> {
  await withPage(
    PORTRAIT,
    async (kiosk) => {
      await kiosk.show(viewOf(sampleOf(name), { seq: 7, ...setting }));
      await body(kiosk, kiosk.page);
    },
    options,
  );
}

const acts = async (kiosk: KioskPage): Promise<unknown[]> => (await kiosk.sent()).map(({ act }) => act);

async function middleOf(locator: Locator): Promise<{ x: number; y: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('not drawn');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test.describe('a touch', () => {
  test('tells what was done, on which View', async () => {
    await showing('top-up-amount', async (kiosk, page) => {
      await page.getByTestId('amount-2000').click();
      expect(await kiosk.sent()).toEqual([{ version: 1, seq: 7, act: { type: 'amount', amount: 2000 } }]);
    });
  });

  test('shows in the frame it lands, and counts when it is let go inside', async () => {
    await showing('top-up-amount', async (kiosk, page) => {
      const button = page.getByTestId('confirm');
      const { x, y } = await middleOf(button);
      await page.mouse.move(x, y);
      await page.mouse.down();
      await expect(button).toHaveAttribute('data-pressed', '');
      expect(await acts(kiosk)).toEqual([]);
      await page.mouse.up();
      await expect(button).not.toHaveAttribute('data-pressed', '');
      expect(await acts(kiosk)).toEqual([{ type: 'confirm' }]);
    });
  });

  test('that slides off is taken back, and counts again when it slides on', async () => {
    await showing('top-up-amount', async (kiosk, page) => {
      const button = page.getByTestId('confirm');
      const { x, y } = await middleOf(button);
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x, y - 300);
      await expect(button).not.toHaveAttribute('data-pressed', '');
      await page.mouse.up();
      expect(await acts(kiosk)).toEqual([]);
      await page.mouse.down();
      await page.mouse.move(x, y);
      await page.mouse.up();
      expect(await acts(kiosk), 'pressed elsewhere, let go on the button').toEqual([]);
    });
  });

  test('of a finger that trembles within the button counts', async () => {
    await showing('top-up-amount', async (kiosk, page) => {
      const { x, y } = await middleOf(page.getByTestId('confirm'));
      const finger = await page.context().newCDPSession(page);
      await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
      for (const step of [12, 30, 45]) await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: x + step, y: y + step / 2 }] });
      await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      expect(await acts(kiosk)).toEqual([{ type: 'confirm' }]);
    });
  });

  test('twice on one control within half a second counts once, on two controls twice', async () => {
    await showing('top-up-amount', async (kiosk, page) => {
      const confirm = await middleOf(page.getByTestId('confirm'));
      const other = await middleOf(page.getByTestId('amount-2000'));
      await page.mouse.click(confirm.x, confirm.y);
      await page.mouse.click(confirm.x, confirm.y);
      await page.mouse.click(other.x, other.y);
      expect(await acts(kiosk)).toEqual([{ type: 'confirm' }, { type: 'amount', amount: 2000 }]);
    });
  });

  test('twice on a digit is two digits', async () => {
    await showing('top-up-custom', async (kiosk, page) => {
      const { x, y } = await middleOf(page.getByTestId('digit-0'));
      await page.mouse.click(x, y);
      await page.mouse.click(x, y);
      expect(await acts(kiosk)).toEqual([
        { type: 'digit', digit: '0' },
        { type: 'digit', digit: '0' },
      ]);
    });
  });

  test('where the last screen had its main button falls through while the new screen is fresh', async () => {
    await showing('top-up-amount', async (kiosk, page) => {
      const { x, y } = await middleOf(page.getByTestId('confirm'));
      await kiosk.push(viewOf(sampleOf('cash-many')));
      await page.mouse.click(x, y);
      expect(await acts(kiosk)).toEqual([]);
      await page.waitForFunction((since) => performance.now() - since > 260, await page.evaluate(() => performance.now()));
      await page.mouse.click(x, y);
      expect(await acts(kiosk)).toEqual([{ type: 'confirm' }]);
    });
  });

  test('elsewhere counts at once on a fresh screen', async () => {
    await showing('top-up-amount', async (kiosk, page) => {
      await kiosk.push(viewOf(sampleOf('top-up-tender')));
      const { x, y } = await middleOf(page.getByTestId('tender-cash'));
      await page.mouse.click(x, y);
      expect(await acts(kiosk)).toEqual([{ type: 'tender', tender: 'cash' }]);
    });
  });

  test('of something switched off does nothing, and its reason is in words', async () => {
    await showing('tender-off', async (kiosk, page) => {
      const off = page.getByTestId('tender-cash');
      await expect(off).toBeDisabled();
      await expect(off).toContainText('暂停：纸币口没有响应');
      await off.click({ force: true });
      expect(await acts(kiosk)).toEqual([]);
    });
  });

  test('every control that is off says why', async () => {
    await withPage(PORTRAIT, async (kiosk) => {
      const reasons = await kiosk.survey(
        Object.values(ALL).map((sample) => viewOf(sample)),
        () =>
          [...document.querySelectorAll('button[aria-disabled="true"]')].map((button) =>
            (document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent ?? button.textContent).trim(),
          ),
      );
      expect(reasons.flat().length).toBeGreaterThan(0);
      expect(Object.keys(ALL).filter((_name, index) => reasons[index]?.includes('') === true)).toEqual([]);
    });
  });

  test('by keyboard counts, and a held key counts once', async () => {
    await showing('top-up-amount', async (kiosk, page) => {
      await page.getByTestId('amount-10000').focus();
      await page.keyboard.down('Enter');
      await page.keyboard.down('Enter');
      await page.keyboard.up('Enter');
      expect(await acts(kiosk)).toEqual([{ type: 'amount', amount: 10_000 }]);
    });
  });

  test('selects no text and opens no menu', async () => {
    await showing('top-up-amount', async (_kiosk, page) => {
      const { x, y } = await middleOf(page.locator('h1'));
      await page.mouse.dblclick(x, y);
      expect(await page.evaluate(() => String(window.getSelection()))).toBe('');
      expect(await page.evaluate(() => document.body.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })))).toBe(false);
    });
  });
});

test('every control says what it does', async () => {
  const cases: readonly (readonly [sample: string, testId: string, act: object])[] = [
    ['attract', 'start', { type: 'start' }],
    ['attract', 'start-top-up', { type: 'service', service: 'topUp' }],
    ['attract', 'start-balance', { type: 'service', service: 'balance' }],
    ['attract', 'lost-card', { type: 'report-loss' }],
    ['account-menu', 'service-enable', { type: 'pick', index: 1 }],
    ['account-confirm', 'confirm', { type: 'confirm' }],
    ['account-put-back', 'put-back-leave', { type: 'give-up-card' }],
    ['account-told', 'another', { type: 'another' }],
    ['account-told-issuerOffline', 'retry', { type: 'retry' }],
    ['problem-to-activate', 'start-account', { type: 'service', service: 'account' }],
    ['trouble-to-release', 'start-account', { type: 'service', service: 'account' }],
    ['loss-ways', 'way-document', { type: 'way', way: 'document' }],
    ['loss-ways', 'back', { type: 'back' }],
    ['loss-document-expired', 'retry', { type: 'retry' }],
    ['loss-typing', 'digit-5', { type: 'digit', digit: '5' }],
    ['loss-typing', 'confirm', { type: 'confirm' }],
    ['loss-typing-code', 'resend', { type: 'resend' }],
    ['loss-cards', 'card-1', { type: 'pick', index: 1 }],
    ['loss-cards-pages', 'page-next', { type: 'page', to: 'next' }],
    ['loss-confirm', 'confirm', { type: 'confirm' }],
    ['loss-told', 'receipt-print', { type: 'receipt', choice: 'print' }],
    ['loss-told', 'finish', { type: 'finish' }],
    ['attract', 'language-en', { type: 'prefer', preferences: { locale: 'en' } }],
    ['attract', 'util-language', { type: 'open', overlay: 'language' }],
    ['attract', 'util-access', { type: 'open', overlay: 'access' }],
    ['attract', 'util-hide', { type: 'open', overlay: 'hidden' }],
    ['attract', 'util-help', { type: 'support' }],
    ['trouble', 'util-help', { type: 'support' }],
    ['top-up-amount', 'util-help', { type: 'open', overlay: 'help' }],
    ['help-home', 'util-help', { type: 'help', to: 'contacts' }],
    ['help-home', 'question-card-blocked', { type: 'question', id: 'card-blocked' }],
    ['help-home', 'help-search', { type: 'help', to: 'search' }],
    ['help-home', 'help-groups', { type: 'help', to: 'groups' }],
    ['help-home', 'help-safety', { type: 'help-group', group: 'safety' }],
    ['help-home', 'help-contacts', { type: 'help', to: 'contacts' }],
    ['help-home', 'back', { type: 'back' }],
    ['help-groups', 'help-group-lost', { type: 'help-group', group: 'lost' }],
    ['help-list', 'page-next', { type: 'page', to: 'next' }],
    ['help-list', 'page-previous', { type: 'page', to: 'previous' }],
    ['help-search', 'letter-b', { type: 'letter', letter: 'b' }],
    ['help-search', 'space', { type: 'letter', letter: ' ' }],
    ['help-search', 'erase', { type: 'erase' }],
    ['help-search', 'clear', { type: 'clear' }],
    ['help-search', 'board-digits', { type: 'board', board: 'digits' }],
    ['help-search', 'key-language', { type: 'prefer', preferences: { locale: 'en' } }],
    ['help-search', 'question-top-up-not-arrived', { type: 'question', id: 'top-up-not-arrived' }],
    ['help-search-digits', 'digit-7', { type: 'digit', digit: '7' }],
    ['help-search-digits', 'board-letters', { type: 'board', board: 'letters' }],
    ['help-answer', 'helped-yes', { type: 'helped', helped: true }],
    ['help-answer', 'helped-no', { type: 'helped', helped: false }],
    ['help-answer', 'help-service', { type: 'service', service: 'balance' }],
    ['help-answer-page', 'help-page', { type: 'report-loss' }],
    ['help-contacts', 'channel-wechat', { type: 'channel', id: 'wechat' }],
    ['insert-card', 'back', { type: 'back' }],
    ['card-problem', 'finish', { type: 'finish' }],
    ['problem-unreadable', 'retry', { type: 'retry' }],
    ['menu', 'start-top-up', { type: 'service', service: 'topUp' }],
    ['menu', 'finish', { type: 'finish' }],
    ['menu', 'support', { type: 'support' }],
    ['top-up-amount', 'amount-5000', { type: 'amount', amount: 5000 }],
    ['top-up-amount', 'custom-amount', { type: 'custom-amount' }],
    ['top-up-amount', 'back', { type: 'back' }],
    ['top-up-custom', 'digit-7', { type: 'digit', digit: '7' }],
    ['top-up-custom', 'erase', { type: 'erase' }],
    ['top-up-custom', 'clear', { type: 'clear' }],
    ['top-up-custom', 'confirm', { type: 'confirm' }],
    ['top-up-tender', 'tender-cash', { type: 'tender', tender: 'cash' }],
    ['top-up-tender', 'tender-qr', { type: 'tender', tender: 'qr' }],
    ['tender-four', 'tender-qrPresented', { type: 'tender', tender: 'qrPresented' }],
    ['top-up-tender', 'back', { type: 'back' }],
    ['top-up-cash', 'confirm', { type: 'confirm' }],
    ['top-up-cash', 'cancel', { type: 'cancel' }],
    ['cash-empty', 'cancel', { type: 'cancel' }],
    ['top-up-qr', 'cancel', { type: 'cancel' }],
    ['top-up-qr', 'back', { type: 'back' }],
    ['tender-five', 'tender-voucher', { type: 'tender', tender: 'voucher' }],
    ['top-up-bank-card', 'cancel', { type: 'cancel' }],
    ['top-up-bank-card', 'back', { type: 'back' }],
    ['top-up-scan', 'cancel', { type: 'cancel' }],
    ['top-up-scan', 'back', { type: 'back' }],
    ['scan-confirming', 'cancel', { type: 'cancel' }],
    ['put-back', 'put-back-leave', { type: 'give-up-card' }],
    ['done', 'receipt-print', { type: 'receipt', choice: 'print' }],
    ['done', 'receipt-screen', { type: 'receipt', choice: 'screen' }],
    ['done', 'receipt-none', { type: 'receipt', choice: 'none' }],
    ['done', 'another', { type: 'another' }],
    ['done', 'finish', { type: 'finish' }],
    ['settled-cash-refund', 'receipt-print', { type: 'receipt', choice: 'print' }],
    ['settled-voucher', 'receipt-screen', { type: 'receipt', choice: 'screen' }],
    ['settled', 'finish', { type: 'finish' }],
    ['trouble', 'retry', { type: 'retry' }],
    ['trouble', 'finish', { type: 'finish' }],
    ['overlay-idle', 'extend', { type: 'extend' }],
    ['overlay-idle', 'finish', { type: 'finish' }],
    ['idle-order', 'cancel', { type: 'cancel' }],
    ['overlay-language', 'language-en', { type: 'prefer', preferences: { locale: 'en' } }],
    ['overlay-language', 'close', { type: 'close' }],
    ['overlay-access', 'size-xlarge', { type: 'prefer', preferences: { size: 'xlarge' } }],
    ['overlay-access', 'theme-black', { type: 'prefer', preferences: { theme: 'black' } }],
    ['overlay-access', 'low-reach', { type: 'prefer', preferences: { lowReach: true } }],
    ['overlay-help', 'close', { type: 'close' }],
    ['overlay-lost-card', 'close', { type: 'close' }],
    ['overlay-hidden', 'close', { type: 'close' }],
  ];
  await withPage(
    PORTRAIT,
    async (kiosk) => {
      for (const [index, [sample, testId]] of cases.entries()) {
        await kiosk.push(viewOf(sampleOf(sample), { seq: index }));
        await kiosk.page.clock.runFor(600); // past the time in which a touch could be the second half of the last
        const { x, y } = await middleOf(kiosk.page.locator(`[data-testid="${testId}"]:visible`).last());
        await kiosk.page.mouse.click(x, y);
      }
      expect(await kiosk.sent()).toEqual(cases.map(([, , act], seq) => ({ version: 1, seq, act })));
    },
    { stoppedClock: true },
  );
});

test.describe('what is on the glass', () => {
  test('carries the kind of the View, its title as the name of the main part, its language, size and theme', async () => {
    const preferences: Partial<Preferences> = { locale: 'en', size: 'large', theme: 'soft' };
    await showing(
      'top-up-amount',
      async (_kiosk, page) => {
        const screen = page.getByTestId('screen');
        await expect(screen).toHaveAttribute('data-screen', 'top-up-amount');
        await expect(page.getByRole('main', { name: 'How much to top up?' })).toBeVisible();
        const html = page.locator('html');
        await expect(html).toHaveAttribute('lang', 'en');
        await expect(html).toHaveAttribute('data-size', 'large');
        await expect(html).toHaveAttribute('data-theme', 'soft');
      },
      { preferences },
    );
  });

  test('shows money as text: before, after, and the number that leads back to it', async () => {
    await showing('done', async (_kiosk, page) => {
      await expect(page.getByTestId('balance-after')).toContainText('73.20');
      await expect(page.getByTestId('reference')).toHaveText('A01-1122-7K4M-9');
    });
    await showing('top-up-amount', async (_kiosk, page) => {
      await expect(page.getByTestId('balance')).toContainText('23.20');
      await expect(page.getByTestId('balance-planned')).toContainText('73.20');
    });
  });

  test('says on a done screen only what was read back from the card', async () => {
    await showing('done-inside', async (_kiosk, page) => {
      await expect(page.getByText('已从卡里读回核对')).toHaveCount(0);
      await expect(page.getByText('卡片已确认收到')).toBeVisible();
    });
  });

  test('has a code that a phone can read, and its order', async () => {
    await showing('top-up-qr', async (_kiosk, page) => {
      const code = page.getByTestId('qr-code');
      await expect(code).toHaveAttribute('data-order', '0190a4c0-7a10-7000-8000-000000000001');
      const { width, height, data } = PNG.sync.read(await code.screenshot());
      expect(decodeQR({ width, height, data: new Uint8Array(data) })).toBe('https://pay.example/q/0190a4c07a1070008000000000000001?sum=50.00');
      const box = await code.locator('svg').boundingBox();
      expect(box?.width ?? 0, '60 mm on 21.5" glass').toBeGreaterThanOrEqual(60 * 4.034);
    });
  });

  for (const [orientation, viewport] of Object.entries(ORIENTATIONS)) {
    test(`has a signed slip that a phone can read wherever it is the only one, in every size, ${orientation}`, async () => {
      const unread: string[] = [];
      await withPage(viewport, async (kiosk) => {
        for (const name of ['done-onScreen', 'done-failed', 'settled-case-cash', 'settled-case-on-screen']) {
          for (const size of sizes) {
            await kiosk.show(viewOf(sampleOf(name), { preferences: { size } }));
            const code = kiosk.page.locator('.qr--slip');
            const { width, height, data } = PNG.sync.read(await code.screenshot());
            const box = await code.locator('svg').boundingBox();
            const says = read({ width, height, data: new Uint8Array(data) });
            const module = (box?.width ?? 0) / SLIP_MODULES / 4.034;
            if (says !== SLIP_LINK || module < 0.5)
              unread.push(`${name} ${size}: ${says === SLIP_LINK ? 'read' : 'not read'}, modules of ${module.toFixed(2)} mm`);
          }
        }
      });
      expect(unread).toEqual([]);
    });
  }

  test('has no code to scan before there is one, once it was scanned, or while the order closes', async () => {
    for (const name of ['qr-creating', 'qr-confirming', 'qr-closing']) {
      await showing(name, async (_kiosk, page) => expect(page.getByRole('img', { name: '二维码' })).toHaveCount(0));
    }
  });

  test('has no button at all while money is written', async () => {
    for (const name of ['committing', 'committing-authorize', 'committing-slow']) {
      await showing(name, async (_kiosk, page) => expect(page.getByRole('button')).toHaveCount(0));
    }
  });

  test('says that notes in the box do not come out, and what happens instead', async () => {
    await showing('top-up-cash', async (_kiosk, page) => {
      await expect(page.getByText('已收的纸币退不出来')).toBeVisible();
      await expect(page.getByTestId('cancel')).toHaveText('不充了，开凭证');
    });
    await showing('cash-empty', async (_kiosk, page) => {
      await expect(page.getByText('已收的纸币退不出来')).toHaveCount(0);
      await expect(page.getByTestId('cancel')).toHaveText('返回');
    });
  });

  test('is nothing of the person when it is hidden', async () => {
    await showing('overlay-hidden', async (_kiosk, page) => {
      const text = await page.locator('body').innerText();
      for (const secret of ['6688', '23.20', '50.00', '充']) expect(text).not.toContain(secret);
      await page.mouse.click(1000, 60);
    });
    await showing('overlay-hidden', async (kiosk, page) => {
      await page.mouse.click(1000, 60);
      expect(await acts(kiosk)).toEqual([{ type: 'close' }]);
    });
  });

  test('behind a warning can not be touched, and the way on has the focus', async () => {
    await showing('overlay-idle', async (kiosk, page) => {
      await expect(page.getByRole('alertdialog', { name: '还在吗？' })).toBeVisible();
      await expect(page.getByTestId('extend')).toBeFocused();
      const { x, y } = await middleOf(page.getByTestId('amount-2000'));
      await page.mouse.click(x, y);
      expect(await acts(kiosk)).toEqual([]);
    });
  });

  test('stays the last good View when what comes is not one, and the fault is reported', async () => {
    await showing('menu', async (kiosk, page) => {
      const errors: string[] = [];
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await kiosk.push({ version: 1, body: { kind: 'menu' } });
      await kiosk.push('nonsense');
      await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'menu');
      expect(errors).toHaveLength(2);
      expect(errors[0]).toContain('not a View');
    });
  });

  test('says that the machine rests, with the number of the transaction, when a View can not be drawn; the next View is drawn', async () => {
    await showing('menu', async (kiosk, page) => {
      await page.evaluate(() => {
        const ceil = (): never => {
          throw new Error('broken on purpose');
        };
        Object.assign(Math, { ceil }); // what the countdown needs
      });
      await kiosk.push(viewOf(sampleOf('cash-empty'), { seq: 8 }));
      await expect(page.locator('h1')).toHaveText('本机暂停服务');
      await expect(page.getByText('A01-1122-7K4M-9')).toBeVisible();
      await kiosk.push(viewOf(sampleOf('menu'), { seq: 9 }));
      await expect(page.locator('h1')).toHaveText('今天要办什么？');
    });
  });
});

test.describe('time', () => {
  test('left runs down on the screen between two Views, and starts anew with the next', async () => {
    await withPage(
      PORTRAIT,
      async (kiosk) => {
        await kiosk.push(viewOf(sampleOf('top-up-cash')));
        const ring = kiosk.page.getByRole('timer');
        await expect(ring).toHaveAccessibleName('还剩 48\u00a0秒');
        await kiosk.page.clock.runFor(5000);
        await expect(ring).toHaveAccessibleName('还剩 43\u00a0秒');
        await kiosk.page.clock.runFor(60_000);
        await expect(ring).toHaveAccessibleName('还剩 0\u00a0秒');
        await kiosk.push(viewOf(sampleOf('top-up-cash'), { seq: 2 }));
        await expect(ring).toHaveAccessibleName('还剩 48\u00a0秒');
      },
      { stoppedClock: true },
    );
  });

  test('of writing is shown from 3 s on, and from 10 s on what it waits for', async () => {
    await withPage(
      PORTRAIT,
      async (kiosk) => {
        await kiosk.push(viewOf(sampleOf('committing-authorize')));
        const step = kiosk.page.locator('[aria-current="step"]').last();
        await kiosk.page.clock.runFor(2900);
        await expect(step).toHaveText('发卡方授权');
        await kiosk.page.clock.runFor(200);
        await expect(step).toHaveText('发卡方授权3\u00a0秒');
        await expect(kiosk.page.getByText('写卡时不能返回')).toBeVisible();
        await kiosk.page.clock.runFor(7000);
        await expect(kiosk.page.getByText('正在等发卡方答复')).toBeVisible();
      },
      { stoppedClock: true },
    );
  });
});

test.describe('motion', () => {
  /** What moves right after the second of two Views came. */
  const moving = async (first: string, second: string, setting: Setting = {}, options: OpenOptions = {}): Promise<{ card: number[]; any: number }> => {
    let seen = { card: [] as number[], any: 0 };
    await showing(
      first,
      async (kiosk, page) => {
        await kiosk.push(viewOf(sampleOf(second), { seq: 8, ...setting }));
        seen = await page.evaluate(() => {
          const running = document.getAnimations();
          const card = running.filter(({ effect }) => effect instanceof KeyframeEffect && effect.target?.hasAttribute('data-card'));
          return { card: card.map(({ effect }) => Number(effect?.getTiming().duration)), any: running.length };
        });
      },
      setting,
      options,
    );
    return seen;
  };

  test('the card glides to its next place as one object, in at most 480 ms', async () => {
    const { card } = await moving('menu', 'top-up-amount');
    expect(card).toHaveLength(1);
    expect(Math.max(...card)).toBeLessThanOrEqual(480);
  });

  test('while money is written nothing moves', async () => {
    await showing('top-up-amount', async (kiosk, page) => {
      await kiosk.push(viewOf(sampleOf('committing')));
      await kiosk.page.waitForFunction(
        () =>
          document.getAnimations().filter(({ effect }) => !(effect instanceof KeyframeEffect && effect.target?.matches('[data-card], .route, .rider')))
            .length === 0,
      );
      await kiosk.show(viewOf(sampleOf('committing')));
      await kiosk.push(viewOf(sampleOf('committing-slow'), { seq: 9 }));
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    });
  });

  test('large print has none', async () => {
    expect(await moving('menu', 'top-up-amount', { preferences: { size: 'large' } })).toEqual({ card: [], any: 0 });
  });

  test('who wants less motion gets none', async () => {
    expect(await moving('menu', 'top-up-amount', {}, { reducedMotion: true })).toEqual({ card: [], any: 0 });
  });
});

test.describe('glass of other sizes', () => {
  test('a small window shows the whole screen, smaller', async () => {
    await withPage({ width: 540, height: 960 }, async (kiosk) => {
      expect(await faultsOf(kiosk, MAIN, [{}])).toEqual([]);
      await kiosk.page.getByTestId('util-help').isVisible();
    });
  });

  test('dense glass shows it larger', async () => {
    await withPage({ width: 2160, height: 3840 }, async (kiosk) => {
      await kiosk.show(viewOf(sampleOf('top-up-amount')));
      const box = await kiosk.page.getByTestId('confirm').boundingBox();
      expect(box?.height).toBeCloseTo(2 * 168, 0);
    });
  });

  test('on 15.6" glass targets keep their millimeters', async () => {
    await withPage(
      PORTRAIT,
      async (kiosk) => {
        await kiosk.show(viewOf(sampleOf('top-up-amount')));
        for (const button of await kiosk.page.locator('button').all()) {
          const box = await button.boundingBox();
          expect(Math.min(box?.width ?? 0, box?.height ?? 0) / 5.56).toBeGreaterThanOrEqual(20.8);
        }
      },
      { query: '?inch=15.6' },
    );
  });
});

test('the place on the sign is the terminal that the hotline will ask for', async () => {
  await showing('attract', async (_kiosk, page) => expect(page.locator('header')).toContainText(`${SITE.place} · ${SITE.terminal}`));
});
