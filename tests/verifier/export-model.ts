/** An export taken apart, so that damage.ts can change what it says and put it together again, with or without the keys. */
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { rawJws, type TestKey } from './keys.ts';

/** What its payload says is signed. */
export interface SignedLine {
  readonly shape: 'base' | 'checkpoint' | 'receipt';
  readonly payload: string;
  readonly jws: string;
}

export type ModelLine =
  | { readonly shape: 'raw'; readonly text: string }
  | { readonly shape: 'carried'; readonly entry: string; readonly prev: string; readonly hash: string }
  | { readonly shape: 'entry'; readonly entry: string; readonly hash: string }
  | (SignedLine & { readonly shape: 'base' })
  | (SignedLine & { readonly shape: 'checkpoint' })
  | (SignedLine & { readonly shape: 'receipt' });

const SHAPES = [
  ['base', /^\{"base":(.*),"jws":"([^"]*)"\}$/s],
  ['carried', /^\{"carried":\{"entry":(.*),"prevHash":"(.{64})","hash":"(.{64})"\}\}$/s],
  ['entry', /^\{"entry":(.*),"hash":"(.{64})"\}$/s],
  ['checkpoint', /^\{"checkpoint":(.*),"jws":"([^"]*)"\}$/s],
  ['receipt', /^\{"receipt":(.*),"jws":"([^"]*)"\}$/s],
] as const;

export function takeApart(lines: readonly string[]): readonly ModelLine[] {
  return lines.map((text) => {
    for (const [shape, rule] of SHAPES) {
      const [, first = '', second = '', third = ''] = rule.exec(text) ?? [];
      if (first === '') continue;
      if (shape === 'carried') return { shape, entry: first, prev: second, hash: third };
      return shape === 'entry' ? { shape, entry: first, hash: second } : { shape, payload: first, jws: second };
    }
    return { shape: 'raw', text };
  });
}

export function lineText(line: ModelLine): string {
  switch (line.shape) {
    case 'raw':
      return line.text;
    case 'carried':
      return `{"carried":{"entry":${line.entry},"prevHash":"${line.prev}","hash":"${line.hash}"}}`;
    case 'entry':
      return `{"entry":${line.entry},"hash":"${line.hash}"}`;
    case 'base':
    case 'checkpoint':
    case 'receipt':
      return `{"${line.shape}":${line.payload},"jws":"${line.jws}"}`;
  }
}

export interface Signers {
  /** Signs checkpoints anew; absent: they stay as they are. */
  readonly terminal?: TestKey;
  readonly upstream?: TestKey;
}

/** Every hash after a change made anew, and signed by whoever is at hand. */
export function rechained(lines: readonly ModelLine[], signers: Signers): readonly ModelLine[] {
  let head = '0'.repeat(64);
  let begun = false;
  return lines.map((line) => {
    if (line.shape === 'base') head = String(Object(JSON.parse(line.payload)).hash);
    if (line.shape === 'carried') return { ...line, hash: linkHash(line.prev, line.entry) };
    if (line.shape === 'entry') {
      begun = true;
      head = linkHash(head, line.entry);
      return { ...line, hash: head };
    }
    if (line.shape === 'checkpoint' && signers.terminal !== undefined) return signed(line, { hash: head }, signers.terminal);
    if (line.shape === 'receipt' && begun && signers.upstream !== undefined) return signed(line, { headHash: head }, signers.upstream);
    return line;
  });
}

/** The line with other claims, signed by `key`. */
export function signed(line: SignedLine, changes: object, key: TestKey): SignedLine {
  const payload = canonicalize({ ...Object(JSON.parse(line.payload)), ...changes }) ?? '';
  return { ...line, payload, jws: rawJws(key, canonicalize({ alg: 'EdDSA', kid: key.kid, typ: `kiosk-${line.shape}+jwt` }) ?? '', payload) };
}

function linkHash(prev: string, entry: string): string {
  return hash('sha256', Buffer.concat([Buffer.from(prev, 'hex'), Buffer.from(entry, 'utf8')]), 'hex');
}
