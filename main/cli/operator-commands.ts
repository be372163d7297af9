/**
 * `kioskctl status`, `readiness` and `support-bundle`: a terminal as an operator sees it by SSH, beside the running process. They read what it
 * leaves in its data folder, take no lock, and change nothing.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, compactDecrypt } from 'jose';
import packageJson from '../../package.json' with { type: 'json' };
import { parseJson } from '../../common/parse-json.ts';
import { seal, SEALING } from '../../common/sealing.ts';
import { sealingPublicKeySchema, type SealingPublicKey } from '../../common/upstream-api/support.ts';
import type { TerminalState } from '../../common/upstream-api/terminals.ts';
import { loadConfig, type TerminalConfig } from '../config/config.ts';
import { dataFilesOf } from '../config/data-files.ts';
import { withContent } from '../journal/content.ts';
import { JournalError } from '../journal/journal-error.ts';
import { alarmWords, forecastText } from '../maintenance/alarm-words.ts';
import { keptReport, readReport } from '../maintenance/readiness/kept-report.ts';
import { readinessPdf } from '../maintenance/readiness/report-pdf.ts';
import { journalKeyOf, makeBundle } from '../maintenance/support-bundle/bundle.ts';
import { composeReadiness, type SignedReadiness } from '../receipts/readiness-slip.ts';
import { slipText } from '../receipts/settlement-slip.ts';
import { readState, stateFileDelays, type WrittenState } from '../terminal/state-file.ts';
import { systemClock } from '../terminal/system.ts';
import { Failure, readArguments, text, UsageError, type Command, type Given, type Output, type Status } from './command.ts';

const COLUMNS = 48;

export const operatorCommands: Readonly<Record<string, Command>> = {
  status: {
    usage: 'status --config FILE [--json]',
    does: 'says how the terminal is: service, alarms with advice, supplies, journal; 1 when nobody is served',
    run: status,
  },
  readiness: {
    usage: 'readiness --config FILE [--pdf FILE] [--language LOCALE] [--json]',
    does: 'shows the last readiness report and checks its signature; 1 when the terminal may not serve by it',
    run: readiness,
  },
  'support-bundle': {
    usage: 'support-bundle --config FILE --to KEY --out FILE [--log FILE|-]',
    does: 'writes state, configuration without secrets, proof of the journal and redacted logs, sealed to the operator’s key',
    run: supportBundle,
  },
  'support-bundle open': {
    usage: 'support-bundle open FILE --key KEY',
    does: 'at the operator: opens a bundle with the private key and prints it',
    run: openBundle,
  },
};

function configOf(given: Given): { readonly file: string; readonly config: TerminalConfig } {
  const file = text(given, 'config');
  if (file === undefined) throw new UsageError('--config is needed: the configuration of the terminal');
  return { file, config: loadConfig(file) };
}

interface JournalFigures {
  readonly epoch: number;
  readonly signedUpTo: number;
  readonly receiptedUpTo: number;
}

/** What the file itself says, without reading its entries. */
function journalFigures(path: string): JournalFigures | string {
  try {
    return withContent(path, ({ epoch, checkpoints, receipts }) => ({
      epoch,
      signedUpTo: checkpoints.at(-1)?.seq ?? 0,
      receiptedUpTo: receipts.findLast((receipt) => receipt.epoch === epoch)?.upToSeq ?? 0,
    }));
  } catch (error) {
    if (error instanceof JournalError) return error.message;
    throw error;
  }
}

function status(args: readonly string[], { out, error }: Output): Status {
  const { given } = readArguments(args, { least: 0, most: 0 }, { config: 'string', json: 'boolean' });
  const { config } = configOf(given);
  const files = dataFilesOf(config);
  const written = readState(files.state);
  const running = isRunning(files.processId);
  const ageMs = written === undefined ? undefined : systemClock.now() - written.at;
  // one that is written every minute and was not for two: the process hangs, whatever the system says of it
  const hangs = running && (ageMs === undefined || ageMs > 2 * stateFileDelays.again);
  const journal = journalFigures(files.journal);
  const report = lastReport(config)?.signed.report;
  const good = running && !hangs && written?.state.service !== 'outOfService' && typeof journal !== 'string';
  if (given['json'] === true) {
    const last = report === undefined ? null : { at: report.at, verdict: report.verdict, paused: report.paused };
    out(
      JSON.stringify({
        terminalId: config.terminal.id,
        running,
        hangs,
        ageMs: ageMs ?? null,
        state: written?.state ?? null,
        link: written?.link ?? null,
        journal,
        readiness: last,
      }),
    );
    return good ? 0 : 1;
  }
  out(
    `${config.terminal.id} · ${running ? (hangs ? 'the process is there and says nothing' : 'running') : 'not running'}${written === undefined ? '' : ` · told ${Math.round((ageMs ?? 0) / 1000)} s ago`}`,
  );
  for (const line of written === undefined ? [] : stateLines(written)) out(line);
  if (typeof journal === 'string') error(`kioskctl: the journal can't be read: ${journal}`);
  else out(`journal: epoch ${journal.epoch}, signed up to entry ${journal.signedUpTo}, upstream has up to ${journal.receiptedUpTo}`);
  out(report === undefined ? 'readiness: no report' : `readiness: ${report.verdict}, ${new Date(report.at).toISOString()}, by ${report.by}`);
  return good ? 0 : 1;
}

function stateLines({ link, state }: WrittenState): readonly string[] {
  const words = alarmWords('en');
  const { version, service, reasons, view, devices, alarms = [], supplies = [] } = state;
  return [
    `version ${version} · ${service}${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`} · upstream ${link} · screen ${view}`,
    ...devices.map(deviceLine),
    ...alarms.flatMap(({ code, weight, device, since, cause }) => [
      `alarm (${words(`weight_${weight}`)}): ${words(`alarm_${code}`)}${device === undefined ? '' : ` · ${device}`} · since ${new Date(since).toISOString()}${cause === undefined ? '' : ` · ${cause}`}`,
      `  → ${words(`advice_${code}`)}`,
    ]),
    ...supplies.map((supply) => forecastText(supply, words)),
  ];
}

function deviceLine({ device, health, identity, words, storage }: TerminalState['devices'][number]): string {
  const stores = storage
    .filter(({ level }) => level !== 'notSupported')
    .map(({ id, level, count }) => `${id} ${level}${count === undefined ? '' : ` (${count})`}`);
  const said = Object.entries(words).map(([name, word]) => `${name} ${word}`);
  return `${device.padEnd(15)} ${health.padEnd(13)} ${[...(identity === undefined ? [] : [identity.model]), ...said, ...stores].join(' · ')}`.trimEnd();
}

function isRunning(processId: string): boolean {
  try {
    return process.kill(Number(readFileSync(processId, 'utf8')), 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // another user's: it is there
  }
}

function lastReport(config: TerminalConfig): { readonly signed: SignedReadiness; readonly jws: string } | undefined {
  const files = dataFilesOf(config);
  const jws = keptReport(files.readiness).read();
  const key = journalKeyOf(files.journal);
  const signed = jws === undefined || key === undefined ? undefined : readReport(jws, key);
  return signed === undefined || jws === undefined ? undefined : { signed, jws };
}

function readiness(args: readonly string[], { out }: Output): Status {
  const { given } = readArguments(args, { least: 0, most: 0 }, { config: 'string', pdf: 'string', language: 'string', json: 'boolean' });
  const { config } = configOf(given);
  const found = lastReport(config);
  if (found === undefined)
    throw new Failure(
      existsSync(dataFilesOf(config).readiness)
        ? `${dataFilesOf(config).readiness} is not signed by this terminal: make a new report on its maintenance screen`
        : 'there is no readiness report yet: it is made on the maintenance screen, at the end of a visit',
    );
  const { signed, jws } = found;
  const heading = [config.site.operator, config.site.place];
  const locale = text(given, 'language') ?? config.language;
  const pdf = text(given, 'pdf');
  if (pdf !== undefined) writeFileSync(pdf, readinessPdf(signed, jws, heading, locale, config.terminal.timeZone));
  if (given['json'] === true) out(JSON.stringify({ ...signed.report, jws }));
  else
    for (const line of slipText(composeReadiness(signed, heading, locale, config.terminal.timeZone, COLUMNS), COLUMNS)
      .trimEnd()
      .split('\n'))
      out(line);
  return signed.report.verdict === 'notReady' ? 1 : 0;
}

async function supportBundle(args: readonly string[], { out }: Output): Promise<Status> {
  const { given } = readArguments(args, { least: 0, most: 0 }, { config: 'string', to: 'string', out: 'string', log: 'string' });
  const { file, config } = configOf(given);
  const [to, target, log] = (['to', 'out', 'log'] as const).map((name) => text(given, name));
  if (to === undefined) throw new UsageError('--to is needed: the operator’s public key (P-256, PEM or JWK) that the bundle is sealed to');
  if (target === undefined) throw new UsageError('--out is needed: the file to write');
  const bundle = makeBundle({
    config,
    written: parseJson(readFileSync(file, 'utf8')),
    at: systemClock.now(),
    version: packageJson.version,
    logLines: log === undefined ? [] : logLinesOf(log),
  });
  const key = await sealingKeyOf(to);
  const sealed = await seal(key, JSON.stringify(bundle));
  writeFileSync(target, `${sealed}\n`, { mode: 0o600 });
  out(`${target}: ${sealed.length} bytes, sealed to ${key.kid}; nobody on this terminal can open it again`);
  return 0;
}

function logLinesOf(file: string): readonly string[] {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    throw new Failure(`the log ${file} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Other members of a JWK (kid, use …) don't matter here. */
const jwkSchema = sealingPublicKeySchema.omit({ kid: true }).strip();

/** @throws {UsageError} */
async function sealingKeyOf(argument: string): Promise<SealingPublicKey> {
  const content = existsSync(argument) ? readFileSync(argument, 'utf8') : argument;
  try {
    const jwk = jwkSchema.safeParse(parseJson(content));
    const { kty, crv, x, y } = createPublicKey(jwk.success ? { key: jwk.data, format: 'jwk' } : content).export({ format: 'jwk' });
    return sealingPublicKeySchema.parse({ kty, crv, x, y, kid: await calculateJwkThumbprint({ kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '' }) });
  } catch {
    throw new UsageError(`${JSON.stringify(argument.slice(0, 60))} is no P-256 public key (PEM or JWK, as a file or as text)`);
  }
}

async function openBundle(args: readonly string[], { out }: Output): Promise<Status> {
  const { words, given } = readArguments(args, { least: 1, most: 1 }, { key: 'string' });
  const [file = ''] = words;
  const keyFile = text(given, 'key');
  if (keyFile === undefined) throw new UsageError('--key is needed: the operator’s private key (PEM)');
  const sealed = readOrFail(file).trim();
  let key: KeyObject;
  try {
    key = createPrivateKey(readOrFail(keyFile));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${keyFile} holds no private key (PEM)`);
  }
  try {
    const { plaintext } = await compactDecrypt(sealed, key, { keyManagementAlgorithms: [SEALING.alg], contentEncryptionAlgorithms: [SEALING.enc] });
    out(JSON.stringify(JSON.parse(new TextDecoder().decode(plaintext)), undefined, 2));
    return 0;
  } catch {
    throw new Failure(`${file} was sealed to another key, or is damaged`);
  }
}

function readOrFail(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Failure(`${file} can't be read`);
  }
}
