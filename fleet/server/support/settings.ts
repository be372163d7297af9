/** Settings of the support desk, a part of the server's (config.ts): hours, queues and promises, slots, limits. */
import { z } from 'zod';
import { ticketKinds, wordSchema, type TicketKind } from '../../../common/upstream-api/support.ts';
import { workingCalendarSchema, workingTimeSchema, type WorkingCalendarSettings, type WorkingTime } from '../../../common/working-calendar.ts';
import { makeUpDays, publicHolidays } from './public-holidays.ts';

const officeHours = [
  { from: '09:00', to: '12:00' },
  { from: '13:00', to: '18:00' },
];

const defaultCalendar: WorkingCalendarSettings = {
  utcOffsetMinutes: 480,
  week: [officeHours, officeHours, officeHours, officeHours, officeHours, [], []],
  holidays: [...publicHolidays],
  makeUpDays: [...makeUpDays],
  makeUpHours: officeHours,
};

/** Each member that is left out has its default. */
const calendarSchema = z
  .record(z.string(), z.unknown())
  .prefault({})
  .transform((given) => ({ ...defaultCalendar, ...given }))
  .pipe(workingCalendarSchema);

const routeSchema = z.strictObject({ queue: wordSchema, urgent: z.boolean().default(false), promise: workingTimeSchema });
export type Route = z.infer<typeof routeSchema>;

const hours = (count: number): WorkingTime => ({ minutes: 60 * count });

/** Where a ticket goes and when it is answered (needs.md, A4, A19 and A33). */
const defaultRoutes: Readonly<Record<TicketKind, Route>> = {
  topUpMissing: { queue: 'money', urgent: true, promise: hours(2) },
  dispute: { queue: 'money', urgent: false, promise: { days: 2 } },
  account: { queue: 'money', urgent: true, promise: hours(2) },
  cardLost: { queue: 'cards', urgent: true, promise: { minutes: 5 } },
  cardFault: { queue: 'cards', urgent: false, promise: { days: 1 } },
  password: { queue: 'cards', urgent: false, promise: { days: 1 } },
  merchant: { queue: 'merchants', urgent: false, promise: { days: 1 } },
  device: { queue: 'devices', urgent: false, promise: hours(4) },
  complaint: { queue: 'complaints', urgent: false, promise: { days: 1 } },
  suggestion: { queue: 'suggestions', urgent: false, promise: { days: 5 } },
  other: { queue: 'general', urgent: false, promise: { days: 1 } },
};

export const supportSettingsSchema = z.strictObject({
  calendar: calendarSchema,
  /** By kind of ticket; kinds that are left out have their defaults. */
  routes: z
    .partialRecord(z.enum(ticketKinds), routeSchema)
    .default({})
    .transform((given): Readonly<Record<TicketKind, Route>> => ({ ...defaultRoutes, ...given })),
  callbacks: z
    .strictObject({
      /** Who can call back at the same time; 0: nobody does. */
      agents: z.int().min(0).max(1000).default(2),
      slotMinutes: z.int().min(5).max(480).default(30),
      /** How far ahead one may book, local days with today. */
      daysAhead: z.int().min(1).max(60).default(14),
      /** A slot that begins sooner can't be booked any more. */
      leadMinutes: z.int().min(0).max(1440).default(15),
      /** A call that nobody reported is expired so long after its slot. */
      expireAfterMinutes: z.int().min(0).max(10_080).default(120),
    })
    .prefault({}),
  /** A resolved ticket is closed so many days after. */
  closeAfterDays: z.int().min(1).max(365).default(7),
  /** A closed one can be reopened by its person for so many days. */
  reopenWithinDays: z.int().min(1).max(3650).default(90),
  questions: z
    .strictObject({
      /** Answers to these and older questions are taken. */
      version: z.int().min(1).max(10_000).default(1),
      reasons: z.array(wordSchema).max(20).default(['slow', 'unclear', 'failed', 'device', 'price']),
    })
    .prefault({}),
  /** Envelopes that one terminal may send in 24 hours. */
  envelopesPerDay: z.int().min(1).max(1_000_000).default(5000),
  /** Of these, new tickets and bookings. */
  ticketsPerDay: z.int().min(1).max(100_000).default(200),
  /** Chats that one terminal may open in 24 hours. */
  chatsPerDay: z.int().min(1).max(100_000).default(300),
  /** Questions of one terminal in a minute by a number, a card or an id. */
  progressPerMinute: z.int().min(1).max(10_000).default(30),
});
export type SupportSettings = z.infer<typeof supportSettingsSchema>;
