/**
 * A card torn out of one real terminal process and put into another one: the same cabinet and chip, one server, two journals. What the
 * holder sees, and where the money is afterwards.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { HandAct } from '../../../drivers/bench/protocol.ts';
import { accountOf, ALL_AGREES, difference, transactionOf, truthOf } from '../../e2e/support/ground-truth.ts';
import { startSandbox, type Sandbox } from '../../launcher/sandbox.ts';
import { HeadlessTerminal } from './headless.ts';

const CARD = 'student-6688';
const AMOUNT = 2000;
const PATIENCE = { timeout: 40_000, interval: 50 };
/** The background settlement comes by every half minute. */
const SETTLING = { timeout: 90_000, interval: 500 };

let sandbox: Sandbox;
/** Configuration of the terminal that stands elsewhere. */
let elsewhere: string;
let terminal: HeadlessTerminal;

beforeAll(async () => {
  sandbox = await startSandbox({ speed: 4, settings: { log: { level: 'warn' } } });
  elsewhere = path.join(sandbox.data, 'elsewhere.json');
  const config = JSON.parse(readFileSync(sandbox.config, 'utf8')) as { terminal: object; data: object };
  const other = {
    ...config,
    terminal: { ...config.terminal, id: 'T-0002', shortName: 'B02', terminalNumber: '301000890004' },
    data: { ...config.data, folder: path.join(sandbox.data, 'elsewhere') },
  };
  writeFileSync(elsewhere, JSON.stringify(other));
}, 60_000);

afterAll(async () => {
  await terminal.stop();
  await sandbox.stop();
}, 60_000);

test.each([
  ['beforeCredit', 'notCredited', 0],
  ['afterCredit', 'credited', AMOUNT],
] as const)(
  'torn %s at one terminal: at the other one it is %s, said under the first number, and the first terminal settles it',
  async (tear, verdict, onCard) => {
    const start = await truthOf(sandbox);
    const reference = await tornTopUp(tear);

    terminal = new HeadlessTerminal(elsewhere);
    await terminal.sees('attract', ({ services }) => services.some(({ name, available }) => name === 'topUp' && available));
    await hand({ act: 'insertCard', card: CARD });
    expect(await terminal.sees('earlier-load')).toMatchObject({ verdict, reference, amount: AMOUNT, tail: '6688' });
    await terminal.touchUntil({ type: 'finish' }, 'take-card');
    await hand({ act: 'takeCard' });
    await terminal.sees('attract');
    await hand({ act: 'insertCard', card: CARD });
    await terminal.sees('menu');
    await terminal.touchUntil({ type: 'finish' }, 'take-card');
    await hand({ act: 'takeCard' });
    await terminal.sees('attract');
    await terminal.stop();

    terminal = new HeadlessTerminal(sandbox.config);
    await terminal.sees('attract');
    await vi.waitFor(async () => {
      expect(transactionOf(sandbox.journal, reference).cases).toMatchObject([{ settled: AMOUNT }]);
      const { reserved, credited } = difference(start, await truthOf(sandbox));
      expect({ reserved, credited }).toEqual({ reserved: 0, credited: onCard });
    }, SETTLING);
    await terminal.stop();

    const now = await truthOf(sandbox);
    const change = difference(start, now);
    expect(change).toEqual({ box: [], chips: onCard === 0 ? {} : { [CARD]: { balance: AMOUNT, loads: 1 } }, paid: onCard, credited: onCard, reserved: 0 });
    expect(transactionOf(sandbox.journal, reference)).toMatchObject({ loaded: onCard, refunded: AMOUNT - onCard, owed: 0, held: 0, anomalies: [] });
    expect(accountOf(path.join(sandbox.data, 'elsewhere', 'journal.sqlite'), now, now)).toEqual(ALL_AGREES);
  },
  180_000,
);

/** The process ends with the card out, and starts again. @returns the number that its screen shows then */
async function tornTopUp(tear: 'beforeCredit' | 'afterCredit'): Promise<string> {
  terminal = new HeadlessTerminal(sandbox.config);
  await terminal.sees('attract', ({ services }) => services.some(({ name, available }) => name === 'topUp' && available));
  await terminal.touchUntil({ type: 'service', service: 'topUp' }, 'insert-card');
  await hand({ act: 'insertCard', card: CARD });
  await terminal.sees('top-up-amount');
  await terminal.touchUntil({ type: 'amount', amount: AMOUNT }, 'top-up-amount', ({ selected }) => selected === AMOUNT);
  await terminal.touchUntil({ type: 'confirm' }, 'top-up-tender', ({ tenders }) => tenders.every(({ available }) => available));
  await terminal.touchUntil({ type: 'tender', tender: 'qr' }, 'top-up-qr', ({ state }) => state === 'waiting');
  await hand({ act: 'knob', knob: 'card.tear', value: tear });
  await hand({ act: 'phone', does: 'pay' });
  await terminal.sees('put-back');
  await terminal.stop();
  terminal = new HeadlessTerminal(sandbox.config);
  const { reference, outcome } = await terminal.sees('settled');
  expect(outcome).toBe('case');
  await terminal.stop();
  return reference;
}

function hand(act: HandAct): Promise<boolean> {
  return vi.waitUntil(async () => (await sandbox.hand(act)).done, PATIENCE);
}
