/**
 * `npm run demo -- [--flow NAME] [--tender cash|qr|qr-presented|card] [--amount FEN] [--fault NAME] [--data DIR] [--json]`: a scripted cardholder tops up
 * through the real screen, or comes for another service. Exit status 0 only when the outcome is the right one for the fault.
 */
import { parseArgs } from 'node:util';
import './preflight.mjs';
import { demoFlows, isDemoFlow, runFlowDemo } from './demo-flows.ts';
import { demoFaults, demoTenders, isDemoFault, runDemo } from './demo-run.ts';
import { findHost } from './host.ts';
import { MissingNeed } from './needs.ts';

const USAGE = `usage: npm run demo -- [--tender ${demoTenders.join('|')}] [--amount FEN] [--fault ${Object.keys(demoFaults).join('|')}] [--data DIR] [--json]
       npm run demo -- --flow ${['top-up', ...Object.keys(demoFlows)].join('|')} [--data DIR] [--json]`;

function wrong(message: string): never {
  process.stderr.write(`${message}; ${USAGE}\n`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        flow: { type: 'string', default: 'top-up' },
        tender: { type: 'string', default: 'cash' },
        amount: { type: 'string', default: '5000' },
        fault: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

const { flow, tender, amount: amountText, fault, data, json } = readArguments();
const amount = Number(amountText);
if (flow !== 'top-up' && !isDemoFlow(flow)) wrong(`--flow ${flow} is unknown`);
if (flow !== 'top-up' && fault !== undefined) wrong('--fault goes with --flow top-up');
const way = demoTenders.find((known) => known === tender);
if (way === undefined) wrong(`--tender ${tender}: expected one of ${demoTenders.join(', ')}`);
if (!Number.isSafeInteger(amount) || amount < 1) wrong(`--amount ${amountText}: expected whole fen`);
if (fault !== undefined && !isDemoFault(fault)) wrong(`--fault ${fault} is unknown`);

try {
  const host = await findHost();
  if (!json) process.stdout.write(`${host.line}\n`);
  process.exit(await (isDemoFlow(flow) ? runFlowDemo(flow, { host, data, json }) : runDemo({ host, tender: way, amount, fault, data, json })));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error instanceof MissingNeed ? error.message : (error.stack ?? error.message)) : String(error)}\n`);
  process.exit(error instanceof MissingNeed ? 2 : 1);
}
