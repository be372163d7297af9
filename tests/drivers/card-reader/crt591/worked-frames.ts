/** Every worked frame of card-readers.md section 1.1, with the message that its table says it is. */
import { fromHex } from '../../../../common/hex.ts';
import { CRT288_FRAMES, CRT591_FRAMES, type Crt591FrameOptions, type Crt591Message } from '../../../../drivers/card-reader/crt591/codec.ts';

export interface WorkedFrame {
  readonly what: string;
  readonly hex: string;
  readonly message: Crt591Message;
  readonly options: Crt591FrameOptions;
}

const command = (what: string, hex: string, cm: number, pm: number, data = ''): WorkedFrame => ({
  what,
  hex,
  message: { type: 'command', cm, pm, data: fromHex(data) },
  options: CRT591_FRAMES,
});

const success = (what: string, hex: string, cm: number, pm: number, status: string, data = ''): WorkedFrame => ({
  what: `← ${what}`,
  hex,
  message: { type: 'success', cm, pm, status: Uint8Array.from(Buffer.from(status)), data: fromHex(data) },
  options: CRT591_FRAMES,
});

const failure = (what: string, hex: string, cm: number, pm: number, error: string): WorkedFrame => ({
  what: `← ${what}`,
  hex,
  message: { type: 'failure', cm, pm, error, data: new Uint8Array(0) },
  options: CRT591_FRAMES,
});

const text = (value: string): string => Buffer.from(value).toString('hex');

export const workedFrames: readonly WorkedFrame[] = [
  command('INIT, leave card', 'F2 00 00 03 43 30 33 03 B2', 0x30, 0x33),
  success('CRT-591-M001', 'F2 00 00 12 50 30 33 30 32 30 43 52 54 2D 35 39 31 2D 4D 30 30 31 03 86', 0x30, 0x33, '020', text('CRT-591-M001')),
  command('STATUS', 'F2 00 00 03 43 31 30 03 B0', 0x31, 0x30),
  success('card at the gate, stacker low', 'F2 00 00 06 50 31 30 31 31 30 03 96', 0x31, 0x30, '110'),
  success('none inside, enough, bin full', 'F2 00 00 06 50 31 30 30 32 31 03 95', 0x31, 0x30, '021'),
  command('STATUS + sensors', 'F2 00 00 03 43 31 31 03 B1', 0x31, 0x31),
  success('card at RF, S2 covered', 'F2 00 00 0E 50 31 31 32 32 30 30 31 30 30 30 30 30 30 03 9E', 0x31, 0x31, '220', text('01000000')),
  command('MOVE to RF', 'F2 00 00 03 43 32 32 03 B1', 0x32, 0x32),
  success('moved to RF', 'F2 00 00 06 50 32 32 32 32 30 03 97', 0x32, 0x32, '220'),
  failure('stacker empty', 'F2 00 00 05 4E 32 32 41 30 03 CB', 0x32, 0x32, 'A0'),
  failure('jam', 'F2 00 00 05 4E 32 32 31 30 03 BB', 0x32, 0x32, '10'),
  command('MOVE to gate-hold', 'F2 00 00 03 43 32 30 03 B3', 0x32, 0x30),
  success('card at the gate', 'F2 00 00 06 50 32 30 31 32 30 03 96', 0x32, 0x30, '120'),
  command('MOVE out of the gate', 'F2 00 00 03 43 32 39 03 BA', 0x32, 0x39),
  command('capture to the bin', 'F2 00 00 03 43 32 33 03 B0', 0x32, 0x33),
  failure('bin full', 'F2 00 00 05 4E 32 33 41 31 03 CB', 0x32, 0x33, 'A1'),
  command('ENTRY allow', 'F2 00 00 03 43 33 30 03 B2', 0x33, 0x30),
  command('ENTRY forbid', 'F2 00 00 03 43 33 31 03 B3', 0x33, 0x31),
  command('CPU cold reset, 5 V EMV', 'F2 00 00 04 43 51 30 30 03 E7', 0x51, 0x30, '30'),
  success(
    'T=0, ATR',
    'F2 00 00 18 50 51 30 32 32 30 30 3B 6D 00 00 80 31 80 65 B0 89 35 01 F1 83 00 90 00 03 35',
    0x51,
    0x30,
    '220',
    '30 3B6D00008031806 5B0893501F183009000',
  ),
  command('T=0 GET CHALLENGE', 'F2 00 00 08 43 51 33 00 84 00 00 08 03 54', 0x51, 0x33, '0084000008'),
  success('8 bytes, 9000', 'F2 00 00 10 50 51 33 32 32 30 22 53 85 FF EC B5 9F B4 90 00 03 0A', 0x51, 0x33, '220', '225385FFECB59FB49000'),
  failure('APDU before reset', 'F2 00 00 05 4E 51 39 36 35 03 D1', 0x51, 0x39, '65'),
  command('RF activate, type A only', 'F2 00 00 05 43 60 30 41 30 03 96', 0x60, 0x30, text('A0')),
  success('MIFARE 1K', 'F2 00 00 0F 50 60 30 32 32 30 4D 00 04 04 04 A1 B2 C3 08 03 5F', 0x60, 0x30, '220', '4D 0004 04 04A1B2C3 08'),
  success(
    'type A CPU card with ATS',
    'F2 00 00 15 50 60 30 32 32 30 41 00 04 04 04 A1 B2 C3 20 06 75 77 81 02 80 03 66',
    0x60,
    0x30,
    '220',
    '41 0004 04 04A1B2C3 20 067577810280',
  ),
  command('authenticate sector 1', 'F2 00 00 0E 43 60 33 00 20 00 01 06 FF FF FF FF FF FF 03 C8', 0x60, 0x33, '0020000106FFFFFFFFFFFF'),
  success('ok', 'F2 00 00 08 50 60 33 32 32 30 90 00 03 5A', 0x60, 0x33, '220', '9000'),
  success('refused', 'F2 00 00 08 50 60 33 32 32 30 6F 00 03 A5', 0x60, 0x33, '220', '6F00'),
  command('read sector 1 block 0', 'F2 00 00 08 43 60 33 00 B0 01 00 01 03 59', 0x60, 0x33, '00B0010001'),
  success(
    '16 bytes, 9000',
    'F2 00 00 18 50 60 33 32 32 30 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 90 00 03 4A',
    0x60,
    0x33,
    '220',
    '000102030405060708090A0B0C0D0E0F9000',
  ),
  command('decrement sector 1 block 1 by 150', 'F2 00 00 0C 43 60 33 00 D4 01 01 04 00 00 00 96 03 AB', 0x60, 0x33, '00D4010104 00000096'),
  command('T=CL SELECT 3F00', 'F2 00 00 0A 43 60 34 00 A4 00 00 02 3F 00 03 75', 0x60, 0x34, '00A40000023F00'),
  command('bin counter', 'F2 00 00 03 43 A5 30 03 24', 0xa5, 0x30),
  success('012', 'F2 00 00 09 50 A5 30 30 32 30 30 31 32 03 3C', 0xa5, 0x30, '020', text('012')),
  command('set bin counter 000', 'F2 00 00 06 43 A5 31 30 30 30 03 10', 0xa5, 0x31, text('000')),
  { ...command('CRT-288 GET CHALLENGE', 'F2 00 08 43 51 33 00 84 00 00 08 03 54', 0x51, 0x33, '0084000008'), options: CRT288_FRAMES },
  {
    what: '← CRT-288 tracks, failure head',
    hex: 'F2 00 10 4E 36 31 31 32 4E 32 36 7E 4E 32 36 7E 4E 32 36 03 E1',
    message: { type: 'failure', cm: 0x36, pm: 0x31, error: '12', data: Uint8Array.from(Buffer.from('N26~N26~N26')) },
    options: CRT288_FRAMES,
  },
];
