/** A staff card as its chip answers: one application, one file. Used by the bench and the tests. */
import type { CardInterface } from '../../card-reader/card-reader.ts';
import type { SimulatedCard } from '../../card-reader/simulated-card.ts';
import { toHex } from '../../../common/hex.ts';
import { decodeCommand, encodeResponse, isBad, type CommandApdu, type ResponseApdu } from '../apdu.ts';
import { STAFF_APPLICATION, STAFF_FILE } from './staff-file.ts';

const NONE = new Uint8Array(0);
const word = (statusWord: number): ResponseApdu => ({ data: NONE, statusWord });

export interface StaffCardRequest {
  readonly uid: Uint8Array;
  /** What its file says, ASCII. */
  readonly text: string;
  readonly interface?: CardInterface;
}

export function createStaffCard({ uid, text, interface: iface = 'contactless' }: StaffCardRequest): SimulatedCard {
  const file = Uint8Array.of(text.length >> 8, text.length & 0xff, ...[...text].map((letter) => letter.charCodeAt(0)));
  let selected: 'none' | 'application' | 'file' = 'none';
  const read = (offset: number, le = 256): ResponseApdu => {
    if (offset >= file.length) return word(0x6b00);
    return { data: file.slice(offset, offset + le), statusWord: 0x9000 };
  };
  const answer = ({ cla, ins, p1, p2, data, le }: CommandApdu): ResponseApdu => {
    if (cla !== 0x00) return word(0x6e00);
    if (ins === 0xa4) {
      if (data === undefined || toHex(data) !== toHex(STAFF_APPLICATION)) return word(0x6a82);
      selected = 'application';
      return { data: Uint8Array.of(0x6f, 0x02 + STAFF_APPLICATION.length, 0x84, STAFF_APPLICATION.length, ...STAFF_APPLICATION), statusWord: 0x9000 };
    }
    if (ins !== 0xb0) return word(0x6d00);
    if (selected === 'none') return word(0x6986);
    if (p1 >= 0x80) {
      if ((p1 & 0x1f) !== STAFF_FILE) return word(0x6a82);
      selected = 'file';
      return read(p2, le);
    }
    return selected === 'file' ? read(p1 * 256 + p2, le) : word(0x6986);
  };
  return {
    interfaces: [iface],
    uid,
    sak: 0x20,
    atqa: Uint8Array.of(0x00, uid.length === 4 ? 0x04 : 0x44),
    powerOn: () => {
      selected = 'none';
      // ISO 14443-4 5.2: TL, T0 (FSCI 8), TA, TB, TC; ISO 7816-3: T=0, no historical bytes.
      return iface === 'contactless' ? Uint8Array.of(0x05, 0x78, 0x80, 0x70, 0x02) : Uint8Array.of(0x3b, 0x00);
    },
    powerOff: () => {
      selected = 'none';
    },
    transmit: (apdu) => {
      const command = decodeCommand(apdu);
      return encodeResponse(isBad(command) ? word(0x6700) : answer(command));
    },
  };
}
