/** The console's colors are the kiosk's, and every pair that carries words or borders keeps the ratio of kiosk-ux.md 3, light and dark. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Tokens = ReadonlyMap<string, string>;

function tokensOf(file: string, theme: string): Tokens {
  const css = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  const block = new RegExp(`\\[data-theme='${theme}'\\]\\s*\\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map((match) => [match[1] ?? '', match[2] ?? '']));
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

describe.each([
  ['light', 'light'],
  ['dark', 'soft'],
])('theme %s', (theme, kioskTheme) => {
  const tokens = tokensOf('fleet/console/theme/tokens.css', theme);
  const token = (name: string): string => {
    const color = tokens.get(name);
    if (color === undefined) throw new Error(`theme ${theme} has no --${name}`);
    return color;
  };

  test(`has the colors of the kiosk’s theme ${kioskTheme}`, () => {
    const kiosk = tokensOf('renderer/theme/tokens.css', kioskTheme);
    const tints = ['success-tint', 'warn-tint', 'danger-tint', 'info-tint'];
    const shared = [...tokens].filter(([name]) => kiosk.has(name) && !(theme === 'dark' && tints.includes(name)));
    expect(shared.length).toBeGreaterThanOrEqual(17);
    for (const [name, color] of shared) expect(color, name).toBe(kiosk.get(name));
  });

  test.each([
    ['text', 'bg'],
    ['text', 'surface'],
    ['text-2', 'bg'],
    ['text-2', 'surface'],
    ['text', 'hover'],
    ['text', 'track'],
    ['on-brand', 'brand'],
    ['on-press', 'brand-press'],
    ['on-band', 'band'],
    ['on-band-2', 'band'],
    ['text', 'success-tint'],
    ['text', 'warn-tint'],
    ['text', 'danger-tint'],
    ['text', 'info-tint'],
  ])('words in %s on %s', (ink, ground) => {
    expect(ratio(token(ink), token(ground))).toBeGreaterThanOrEqual(7);
  });

  test.each(['success', 'warn', 'danger', 'info'])('status words in %s', (ink) => {
    for (const ground of ['surface', 'bg', 'hover', `${ink}-tint`]) expect(ratio(token(ink), token(ground)), ground).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['line', 'brand', 'focus'])('borders in %s', (ink) => {
    for (const ground of ['bg', 'surface']) expect(ratio(token(ink), token(ground))).toBeGreaterThanOrEqual(3);
  });
});
