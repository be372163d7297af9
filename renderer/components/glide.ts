/** The card is one object through all screens: it glides from where the last screen had it to where this one has it (mockups, "Motion"). */
import { useLayoutEffect, useRef, type RefObject } from 'react';

const GLIDE_MS = 480;
const GROW_MS = 200;
const EASE = 'cubic-bezier(0, 0, 0.2, 1)';

let lastSeen: DOMRect | undefined;

/** Marks an element as the card. On a screen without a card nothing calls this and {@link forgetCard} runs. */
export function useGlide<E extends HTMLElement | SVGGraphicsElement>(): RefObject<E | null> {
  const ref = useRef<E>(null);
  useLayoutEffect(() => {
    const card = ref.current;
    if (card === null) return undefined;
    const here = card.getBoundingClientRect();
    if (lastSeen !== undefined && moves()) glide(card, lastSeen, here);
    lastSeen = here;
    return undefined;
  }, []);
  return ref;
}

/** The line grows once along its length when a card has just come. */
export function useGrow<E extends HTMLElement | SVGGraphicsElement>(): RefObject<E | null> {
  const ref = useRef<E>(null);
  useLayoutEffect(() => {
    if (lastSeen === undefined && moves())
      ref.current?.animate([{ clipPath: 'inset(0 0 0 100%)' }, { clipPath: 'inset(0 0 0 0)' }], { duration: GROW_MS, easing: EASE });
  }, []);
  return ref;
}

/** The screen has no card: the next one that has it starts anew. */
export function forgetCard(): void {
  lastSeen = undefined;
}

function glide(card: HTMLElement | SVGGraphicsElement, from: DOMRect, to: DOMRect): void {
  if (to.width === 0) return;
  const unit = to.width / unitsWide(card);
  const move = `translate(${(from.left - to.left) / unit}px, ${(from.top - to.top) / unit}px) scale(${from.width / to.width}, ${from.height / to.height})`;
  card.animate(
    [
      { transform: move, transformOrigin: '0 0' },
      { transform: 'none', transformOrigin: '0 0' },
    ],
    { duration: GLIDE_MS, easing: EASE },
  );
}

/** Width of the card in its own units: design pixels, or those of the picture it is drawn in. */
function unitsWide(card: HTMLElement | SVGGraphicsElement): number {
  return card instanceof HTMLElement ? card.offsetWidth : card.getBBox().width;
}

function moves(): boolean {
  return document.documentElement.dataset['size'] === 'standard' && !matchMedia('(prefers-reduced-motion: reduce)').matches;
}
