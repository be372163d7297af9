/**
 * Purse applications that are known by name whatever this terminal serves, so that a foreign card can be told from an unknown one. Data only. Source:
 * card-application.md 1.1; those marked [C] there. Used by the identification.
 */
import { CJT_AID, cardProfileSchema, JTT978_AID, type CardProfile, type CardProfileInput } from './pboc/profile.ts';

export type PurseKind = 'jtt978' | 'cjt' | 'pbocEp' | 'pbocEd';

type Known = Omit<CardProfileInput, 'balanceLimit' | 'acceptedIssuers'>;

/** Limit and issuers are a terminal's own business. */
const known = (profile: Known): CardProfile => cardProfileSchema.parse({ ...profile, balanceLimit: 0xffff_ffff, acceptedIssuers: 'any' });

/** In the order in which a card is asked. The directories come last: a file id says nothing of whose application is in it. */
export const knownApplications: readonly CardProfile[] = [
  known({ name: 'JT/T 978', aid: JTT978_AID, file15: 'pboc' }),
  // The log is split: 18 local purchases, 10 remote ones, 1A loads (1.6).
  known({ name: 'CJ/T', aid: CJT_AID, file15: 'cjt', loadLogSfis: [0x1a, 0x18], statementSfis: [0x18, 0x10, 0x1a] }),
  known({ name: 'Shenzhen Tong', aid: '5041592E535A54', file15: 'pboc' }),
  known({ name: 'Lingnan Tong', aid: '5041592E41505059', file15: 'pboc' }),
  known({ name: 'Wuhan Tong', aid: '4150312E5748435443', file15: 'pboc' }),
  known({ name: 'directory 1001', path: ['3F00', '1001'], file15: 'pboc' }),
  known({ name: 'directory 3F01', path: ['3F00', '3F01'], file15: 'pboc' }),
  known({ name: 'directory DF01', path: ['3F00', 'DF01'], file15: 'pboc' }),
];

/** Which purse a selected application is. @param applicationType byte 8 of file 15 where it has that meaning: 01 ED, 02 EP, 03 both (1.3) */
export function purseKindOf(aid: string, profile: CardProfile, applicationType: number | undefined): PurseKind {
  if (aid.startsWith(JTT978_AID)) return 'jtt978';
  if (aid.startsWith(CJT_AID)) return 'cjt';
  return profile.purseType === 1 || applicationType === 1 ? 'pbocEd' : 'pbocEp';
}
