/** 状态图: what the screens of the statecharts may know: names of states and types of events, as the definitions have them, and moments. Nothing that anybody typed. */
import { z } from 'zod';
import { cabinetParts, count, moment, staffSchema } from '../staff-schema.ts';

/** Every machine that runs here. The registry (state-machines/charts.ts) has the machine of each. */
export const chartNames = [
  'session',
  'topUp',
  'pendingLoad',
  'replacement',
  'lossReport',
  'account',
  'identification',
  'statement',
  'support',
  'desk',
  'callback',
  'chat',
  'survey',
  'device',
  'maintenance',
  'signIn',
  'cardBack',
  'rooms',
  'devices',
  'supplies',
  'box',
  'journal',
  'system',
  'selfTests',
  'monitor',
  'charts',
  'replay',
] as const;
export type ChartName = (typeof chartNames)[number];

/** Names from the root down, e.g. `load.committing`. */
const stateId = z.string().max(120);
const word = z.string().max(60);

/** A state as it is drawn. `parent`: its index; absent: it stands in the chart itself. Parents come before their states. */
export const chartStateSchema = z.strictObject({
  name: z.string().max(40),
  parent: z.int().min(0).max(400).optional(),
  type: z.enum(['atomic', 'compound', 'parallel', 'final', 'history']),
  /** Of an atomic one in a run: it is in it now, or was when the run ended; it was in it before. */
  mark: z.enum(['lit', 'passed']).optional(),
});
export type ChartState = z.infer<typeof chartStateSchema>;

/** A chart and, of the chart that each device has one of, the device. */
const subject = { chart: z.enum(chartNames), part: z.enum(cabinetParts).optional() };

/** Steps of one screen. */
export const STEPS_SHOWN = 9;
export const EXITS_SHOWN = 3;

export const chartsBodies = {
  'maintenance-charts': z.strictObject({
    kind: z.literal('maintenance-charts'),
    staff: staffSchema,
    charts: z.array(z.strictObject({ ...subject, state: z.enum(['runs', 'ran', 'never']) })).max(60),
  }),
  'maintenance-chart': z.strictObject({
    kind: z.literal('maintenance-chart'),
    staff: staffSchema,
    ...subject,
    states: z.array(chartStateSchema).min(1).max(400),
    /** Absent: it has not run since the terminal started. */
    run: z
      .strictObject({
        /** From 0, the newest; `of`: that are kept. */
        number: z.int().min(0),
        of: z.int().min(1),
        since: moment,
        /** When it ended; absent: it is running. */
        until: moment.optional(),
        /** The newest first: what happened, and where that led. */
        steps: z.array(z.strictObject({ number: count, time: z.string().max(12), event: word, states: z.array(stateId).max(8) })).max(STEPS_SHOWN),
        /** All of them, with those that are not kept any more. */
        total: count,
      })
      .optional(),
    /** What the state that is lit listens to, and where that leads. */
    exits: z.array(z.strictObject({ event: word, to: stateId })).max(EXITS_SHOWN),
    /** Of them, beyond those. */
    moreExits: count,
    /** Pages turned from the one where it stands. */
    turned: z.int().min(-400).max(400),
  }),
} as const;
