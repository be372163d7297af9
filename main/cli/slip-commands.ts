/** `kioskctl slip …`: says of a slip's code what the operator's page says of it, from published files and without a network. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fen, formatYuan } from '../../common/fen.ts';
import { publicationSchema } from '../../common/publication.ts';
import type { SlipClaims } from '../../common/slip.ts';
import { parseJson } from '../../common/parse-json.ts';
import { verifySlip, type SlipFinding } from '../receipts/verify-slip.ts';
import { Failure, readArguments, text, UsageError, type Command, type Output, type Status } from './command.ts';
import { readPublicKey } from './read-public-key.ts';

export const slipCommands: Readonly<Record<string, Command>> = {
  'slip verify': {
    usage: 'slip verify URL|JWS --published FILE|FOLDER --upstream-key JWK|PEM [--json]',
    does: 'proves what a slip says, from its code and the published journal',
    run: verify,
  },
};

function verify(args: readonly string[], { out, error }: Output): Status {
  const { words, given } = readArguments(args, { least: 1, most: 1 }, { published: 'string', 'upstream-key': 'string', json: 'boolean' });
  const [code = ''] = words;
  const published = text(given, 'published');
  const key = text(given, 'upstream-key');
  if (published === undefined || key === undefined) throw new UsageError('--published and --upstream-key are needed');
  const finding = verifySlip(code, readPublicKey(key), readStatements(published));
  if (given['json'] === true) out(JSON.stringify(finding));
  else for (const line of report(finding)) out(line);
  const bad = TROUBLE[finding.verdict];
  if (bad === undefined) return 0;
  error(`kioskctl: ${bad}`);
  return 1;
}

/** What is wrong, and what to do. A slip that is genuine and not yet published is good. */
const TROUBLE: Readonly<Record<SlipFinding['verdict'], string | undefined>> = {
  published: undefined,
  notYet: undefined,
  recordNotAtHand: 'the published file that holds this entry is not among the given ones: give the whole folder',
  noRecords: 'nothing among the published files is signed by this operator: check --published and --upstream-key',
  missing: 'the entry should have been published long ago: look for this terminal’s journal upstream',
  contradicted: 'the published journal has another entry at this place: keep the slip, the files and the terminal’s journal as they are',
  unknownTerminal: 'no terminal of this operator has this name',
  forged: 'not signed by the terminal that it names: this operator’s terminal did not print it',
  altered: 'changed after the terminal signed it, or misread: scan it again',
  training: 'a training terminal printed it: nothing on it ever happened',
  numberOnly: 'the code holds only a reference number, nothing to prove: kioskctl journal show --reference finds the transaction',
  notASlip: 'this is not the code of a slip: give the whole link, or what stands behind its #',
};

function report(finding: SlipFinding): string[] {
  if (!('slip' in finding)) return [`verdict: ${finding.verdict}`];
  const { slip, publishedAt, verdict } = finding;
  return [
    `verdict: ${verdict}`,
    `${slip.reference} · ${slip.outcome} · ${sumOf(slip)} · ${slip.tender} · card …${slip.cardTail} · ${new Date(slip.at * 1000).toISOString()}`,
    `terminal ${slip.terminalId} · epoch ${slip.epoch} · entry ${slip.seq} · ${slip.hash}`,
    'proved: a key that the operator names as this terminal’s signed exactly this',
    ...(verdict === 'published' ? [`proved: the operator published this entry at this place (${new Date(publishedAt).toISOString()})`] : []),
    ...(verdict === 'published' && finding.sealedUpTo !== undefined ? [`proved: the terminal itself signed its journal at entry ${finding.sealedUpTo}`] : []),
    ...(verdict === 'notYet' ? [`not proved: that the entry is published; it is newer than what is (${new Date(publishedAt).toISOString()})`] : []),
  ];
}

/** A case about no amount is about a note that is stuck, of which nobody knew the value. */
function sumOf({ outcome, amount }: SlipClaims): string {
  return outcome === 'case' && amount === 0 ? 'value not known yet' : formatYuan(fen(amount));
}

/** @throws {Failure} */
function readStatements(path: string): string[] {
  if (!existsSync(path)) throw new Failure(`${path} is not there: give a published file, or the folder it is in`);
  if (!statSync(path).isDirectory()) return readPublication(path);
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return files.flatMap((name) => readPublication(join(path, name)));
}

function readPublication(file: string): string[] {
  const publication = publicationSchema.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (!publication.success) throw new Failure(`${file} is no published file: {"statements":[…]} is expected`);
  return publication.data.statements;
}
