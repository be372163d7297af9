/** What the screens of help may know and say, as data: their part of the contract in view.ts. */
import { z } from 'zod';

/** How questions are sorted for who looks for one without words. */
export const helpGroups = ['paying', 'refunds', 'card', 'lost', 'machine', 'safety'] as const;
export type HelpGroup = (typeof helpGroups)[number];

/** Letters a person types into the search field; capital or not makes no difference. */
export const LONGEST_TYPED = 60;

export const questionId = z.string().regex(/^[a-z][a-z-]{2,39}$/);
const question = z.strictObject({ id: questionId, group: z.enum(helpGroups), question: z.string().max(120) });
export type HelpQuestion = z.infer<typeof question>;

/** From 0. */
const pages = { page: z.int().min(0), pages: z.int().min(1) };
const timeOfDay = z.string().regex(/^\d\d:\d\d$/);
const boards = ['letters', 'digits'] as const;

/** `until` and `opens` are local; `until` is absent where it never closes, `opens` where no opening is near. */
export const openingSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('open'), until: timeOfDay.optional() }),
  z.strictObject({ state: z.literal('closed'), opens: z.strictObject({ date: z.iso.date(), days: z.int().min(0), time: timeOfDay }).optional() }),
]);
export type Opening = z.infer<typeof openingSchema>;

export const channelKinds = ['hotline', 'app', 'wechat', 'web', 'email', 'servicePoint'] as const;
export const channelPurposes = ['urgent', 'questions', 'complaints', 'papers'] as const;
export const channelPrices = ['free', 'usual'] as const;

/** A way to reach people, as it is at this moment. */
const channel = z.strictObject({
  id: z.string().max(40),
  kind: z.enum(channelKinds),
  name: z.string().max(40),
  /** Number, account or address, as people read it. */
  contact: z.string().max(60),
  /** What its code says; absent: it has none. */
  qr: z.string().max(300).optional(),
  /** Absent: only `hours` say. */
  opening: openingSchema.optional(),
  /** In words, where no calendar is configured. */
  hours: z.string().max(40).optional(),
  price: z.enum(channelPrices).optional(),
  purposes: z.array(z.enum(channelPurposes)).max(3),
});
export type Channel = z.infer<typeof channel>;

/** Pages of the terminal that an answer can lead to. */
export const helpPages = ['lost-card', 'access', 'language', 'hidden'] as const;

export const supportBodies = {
  /** 帮助与支持: what is asked most. */
  'help-home': z.strictObject({
    kind: z.literal('help-home'),
    questions: z.array(question).max(5),
    /** A card can be looked at now. */ check: z.literal(true).optional(),
    /** The desk calls people back. */ callback: z.literal(true).optional(),
  }),
  'help-groups': z.strictObject({ kind: z.literal('help-groups') }),
  'help-list': z.strictObject({ kind: z.literal('help-list'), group: z.enum(helpGroups), questions: z.array(question).max(6), ...pages }),
  'help-search': z.strictObject({
    kind: z.literal('help-search'),
    typed: z.string().regex(new RegExp(`^[a-z0-9 ]{0,${LONGEST_TYPED}}$`)),
    board: z.enum(boards),
    /** Of this page; what is asked most while nothing is typed. */
    questions: z.array(question).max(6),
    ...pages,
  }),
  'help-contacts': z.strictObject({
    kind: z.literal('help-contacts'),
    /** Of this page. */
    channels: z.array(channel).min(1).max(4),
    /** An agent can be talked to in writing. */ chat: z.literal(true).optional(),
    /** Id of the one that is shown large. */
    chosen: z.string().max(40),
    ...pages,
  }),
} as const;

/** An answer; view.ts adds the service that it leads to. */
export const answerBody = z.strictObject({
  kind: z.literal('help-answer'),
  id: questionId,
  question: z.string().max(120),
  /** Where the money is. */
  money: z.string().max(200).optional(),
  /** What to do, in order. */
  steps: z.array(z.string().max(200)).min(1).max(3),
  solvedAt: z.enum(['machine', 'phone', 'counter']),
  page: z.enum(helpPages).optional(),
  /** Whether it helped, as the person says. */
  verdict: z.enum(['asked', 'solved', 'unsolved']),
});

export const supportActs = [
  /** 帮助与支持. */
  z.strictObject({ type: z.literal('support') }),
  z.strictObject({ type: z.literal('help'), to: z.enum(['search', 'groups', 'contacts']) }),
  z.strictObject({ type: z.literal('help-group'), group: z.enum(helpGroups) }),
  z.strictObject({ type: z.literal('question'), id: questionId }),
  z.strictObject({ type: z.literal('helped'), helped: z.boolean() }),
  z.strictObject({ type: z.literal('channel'), id: z.string().max(40) }),
  /** A key of the board of letters. */
  z.strictObject({ type: z.literal('letter'), letter: z.string().regex(/^[a-z ]$/) }),
  z.strictObject({ type: z.literal('board'), board: z.enum(boards) }),
] as const;
