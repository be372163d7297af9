/** `npm run demo -- --flow NAME`: the flows beside the top-up, each with a scripted person, and what must be true at its end. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { formatYuan, fen } from '../../common/fen.ts';
import { CARD, chipBalance, onStage, type Stage, type StageOptions } from './demo-stage.ts';
import { putAtIssuer } from './issuer-hands.ts';
import { verifyJournal } from '../../main/journal/verify.ts';
import { SUPERVISOR } from '../support/staff-at-hand.ts';
import { everyDevice, type Sandbox, type Settings } from './sandbox.ts';
import { prepareForStaff, Staff, staffSettings } from './staff.ts';

/** Never activated. */
const NEW_CARD = 'new-4410';

interface Ending {
  readonly outcome: string;
  /** Whether it is so in the world, not only on the glass. */
  readonly right: boolean;
  readonly reference?: string;
}

interface Flow {
  readonly wants: string;
  readonly settings?: Settings;
  readonly prepare?: (sandbox: Sandbox) => void;
  readonly play: (stage: Stage) => Promise<Ending>;
}

export const demoFlows = {
  statement: { wants: 'a cardholder wants to see, and have on paper, what the card did', play: statement },
  'loss-report': { wants: 'somebody has lost a card and has their identity card with them', settings: everyDevice, play: lossReport },
  replacement: { wants: 'somebody has lost a card, has their identity card with them, and wants a new one', settings: everyDevice, play: replacement },
  'pending-load': { wants: 'a subsidy of ¥80.00 waits for the card ending 6688', play: pendingLoad },
  account: { wants: 'a new card is activated', play: account },
  support: { wants: 'somebody has a question, and wants to be called about it', settings: { support: { survey: true } }, play: support },
  maintenance: {
    wants: 'a card was torn out while it was written; then somebody of the operator’s comes with paper, blank cards and an empty cash box',
    settings: { ...everyDevice, ...staffSettings([SUPERVISOR]) },
    prepare: prepareForStaff,
    play: maintenance,
  },
} as const satisfies Readonly<Record<string, Flow>>;
export type DemoFlow = keyof typeof demoFlows;

export function isDemoFlow(name: string): name is DemoFlow {
  return Object.hasOwn(demoFlows, name);
}

/** @returns the exit status */
export async function runFlowDemo(flow: DemoFlow, options: StageOptions): Promise<number> {
  const { wants, play, settings, prepare }: Flow = demoFlows[flow];
  const told = async (stage: Stage): Promise<Ending> => {
    stage.tell(wants);
    return play(stage);
  };
  const { ending, journal, receiptPng, tell } = await onStage(options, told, settings, prepare);
  const right = ending.right && journal.verified;
  if (options.json)
    process.stdout.write(`${JSON.stringify({ flow, ...ending, right, journal, receiptPng, host: options.host.line.replace(/^host: /, '') })}\n`);
  tell(right ? `\nas it should be: ${ending.outcome}` : `\nWRONG: ${ending.outcome}`);
  return right ? 0 : 1;
}

/** After a top-up, so that card and account have something to say. */
async function statement({ person, sandbox, tell }: Stage): Promise<Ending> {
  await person.choosesTopUp(CARD, 5000);
  await person.touches('tender-qr');
  await person.seesCode();
  await sandbox.hand({ act: 'phone', does: 'pay' });
  await person.sees('done');
  await person.leaves();
  tell('¥50.00 was loaded; now the statement');
  await person.comesBack(CARD);
  await person.sees('menu');
  await person.touches('start-statement');
  await person.sees('statement');
  await person.touches('statement-print');
  await (await person.page()).locator('[data-testid="screen"][data-print="done"]').waitFor();
  const { slips } = await sandbox.cabinet();
  const loads = slips.flatMap(({ text }) => text).filter((line) => line.includes('+50.00'));
  tell(`on paper: ${loads.join(' ').trim()}`);
  return { outcome: 'printed', right: loads.length === 1 };
}

async function lossReport({ person, sandbox, tell }: Stage): Promise<Ending> {
  await person.sees('attract');
  await person.touches('lost-card');
  await person.sees('loss-ways');
  await person.touches('way-document');
  await person.sees('loss-document');
  await sandbox.hand({ act: 'layDocument', document: 'valid' });
  await person.sees('loss-cards');
  await sandbox.hand({ act: 'liftDocument' });
  tell('the identity card names two cards; one of them is lost');
  await person.touches('card-1');
  await person.sees('loss-confirm');
  await person.touches('confirm');
  await person.sees('loss-told');
  const reference = (await person.reads('reference')).trim();
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  const { reports } = (await sandbox.books()).issuerServices.losses;
  const [report, ...others] = reports;
  tell(`the issuer has ${reports.length} report: ${report?.reference ?? 'none'}, ${report?.state ?? ''}`);
  return { outcome: 'effective', reference, right: report?.reference === reference && report.state === 'effective' && others.length === 0 };
}

/** The fee is ¥20.00 (resources/config/example.json). */
async function replacement({ person, sandbox, tell }: Stage): Promise<Ending> {
  await person.sees('attract');
  await person.touches('replace-card');
  await person.sees('loss-ways');
  await person.touches('way-document');
  await person.sees('loss-document');
  await sandbox.hand({ act: 'layDocument', document: 'valid' });
  await person.sees('loss-cards');
  await sandbox.hand({ act: 'liftDocument' });
  await person.touches('card-1');
  await person.sees('loss-confirm');
  await person.touches('confirm');
  await person.sees('loss-told');
  tell('the lost card is reported; now a new one');
  await person.touches('replace-card');
  await person.sees('replace-fee');
  const fee = await person.readsAmount('due');
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.feeds(fee);
  await person.sees('replace-making');
  await person.sees('replace-take');
  tell('the issuer wrote a blank, and it was read back: it lies at the gate');
  await person.takesCard();
  await person.sees('replace-done');
  const reference = (await person.reads('reference')).trim();
  const tail = (await person.reads('new-tail')).trim();
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  await person.sees('replace-done');
  await person.touches('finish');
  await person.makesWay();
  const { notes, cards } = await sandbox.cabinet();
  const made = cards.find((card) => card.tail === tail && card.where === 'hand');
  tell(`in their hand: a card ending ${made?.tail ?? 'nothing'}; in the box: ¥${formatYuan(fen(notes.box.reduce((sum, note) => sum + note, 0)))}`);
  await person.comesBack(made?.id ?? '');
  await person.sees('menu');
  tell('the new card is put in, and is served like any other');
  await person.leaves();
  const { replacements } = (await sandbox.books()).issuerServices.replacements;
  const [done, ...others] = replacements;
  tell(`the issuer has ${replacements.length} new card: ${done?.reference ?? 'none'}, ${done?.state ?? ''}`);
  const told = done?.reference === reference && done.state === 'taken' && done.newSerial?.endsWith(tail) === true;
  return { outcome: 'delivered', reference, right: told && others.length === 0 && made !== undefined && notes.box.length === 1 && notes.box[0] === fee };
}

async function pendingLoad({ person, sandbox, tell }: Stage): Promise<Ending> {
  const amount = 8000;
  await putAtIssuer(sandbox, { amount });
  const before = await chipBalance(sandbox);
  await person.comesBack(CARD);
  await person.sees('menu');
  await person.touches('start-pending-load');
  await person.sees('pending-offer');
  await person.touches('pending-load');
  await person.sees('done');
  const reference = (await person.reads('reference')).trim();
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  const after = await chipBalance(sandbox);
  tell(`delivered: number ${reference}, on the card ¥${formatYuan(fen(before))} → ¥${formatYuan(fen(after))}`);
  return { outcome: 'delivered', reference, right: after === before + amount };
}

async function account({ person, sandbox, tell }: Stage): Promise<Ending> {
  await person.sees('attract');
  await person.touches('start');
  await person.inserts(NEW_CARD);
  await person.sees('card-problem');
  tell('the card is not activated; that can be put right here');
  await person.touches('start-account');
  await person.sees('account-menu');
  await person.touches('service-activate');
  await person.sees('account-confirm');
  await person.touches('confirm');
  await person.sees('account-told');
  await person.seesFact('outcome', 'activated');
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  const { scripts } = (await sandbox.books()).issuerServices;
  tell(`the issuer has ${scripts.confirmed} script that the card confirmed`);
  await person.touches('another');
  await person.sees('menu');
  return { outcome: 'activated', right: scripts.confirmed === 1 };
}

/** The note of ¥20.00 is in the box, and the card that it was to go on is gone, undecided. */
async function maintenance({ person, sandbox, tell }: Stage): Promise<Ending> {
  const reference = await tornTopUp({ person, sandbox, tell });
  const staff = new Staff(person, sandbox);
  await staff.serviceSwitch('maintenance');
  await staff.signsIn(SUPERVISOR);
  tell(`signed in with a one-time code and a PIN, offline: ${SUPERVISOR.number}, ${SUPERVISOR.role}`);
  await person.touches('room-devices');
  await person.sees('maintenance-devices');
  await person.touches('device-cardReader', 'retry');
  tell('the card reader says who it is, and is tried again');
  await person.touches('back');
  await person.sees('maintenance-overview');
  await staff.refills(120);
  tell('paper replaced, 120 blank cards: both in the journal');
  await staff.findsStory('6688');
  const verdict = await staff.asksCard(CARD);
  tell(`its card says: ${verdict}; number ${reference} is decided`);
  await person.touches('back', 'back');
  await person.sees('maintenance-overview');
  await staff.exchangesBox('B-0012', 'B-0031');
  await staff.counts([[2000, 1]]);
  await person.touches('confirm');
  await (await person.page()).locator('[data-testid="print"]').waitFor();
  await person.sees('maintenance-box');
  const { balances } = verifyJournal(sandbox.journal);
  tell(
    `box B-0012 came out and was counted: in transit ¥${formatYuan(fen(balances['cash.transit']))}, difference ¥${formatYuan(fen(Math.abs(balances.suspense)))}`,
  );
  await staff.leavesBox();
  await staff.answersForTheScreen();
  await staff.showsCard(CARD);
  await staff.leavesOutTheRest();
  await staff.makesReport('in');
  tell('readiness report, signed and in the journal: the terminal may serve; what was not tested is paused');
  await person.touches('back');
  await person.sees('maintenance-overview');
  await person.touches('back-in-service');
  await staff.serviceSwitch('operator');
  await person.sees('attract');
  tell('back in service');
  const right = verdict === 'credited' && balances['cash.transit'] === 2000 && balances.suspense === 0 && balances['cash.box'] === 0;
  return { outcome: 'backInService', reference, right };
}

async function tornTopUp({ person, sandbox, tell }: Stage): Promise<string> {
  await sandbox.hand({ act: 'fault', fault: 'tearAfterCredit', on: true });
  await person.choosesTopUp(CARD, 2000);
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.pays(2000);
  await person.touches('confirm');
  await person.sees('put-back');
  await person.touches('put-back-leave');
  await person.sees('settled');
  const reference = (await person.reads('reference')).trim();
  await person.seesFact('receipt', 'printed');
  await person.leaves();
  await sandbox.hand({ act: 'fault', fault: 'tearAfterCredit', on: false });
  await person.sees('attract');
  tell(`the card was torn out while it was written, and taken away: number ${reference}, nobody knows yet`);
  return reference;
}

/** An answer from the shelf, then a call back by appointment, and how it went. */
async function support(stage: Stage): Promise<Ending> {
  const { person, sandbox, tell } = stage;
  await until(() => existsSync(path.join(path.dirname(sandbox.journal), 'desk-sheet.jws')), 'the desk never said what can be sealed to it');
  await findsAnswer(stage);
  await person.touches('back', 'back');
  await person.sees('help-home');
  await person.touches('desk-callback');
  await person.sees('ticket-topics');
  await person.touches('topic-cardFault');
  await person.sees('callback-slots');
  const page = await person.page();
  const [first] = await page.locator('[data-testid^="slot-"]').all();
  await first?.click();
  await person.sees('ticket-phone');
  await person.touches(...[...'13800005678'].map((digit) => `digit-${digit}`), 'confirm');
  await person.sees('callback-review');
  await person.touches('confirm');
  await person.sees('callback-told');
  await person.seesFact('outcome', 'booked');
  const reference = (await person.reads('reference')).trim();
  const time = (await person.reads('callback-time')).trim();
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  const booked = bookedAt(sandbox.journal, reference);
  tell(`the desk calls at ${time}: number ${reference}, ${booked} booking there`);
  await person.touches('finish');
  await person.sees('survey');
  await person.touches('rate-good');
  await person.sees('attract');
  tell('how it went: good');
  return { outcome: 'booked', reference, right: booked === 1 };
}

/** How many bookings the sandbox's desk has under this number. */
function bookedAt(journal: string, number: string): number {
  const db = new Database(path.join(path.dirname(journal), 'fleet', 'fleet.sqlite'), { readonly: true });
  try {
    return db.prepare('SELECT callback_id FROM callbacks WHERE number = ?').all(number).length;
  } finally {
    db.close();
  }
}

/** @throws {Error} `otherwise` after a minute */
async function until(is: () => boolean, otherwise: string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 250) {
    if (is()) return;
    await pause(250);
  }
  throw new Error(otherwise);
}

async function findsAnswer({ person, tell }: Stage): Promise<void> {
  await person.sees('attract');
  await person.touches('util-help');
  await person.sees('help-home');
  await person.touches('help-search');
  await person.sees('help-search');
  await person.touches('letter-b', 'letter-k');
  tell('found by the initials of 补卡');
  const page = await person.page();
  const [found] = await page.locator('[data-testid^="question-"]').all();
  await found?.click();
  await person.sees('help-answer');
  const title = await person.readsTitle();
  await person.touches('helped-yes');
  await page.locator('[data-testid="screen"][data-verdict="solved"]').waitFor();
  await person.sees('help-answer');
  tell(`answered: ${title}`);
}
