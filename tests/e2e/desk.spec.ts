/**
 * The support desk at the terminal, end to end: a ticket that is handed in without a network, told and printed as kept, at the desk once there
 * is one, and followed by its number; killed in between, too; and a card that is looked at. What counts is what the desk has.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { foldSubmission } from '../../common/desk-submission.ts';
import { everyDevice } from '../launcher/sandbox.ts';
import { deskEntriesOf } from './support/ground-truth.ts';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 180_000 });

/** Nobody's: it must be readable nowhere. */
const PHONE = '13900007351';

let world: World;
test.beforeAll(async () => {
  world = await World.start({ speed: 3, settings: everyDevice });
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

/** By its number, at the desk. */
function atDesk(number: string): readonly TicketRow[] {
  const db = new Database(path.join(path.dirname(world.sandbox.journal), 'fleet', 'fleet.sqlite'), { readonly: true });
  try {
    return db.prepare<[string], TicketRow>('SELECT kind, verdict, contact_masked FROM tickets WHERE number = ?').all(number);
  } finally {
    db.close();
  }
}

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
  await person.sees('attract');
  await world.network(true);
  await expect.poll(() => atDesk(number), { timeout: 60_000 }).toEqual([{ kind: 'device', verdict: null, contact_masked: '139****7351' }]);
  await expect.poll(() => foldSubmission(deskEntriesOf(world.sandbox.journal)), { timeout: 60_000 }).toMatchObject({ state: 'stored' });
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
