/** The page of the picture book (`npm run tour`): one row a screen, one picture a language, nothing to load but the pictures. */

export interface Picture {
  /** Of the sample, e.g. `qr-confirming`. */
  readonly name: string;
  /** Of the View, or of what lies over it. */
  readonly kind: string;
  readonly language: string;
  /** Beside the page. */
  readonly file: string;
  /** What the screen calls itself. */
  readonly title: string;
}

export interface TourOptions {
  readonly languages: readonly string[];
  readonly viewport: { readonly width: number; readonly height: number };
}

export function tourPage(pictures: readonly Picture[], { languages, viewport }: TourOptions): string {
  const kinds = Map.groupBy(pictures, ({ kind }) => kind);
  const chapters = [...kinds].map(([kind, ofKind]) => chapter(kind, ofKind, viewport));
  const contents = [...kinds.keys()].map((kind) => `<a href="#${text(kind)}">${text(kind)}</a>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Every screen</title>
<style>${style(languages.length)}</style>
<header><h1>Every screen</h1><p>${pictures.length} pictures, ${languages.map(text).join(', ')}, ${viewport.width} × ${viewport.height}</p><nav>${contents.join(' ')}</nav></header>
<main>${chapters.join('\n')}</main>
</html>
`;
}

function chapter(kind: string, pictures: readonly Picture[], viewport: TourOptions['viewport']): string {
  const rows = [...Map.groupBy(pictures, ({ name }) => name)].map(([name, ofName]) => row(name, ofName, viewport));
  return `<section id="${text(kind)}"><h2>${text(kind)}</h2>${rows.join('')}</section>`;
}

function row(name: string, pictures: readonly Picture[], { width, height }: TourOptions['viewport']): string {
  const figures = pictures.map(
    ({ file, language, title }) =>
      `<figure lang="${text(language)}"><a href="${text(file)}"><img src="${text(file)}" width="${width}" height="${height}" loading="lazy" alt="${text(title)}"></a>` +
      `<figcaption>${text(language)} · ${text(title)}</figcaption></figure>`,
  );
  return `<h3 id="${text(name)}-picture">${text(name)}</h3><div class="row">${figures.join('')}</div>`;
}

function style(columns: number): string {
  return `
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #14212b; background: #eceff1; }
  header, main { max-width: 1500px; margin: 0 auto; padding: 24px; }
  nav { display: flex; flex-wrap: wrap; gap: 8px 16px; }
  a { color: #0d506e; }
  h1 { margin: 0; } h2 { margin: 48px 0 0; padding-top: 16px; border-top: 4px solid #0d506e; } h3 { margin: 24px 0 8px; font-weight: 500; }
  .row { display: grid; grid-template-columns: repeat(${columns}, 1fr); gap: 24px; }
  figure { margin: 0; } img { width: 100%; height: auto; background: #fff; box-shadow: 0 1px 4px #0003; } figcaption { color: #4c5b66; }
  `;
}

function text(words: string): string {
  return words.replaceAll('\u200b', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
