/** Tables of a Markdown document without the padding that the formatter gives them. Used by tests that compare documents with the code. */

/** What stands between two marks. @throws {Error} when a mark is missing */
export function readme(document: string, begin: string, end: string): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`the document lacks ${from < 0 ? begin : end}`);
  return document.slice(from + begin.length, to);
}

/** Rows of cells; lines of hyphens and other text between tables are left out, but for headings in bold. */
export function tableCells(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => (line.startsWith('|') && !/^\|[\s|-]+\|$/.test(line)) || line.startsWith('**'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
}
