/** Which service passwords are too easily guessed: one rule for the keyboard of the terminal and for the issuer, who has the last word. Pure. */

export type Weakness =
  /** One or two digits over and over, e.g. 111111, 121212, 112112. */
  | 'repeated'
  /** Counted up or down, e.g. 123456, 876543. */
  | 'sequence'
  /** A day as people write it, YYMMDD or DDMMYY: birthdays are tried first. */
  | 'date'
  /** Stands on the card. */
  | 'cardNumber';

/** @param password 6 digits @param serial of the card, digits */
export function weaknessOf(password: string, serial: string): Weakness | undefined {
  if (new Set(password).size <= 2) return 'repeated';
  if (isSequence(password)) return 'sequence';
  if (serial.includes(password)) return 'cardNumber';
  return isDay(password) || isDay([password.slice(4), password.slice(2, 4), password.slice(0, 2)].join('')) ? 'date' : undefined;
}

function isSequence(digits: string): boolean {
  const steps = new Set([...digits].slice(1).map((digit, index) => Number(digit) - Number(digits[index])));
  return steps.size === 1 && (steps.has(1) || steps.has(-1));
}

/** YYMMDD */
function isDay(digits: string): boolean {
  const [month, day] = [Number(digits.slice(2, 4)), Number(digits.slice(4, 6))];
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}
