/**
 * Receiptline documents from untrusted text: escaping and the width a text takes on paper. Used by whoever composes a PrintJob.
 */

/** Cells of half width: ASCII one, everything else two, as on a printer with a GB18030 font (receipt-printer.md section 2). */
export function cellWidth(text: string): number {
  let cells = 0;
  for (const character of text) cells += (character.codePointAt(0) ?? 0) < 0x80 ? 1 : 2;
  return cells;
}

/**
 * Text as it is: receiptline's own characters lose their meaning (section 9.3), control characters become spaces, the ends are
 * trimmed, and a text of dashes or equal signs alone is no rule and no cut.
 */
export function escapeText(text: string): string {
  // Normalised first, as the driver does later: U+1FEF becomes a grave accent, which is markup.
  const plain = text
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  const escaped = plain.replace(/[\\|{}~_"`^]/g, '\\$&');
  return /^(?:-+|=+)$/.test(escaped) ? escaped.replace(/./g, '\\$&') : escaped;
}

/** The data of a `{code:…}` property: only what would end the property or the column is escaped, the rest is data. */
export function escapeCode(data: string): string {
  return data
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, '')
    .replace(/[\\|{};]/g, '\\$&');
}
