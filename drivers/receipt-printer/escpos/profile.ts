/**
 * What differs between ESC/POS printers, as data: a new model is a new profile, not new code (receipt-printer.md section 1, point 5).
 * models.ts names the profiles; configuration may override what a site knows better.
 */
import { z } from 'zod';

const presenterSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Custom family: GS e moves the slip, the full status says whether it stands at the output (section 6.1). */
  z.strictObject({
    kind: z.literal('ejector'),
    /** Paper moved by one step of GS e 3. */
    stepMm: z.number().min(0.1).max(50),
    /** How far the slip stands out while it waits to be taken. */
    presentMm: z.int().min(10).max(300),
    /** Can pull a slip back, when its setup allows that; then GS e 2 does. On TPTCM the same code only runs a motor. */
    retract: z.boolean(),
    /** Pushes paper out while it prints unless told not to (Reliance, GS e 18). */
    continuousMode: z.boolean(),
  }),
  /** Citizen PMU2300III: pulls the slip back by its own timer and says nothing of it (section 6.2). */
  z.strictObject({ kind: z.literal('autoRetract'), seconds: z.int().min(0).max(9) }),
]);

/** Dots of a picture: rows of whole bytes, most significant bit left, 1 = black, as base64. */
const logoSchema = z
  .strictObject({ widthDots: z.int().min(8).max(832).multipleOf(8), bits: z.base64() })
  .refine(({ widthDots, bits }) => Buffer.from(bits, 'base64').length % (widthDots / 8) === 0, {
    message: 'bits must hold whole rows of widthDots / 8 bytes',
    path: ['bits'],
  });

export const escposProfileSchema = z.strictObject({
  /** Half-width columns of a line; one is 12 dots. */
  columns: z.int().min(24).max(64),
  /** Which of receiptline's command sets: `auto` = epson when GS I 66 answers EPSON, else generic. */
  dialect: z.enum(['auto', 'generic', 'epson']),
  /** Native: the printer draws the code (GS ( k). Raster: dots, understood everywhere. */
  qr: z.enum(['native', 'raster']),
  /** Dots go out by GS v 0, which nearly all clones know, or by GS 8 L and GS ( L, which Epson and Citizen know (section 4.3). */
  images: z.enum(['raster', 'graphics']),
  /** Characters without a code of one or two bytes: drawn as dots within the line by ESC * 33, or replaced by 〓 (section 3.3). */
  rareCharacters: z.enum(['drawn', 'replaced']),
  /** Printed at the top of every slip. */
  logo: logoSchema.optional(),
  /**
   * How the end of a job is confirmed; `processId` falls back to the queue's answer sent with it; `presenter`: the slip itself, seen at
   * the output (section 7.1). `none`: no back channel.
   */
  confirm: z.enum(['processId', 'queueAnswer', 'presenter', 'none']),
  /** Fixed bits of single-byte answers (section 5.1); false for clones that leave them 0. Then automatic status stays off. */
  fixedBits: z.boolean(),
  /** What DLE EOT 3 bit 2 means: Epson says mechanical error, SNBC BT-T080 says paper jam. */
  mechanicalError: z.enum(['hardware', 'paperJam']),
  /** Pitch of a line of text in dots; letters are 24 high. */
  linePitch: z.int().min(24).max(64),
  /** Blank dots between the last line and the cut. */
  tailDots: z.int().min(0).max(255),
  cut: z.enum(['gsV65', 'gsV66', 'escI', 'byEjector']),
  /** Head to blade, for cuts that don't feed by themselves (section 2: 10 to 30 mm). */
  toCutterDots: z.int().min(0).max(300),
  dotsPerMm: z.number().min(6).max(12),
  /** Slowest paper speed: how soon a receive buffer has surely room again, and how long a confirmation may take. */
  slowestMmPerSecond: z.int().min(10).max(500),
  /** DLE EOT 1–4 and automatic status, or the full status of the Custom family. */
  statusSet: z.enum(['epson', 'custom']),
  presenter: presenterSchema,
  /** A slip stands at the output this long before it is taken back (section 6.3). */
  takeWithinSeconds: z.int().min(1).max(600),
});
export type EscposProfile = z.infer<typeof escposProfileSchema>;
export type EjectorProfile = Extract<EscposProfile['presenter'], { readonly kind: 'ejector' }>;

/** What a configuration may say about a printer; the rest comes from the model. */
export const escposOptionsSchema = z.strictObject({
  columns: escposProfileSchema.shape.columns.optional(),
  dialect: escposProfileSchema.shape.dialect.optional(),
  qr: escposProfileSchema.shape.qr.optional(),
  images: escposProfileSchema.shape.images.optional(),
  rareCharacters: escposProfileSchema.shape.rareCharacters.optional(),
  logo: escposProfileSchema.shape.logo,
  confirm: escposProfileSchema.shape.confirm.optional(),
  fixedBits: escposProfileSchema.shape.fixedBits.optional(),
  mechanicalError: escposProfileSchema.shape.mechanicalError.optional(),
  cut: escposProfileSchema.shape.cut.optional(),
  toCutterDots: escposProfileSchema.shape.toCutterDots.optional(),
  takeWithinSeconds: escposProfileSchema.shape.takeWithinSeconds.optional(),
  /** Models with an ejector only. */
  retract: z.boolean().optional(),
  stepMm: z.number().min(0.1).max(50).optional(),
  presentMm: z.int().min(10).max(300).optional(),
  /** Models that retract by themselves only. */
  autoRetractSeconds: z.int().min(0).max(9).optional(),
});
export type EscposOptions = z.infer<typeof escposOptionsSchema>;

/** Section 2: 80 mm paper at 203 dpi has 576 dots = 48 columns. GS r is what nearly every clone answers (section 7.1). */
export const GENERIC_80: EscposProfile = {
  columns: 48,
  dialect: 'auto',
  qr: 'raster',
  images: 'raster',
  rareCharacters: 'drawn',
  confirm: 'queueAnswer',
  fixedBits: true,
  mechanicalError: 'hardware',
  linePitch: 32,
  tailDots: 40,
  cut: 'gsV66',
  toCutterDots: 0,
  dotsPerMm: 8,
  slowestMmPerSecond: 70,
  statusSet: 'epson',
  presenter: { kind: 'none' },
  takeWithinSeconds: 30,
};

/** Section 2: 58 mm paper at 203 dpi has 384 dots = 32 columns. */
export const GENERIC_58: EscposProfile = { ...GENERIC_80, columns: 32 };

/** Epson TM since the T88IV: GS ( H, GS ( k, GS ( L. */
export const EPSON_TM: EscposProfile = { ...GENERIC_80, qr: 'native', images: 'graphics', confirm: 'processId' };

/** Section 6.2: its anti-jam module reports in the bit that is a mechanical error elsewhere. Its presenter commands are not known. */
export const SNBC_T080: EscposProfile = { ...GENERIC_80, mechanicalError: 'paperJam' };

/** Section 6.2, one source. */
export const CITIZEN_PMU2300: EscposProfile = { ...GENERIC_80, images: 'graphics', presenter: { kind: 'autoRetract', seconds: 9 } };

/** Section 6.1. The family's 1B 69 cuts through and does not feed; 160 dots = 20 mm bring the last line past the blade. */
const CUSTOM: EscposProfile = {
  ...GENERIC_80,
  dialect: 'generic',
  confirm: 'presenter',
  statusSet: 'custom',
  cut: 'escI',
  toCutterDots: 160,
};

function custom(presenter: Pick<EjectorProfile, 'stepMm'> & Partial<EjectorProfile>, rest: Partial<EscposProfile> = {}): EscposProfile {
  return { ...CUSTOM, presenter: { kind: 'ejector', presentMm: 70, retract: true, continuousMode: false, ...presenter }, ...rest };
}

/** Its step of about 7 mm is not confirmed: measure it on the unit and set `stepMm`. */
export const CUSTOM_VKP80 = custom({ stepMm: 7 });
export const CUSTOM_KPM = custom({ stepMm: 0.625 });
/** GS e 2 only runs the motor: a slip nobody takes is ejected. */
export const CUSTOM_TPTCM112 = custom({ stepMm: 22, presentMm: 66, retract: false });
export const CUSTOM_TPTCM60 = custom({ stepMm: 36, presentMm: 72, retract: false }, { columns: 32 });
/** Cuts by itself before it presents, retracts or ejects. */
export const RELIANCE = custom({ stepMm: 7, continuousMode: true }, { cut: 'byEjector' });

/** @throws {RangeError} for an option the model has no part for @throws {z.ZodError} */
export function withOptions(profile: EscposProfile, options: EscposOptions): EscposProfile {
  const { retract: _retract, stepMm: _stepMm, presentMm: _presentMm, autoRetractSeconds: _seconds, ...plain } = options;
  if (options.confirm === 'presenter' && profile.presenter.kind !== 'ejector') throw new RangeError('confirm: this model has no presenter that tells');
  const stated = Object.entries(plain).filter(([, value]) => value !== undefined);
  return escposProfileSchema.parse({ ...profile, ...Object.fromEntries(stated), presenter: withPresenter(profile.presenter, options) });
}

function withPresenter(presenter: EscposProfile['presenter'], { retract, stepMm, presentMm, autoRetractSeconds }: EscposOptions): EscposProfile['presenter'] {
  if (presenter.kind !== 'ejector' && (retract ?? stepMm ?? presentMm) !== undefined) {
    throw new RangeError('retract, stepMm and presentMm: this model has no ejector');
  }
  if (presenter.kind !== 'autoRetract' && autoRetractSeconds !== undefined) throw new RangeError('autoRetractSeconds: this model does not retract by itself');
  if (presenter.kind === 'ejector') {
    return { ...presenter, retract: retract ?? presenter.retract, stepMm: stepMm ?? presenter.stepMm, presentMm: presentMm ?? presenter.presentMm };
  }
  return presenter.kind === 'autoRetract' ? { ...presenter, seconds: autoRetractSeconds ?? presenter.seconds } : presenter;
}
