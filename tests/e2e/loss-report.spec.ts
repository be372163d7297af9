/**
 * A lost card reported at the terminal, without a card in the hand: by identity card, by telephone, by number and password; with the line to
 * the issuer cut, the process killed, the reader pulled. What counts is what the issuer has, and when the screen says so.
 */
import { createHash } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { journalKinds } from '../../common/journal-kinds.ts';
import { foldLossReport } from '../../common/loss-report.ts';
import { everyDevice, HOLDER } from '../launcher/sandbox.ts';
import { lossEntriesOf } from './support/ground-truth.ts';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 180_000 });

/** The bench's holder has two cards; the issuer lists them by their numbers. */
const [SERIAL, OTHER] = HOLDER.cards.map(({ serial }) => serial);
const [LISTED_FIRST, LISTED_SECOND] = ['card-0', 'card-1'];
/** Others whom the issuer knows, with one card each, which nobody has with them. */
const OTHERS = {
  'rare-name': { number: '990101198802290028', serial: '03105170010170905101' },
  'long-term': { number: '990101194805120042', serial: '03105170010170905102' },
} as const;
/** Needs: from the attract screen to the confirmation, by touch alone. */
const WITHIN_MS = 60_000;

let world: World;
test.beforeAll(async () => {
  world = await World.start({ speed: 3, settings: everyDevice });
  for (const [holderId, { number, serial }] of Object.entries(OTHERS)) {
    const documentHash = createHash('sha256').update(`residentId:${number}`).digest('hex');
    await world.upstream('/sandbox/issuer/holders', { holderId, documentHash, cards: [{ serial }] });
  }
});
test.beforeEach(async () => {
  await world.person.sees('attract');
  await expect((await world.person.page()).getByTestId('start-top-up')).not.toHaveAttribute('aria-disabled', { timeout: 60_000 });
});
test.afterAll(() => world.stop());

const atIssuer = async () => (await world.sandbox.books()).issuerServices.losses.reports;
const types = (digits: string): Promise<void> => world.person.touches(...[...digits].map((digit) => `digit-${digit}`));

/** By identity card, to the question whether the card is to be reported. */
async function comesToConfirm(document: keyof typeof OTHERS | 'valid', card: string): Promise<void> {
  const { person, sandbox } = world;
  await person.touches('lost-card');
  await person.sees('loss-ways');
  await person.touches('way-document');
  await person.sees('loss-document');
  expect(await sandbox.hand({ act: 'layDocument', document })).toEqual({ done: true });
  await person.sees('loss-cards');
  await sandbox.hand({ act: 'liftDocument' });
  await person.touches(card);
  await person.sees('loss-confirm');
}

const reportsOf = async (serial: string | undefined) => (await atIssuer()).filter((report) => report.serial === serial);

/** One report of the card, under one number, in the issuer's books and in the journal. */
async function expectOneReport(serial: string | undefined, reference: string): Promise<void> {
  await expect.poll(() => reportsOf(serial), { timeout: 60_000 }).toMatchObject([{ reference, state: 'effective' }]);
  await expect.poll(() => foldLossReport(lossEntries(reference)).state, { timeout: 30_000 }).toBe('reported');
  await world.expectSound();
}

/** Of the report that has this number. */
function lossEntries(reference: string) {
  const all = lossEntriesOf(world.sandbox.journal);
  const id = all.find(({ kind, body }) => kind === 'loss.reporting' && (body as { reference: string }).reference === reference)?.transactionId;
  return all.filter(({ transactionId }) => transactionId === id);
}

test('by identity card within a minute: in effect when the screen says so, on paper too, and the card is refused from then on', async () => {
  const { person } = world;
  const began = performance.now();
  await comesToConfirm('valid', LISTED_SECOND);
  expect(await reportsOf(SERIAL)).toEqual([]);
  await person.touches('confirm');
  await person.sees('loss-told');
  const took = performance.now() - began;
  const reference = await person.reads('reference');
  expect(await reportsOf(SERIAL)).toMatchObject([{ reference, state: 'effective' }]);
  expect(took).toBeLessThan(WITHIN_MS);
  test.info().annotations.push({ type: 'from the first touch to the confirmation', description: `${Math.round(took)} ms` });
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  await person.touches('finish');
  await person.sees('attract');
  await expectOneReport(SERIAL, reference);
  await person.touches('start-top-up');
  await person.inserts(CARD);
  await person.sees('trouble');
  expect(await person.readsTitle()).toBe('这张卡已经挂失');
  await person.touches('finish');
  await person.takesCard();
});

test('by telephone: the code that came to it; another card of the same holder', async () => {
  const { person, sandbox } = world;
  await person.touches('lost-card');
  await person.sees('loss-ways');
  await person.touches('way-phone');
  await person.sees('loss-typing');
  await types(HOLDER.phone);
  await person.touches('confirm');
  await expect((await person.page()).getByTestId('screen')).toHaveAttribute('data-field', 'code');
  const { messages } = (await (await fetch(new URL('/sandbox/issuer/messages', sandbox.upstreamUrl))).json()) as { messages: { code: string }[] };
  await types(messages.at(-1)?.code ?? '');
  await person.touches('confirm');
  await person.sees('loss-cards');
  await person.touches(LISTED_FIRST);
  await person.sees('loss-confirm');
  await person.touches('confirm');
  await person.sees('loss-told');
  const reference = await person.reads('reference');
  expect(await reportsOf(OTHER)).toMatchObject([{ reference, state: 'effective' }]);
  await person.touches('finish');
});

test('by number and password: a wrong one says how many tries are left; what was typed is nowhere on the screen', async () => {
  const { person } = world;
  const before = lossEntriesOf(world.sandbox.journal);
  await person.touches('lost-card');
  await person.sees('loss-ways');
  await person.touches('way-password');
  await person.sees('loss-typing');
  await types(SERIAL ?? '');
  await expect((await person.page()).getByTestId('typed')).toHaveText('•••• •••• •••• •••• ••••');
  await person.touches('confirm');
  await types('000000');
  await person.touches('confirm');
  await expect((await person.page()).getByTestId('screen')).toHaveAttribute('data-error', 'wrongPassword');
  await types(HOLDER.cards[0]?.password ?? '');
  await person.touches('confirm');
  await person.sees('loss-cards');
  expect(await (await person.page()).content()).not.toContain(SERIAL);
  await person.touches('back');
  await person.sees('loss-ways');
  await person.touches('back');
  await person.sees('attract');
  expect(lossEntriesOf(world.sandbox.journal)).toEqual(before);
});

test('the line to the issuer is cut at the confirmation: not in effect, and said so; it arrives once when the line is back', async () => {
  const { person } = world;
  const { serial } = OTHERS['rare-name'];
  await comesToConfirm('rare-name', LISTED_FIRST);
  await world.network(false);
  await person.touches('confirm');
  await person.sees('loss-told');
  await person.seesFact('outcome', 'queued');
  const reference = await person.reads('reference');
  expect(await reportsOf(serial)).toEqual([]);
  await person.touches('finish');
  await person.sees('attract');
  await world.network(true);
  await expectOneReport(serial, reference);
});

test('killed after the confirmation, before anybody answered: the next process tells the issuer, once', async () => {
  const { person, sandbox } = world;
  const { serial } = OTHERS['long-term'];
  await comesToConfirm('long-term', LISTED_FIRST);
  await world.network(false);
  const before = lossEntriesOf(world.sandbox.journal).length;
  await person.touches('confirm');
  await expect.poll(() => lossEntriesOf(world.sandbox.journal).length, { timeout: 20_000 }).toBe(before + 1);
  expect(await sandbox.hand({ act: 'killTerminal' })).toEqual({ done: true });
  await world.network(true);
  await person.sees('attract');
  const [written] = lossEntriesOf(world.sandbox.journal).slice(before);
  if (written === undefined) throw new Error('the report is not in the journal');
  const { reference } = journalKinds['loss.reporting'].parse(written.body);
  await expectOneReport(serial, reference);
});

test('the reader is pulled while a document is waited for: that way is off and says why, the others are there; put back, it works', async () => {
  const { person, sandbox } = world;
  await person.touches('lost-card');
  await person.sees('loss-ways');
  await person.touches('way-document');
  await person.sees('loss-document');
  await sandbox.hand({ act: 'unplug', device: 'idReader' });
  await person.sees('loss-ways');
  const page = await person.page();
  await expect(page.getByTestId('way-document')).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByTestId('way-phone')).not.toHaveAttribute('aria-disabled');
  await sandbox.hand({ act: 'plug', device: 'idReader' });
  await expect(page.getByTestId('way-document')).not.toHaveAttribute('aria-disabled', { timeout: 60_000 });
  await person.touches('back');
});
