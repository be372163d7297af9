/** Who a card of the town belongs to, as its issuer knows them: one person a card, invented from its number. Region 99 does not exist. */
import { createHash } from 'node:crypto';
import type { SimulatedDocument } from '../../drivers/id-reader/simulated-id-reader.ts';
import type { TownCard } from './cards.ts';

export interface Holder {
  readonly document: SimulatedDocument;
  readonly phone: string;
  readonly password: string;
  /** What they would choose. */
  readonly newPassword: string;
  /** What a counter registered. */
  readonly registration: object;
  /** What must be written and shown nowhere. */
  readonly secrets: readonly string[];
}

export function holderOf({ id, serial }: TownCard): Holder {
  const number = residentNumber(`99010119900307${String(id % 1000).padStart(3, '0')}`);
  const documentHash = createHash('sha256').update(`residentId:${number}`).digest('hex');
  const phone = `1380000${String(id).padStart(4, '0')}`;
  const password = String(700_000 + id);
  const newPassword = String(480_537 + id);
  return {
    document: {
      name: '欧阳示例',
      sex: '1',
      nation: '01',
      birth: '19900307',
      address: '北京市东城区示例胡同1号',
      number,
      issuer: '北京市公安局东城分局',
      validFrom: '20200101',
      validUntil: '20400101',
    },
    phone,
    password,
    newPassword,
    registration: { holderId: `holder-${id}`, documentHash, phone, cards: [{ serial, password }] },
    secrets: [number, documentHash, phone, newPassword, '欧阳示例', '示例胡同'],
  };
}

/** GB 11643-1999: weights and check characters of a resident's number. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = '10X98765432';

function residentNumber(body: string): string {
  const sum = [...body].reduce((total, digit, index) => total + Number(digit) * (WEIGHTS[index] ?? 0), 0);
  return body + CHECKS.charAt(sum % 11);
}
