/** What the sandbox's issuer and the cards of the simulated cabinet have in common beyond a configuration: invented here, no secret. */
import { createHash } from 'node:crypto';

/** Keys besides those for loads, as hexadecimal. */
export const SANDBOX_KEYS = {
  /** With which it administers its cards. */
  maintenance: '83E05B7D1CF6294AA9C4376E50D2B81F',
  /** With which it takes the block off a card. */
  unblock: 'D4A7039E5C61B82F10F98E6B274DC3A5',
  /** Under which its card house delivers blanks. */
  cardMaster: '0123456789ABCDEFFEDCBA9876543210',
} as const;

/** Whom it knows: the bench's document `valid`, and two of its cards. Said again it changes nothing. */
export const HOLDER = {
  holderId: 'bench-valid',
  documentHash: createHash('sha256').update('residentId:990101199003070015').digest('hex'),
  phone: '13800005678',
  cards: [
    { serial: '03105170010170906688', password: '739102' },
    { serial: '03105170010170903071', password: '739103' },
  ],
} as const;
