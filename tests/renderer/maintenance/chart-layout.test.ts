/** A drawn chart: every state of every machine stands in it once, inside of what is around it, and beside what is not. */
import { describe, expect, test } from 'vitest';
import { layoutChart, LETTER, type ChartBox } from '../../../renderer/maintenance/chart-layout.ts';
import { outlineOf } from '../../../state-machines/chart-outline.ts';
import { charts } from '../../../state-machines/charts.ts';
import { chartNames } from '../../../state-machines/maintenance/rooms/charts-screens.ts';

const ROOMS = { landscape: { width: 1216, height: 664 }, portrait: { width: 930, height: 836 } } as const;

const within = (inner: ChartBox, outer: ChartBox): boolean =>
  inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
const apart = (a: ChartBox, b: ChartBox): boolean => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe.each(Object.entries(ROOMS))('%s', (_, room) => {
  test.each(chartNames)('%s', (name) => {
    const states = outlineOf(charts[name]);
    const pages = layoutChart(states, room);
    const drawn = pages.flat().map(({ index }) => index);
    expect(drawn.toSorted((a, b) => a - b)).toEqual(states.map((_state, index) => index));
    for (const boxes of pages) {
      for (const box of boxes) {
        const state = states[box.index];
        expect(within(box, { ...box, x: 0, y: 0, ...room })).toBe(true);
        expect(box.width).toBeGreaterThan((state?.name.length ?? 0) * LETTER);
        const around = boxes.find(({ index }) => index === state?.parent);
        expect(around?.index).toBe(state?.parent);
        if (around !== undefined) expect(within(box, around)).toBe(true);
        const beside = boxes.filter(({ index }) => index !== box.index && states[index]?.parent === state?.parent);
        expect(beside.every((other) => apart(box, other))).toBe(true);
      }
    }
  });
});

test('no page is empty, and the longest chart is not torn into more than three', () => {
  for (const name of chartNames) {
    for (const room of Object.values(ROOMS)) {
      const pages = layoutChart(outlineOf(charts[name]), room);
      expect(pages.every((boxes) => boxes.length > 0)).toBe(true);
      expect(pages.length, name).toBeLessThanOrEqual(3);
    }
  }
});

test('a state that is larger than a page has one to itself', () => {
  const many = Array.from({ length: 40 }, (_, index) => ({ name: `state${index}`, parent: 0 }));
  const pages = layoutChart([{ name: 'first' }, ...many.map(({ name }) => ({ name, parent: 0 })), { name: 'last' }], { width: 300, height: 200 });
  expect(pages.flat()).toHaveLength(42);
});
