/** A moment as the clock on the wall shows it where the terminal stands: for views and slips. */

/** @param timeZone IANA name @param at ms since 1970 @returns `YYYY-MM-DDTHH:MM:SS` */
export function localMoment(timeZone: string, at: number): string {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at).replace(' ', 'T');
}
