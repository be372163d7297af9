/** Configuration of help: the channels by which people reach the operator, and when somebody is there. Part of schema.ts. */
import { z } from 'zod';
import { workingCalendarSchema } from '../../common/working-calendar.ts';
import { channelKinds, channelPrices, channelPurposes } from '../../state-machines/support/screens.ts';

const { week, holidays, makeUpDays, makeUpHours } = workingCalendarSchema.shape;
const text = (most: number) =>
  z.string(`expected text of 1 to ${most} characters`).min(1, 'expected text, not nothing').max(most, `expected at most ${most} characters`);
/** A setting that may be left out, or be `null` in the file; `undefined` when read. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
/** In the languages of the screen; what is missing reads Chinese. */
const inLanguages = (most: number) => z.strictObject({ 'zh-CN': text(most), 'zh-HK': maybe(text(most)), en: maybe(text(most)) });

const hoursSchema = z.union(
  [
    z.literal('always'),
    z
      .strictObject({
        /** Monday first: the hours of each weekday, none where nobody is there. */
        week,
        /** `holidays` of the list are closed, or are days like others. */
        onHolidays: z.enum(['closed', 'open']).default('closed'),
        makeUpHours: makeUpHours.default([]),
      })
      .refine((hours) => hours.week.some((day) => day.length > 0), { path: ['week'], error: 'no weekday has hours' }),
  ],
  'expected "always" or the hours of a week',
);
export type ChannelHours = z.output<typeof hoursSchema>;

const channelSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected an id of small letters, digits and hyphens'),
  kind: z.enum(channelKinds, `expected one of ${channelKinds.join(', ')}`),
  name: inLanguages(40),
  /** Telephone number, account, address: as people read it. */
  contact: inLanguages(60),
  /** What its code says: only what stands here is ever shown as a code of the operator's. */
  qr: maybe(z.string().min(1).max(300, 'expected at most 300 characters')),
  hours: maybe(hoursSchema),
  price: maybe(z.enum(channelPrices, `expected one of ${channelPrices.join(', ')}`)),
  purposes: z
    .array(z.enum(channelPurposes, `expected one of ${channelPurposes.join(', ')}`))
    .max(3)
    .default([]),
});
export type ChannelConfig = z.output<typeof channelSchema>;

export const supportSchema = z.strictObject({
  channels: z
    .array(channelSchema)
    .max(20, 'expected at most 20 channels')
    .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'expected each id once')
    .default([]),
  /** At the end people are asked by one touch how it went; nothing is asked where nobody reads the answers. */
  survey: z.boolean('expected true or false').default(false),
  /** `YYYY-MM-DD`: public holidays. */
  holidays: holidays.default([]),
  /** `YYYY-MM-DD`: days on which holidays are made up for; their hours are each channel's `makeUpHours`. */
  makeUpDays: makeUpDays.default([]),
});
export type SupportConfig = z.output<typeof supportSchema>;
