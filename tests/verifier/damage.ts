/**
 * What can be wrong with an export: accidents to its bytes and lines, and lies by someone who makes every hash anew, with a stranger's
 * key or even with the right ones, so that each check is reached. Used by cases.ts.
 */
import canonicalize from 'canonicalize';
import type { Dice } from '../fuzz/generate.ts';
import { oddBody, type JsonObject } from './bodies.ts';
import { lineText, rechained, signed, takeApart, type ModelLine } from './export-model.ts';
import { rawJws, type TestKey } from './keys.ts';
import { strangerKeyPair, terminalKeyPair, upstreamKeyPair } from './journals.ts';

/** A damaged export; undefined where this journal has nothing to damage in this way. */
type Damage = (dice: Dice, lines: readonly string[]) => Uint8Array | readonly string[] | undefined;

/** What befalls bytes and lines. */
export const accidents: Readonly<Record<string, Damage>> = {
  bitFlip: (dice, lines) => {
    const bytes = exportBytes(lines);
    const at = dice.below(bytes.length);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << dice.below(8)), at);
    return bytes;
  },
  cutAnywhere: (dice, lines) => {
    const bytes = exportBytes(lines);
    return bytes.subarray(0, dice.below(bytes.length));
  },
  bytesOverwritten: (dice, lines) => {
    const bytes = exportBytes(lines);
    const at = dice.below(bytes.length);
    bytes.set(dice.bytes(Math.min(1 + dice.below(9), bytes.length - at)), at);
    return bytes;
  },
  byteOrderMark: (_dice, lines) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), exportBytes(lines)]),
  byteOrderMarkInside: (dice, lines) => replaced(lines, dice.below(lines.length), (line) => `\ufeff${line}`),
  lineEnds: (dice, lines) => Buffer.from(lines.map((line) => line + dice.pick(['\n', '\n', '\n', '\r\n'])).join('')),
  blankLine: (dice, lines) => lines.toSpliced(dice.below(lines.length + 1), 0, dice.pick(['', ' ', '\t'])),
  noLastLineEnd: (_dice, lines) => Buffer.from(lines.join('\n')),
  otherLineSeparator: (_dice, lines) => Buffer.from(lines.join('\u2028')),
  utf16: (_dice, lines) => Buffer.from(lines.join('\n'), 'utf16le'),
  nothing: () => [],
  lineDeleted: (dice, lines) => lines.toSpliced(dice.below(lines.length), 1),
  linesDeleted: (dice, lines) => lines.toSpliced(dice.below(lines.length), 1 + dice.below(4)),
  linesSwapped: (dice, lines) => {
    const [left, right] = [dice.below(lines.length), dice.below(lines.length)];
    return lines.with(left, lines[right] ?? '').with(right, lines[left] ?? '');
  },
  neighborsSwapped: (dice, lines) => {
    const at = dice.below(Math.max(1, lines.length - 1));
    return [...lines.slice(0, at), ...lines.slice(at, at + 2).reverse(), ...lines.slice(at + 2)];
  },
  lineDoubled: (dice, lines) => lines.toSpliced(dice.below(lines.length) + 1, 0, dice.pick(lines)),
  lineTwice: (dice, lines) => {
    const at = dice.below(lines.length);
    return lines.toSpliced(at, 0, lines[at] ?? '');
  },
  foreignLine: (dice, lines) => lines.toSpliced(dice.below(lines.length + 1), 0, dice.pick(['{}', 'null', '[]', '{"note":{}}', '{"entry":{},"hash":""}', '{'])),
  tailCut: (dice, lines) => lines.slice(0, 1 + dice.below(lines.length)),
  tailCutButSignatures: (dice, lines) => {
    const at = 1 + dice.below(lines.length);
    return [...lines.slice(0, at), ...lines.slice(at).filter((line) => !line.startsWith('{"entry"'))];
  },
};

/** What someone writes who knows the format: first what needs no hash, then with every hash made anew, signed by nobody, a stranger, or the terminal itself. */
export const lies: Readonly<Record<string, Damage>> = {
  headerChanged: (dice, lines) => replaced(lines, 0, (line) => dice.pick(HEADERS)(dice, line)),
  envelopeBlank: (dice, lines) => replaced(lines, dice.below(lines.length), (line) => line.replace(dice.pick(['":', '",']), (found) => `${found} `)),
  envelopeMember: (dice, lines) => replaced(lines, dice.below(lines.length), (line) => `${line.slice(0, -1)},"more":1}`),
  hashCase: (dice, lines) =>
    replaced(lines, dice.below(lines.length), (line) => line.replace(/"hash":"[0-9a-f]{64}"/, (found) => `"hash":"${found.slice(8, -1).toUpperCase()}"`)),
  payloadChanged: (dice, lines) =>
    changedLine(dice, lines, ['base', 'checkpoint', 'receipt'], (line) => ({ ...line, payload: dice.pick(TEXT_CHANGES)(dice, line.payload) })),
  entryText: (dice, lines) => changedLine(dice, lines, ['entry', 'carried'], (line) => ({ ...line, entry: dice.pick(TEXT_CHANGES)(dice, line.entry) })),
  amountChanged: (dice, lines) =>
    changedLine(dice, lines, ['entry', 'carried'], (line) => ({
      ...line,
      entry: line.entry.replace(/"(amount|denomination)":-?[1-9]/, (found) => `${found}0`),
    })),
  entryTextRehashed: (dice, lines) => relinked(dice, lines, ['entry', 'carried'], (entry) => dice.pick(TEXT_CHANGES)(dice, entry)),
  entryMember: (dice, lines) => relinked(dice, lines, ['entry', 'carried'], (entry) => canonical(oddBody(dice, parsed(entry)))),
  entryPlace: (dice, lines) =>
    relinked(dice, lines, ['entry', 'carried'], (entry) =>
      canonical({
        ...parsed(entry),
        ...dice.pick([{ seq: dice.below(9) }, { epoch: dice.below(4) }, { terminalId: 'T-0002' }, { transactionId: '' }, { transactionId: 'tx-0' }]),
      }),
    ),
  bodyMember: (dice, lines) =>
    relinked(dice, lines, ['entry', 'entry', 'entry', 'carried'], (entry) => {
      const value = parsed(entry);
      return canonical({ ...value, body: oddBody(dice, parsed(canonical(value['body']))) });
    }),
  bodyAmounts: (dice, lines) =>
    relinked(dice, lines, ['entry'], (entry) => entry.replaceAll(/-?\b(?:1000|2000|5000)\b/g, (found) => (found.startsWith('-') ? '-3000' : '3000'))),
  kindChanged: (dice, lines) =>
    relinked(dice, lines, ['entry'], (entry) =>
      canonical({
        ...parsed(entry),
        kind: dice.pick(['note.stacking', 'note.returning', 'note.escrowed', 'load.reversed', 'journal.replaced', 'toString', '__proto__', 'case.opened']),
      }),
    ),
  postingsWrong: (dice, lines) =>
    relinked(dice, lines, ['entry', 'entry', 'entry', 'carried'], (entry) => withPostings(dice, entry, WRONG_POSTINGS), postsSomething),
  postingsMalformed: (dice, lines) => relinked(dice, lines, ['entry', 'entry', 'entry', 'carried'], (entry) => withPostings(dice, entry, MALFORMED_POSTINGS)),
  transactionsMixed: (dice, lines) => relinked(dice, lines, ['entry'], (entry) => entry.replace(/"transactionId":"[^"]*"/, '"transactionId":"tx-0"')),
  entriesRenumbered: (dice, lines) => renumbered(dice, lines),
  sealsRemade: (dice, lines) => relinked(dice, lines, ['entry'], (entry) => entry.replace(/"sha256":"[0-9A-F]{64}"/, `"sha256":"${'0'.repeat(64)}"`)),
  replacedBalances: (dice, lines) =>
    relinked(dice, lines, ['entry'], (entry) =>
      entry.replace(
        /"balances":\{[^}]*\}/,
        `"balances":${dice.pick([
          '{}',
          '{"cash.box":9007199254740991}',
          '{"cash.box":9007199254740992}',
          '{"cash.petty":1}',
          '{"__proto__":1}',
          '{"cash.box":-9007199254740991}',
          '[]',
        ])}`,
      ),
    ),
  epochShifted: (_dice, lines) =>
    texts(
      rechained(
        takeApart(lines).map((line) => (line.shape === 'entry' ? { ...line, entry: line.entry.replace('"epoch":1', '"epoch":2') } : line)),
        { terminal: terminalKeyPair },
      ),
    ),
  checkpointsDropped: (_dice, lines) => lines.filter((line) => !line.startsWith('{"checkpoint"')),
  signatureForged: (dice, lines) => changedLine(dice, lines, ['base', 'checkpoint', 'receipt'], (line) => signed(line, {}, strangerKeyPair)),
  claimsChanged: (dice, lines) =>
    changedLine(dice, lines, ['base', 'checkpoint', 'receipt'], (line) =>
      signed(line, dice.pick(CLAIMS), line.shape === 'receipt' ? upstreamKeyPair : terminalKeyPair),
    ),
  headerOfSignature: (dice, lines) =>
    changedLine(dice, lines, ['base', 'checkpoint', 'receipt'], (line) => {
      const key = line.shape === 'receipt' ? upstreamKeyPair : terminalKeyPair;
      return { ...line, jws: rawJws(key, dice.pick(SIGNATURE_HEADERS)(key, `kiosk-${line.shape}+jwt`), line.payload) };
    }),
  payloadOfSignature: (dice, lines) =>
    changedLine(dice, lines, ['base', 'checkpoint', 'receipt'], (line) => {
      const key = line.shape === 'receipt' ? upstreamKeyPair : terminalKeyPair;
      const header = canonical({ alg: 'EdDSA', kid: key.kid, typ: `kiosk-${line.shape}+jwt` });
      return { ...line, jws: rawJws(key, header, dice.pick(PAYLOADS)(line.payload)) };
    }),
  jwsText: (dice, lines) => changedLine(dice, lines, ['base', 'checkpoint', 'receipt'], (line) => ({ ...line, jws: dice.pick(JWS_CHANGES)(line.jws) })),
};

type TextChange = (dice: Dice, text: string) => string;

/** Texts that say the same to some parsers, or something else to some. */
const TEXT_CHANGES: readonly TextChange[] = [
  (_dice, text) => text.replace(':', ': '),
  (_dice, text) => ` ${text}`,
  (_dice, text) => `${text}\t`,
  (_dice, text) => text.replace(/"at":"2/, '"at":"\\u0032'),
  (_dice, text) => text.replace(/\/|"reference"/, (found) => (found === '/' ? '\\/' : '"referenc\\u0065"')),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":$1.0'),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":$1e0'),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":"$1"'),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":$1,"seq":$1'),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":99,"seq":$1'),
  (_dice, text) => text.replace(/"seq":(\d+)/, `"seq":${'9'.repeat(5000)}`),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":1e999'),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":-0'),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":0$1'),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":NaN'),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":Infinity'),
  (_dice, text) => text.replace(/"seq":(\d+)/, '"seq":$1.00000000000000001'),
  (_dice, text) => text.replace(/"seq":\d+,/, ''),
  (_dice, text) => text.replace(/"epoch":(\d+)/, '"epoch":9007199254740993'),
  (_dice, text) => text.replace(/"epoch":(\d+)/, '"epoch":true'),
  (_dice, text) => text.replace(/(:|,)(-?\d+)(?=[,}])/, '$1$2.5'),
  (_dice, text) => text.replace(/(:|,)(-?\d+)(?=[,}])/, '$11e21'),
  (_dice, text) => text.replace(/(:|,)(-?\d+)(?=[,}])/, '$11e+21'),
  (_dice, text) => text.replace('"body":{', '"body":{"__proto__":1,'),
  (_dice, text) => text.replace('"body":{', '"body":{"constructor":1,'),
  (_dice, text) => text.replace('{', '{"":0,'),
  (_dice, text) => text.replace(/"(code|reason|reference|why|text|detail)":"/, '"$1":"\\ud800'),
  (_dice, text) => text.replace(/"(code|reason|reference|why|text|detail)":"/, '"$1":"\\uD83D\\uDE00'),
  (_dice, text) => text.replace(/"(code|reason|reference|why|text|detail)":"/, '"$1":"\u0001'),
  (_dice, text) => text.replace(/"(code|reason|reference|why|text|detail)":"/, '"$1":"\\x41'),
  (_dice, text) => text.replace('"body":{', `"body":{"deep":${'['.repeat(3000)}${']'.repeat(3000)},`),
  (_dice, text) => text.replace(/"at":"[^"]*",?/, ''),
  (_dice, text) => text.replace(/"at":"([^"]*)",(.*)\}$/s, '$2,"at":"$1"}').replace(/^\{?/, '{'),
  (_dice, text) => text.replace('}', ',}'),
  (_dice, text) => `${text}${text}`,
  (_dice, text) => text.replace('"', "'"),
  (dice, text) =>
    text.replace(
      /"at":"([^"]*)"/,
      `"at":"${dice.pick(['2026-11-22T05:33:00Z', '٢٠٢٦-11-22T05:33:00.123Z', '2026-13-45T99:99:99.999Z', '2026-11-22T05:33:00.123Z\\n'])}"`,
    ),
  (dice, text) => text.replace(/"id":"([^"]*)"/, (found) => dice.pick([found.toUpperCase().replace('ID', 'id'), found.replace('-7', '-4')])),
  () => 'null',
  () => '[]',
  () => '"x"',
  () => '{}',
];

const HEADERS: readonly TextChange[] = [
  (_dice, line) => line.replace(terminalKeyPair.publicKey.x, strangerKeyPair.publicKey.x),
  // The last character carries two spare bits: another spelling of the same 32 bytes.
  (_dice, line) => line.replace(/(.)"\}\}\}$/, (_found, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}"}}}`),
  (_dice, line) => line.replace('T-0001', ''),
  (_dice, line) => line.replace('T-0001', 'T-0002'),
  (_dice, line) => line.replace('T-0001', '终端'),
  (_dice, line) => line.replace('T-0001', '\\u0054-0001'),
  (_dice, line) => line.replace('T-0001', 'T'.repeat(41)),
  (_dice, line) => line.replace('"crv":"Ed25519","kty":"OKP"', '"kty":"OKP","crv":"Ed25519"'),
  (_dice, line) => line.replace('"x":"', '"use":"sig","x":"'),
  (_dice, line) => line.replace('Ed25519', 'X25519'),
];

const CLAIMS: readonly object[] = [
  { terminalId: 'T-0002' },
  { epoch: 1 },
  { epoch: 9 },
  { epoch: 0 },
  { seq: 3, upToSeq: 3 },
  { seq: 9999, upToSeq: 9999 },
  { hash: 'a'.repeat(64), headHash: 'a'.repeat(64) },
  { hash: 'short', headHash: 'short' },
  { at: 'yesterday' },
  { at: -1 },
  { at: 1.5 },
  { at: '\u2028' },
  { more: true },
  { announced: 1 },
  { announced: 9999 },
  { balances: {} },
  { kept: { entries: 0, sha256: '0'.repeat(64) } },
  { carried: { entries: 0, sha256: 'a'.repeat(64) } },
  { businessDate: 'today' },
  { receipt: 'x.y.z' },
  { cash: { content: { notes: [], unspecified: 0 }, differences: [], settlements: [] } },
  { cash: { content: { notes: [], unspecified: 0 }, differences: [{ of: 'S1', amount: 5000 }], settlements: [], boxId: 'B-9' } },
];

const SIGNATURE_HEADERS: readonly ((key: TestKey, type: string) => string | Uint8Array)[] = [
  (_key, type) => `{"alg":"EdDSA","typ":"${type}"}`,
  (_key, type) => `{"typ":"${type}","alg":"EdDSA","crit":["exp"]}`,
  (_key, type) => `{"alg":"none","typ":"${type}"}`,
  (_key, type) => `{"alg":"EdDSA","kid":null,"typ":"${type}"}`,
  (_key, type) => `{"alg":"EdDSA","kid":"other","typ":"${type}"}`,
  (_key, type) => `{"alg":"EdDSA","kid":7,"typ":"${type}"}`,
  (key, type) => ` {"alg" : "EdDSA","kid":"${key.kid}","typ":"other","typ":"${type}"} `,
  () => '{"alg":"EdDSA","typ":"kiosk-request+jwt"}',
  () => '{"alg":"EdDSA"}',
  (_key, type) => `\ufeff{"alg":"EdDSA","typ":"${type}"}`,
  (_key, type) => `[{"alg":"EdDSA","typ":"${type}"}]`,
  (_key, type) => Buffer.concat([Buffer.from(`{"alg":"EdDSA","typ":"${type}","x":"`), Buffer.from([0xff]), Buffer.from('"}')]),
  (_key, type) => `{"alg":"EdDSA","typ":"${type}","x":"\\ud800"}`,
  () => 'null',
  () => 'no JSON',
];

const PAYLOADS: readonly ((payload: string) => string | Uint8Array)[] = [
  (payload) => `${payload} `,
  (payload) => payload.replace(/"(seq|upToSeq)":(\d+)/, '"$1":$2.0'),
  (payload) => payload.replace(/"(seq|upToSeq)":(\d+)/, '"$1":1,"$1":$2'),
  (payload) => payload.replace(/"(hash|headHash)":"([^"]*)"/, (_found, name: string, hash: string) => `"${name}":"${hash.toUpperCase()}"`),
  (payload) => `\ufeff${payload}`,
  (payload) => Buffer.concat([Buffer.from(payload.slice(0, -1)), Buffer.from(',"x":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]),
  (payload) => payload.replace(/"at":("?)[^,"]*/, '"at":$1\ud83d\ude00'),
  (payload) => payload.replace(/"at":[^,]*/, '"at":"\\ud800"'),
  (payload) => payload.replace(/"at":[^,]*/, '"at":1e999'),
  () => 'null',
  () => '[]',
  () => '',
];

const JWS_CHANGES: readonly ((jws: string) => string)[] = [
  // The last character of 64 bytes carries four spare bits, of a payload perhaps two.
  (jws) => jws.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
  (jws) => `${jws}.`,
  (jws) => `${jws}=`,
  (jws) => jws.replace(/\.[^.]*$/, '.'),
  (jws) => jws.replace(/\.[^.]*$/, ''),
  (jws) => jws.slice(0, -4),
  (jws) => `${jws}AAAA`,
  (jws) => jws.replaceAll('-', '+').replaceAll('_', '/'),
  (jws) => jws.replace('.', '..'),
  () => '',
];

export function exportBytes(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'utf8');
}

function texts(model: readonly ModelLine[]): readonly string[] {
  return model.map((line) => lineText(line));
}

function replaced(lines: readonly string[], at: number, change: (line: string) => string): readonly string[] {
  return lines.with(at, change(lines[at] ?? ''));
}

type Shaped<S extends ModelLine['shape']> = Extract<ModelLine, { shape: S }>;

function indexOf(dice: Dice, model: readonly ModelLine[], shapes: readonly ModelLine['shape'][]): number | undefined {
  const fitting = model.flatMap(({ shape }, index) => (shapes.includes(shape) ? [index] : []));
  return fitting.length === 0 ? undefined : dice.pick(fitting);
}

function changedLine<S extends 'base' | 'carried' | 'entry' | 'checkpoint' | 'receipt'>(
  dice: Dice,
  lines: readonly string[],
  shapes: readonly S[],
  change: (line: Shaped<S>) => ModelLine,
): readonly string[] | undefined {
  const model = takeApart(lines);
  const at = indexOf(dice, model, shapes);
  const line = at === undefined ? undefined : model[at];
  return at === undefined || line === undefined ? undefined : replaced(lines, at, () => lineText(change(line as Shaped<S>)));
}

/** One entry changed, the hashes after it made anew. @param wanted which entries are worth changing; where there is none, any */
function relinked(
  dice: Dice,
  lines: readonly string[],
  shapes: readonly ('entry' | 'carried')[],
  change: (entry: string) => string,
  wanted: (entry: string) => boolean = () => true,
): readonly string[] | undefined {
  const model = takeApart(lines);
  const shape = dice.pick(shapes);
  const fitting = model.flatMap((line, index) => (line.shape === shape ? [{ line, index }] : []));
  if (fitting.length === 0) return undefined;
  const worth = fitting.filter(({ line }) => wanted(line.entry));
  const { line, index: at } = dice.pick(worth.length > 0 ? worth : fitting);
  const terminal = dice.pick([terminalKeyPair, terminalKeyPair, terminalKeyPair, strangerKeyPair]);
  const signers = { ...(dice.below(6) === 0 ? {} : { terminal }), ...(dice.below(4) === 0 ? {} : { upstream: upstreamKeyPair }) };
  return texts(rechained(model.with(at, { ...line, entry: change(line.entry) }), signers));
}

/** Entries taken out and the rest numbered and signed anew: only the story is incomplete then. */
function renumbered(dice: Dice, lines: readonly string[]): readonly string[] {
  const gone = dice.below(lines.length);
  let seq = 0;
  const kept = takeApart(lines.filter((line, index) => index !== gone || !line.startsWith('{"entry"'))).map((line) => {
    if (line.shape === 'entry') return { ...line, entry: line.entry.replace(/"seq":\d+,"terminalId"/, `"seq":${(seq += 1)},"terminalId"`) };
    if (line.shape === 'checkpoint') return signed(line, { seq }, terminalKeyPair);
    return line.shape === 'receipt' && seq > 0 ? signed(line, { upToSeq: seq }, upstreamKeyPair) : line;
  });
  return texts(rechained(kept, { terminal: terminalKeyPair, upstream: upstreamKeyPair }));
}

interface LoosePosting {
  readonly account: string;
  readonly amount: number;
}
type PostingsChange = (posted: readonly LoosePosting[]) => unknown;

const WRONG_POSTINGS: readonly PostingsChange[] = [
  (posted) => posted.toReversed(),
  (posted) => posted.slice(1),
  (posted) => [...posted, { account: 'suspense', amount: 0 }],
  (posted) => [...posted, { account: 'cash.box', amount: 1 }, { account: 'suspense', amount: -1 }],
  (posted) => posted.map((posting) => ({ ...posting, amount: posting.amount * 2 })),
  (posted) => posted.map((posting) => ({ ...posting, account: posting.account === 'cash.box' ? 'cash.transit' : 'cash.box' })),
  () => [
    { account: 'cash.box', amount: Number.MAX_SAFE_INTEGER },
    { account: 'cash.box', amount: 1 },
    { account: 'suspense', amount: -Number.MAX_SAFE_INTEGER },
  ],
  () => [{ account: 'cash.box', amount: 5 }],
  () => [],
];

const MALFORMED_POSTINGS: readonly PostingsChange[] = [
  () => [{ account: 'cash.petty', amount: 5 }],
  () => [{ account: 'cash.box', amount: 0, more: 1 }],
  () => [{ account: 'cash.box', amount: 0.5 }],
  () => [{ account: 'cash.box', amount: '5' }],
  () => [{ account: 'cash.box' }],
  () => [null],
  () => ({}),
  () => null,
];

function withPostings(dice: Dice, entry: string, changes: readonly PostingsChange[]): string {
  const value = parsed(entry);
  const posted = Array.isArray(value['postings']) ? (value['postings'] as readonly LoosePosting[]) : [];
  return canonical({ ...value, postings: dice.pick(changes)(posted) });
}

function postsSomething(entry: string): boolean {
  return !entry.includes('"postings":[]');
}

function parsed(text: string): JsonObject {
  return Object(JSON.parse(text)) as JsonObject;
}

function canonical(value: unknown): string {
  return canonicalize(value) ?? 'null';
}
