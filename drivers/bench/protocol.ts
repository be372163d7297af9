/**
 * What the bench window and tests say to the simulated cabinet, and what it shows them: hands and eyes, as data. The cabinet serves it
 * on loopback: `GET /state`, `GET /events` (server-sent events, a CabinetState each), `POST /hands` (a HandAct), `GET /slips/<n>.svg`.
 */
import { z } from 'zod';

export const deviceNames = ['cardReader', 'cashAcceptor', 'receiptPrinter'] as const;
export type DeviceName = (typeof deviceNames)[number];

/** Knobs that stay on until they are turned off, and some that strike once. */
export const faultNames = [
  /** The card leaves right before, or right after, its chip executed the next CREDIT FOR LOAD. Strike once. */
  'tearBeforeCredit',
  'tearAfterCredit',
  /** The next note jams on its way into the box. */
  'noteJam',
  /** The next note is not recognised. */
  'noteRejected',
  'paperOut',
  'coverOpen',
  'cardJam',
  /** Upstream answers for the issuer, or the acquirer, that they are down. */
  'issuerOffline',
  'paymentOffline',
  /** The next answer about a payment is lost after the books changed. */
  'loseNextPaymentAnswer',
  'loseNextLoadAnswer',
] as const;
export type FaultName = (typeof faultNames)[number];

/** One movement of a hand. Amounts are fen. */
export const handActSchema = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('insertCard'), card: z.string() }),
  /** Takes the card that lies at the gate. */
  z.strictObject({ act: z.literal('takeCard') }),
  /** Pulls the card out by force, wherever it is. */
  z.strictObject({ act: z.literal('pullCard') }),
  z.strictObject({ act: z.literal('feedNote'), denomination: z.union([z.int().min(1), z.literal('unknown')]) }),
  z.strictObject({ act: z.literal('takeNote') }),
  z.strictObject({ act: z.literal('tearPaper') }),
  /** Does on the phone with the newest open order what the person does. */
  z.strictObject({ act: z.literal('phone'), does: z.enum(['pay', 'decline', 'confirming']) }),
  z.strictObject({ act: z.literal('fault'), fault: z.enum(faultNames), on: z.boolean() }),
  z.strictObject({ act: z.literal('unplug'), device: z.enum(deviceNames) }),
  z.strictObject({ act: z.literal('plug'), device: z.enum(deviceNames) }),
  z.strictObject({ act: z.literal('network'), up: z.boolean() }),
  /** Ends the terminal process at once (SIGKILL); devices keep their power. */
  z.strictObject({ act: z.literal('killTerminal') }),
  /** The whole cabinet loses its mains: the terminal process and every device at the same moment. */
  z.strictObject({ act: z.literal('powerCut') }),
]);
export type HandAct = z.infer<typeof handActSchema>;

const where = z.enum(['hand', 'gate', 'inside', 'bin']);

/** Ground truth: what is really in the chips, in the box and in the books. */
export const cabinetStateSchema = z.strictObject({
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
  notes: z.strictObject({ box: z.array(z.int()), escrow: z.int().nullable(), atEntrance: z.array(z.int()) }),
  slips: z.array(z.strictObject({ number: z.int(), taken: z.boolean(), text: z.array(z.string()) })),
  books: z.strictObject({ capturedNet: z.int(), credited: z.int(), reserved: z.int(), openOrder: z.string().nullable() }).nullable(),
  faults: z.array(z.enum(faultNames)),
  unplugged: z.array(z.enum(deviceNames)),
  network: z.enum(['up', 'down']),
  /** The last frames on the lines, oldest first. */
  frames: z.array(z.strictObject({ at: z.string(), device: z.enum(deviceNames), direction: z.enum(['toDevice', 'fromDevice']), bytes: z.string() })),
});
export type CabinetState = z.infer<typeof cabinetStateSchema>;

export const handAnswerSchema = z.strictObject({ done: z.boolean(), why: z.string().optional() });
export type HandAnswer = z.infer<typeof handAnswerSchema>;
