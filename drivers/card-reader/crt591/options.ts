/**
 * What differs between the models of the CRT-591 family, as data: framing, move map, storage, questions. A model gives the defaults, the
 * configuration may set any of them, because relatives differ and parts of the papers are unconfirmed (card-readers.md section 1.1,
 * "Variants").
 */
import { z } from 'zod';
import type { CardInterface } from '../card-reader.ts';
import { parameterByte } from '../motor/parameter-byte.ts';

export interface Crt591Model {
  /** Name for people, where the unit doesn't say its own. */
  readonly name: string;
  readonly addr: boolean;
  readonly statusBytes: 3 | 2;
  readonly canDispense: boolean;
  readonly canRetain: boolean;
  /** MOVE parameters: the move map. `release`: out of the gate; null where the model has no such motion. */
  readonly moves: Readonly<Record<'contactless' | 'contact' | 'present' | 'retain', string>> & { readonly release: string | null };
  /** ENTRY parameters. */
  readonly entry: Readonly<Record<'allow' | 'forbid', string>>;
  /** CM and PM that ask for the firmware's version. */
  readonly version: Readonly<Record<'cm' | 'pm', string>>;
  readonly interfaces: readonly CardInterface[];
}

export function crt591OptionsSchema(model: Crt591Model) {
  return z.strictObject({
    /** DIP switches, 0–15. */
    address: z.int().min(0).max(15).default(0),
    addr: z.boolean().default(model.addr),
    statusBytes: z.union([z.literal(3), z.literal(2)]).default(model.statusBytes),
    canDispense: z.boolean().default(model.canDispense),
    canRetain: z.boolean().default(model.canRetain),
    moves: z
      .strictObject({
        contactless: parameterByte.prefault(model.moves.contactless),
        contact: parameterByte.prefault(model.moves.contact),
        present: parameterByte.prefault(model.moves.present),
        retain: parameterByte.prefault(model.moves.retain),
        release: parameterByte.nullable().prefault(model.moves.release),
      })
      .prefault({}),
    entry: z.strictObject({ allow: parameterByte.prefault(model.entry.allow), forbid: parameterByte.prefault(model.entry.forbid) }).prefault({}),
    version: z.strictObject({ cm: parameterByte.prefault(model.version.cm), pm: parameterByte.prefault(model.version.pm) }).prefault({}),
    /** In which order a chip is looked for. */
    interfaces: z
      .array(z.enum(['contactless', 'contact']))
      .min(1)
      .refine((list) => new Set(list).size === list.length, 'each interface once')
      .default([...model.interfaces]),
    /** RF types in the order they are tried; `0` = no second one. */
    rfTypes: z.enum(['AB', 'BA', 'A0', 'B0']).default('AB'),
    /** Cold reset of a contact chip: 5 V by EMV, 5 V or 3 V by ISO 7816. */
    contactPower: z.enum(['5V-emv', '5V-iso', '3V-iso']).default('5V-emv'),
  });
}

export type Crt591Options = z.output<ReturnType<typeof crt591OptionsSchema>>;

const PAPER: Omit<Crt591Model, 'name'> = {
  addr: true,
  statusBytes: 3,
  canDispense: true,
  canRetain: true,
  moves: { contactless: '32', contact: '31', present: '30', retain: '33', release: '39' },
  entry: { allow: '30', forbid: '31' },
  version: { cm: 'A4', pm: '30' },
  interfaces: ['contactless', 'contact'],
};

/** CRT-591-M001 paper; the CRT-571 sources agree with it in everything used here. */
export const CRT591_M001: Crt591Model = { name: 'CRT-591-M001', ...PAPER };
export const CRT571: Crt591Model = { name: 'CRT-571', ...PAPER };

/**
 * CRT-591-(R02), by one site's notes of its hardware (unconfirmed): the reading position is 34, the card goes out by 30, 39 drops it into
 * the bin, ENTRY 32 lets cards in and 30 doesn't; of contacts nothing is known.
 */
export const CRT591_R02: Crt591Model = {
  ...PAPER,
  name: 'CRT-591-R02',
  moves: { ...PAPER.moves, contactless: '34', release: null },
  entry: { allow: '32', forbid: '30' },
  interfaces: ['contactless'],
};

/** CRT-591-MRxx V1.4, by one summary of its paper (unconfirmed): as the M001, but another question for the version. */
export const CRT591_MR: Crt591Model = { ...PAPER, name: 'CRT-591-MR', version: { cm: 'DC', pm: '31' } };
