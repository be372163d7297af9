/**
 * What the QR code on a slip of the support desk says: `kiosk-desk:` and the id of the ticket or call back. Whoever shows it is the one who was
 * given it; nothing of a person is in it. Used by slips (main/receipts) and by who reads them at a terminal.
 */
const SCHEME = 'kiosk-desk:';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function deskCodeOf(id: string): string {
  return `${SCHEME}${id}`;
}

/** The id of the ticket or call back; `undefined`: it is another code. */
export function readDeskCode(text: string): string | undefined {
  const id = text.startsWith(SCHEME) ? text.slice(SCHEME.length) : '';
  return UUID.test(id) ? id : undefined;
}
