/**
 * The cards a person may put in, as simulated chips whose keys come from an issuer's masters, so that an issuer with the same configuration
 * serves them. Used by the bench, the demo and the tests.
 */
import type { Random } from '../../../common/ids.ts';
import { fromHex } from '../../../common/hex.ts';
import { cardFactors, cardKeys, diversify, type IssuerKeys } from '../../../common/pboc.ts';
import { Chip } from './chip.ts';
import type { ChipOptions, ChipState, PurseConfig } from './chip-types.ts';

export const chipKinds = ['valid', 'expired', 'notYetValid', 'notActivated', 'blocked', 'foreign', 'unknown'] as const;
export type ChipKind = (typeof chipKinds)[number];

/** `pbocEp` and `pbocEd`: a company's own FMCOS card with one purse in a directory of its own. */
export type ChipApplication = 'jtt978' | 'cjt' | 'pbocEp' | 'pbocEd';

export interface ChipRequest {
  readonly kind: ChipKind;
  readonly keys: IssuerKeys;
  readonly random: Random;
  /** `YYYY-MM-DD`: validity is laid around it. */
  readonly today: string;
  /** Default JT/T 978; a card that is not activated is always CJ/T, the only variant with that flag. */
  readonly application?: ChipApplication;
  readonly interface?: ChipOptions['interface'];
  readonly uid?: Uint8Array;
  /** 10 bytes hex; every card in one cabinet needs its own. */
  readonly serial?: string;
  readonly purse?: Partial<PurseConfig>;
  readonly state?: Partial<ChipState>;
}

export function createChip(request: ChipRequest): Chip {
  const { kind, random } = request;
  const common = {
    random,
    ...(request.interface === undefined ? {} : { interface: request.interface }),
    ...(request.uid === undefined ? {} : { uid: request.uid }),
  };
  if (kind === 'unknown') return new Chip(common);
  return new Chip({ ...common, purse: purseOf(request), state: { blocked: kind === 'blocked', ...request.state } });
}

function purseOf(request: ChipRequest): PurseConfig {
  const { kind } = request;
  const base = APPLICATIONS[kind === 'notActivated' ? 'cjt' : (request.application ?? 'jtt978')];
  const issuer = request.purse?.issuer ?? (kind === 'foreign' ? FOREIGN_ISSUER : base.issuer);
  const serial = request.purse?.serial ?? request.serial ?? base.serial;
  return {
    ...SHARED,
    ...base,
    ...cardKeys(request.keys, { issuer, serial }),
    ...administered(request.keys, { issuer, serial }),
    ...validity(kind, Number(request.today.slice(0, 4))),
    enabled: kind !== 'notActivated',
    ...request.purse,
    issuer,
    serial,
  };
}

function administered(keys: IssuerKeys, card: { readonly issuer: string; readonly serial: string }): Pick<PurseConfig, 'adminKeys'> {
  const { masterMaintenanceKey, masterUnblockKey, levels } = keys;
  const own = (master: string): Uint8Array => diversify(fromHex(master), cardFactors(levels, card));
  return {
    adminKeys: {
      ...(masterMaintenanceKey === undefined ? {} : { maintenance: own(masterMaintenanceKey) }),
      ...(masterUnblockKey === undefined ? {} : { unblock: own(masterUnblockKey) }),
    },
  };
}

function validity(kind: ChipKind, year: number): { validFrom: string; validUntil: string } {
  if (kind === 'expired') return { validFrom: `${year - 12}0101`, validUntil: `${year - 1}1231` };
  if (kind === 'notYetValid') return { validFrom: `${year + 1}0101`, validUntil: `${year + 11}1231` };
  return { validFrom: `${year - 2}0101`, validUntil: `${year + 10}1231` };
}

const FOREIGN_ISSUER = '09999999FFFFFFFF';

/** Issuer and serial of card-application.md 6.3. */
const JTT978 = {
  aid: 'A000000632010105',
  file15: 'pboc',
  issuer: '01011000FFFFFFFF',
  serial: '03105170010170907984',
  version: '02',
  loadLogSfi: 0x18,
} as const;

/** Issuer and serial of card-application.md 6.2. */
const CJT = { aid: 'A00000000386980701', file15: 'cjt', issuer: '0731410000000000', serial: '00004100000012345678', version: '01', loadLogSfi: 0x1a } as const;

/** Name, number and PIN invented here; the directory is one that FMCOS cards often have (1.1), the PIN the one issuers deliver (1.8). */
const COMPANY = {
  aid: '434F4D50414E592E5055525345',
  file15: 'pboc',
  issuer: '4400000000000001',
  serial: '00000000000000440017',
  version: '02',
  loadLogSfi: 0x18,
  inPpse: false,
} as const;

/** A deposit tells its balance and takes a load only after its PIN (1.8). Type 03 was seen for cards with both purses (1.3). */
const DEPOSIT = { ...COMPANY, applicationType: '03', purseType: 1, pin: { id: 0, value: '123456', guards: ['balance', 'load'] } } as const;

const APPLICATIONS = { jtt978: JTT978, cjt: CJT, pbocEp: COMPANY, pbocEd: DEPOSIT } as const;

const SHARED = {
  dfId: '3F01',
  fciHasFile15: true,
  purseType: 2,
  keyIndex: 1,
  keyVersion: 1,
  algorithm: 0,
  balanceLimit: 100_000,
  logCounter: 'after',
  unusedSlots: 'notFound',
  prove: 'supported',
  proveCounter: 'after',
  zeroAmountInitialize: true,
} as const;
