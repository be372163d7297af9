/**
 * Starts the terminal, and decides which release of it: verifies every file by the signatures that lead from the operator's root of trust to
 * the release, or the package's own release by its manifest; counts the starts of a release on trial, expects it to say that it is
 * healthy, and goes back to the one before when it does not. One file, no packages, nothing but Node: what it stands on is changed by the
 * package alone, never by an update.
 *
 *   node launcher.mjs --install DIR --root FILE [--factory DIR] [--viewer COMMAND] [--memory-mb N]
 *                     [--healthy-within MS] [--proven-after MS] [--beat-within MS] -- ARGUMENTS OF THE TERMINAL
 *
 * The terminal's exit codes: 0 stop, 10 restart, 11 update ready, 12 fall back, 13 needs a technician; any other is a crash.
 * Own exit status: 0 stopped, 2 called wrongly, 13 nothing starts and there is no viewer to say so. See README.md here.
 */
import { spawn } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import nodeFs from 'node:fs';
import { parseArgs } from 'node:util';

/** A release on trial is started so often at most. */
export const MAX_STARTS = 3;
/** The slot that the package brought, outside of the install folder. */
export const FACTORY = '@factory';
/** Why each is as long as it is, ms. */
export const limits = {
  /** Journal read, devices found, window painted, on a slow machine; three of them stay below ten minutes. */
  healthyWithin: 120_000,
  /** What survives this long is proven: crashes soon after the start show within it. */
  provenAfter: 60_000,
  /** The terminal beats every five seconds. */
  beatWithin: 30_000,
  /** Asked to stop: time to close the journal and give a card back. */
  stopGrace: 15_000,
  firstRestart: 500,
  longestRestart: 30_000,
  /** How often a page that says "out of service" gives way to another try. */
  pageFor: 60_000,
};
/** Starts in a row without health after which the page says so. */
const HOPELESS = 5;

const CHUNK = 1024 * 1024;
const SLOT_NAME = /^[0-9A-Za-z][0-9A-Za-z._+-]{0,140}$/;
const SEGMENT = /^[0-9A-Za-z@._+-]+$/;

export class Refused extends Error {}

/** What a slot must prove; `root` is the text of the root of trust, undefined where none is. @returns its manifest @throws {Refused} */
export function verifySlot(fs, folder, root) {
  if (root === undefined) throw new Refused('there is no root of trust to prove it by');
  const proof = parse(read(fs, `${folder}/.slot/proof.json`), 'the proof');
  const catalogue = verifiedCatalogue(root, proof);
  const { manifest, manifestBytes } = readManifest(fs, folder);
  mustMatch(catalogue, `releases/${manifest.version}.json`, manifestBytes);
  const configuration = readIfThere(fs, `${folder}/.slot/configuration.json`);
  if (configuration !== undefined) mustBeAmong(catalogue, 'configurations/', configuration);
  mustFit(fs, folder, manifest);
  return { manifest, configured: configuration !== undefined };
}

/**
 * The release that the package brought: every file as its manifest says. No signature is asked for: it lies where root alone writes, as the
 * launcher does, and the manifest is there against a damaged disk. @returns its manifest @throws {Refused}
 */
export function verifyFactory(fs, folder) {
  const { manifest } = readManifest(fs, folder);
  mustFit(fs, folder, manifest);
  return { manifest, configured: false };
}

function readManifest(fs, folder) {
  const manifestBytes = read(fs, `${folder}/.slot/manifest.json`);
  const manifest = parse(manifestBytes, 'the manifest');
  if (typeof manifest.version !== 'string') throw new Refused('the manifest names no version');
  return { manifest, manifestBytes };
}

function mustFit(fs, folder, manifest) {
  if (manifest.platform?.os !== process.platform || manifest.platform?.arch !== process.arch) throw new Refused('made for another platform');
  verifyFiles(fs, folder, manifest);
}

/** From the root of trust over every later one to the catalogue, each signed as the one before demands. Time is not asked: sales never expire. */
function verifiedCatalogue(rootText, proof) {
  if (!Array.isArray(proof.roots) || typeof proof.targets !== 'string') throw new Refused('the proof does not have its form');
  let root = parse(rootText, 'the root of trust');
  for (const text of proof.roots) {
    const next = parse(text, 'a root');
    if (kindOf(next) !== 'root' || !(next.signed.version <= root.signed.version || next.signed.version === root.signed.version + 1))
      throw new Refused('the roots are not a chain');
    if (next.signed.version <= root.signed.version) continue; // the package brought a later one
    mustBeSigned(next, root, 'root');
    mustBeSigned(next, next, 'root');
    root = next;
  }
  const targets = parse(proof.targets, 'the catalogue');
  if (kindOf(targets) !== 'targets') throw new Refused('the catalogue is none');
  mustBeSigned(targets, root, 'targets');
  return targets.signed.targets;
}

function kindOf(document) {
  return Reflect.get(document.signed ?? {}, '_type');
}

function mustBeSigned(document, root, role) {
  const { keyids, threshold } = root.signed.roles?.[role] ?? {};
  if (!Array.isArray(keyids) || !Number.isInteger(threshold) || threshold < 1) throw new Refused(`no keys are named for ${role}`);
  const bytes = Buffer.from(canonical(document.signed));
  const good = new Set(
    keyids.filter((keyid) => {
      const key = root.signed.keys?.[keyid];
      const signature = document.signatures?.find((each) => each.keyid === keyid)?.sig;
      return typeof signature === 'string' && key !== undefined && isSigned(bytes, key, Buffer.from(signature, 'hex'));
    }),
  );
  const different = new Set([...good].map((keyid) => root.signed.keys[keyid].keyval.public));
  if (different.size < threshold) throw new Refused(`${role} is signed by ${different.size} of ${threshold} keys`);
}

function isSigned(bytes, key, signature) {
  try {
    const raw = key.keyval.public;
    if (key.keytype === 'ed25519') {
      const x = Buffer.from(raw, 'hex').toString('base64url');
      return verify(null, bytes, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }), signature);
    }
    return key.scheme === 'ecdsa-sha2-nistp256' && verify('sha256', bytes, createPublicKey(raw), signature);
  } catch {
    return false;
  }
}

/** OLPC canonical JSON, as The Update Framework signs it. */
function canonical(value) {
  if (typeof value === 'string') return `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'number' && !Number.isInteger(value)) throw new Refused('a number is no integer');
    return JSON.stringify(value);
  }
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${canonical(name)}:${canonical(value[name])}`)
    .join(',')}}`;
}

function mustMatch(catalogue, path, bytes) {
  const named = catalogue && Object.hasOwn(catalogue, path) ? catalogue[path] : undefined;
  if (named === undefined) throw new Refused(`${path} is not in the catalogue`);
  if (named.length !== bytes.length || named.hashes?.sha256 !== sha256(bytes)) throw new Refused(`${path} is not what was signed`);
}

function mustBeAmong(catalogue, prefix, bytes) {
  const hash = sha256(bytes);
  const found = Object.entries(catalogue).some(([path, { hashes }]) => path.startsWith(prefix) && hashes?.sha256 === hash);
  if (!found) throw new Refused('the configuration is not in the catalogue');
}

/** Each file as signed, and not one more. */
function verifyFiles(fs, folder, { files, start }) {
  if (!Array.isArray(files)) throw new Refused('the manifest lists no files');
  const listed = new Map(files.map((file) => [file.path, file]));
  if (!listed.has(start?.path)) throw new Refused('the file to start is not listed');
  for (const path of listed.keys()) if (!isPlain(path)) throw new Refused('a path in the manifest is not plain');
  const found = new Set(everyFile(fs, folder, ''));
  for (const path of found) if (!listed.has(path) && !path.startsWith('.slot/')) throw new Refused(`${path} is not of this release`);
  for (const [path, { sha256: hash, size }] of listed) {
    if (!found.has(path)) throw new Refused(`${path} is missing`);
    const facts = fs.lstatSync(`${folder}/${path}`);
    if (!facts.isFile() || facts.size !== size || hashOfFile(fs, `${folder}/${path}`, size) !== hash) throw new Refused(`${path} is damaged`);
  }
}

function isPlain(path) {
  return typeof path === 'string' && path.split('/').every((part) => SEGMENT.test(part) && part !== '.' && part !== '..');
}

function everyFile(fs, folder, below) {
  return fs.readdirSync(below === '' ? folder : `${folder}/${below}`).flatMap((name) => {
    const path = below === '' ? name : `${below}/${name}`;
    return fs.lstatSync(`${folder}/${path}`).isDirectory() ? everyFile(fs, folder, path) : [path];
  });
}

function hashOfFile(fs, path, size) {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(Math.min(CHUNK, size + 1));
  const file = fs.openSync(path, 'r');
  try {
    for (let at = 0; ;) {
      const count = fs.readSync(file, buffer, 0, buffer.length, at);
      if (count === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, count));
      at += count;
    }
  } finally {
    fs.closeSync(file);
  }
}

/**
 * What is to be started now, and that it is written down before. @returns `slot` undefined when nothing verifies.
 * @param place `{ install, root?, factory? }`, `root` being the text of the root of trust: without it the factory's release alone can be started
 */
export function choose(fs, { install, root, factory }, log = () => {}) {
  fs.mkdirSync(`${install}/releases`, { recursive: true });
  const folderOf = (slot) => (slot === FACTORY ? factory : `${install}/releases/${slot}`);
  const proves = (slot) => {
    try {
      if (slot === FACTORY) return factory === undefined ? undefined : verifyFactory(fs, factory);
      return verifySlot(fs, folderOf(slot), root);
    } catch (error) {
      log(`${slot}: ${error.message}`);
      return undefined;
    }
  };
  const kept = readState(fs, install);
  // What nobody could vouch for today may be good tomorrow: it has not failed.
  const judges = root !== undefined;
  let state = judges ? takeNext(fs, install, kept, proves) : stateOr(fs, install, kept);
  const tried = new Set();
  for (;;) {
    if (state.slot !== undefined && !tried.has(state.slot)) {
      tried.add(state.slot);
      const trial = !state.proven;
      const proof = trial && state.starts >= MAX_STARTS ? undefined : proves(state.slot);
      if (proof !== undefined) {
        if (trial) state = { ...state, starts: state.starts + 1 };
        if (JSON.stringify(state) !== JSON.stringify(kept)) writeState(fs, install, state);
        if (state.slot !== FACTORY) pointCurrent(fs, install, state.slot);
        return { slot: state.slot, folder: folderOf(state.slot), trial, ...proof };
      }
      if (trial && judges) state = withFailed(state, state.slot);
    }
    const other = [state.previous, ...standing(fs, install), FACTORY].find((slot) => slot !== null && !tried.has(slot) && !state.failed.includes(slot));
    if (other === undefined) break;
    state = { ...state, slot: other, previous: null, proven: true, starts: 0 };
  }
  if (kept !== undefined && state.failed.length > kept.failed.length) writeState(fs, install, { ...kept, failed: state.failed });
  return { slot: undefined };
}

/** The release on trial survived. */
export function confirm(fs, { install }, slot) {
  const state = readState(fs, install);
  if (state?.slot === slot && !state.proven) writeState(fs, install, { ...state, proven: true });
}

/** The release said that it is no good, or is past its last try: the one before it is next. */
export function giveUp(fs, { install }, slot) {
  const state = readState(fs, install);
  if (state?.slot !== slot || state.previous === null) return false;
  writeState(fs, install, { ...withFailed(state, slot), slot: state.previous, previous: null, proven: true, starts: 0 });
  return true;
}

/** What was laid out becomes what is on trial, once it proved; else it has failed. */
function takeNext(fs, install, kept, proves) {
  const state = stateOr(fs, install, kept);
  const next = parseOr(readIfThere(fs, `${install}/next.json`), undefined);
  if (next === undefined) return state;
  const { slot, retry = false } = typeof next === 'object' && next !== null ? next : {};
  let taken = state;
  if (typeof slot === 'string' && SLOT_NAME.test(slot) && slot !== state.slot && (retry === true || !state.failed.includes(slot))) {
    const failed = state.failed.filter((each) => each !== slot);
    const before = state.proven ? (state.slot ?? null) : state.previous;
    if (proves(slot) !== undefined) taken = { slot, previous: before, proven: false, starts: 0, failed };
    else if (standing(fs, install).includes(slot)) taken = withFailed(state, slot);
  }
  if (taken !== state) writeState(fs, install, taken);
  fs.unlinkSync(`${install}/next.json`);
  return taken;
}

function stateOr(fs, install, kept) {
  return kept ?? { slot: pointedAt(fs, install), previous: null, proven: true, starts: 0, failed: [] };
}

function withFailed(state, slot) {
  return { ...state, failed: [...state.failed.filter((each) => each !== slot), slot].slice(-50) };
}

/** Slots that are laid out whole. */
function standing(fs, install) {
  return fs
    .readdirSync(`${install}/releases`)
    .filter((name) => SLOT_NAME.test(name))
    .sort()
    .reverse();
}

function readState(fs, install) {
  const state = parseOr(readIfThere(fs, `${install}/state.json`), undefined);
  if (typeof state !== 'object' || state === null || !(state.slot === FACTORY || SLOT_NAME.test(state.slot))) return undefined;
  const { slot, previous, proven, starts, failed } = state;
  return {
    slot,
    previous: previous === FACTORY || (typeof previous === 'string' && SLOT_NAME.test(previous)) ? previous : null,
    proven: proven === true,
    starts: Number.isInteger(starts) && starts >= 0 ? starts : 0,
    failed: Array.isArray(failed) ? failed.filter((name) => typeof name === 'string') : [],
  };
}

function writeState(fs, install, state) {
  const file = fs.openSync(`${install}/state.json.new`, 'w', 0o644);
  try {
    fs.writeSync(file, Buffer.from(`${JSON.stringify(state)}\n`));
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(`${install}/state.json.new`, `${install}/state.json`);
  syncFolder(fs, install);
}

/** For people and for what else looks for the release that runs; the launcher itself goes by its state. */
function pointCurrent(fs, install, slot) {
  if (pointedAt(fs, install) === slot) return;
  try {
    fs.unlinkSync(`${install}/current.new`);
  } catch {
    // there was none
  }
  fs.symlinkSync(`releases/${slot}`, `${install}/current.new`);
  fs.renameSync(`${install}/current.new`, `${install}/current`);
  syncFolder(fs, install);
}

function pointedAt(fs, install) {
  try {
    const slot = fs.readlinkSync(`${install}/current`).replace(/^releases\//, '');
    return SLOT_NAME.test(slot) ? slot : undefined;
  } catch {
    return undefined;
  }
}

function syncFolder(fs, path) {
  const folder = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}

function read(fs, path) {
  const bytes = readIfThere(fs, path);
  if (bytes === undefined) throw new Refused(`${path.slice(path.lastIndexOf('/') + 1)} is missing`);
  return bytes;
}

function readIfThere(fs, path) {
  try {
    return fs.readFileSync(path);
  } catch {
    return undefined;
  }
}

function parse(bytes, what) {
  const value = parseOr(bytes, undefined);
  if (typeof value !== 'object' || value === null) throw new Refused(`${what} is damaged`);
  return value;
}

function parseOr(bytes, otherwise) {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return otherwise;
  }
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/* What follows starts processes. */

const CODES = {
  nothingVerifies: 'U1',
  neverHealthy: 'U2',
  needsTechnician: 'U3',
};

class Launcher {
  constructor(options) {
    this.options = options;
    this.health = `${options.install}/health`;
    this.child = undefined;
    /** The terminal says to systemd itself that it turns. */
    this.terminalSpeaks = false;
    this.stopping = false;
    this.wake = () => {};
    this.failures = 0;
  }

  async run() {
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => this.stop());
    tellSystemd('READY=1');
    const micros = Number(process.env.WATCHDOG_USEC);
    // Three words a limit, as the terminal (main/service-manager.ts): while one starts, while none is there.
    if (micros > 0) setInterval(() => this.terminalSpeaks || tellSystemd('WATCHDOG=1'), micros / 3000).unref();
    for (;;) {
      const place = placeOf(this.options);
      const chosen = choose(nodeFs, place, log);
      if (chosen.slot === undefined) {
        if (!(await this.outOfService(CODES.nothingVerifies))) return this.stopping ? 0 : 13;
        continue;
      }
      log(`starts ${chosen.slot}${chosen.trial ? ' on trial' : ''}`);
      tellSystemd(`STATUS=${chosen.slot}, ${chosen.manifest.version}${chosen.trial ? ', on trial' : ''}`);
      const { code, healthy, proven } = await this.oneRun(chosen);
      if (this.stopping || (code === 0 && !(chosen.trial && !healthy))) return 0;
      log(`${chosen.slot} ended with ${String(code)}${healthy ? '' : ' without having been healthy'}`);
      const onTrial = chosen.trial && !proven;
      if (code === 12 && giveUp(nodeFs, place, chosen.slot)) continue;
      if (code === 11 && healthy) continue;
      if (code === 13 && !onTrial) {
        if (!(await this.outOfService(CODES.needsTechnician))) return this.stopping ? 0 : 13;
        continue;
      }
      this.failures = healthy ? 0 : this.failures + 1;
      if (!onTrial && this.failures >= HOPELESS && this.options.viewer !== undefined) await this.outOfService(CODES.neverHealthy);
      else if (!(code === 10 && healthy)) await this.pause(Math.min(limits.firstRestart * 2 ** Math.max(0, this.failures - 1), limits.longestRestart));
      if (this.stopping) return 0;
    }
  }

  /** From its start to its end. */
  oneRun({ slot, folder, manifest, configured, trial }) {
    const { start } = manifest;
    nodeFs.rmSync(this.health, { force: true });
    const path = `${folder}/${start.path}`;
    const args = [...start.args, ...this.options.args];
    const env = {
      ...process.env,
      KIOSK_INSTALL: this.options.install,
      KIOSK_ROOT: this.options.root,
      ...(configured ? { KIOSK_SETTINGS: `${folder}/.slot/configuration.json` } : {}),
    };
    const byNode = start.by === 'node';
    // Its input is a pipe that nobody writes into: it ends when this process does, however that ends.
    const child = spawn(byNode ? process.execPath : path, byNode ? [path, ...args] : args, {
      cwd: folder,
      env,
      detached: true,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    this.child = child;
    const { healthyWithin, provenAfter, beatWithin, memoryMb } = this.options;
    const startedAt = performance.now();
    let healthyAt;
    let beat = { mark: undefined, at: startedAt };
    let proven = false;
    let why;
    const kill = (reason) => {
      why ??= reason;
      log(`${slot} is ended: ${reason}`);
      killGroup(child.pid);
    };
    const watch = setInterval(() => {
      const now = performance.now();
      const mark = beatOf(this.health);
      if (mark !== beat.mark) beat = { mark, at: now };
      if (healthyAt === undefined && mark !== undefined) {
        healthyAt = now;
        this.terminalSpeaks = true;
        log(`${slot} is healthy`);
      }
      if (healthyAt === undefined && now - startedAt > healthyWithin) kill(`not healthy within ${healthyWithin} ms`);
      if (healthyAt !== undefined && now - beat.at > beatWithin) kill(`no sign of life for ${beatWithin} ms`);
      if (memoryMb !== undefined && memoryOf(child.pid) > memoryMb) kill(`more than ${memoryMb} MB of memory`);
      if (trial && !proven && healthyAt !== undefined && now - healthyAt > provenAfter && why === undefined) {
        proven = true;
        confirm(nodeFs, this.options, slot);
        log(`${slot} is proven`);
      }
    }, 200);
    return new Promise((resolve) => {
      const ended = (code) => {
        clearInterval(watch);
        killGroup(child.pid);
        this.child = undefined;
        this.terminalSpeaks = false;
        resolve({ code: why === undefined ? code : -1, healthy: healthyAt !== undefined || beatOf(this.health) !== undefined, proven });
      };
      child.once('error', () => ended(-1));
      child.once('exit', (code, signal) => ended(code ?? signal));
    });
  }

  /** @returns whether to try again */
  async outOfService(code) {
    log(`out of service: ${code}`);
    tellSystemd(`STATUS=out of service: ${code}`);
    if (this.options.viewer === undefined) return false;
    const page = `${this.options.install}/out-of-service.html`;
    try {
      nodeFs.writeFileSync(page, outOfServicePage(code));
    } catch {
      log('the page can not be written'); // an older one, or none
    }
    const viewer = spawn(this.options.viewer, [page], { stdio: 'ignore', detached: true });
    viewer.once('error', (error) => log(`the viewer does not start: ${error.message}`));
    await this.pause(this.options.pageFor);
    killGroup(viewer.pid);
    return !this.stopping;
  }

  pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  stop() {
    if (this.stopping) return;
    this.stopping = true;
    tellSystemd('STOPPING=1');
    this.wake();
    const { child } = this;
    if (child === undefined) return;
    child.kill('SIGTERM');
    setTimeout(() => killGroup(child.pid), limits.stopGrace).unref();
  }
}

/** Read anew before each start: a root of trust that is put there counts without a restart of this process. */
function placeOf({ install, root, factory }) {
  const text = readIfThere(nodeFs, root)?.toString();
  const good = parseOr(text ?? '', undefined)?.signed !== undefined;
  if (!good) {
    const what = text === undefined ? `there is no root of trust at ${root}` : `${root} is damaged`;
    if (factory === undefined) throw new Error(`${what}: nothing can be started; put there what "npm run publish-release -- root" wrote`);
    log(`${what}: the release of the package is started, and no update is taken; put there what "npm run publish-release -- root" wrote`);
  }
  return { install, root: good ? text : undefined, factory };
}

/** sd_notify(3). The terminal says by itself that it turns, once it is healthy; beginning and end are this process's. */
function tellSystemd(word) {
  if (process.env.NOTIFY_SOCKET === undefined) return;
  spawn('/usr/bin/systemd-notify', [word], { stdio: 'ignore' }).once('error', (error) => log(`systemd can not be told: ${error.message}`));
}

/** Changes whenever the terminal said that it lives. */
function beatOf(file) {
  try {
    return nodeFs.statSync(file, { bigint: true }).mtimeNs;
  } catch {
    return undefined;
  }
}

/** MB that a process and all it started hold. */
function memoryOf(group) {
  let pages = 0;
  try {
    for (const pid of nodeFs.readdirSync('/proc')) {
      if (!/^[0-9]+$/.test(pid)) continue;
      const stat = parseStat(pid);
      if (stat?.group === group) pages += stat.pages;
    }
  } catch {
    return 0; // no /proc here
  }
  return (pages * 4096) / 1024 / 1024;
}

/** proc(5): after the name, which may hold anything, field 5 is the process group and 24 the resident pages. */
function parseStat(pid) {
  try {
    const text = nodeFs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { group: Number(fields[2]), pages: Number(fields[21]) };
  } catch {
    return undefined; // it ended
  }
}

function killGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended
  }
}

/** Static, in both languages, with a sign that needs none, and nothing to fetch: Chinese is drawn by the system's font (README.md). */
export function outOfServicePage(code) {
  return `<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>暂停服务 · Out of service</title>
<style>html{height:100%}body{height:100%;margin:0;display:flex;flex-direction:column;justify-content:center;align-items:center;gap:4vmin;
font-family:"Noto Sans SC","Noto Sans CJK SC",sans-serif;background:#10243a;color:#fff;text-align:center}
h1{font-size:9vmin;margin:0}p{font-size:4vmin;margin:0;max-width:80vmin;line-height:1.5}small{font-size:3vmin;opacity:.8}
i{width:22vmin;height:22vmin;border-radius:50%;background:#d8343c;display:flex;align-items:center;justify-content:center}
i::after{content:"";width:14vmin;height:4vmin;background:#fff}</style>
<i></i>
<h1>暂停服务</h1><p>本机暂时无法使用，请到其他自助机或服务窗口办理。<br>This machine is out of service. Please use another one or the counter.</p>
<small>${code}</small></html>
`;
}

function log(line) {
  process.stderr.write(`launcher: ${line}\n`);
}

function number(text, otherwise) {
  return text === undefined ? otherwise : Number(text);
}

function commandLine() {
  const text = { type: 'string' };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      install: text,
      root: text,
      factory: text,
      viewer: text,
      'memory-mb': text,
      'healthy-within': text,
      'proven-after': text,
      'beat-within': text,
      'page-for': text,
    },
  });
  if (values.install === undefined || values.root === undefined) throw new TypeError('--install and --root are needed');
  return {
    install: values.install,
    root: values.root,
    factory: values.factory,
    viewer: values.viewer,
    args: positionals,
    memoryMb: number(values['memory-mb'], undefined),
    healthyWithin: number(values['healthy-within'], limits.healthyWithin),
    provenAfter: number(values['proven-after'], limits.provenAfter),
    beatWithin: number(values['beat-within'], limits.beatWithin),
    pageFor: number(values['page-for'], limits.pageFor),
  };
}

if (import.meta.main) {
  process.umask(0o077);
  try {
    process.exitCode = await new Launcher(commandLine()).run();
  } catch (error) {
    log(error.message);
    process.exitCode = 2;
  }
  process.exit();
}
