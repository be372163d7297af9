/** Catalogues of words as lists: for the tests that read all of resources/locales. */

export type Tree = { readonly [key: string]: string | Tree };

/** Every sentence with its path. */
export function leaves(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : leaves(value, `${path}${key}.`),
  );
}

/** Every group of sentences with its path. */
export function branches(tree: Tree, path = ''): [string, Tree][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [] : [[`${path}${key}`, value] as [string, Tree], ...branches(value, `${path}${key}.`)],
  );
}

/** Names in `{{…}}`, sorted. */
export function placeholdersOf(sentence: string): string[] {
  return [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();
}
