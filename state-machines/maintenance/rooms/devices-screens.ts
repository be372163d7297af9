/** 测试设备: what the page of a device may know. */
import { z } from 'zod';
import { cabinetParts, count, moment, partSchema, staffSchema } from '../staff-schema.ts';

const short = z.string().max(200);

export const deviceDetailSchema = z.strictObject({
  part: z.enum(cabinetParts),
  model: short.optional(),
  maker: short.optional(),
  firmware: short.optional(),
  serialNumber: short.optional(),
  /** Since when it is as it is. */
  since: moment,
  /** In the device's own words, e.g. `paper.out`. */
  impairments: z.array(short).max(12),
  /** Why it is not up, in the driver's words. */
  trouble: z.strictObject({ code: short, message: z.string().max(500) }).optional(),
  storage: z.array(z.strictObject({ id: short, level: short, count: count.optional() })).max(12),
  /** How often it came up and was lost, by the journal's last entries. */
  losses: z.strictObject({ count, lastAt: moment.optional() }),
});
export type DeviceDetail = z.infer<typeof deviceDetailSchema>;

export const devicesBodies = {
  'maintenance-devices': z.strictObject({
    kind: z.literal('maintenance-devices'),
    staff: staffSchema,
    parts: z.array(partSchema).max(cabinetParts.length),
    chosen: z.enum(cabinetParts).optional(),
    detail: deviceDetailSchema.optional(),
    mayTest: z.boolean(),
    /** Guided tests can be made of the chosen one. */
    hasTests: z.boolean(),
    /** Its frames can be looked at. */
    mayMonitor: z.boolean(),
  }),
} as const;
