/**
 * What the bench window, scripts and tests say to the simulated cabinet, and what it shows them: hands and eyes, as data. The cabinet
 * serves it on loopback: `GET /state`, `GET /events` (server-sent events, a CabinetState each), `POST /hands` (a HandAct), `GET /knobs`
 * (what can go wrong, and where each knob stands), `GET /slips/<n>.svg`.
 */
import { z } from 'zod';
import { keypadKeys } from '../keypad/keypad.ts';
import { faultNames } from './faults.ts';
import { deviceNames, knobNames, knobOwners } from './knob-table.ts';

export { keypadKeys, type KeypadKey } from '../keypad/keypad.ts';
export { faultNames, type FaultName } from './faults.ts';
export * from './knob-table.ts';

const device = z.enum(deviceNames);
const knob = z.enum(knobNames);
export const knobValueSchema = z.union([z.boolean(), z.int(), z.string().max(40)]);

/** One movement of a hand. Amounts are fen. */
export const handActSchema = z.discriminatedUnion('act', [
  // what a person does
  z.strictObject({ act: z.literal('insertCard'), card: z.string() }),
  /** Whoever works here has their card in a pocket: what its file says, and its chip's UID (hexadecimal). */
  z.strictObject({ act: z.literal('insertStaffCard'), uid: z.string().regex(/^(?:[0-9A-F]{2}){4,10}$/), text: z.string().min(1).max(2400) }),
  /** Takes the card that lies at the gate. */
  z.strictObject({ act: z.literal('takeCard') }),
  /** Pulls the card out by force, wherever it is. */
  z.strictObject({ act: z.literal('pullCard') }),
  z.strictObject({ act: z.literal('feedNote'), denomination: z.union([z.int().min(1), z.enum(['unknown', 'torn'])]) }),
  z.strictObject({ act: z.literal('takeNote') }),
  /** Pulls at the note while it goes in. */
  z.strictObject({ act: z.literal('cheatNote') }),
  z.strictObject({ act: z.literal('tearPaper') }),
  /** Holds a code to the scanner's window. What it says is kept nowhere. */
  z.strictObject({ act: z.literal('showCode'), text: z.string().min(1).max(2000), aim: z.string().max(3).optional() }),
  /** Lays an identity document on its reader; one that lies there already is pushed off. */
  z.strictObject({ act: z.literal('layDocument'), document: z.string() }),
  z.strictObject({ act: z.literal('liftDocument') }),
  /** `down` and `up`: a finger that stays as long as it likes. `short`, `long`: a whole press. */
  z.strictObject({ act: z.literal('key'), key: z.enum(keypadKeys), press: z.enum(['short', 'long', 'down', 'up']) }),
  z.strictObject({ act: z.literal('headphone'), plugged: z.boolean() }),
  /** Does on the phone with the newest open order what the person does. */
  z.strictObject({ act: z.literal('phone'), does: z.enum(['pay', 'decline', 'confirming']) }),
  /** At the bank's payment terminal beside the cabinet, of the sale that waits there; `confirming`: the PIN is typed. */
  z.strictObject({ act: z.literal('bankTerminal'), does: z.enum(['pay', 'confirming', 'decline', 'cancel']) }),
  // what a technician does
  z.strictObject({ act: z.literal('door'), open: z.boolean() }),
  z.strictObject({ act: z.literal('serviceSwitch'), to: z.enum(['operator', 'maintenance']) }),
  z.strictObject({ act: z.literal('fillStacker'), count: z.int().min(1).max(200) }),
  z.strictObject({ act: z.literal('emptyStacker') }),
  z.strictObject({ act: z.literal('emptyBin') }),
  z.strictObject({ act: z.literal('removeBox') }),
  z.strictObject({ act: z.literal('insertBox') }),
  z.strictObject({ act: z.literal('loadPaper'), mm: z.int().min(1).max(200_000) }),
  // what goes wrong
  z.strictObject({ act: z.literal('knob'), knob, value: knobValueSchema }),
  z.strictObject({ act: z.literal('fault'), fault: z.enum(faultNames), on: z.boolean() }),
  z.strictObject({ act: z.literal('unplug'), device }),
  z.strictObject({ act: z.literal('plug'), device }),
  z.strictObject({ act: z.literal('network'), up: z.boolean() }),
  /** Ends the terminal process at once (SIGKILL); devices keep their power. */
  z.strictObject({ act: z.literal('killTerminal') }),
  /** The whole cabinet loses its mains: the terminal process and every device at the same moment. */
  z.strictObject({ act: z.literal('powerCut') }),
]);
export type HandAct = z.infer<typeof handActSchema>;

const where = z.enum(['hand', 'gate', 'inside', 'bin']);

/** Ground truth: what is really in the chips, in the box and in the books. What belongs to a device that isn't fitted is null. */
export const cabinetStateSchema = z.strictObject({
  /** Model of each device that stands in the cabinet. */
  fitted: z.partialRecord(device, z.string()),
  cards: z.array(
    z.strictObject({
      id: z.string(),
      /** `valid`, `expired` … */
      kind: z.string(),
      tail: z.string(),
      where,
      balance: z.int().min(0),
      onlineCounter: z.int().min(0),
    }),
  ),
  /** Whether the reader takes a card that is put in now. */
  cardSlot: z.enum(['open', 'shut']).nullable(),
  /** `blank`: a card of nobody, from the stacker, that is in the reader now. */
  cardStore: z.strictObject({ stacker: z.int(), bin: z.int(), blank: z.enum(['gate', 'inside']).nullable() }).nullable(),
  /** `carriedAway`: what was in boxes when they were taken out. */
  notes: z.strictObject({ box: z.array(z.int()), escrow: z.int().nullable(), atEntrance: z.array(z.int()), carriedAway: z.array(z.int()) }),
  cashBox: z.enum(['in', 'out']).nullable(),
  slips: z.array(z.strictObject({ number: z.int(), taken: z.boolean(), text: z.array(z.string()) })),
  paperMm: z.int().nullable(),
  /** How many codes the scanner has read. */
  codesRead: z.int().nullable(),
  /** Invented persons. */
  documents: z.array(z.strictObject({ id: z.string(), name: z.string(), where: z.enum(['hand', 'reader']) })),
  cabinet: z.strictObject({ door: z.enum(['open', 'closed']), serviceSwitch: z.enum(['operator', 'maintenance']), lit: z.boolean() }).nullable(),
  keypad: z.strictObject({ held: z.array(z.enum(keypadKeys)), headphone: z.boolean().nullable() }).nullable(),
  books: z.strictObject({ capturedNet: z.int(), credited: z.int(), reserved: z.int(), openOrder: z.string().nullable() }).nullable(),
  /** Where each knob stands; those of devices that aren't there are absent. */
  knobs: z.partialRecord(knob, knobValueSchema),
  faults: z.array(z.enum(faultNames)),
  unplugged: z.array(device),
  network: z.enum(['up', 'down']),
  /** The last frames on the lines, oldest first. `hidden`: so many bytes more, which may be a payment code, a person's data or a password. */
  frames: z.array(z.strictObject({ at: z.string(), device, direction: z.enum(['toDevice', 'fromDevice']), bytes: z.string(), hidden: z.int().min(0) })),
});
export type CabinetState = z.infer<typeof cabinetStateSchema>;

/** `GET /knobs` answers these. */
export const knobListSchema = z.array(
  z.strictObject({
    name: knob,
    owner: z.enum(knobOwners),
    kind: z.enum(['switch', 'count', 'choice']),
    max: z.int().optional(),
    step: z.int().optional(),
    unit: z.enum(['ms', 'byte']).optional(),
    choices: z.array(z.string()).optional(),
    value: knobValueSchema,
  }),
);
export type KnobList = z.infer<typeof knobListSchema>;

export const handAnswerSchema = z.strictObject({ done: z.boolean(), why: z.string().optional() });
export type HandAnswer = z.infer<typeof handAnswerSchema>;

/** `why` counts when it wasn't done. */
export function did(done: boolean, why: string): HandAnswer {
  return done ? { done } : { done, why };
}
