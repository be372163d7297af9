/** The worked reports of card-readers.md section 3.1. */

export interface WorkedReport {
  readonly what: string;
  readonly hex: string;
  readonly aim: string;
  readonly text: string;
  readonly more: boolean;
}

export const PAYMENT_CODE = 'https://pay.example/t?o=20250101-000123&a=5000&c=CNY&s=0123456789abcdef';

export const workedReports: readonly WorkedReport[] = [
  {
    what: 'payment QR, part 1 of 2',
    hex: '02 38 5D 51 31 68 74 74 70 73 3A 2F 2F 70 61 79 2E 65 78 61 6D 70 6C 65 2F 74 3F 6F 3D 32 30 32 35 30 31 30 31 2D 30 30 30 31 32 33 26 61 3D 35 30 30 30 26 63 3D 43 4E 59 26 73 3D 30 73 00 01',
    aim: ']Q1',
    text: 'https://pay.example/t?o=20250101-000123&a=5000&c=CNY&s=0',
    more: true,
  },
  {
    what: 'payment QR, part 2 of 2',
    hex: '02 0F 5D 51 31 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 73 00 00',
    aim: ']Q1',
    text: '123456789abcdef',
    more: false,
  },
  {
    what: 'EAN-13',
    hex: '02 0D 5D 45 30 34 30 30 36 33 38 31 33 33 33 39 33 31 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 64 00 00',
    aim: ']E0',
    text: '4006381333931',
    more: false,
  },
];
