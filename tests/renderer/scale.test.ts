/** From glass to design pixels, against the table of kiosk-ux.md 1.1. */
import { describe, expect, test } from 'vitest';
import { drawnSize, inchOf, scaleOf } from '../../renderer/theme/scale.ts';

describe.each([
  [15.6, 5.56],
  [21.5, 4.034],
  [23.8, 3.644],
  [27, 3.212],
  [32, 2.71],
])('on %s" glass', (inch, pxPerMm) => {
  test.each([
    [1080, 1920],
    [1920, 1080],
  ])('a millimeter of %s × %s is as many pixels as the table says', (width, height) => {
    expect(scaleOf(width, height, inch).mm).toBeCloseTo(pxPerMm, 2);
  });
});

test('a design pixel is a pixel on the reference glass, two on one twice as dense, half a one in a window half as wide', () => {
  expect(scaleOf(1080, 1920).k).toBe(1);
  expect(scaleOf(3840, 2160).k).toBe(2);
  expect(scaleOf(540, 960).k).toBe(0.5);
});

test('a window of another shape still shows the whole screen', () => {
  expect(scaleOf(1200, 1600).k).toBeCloseTo(1600 / 1920);
  expect(scaleOf(1000, 1920).k).toBeCloseTo(1000 / 1080);
});

test('wider than high is landscape', () => {
  expect(scaleOf(1920, 1080).landscape).toBe(true);
  expect(scaleOf(1080, 1920).landscape).toBe(false);
});

test('on glass smaller than the reference, text is drawn one size larger, so that millimeters hold', () => {
  const small = scaleOf(1080, 1920, 15.6);
  expect(small.stepUp).toBe(true);
  expect(drawnSize('standard', small.stepUp)).toBe('large');
  expect(drawnSize('large', small.stepUp)).toBe('xlarge');
  expect(drawnSize('xlarge', small.stepUp)).toBe('xlarge');
  // 28 px of standard text would be 5.0 mm; 40 px of large are 7.2 mm: not less than 28 px on the reference glass, 6.9 mm.
  expect(40 / small.mm).toBeGreaterThan(28 / scaleOf(1080, 1920).mm);
});

test('on the reference glass and larger, and in any window without a stated glass, the person gets the size they chose', () => {
  for (const scale of [scaleOf(1080, 1920, 21.5), scaleOf(1080, 1920, 27), scaleOf(1366, 700)]) {
    expect(scale.stepUp).toBe(false);
    expect(drawnSize('standard', scale.stepUp)).toBe('standard');
  }
});

test('the address of the page states the glass, or nothing that makes sense', () => {
  expect(inchOf('?inch=15.6')).toBe(15.6);
  for (const search of ['', '?inch=', '?inch=abc', '?inch=-3', '?inch=1', '?inch=1e9']) expect(inchOf(search), search).toBeUndefined();
});
