/**
 * Every kind of card that a person may put in, as a simulated reader carries it: purses of each application, a MIFARE purse, and the cards that are none
 * of ours. Each can be torn out of the field. Used by the bench, the real-parts tests and the identification's tests.
 */
import { fromHex, toHex } from '../../common/hex.ts';
import type { CardInterface } from '../card-reader/card-reader.ts';
import { chiplessCard, type SimulatedCard } from '../card-reader/simulated-card.ts';
import { PURSE_ACCESS } from './mifare/access.ts';
import { SimulatedMifare } from './mifare/simulated-card.ts';
import { firstBlockOf } from './mifare/storage-channel.ts';
import { encodeValueBlock } from './mifare/value-block.ts';
import type { Chip } from './pboc/chip.ts';
import { createChip, type ChipRequest } from './pboc/chip-kinds.ts';

export const virtualCardKinds = [
  'jtt978',
  'cjt',
  'pbocEp',
  'pbocEd',
  'foreign',
  'mifareClassic',
  'emv',
  'mifareUltralight',
  'desfire',
  'typeB',
  'mute',
  'noChip',
] as const;
export type VirtualCardKind = (typeof virtualCardKinds)[number];

export interface VirtualCard {
  readonly card: SimulatedCard;
  /** At the `nth` (default first) command from now on the card leaves the field, before or after it executed it. Has no effect on a card without a chip. */
  tear(when: 'before' | 'after', nth?: number): void;
  /** It left so, and was not powered since. */
  readonly torn: boolean;
  /** The truth: what its purse holds, fen; undefined for a card without one. */
  readonly balance: number | undefined;
}

export interface VirtualCardRequest extends Pick<ChipRequest, 'keys' | 'random' | 'today'> {
  readonly interface?: CardInterface;
  readonly balance?: number;
  readonly uid?: Uint8Array;
}

/** Where the virtual MIFARE purse keeps its value, and the keys of its sector: test values, of no issuer. */
export const VIRTUAL_MIFARE = { sector: 4, mainBlock: 0, copyBlock: 1, keyA: 'A0A1A2A3A4A5', keyB: 'B0B1B2B3B4B5' } as const;

export function createVirtualCard(kind: VirtualCardKind, request: VirtualCardRequest): VirtualCard {
  switch (kind) {
    case 'jtt978':
    case 'cjt':
    case 'pbocEp':
    case 'pbocEd':
      return heldChip(createChip({ ...chipRequest(request), kind: 'valid', application: kind }));
    case 'foreign':
      return heldChip(createChip({ ...chipRequest(request), kind: 'foreign' }));
    case 'mifareClassic':
      return heldMifare(request);
    case 'noChip':
      return { card: chiplessCard(), tear: () => {}, torn: false, balance: undefined };
    case 'emv':
    case 'mifareUltralight':
    case 'desfire':
    case 'typeB':
    case 'mute':
      return new FixedCard({ ...FIXED[kind], ...pick(request) });
  }
}

/** A purse chip in plastic. */
export function heldChip(chip: Chip): VirtualCard {
  return {
    card: {
      interfaces: [chip.interface],
      uid: chip.uid,
      sak: chip.sak,
      // ISO 14443-3: bits 7 and 8 of the low byte are the UID's size.
      atqa: Uint8Array.of(0x00, chip.uid.length === 4 ? 0x04 : 0x44),
      powerOn: () => chip.powerOn(),
      powerOff: () => chip.powerOff(),
      transmit: (apdu) => chip.transmit(apdu),
    },
    tear: (when, nth = 1) => chip.arm({ kind: 'tear', command: 'any', when, nth }),
    get torn() {
      return chip.torn;
    },
    get balance() {
      return chip.purse === undefined ? undefined : chip.balance;
    },
  };
}

function heldMifare({ balance = 0, uid }: VirtualCardRequest): VirtualCard {
  const { sector, mainBlock, copyBlock, keyA, keyB } = VIRTUAL_MIFARE;
  const [main, copy] = [firstBlockOf(sector) + mainBlock, firstBlockOf(sector) + copyBlock];
  const holding = (block: number): string => toHex(encodeValueBlock({ value: balance, address: block }));
  const card = new SimulatedMifare({
    ...(uid === undefined ? {} : { uid }),
    sectors: { [sector]: { keyA, keyB, access: PURSE_ACCESS } },
    blocks: { [main]: holding(main), [copy]: holding(copy) },
  });
  return {
    card,
    tear: (when, nth = 1) => card.arm({ command: 'any', when, nth }),
    get torn() {
      return card.torn;
    },
    get balance() {
      return card.value(main);
    },
  };
}

interface FixedOptions {
  readonly interfaces: readonly CardInterface[];
  readonly uid: Uint8Array;
  readonly sak: number;
  readonly atqa: Uint8Array;
  readonly atqb?: Uint8Array;
  readonly ats: Uint8Array;
  readonly atr: Uint8Array;
  /** By the first bytes of a command, the longest first; everything else is answered by `otherwise`. Hexadecimal. */
  readonly answers: readonly (readonly [string, string])[];
  /** Undefined: silence. */
  readonly otherwise: string | undefined;
}

/** A chip that always answers the same: a card that is none of ours. */
export class FixedCard implements SimulatedCard, VirtualCard {
  readonly interfaces: readonly CardInterface[];
  readonly uid: Uint8Array;
  readonly sak: number;
  readonly atqa: Uint8Array;
  readonly atqb?: Uint8Array;
  readonly card: SimulatedCard = this;
  readonly balance = undefined;
  /** Every command it heard, hexadecimal. */
  readonly heard: string[] = [];
  readonly #options: FixedOptions;
  #tearing: { readonly when: 'before' | 'after'; left: number } | undefined;
  #powered = false;
  #torn = false;

  constructor(options: FixedOptions) {
    this.interfaces = options.interfaces;
    this.uid = options.uid;
    this.sak = options.sak;
    this.atqa = options.atqa;
    if (options.atqb !== undefined) this.atqb = options.atqb;
    this.#options = options;
  }

  get torn(): boolean {
    return this.#torn;
  }

  tear(when: 'before' | 'after', nth = 1): void {
    this.#tearing = { when, left: nth };
  }

  powerOn(iface: CardInterface): Uint8Array {
    this.#powered = true;
    this.#torn = false;
    return iface === 'contact' ? this.#options.atr : this.#options.ats;
  }

  powerOff(): void {
    this.#powered = false;
  }

  transmit(apdu: Uint8Array): Uint8Array | undefined {
    if (!this.#powered) return undefined;
    const tearing = this.#tearing;
    if (tearing !== undefined) tearing.left -= 1;
    const due = tearing?.left === 0;
    if (!due || tearing.when === 'after') this.heard.push(toHex(apdu));
    if (due) {
      this.#tearing = undefined;
      this.#powered = false;
      this.#torn = true;
      return undefined;
    }
    const hex = toHex(apdu);
    const answer = this.#options.answers.find(([command]) => hex.startsWith(command))?.[1] ?? this.#options.otherwise;
    return answer === undefined ? undefined : fromHex(answer);
  }
}

const ANSWERS_NOTHING: FixedOptions = {
  interfaces: ['contactless'],
  uid: fromHex('08A1B2C3'),
  sak: 0x20,
  atqa: fromHex('0004'),
  ats: fromHex('0578807002'),
  atr: new Uint8Array(0),
  answers: [],
  otherwise: undefined,
};

/** A debit card of PBOC 3.0: both directories list one payment application. Whatever would read it further is answered, so that a test can see it asked. */
const PAYMENT_NAME = 'A000000333010101';
const EMV: FixedOptions = {
  ...ANSWERS_NOTHING,
  interfaces: ['contactless', 'contact'],
  // T=0, no historical bytes (ISO 7816-3 8.2).
  atr: fromHex('3B00'),
  answers: [
    // 2PAY.SYS.DDF01: BF0C with one directory entry.
    ['00A404000E325041592E5359532E4444463031', `6F24840E325041592E5359532E4444463031A512BF0C0F610D4F08${PAYMENT_NAME}8701019000`],
    // 1PAY.SYS.DDF01: SFI of the directory.
    ['00A404000E315041592E5359532E4444463031', '6F15840E315041592E5359532E4444463031A5038801019000'],
    [`00A4040008${PAYMENT_NAME}`, `6F0A8408${PAYMENT_NAME}9000`],
    ['00B2', '70009000'],
    ['80A8', '80009000'],
    ['00A4', '6A82'],
  ],
  otherwise: '6D00',
};

const FIXED: Readonly<Record<'emv' | 'mifareUltralight' | 'desfire' | 'typeB' | 'mute', FixedOptions>> = {
  emv: EMV,
  mifareUltralight: { ...ANSWERS_NOTHING, uid: fromHex('04A1B2C3D4E5F6'), sak: 0x00, atqa: fromHex('0044'), ats: new Uint8Array(0) },
  // ATS with the one historical byte 80, as the reader's ATR 3B 81 80 01 80 80 says too (card-readers.md 2.2).
  desfire: {
    ...ANSWERS_NOTHING,
    uid: fromHex('04A1B2C3D4E5F6'),
    atqa: fromHex('0344'),
    ats: fromHex('067577810280'),
    answers: [['00A4', '6A82']],
    otherwise: '6E00',
  },
  typeB: { ...ANSWERS_NOTHING, atqb: fromHex('50A1B2C3D400000000008171'), ats: fromHex('50A1B2C3D400000000008171'), otherwise: '6D00' },
  mute: ANSWERS_NOTHING,
};

function pick({ interface: iface, uid }: VirtualCardRequest): Partial<FixedOptions> {
  return { ...(iface === undefined ? {} : { interfaces: [iface] }), ...(uid === undefined ? {} : { uid }) };
}

function chipRequest({ keys, random, today, interface: iface, uid, balance = 0 }: VirtualCardRequest): Omit<ChipRequest, 'kind'> {
  return { keys, random, today, ...(iface === undefined ? {} : { interface: iface }), ...(uid === undefined ? {} : { uid }), state: { balance } };
}
