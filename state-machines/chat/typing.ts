/**
 * Typing words, as a chart keeps it: the text, what is struck for the next characters, and which keys are out. Pure: the characters come from
 * the typing port. Chinese is typed by pinyin, on ten letters a row, or on nine keys where print is larger; English letter by letter.
 */
import type { Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences } from '../view.ts';
import type { TypedCandidate } from './ports.ts';

/** Characters of one message (kiosk-ux.md 6). */
export const MOST_TEXT = 60;
/** Letters that wait for their characters. */
const MOST_STRUCK = 40;
/** Places of a row above the keys: a candidate takes one for each character, two at least, and one for what is around it. */
const PLACES_OF_ROW = { standard: 15, large: 9, xlarge: 8 } as const;
/** Offered while nothing is struck. */
const MARKS = { zh: ['，', '。', '？', '！'], en: ['.', ',', '?', '!'] } as const;

export interface Typing {
  readonly text: string;
  readonly struck: string;
  readonly board: 'letters' | 'digits';
  /** From 0, of the candidates. */
  readonly page: number;
}

export const NOTHING_TYPED: Typing = { text: '', struck: '', board: 'letters', page: 0 };

type Typist = { readonly ports: Pick<Ports, 'typing'>; readonly preferences: Preferences };

/** How characters are made of what is struck; undefined: each letter is one. */
export function keysOf({ locale, size }: Preferences): 'letters' | 'nine' | undefined {
  if (locale === 'en') return undefined;
  return size === 'standard' ? 'letters' : 'nine';
}

export function candidatesOf({ ports, preferences }: Typist, { struck }: Typing): readonly TypedCandidate[] {
  const keys = keysOf(preferences);
  if (keys !== undefined && struck !== '') return ports.typing.candidates(struck, keys);
  return MARKS[keys === undefined ? 'en' : 'zh'].map((text) => ({ text, takes: 0 }));
}

/** A row of them. */
export function candidateRow(typist: Typist, typing: Typing) {
  const rows = rowsOf(candidatesOf(typist, typing), PLACES_OF_ROW[typist.preferences.size]);
  const pages = Math.max(1, rows.length);
  const page = Math.min(typing.page, pages - 1);
  return { items: rows[page] ?? [], page, pages };
}

interface Placed extends TypedCandidate {
  /** Among all of them. */
  readonly index: number;
}

/** One that no row has room for is chosen word by word. */
function rowsOf(candidates: readonly TypedCandidate[], places: number): readonly (readonly Placed[])[] {
  const rows: Placed[][] = [];
  let left = 0;
  for (const [index, candidate] of candidates.entries()) {
    const taken = Math.max(2, [...candidate.text].length) + 1;
    if (taken > places) continue;
    if (taken > left) {
      rows.push([]);
      left = places;
    }
    rows.at(-1)?.push({ ...candidate, index });
    left -= taken;
  }
  return rows;
}

const TYPING = ['ui.letter', 'ui.nine', 'ui.digit', 'ui.candidate', 'ui.erase', 'ui.clear', 'ui.board', 'ui.page'] as const;
type TypingEvent = Extract<UiMachineEvent, { readonly type: (typeof TYPING)[number] }>;

export function isTyping(event: { readonly type: string }): event is TypingEvent {
  return TYPING.some((type) => type === event.type);
}

/** What comes of a key, or of a candidate that was chosen. */
export function typed(typist: Typist, typing: Typing, event: TypingEvent): Typing {
  const keys = keysOf(typist.preferences);
  switch (event.type) {
    case 'ui.letter':
      if (event.letter === ' ') return typing.struck === '' ? added(typing, ' ') : chosen(typist, typing, 0);
      return keys === 'letters' ? struckAlso(typing, event.letter) : keys === undefined ? added(typing, event.letter) : typing;
    case 'ui.nine':
      return keys === 'nine' ? struckAlso(typing, event.key) : typing;
    case 'ui.digit':
      return added(typing, event.digit);
    case 'ui.candidate':
      return chosen(typist, typing, event.index);
    case 'ui.erase':
      return typing.struck === '' ? { ...typing, text: [...typing.text].slice(0, -1).join('') } : { ...typing, struck: typing.struck.slice(0, -1), page: 0 };
    case 'ui.clear':
      return typing.struck === '' ? { ...typing, text: '' } : { ...typing, struck: '', page: 0 };
    case 'ui.board':
      return { ...typing, board: event.board };
    case 'ui.page':
      return { ...typing, page: turned(typist, typing, event.to) };
  }
}

/** In the other language or on other keys what was struck means nothing. */
export function onOtherKeys(typing: Typing, before: Preferences, after: Preferences): Typing {
  return keysOf(before) === keysOf(after) ? { ...typing, page: 0 } : { ...typing, struck: '', page: 0 };
}

function turned(typist: Typist, typing: Typing, to: 'previous' | 'next'): number {
  const { page, pages } = candidateRow(typist, typing);
  return Math.min(Math.max(page + (to === 'next' ? 1 : -1), 0), pages - 1);
}

function struckAlso(typing: Typing, key: string): Typing {
  return typing.struck.length < MOST_STRUCK ? { ...typing, struck: typing.struck + key, page: 0 } : typing;
}

function added(typing: Typing, text: string): Typing {
  return { ...typing, text: [...typing.text, ...text].slice(0, MOST_TEXT).join('') };
}

function chosen(typist: Typist, typing: Typing, index: number): Typing {
  const candidate = candidatesOf(typist, typing)[index];
  if (candidate === undefined) return typing;
  return { ...added(typing, candidate.text), struck: typing.struck.slice(candidate.takes), page: 0 };
}
