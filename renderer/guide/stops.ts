/**
 * The stops of a screen, in the order in which it is read: headline, what it says, what can be done. Found in the page itself, whose
 * elements are headings, paragraphs, lists and buttons; so every screen has them without saying so, and they can't differ from what is seen.
 */

export interface Stop {
  readonly element: HTMLElement;
  readonly kind: 'text' | 'control';
  /** As it stands on the screen. */
  readonly text: string;
}

/** What a sentence belongs to: whoever hears one part of it wants the whole. */
const BLOCKS = 'h1, h2, h3, p:not(.figure p), li, tr, dl > div, figcaption > span, .figure, .amount:not(.figure .amount)';
/** The sign over every screen, the line of its steps, which is said in words, and what is printed on pictures. */
const LEFT_OUT = '.head, .route, [data-unspoken]';

/** @param separator between parts that stand apart on the screen */
export function stopsOf(root: HTMLElement, separator: string): readonly Stop[] {
  const found = new Map<HTMLElement, Stop['kind']>();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (!(node instanceof HTMLElement)) return node instanceof SVGElement && node.role !== 'img' ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
    return isSilent(node) || node.inert ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
  });
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof HTMLButtonElement) found.set(node, 'control');
    else if (says(node)) {
      const element = placeOf(node, root);
      if (element !== undefined) found.set(element, 'text');
    }
  }
  return [...found].map(([element, kind]) => ({ element, kind, text: textOf(element, separator) })).filter(({ text }) => text !== '');
}

function isSilent(element: HTMLElement): boolean {
  const { display, visibility } = getComputedStyle(element);
  return element.ariaHidden === 'true' || element.matches(LEFT_OUT) || element.role === 'timer' || display === 'none' || visibility === 'hidden';
}

/** A text, or a picture with a name. */
function says(node: Node): boolean {
  if (node instanceof Text) return node.data.trim() !== '';
  return node instanceof Element && node.role === 'img' && node.ariaLabel !== null;
}

/** `undefined`: it is a button's. */
function placeOf(node: Node, root: HTMLElement): HTMLElement | undefined {
  const parent = node instanceof HTMLElement ? node : node.parentElement;
  if (parent === null || parent.closest('button') !== null) return undefined;
  const block = parent.closest<HTMLElement>(BLOCKS);
  if (block !== null && root.contains(block) && block.querySelector('button') === null) return block;
  let element: Element = parent;
  while (element.parentElement !== null && element.parentElement !== root && !standsApart(element)) element = element.parentElement;
  return element instanceof HTMLElement ? element : undefined;
}

function standsApart(element: Element): boolean {
  return !getComputedStyle(element).display.startsWith('inline');
}

/** What an element says: names of pictures for pictures, amounts as amounts. */
function textOf(element: Element, separator: string): string {
  const name = element.ariaLabel;
  // A sum and its sign are one, however they are laid out.
  const sum = element instanceof HTMLElement && element.querySelector(':scope > .cur') !== null;
  const text = sum ? element.innerText.replaceAll(/\s+/g, ' ').trim() : join(partsOf(element, separator), separator);
  return name === null || element.role === 'img' ? text : join([name, text], separator);
}

function partsOf(element: Element, separator: string): string[] {
  const parts: string[] = [''];
  const add = (text: string, apart: boolean): void => {
    if (apart) parts.push(text, '');
    else parts[parts.length - 1] += text;
  };
  for (const child of element.childNodes) {
    if (child instanceof Text) add(child.data, false);
    else if (child instanceof HTMLElement && !isSilent(child)) add(wordsOf(child, separator), standsApart(child));
    else if (child instanceof SVGElement && child.role === 'img') add(child.ariaLabel ?? '', true);
  }
  return parts;
}

function wordsOf(element: HTMLElement, separator: string): string {
  if (element.role === 'img') return element.ariaLabel ?? '';
  return textOf(element, separator);
}

const ENDED = /[，。？！：；、,.?!:;·]$/u;

function join(parts: readonly string[], separator: string): string {
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .reduce((said, part) => (said === '' ? part : `${said}${ENDED.test(said) ? ' ' : separator}${part}`), '');
}
