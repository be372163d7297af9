/**
 * What can be done at a training terminal by touch, where no part is real: the hands of the person who practises, and what goes wrong
 * for practice. As names; drivers/bench/training-acts.ts says what each is. Page, shell and simulated cabinet say these to each other.
 */
import { z } from 'zod';

/** What goes wrong. Each can be undone by its other position, except those that are over as soon as they are done. */
export const chaosActs = [
  'noteJam',
  'noteRejected',
  'acceptorUnplugged',
  'cardTornBefore',
  'cardTornAfter',
  'cardJam',
  'dispenserEmpty',
  'readerUnplugged',
  'paperOut',
  'paperJam',
  'printerUnplugged',
  'networkCut',
  'issuerDown',
  'powerCut',
] as const;
export type ChaosAct = (typeof chaosActs)[number];

/** What a person's hands do. */
export const handActs = [
  'putCardIn',
  'takeCard',
  'feed10',
  'feed20',
  'feed50',
  'feed100',
  'takeNote',
  'payByPhone',
  'takeSlip',
  'layDocument',
  'liftDocument',
] as const;
export type TrainingHand = (typeof handActs)[number];

/** page → shell → cabinet. `on` false undoes an act of chaos. */
export const trainingOrderSchema = z.strictObject({ type: z.literal('act'), act: z.enum([...chaosActs, ...handActs]), on: z.boolean() });
export type TrainingOrder = z.infer<typeof trainingOrderSchema>;

/** cabinet → shell → page, after each act and whenever something changed. */
export const trainingStateSchema = z.strictObject({
  type: z.literal('state'),
  /** What is wrong now. */
  on: z.array(z.enum(chaosActs)),
  /** The last act that could not be done; null: it was. */
  refused: z.enum([...chaosActs, ...handActs]).nullable(),
});
export type TrainingState = z.infer<typeof trainingStateSchema>;
