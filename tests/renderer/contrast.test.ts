/** Every pair of colors that carries words or borders keeps the ratio of kiosk-ux.md 3, in all four themes. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { themes } from '../../state-machines/view.ts';

const css = readFileSync(new URL('../../renderer/theme/tokens.css', import.meta.url), 'utf8');

function tokensOf(theme: string): (name: string) => string {
  const block = new RegExp(`\\[data-theme=["']${theme}["']\\]\\s*\\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  const tokens = new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map((match) => [match[1] ?? '', match[2] ?? '']));
  return (name) => {
    const color = tokens.get(name);
    if (color === undefined) throw new Error(`theme ${theme} has no --${name}`);
    return color;
  };
}

/** WCAG 2.2, "contrast ratio". */
function ratio(a: string, b: string): number {
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return channel <= 0.040_45 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

test('the formula gives the ratios that the design document prints', () => {
  expect(ratio('#10212E', '#F4F6F8')).toBeCloseTo(15.16, 2);
  expect(ratio('#000000', '#FFFFFF')).toBeCloseTo(21, 2);
});

describe.each(themes)('theme %s', (theme) => {
  const token = tokensOf(theme);
  const high = theme === 'black' || theme === 'white';

  test.each([
    ['text', 'bg'],
    ['text', 'surface'],
    ['text-2', 'bg'],
    ['text-2', 'surface'],
    ['on-brand', 'brand'],
    ['on-press', 'brand-press'],
    ['text', 'wash'],
    ['text-2', 'wash'],
    ['text', 'warn-tint'],
    ['text', 'info-tint'],
    ['on-sign', 'sign'],
  ])('words in %s on %s', (ink, ground) => {
    expect(ratio(token(ink), token(ground))).toBeGreaterThanOrEqual(high ? 10 : 7);
  });

  test.each(['success', 'warn', 'danger', 'info'])('status words in %s', (ink) => {
    expect(ratio(token(ink), token('surface'))).toBeGreaterThanOrEqual(high ? 10 : 5.5);
  });

  test('words of something switched off', () => {
    expect(ratio(token('disabled'), token('disabled-bg'))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['line', 'brand', 'focus'])('borders in %s', (ink) => {
    for (const ground of ['bg', 'surface']) expect(ratio(token(ink), token(ground))).toBeGreaterThanOrEqual(3);
  });
});
