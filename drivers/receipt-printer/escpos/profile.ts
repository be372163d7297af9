/**
 * What differs between ESC/POS printers, as data: a new model is a new profile, not new code (receipt-printer.md section 1, point 5).
 * models.ts names the profiles; configuration may override what a site knows better.
 */
import { z } from 'zod';

export const escposProfileSchema = z.strictObject({
  /** Half-width columns of a line; one is 12 dots. */
  columns: z.int().min(24).max(64),
  /** Which of receiptline's command sets: `auto` = epson when GS I 66 answers EPSON, else generic. */
  dialect: z.enum(['auto', 'generic', 'epson']),
  /** Native: the printer draws the code (GS ( k). Raster: dots, understood everywhere. */
  qr: z.enum(['native', 'raster']),
  /** How the end of a job is confirmed; `processId` falls back to the queue's answer sent with it. `none`: no back channel. */
  confirm: z.enum(['processId', 'queueAnswer', 'none']),
  /** Fixed bits of single-byte answers (section 5.1); false for Pyramid Reliance. Then automatic status stays off. */
  fixedBits: z.boolean(),
  /** What DLE EOT 3 bit 2 means: Epson says mechanical error, SNBC BT-T080 says paper jam. */
  mechanicalError: z.enum(['hardware', 'paperJam']),
  /** Pitch of a line of text in dots; letters are 24 high. */
  linePitch: z.int().min(24).max(64),
  /** Blank dots between the last line and the cut. */
  tailDots: z.int().min(0).max(255),
  dotsPerMm: z.number().min(6).max(12),
  /** Slowest paper speed, for the limit of waiting only. */
  slowestMmPerSecond: z.int().min(10).max(500),
  statusSet: z.literal('epson'),
  presenter: z.literal('none'),
});
export type EscposProfile = z.infer<typeof escposProfileSchema>;

/** What a configuration may say about a printer; the rest comes from the model. */
export const escposOptionsSchema = z.strictObject({
  columns: escposProfileSchema.shape.columns.optional(),
  dialect: escposProfileSchema.shape.dialect.optional(),
  qr: escposProfileSchema.shape.qr.optional(),
  confirm: escposProfileSchema.shape.confirm.optional(),
  fixedBits: escposProfileSchema.shape.fixedBits.optional(),
  mechanicalError: escposProfileSchema.shape.mechanicalError.optional(),
});
export type EscposOptions = z.infer<typeof escposOptionsSchema>;

/** Section 2: 80 mm paper at 203 dpi has 576 dots = 48 columns. GS r is what nearly every clone answers (section 7.1). */
export const GENERIC_80: EscposProfile = {
  columns: 48,
  dialect: 'auto',
  qr: 'raster',
  confirm: 'queueAnswer',
  fixedBits: true,
  mechanicalError: 'hardware',
  linePitch: 32,
  tailDots: 40,
  dotsPerMm: 8,
  slowestMmPerSecond: 70,
  statusSet: 'epson',
  presenter: 'none',
};

/** Section 2: 58 mm paper at 203 dpi has 384 dots = 32 columns. */
export const GENERIC_58: EscposProfile = { ...GENERIC_80, columns: 32 };

/** Epson TM since the T88IV: GS ( H, GS ( k. */
export const EPSON_TM: EscposProfile = { ...GENERIC_80, qr: 'native', confirm: 'processId' };

export function withOptions(profile: EscposProfile, options: EscposOptions): EscposProfile {
  const stated = Object.entries(options).filter(([, value]) => value !== undefined);
  return escposProfileSchema.parse({ ...profile, ...Object.fromEntries(stated) });
}
