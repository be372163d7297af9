import { describe, expect, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import { isOpenCase, returnableCase, unregisteredClaims } from '../../../common/money/standing.ts';
import {
  REFERENCE,
  authorized,
  authorizing,
  captured,
  caseOpened,
  caseResolved,
  claimed,
  claimGivenUp,
  claiming,
  claimReturned,
  claimReturning,
  closed,
  committed,
  committing,
  confirmed,
  delivered,
  escrowed,
  funded,
  loadUndetermined,
  noteStuck,
  opened,
  paymentClosed,
  paymentUndetermined,
  redeemed,
  redeeming,
  refundCompleted,
  refundRequested,
  registered,
  registering,
  released,
  releasing,
  requested,
  reserved,
  returned,
  returning,
  reversed,
  shown,
  stacked,
  stacking,
  story,
  suspense,
  taken,
  voucher,
} from './entries.ts';

const fold = (...entries: readonly NewEntry[]): ReturnType<typeof foldTransaction> => foldTransaction(story(...entries));
const anomalies = (...entries: readonly NewEntry[]): string[] => fold(...entries).anomalies.map(({ seq, code }) => `${seq} ${code}`);

/** Power was lost with a note under way: nothing posted, a case asks for it. */
const lostNote = [opened('cash'), escrowed(), suspense(), caseOpened('noteUndetermined', 0, 5000), closed('case')];
/** Another jammed before its value was known: a case of which nobody can say how much it is about. */
const stuckNote = [opened('cash'), noteStuck(), caseOpened('noteUndetermined', 0, 0), closed('case')];
const openLoadCase = [opened('cash'), ...taken(), authorizing(), authorized(), committing(), caseOpened('loadUndetermined', 5000), closed('case', 0, 0, 5000)];

describe('lawful stories', () => {
  test('a stuck note is an open case about no amount, until it is found and paid out', () => {
    const open = fold(...stuckNote);
    expect(open).toMatchObject({ noteStuck: 'unknown', taken: 0, owed: 0, cases: [{ amount: 0, disputed: 0 }], closed: { outcome: 'case' }, anomalies: [] });
    expect(open.cases.map(isOpenCase)).toEqual([true]);
    const found = fold(...stuckNote, funded('found', 'stuck', 2000));
    expect(found).toMatchObject({
      noteStuck: 'found',
      taken: 2000,
      owed: 2000,
      notes: [{ noteId: 'stuck', denomination: 2000, state: 'stacked' }],
      anomalies: [],
    });
    expect(found.cases.map(isOpenCase)).toEqual([true]);
    const paid = fold(...stuckNote, funded('found', 'stuck', 2000), caseResolved('paidOut', 2000));
    expect(paid).toMatchObject({ owed: 0, settledElsewhere: 2000, anomalies: [] });
    expect(paid.cases.map(isOpenCase)).toEqual([false]);
  });

  test('a stuck note that never was one: the case is answered and nothing is owed', () => {
    const answered = fold(...stuckNote, caseResolved('nothingOwed', 0));
    expect(answered.anomalies).toEqual([]);
    expect(answered.cases.map(isOpenCase)).toEqual([false]);
  });

  test('a stuck note beside what was loaded', () => {
    const entries = [opened('cash'), ...taken(), noteStuck(), ...delivered(), caseOpened('noteUndetermined', 0, 0), closed('case', 5000)];
    expect(fold(...entries)).toMatchObject({ loaded: 5000, owed: 0, closed: { outcome: 'case' }, anomalies: [] });
  });

  test('cash of two notes is loaded and closed as delivered', () => {
    const state = fold(opened('cash'), ...taken('n1', 5000), ...taken('n2', 2000), ...delivered(7000), confirmed(), closed('delivered', 7000));
    expect(state).toMatchObject({ phase: 'closed', taken: 7000, held: 0, loaded: 7000, refunded: 0, owed: 0, closed: { outcome: 'delivered' }, anomalies: [] });
    expect(state.notes.map(({ state: place }) => place)).toEqual(['stacked', 'stacked']);
    expect(state.loads).toMatchObject([{ state: 'committed', tac: '01020304', confirmed: 'good', reversed: false }]);
  });

  test('a note over the limit comes back and the rest is loaded', () => {
    const state = fold(opened('cash'), ...taken('n1', 5000), escrowed('n2', 10_000), returning('n2', 10_000), returned('n2', 10_000), ...delivered(5000));
    expect(state).toMatchObject({ phase: 'settled', held: 0, loaded: 5000, anomalies: [] });
  });

  test('an order paid and refunded', () => {
    const state = fold(opened('qr', 5000), requested(), captured(), refundRequested(), refundCompleted(), closed('refunded', 0, 5000));
    expect(state).toMatchObject({ phase: 'closed', taken: 5000, refunded: 5000, held: 0, anomalies: [] });
    expect(state.payments).toEqual([{ orderId: 'o1', amount: 5000, state: 'captured', channel: 'wechat', channelRef: '4200003071' }]);
  });

  test('a torn load whose card never came back is a case that owes the money', () => {
    const torn = [opened('cash'), ...taken(), authorizing(), authorized(), committing(), loadUndetermined(), loadUndetermined()];
    expect(fold(...torn)).toMatchObject({ phase: 'loadCommitting', held: 5000 });
    expect(fold(...torn, caseOpened('loadUndetermined', 5000), shown, closed('case', 0, 0, 5000))).toMatchObject({
      phase: 'closed',
      held: 0,
      owed: 5000,
      referenceShown: true,
      anomalies: [],
    });
  });

  test('a case found credited is delivered after all', () => {
    const state = fold(...openLoadCase, caseResolved('credited', 5000), confirmed());
    expect(state).toMatchObject({ phase: 'closed', loaded: 5000, owed: 0, loads: [{ state: 'committed', confirmed: 'good' }], anomalies: [] });
  });
  test('a case refunded says that the card got nothing: its reservation may be released', () => {
    const state = fold(...openLoadCase, caseResolved('refunded', 5000), reversed());
    expect(state).toMatchObject({ refunded: 5000, owed: 0, loads: [{ state: 'notCredited', reversed: true }], anomalies: [] });
  });
  test('a case found not credited is still owed until it is paid out', () => {
    expect(fold(...openLoadCase, caseResolved('notCredited', 0), reversed())).toMatchObject({
      owed: 5000,
      loads: [{ state: 'notCredited', reversed: true }],
      anomalies: [],
    });
    expect(fold(...openLoadCase, caseResolved('notCredited', 0), caseResolved('paidOut', 5000))).toMatchObject({
      owed: 0,
      settledElsewhere: 5000,
      anomalies: [],
    });
  });

  test('a payment found captured after its case was closed opens the transaction again until it is refunded', () => {
    const late = [opened('qr', 5000), requested(), paymentUndetermined(), caseOpened('paymentUndetermined', 0, 5000), closed('case'), captured()];
    expect(fold(...late)).toMatchObject({ phase: 'funded', held: 5000, anomalies: [] });
    const end = fold(...late, refundRequested(), refundCompleted(), caseResolved('refunded', 0), closed('refunded', 0, 5000));
    expect(end).toMatchObject({ phase: 'closed', held: 0, refunded: 5000, owed: 0, anomalies: [] });
  });

  test('two loads of what is held, the first one refused by the card', () => {
    const entries = [opened('cash'), ...taken(), authorizing(5000, 'l1'), authorized('l1'), committing(5000, 'l1')];
    const second = [authorizing(5000, 'l2'), authorized('l2'), committing(5000, 'l2'), committed(5000, 'l2')];
    const refusal: NewEntry = { kind: 'load.notCredited', body: { loadId: 'l1', evidence: 'cardRefusal', statusWord: '9302' } };
    expect(fold(...entries, refusal, reversed('l1'), ...second)).toMatchObject({ loaded: 5000, held: 0, anomalies: [] });
  });
});

describe('pending loads', () => {
  const torn = [opened('pending', 5000), claiming(), claimed(), authorizing(), authorized(), committing(), loadUndetermined()];
  const inCase = [...torn, caseOpened('loadUndetermined', 5000), closed('case', 0, 0, 5000)];

  test('one that is loaded is what the issuer owes and is owed', () => {
    const state = fold(opened('pending', 5000), claiming(), claimed(), ...delivered(), confirmed(), closed('delivered', 5000));
    expect(state).toMatchObject({ phase: 'closed', taken: 5000, loaded: 5000, held: 0, owed: 0, claims: [{ state: 'claimed' }], anomalies: [] });
    expect(state.postings).toMatchObject({ 'issuer.receivable': 5000, 'issuer.payable': -5000, 'cash.box': 0, 'voucher.outstanding': 0 });
  });
  test('one that could not be loaded waits again, and the issuer is only told', () => {
    const state = fold(opened('pending', 5000), claiming(), claimed(), claimReturning(), closed('refunded', 0, 5000), claimReturned());
    expect(state).toMatchObject({ phase: 'closed', refunded: 5000, held: 0, claims: [{ state: 'returned' }], anomalies: [] });
    expect(state.postings['issuer.receivable']).toBe(0);
  });
  test('a claim without an answer took nothing', () => {
    const state = fold(opened('pending', 5000), claiming(), claimGivenUp(), closed('abandoned'), claimReturned());
    expect(state).toMatchObject({ phase: 'closed', taken: 0, claims: [{ state: 'returned' }], anomalies: [] });
  });
  test('a torn card that has it: the case is credited', () => {
    const state = fold(...inCase, caseResolved('credited', 5000), confirmed());
    expect(state).toMatchObject({ loaded: 5000, owed: 0, anomalies: [] });
    expect(state.postings).toMatchObject({ 'issuer.receivable': 5000, 'issuer.payable': -5000 });
  });
  test('a torn card that does not have it: it waits again and nobody can redeem it', () => {
    const asked = fold(...inCase, caseResolved('notCredited', 0));
    expect([returnableCase(asked)?.reference, unregisteredClaims(asked)]).toEqual([REFERENCE, []]);
    const state = fold(...inCase, caseResolved('notCredited', 0), caseResolved('returned', 5000), reversed());
    expect(state).toMatchObject({ refunded: 5000, owed: 0, anomalies: [] });
    expect([returnableCase(state), state.postings['issuer.receivable']]).toEqual([undefined, 0]);
  });
  test.each<[string, NewEntry[], string[]]>([
    ['claimed without having been asked for', [opened('pending'), claimed()], ['2 notAnnounced']],
    ['for another amount', [opened('pending'), claiming(), claimed(4000)], ['3 amountDiffers']],
    ['twice', [opened('pending'), claiming(), claimed(), claimed()], ['4 outOfOrder']],
    ['another one while the first may be claimed', [opened('pending'), claiming(), claiming(5000, 'k2')], ['3 undetermined']],
    ['a voucher while one is claimed', [opened('pending'), claiming(), claimed(), redeeming()], ['4 undetermined']],
    ['one while a voucher is reserved', [opened('voucher'), redeeming(), reserved(), claiming()], ['4 undetermined']],
    ['given up though it was claimed', [opened('pending'), claiming(), claimed(), claimGivenUp()], ['4 outOfOrder']],
    ['given back while the card may have it', [...torn, claimReturning()], ['8 undetermined']],
    ['known to be given back before that was decided', [opened('pending'), claiming(), claimed(), claimReturned()], ['4 outOfOrder']],
    ['closed while it may be claimed', [opened('pending'), claiming(), closed('abandoned')], ['3 closedTooEarly']],
    ['the same key for two claims', [opened('pending'), claiming(), claiming()], ['3 undetermined', '3 announcedTwice']],
  ])('%s', (_, entries, found) => {
    expect(anomalies(...entries)).toEqual(found);
  });
});

describe('vouchers', () => {
  test('one that was issued is made redeemable, and upstream hears of it after the close', () => {
    const state = fold(opened('cash'), ...taken(), voucher(), registering(), shown, closed('voucher', 0, 0, 5000), registered());
    expect(state).toMatchObject({
      phase: 'closed',
      owed: 5000,
      vouchers: [{ amount: 5000, registration: { voucherId: 'v1', registered: true } }],
      anomalies: [],
    });
  });

  test('one that was brought goes onto the card; this terminal owes nothing', () => {
    const state = fold(opened('voucher', 5000), redeeming(), reserved(), ...delivered(), confirmed(), closed('delivered', 5000), redeemed());
    expect(state).toMatchObject({
      phase: 'closed',
      taken: 5000,
      loaded: 5000,
      held: 0,
      owed: 0,
      redemptions: [{ state: 'redeemed', amount: 5000 }],
      anomalies: [],
    });
    expect(state.postings).toMatchObject({ 'voucher.outstanding': 5000, 'issuer.payable': -5000 });
  });

  test('one that could not be loaded goes back to its holder, and upstream is only told', () => {
    const state = fold(
      opened('voucher', 5000),
      redeeming(),
      reserved(),
      authorizing(),
      authorized(),
      reversed(),
      releasing(),
      closed('refunded', 0, 5000),
      released(),
    );
    expect(state).toMatchObject({ phase: 'closed', taken: 5000, refunded: 5000, held: 0, owed: 0, anomalies: [] });
    expect(state.postings['voucher.outstanding']).toBe(0);
  });

  test('one that nobody answered for is given up before anything was taken', () => {
    const state = fold(opened('voucher', 5000), redeeming(), releasing(0), closed('abandoned'), released());
    expect(state).toMatchObject({ phase: 'closed', taken: 0, redemptions: [{ state: 'released' }], anomalies: [] });
  });

  test('one whose load nobody knows of is used up, and the case owes its money here', () => {
    const torn = [opened('voucher', 5000), redeeming(), reserved(), authorizing(), authorized(), committing(), loadUndetermined()];
    const state = fold(...torn, caseOpened('loadUndetermined', 5000), shown, closed('case', 0, 0, 5000), redeemed());
    expect(state).toMatchObject({ phase: 'closed', owed: 5000, redemptions: [{ state: 'redeemed' }], anomalies: [] });
    expect(state.postings['voucher.outstanding']).toBe(0);
  });

  test('what a case owes for certain can be redeemed too', () => {
    const state = fold(...openLoadCase, caseResolved('notCredited', 0), registering(), registered());
    expect(state).toMatchObject({ owed: 5000, cases: [{ registration: { registered: true } }], anomalies: [] });
  });

  const held = [opened('voucher', 5000), redeeming(), reserved()];
  test.each<[string, NewEntry[], string[]]>([
    ['a voucher reserved without having been asked for', [opened('voucher'), reserved()], ['2 notAnnounced']],
    ['a voucher reserved twice', [...held, reserved()], ['4 outOfOrder']],
    ['a second voucher while the first may be reserved', [opened('voucher'), redeeming(), redeeming('x2')], ['3 undetermined']],
    ['the same key for two redemptions', [opened('voucher'), redeeming(), redeeming()], ['3 undetermined', '3 announcedTwice']],
    ['another sum given back than was held', [...held, releasing(2000)], ['4 amountDiffers']],
    ['given back after it was loaded', [...held, ...delivered(), releasing()], ['8 overdrawn']],
    ['given back while the card may have its money', [...held, authorizing(), authorized(), committing(), releasing()], ['7 undetermined']],
    ['loaded after it was given back', [...held, releasing(), authorizing(), authorized(), committing()], ['7 overdrawn']],
    ['used up while its money has no place', [...held, redeemed()], ['4 undetermined']],
    ['used up after it was given back', [...held, releasing(), redeemed()], ['5 outOfOrder']],
    ['closed while it may be reserved', [opened('voucher'), redeeming(), closed('abandoned')], ['3 closedTooEarly']],
    ['made redeemable though nothing is owed', [opened('cash'), registering()], ['2 notAnnounced']],
    ['made redeemable twice', [opened('cash'), ...taken(), voucher(), registering(), registering(5000, 'v2')], ['7 notAnnounced']],
    ['made redeemable for another sum', [opened('cash'), ...taken(), voucher(), registering(2000)], ['6 notAnnounced']],
    ['known upstream twice', [opened('cash'), ...taken(), voucher(), registering(), registered(), registered()], ['8 outOfOrder']],
    [
      'made redeemable for all that a case was about, though a part of it was paid out',
      [...openLoadCase, caseResolved('notCredited', 0), caseResolved('paidOut', 2000), registering()],
      ['12 notAnnounced'],
    ],
    ['made redeemable though nobody knows whether the card has it', [...openLoadCase, registering()], ['10 notAnnounced']],
    ['known upstream without having been announced', [opened('cash'), ...taken(), voucher(), registered()], ['6 notAnnounced']],
  ])('%s is named with its seq', (_, entries, expected) => {
    expect(anomalies(...entries)).toEqual(expected);
  });
});

describe('phases', () => {
  test.each<[string, NewEntry[], string]>([
    ['opened', [opened('cash')], 'opened'],
    ['a note in escrow', [opened('cash'), escrowed()], 'noteInPath'],
    ['a voucher asked for', [opened('voucher', 5000), redeeming()], 'voucherPending'],
    ['a voucher reserved', [opened('voucher', 5000), redeeming(), reserved()], 'funded'],
    ['an order shown', [opened('qr', 5000), requested()], 'paymentPending'],
    ['paid', [opened('qr', 5000), requested(), captured()], 'funded'],
    ['authorized', [opened('cash'), ...taken(), authorizing(), authorized()], 'loadPrepared'],
    ['refund on its way', [opened('qr', 5000), requested(), captured(), refundRequested()], 'refunding'],
    ['voucher issued', [opened('cash'), ...taken(), voucher()], 'settled'],
  ])('%s', (_where, entries, phase) => {
    expect(fold(...entries).phase).toBe(phase);
  });
});

describe('what can’t have happened lawfully is named with its seq', () => {
  test.each<[string, NewEntry[], string[]]>([
    ['money before the transaction was opened', [escrowed(), opened('cash')], ['1 notOpened']],
    ['opened twice', [opened('cash'), opened('cash')], ['2 openedTwice']],
    ['a note credited twice', [opened('cash'), ...taken(), stacked()], ['5 outOfOrder']],
    ['a note stacked that never was in escrow', [opened('cash'), stacked()], ['2 notAnnounced']],
    ['a note worth more in the box than in escrow', [opened('cash'), escrowed('n1', 5000), stacking('n1', 5000), stacked('n1', 10_000)], ['4 amountDiffers']],
    ['a note ordered into the box after it came back', [opened('cash'), escrowed(), returned(), stacking()], ['4 outOfOrder']],
    ['a payment captured twice', [opened('qr', 5000), requested(), captured(), captured()], ['4 outOfOrder']],
    ['a payment captured that was never requested', [opened('qr', 5000), captured()], ['2 notAnnounced']],
    ['a payment captured after it was closed', [opened('qr', 5000), requested(), paymentClosed(), captured()], ['4 outOfOrder']],
    ['another amount captured than requested', [opened('qr', 5000), requested(5000), captured(6000)], ['3 amountDiffers']],
    ['a second order while the first may be paid', [opened('qr', 5000), requested(5000, 'o1'), requested(5000, 'o2')], ['3 undetermined']],
    ['the same order requested twice', [opened('qr', 5000), requested(), paymentClosed(), requested()], ['4 announcedTwice']],
    ['a refund of an order that was not captured', [opened('cash'), ...taken(), refundRequested()], ['5 outOfOrder']],
    ['more refunded than was paid', [opened('qr', 5000), requested(), captured(), refundRequested(6000)], ['4 overdrawn', '4 overdrawn']],
    ['a card written without authorization', [opened('cash'), ...taken(), authorizing(), committing()], ['6 outOfOrder']],
    ['a load committed without write-ahead', [opened('cash'), ...taken(), authorizing(), authorized(), committed()], ['7 outOfOrder']],
    ['more loaded than is held', [opened('cash'), ...taken('n1', 2000), authorizing(), authorized(), committing()], ['7 overdrawn']],
    ['a load without any money', [opened('cash'), ...delivered()], ['4 overdrawn', '5 overdrawn']],
    [
      'a second load while the first may have been executed',
      [opened('cash'), ...taken(), authorizing(), authorized(), committing(), authorizing(5000, 'l2')],
      ['8 undetermined'],
    ],
    [
      'a refund while the load may have been executed',
      [opened('qr', 5000), requested(), captured(), authorizing(), authorized(), committing(), refundRequested()],
      ['7 undetermined'],
    ],
    [
      'a load while the refund may have been made',
      [opened('qr', 5000), requested(), captured(), refundRequested(), authorizing(), authorized(), committing()],
      ['7 undetermined'],
    ],
    ['a voucher while the load may have been executed', [opened('cash'), ...taken(), authorizing(), authorized(), committing(), voucher()], ['8 undetermined']],
    ['a voucher while the refund may have been made', [opened('qr', 5000), requested(), captured(), refundRequested(), voucher()], ['5 undetermined']],
    [
      'another case takes the money that the load may have taken',
      [opened('cash'), ...taken(), authorizing(), authorized(), committing(), caseOpened('cashNotLoaded', 5000)],
      ['8 undetermined'],
    ],
    [
      'another case takes the money that the refund may have taken',
      [opened('qr', 5000), requested(), captured(), refundRequested(), caseOpened('cardCaptured', 5000)],
      ['5 undetermined'],
    ],
    [
      'a case about a load that leaves its money out',
      [opened('cash'), ...taken(), authorizing(), authorized(), committing(), caseOpened('loadUndetermined', 0)],
      ['8 amountDiffers'],
    ],
    [
      'a case about a refund that leaves its money out',
      [opened('qr', 5000), requested(), captured(), refundRequested(), caseOpened('refundUndetermined', 0)],
      ['5 amountDiffers'],
    ],
    ['a load reversed that the card executed', [opened('cash'), ...taken(), ...delivered(), reversed()], ['9 outOfOrder']],
    ['a load confirmed that the card did not execute', [opened('cash'), ...taken(), authorizing(), authorized(), confirmed()], ['7 outOfOrder']],
    [
      'a load committed after its case had taken the money',
      [opened('cash'), ...taken(), authorizing(), authorized(), committing(), caseOpened('loadUndetermined', 5000), committed()],
      ['9 overdrawn'],
    ],
    ['a case resolved beyond what it owes', [opened('cash'), ...taken(), caseOpened('cashNotLoaded', 5000), caseResolved('paidOut', 6000)], ['6 overdrawn']],
    ['a case resolved that nobody opened', [opened('cash'), caseResolved('nothingOwed', 0)], ['2 notAnnounced']],
    [
      'a note funded that is in the box',
      [opened('cash'), ...taken(), voucher(), closed('voucher', 0, 0, 5000), funded('found')],
      ['7 notAnnounced', '7 outOfOrder', '7 outOfOrder'],
    ],
    ['a note funded twice', [...lostNote, funded('found'), funded('count')], ['7 outOfOrder', '7 outOfOrder', '7 overdrawn']],
    ['another note funded than the one in suspense', [...lostNote, funded('found', 'n1', 10_000)], ['6 amountDiffers', '6 overdrawn']],
    ['more paid out than the funded case holds', [...lostNote, funded('found'), caseResolved('paidOut', 6000)], ['7 overdrawn']],
    ['closed while money is held', [opened('cash'), ...taken(), closed('abandoned')], ['5 closedTooEarly', '5 closingDisagrees']],
    ['closed while a note is in the path', [opened('cash'), escrowed(), closed('abandoned')], ['3 closedTooEarly']],
    ['closed while an order may be paid', [opened('qr', 5000), requested(), closed('abandoned')], ['3 closedTooEarly']],
    ['closed with a stuck note and no case', [opened('cash'), noteStuck(), closed('abandoned')], ['3 closedTooEarly']],
    ['a stuck note found twice', [...stuckNote, funded('found', 's1', 2000), funded('found', 's2', 2000)], ['6 notAnnounced', '6 overdrawn']],
    ['more paid out than the note that was stuck', [...stuckNote, funded('found', 's1', 2000), caseResolved('paidOut', 5000)], ['6 overdrawn']],
    ['paid out before the stuck note was found', [...stuckNote, caseResolved('paidOut', 2000)], ['5 overdrawn']],
    ['closed with a note in suspense and no case', [opened('cash'), escrowed(), suspense(), closed('abandoned')], ['4 closedTooEarly']],
    ['closed with another amount than was loaded', [opened('cash'), ...taken(), ...delivered(), closed('delivered', 4000)], ['9 closingDisagrees']],
    ['closed as delivered when nothing was', [opened('cash'), closed('delivered')], ['2 closingDisagrees']],
    ['a note after the end', [opened('cash'), closed('abandoned'), escrowed()], ['3 afterClose']],
    ['closed twice', [opened('cash'), closed('abandoned'), closed('abandoned')], ['3 afterClose']],
  ])('%s', (_situation, entries, expected) => {
    expect(anomalies(...entries)).toEqual(expected);
  });

  test('a note of a case is funded after the end: it was taken, the case owes it, and what follows settles it', () => {
    const state = foldTransaction(story(...lostNote, funded('count'), caseResolved('paidOut', 5000)));
    expect(state.anomalies).toEqual([]);
    expect(state).toMatchObject({ taken: 5000, owed: 0, settledElsewhere: 5000, held: 0, phase: 'closed' });
    expect(foldTransaction(story(...lostNote, funded('count')))).toMatchObject({
      taken: 5000,
      owed: 5000,
      notes: [{ state: 'stacked' }],
      cases: [{ amount: 5000, disputed: 0, settled: 0 }],
    });
  });

  test('a case that was answered too early is open again when its note is found', () => {
    const state = foldTransaction(story(...lostNote, caseResolved('nothingOwed', 0), funded('found'), caseResolved('credited', 5000)));
    expect(state.anomalies).toEqual([]);
    expect(state).toMatchObject({ loaded: 5000, owed: 0 });
  });

  test('a body that does not fit its kind is named and moves nothing', () => {
    const [first] = story(opened('cash'));
    const broken = { seq: 2, at: '2026-11-22T05:33:01.000Z', kind: 'cash.stacked' as const, body: { denomination: 5000 } };
    const state = foldTransaction(first === undefined ? [] : [first, broken]);
    expect(state.anomalies).toMatchObject([{ seq: 2, kind: 'cash.stacked', code: 'malformed' }]);
    expect(state.taken).toBe(0);
  });
});

test('what is found out about another terminal’s load is no transaction: it moves nothing and contradicts nothing', () => {
  const key = { examinationId: 'e1', loadId: 'l1' };
  const card = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: '03105170010170907984', tail: '7984' };
  const finding = { ...key, reference: 'A01-1122-7K4M-9', card, amount: 5000, balanceBefore: 3800, verdict: 'notCredited' } as const;
  const {
    anomalies: found,
    held,
    loads,
    cases,
  } = fold(
    { kind: 'foreign.load.examined', body: finding },
    { kind: 'foreign.load.reported', body: { ...key, state: 'notCredited' } },
    { kind: 'foreign.load.told', body: key },
  );
  expect({ found, held, loads, cases }).toEqual({ found: [], held: 0, loads: [], cases: [] });
});
