/**
 * Where each state of a chart is drawn: boxes in boxes, in the order of the definition, on as many pages as it takes at a size that can be
 * read. A letter counts as broad as names have them on average, with room beside the name for those that are broader, so that nothing has to
 * be measured. Pure.
 */

export interface ChartState {
  readonly name: string;
  /** Index of the state around it; parents come first. */
  readonly parent?: number | undefined;
}

export interface ChartBox {
  /** Of the state. */
  readonly index: number;
  /** Design pixels, from the corner of its page. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How many are around it. */
  readonly depth: number;
}

export interface ChartRoom {
  readonly width: number;
  readonly height: number;
}

/** Of 28 px; Latin letters have 0.5 em on average. */
export const LETTER = 15.6;
const LEAF = 50;
const TITLE = 42;
const PAD = 12;
const GAP = 8;
/** Room beside a name. */
const BESIDE = 34;

interface Drawn {
  readonly width: number;
  readonly height: number;
  /** Its own and those in it, from its corner. */
  readonly boxes: readonly ChartBox[];
}

/** @returns the boxes of each page; a state that is larger than a page has one to itself */
export function layoutChart(states: readonly ChartState[], room: ChartRoom): readonly (readonly ChartBox[])[] {
  const inside = new Map<number | undefined, number[]>();
  for (const [index, { parent }] of states.entries()) inside.set(parent, [...(inside.get(parent) ?? []), index]);

  const draw = (index: number, depth: number, most: number): Drawn => {
    const name = Math.ceil((states[index]?.name.length ?? 0) * LETTER) + BESIDE;
    const children = inside.get(index) ?? [];
    if (children.length === 0) return { width: name, height: LEAF, boxes: [{ index, x: 0, y: 0, width: name, height: LEAF, depth }] };
    const drawn = children.map((child) => draw(child, depth + 1, most - 2 * PAD));
    // rather broad than high, and no broader than its widest state makes it
    const area = drawn.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
    const target = Math.min(most - 2 * PAD, Math.max(name, ...drawn.map(({ width }) => width), Math.sqrt(area * 2.4)));
    const { width: inner, height: innerHeight, boxes } = inRows(drawn, target);
    const width = Math.max(name, inner + 2 * PAD);
    const height = TITLE + innerHeight + PAD;
    const moved = boxes.map((box) => ({ ...box, x: box.x + PAD, y: box.y + TITLE }));
    return { width, height, boxes: [{ index, x: 0, y: 0, width, height, depth }, ...moved] };
  };

  return onPages(
    (inside.get(undefined) ?? []).map((index) => draw(index, 0, room.width)),
    room,
  );
}

/** One beside the other, then the next row. */
function inRows(drawn: readonly Drawn[], most: number): Drawn {
  const boxes: ChartBox[] = [];
  let [x, y, height, width] = [0, 0, 0, 0];
  for (const each of drawn) {
    if (x > 0 && x + each.width > most) [x, y, height] = [0, y + height + GAP, 0];
    boxes.push(...each.boxes.map((box) => ({ ...box, x: box.x + x, y: box.y + y })));
    x += each.width + GAP;
    height = Math.max(height, each.height);
    width = Math.max(width, x - GAP);
  }
  return { width, height: y + height, boxes };
}

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Each where it is first free of those before it: as high as can be, then as far to the beginning of the line. */
function onPages(drawn: readonly Drawn[], { width: most, height: page }: ChartRoom): ChartBox[][] {
  const placed: Placed[] = [];
  const pages: ChartBox[][] = [[]];
  for (const { width, height, boxes } of drawn) {
    const { x, y } = firstFree({ width, height }, placed, { width: most, height: page });
    placed.push({ x, y, width, height });
    const number = Math.floor(y / page);
    while (pages.length <= number) pages.push([]);
    pages[number]?.push(...boxes.map((box) => ({ ...box, x: box.x + x, y: box.y + y - number * page })));
  }
  return pages.filter((boxes) => boxes.length > 0);
}

function firstFree(
  { width, height }: ChartRoom,
  placed: readonly Placed[],
  { width: most, height: page }: ChartRoom,
): { readonly x: number; readonly y: number } {
  const last = Math.max(0, ...placed.map((other) => Math.floor(other.y / page)));
  const rows = [...placed.map((other) => other.y + other.height + GAP), ...Array.from({ length: last + 2 }, (_, number) => number * page)];
  const columns = [0, ...placed.map((other) => other.x + other.width + GAP)].filter((x) => x === 0 || x + width <= most).toSorted((a, b) => a - b);
  for (const y of rows.toSorted((a, b) => a - b)) {
    const within = y % page === 0 || (y % page) + height <= page;
    const x = within ? columns.find((at) => placed.every((other) => isFree({ x: at, y, width, height }, other))) : undefined;
    if (x !== undefined) return { x, y };
  }
  return { x: 0, y: (last + 1) * page };
}

function isFree(one: Placed, other: Placed): boolean {
  return (
    one.x >= other.x + other.width + GAP || other.x >= one.x + one.width + GAP || one.y >= other.y + other.height + GAP || other.y >= one.y + one.height + GAP
  );
}
