/** What the status words of PBOC cards mean, for a person who reads a trace (card-application.md 3.1). */

const MEANINGS: Readonly<Record<string, string>> = {
  '9000': 'done',
  '6281': 'data may be wrong',
  '6283': 'file or application invalid, or key record damaged',
  '6400': 'state unchanged',
  '6581': 'EEPROM write failed',
  '6700': 'wrong length',
  '6900': 'cannot process',
  '6901': 'wrong state',
  '6981': 'wrong file type',
  '6982': 'security state not satisfied',
  '6983': 'key locked',
  '6984': 'no valid random number',
  '6985': 'conditions not satisfied',
  '6987': 'MAC missing',
  '6988': 'secure-messaging data wrong',
  '6A80': 'wrong data field',
  '6A81': 'not supported, no MF, or card or application locked',
  '6A82': 'file not found',
  '6A83': 'record not found',
  '6A84': 'no space',
  '6A86': 'wrong P1 P2',
  '6A88': 'key not found',
  '6B00': 'wrong offset',
  '6D00': 'INS not supported',
  '6E00': 'CLA not supported',
  '6F00': 'invalid data',
  '9301': 'insufficient funds',
  '9302': 'MAC wrong',
  '9303': 'application permanently locked',
  '9401': 'insufficient funds',
  '9402': 'transaction counter at maximum',
  '9403': 'key index not supported',
  '9406': 'required MAC not available',
};

/** @param statusWord four hexadecimal digits, upper case */
export function statusWordMeaning(statusWord: string): string {
  if (statusWord.startsWith('61')) return `${Number.parseInt(statusWord.slice(2), 16) || 256} bytes waiting`;
  if (statusWord.startsWith('6C')) return `Le should be ${Number.parseInt(statusWord.slice(2), 16) || 256}`;
  if (statusWord.startsWith('63C')) return `${Number.parseInt(statusWord.slice(3), 16)} tries left`;
  return MEANINGS[statusWord] ?? 'not defined for these cards';
}
