/**
 * What can be proved of a slip, in the browser of the person who holds it: nothing is sent anywhere. Written on its own from
 * main/journal/FORMAT.md ("Slips and publication"), not from the terminal's code; a test holds the two against one another. A plain script,
 * because a page that is opened from a disk may not load modules. page.js uses it as `kioskVerify`.
 */
'use strict';

globalThis.kioskVerify = (() => {
  const STRETCH_ENTRIES = 256;
  /** A terminal may be offline for two days before anyone need worry. Seconds. */
  const PUBLISHED_WITHIN = 48 * 3600;
  const OUTCOMES = { d: 'delivered', r: 'refunded', v: 'voucher', c: 'case' };
  const TENDERS = { c: 'cash', q: 'qr', s: 'qrPresented', b: 'card', v: 'voucher', p: 'pending' };
  const MOST_AMOUNT = 0xffffffff;

  /**
   * @param {string} text a link, what stands behind its `#`, or what a scanner read
   * @param {{kty: string, crv: string, x: string}} operatorKey
   * @param {readonly string[]} statements published JWS in any order
   * @param {{complete?: boolean}} [about] complete: there is nothing more to be had about this terminal
   * @returns {Promise<object>} `verdict`, and with it what was proved
   * @throws {DOMException} `NotSupportedError` when this browser knows no Ed25519
   */
  async function verifySlip(text, operatorKey, statements, { complete = false } = {}) {
    const jws = codeOf(text);
    const reference = referenceOf(jws);
    if (reference !== undefined) return { verdict: 'numberOnly', reference };
    const parsed = parseJws(jws);
    const slip = parsed === undefined ? undefined : readSlip(parsed.claims);
    if (slip === undefined) return { verdict: 'notASlip' };
    if (/^TRAINING-/i.test(slip.terminalId)) return { verdict: 'training' };
    const byOperator = await verifierOf(operatorKey);
    const terminals = await signed(statements, 'kiosk-terminal+jwt', [byOperator], isTerminalStatement);
    const terminal = terminals.filter((statement) => statement.terminalId === slip.terminalId).reduce(newer, undefined);
    if (terminal === undefined) {
      return complete || terminals.length > 0 ? { verdict: 'unknownTerminal' } : { verdict: 'noRecords', needed: `${folderOf(slip)}/terminal.json` };
    }
    const keys = await Promise.all(terminal.keys.map(verifierOf));
    const answers = await Promise.all(keys.map((check) => check(parsed, 'kiosk-slip+jwt')));
    if (!answers.includes('genuine')) {
      if (answers.includes('badSignature')) return { verdict: 'altered' };
      return { verdict: answers.includes('wrongKey') ? 'forged' : 'notASlip' };
    }
    const stretches = await signed(statements, 'kiosk-published+jwt', [byOperator], isStretch);
    const checkpoints = await signed(statements, 'kiosk-checkpoint+jwt', keys, isCheckpoint);
    return standing(slip, terminal, stretches.filter(isOf(slip)), checkpoints.filter(isOf(slip)));
  }

  /** Where a genuine slip's entry stands in what is published. */
  function standing(slip, terminal, stretches, checkpoints) {
    const hashes = new Map();
    for (const { from, hashes: list } of stretches) {
      list.forEach((hash, index) => hashes.set(from + index, (hashes.get(from + index) ?? new Set()).add(hash)));
    }
    const publishedAt = Math.max(terminal.at, ...stretches.map(({ at }) => at));
    if (!hashes.has(slip.seq)) {
      const upToSeq = Math.max(0, ...terminal.published.filter(({ epoch }) => epoch === slip.epoch).map((range) => range.upToSeq));
      if (slip.seq <= upToSeq) return { verdict: 'recordNotAtHand', slip, publishedAt, needed: fileOf(slip) };
      return { verdict: terminal.at / 1000 - slip.at > PUBLISHED_WITHIN ? 'missing' : 'notYet', slip, publishedAt };
    }
    const agrees = (seq, hash) => !hashes.has(seq) || (hashes.get(seq).size === 1 && hashes.get(seq).has(toBase64Url(fromHex(hash))));
    if (!agrees(slip.seq, slip.hash) || !checkpoints.every(({ seq, hash }) => agrees(seq, hash))) return { verdict: 'contradicted', slip, publishedAt };
    const sealed = checkpoints.map(({ seq }) => seq).filter((seq) => seq >= slip.seq && hashes.has(seq));
    return { verdict: 'published', slip, publishedAt, sealedUpTo: sealed.length === 0 ? undefined : Math.max(...sealed) };
  }

  /** Files, below `published/`, that hold what is published about a slip. None when it is no slip. */
  function filesFor(text) {
    const parsed = parseJws(codeOf(text));
    const slip = parsed === undefined ? undefined : readSlip(parsed.claims);
    return slip === undefined ? [] : [`${folderOf(slip)}/terminal.json`, fileOf(slip)];
  }

  /** A published file's statements; none when it is something else. */
  function statementsOf(content) {
    const value = parseJson(content);
    const list = isObject(value) && Array.isArray(value.statements) ? value.statements : [];
    return list.every((statement) => typeof statement === 'string') ? list : [];
  }

  const codeOf = (text) => text.trim().split('#').at(-1);
  const folderOf = ({ terminalId }) => `t-${terminalId}`;
  const fileOf = (slip) => `${folderOf(slip)}/${slip.epoch}-${Math.floor((slip.seq - 1) / STRETCH_ENTRIES)}.json`;
  const newer = (known, next) => (known === undefined || next.at > known.at ? next : known);
  const isOf = (slip) => (statement) => statement.terminalId === slip.terminalId && statement.epoch === slip.epoch;

  // --- signatures ---

  /** Claims of the statements of one kind that one of the keys signed. */
  async function signed(statements, type, verifiers, isWhole) {
    const parsed = statements.map(parseJws).filter((jws) => jws?.header.typ === type);
    const genuine = await Promise.all(parsed.map(async (jws) => (await Promise.all(verifiers.map((check) => check(jws, type)))).includes('genuine')));
    return parsed.filter((jws, index) => genuine[index] && isWhole(jws.claims)).map(({ claims }) => claims);
  }

  async function verifierOf({ kty, crv, x }) {
    const key = await crypto.subtle.importKey('jwk', { kty, crv, x }, { name: 'Ed25519' }, false, ['verify']);
    const kid = toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(JSON.stringify({ crv, kty, x }))))); // RFC 7638
    return async ({ header, content, signature }, type) => {
      if (header.typ !== type) return 'wrongType';
      if (header.kid !== undefined && header.kid !== kid) return 'wrongKey';
      return (await crypto.subtle.verify({ name: 'Ed25519' }, key, signature, content)) ? 'genuine' : 'badSignature';
    };
  }

  /** Compact JWS in canonical base64url, `alg` EdDSA. */
  function parseJws(text) {
    const parts = text.split('.');
    const [head, payload, signature] = parts.map(fromBase64Url);
    if (parts.length !== 3 || head === undefined || payload === undefined || signature === undefined) return undefined;
    const header = parseUtf8Json(head);
    if (!isObject(header) || header.alg !== 'EdDSA') return undefined;
    return { header, claims: parseUtf8Json(payload), content: utf8(`${parts[0]}.${parts[1]}`), signature };
  }

  // --- shapes ---

  function readSlip(claims) {
    if (!hasExactly(claims, ['t', 'e', 's', 'h', 'r', 'o', 'a', 'p', 'n', 'w'])) return undefined;
    const { t, e, s, h, r, o, a, p, n, w } = claims;
    const whole =
      isTerminalId(t) &&
      isPlace(e) &&
      isPlace(s) &&
      isHash(h) &&
      fits(r, /^[0-9A-Z-]{1,20}$/) &&
      Object.hasOwn(OUTCOMES, o) &&
      isCount(a) &&
      a <= MOST_AMOUNT &&
      Object.hasOwn(TENDERS, p) &&
      fits(n, /^[\x21-\x7E]{1,4}$/) &&
      isCount(w);
    if (!whole) return undefined;
    const hash = toHex(fromBase64Url(h));
    return { terminalId: t, epoch: e, seq: s, hash, reference: r, outcome: OUTCOMES[o], amount: a, tender: TENDERS[p], cardTail: n, at: w };
  }

  function isTerminalStatement(claims) {
    return (
      hasExactly(claims, ['terminalId', 'keys', 'published', 'at']) &&
      isTerminalId(claims.terminalId) &&
      Array.isArray(claims.keys) &&
      claims.keys.length > 0 &&
      claims.keys.every((key) => hasExactly(key, ['kty', 'crv', 'x']) && key.kty === 'OKP' && key.crv === 'Ed25519' && fits(key.x, /^[\w-]{43}$/)) &&
      Array.isArray(claims.published) &&
      claims.published.every((range) => hasExactly(range, ['epoch', 'upToSeq']) && isPlace(range.epoch) && isPlace(range.upToSeq)) &&
      isCount(claims.at)
    );
  }

  function isStretch(claims) {
    return (
      hasExactly(claims, ['terminalId', 'epoch', 'from', 'hashes', 'at']) &&
      isTerminalId(claims.terminalId) &&
      isPlace(claims.epoch) &&
      isPlace(claims.from) &&
      Array.isArray(claims.hashes) &&
      claims.hashes.length >= 1 &&
      claims.hashes.length <= STRETCH_ENTRIES &&
      claims.hashes.every((hash) => fits(hash, /^[\w-]{43}$/)) &&
      isCount(claims.at)
    );
  }

  function isCheckpoint(claims) {
    return (
      hasExactly(claims, ['terminalId', 'epoch', 'seq', 'hash', 'at']) &&
      typeof claims.terminalId === 'string' &&
      isPlace(claims.epoch) &&
      isPlace(claims.seq) &&
      fits(claims.hash, /^[0-9a-fA-F]{64}$/) &&
      typeof claims.at === 'string'
    );
  }

  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const hasExactly = (value, names) => isObject(value) && Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
  const fits = (value, pattern) => typeof value === 'string' && pattern.test(value);
  const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
  const isPlace = (value) => Number.isSafeInteger(value) && value >= 1;
  const isTerminalId = (value) => fits(value, /^[A-Za-z0-9._-]{1,40}$/);
  const isHash = (value) => typeof value === 'string' && fromBase64Url(value)?.length === 32;

  // --- reference numbers: Luhn mod 32 over Crockford's symbols ---

  function referenceOf(text) {
    const canonical = text.trim().toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0');
    const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    if (!/^[0-9A-HJKMNP-TV-Z]{1,4}-\d{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$/.test(canonical)) return undefined;
    const values = [...canonical.replaceAll('-', '')].map((symbol) => symbols.indexOf(symbol)).reverse();
    const sum = values.reduce((total, value, index) => {
      const weighted = index % 2 === 1 ? value * 2 : value;
      return total + Math.floor(weighted / 32) + (weighted % 32);
    }, 0);
    return sum % 32 === 0 ? canonical : undefined;
  }

  // --- bytes ---

  const utf8 = (text) => new TextEncoder().encode(text);
  const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));
  const toBase64Url = (bytes) =>
    btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace(/=+$/, '');

  /** Only the one spelling of the bytes counts: a flipped spare bit must not go unseen. */
  function fromBase64Url(text) {
    if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) return undefined;
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return lastIsCanonical(text, bytes) ? bytes : undefined;
  }

  function lastIsCanonical(text, bytes) {
    const rest = bytes.length % 3;
    return rest === 0 || toBase64Url(bytes.subarray(bytes.length - rest)) === text.slice(text.length - rest - 1);
  }

  /** `undefined` where the bytes are no UTF-8 or no JSON; a byte order mark is neither. */
  function parseUtf8Json(bytes) {
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch {
      return undefined;
    }
  }

  function parseJson(text) {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  return { verifySlip, filesFor, statementsOf };
})();
