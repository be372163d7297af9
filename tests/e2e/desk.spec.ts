/**
 * The support desk at the terminal, end to end: a ticket that is handed in without a network, told and printed as kept, at the desk once there
 * is one, and followed by its number; killed in between, too; a card that is looked at; a call back by appointment; and how it went. What
 * counts is what the desk has.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { deskCodeOf } from '../../common/desk-code.ts';
import { foldSubmission } from '../../common/desk-submission.ts';
import { everyDevice } from '../launcher/sandbox.ts';
import { deskEntriesOf } from './support/ground-truth.ts';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 180_000 });

/** Nobody's: it must be readable nowhere. */
const PHONE = '13900007351';

let world: World;
test.beforeAll(async () => {
  world = await World.start({ speed: 3, settings: { ...everyDevice, support: { survey: true } } });
  // the desk says what can be sealed to it once the terminal is at rest
  const sheet = path.join(path.dirname(world.sandbox.journal), 'desk-sheet.jws');
  await expect.poll(() => existsSync(sheet), { timeout: 90_000 }).toBe(true);
});
test.afterAll(() => world.stop());

const touchesEach = (prefix: string, symbols: string): Promise<void> => world.person.touches(...[...symbols].map((symbol) => `${prefix}-${symbol}`));

interface TicketRow {
  readonly kind: string;
  readonly verdict: string | null;
  readonly contact_masked: string | null;
}

interface CallRow {
  readonly state: string;
  readonly contact_masked: string;
  readonly slot_start: number;
  readonly seats: number;
}

/** What the desk has on disk. */
function rowsAtDesk<T>(query: string, ...values: readonly string[]): readonly T[] {
  const db = new Database(path.join(path.dirname(world.sandbox.journal), 'fleet', 'fleet.sqlite'), { readonly: true });
  try {
    return db.prepare<string[], T>(query).all(...values);
  } finally {
    db.close();
  }
}

/** By its number. */
const atDesk = (number: string) => rowsAtDesk<TicketRow>('SELECT kind, verdict, contact_masked FROM tickets WHERE number = ?', number);
const callsAtDesk = (number: string) =>
  rowsAtDesk<CallRow>(
    'SELECT state, contact_masked, callbacks.slot_start, count(seat) AS seats FROM callbacks LEFT JOIN callback_seats USING (callback_id) WHERE number = ? GROUP BY callback_id',
    number,
  );
const answersAtDesk = () =>
  rowsAtDesk<{ readonly service: string; readonly overall: string; readonly reason: string | null }>(
    'SELECT service, overall, reason FROM surveys LEFT JOIN survey_reasons USING (terminal_id, session_id) ORDER BY answered_at',
  );

/** To the question whether this is what is sent. */
async function comesToReview(): Promise<void> {
  const { person } = world;
  await person.sees('attract');
  await person.touches('util-help');
  await person.sees('help-home');
  await person.touches('desk-ticket');
  await person.sees('ticket-topics');
  await person.touches('topic-device');
  await person.sees('ticket-phone');
  await touchesEach('digit', PHONE);
  await person.touches('confirm');
  await person.sees('ticket-review');
}

test('handed in offline: kept, printed, at the desk once there is a line, followed by its number; the telephone is readable nowhere', async () => {
  const { person } = world;
  await comesToReview();
  await world.network(false);
  await person.touches('confirm');
  await person.sees('ticket-told');
  await person.seesFact('outcome', 'kept');
  const number = await person.reads('reference');
  expect(atDesk(number)).toEqual([]);
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  await person.touches('finish');
  await person.sees('survey');
  await person.touches('rate-good');
  await person.sees('attract');
  expect(answersAtDesk()).toEqual([]);
  await world.network(true);
  await expect.poll(() => atDesk(number), { timeout: 60_000 }).toEqual([{ kind: 'device', verdict: null, contact_masked: '139****7351' }]);
  await expect.poll(() => answersAtDesk(), { timeout: 60_000 }).toEqual([{ service: 'support', overall: 'good', reason: null }]);
  await expect.poll(() => deskEntriesOf(world.sandbox.journal).filter(({ kind }) => kind === 'desk.stored').length, { timeout: 60_000 }).toBe(2);
  expect(JSON.stringify(deskEntriesOf(world.sandbox.journal))).not.toContain(PHONE);
  await person.touches('util-help');
  await person.sees('help-home');
  await person.touches('desk-progress');
  await person.sees('progress-number');
  await touchesEach('symbol', number.replaceAll('-', ''));
  await person.touches('confirm');
  await person.sees('progress-list');
  const page = await person.page();
  await expect(page.locator('.standing')).toHaveAttribute('data-state', 'open');
  await expect(page.getByTestId('reference')).toHaveText(number);
  await person.touches('back');
  await person.touches('back');
  await person.touches('back');
  await world.expectSound();
});

test('called back: a time that the desk offers, booked with one place when it is told, printed; then how it went, and what was wrong', async () => {
  const { person, sandbox } = world;
  await person.sees('attract');
  await person.touches('util-help');
  await person.sees('help-home');
  await person.touches('desk-callback');
  await person.sees('ticket-topics');
  await person.touches('topic-password');
  await person.sees('callback-slots');
  const page = await person.page();
  const [first] = await page.locator('[data-testid^="slot-"]').all();
  const time = await first?.innerText();
  await first?.click();
  await person.sees('ticket-phone');
  await touchesEach('digit', PHONE);
  await person.touches('confirm');
  await person.sees('callback-review');
  await person.touches('confirm');
  await person.sees('callback-told');
  await person.seesFact('outcome', 'booked');
  await expect(page.getByTestId('callback-time')).toHaveText(time ?? '');
  const calls = callsAtDesk(await person.reads('reference'));
  expect(calls).toMatchObject([{ state: 'booked', contact_masked: '139****7351', seats: 1 }]);
  expect(time).toContain(new Date((calls[0]?.slot_start ?? 0) + 8 * 3_600_000).toISOString().slice(11, 16));
  expect(JSON.stringify(deskEntriesOf(sandbox.journal))).not.toContain(PHONE);
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  await person.touches('finish');
  await person.sees('survey');
  await person.touches('rate-bad', 'reason-slow');
  await person.sees('attract');
  await expect.poll(() => answersAtDesk().at(-1), { timeout: 60_000 }).toEqual({ service: 'support', overall: 'bad', reason: 'slow' });
  await world.expectSound();
});

test('the code of a slip, held to the scanner, tells how it stands', async () => {
  const { person, sandbox } = world;
  const booked = deskEntriesOf(sandbox.journal).flatMap(({ transactionId = '', body }) =>
    JSON.stringify(body).includes('callback.booked') ? [transactionId] : [],
  );
  await person.sees('attract');
  await person.touches('util-help');
  await person.sees('help-home');
  await person.touches('desk-progress');
  await person.sees('progress-number');
  await person.presents(deskCodeOf(booked[0] ?? ''));
  await person.sees('progress-list');
  await expect((await person.page()).locator('.standing')).toHaveAttribute('data-state', 'booked');
  await person.touches('back', 'back', 'back');
});

test('a call back gets another time by the code of its slip, without a line first; then it is cancelled by its number: its place is free', async () => {
  const { person, sandbox } = world;
  const page = await person.page();
  const [booked] = deskEntriesOf(sandbox.journal).filter(({ body }) => JSON.stringify(body).includes('callback.booked'));
  const { reference: number = '' } = (booked?.body ?? {}) as { readonly reference?: string };
  const before = callsAtDesk(number)[0]?.slot_start ?? 0;
  const asksProgress = async (): Promise<void> => {
    await person.sees('attract');
    await person.touches('util-help');
    await person.sees('help-home');
    await person.touches('desk-progress');
    await person.sees('progress-number');
  };
  const leaves = async (): Promise<void> => {
    await person.touches('finish');
    await person.sees('survey');
    await person.touches('rate-good');
  };
  await asksProgress();
  await person.presents(deskCodeOf(booked?.transactionId ?? ''));
  await person.sees('progress-list');
  await person.touches('change-0');
  await person.sees('callback-change');
  await person.touches('move');
  await person.sees('callback-slots');
  const [first] = await page.locator('[data-testid^="slot-"]').all();
  await first?.click();
  await person.sees('callback-change');
  await world.network(false);
  await person.touches('confirm');
  await person.sees('callback-told');
  await person.seesFact('outcome', 'kept');
  expect(callsAtDesk(number)).toMatchObject([{ state: 'booked', slot_start: before, seats: 1 }]);
  await leaves();
  await world.network(true);
  await expect.poll(() => callsAtDesk(number)[0]?.slot_start ?? before, { timeout: 60_000 }).not.toBe(before);
  expect(callsAtDesk(number)).toMatchObject([{ state: 'booked', seats: 1 }]);

  await asksProgress();
  await touchesEach('symbol', number.replaceAll('-', ''));
  await person.touches('confirm');
  await person.sees('progress-list');
  await person.touches('change-0');
  await person.sees('callback-change');
  await person.touches('call-off', 'confirm');
  await person.sees('callback-told');
  await person.seesFact('outcome', 'booked');
  expect(callsAtDesk(number)).toMatchObject([{ state: 'cancelled', seats: 0 }]);
  await leaves();
  const answered = (): boolean => {
    const kinds = deskEntriesOf(sandbox.journal).map(({ kind }) => kind);
    return kinds.filter((kind) => kind === 'desk.submitting').length === kinds.filter((kind) => kind !== 'desk.submitting').length;
  };
  await expect.poll(answered, { timeout: 60_000 }).toBe(true);
  await world.expectSound();
});

test('what is the matter with a card: looked at here and at the issuer, and a ticket that has the verdict', async () => {
  const { person } = world;
  await person.sees('attract');
  await person.touches('util-help');
  await person.sees('help-home');
  await person.touches('desk-diagnosis');
  await person.sees('insert-card');
  await person.inserts(CARD);
  await person.sees('diagnosis');
  const page = await person.page();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-verdict', 'fine');
  await expect(page.locator('.check--ok')).toHaveCount(3);
  await person.touches('fix-ticket');
  await person.sees('ticket-phone');
  await person.touches('skip');
  await person.sees('ticket-review');
  await person.touches('confirm');
  await person.sees('ticket-told');
  await person.seesFact('outcome', 'stored');
  expect(atDesk(await person.reads('reference'))).toMatchObject([{ kind: 'cardFault', verdict: 'fine' }]);
  await person.touches('finish');
  await person.takesCard();
  await world.expectSound();
});

test('killed after the confirmation, before anybody answered: the next process tells the desk, once', async () => {
  const { person, sandbox } = world;
  await comesToReview();
  await world.network(false);
  const before = deskEntriesOf(sandbox.journal).length;
  await person.touches('confirm');
  await expect.poll(() => deskEntriesOf(sandbox.journal).length, { timeout: 20_000 }).toBe(before + 1);
  expect(await sandbox.hand({ act: 'killTerminal' })).toEqual({ done: true });
  await world.network(true);
  const standing = () => foldSubmission(deskEntriesOf(sandbox.journal).slice(before));
  await expect.poll(() => standing().state, { timeout: 90_000 }).toBe('stored');
  const state = standing();
  expect(atDesk(state.state === 'none' ? '' : state.submission.reference)).toHaveLength(1);
});
