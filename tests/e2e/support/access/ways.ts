/**
 * Ways to use the terminal. Each one finds a control and uses it as a person of that way can: with a finger, with keys that move the
 * focus, with two switches, or by ear alone. What a way did is what the page sent.
 */
import type { KeyPress, Preferences, UiEvent } from '../../../../state-machines/view.ts';
import { sayIn, type Say } from '../../../../renderer/words.ts';
import type { KioskPage } from '../../../renderer/kiosk-page.ts';

/** A control by its test id, and how it is called: the words that it begins with when it is said. */
export interface Control {
  readonly testId: string;
  readonly called: (say: Say, locale: Preferences['locale']) => string;
}

export interface Way {
  readonly name: string;
  /** What the person chooses at the first screen. */
  readonly chooses: readonly Control[];
  /** A key that wakes the way; absent: nothing has to. */
  readonly wakes?: KeyPress['key'];
  /** Wears a headphone and sees nothing. */
  readonly listens?: Preferences['locale'];
  /** Uses the control. @returns what the page sent @throws when this way does not lead to it */
  uses(kiosk: KioskPage, control: Control): Promise<readonly UiEvent[]>;
  /** Types digits. @returns what the page sent */
  types(kiosk: KioskPage, digits: string): Promise<readonly UiEvent[]>;
}

/** What `pretendShell` (tests/renderer/kiosk-page.ts) gives the page. */
interface Pretended {
  readonly kioskPress: (press: { readonly key: string; readonly press: KeyPress['press'] }) => void;
  readonly kioskSent: UiEvent[];
}

/** More stops than any screen has. */
const PATIENCE = 80;
/** Lowest part of the glass that a low reach leaves (renderer/theme/low-reach.css). */
const LOW_PX = 964;

const plain = (testId: string): Control => ({ testId, called: () => '' });

async function eachDigit(digits: string, use: (key: Control) => Promise<readonly UiEvent[]>): Promise<readonly UiEvent[]> {
  const sent: UiEvent[] = [];
  for (const digit of digits) sent.push(...(await use(plain(`digit-${digit}`))));
  return sent;
}

/** Presses keys as the keypad does. @returns what the page sent */
export function press({ page }: KioskPage, keys: readonly string[]): Promise<readonly UiEvent[]> {
  return page.evaluate((keys) => {
    const { kioskPress, kioskSent } = window as unknown as Pretended;
    for (const key of keys) kioskPress({ key, press: 'short' });
    return kioskSent.splice(0);
  }, keys);
}

function byFinger(name: string, chooses: readonly string[] = [], low = false): Way {
  const uses = async ({ page }: KioskPage, { testId }: Control): Promise<readonly UiEvent[]> => {
    const box = await page.evaluate((testId) => {
      const { x = -1, y = -1, width = 0, height = 0 } = document.querySelector(`[data-testid="${testId}"]`)?.getBoundingClientRect() ?? {};
      return { x: x + width / 2, y: y + height / 2, above: window.innerHeight - y };
    }, testId);
    if (box.x < 0) throw new Error(`${name}: ${testId} is not on the screen`);
    if (low && box.above > LOW_PX) throw new Error(`${name}: ${testId} begins ${box.above} px above the lower edge, which is too high`);
    await page.touchscreen.tap(box.x, box.y);
    return page.evaluate(() => (window as unknown as Pretended).kioskSent.splice(0));
  };
  return { name, chooses: chooses.map(plain), uses, types: (kiosk, digits) => eachDigit(digits, (key) => uses(kiosk, key)) };
}

/** Goes on until the focus stands on the control, then selects. */
function byKeys(name: string, { next, select, digits }: { readonly next: KeyPress['key']; readonly select: KeyPress['key']; readonly digits: boolean }): Way {
  const uses = async ({ page }: KioskPage, { testId }: Control): Promise<readonly UiEvent[]> => {
    const sent = await page.evaluate(
      ({ testId, next, select, patience }) => {
        const { kioskPress, kioskSent } = window as unknown as Pretended;
        const isThere = (): boolean => document.activeElement?.matches(`[data-testid="${testId}"]`) === true;
        for (let presses = 0; !isThere() && presses < patience; presses += 1) kioskPress({ key: next, press: 'short' });
        if (!isThere()) return undefined;
        kioskPress({ key: select, press: 'short' });
        return kioskSent.splice(0);
      },
      { testId, next, select, patience: PATIENCE },
    );
    if (sent === undefined) throw new Error(`${name}: the focus never came to ${testId}`);
    return sent;
  };
  const types: Way['types'] = (kiosk, typed) => (digits ? press(kiosk, [...typed]) : eachDigit(typed, (key) => uses(kiosk, key)));
  return { name, chooses: [], ...(digits ? {} : { wakes: next }), uses, types };
}

/** Knows nothing but what is said: goes on until the control is called by its name, then selects. */
function byEar(locale: Preferences['locale']): Way {
  const say = sayIn(locale);
  const uses = async ({ page }: KioskPage, { called }: Control): Promise<readonly UiEvent[]> => {
    const name = called(say, locale).replaceAll('\u00a0', ' ');
    const { sent, heard } = await page.evaluate(
      ({ name, patience }) => {
        const { kioskPress, kioskSent } = window as unknown as Pretended;
        const heard: string[] = [];
        for (let presses = 0; kioskSent.length === 0 && presses < patience; presses += 1) {
          kioskPress({ key: 'next', press: 'short' });
          heard.push(document.querySelector('[data-testid="speech"]')?.textContent ?? '');
          if (heard.at(-1)?.startsWith(name) === true) kioskPress({ key: 'select', press: 'short' });
        }
        return { sent: kioskSent.splice(0), heard };
      },
      { name, patience: PATIENCE },
    );
    if (sent.length === 0) throw new Error(`nothing that acts is called "${name}"; heard: ${[...new Set(heard)].join(' | ')}`);
    return sent;
  };
  return { name: `by ear, ${locale}`, chooses: [], listens: locale, uses, types: (kiosk, digits) => press(kiosk, [...digits]) };
}

export const ways: readonly Way[] = [
  byFinger('touch'),
  byKeys('keys', { next: 'next', select: 'select', digits: true }),
  byKeys('two switches', { next: 'switch1', select: 'switch2', digits: false }),
  byEar('zh-CN'),
  byEar('zh-HK'),
  byEar('en'),
  byFinger('largest size', ['util-access', 'size-xlarge', 'close']),
  byFinger('low reach', ['util-access', 'low-reach', 'close'], true),
];
