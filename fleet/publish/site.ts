/** The published folder on disk: page, operator's facts, a folder for each terminal. Every file appears whole or not at all. */
import { copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stretchName, terminalFolder, type Publication } from '../../common/publication.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import type { PublishedTerminal } from './publication.ts';

/** Whom the page speaks for, and whose word it believes. */
export interface Operator {
  readonly name: string;
  readonly hotline: string;
  /** IANA name: times on the page are those on the slip. */
  readonly timeZone: string;
  /** Signs what is published. */
  readonly key: PublicKey;
}

export interface Written {
  readonly terminals: number;
  /** Files of hashes. */
  readonly stretches: number;
}

const PAGE_FILES = ['index.html', 'verify.css', 'verify.js', 'page.js', 'words.js'] as const;
const pageFolder = fileURLToPath(new URL('../verify-page/', import.meta.url));

/** Writes everything anew: one signature for every 256 entries. */
export async function writeSite(folder: string, operator: Operator, terminals: AsyncIterable<PublishedTerminal>): Promise<Written> {
  mkdirSync(folder, { recursive: true });
  for (const file of PAGE_FILES) copyFileSync(join(pageFolder, file), join(folder, file));
  writeWhole(join(folder, 'operator.js'), operatorScript(operator));
  const written = { terminals: 0, stretches: 0 };
  for await (const { terminalId, statement, stretches } of terminals) {
    const own = join(folder, 'published', terminalFolder(terminalId));
    mkdirSync(own, { recursive: true });
    for (const stretch of stretches) {
      writeWhole(join(own, `${stretchName(stretch.epoch, stretch.from)}.json`), publicationFile(await stretch.statements()));
      written.stretches += 1;
    }
    // last: it says how far the rest is there
    writeWhole(join(own, 'terminal.json'), publicationFile([statement]));
    written.terminals += 1;
  }
  return written;
}

/** Everything in one file, for a person or a program that has no web server at hand. */
export async function writeBundle(file: string, terminals: AsyncIterable<PublishedTerminal>): Promise<void> {
  const statements: string[] = [];
  for await (const { statement, stretches } of terminals) {
    statements.push(statement);
    for (const stretch of stretches) statements.push(...(await stretch.statements()));
  }
  mkdirSync(dirname(file), { recursive: true });
  writeWhole(file, publicationFile(statements));
}

function publicationFile(statements: readonly string[]): string {
  return `${JSON.stringify({ statements: [...statements] } satisfies Publication)}\n`;
}

/** A script, because a page that is opened from a disk may load scripts beside it and nothing else. */
function operatorScript(operator: Operator): string {
  return `globalThis.kioskOperator = ${JSON.stringify(operator)};\n`;
}

function writeWhole(file: string, content: string): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}
