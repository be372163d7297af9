/** The calendar day where the terminal stands. */

/** @param at ms since 1970 @param timeZone IANA name @returns `YYYY-MM-DD` */
export function localDay(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(at); // Sweden writes dates as ISO 8601 does
}
