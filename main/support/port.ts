/**
 * Help as its chart asks for it (state-machines/support/port.ts): answers of the knowledge base filled in for this terminal, ranked by how
 * often they were read here, and the operator's channels as they are at this moment. Put together by terminal.ts.
 */
import { businessDates } from '../../common/business-date.ts';
import type { Clock } from '../../common/clock.ts';
import type { HelpAnswer, SupportPort } from '../../state-machines/support/port.ts';
import type { Channel, HelpGroup, HelpQuestion } from '../../state-machines/support/screens.ts';
import { locales, type Preferences } from '../../state-machines/view.ts';
import type { TerminalConfig } from '../config/config.ts';
import type { ChannelConfig } from '../config/support.ts';
import { daysBefore, type AnswerCounts } from './answer-counts.ts';
import { factsOf } from './facts.ts';
import { answersAt, type Answer, type Knowledge } from './knowledge.ts';
import { openingAt } from './opening.ts';
import { searchAnswers, searchIndex, type AskedCounts, type SearchIndex } from './search.ts';

type Locale = Preferences['locale'];

export interface SupportOptions {
  readonly config: TerminalConfig;
  readonly clock: Clock;
  readonly knowledge: Knowledge;
  /** Absent: nothing is counted. */
  readonly counts?: AnswerCounts;
}

/** Days whose views make the ranking: a season, so that what was asked at the beginning of term does not stay for ever. */
export const RANKED_DAYS = 90;

/** Which questions stand together. */
const GROUPS: Readonly<Record<Answer['category'], HelpGroup>> = {
  topUp: 'paying',
  cash: 'paying',
  qr: 'paying',
  refund: 'refunds',
  voucher: 'refunds',
  case: 'refunds',
  card: 'card',
  balance: 'card',
  account: 'card',
  lost: 'lost',
  receipt: 'machine',
  machine: 'machine',
  access: 'machine',
  privacy: 'safety',
  safety: 'safety',
};

/** Of one language. */
interface Shelf {
  readonly answers: ReadonlyMap<string, Answer>;
  /** In which they stand while nobody has asked. */
  readonly order: readonly Answer[];
  readonly index: SearchIndex;
}

export function createSupportPort({ config, clock, knowledge, counts }: SupportOptions): SupportPort {
  const shelves = new Map(locales.map((locale) => [locale, shelfOf(config, knowledge, locale)]));
  const shelf = (locale: Locale): Shelf => {
    const found = shelves.get(locale);
    if (found === undefined) throw new Error(`support: no answers in ${locale}`);
    return found;
  };
  const dateAt = businessDates(config.terminal.timeZone);
  const today = (): string => dateAt(clock.now());
  // read anew when there is something new: a key of the search must not wait for the disk
  let ranking: { readonly date: string; readonly views: AskedCounts } | undefined;
  const asked = (): AskedCounts => {
    const date = today();
    if (ranking?.date !== date) ranking = { date, views: counts?.viewsSince(daysBefore(date, RANKED_DAYS)) ?? new Map() };
    return ranking.views;
  };
  const mostAsked = (locale: Locale): readonly HelpQuestion[] => {
    const views = asked();
    return shelf(locale)
      .order.toSorted((one, other) => (views.get(other.id) ?? 0) - (views.get(one.id) ?? 0))
      .map(questionOf);
  };
  return {
    mostAsked,
    inGroup: (locale, group) =>
      shelf(locale)
        .order.filter(({ category }) => GROUPS[category] === group)
        .map(questionOf),
    search: (locale, typed) => (typed.trim() === '' ? mostAsked(locale) : searchAnswers(shelf(locale).index, typed, asked()).map(questionOf)),
    answer: (locale, id) => {
      const found = shelf(locale).answers.get(id);
      return found === undefined ? undefined : answerOf(found);
    },
    count: (id, what) => {
      counts?.count(today(), id, what);
      ranking = undefined;
    },
    channels: (locale) => channelsAt(config, locale, clock.now()),
  };
}

function shelfOf(config: TerminalConfig, knowledge: Knowledge, locale: Locale): Shelf {
  const answers = answersAt(knowledge, locale, factsOf(config, locale));
  const place = ({ id }: Answer): number => {
    const first = knowledge.first.indexOf(id);
    return first < 0 ? knowledge.first.length : first;
  };
  return {
    answers: new Map(answers.map((answer) => [answer.id, answer])),
    order: answers.toSorted((one, other) => place(one) - place(other)),
    index: searchIndex(answers),
  };
}

function questionOf({ id, category, question }: Answer): HelpQuestion {
  return { id, group: GROUPS[category], question };
}

function answerOf({ id, question, money, steps, solvedAt, service }: Answer): HelpAnswer {
  return {
    id,
    question,
    ...(money === undefined ? {} : { money }),
    steps: [...steps],
    solvedAt,
    ...leadsTo(service),
  };
}

/** `help`: they are there already. */
function leadsTo(service: Answer['service']): Pick<HelpAnswer, 'service' | 'page'> {
  switch (service) {
    case undefined:
    case 'help':
      return {};
    case 'topUp':
    case 'balance':
    case 'statement':
      return { service };
    case 'lost-card':
    case 'access':
    case 'language':
    case 'hidden':
      return { page: service };
  }
}

/** The hotline of the site comes first, unless the list has its own. */
function channelsAt({ site, support, terminal }: TerminalConfig, locale: Locale, now: number): readonly Channel[] {
  const { channels, holidays, makeUpDays } = support;
  const place = { timeZone: terminal.timeZone, holidays, makeUpDays };
  const listed = channels.map(({ id, kind, name, contact, qr, hours, price, purposes }): Channel => ({
    id,
    kind,
    name: said(name, locale),
    contact: said(contact, locale),
    ...(qr === undefined ? {} : { qr }),
    ...(hours === undefined ? {} : { opening: openingAt(hours, place, now) }),
    ...(price === undefined ? {} : { price }),
    purposes: [...purposes],
  }));
  if (channels.some(({ kind }) => kind === 'hotline')) return listed;
  return [{ id: 'hotline', kind: 'hotline', name: site.operator, contact: site.hotline, hours: site.hotlineHours, purposes: ['urgent'] }, ...listed];
}

function said(words: ChannelConfig['name'], locale: Locale): string {
  return words[locale] ?? words['zh-CN'];
}
