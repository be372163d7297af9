/**
 * Proves the export of a journal, line by line as it comes: `kioskctl journal verify` of a file or of standard input. What a line must look
 * like and in what order they stand is laid down in FORMAT.md, "Export".
 */
import canonicalize from 'canonicalize';
import { parseJson } from '../../common/parse-json.ts';
import { journalName, jwsClaims, utf8Text } from './lines.ts';
import { broken, type Break, type Verification, type VerifyOptions } from './verification.ts';
import { Verifier } from './verifier.ts';

const HASH = '([0-9a-f]{64})';
const JWS = '([A-Za-z0-9_.-]*)';
const FIRST_LINE =
  /^\{"(journal|trainingJournal)":\{"terminalId":"([A-Za-z0-9._-]{1,40})","publicKey":(\{"crv":"Ed25519","kty":"OKP","x":"[A-Za-z0-9_-]{43}"\})\}\}$/;
const SHAPES = {
  base: new RegExp(`^\\{"base":(.*),"jws":"${JWS}"\\}$`, 's'),
  carried: new RegExp(`^\\{"carried":\\{"entry":(.*),"prevHash":"${HASH}","hash":"${HASH}"\\}\\}$`, 's'),
  receipt: new RegExp(`^\\{"receipt":(.*),"jws":"${JWS}"\\}$`, 's'),
  entry: new RegExp(`^\\{"entry":(.*),"hash":"${HASH}"\\}$`, 's'),
  checkpoint: new RegExp(`^\\{"checkpoint":(.*),"jws":"${JWS}"\\}$`, 's'),
} as const;
type Shape = keyof typeof SHAPES;

/** Before the first entry, and after it: what a line may follow. */
const BEFORE_ENTRIES: Readonly<Record<Shape, readonly Line[]>> = {
  base: ['journal'],
  carried: ['journal', 'base', 'carried'],
  receipt: ['journal', 'base', 'carried', 'receipt'],
  entry: ['journal', 'base', 'carried', 'receipt'],
  checkpoint: [],
};
const AMONG_ENTRIES: Readonly<Record<Shape, readonly Line[]>> = {
  base: [],
  carried: [],
  receipt: ['entry', 'checkpoint'],
  entry: ['entry', 'checkpoint', 'receipt'],
  checkpoint: ['entry'],
};
type Line = Shape | 'journal' | 'none';

/** @param bytes a whole export */
export function verifyExport(bytes: Uint8Array, options: VerifyOptions = {}): Verification {
  const lines = new ExportVerifier(options);
  lines.add(bytes);
  return lines.end();
}

/** @param chunks an export as it comes from a file or pipe; what the stream throws is thrown on */
export async function verifyExportStream(chunks: AsyncIterable<Uint8Array>, options: VerifyOptions = {}): Promise<Verification> {
  const lines = new ExportVerifier(options);
  for await (const chunk of chunks) if (!lines.add(chunk)) break;
  return lines.end();
}

/** Whether a file that begins with `bytes` is an export rather than a database. */
export function looksLikeExport(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  return text.startsWith('{"journal"') || text.startsWith('{"training');
}

class ExportVerifier {
  readonly #verifier: Verifier;
  #last: Line = 'none';
  #rest: Uint8Array[] = [];
  #break: Break | undefined;

  constructor(options: VerifyOptions) {
    this.#verifier = new Verifier(options);
  }

  /** Answers whether more is wanted: not after the first break. */
  add(chunk: Uint8Array): boolean {
    let from = 0;
    for (let to = chunk.indexOf(LF, from); to >= 0 && this.#break === undefined; to = chunk.indexOf(LF, from)) {
      const line = Buffer.concat([...this.#rest, chunk.subarray(from, to)]);
      this.#rest = [];
      this.#break = this.#line(line);
      from = to + 1;
    }
    if (from < chunk.length) this.#rest.push(chunk.subarray(from));
    return this.#break === undefined;
  }

  end(): Verification {
    if (this.#rest.length > 0 || this.#last === 'none') this.#break ??= this.#line(Buffer.concat(this.#rest));
    return this.#verifier.result(this.#break ?? this.#verifier.end());
  }

  #line(bytes: Uint8Array): Break | undefined {
    const text = utf8Text(bytes) ?? '';
    if (this.#last === 'none') return this.#firstLine(text);
    const { shape, parts } = take(text);
    const mayFollow = !this.#verifier.begun ? BEFORE_ENTRIES : AMONG_ENTRIES;
    if (shape === undefined || !mayFollow[shape].includes(this.#last))
      return broken('structure', this.#verifier.seq + 1, 'not a line of an export, or not at its place');
    this.#last = shape;
    return this.#read(shape, parts);
  }

  #firstLine(text: string): Break | undefined {
    const [, name, terminalId, key] = FIRST_LINE.exec(text) ?? [];
    this.#last = 'journal';
    if (terminalId === undefined || key === undefined || name !== journalName(terminalId))
      return broken('structure', undefined, 'the first line does not say whose journal it is');
    return this.#verifier.begin({ terminalId, publicKey: parseJson(key) });
  }

  #read(shape: Shape, [text = '', second = '', third = '']: readonly string[]): Break | undefined {
    switch (shape) {
      case 'base':
        return this.#payload(shape, text, second) ?? this.#verifier.base(second);
      case 'carried': {
        const { epoch, seq } = placeIn(text);
        return this.#verifier.carried({ epoch: epoch ?? 0, seq: seq ?? 0, json: text, prevHash: Buffer.from(second, 'hex'), hash: Buffer.from(third, 'hex') });
      }
      case 'entry':
        return this.#verifier.entry({ seq: placeIn(text).seq, entry: text, hash: Buffer.from(second, 'hex') });
      case 'checkpoint':
        return this.#payload(shape, text, second) ?? this.#verifier.checkpoint(second);
      case 'receipt':
        return this.#payload(shape, text, second) ?? this.#verifier.receipt(second);
    }
  }

  #payload(check: 'base' | 'checkpoint' | 'receipt', text: string, jws: string): Break | undefined {
    return canonicalText(jwsClaims(jws)) === text
      ? undefined
      : broken(check, check === 'base' ? undefined : this.#verifier.place, 'the line does not say what was signed');
  }
}

const LF = 0x0a;

function take(text: string): { readonly shape: Shape | undefined; readonly parts: readonly string[] } {
  for (const shape of ['entry', 'checkpoint', 'receipt', 'carried', 'base'] as const) {
    const found = SHAPES[shape].exec(text);
    if (found !== null) return { shape, parts: found.slice(1) };
  }
  return { shape: undefined, parts: [] };
}

/** Where an entry says it stands, whatever else is wrong with it. */
function placeIn(text: string): { readonly epoch: number | undefined; readonly seq: number | undefined } {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { epoch: undefined, seq: undefined };
  const { epoch, seq } = Object.fromEntries(Object.entries(value));
  return { epoch: typeof epoch === 'number' ? epoch : undefined, seq: typeof seq === 'number' ? seq : undefined };
}

function canonicalText(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch {
    return undefined;
  }
}
