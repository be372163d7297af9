/** The calendar day at the terminal: what settlements and references go by. */

/** A function from ms since 1970 to `YYYY-MM-DD` in `timeZone` (IANA name). @throws {RangeError} on an unknown zone */
export function businessDates(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  let minute = Number.NaN;
  let date = '';
  return (at) => {
    const now = Math.floor(at / 60_000);
    if (now !== minute) {
      const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
      date = `${part['year']?.padStart(4, '0')}-${part['month']}-${part['day']}`;
      minute = now;
    }
    return date;
  };
}
