/**
 * The knowledge base: reviewed answers to what cardholders ask, from resources/knowledge. One file says what an answer is about and where
 * it is solved, one a language says it in words. Search: search.ts; facts of this terminal in the words: facts.ts.
 */
import { z } from 'zod';
import shared from '../../resources/knowledge/answers.json' with { type: 'json' };
import en from '../../resources/knowledge/en.json' with { type: 'json' };
import zhCN from '../../resources/knowledge/zh-CN.json' with { type: 'json' };
import zhHK from '../../resources/knowledge/zh-HK.json' with { type: 'json' };
import { factNames, type FactName, type Facts } from './facts.ts';

const id = z.string().regex(/^[a-z][a-z-]{2,39}$/, 'expected an id of small letters and hyphens');
const version = z.int().min(1);
const sentence = (most: number): z.ZodString =>
  z
    .string()
    .min(2)
    .max(most)
    .regex(/^\S(.*\S)?$/, 'expected no space at either end');

const sharedSchema = z.strictObject({
  version,
  /** When this version was made. */
  date: z.iso.date(),
  /** What stands first while nobody has asked yet: the usual worries. */
  first: z.array(id).max(10),
  answers: z
    .array(
      z.strictObject({
        id,
        category: z.enum([
          'topUp',
          'cash',
          'qr',
          'refund',
          'card',
          'balance',
          'lost',
          'account',
          'voucher',
          'case',
          'receipt',
          'machine',
          'access',
          'privacy',
          'safety',
        ]),
        /** What of this terminal does it: a service of the first screen or a page of its own (state-machines/view.ts). */
        service: z.enum(['topUp', 'balance', 'statement', 'lost-card', 'help', 'access', 'language', 'hidden']).optional(),
        solvedAt: z.enum(['machine', 'phone', 'counter']),
        /** The answer is for terminals where one can pay so. */
        tender: z.enum(['cash', 'qr', 'qrPresented', 'card', 'voucher']).optional(),
        /** `money`: the answer says where the money is. `urgent`: every minute counts. `idNeeded`: papers have to be brought. */
        tags: z.array(z.enum(['money', 'urgent', 'idNeeded'])),
        /** When somebody last read the answer against the rules of the issuer. */
        reviewed: z.iso.date(),
      }),
    )
    .min(1),
});

const textsSchema = z.strictObject({
  /** That of the shared file. */
  version,
  answers: z.record(
    id,
    z.strictObject({
      question: sentence(60),
      /** Other ways people put it: found, never shown. */
      also: z.array(sentence(40)).min(1).max(8),
      /** Where the money is. */
      money: sentence(120).optional(),
      /** What to do, in order. */
      steps: z.array(sentence(120)).min(1).max(3),
    }),
  ),
});

type About = z.infer<typeof sharedSchema>['answers'][number];
type Texts = z.infer<typeof textsSchema>['answers'][string];

/** An answer in one language. */
export type Answer = Readonly<About> & Readonly<Texts>;

export interface Knowledge {
  readonly version: number;
  readonly date: string;
  /** Ids of what stands first while nobody has asked yet. */
  readonly first: readonly string[];
  /** In the order of the file, by language. */
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
}

/** Everything that is wrong with the files, at once. */
export class KnowledgeError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the knowledge base cannot be used: ${problems.join('; ')}`);
    this.name = 'KnowledgeError';
    this.problems = problems;
  }
}

/**
 * @param about the shared file's content
 * @param texts each language's content, by language
 * @throws {KnowledgeError} when a file is not what it should be, or two of them disagree
 */
export function readKnowledge(about: unknown, texts: Readonly<Record<string, unknown>>): Knowledge {
  const problems: string[] = [];
  const parsed = sharedSchema.safeParse(about);
  problems.push(...issuesOf('answers', parsed.error));
  const languages = Object.entries(texts).map(([language, content]) => [language, textsSchema.safeParse(content)] as const);
  for (const [language, { error }] of languages) problems.push(...issuesOf(language, error));
  const { data } = parsed;
  if (problems.length > 0 || data === undefined) throw new KnowledgeError(problems);

  const known = new Map<string, readonly Answer[]>();
  for (const [language, { data: words }] of languages) {
    if (words === undefined) continue;
    if (words.version !== data.version) problems.push(`${language}: version ${words.version}, expected ${data.version}`);
    const ids = new Set(data.answers.map((answer) => answer.id));
    for (const extra of Object.keys(words.answers).filter((name) => !ids.has(name))) problems.push(`${language}: ${extra} is not in answers`);
    known.set(
      language,
      data.answers.flatMap((answer) => withWords(answer, words.answers[answer.id], language, problems)),
    );
  }
  problems.push(...unknownFirst(data), ...doubled(data.answers), ...differing([...known]));
  if (problems.length > 0) throw new KnowledgeError(problems);
  return { version: data.version, date: data.date, first: data.first, answers: known };
}

function issuesOf(file: string, error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).map(({ path, message }) => `${file}: ${path.join('.')}: ${message}`);
}

function withWords(about: About, words: Texts | undefined, language: string, problems: string[]): Answer[] {
  if (words === undefined) {
    problems.push(`${language}: ${about.id} is missing`);
    return [];
  }
  const concernsMoney = about.tags.includes('money');
  if (concernsMoney !== (words.money !== undefined))
    problems.push(`${language}: ${about.id}: expected ${concernsMoney ? 'a sentence that says where the money is' : 'the tag "money"'}`);
  for (const name of placeholdersOf(words)) if (!isFact(name)) problems.push(`${language}: ${about.id}: {{${name}}} is no fact of a terminal`);
  return [{ ...about, ...words }];
}

function unknownFirst({ first, answers }: z.infer<typeof sharedSchema>): string[] {
  return first.filter((wanted) => !answers.some((answer) => answer.id === wanted)).map((wanted) => `answers: first: ${wanted} is no answer`);
}

function doubled(answers: readonly About[]): string[] {
  const seen = new Set<string>();
  return answers.flatMap((answer) => {
    if (seen.has(answer.id)) return [`answers: ${answer.id} is there twice`];
    seen.add(answer.id);
    return [];
  });
}

/** Languages may say it in other words, not with other facts or other steps. */
function differing(known: readonly (readonly [string, readonly Answer[]])[]): string[] {
  const [first, ...others] = known;
  return others.flatMap(([language, answers]) =>
    answers.flatMap((answer) => {
      const same = first?.[1].find((candidate) => candidate.id === answer.id);
      if (same === undefined) return [];
      const facts = placeholdersOf(answer).join() === placeholdersOf(same).join() ? [] : [`${language}: ${answer.id}: other placeholders than ${first?.[0]}`];
      const steps = answer.steps.length === same.steps.length ? [] : [`${language}: ${answer.id}: another number of steps than ${first?.[0]}`];
      return [...facts, ...steps];
    }),
  );
}

/** Names in `{{…}}`, sorted, each as often as it stands there. */
function placeholdersOf({ question, also, money = '', steps }: Texts): string[] {
  return [...[question, ...also, money, ...steps].join('\n').matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).sort();
}

function isFact(name: string): name is FactName {
  return (factNames as readonly string[]).includes(name);
}

/** What this terminal was built with. */
export function bundledKnowledge(): Knowledge {
  return readKnowledge(shared, { 'zh-CN': zhCN, 'zh-HK': zhHK, en });
}

/**
 * The answers that hold at a terminal with these facts, filled in. One that needs a fact which the terminal doesn't have, or a tender which
 * it doesn't take, is left out: no figure is ever made up. A language without texts of its own reads Chinese.
 */
export function answersAt(knowledge: Knowledge, language: string, facts: Facts): readonly Answer[] {
  const answers = knowledge.answers.get(language) ?? knowledge.answers.get('zh-CN') ?? [];
  return answers.flatMap((answer) => {
    if (answer.tender !== undefined && !facts.tenders.includes(answer.tender)) return [];
    const names = placeholdersOf(answer).filter(isFact);
    if (names.some((name) => facts.words[name] === undefined)) return [];
    const fill = (text: string): string => text.replaceAll(/\{\{(\w+)\}\}/g, (hole, name: string) => (isFact(name) ? (facts.words[name] ?? hole) : hole));
    const { money } = answer;
    return [
      {
        ...answer,
        question: fill(answer.question),
        also: answer.also.map(fill),
        steps: answer.steps.map(fill),
        ...(money === undefined ? {} : { money: fill(money) }),
      },
    ];
  });
}
