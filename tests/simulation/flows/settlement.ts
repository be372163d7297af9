/**
 * 清机 in the simulation: a collector who changes the cash box and counts what came out. Some miscount, take the wrong label for the right
 * one, think better of it half-way, say that they did what they did not, put the same box back, or take one away without a word to the terminal.
 */
import type { NoteCounts } from '../../../common/journal-kinds.ts';
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { triesAgain } from '../script.ts';

type Box = ViewBodyOf<'maintenance-box'>;

export const settlementScreens = {
  'maintenance-overview': (person: Person, { rooms }: ViewBodyOf<'maintenance-overview'>): void => {
    const { hands } = person;
    if (isDone(person) || !rooms.includes('box') || !triesAgain(person, 'box room', ROOM_TRIES)) return leaves(person);
    if (person.slipsUp('mixesCards')) return takesWithoutAWord(person);
    return void hands.touch({ type: 'room', room: 'box' });
  },
  'maintenance-box': (person: Person, body: Box): void => {
    if (BETWEEN.has(body.step) && person.slipsUp('turnsBack')) {
      person.memory.set('settled', 1);
      return void person.hands.touch({ type: 'back' });
    }
    return AT[body.step](person, body);
  },
} as const satisfies Screens;

const ROOM_TRIES = 4;
const LABEL_TRIES = 4;
/** Where there is something to think better of. */
const BETWEEN: ReadonlySet<Box['step']> = new Set(['boxOut', 'boxIn', 'takeOut', 'putIn', 'count', 'review']);

/** What they do at each step. */
const AT: Readonly<Record<Box['step'], (person: Person, body: Box) => void>> = {
  reading: () => {},
  unreadable: (person) => void person.hands.touch({ type: triesAgain(person, 'unreadable') ? 'retry' : 'back' }),
  home: atHome,
  boxOut: (person, body) => {
    if (triesAgain(person, 'label out', LABEL_TRIES)) return typesLabel(person, body, labelOut(person, body));
    person.memory.set('settled', 1);
    return void person.hands.touch({ type: 'back' });
  },
  boxIn: (person, body) => typesLabel(person, body, person.hands.boxes.nextLabel()),
  takeOut,
  putIn,
  count: counts,
  review: (person, { settlementId, rows = [] }) => {
    const { hands } = person;
    hands.boxes.signs(settlementId ?? '', notesOf(rows));
    hands.touch({ type: 'confirm' });
  },
  told: (person, { slip, boxOut = '' }) => {
    const { hands } = person;
    person.slips.push(...hands.tearSlips());
    if (slip === 'printing') return undefined;
    if (slip === 'failed' && triesAgain(person, 'slip')) return void hands.touch({ type: 'work', work: 'print' });
    hands.boxes.empty(boxMeant(person, boxOut));
    person.memory.set('settled', 1);
    return void hands.touch({ type: 'confirm' });
  },
};

function atHome(person: Person, { waiting, mayExchange }: Box): void {
  const { hands } = person;
  if (waiting.length > 0 && triesAgain(person, 'count what waits', 3)) return void hands.touch({ type: 'pick', index: 0 });
  if (!isDone(person) && mayExchange && triesAgain(person, 'exchange')) return void hands.touch({ type: 'work', work: 'exchange' });
  person.memory.set('settled', 1);
  return void hands.touch({ type: 'back' });
}

/** As on the box; where the terminal insists that another one is in, what it insists on. */
function labelOut(person: Person, { boxId, problem }: Box): string {
  const { boxes } = person.hands;
  if (problem === 'otherBox' && boxId !== undefined) return boxId;
  const read = boxes.inside() ?? boxes.away().at(-1) ?? 'B-0';
  return once(person, 'misreads') && person.slipsUp('mixesCards') ? `${read}7` : read;
}

function typesLabel({ hands }: Person, { typed }: Box, label: string): void {
  if (typed !== label) {
    hands.touch({ type: 'clear' });
    for (const key of label) hands.touch({ type: 'key', key });
  }
  hands.touch({ type: 'confirm' });
}

/** First the hand, and when they look again, the touch: whatever happens in between happens to a box of which no entry says where it is. */
function takeOut(person: Person): void {
  const { hands } = person;
  if (hands.boxes.inside() === undefined || (once(person, 'takes nothing') && person.slipsUp('forgetsCard'))) return void hands.touch({ type: 'confirm' });
  if (hands.boxes.takeOut() === undefined && !triesAgain(person, 'locked')) return void hands.touch({ type: 'back' });
  return undefined;
}

function putIn(person: Person): void {
  const { hands } = person;
  const { boxes } = hands;
  if (boxes.inside() !== undefined || (once(person, 'puts nothing in') && person.slipsUp('forgetsCard'))) return void hands.touch({ type: 'confirm' });
  const same = boxes.away().at(-1);
  boxes.putIn(same !== undefined && person.slipsUp('mixesCards') ? same : boxes.nextLabel());
  return undefined;
}

function counts(person: Person, { rows = [], row, boxOut = '' }: Box): void {
  const { hands } = person;
  if (once(person, 'later') && person.slipsUp('curious')) return void hands.touch({ type: 'work', work: 'later' });
  const found = hands.boxes.count(boxMeant(person, boxOut)) ?? [];
  const wanted = rows.map(({ denomination }, index) => countOf(found, denomination) + miscount(person, index, rows.length));
  const next = rows.findIndex(({ counted }, index) => Number(counted) !== Math.max(0, wanted[index] ?? 0));
  if (next < 0) return void hands.touch({ type: 'confirm' });
  if (next !== row) return void hands.touch({ type: 'pick', index: next });
  hands.touch({ type: 'clear' });
  for (const digit of String(Math.max(0, wanted[next] ?? 0))) hands.touch({ type: 'digit', digit });
  return undefined;
}

/** The box of that label; whoever finds none of it counts the one that came out last. */
function boxMeant({ hands: { boxes } }: Person, label: string): string {
  return boxes.count(label) === undefined ? (boxes.away().at(-1) ?? label) : label;
}

/** One note too many or too few of one kind, decided once. */
function miscount(person: Person, index: number, rows: number): number {
  const { memory, chance } = person;
  if (!memory.has('miscount')) memory.set('miscount', person.slipsUp('mixesCards') ? chance.between(1, 2 * rows) : 0);
  const wrong = memory.get('miscount') ?? 0;
  if (wrong === 0 || (wrong - 1) % rows !== index) return 0;
  return wrong > rows ? 1 : -1;
}

/** The box, or one for another, and no entry says so. */
function takesWithoutAWord(person: Person): void {
  const { hands, chance } = person;
  hands.boxes.takeOut();
  if (chance.happens(0.6)) hands.boxes.putIn(hands.boxes.nextLabel());
  leaves(person);
}

function leaves(person: Person): void {
  person.finished = true;
  person.hands.touch({ type: 'finish' });
}

function isDone({ memory }: Person): boolean {
  return memory.get('settled') === 1;
}

/** Whether this mistake is still to be made or not: no character makes it twice. */
function once({ memory }: Person, mistake: string): boolean {
  const first = memory.get(mistake) === undefined;
  memory.set(mistake, 1);
  return first;
}

function countOf(notes: NoteCounts, denomination: number): number {
  return notes.find((note) => note.denomination === denomination)?.count ?? 0;
}

function notesOf(rows: NonNullable<Box['rows']>): NoteCounts {
  return rows.map(({ denomination, counted }) => ({ denomination, count: Number(counted) })).filter(({ count }) => count > 0);
}
