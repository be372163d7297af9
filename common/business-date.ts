/** The two times of an entry: the calendar day at the terminal, which settlements and references go by, and UTC in milliseconds. */

/** Days begin on a quarter of an hour of UTC in every zone, so within one the date holds: Intl is slow beside an append. */
const QUARTER_HOUR = 900_000;

/** A function from ms since 1970 to `YYYY-MM-DD` in `timeZone` (IANA name). @throws {RangeError} on an unknown zone */
export function businessDates(timeZone: string): (at: number) => string {
  const format = formatOf(timeZone);
  let quarter = Number.NaN;
  let date = '';
  return (at) => {
    const now = Math.floor(at / QUARTER_HOUR);
    if (now !== quarter) {
      const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
      date = `${part['year']?.padStart(4, '0')}-${part['month']}-${part['day']}`;
      quarter = now;
    }
    return date;
  };
}

/** By zone: one takes longer to make than a thousand dates to write, and views ask for one every time. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  formats.set(timeZone, made);
  return made;
}

/** A function from ms since 1970 to `2026-11-22T05:33:00.123Z`. Within one second only the milliseconds are written anew. */
export function utcTimes(): (at: number) => string {
  let second = Number.NaN;
  let upToSecond = '';
  return (at) => {
    const now = Math.floor(at / 1000);
    if (now !== second) {
      upToSecond = new Date(now * 1000).toISOString().slice(0, -4);
      second = now;
    }
    return `${upToSecond}${String(Math.floor(at) - now * 1000).padStart(3, '0')}Z`;
  };
}
