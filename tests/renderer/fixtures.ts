/** One View for every screen and every state of it that looks different. The names are the test's words for the situation. */
import type { AnyStateMachine } from 'xstate';
import { outlineOf } from '../../state-machines/chart-outline.ts';
import { deviceMachine } from '../../state-machines/device.ts';
import { roomsMachine } from '../../state-machines/maintenance/rooms.ts';
import { chartNames, type ChartState } from '../../state-machines/maintenance/rooms/charts-screens.ts';
import { cabinetParts } from '../../state-machines/maintenance/staff-schema.ts';
import { topUpMachine } from '../../state-machines/top-up.ts';
import {
  VIEW_VERSION,
  viewSchema,
  troubles,
  type Overlay,
  type Preferences,
  type Site,
  type View,
  type ViewBody,
  type ViewBodyOf,
} from '../../state-machines/view.ts';

export const SITE: Site = {
  operator: '一卡通自助服务',
  place: '北岸校区 图书馆一层',
  terminal: 'A01',
  hotline: '96123',
  hotlineHours: '24 小时',
  slots: { card: 'right', cash: 'right', receipt: 'below' },
};

export const STANDARD: Preferences = { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false };

const card = { tail: '6688', balance: 2320, validUntil: '2029-08-31' };
const reference = 'A01-1122-7K4M-9';
const keypad = { headphone: false, switches: 'two', scanMs: 2000 } as const;
const denominations = [500, 1000, 2000, 5000, 10_000];
const calm = (leftMs: number, totalMs = leftMs) => ({ leftMs, totalMs, tone: 'normal' as const });
const urgent = (leftMs: number, totalMs = 20_000) => ({ leftMs, totalMs, tone: 'warn' as const });
const all = [
  { name: 'topUp', available: true },
  { name: 'balance', available: true },
  { name: 'statement', available: true },
] as const;
const withCard = [
  { name: 'topUp', available: true },
  { name: 'statement', available: true },
  { name: 'account', available: true },
] as const;

const cash: ViewBodyOf<'top-up-cash'> = {
  kind: 'top-up-cash',
  card,
  requested: 5000,
  inserted: 8000,
  room: 89_680,
  notes: [
    { denomination: 5000, state: 'stacked' },
    { denomination: 2000, state: 'stacked' },
    { denomination: 1000, state: 'stacked' },
  ],
  denominations,
  reference,
  canReturn: false,
  busy: false,
  wait: calm(48_000, 60_000),
};

const scan: ViewBodyOf<'top-up-scan'> = { kind: 'top-up-scan', card, amount: 5000, orderId: '', state: 'ready', reference: '' };
const qr: ViewBodyOf<'top-up-qr'> = {
  kind: 'top-up-qr',
  card,
  amount: 5000,
  orderId: '0190a4c0-7a10-7000-8000-000000000001',
  code: 'https://pay.example/q/0190a4c07a1070008000000000000001?sum=50.00',
  merchant: '北岸一卡通',
  state: 'waiting',
  reference,
  wait: calm(161_000, 180_000),
};

const sale: ViewBodyOf<'top-up-bank-card'> = {
  kind: 'top-up-bank-card',
  card,
  amount: 5000,
  orderId: '0190a4c07a107000800000000000000a',
  state: 'waiting',
  reference,
  wait: calm(150_000),
};
const voucher: ViewBodyOf<'top-up-voucher'> = { kind: 'top-up-voucher', card, field: 'number', number: 'B02-1120-7K4M-5', code: '', complete: true };
const voucherCode: ViewBodyOf<'top-up-voucher'> = { ...voucher, field: 'code', code: '4821 0573', complete: false };
/** As long as the link of a signed slip, and as little like words. */
export const SLIP_LINK = `https://kiosk.sandbox.invalid/r/#${[118, 207, 86].map(noise).join('.')}`;

function noise(length: number): string {
  const symbols = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return Array.from({ length }, (_, index) => symbols.charAt((index * index * 7 + index * 13 + length) % 64)).join('');
}

const done: ViewBodyOf<'done'> = {
  kind: 'done',
  tail: '6688',
  amount: 5000,
  balanceBefore: 2320,
  balanceAfter: 7320,
  reference,
  card: 'atGate',
  receipts: 'available',
  receipt: 'choice',
  receiptQr: SLIP_LINK,
  wait: calm(16_000, 20_000),
};

const settled: ViewBodyOf<'settled'> = {
  kind: 'settled',
  outcome: 'refunded',
  why: 'issuerOffline',
  tender: 'qr',
  tail: '6688',
  amount: 5000,
  reference,
  settledWithinHours: 24,
  card: 'atGate',
  receipts: 'available',
  receipt: 'printing',
  receiptQr: SLIP_LINK,
  wait: calm(52_000, 60_000),
};

const earlier: ViewBodyOf<'earlier-load'> = {
  kind: 'earlier-load',
  verdict: 'credited',
  tail: '6688',
  amount: 5000,
  balance: 7320,
  reference,
  wait: calm(52_000, 60_000),
};

const accountMenu: ViewBodyOf<'account-menu'> = {
  kind: 'account-menu',
  card,
  services: [
    { index: 0, name: 'extend' },
    { index: 1, name: 'enable', service: 'library' },
    { index: 2, name: 'password' },
  ],
};

const accountTold: ViewBodyOf<'account-told'> = {
  kind: 'account-told',
  state: 'released',
  tail: '6688',
  since: '2026-11-22T08:14:07',
  everywhere: '2026-11-22T10:14:07',
  document: true,
  canRetry: false,
  receipts: 'available',
  receipt: 'choice',
  wait: calm(52_000, 60_000),
};

const lossCards: ViewBodyOf<'loss-cards'> = {
  kind: 'loss-cards',
  name: '王**',
  cards: [
    { index: 0, tail: '6688', state: 'open' },
    { index: 1, tail: '2071', state: 'blocked' },
    { index: 2, tail: '9013', state: 'reported', reference: 'A01-1119-3R7Q-8', since: '2026-11-19T21:40:02' },
    { index: 3, tail: '4410', state: 'replaced' },
  ],
  page: 0,
  pages: 1,
};
const lossTold: ViewBodyOf<'loss-told'> = {
  kind: 'loss-told',
  state: 'effective',
  earlier: false,
  tail: '6688',
  reference,
  since: '2026-11-22T08:14:07',
  document: true,
  receipts: 'available',
  receipt: 'choice',
  wait: calm(52_000, 60_000),
};
const diagnosis: ViewBodyOf<'diagnosis'> = {
  kind: 'diagnosis',
  verdict: 'arrived',
  fix: 'ticket',
  checks: { card: 'ok', machine: 'ok', issuer: 'ok' },
  tail: '6688',
  balance: 12_320,
  amount: 5000,
  reference,
};
const ticketTold: ViewBodyOf<'ticket-told'> = {
  kind: 'ticket-told',
  state: 'stored',
  number: reference,
  due: '2026-11-23T10:30:00',
  receipts: 'available',
  receipt: 'choice',
};
/** Half hours from `hour` on; what names them is no matter here. */
function slotsFrom(hour: number, count: number): ViewBodyOf<'callback-slots'>['slots'] {
  const at = (half: number): string => `${String(hour + Math.floor(half / 2)).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`;
  return Array.from({ length: count }, (_, index) => ({ start: index, from: at(index), to: at(index + 1) }));
}
/** Of the largest print. */
const callbackSlots: ViewBodyOf<'callback-slots'> = {
  kind: 'callback-slots',
  day: { date: '2026-11-23', inDays: 1 },
  slots: slotsFrom(14, 4),
  page: 1,
  pages: 9,
};
const chat: ViewBodyOf<'chat'> = {
  kind: 'chat',
  state: 'open',
  pieces: [{ from: 'person', text: '卡放好了，是在食堂旁边那台机器充的，今天早上刷卡余额还是没变' }],
  back: 0,
  pages: 1,
  text: '我的手机号是*********78，请',
  reading: 'huidian',
  board: 'letters',
  candidates: [
    { index: 0, text: '回电' },
    { index: 1, text: '会点' },
    { index: 2, text: '回' },
    { index: 3, text: '会' },
    { index: 4, text: '灰' },
  ],
  more: { previous: false, next: true },
  callback: true,
};
const agentPiece = { from: 'agent', text: '您好，请把卡放到读卡口，我看一下这笔充值。' } as const;
const chatOn = { back: 0, pages: 3, pieces: [agentPiece] };
const callbackTold: ViewBodyOf<'callback-told'> = {
  kind: 'callback-told',
  state: 'booked',
  number: reference,
  start: '2026-11-23T14:00:00',
  end: '2026-11-23T14:30:00',
  receipts: 'available',
  receipt: 'choice',
};
const callbackChange = { kind: 'callback-change', number: 'A01-1121-3R7Q-8', start: '2026-11-23T09:30:00', end: '2026-11-23T10:00:00' } as const;
const openTicket = { what: 'ticket', number: reference, topic: 'topUpMissing', state: 'assigned', received: '2026-11-22T08:14:07' } as const;
const standings: ViewBodyOf<'progress-list'> = {
  kind: 'progress-list',
  tail: '6688',
  items: [
    { what: 'callback', number: 'A01-1121-3R7Q-8', state: 'booked', start: '2026-11-23T09:30:00', end: '2026-11-23T10:00:00', change: true },
    { ...openTicket, due: '2026-11-23T10:30:00' },
  ],
  page: 0,
  pages: 1,
};

const lossTyping: ViewBodyOf<'loss-typing'> = { kind: 'loss-typing', field: 'card', shown: '•••• •••• •••• •••• •••8', count: 20, least: 16 };

const replaceMaking: ViewBodyOf<'replace-making'> = {
  kind: 'replace-making',
  tail: '6688',
  fee: 2000,
  reference,
  step: 'write',
  spoilt: 0,
  elapsedMs: 4000,
};
const replaceDone: ViewBodyOf<'replace-done'> = {
  kind: 'replace-done',
  tail: '0417',
  oldTail: '6688',
  fee: 2000,
  reference,
  transfer: { amount: 2320 },
  receipts: 'available',
  receipt: 'choice',
  receiptQr: SLIP_LINK,
  wait: calm(28_000, 30_000),
};
const replaceFee: ViewBodyOf<'replace-fee'> = {
  kind: 'replace-fee',
  tail: '6688',
  fee: 2000,
  tenders: [
    { name: 'qr', available: true },
    { name: 'qrPresented', available: true },
    { name: 'card', available: true },
    { name: 'cash', available: true },
  ],
  denominations: [500, 1000, 2000],
  receipts: 'available',
};

const putBack: ViewBodyOf<'put-back'> = {
  kind: 'put-back',
  tail: '6688',
  amount: 5000,
  reference,
  checking: false,
  tender: 'qr',
  wait: urgent(118_000, 120_000),
};

export interface Sample {
  readonly body: ViewBody;
  /** Text sizes in which it can be; default: all. */
  readonly sizes?: readonly Preferences['size'][];
  /** So much is not shown with buttons set low. */
  readonly low?: false;
  readonly step?: number;
  readonly overlay?: Overlay;
  readonly utilities?: boolean;
  readonly keypad?: View['keypad'];
}

const step = (at: number, body: ViewBody): Sample => ({ body, step: at });
const attract: ViewBody = { kind: 'attract', services: [...all], receipts: 'available', notice: '11 月 28 日 23:00 至次日 5:00 系统维护，期间不能充值' };
const amount: ViewBodyOf<'top-up-amount'> = {
  kind: 'top-up-amount',
  card,
  presets: [2000, 5000, 10_000, 20_000],
  selected: 5000,
  maximum: 97_680,
  minimum: 1000,
};
const { selected: _selected, ...unchosen } = amount;
const { wait: _wait, ...untimedQr } = qr;
const { balanceAfter: _balanceAfter, wait: _doneWait, ...unreadDone } = done;
const pendingOffer: ViewBodyOf<'pending-offer'> = {
  kind: 'pending-offer',
  card,
  loads: [
    { kind: 'subsidy', amount: 15_000, verdict: 'now', until: '2027-01-31' },
    { kind: 'refund', amount: 1250, verdict: 'now' },
    { kind: 'transfer', verdict: 'awaited', from: '2026-11-29' },
  ],
  next: 15_000,
  room: 97_680,
};

const statement: ViewBodyOf<'statement'> = {
  kind: 'statement',
  card,
  range: 'month',
  source: 'account',
  // as many as a page has in the largest print
  lines: [
    { at: '2026-11-22T08:14:05', kind: 'load', amount: 5000 },
    { at: '2026-11-21T18:02:40', kind: 'purchase', amount: 200 },
    { at: '2026-11-21T07:55:12', kind: 'purchase', amount: 200 },
    { at: '2026-11-20T12:31:00', kind: 'other', amount: 123_456 },
    { at: '2026-11-19T07:49:33', kind: 'purchase', amount: 1580 },
    { at: '2026-11-18T19:20:01', kind: 'purchase', amount: 200 },
  ],
  page: 1,
  pages: 5,
  total: 23,
  print: 'none',
  printed: 0,
  receipts: 'available',
};
const asked = (
  [
    ['top-up-not-arrived', 'paying', '充值没到账怎么办'],
    ['card-blocked', 'card', '卡被停用了怎么办'],
    ['service-password', 'card', '忘记服务密码怎么办'],
    ['check-balance', 'card', '怎么查余额'],
    ['fraud-call', 'safety', '有人打电话要我的密码'],
  ] as const
).map(([id, group, question]) => ({ id, group, question }));
const answer: ViewBodyOf<'help-answer'> = {
  kind: 'help-answer',
  id: 'top-up-not-arrived',
  question: '充值没到账怎么办',
  money: '付过的钱没有丢：到卡里、原路退回，或登记在编号下。',
  steps: ['请把卡插进本机，先看余额。', '没有变的，再点一次充值：本机会查上一笔。', '仍没有，请打 96123，报编号。'],
  solvedAt: 'machine',
  service: { name: 'balance', available: true },
  verdict: 'asked',
};
const contacts: ViewBodyOf<'help-contacts'> = {
  kind: 'help-contacts',
  channels: [
    {
      id: 'hotline',
      kind: 'hotline',
      name: '江城一卡通热线',
      contact: '400-812-0000',
      qr: 'tel:4008120000',
      opening: { state: 'open', until: '21:00' },
      price: 'usual',
      purposes: ['urgent', 'questions'],
    },
    {
      id: 'wechat',
      kind: 'wechat',
      name: '江城一卡通公众号',
      contact: '江城一卡通',
      qr: 'https://card.example/wechat',
      opening: { state: 'open' },
      purposes: ['questions'],
    },
    {
      id: 'station',
      kind: 'servicePoint',
      name: '江城站服务点',
      contact: '江城站 A 口，地下一层',
      opening: { state: 'closed', opens: { date: '2026-11-23', days: 1, time: '08:30' } },
      purposes: ['papers'],
    },
  ],
  chosen: 'hotline',
  page: 0,
  pages: 2,
};
const search: ViewBodyOf<'help-search'> = { kind: 'help-search', typed: 'buka', board: 'letters', questions: asked.slice(0, 1), page: 0, pages: 3 };
const problems = ['unreadable', 'unknown', 'foreign', 'expired', 'notYetValid', 'notActivated', 'blocked', 'twoCards', 'removed'] as const;
const whys = [
  'issuerOffline',
  'issuerRefused',
  'cardRefused',
  'cardGone',
  'loadUndetermined',
  'noteUndetermined',
  'paymentUndetermined',
  'refundUndetermined',
  'cancelled',
  'cardFull',
  'cardCaptured',
  'restart',
  'journalUnavailable',
] as const;
const reasons = [
  'cardReaderDown',
  'cashAcceptorDown',
  'cashBoxFull',
  'issuerOffline',
  'paymentOffline',
  'upstreamOffline',
  'journalUnavailable',
  'diskLow',
  'switchedOff',
  'maintenance',
  'notAdmitted',
  'starting',
] as const;

const named = <const T extends string>(prefix: string, names: readonly T[], make: (name: T) => Sample): Record<string, Sample> =>
  Object.fromEntries(names.map((name) => [`${prefix}-${name}`, make(name)]));

type Line = ViewBodyOf<'maintenance-tests'>['lines'][number];
const testLines: readonly Line[] = (
  [
    ['journalVerify', 'journal'],
    ['diskRoom', 'disk'],
    ['clockRight', 'clock'],
    ['upstreamReach', 'upstream'],
    ['keysSealed', 'keys'],
    ['screenPixels', 'screen'],
    ['screenTouch', 'screen'],
    ['soundHeard', 'sound'],
    ['cabinetSensors', 'cabinet'],
    ['cardRead', 'cardReader'],
    ['cardShutter', 'cardReader'],
    ['blankCard', 'cardReader'],
    ['noteReturned', 'cashAcceptor'],
    ['testPage', 'receiptPrinter'],
    ['codeScan', 'codeScanner'],
    ['documentRead', 'idReader'],
    ['keypadKeys', 'keypad'],
  ] as const
).map(([test, part]) => ({ test, part, state: 'waiting' }));
const staff = { number: '0417', role: 'technician', wait: calm(252_000, 300_000) } as const;
const cabinet: ViewBodyOf<'maintenance-overview'>['cabinet'] = {
  parts: [
    { part: 'network', tone: 'good', word: 'ok' },
    { part: 'cardReader', tone: 'warn', word: 'low' },
    { part: 'cashAcceptor', tone: 'warn', word: 'nearlyFull' },
    { part: 'receiptPrinter', tone: 'good', word: 'ok' },
    { part: 'codeScanner', tone: 'bad', word: 'silent', since: '2026-11-22T08:01:00' },
    { part: 'idReader', tone: 'good', word: 'ok' },
    { part: 'keypad', tone: 'good', word: 'ok' },
    { part: 'cabinet', tone: 'warn', word: 'open' },
  ],
  services: [
    { name: 'topUp', available: true },
    { name: 'balance', available: true },
    { name: 'statement', available: true },
    { name: 'pendingLoad', available: true },
    { name: 'account', available: false },
    { name: 'lossReport', available: true },
    { name: 'replacement', available: true },
  ],
  supplies: {
    paper: { level: 'ok', days: 2 },
    blankCards: { level: 'low', count: 12, capacity: 200, days: 0 },
    rejectBin: { level: 'ok', count: 3 },
    cashBox: { level: 'nearlyFull', count: 516, capacity: 600, days: 12 },
  },
  alarms: [
    { code: 'doorOpen', weight: 'stops', device: 'cabinet', since: '2026-11-22T08:10:00' },
    { code: 'deviceAway', weight: 'limits', device: 'codeScanner', since: '2026-11-22T08:01:00', cause: 'no answer from serial:/dev/ttyUSB3' },
    { code: 'blanksLow', weight: 'soon', device: 'cardReader', since: '2026-11-21T17:40:00', cause: 'stacker 12' },
    { code: 'boxNearlyFull', weight: 'soon', device: 'cashAcceptor', since: '2026-11-21T16:12:00', cause: 'cashBox 516' },
  ],
  proof: {
    epoch: 1,
    seq: 48_214,
    hash: `3f9a1c72b${'0'.repeat(51)}e04b`,
    checkpoint: { seq: 48_128, at: '2026-11-22T07:58:00' },
    receipt: { seq: 48_214, at: '2026-11-22T08:13:58' },
    notUploaded: 0,
    openTransactions: 0,
    held: 0,
  },
};

const box: Omit<ViewBodyOf<'maintenance-box'>, 'step'> = {
  kind: 'maintenance-box',
  staff,
  sensed: 'in',
  waiting: [],
  slip: 'none',
  mayExchange: true,
  mayCount: true,
};
const boxNotes = [
  { denomination: 10_000, count: 32 },
  { denomination: 5000, count: 30 },
  { denomination: 2000, count: 18 },
  { denomination: 1000, count: 8 },
  { denomination: 500, count: 4 },
];
const underWay = { settlementId: 'S-1-48214', boxOut: 'B-0012', boxIn: 'B-0031' } as const;
const counted = boxNotes.map(({ denomination, count }) => ({ denomination, counted: String(denomination === 1000 ? count - 1 : count) }));
const story: ViewBodyOf<'maintenance-story'>['story'] = {
  reference,
  type: 'top-up',
  tail: '6688',
  outcome: 'delivered',
  money: {
    tender: 'qr',
    taken: 5000,
    loaded: 5000,
    refunded: 0,
    owed: 0,
    held: 0,
    balanceBefore: 2320,
    balanceAfter: 7320,
    counter: { before: 322, after: 323 },
  },
  proof: [
    { check: 'inOrder', good: true },
    { check: 'postings', good: true },
    { check: 'chain', good: true },
    { check: 'checkpoint', good: true },
    { check: 'receipt', good: false },
  ],
  undetermined: true,
  printable: true,
};
const storyRows: ViewBodyOf<'maintenance-story'>['rows'] = (
  [
    ['08:01:52.310', 'transaction.opened', 'cardholder', 'plain'],
    ['08:02:03.118', 'payment.requested', 'cardholder', 'plain'],
    ['08:02:31.905', 'payment.captured', 'held', 'money'],
    ['08:02:32.011', 'load.authorizing', 'held', 'plain'],
    ['08:02:32.690', 'load.authorized', 'held', 'plain'],
    ['08:02:32.734', 'load.committing', 'held', 'plain'],
    ['08:02:41.022', 'load.undetermined', 'held', 'doubt'],
    ['08:14:31.604', 'load.committing', 'held', 'doubt'],
    ['08:14:32.150', 'load.committed', 'card', 'money'],
    ['08:14:32.390', 'load.confirmed', 'card', 'plain'],
    ['08:14:41.012', 'receipt.printed', 'card', 'plain'],
    ['08:14:41.377', 'transaction.closed', 'card', 'plain'],
  ] as const
).map(([time, kind, lane, tone], index) => ({
  seq: 48_201 + index,
  epoch: 1,
  time,
  kind,
  lane,
  tone,
  ...(tone === 'money' ? { amount: 5000 } : {}),
  ...(index === 7 ? { after: true as const, counter: 323 } : {}),
}));

function drawnStates(machine: AnyStateMachine, lit: readonly string[], passed: readonly string[]): ChartState[] {
  return outlineOf(machine).map(({ id, ...state }) => ({
    ...state,
    ...(lit.includes(id) ? { mark: 'lit' as const } : passed.includes(id) ? { mark: 'passed' as const } : {}),
  }));
}

const topUpPath = [
  ['08:01:40.010', 'xstate.init', 'checking'],
  ['08:01:40.642', '✓', 'amount.calm'],
  ['08:01:49.310', 'confirm', 'tender.calm'],
  ['08:01:52.305', 'tender', 'qr.creating'],
  ['08:02:03.118', '✓', 'qr.shown'],
  ['08:02:31.890', 'ORDER.STATE', 'qr.recording'],
  ['08:02:31.905', '✓', 'load.authorizing'],
  ['08:02:32.690', '✓', 'load.committing'],
  ['08:02:41.022', '⏱ warning', 'putBack.opening'],
] as const;
const topUpChart: Sample['body'] = {
  kind: 'maintenance-chart',
  staff,
  chart: 'topUp',
  states: drawnStates(
    topUpMachine,
    ['putBack.open'],
    topUpPath.map(([, , state]) => state),
  ),
  run: {
    number: 0,
    of: 4,
    since: '2026-11-22T08:01:40',
    until: '2026-11-22T08:04:41',
    steps: topUpPath.map(([time, event, state], index) => ({ number: index + 1, time, event, states: [state] })).toReversed(),
    total: 31,
  },
  exits: [],
  moreExits: 0,
  turned: 0,
};

const replay = {
  kind: 'maintenance-replay' as const,
  staff,
  reference,
  at: 6,
  of: 14,
  playing: false,
  chart: 'topUp' as const,
  entries: [
    ['08:02:31.905', 'payment.captured'],
    ['08:02:32.011', 'load.authorizing'],
    ['08:02:32.690', 'load.authorized'],
    ['08:02:32.734', 'load.committing'],
    ['08:02:41.022', 'load.undetermined'],
    ['08:14:18.440', 'case.opened'],
    ['08:14:18.441', 'transaction.closed'],
  ].map(([time = '', kind = ''], index) => ({ index: index + 3, seq: 48_204 + index, time, kind, ...(index === 6 ? { afterwards: true as const } : {}) })),
};

/** The screens of staff, one of each kind: one look, two languages, both orientations. */
const signIn = { kind: 'maintenance-sign-in' as const, ways: [], typed: '', hidden: 0, whole: false, wait: calm(52_000, 60_000) };

export const STAFF: Readonly<Record<string, Sample>> = {
  'maintenance-sign-in': { body: { ...signIn, asks: 'way', ways: ['card', 'grant', 'totp', 'phone'] }, utilities: false },
  'maintenance-sign-in-number': { body: { ...signIn, asks: 'number', typed: '0417', whole: true }, utilities: false },
  'maintenance-sign-in-answer': {
    body: { ...signIn, asks: 'answer', challenge: '48210573', typed: '9164', message: 'notAccepted', triesLeft: 2 },
    utilities: false,
  },
  'maintenance-sign-in-pin': {
    body: { ...signIn, asks: 'pin', hidden: 12, whole: true, second: { staff: '0417', verb: 'box.exchange' } },
    utilities: false,
  },
  'maintenance-sign-in-scan': { body: { ...signIn, asks: 'scan', message: 'notAGrant' }, utilities: false },
  'maintenance-sign-in-locked': { body: { ...signIn, asks: 'locked', locked: { why: 'wait', leftMs: 119_000 } }, utilities: false },
  'maintenance-sign-in-closed': { body: { ...signIn, asks: 'locked', locked: { why: 'day', leftMs: 80_000_000 } }, utilities: false },
  'maintenance-overview': {
    body: { kind: 'maintenance-overview', staff, cabinet, rooms: ['devices', 'supplies', 'journal', 'system'], mayLeaveInService: true },
    utilities: false,
  },
  'maintenance-overview-well': {
    body: {
      kind: 'maintenance-overview',
      staff,
      cabinet: { ...cabinet, alarms: [], parts: cabinet.parts.map(({ part }) => ({ part, tone: 'good', word: 'ok' })) },
      rooms: ['devices', 'supplies', 'box', 'journal', 'system', 'readiness'],
      mayLeaveInService: true,
    },
    utilities: false,
  },
  'maintenance-box': {
    body: {
      ...box,
      step: 'home',
      boxId: 'B-0012',
      content: { notes: boxNotes, unspecified: 0, total: 516_000 },
      waiting: [{ settlementId: 'S-1-40112', boxOut: 'B-0007', at: '2026-11-21T18:20:00' }],
    },
    utilities: false,
  },
  'maintenance-supplies': {
    body: {
      kind: 'maintenance-supplies',
      staff,
      supplies: [
        { supply: 'paper', look: { level: 'ok' }, filledAt: '2026-11-20T09:12:00' },
        { supply: 'blankCards', look: { level: 'low', count: 12 }, filledAt: '2026-11-12T10:02:00', filled: 200 },
        { supply: 'rejectBin', look: { level: 'nearlyFull', count: 46 } },
      ],
      typed: '',
      done: 'paper',
      mayFill: true,
    },
    utilities: false,
  },
  'maintenance-devices': {
    body: {
      kind: 'maintenance-devices',
      staff,
      parts: cabinet.parts.slice(1),
      chosen: 'codeScanner',
      detail: {
        part: 'codeScanner',
        model: 'NLS-FM430',
        maker: 'Newland',
        firmware: '1.4.12',
        serialNumber: 'FM430-118842',
        since: '2026-11-22T08:01:00',
        impairments: [],
        trouble: { code: 'timeout', message: 'the scanner did not answer within 2000 ms: check its cable' },
        storage: [],
        losses: { count: 3, lastAt: '2026-11-22T08:01:00' },
      },
      mayTest: true,
      hasTests: true,
      mayMonitor: true,
    },
    utilities: false,
  },
  'maintenance-journal': {
    body: {
      kind: 'maintenance-journal',
      staff,
      field: 'tail',
      typed: '6688',
      state: 'found',
      found: [
        { transactionId: 'a', reference, at: '2026-11-22T08:01:52', type: 'top-up', tail: '6688', amount: 5000, outcome: 'delivered' },
        { transactionId: 'b', reference: 'A01-1121-0Q3T-5', at: '2026-11-21T17:40:12', type: 'top-up', tail: '6688', amount: 10_000, outcome: 'case' },
        { transactionId: 'c', reference: 'A01-1119-8ZP2-7', at: '2026-11-19T12:02:41', type: 'replacement', tail: '6688', amount: 2000, outcome: 'refunded' },
      ],
      page: 0,
      pages: 1,
      cut: false,
      job: { what: 'verify', state: 'good', entries: 48_214 },
      mayExport: true,
    },
    utilities: false,
  },
  'maintenance-story': {
    body: { kind: 'maintenance-story', staff, story, rows: storyRows, page: 0, pages: 2, slip: 'none', mayReprint: true, mayReplay: true, mayResolve: true },
    utilities: false,
  },
  'maintenance-load': {
    body: { kind: 'maintenance-load', staff, reference, tail: '6688', amount: 5000, step: 'told', verdict: 'notCredited', balance: 2320 },
    utilities: false,
  },
  'maintenance-system': {
    body: {
      kind: 'maintenance-system',
      staff,
      tab: 'network',
      facts: [
        { name: 'link', value: 'online', tone: 'good' },
        { name: 'upstream', value: 'fleet.example.cn', tone: 'plain' },
        { name: 'issuer', value: 'up', tone: 'good' },
        { name: 'payments', value: 'down', tone: 'warn' },
        { name: 'enrolment', value: 'admitted', tone: 'plain' },
        { name: 'notUploaded', value: '0', tone: 'plain' },
        { name: 'clock', value: '2026-11-22 08:14:00', tone: 'plain' },
        { name: 'timeZone', value: 'Asia/Shanghai', tone: 'plain' },
        { name: 'clockOffset', value: '-41 ± 12 ms', tone: 'plain' },
      ],
      closed: 'repair',
      logs: { state: 'good', file: '/media/stick/T-0001-log-20261122081400.jsonl' },
      mayRestart: true,
      mayClose: true,
      mayOpen: true,
      needsReport: false,
      mayExportLogs: true,
      mayTest: true,
    },
    utilities: false,
  },
  'maintenance-tests': {
    body: {
      kind: 'maintenance-tests',
      staff,
      forReport: true,
      lines: testLines.map((line, at) => (at < 9 ? { ...line, state: 'passed' } : at === 9 ? { ...line, state: 'running' } : line)),
      now: { test: 'cardShutter', step: { say: 'working', values: {} }, question: 'shutterMoved' },
      inService: false,
    },
    utilities: false,
  },
  'maintenance-frames': {
    body: {
      kind: 'maintenance-frames',
      staff,
      part: 'cashAcceptor',
      filter: 'all',
      paused: false,
      frames: [
        { number: 9, time: '08:14:32.150', direction: 'fromDevice', bytes: 'FC0511277456', length: 6, says: '{"message":"idling"}', bad: false },
        { number: 8, time: '08:14:32.143', direction: 'toDevice', bytes: 'FC05112756', length: 5, says: '{"message":"status request"}', bad: false },
        { number: 7, time: '08:14:31.990', direction: 'fromDevice', bytes: 'FC05112757', length: 5, says: '{"code":"badCrc"}', bad: true },
      ],
      mayExport: true,
    },
    utilities: false,
  },
  'maintenance-charts': {
    body: {
      kind: 'maintenance-charts',
      staff,
      charts: chartNames.flatMap((chart, index): Extract<Sample['body'], { readonly kind: 'maintenance-charts' }>['charts'] =>
        chart === 'device'
          ? cabinetParts.slice(1).map((part) => ({ chart, part, state: 'runs' }))
          : [{ chart, state: index === 0 ? 'runs' : index < 4 ? 'ran' : 'never' }],
      ),
    },
    utilities: false,
  },
  'maintenance-chart': { body: topUpChart, utilities: false },
  'maintenance-chart-rooms': {
    body: {
      kind: 'maintenance-chart',
      staff,
      chart: 'rooms',
      states: drawnStates(roomsMachine, ['inside.room.charts', 'inside.watch.awake', 'inside.look.looking'], ['inside.room.overview']),
      run: {
        number: 0,
        of: 2,
        since: '2026-11-22T08:14:00',
        steps: [
          { number: 2, time: '08:14:32.150', event: 'room', states: ['inside.room.charts'] },
          { number: 1, time: '08:14:00.000', event: 'xstate.init', states: ['inside.room.overview', 'inside.watch.awake', 'inside.look.looking'] },
        ],
        total: 2,
      },
      exits: [
        { event: '✓', to: 'inside.room.overview' },
        { event: '✗', to: 'inside.room.overview' },
        { event: '⏱ idle', to: 'left' },
      ],
      moreExits: 2,
      turned: 0,
    },
    utilities: false,
  },
  'maintenance-chart-never': {
    body: {
      kind: 'maintenance-chart',
      staff,
      chart: 'device',
      part: 'idReader',
      states: drawnStates(deviceMachine, [], []),
      exits: [],
      moreExits: 0,
      turned: 0,
    },
    utilities: false,
  },
  'maintenance-replay': {
    body: {
      ...replay,
      states: ['load.committing'],
      open: [],
      shown: {
        drawn: true,
        body: { kind: 'committing', tail: '6688', amount: 5000, reference, step: 'write', elapsedMs: 0 },
        step: { route: 'topUp', at: 2, of: 4 },
        locale: 'zh-CN',
      },
    },
    utilities: false,
  },
  'maintenance-replay-result': {
    body: {
      ...replay,
      at: 13,
      states: ['finished.result.choosing'],
      open: ['card', 'balance'],
      shown: {
        drawn: true,
        body: {
          kind: 'done',
          tail: '6688',
          amount: 5000,
          balanceBefore: 2320,
          reference,
          card: 'atGate',
          receipts: 'available',
          receipt: 'choice',
          receiptQr: '',
        },
        step: { route: 'topUp', at: 3, of: 4 },
        locale: 'zh-CN',
      },
    },
    utilities: false,
  },
  'maintenance-replay-code': {
    body: {
      ...replay,
      states: ['qr.recording', 'qr.closing'],
      open: ['state', 'code'],
      shown: {
        drawn: true,
        body: {
          kind: 'top-up-qr',
          card: { tail: '6688', balance: 2320, validUntil: '2000-01-01' },
          amount: 5000,
          orderId: 'o',
          code: '',
          merchant: '',
          state: 'waiting',
          reference,
        },
        step: { route: 'topUp', at: 1, of: 4 },
        locale: 'zh-CN',
      },
    },
    utilities: false,
  },
  'maintenance-replay-restart': { body: { ...replay, states: [], open: [], shown: { drawn: false, why: 'restart' } }, utilities: false },
  'maintenance-glass': {
    body: { kind: 'maintenance-glass', staff, test: 'touch', touched: [0, 1, 2, 9], color: 'red', keys: [], played: 0 },
    utilities: false,
  },
  'maintenance-box-out': { body: { ...box, step: 'boxOut', typed: 'B-0012', problem: 'otherBox' }, utilities: false },
  'maintenance-box-take': { body: { ...box, ...underWay, step: 'takeOut', sensed: 'out' }, utilities: false },
  'maintenance-box-count': { body: { ...box, ...underWay, step: 'count', rows: counted, row: 1, countedTotal: 515_000 }, utilities: false },
  'maintenance-box-review': {
    body: {
      ...box,
      ...underWay,
      step: 'review',
      rows: counted.map((each, index) => ({ ...each, expected: boxNotes[index]?.count ?? 0 })),
      countedTotal: 515_000,
      expectedTotal: 516_000,
      difference: -1000,
    },
    utilities: false,
  },
  'maintenance-supplies-cards': {
    body: { kind: 'maintenance-supplies', staff, supplies: [], asked: 'blankCards', typed: '200', mayFill: true },
    utilities: false,
  },
  'maintenance-journal-number': {
    body: {
      kind: 'maintenance-journal',
      staff,
      field: 'reference',
      typed: 'A01-1122',
      state: 'typing',
      found: [],
      page: 0,
      pages: 1,
      cut: false,
      mayExport: false,
    },
    utilities: false,
  },
  'maintenance-tests-found': {
    body: {
      kind: 'maintenance-tests',
      staff,
      forReport: true,
      lines: testLines.map((line): Line => {
        if (line.test === 'noteReturned') return { ...line, state: 'failed', why: 'deviceError', detail: 'mediaJammed: the note is stuck before escrow' };
        return line.test === 'upstreamReach' ? { ...line, state: 'skipped', why: 'offline' } : { ...line, state: 'passed' };
      }),
      verdict: { verdict: 'limited', blocking: [], paused: ['cash'] },
      report: { number: '5F3A90C1D2E4', receipt: 'printed' },
      inService: true,
    },
    utilities: false,
  },
  'maintenance-tests-step': {
    body: {
      kind: 'maintenance-tests',
      staff,
      forReport: false,
      lines: [{ test: 'noteReturned', part: 'cashAcceptor', state: 'running' }],
      now: { test: 'noteReturned', step: { say: 'feedNote', values: { notes: '5, 10, 20, 50, 100' } } },
      inService: true,
    },
    utilities: false,
  },
  'maintenance-system-update': {
    body: {
      kind: 'maintenance-system',
      staff,
      tab: 'machine',
      facts: [
        { name: 'terminalId', value: 'T-0001', tone: 'plain' },
        { name: 'version', value: '1.4.0', tone: 'plain' },
        { name: 'update', value: 'updateWaiting', tone: 'plain' },
        { name: 'updateDetail', value: '1.5.0+lobby-3 · 48.0 / 48.0 MiB', tone: 'plain' },
        { name: 'updateWaitsFor', value: 'outsideWindow', tone: 'plain' },
        { name: 'updateRolledBack', value: '1.4.9+lobby-2', tone: 'warn' },
        { name: 'startedAt', value: '2026-11-22 02:14:07', tone: 'plain' },
        { name: 'keyThumbprint', value: 'kPrK_qmxVWaYVA9w', tone: 'plain' },
        { name: 'disk', value: '41.2 / 58.9 GiB', tone: 'good' },
        { name: 'journalEpoch', value: '3', tone: 'plain' },
        { name: 'journalEntries', value: '48213', tone: 'plain' },
      ],
      logs: { state: 'none' },
      mayRestart: true,
      mayClose: true,
      mayOpen: false,
      needsReport: false,
      mayExportLogs: true,
      mayTest: true,
    },
    utilities: false,
  },
  'maintenance-system-close': {
    body: {
      kind: 'maintenance-system',
      staff,
      tab: 'machine',
      facts: [],
      asks: 'close',
      logs: { state: 'none' },
      mayRestart: true,
      mayClose: true,
      mayOpen: true,
      needsReport: false,
      mayExportLogs: true,
      mayTest: true,
    },
    utilities: false,
  },
};

/** The screens a person meets most, one of each kind: for pictures and for the whole matrix of sizes, themes and languages. */
export const MAIN: Readonly<Record<string, Sample>> = {
  starting: { body: { kind: 'starting' }, utilities: false },
  'out-of-service': { body: { kind: 'out-of-service', reason: 'cashBoxFull' } },
  attract: { body: attract },
  'insert-card': { body: { kind: 'insert-card', service: 'topUp' } },
  'reading-card': { body: { kind: 'reading-card' }, utilities: false },
  'card-problem': { body: { kind: 'card-problem', problem: 'expired', card: { tail: '2031', balance: 2320, validUntil: '2026-10-31' } } },
  menu: { body: { kind: 'menu', card, services: [...withCard] } },
  'top-up-amount': step(0, amount),
  'top-up-custom': step(0, { kind: 'top-up-custom', card, digits: '88', minimum: 1000, maximum: 97_680 }),
  'top-up-tender': step(1, {
    kind: 'top-up-tender',
    card,
    amount: 5000,
    tenders: [
      { name: 'qr', available: true },
      { name: 'cash', available: true },
      { name: 'voucher', available: true },
    ],
    denominations,
    receipts: 'available',
  }),
  'top-up-cash': step(1, cash),
  'top-up-qr': step(1, qr),
  'top-up-scan': step(1, scan),
  'top-up-bank-card': step(1, sale),
  'top-up-voucher': step(1, voucher),
  'top-up-voucher-confirm': step(1, { kind: 'top-up-voucher-confirm', card, amount: 7000, number: 'B02-1120-7K4M-5' }),
  committing: { ...step(2, { kind: 'committing', tail: '6688', amount: 5000, reference, step: 'write', elapsedMs: 3000 }), utilities: false },
  'put-back': step(2, putBack),
  done: step(3, done),
  settled: step(3, settled),
  'earlier-load': { body: earlier },
  'pending-offer': { body: pendingOffer },
  statement: { body: statement },
  'help-home': { body: { kind: 'help-home', questions: asked, check: true } },
  diagnosis: { body: diagnosis },
  'help-groups': { body: { kind: 'help-groups' } },
  'help-list': { body: { kind: 'help-list', group: 'card', questions: asked.slice(0, 3), page: 1, pages: 4 } },
  'help-search': { body: search },
  'help-answer': { body: answer },
  'help-contacts': { body: contacts },
  'account-menu': { body: accountMenu },
  'account-confirm': { body: { kind: 'account-confirm', name: 'enable', service: 'library', card } },
  'account-working': { body: { kind: 'account-working', what: 'writing', tail: '6688' }, utilities: false },
  'account-put-back': { body: { kind: 'account-put-back', tail: '6688', reference, wait: calm(52_000, 60_000) } },
  'account-told': { body: accountTold },
  'loss-ways': {
    body: {
      kind: 'loss-ways',
      ways: [
        { name: 'document', available: true },
        { name: 'phone', available: true },
        { name: 'password', available: true },
      ],
    },
  },
  'loss-document': { body: { kind: 'loss-document', state: 'waiting' } },
  'loss-typing': { body: lossTyping },
  'loss-asking': { body: { kind: 'loss-asking', what: 'report', tail: '6688' }, utilities: false },
  'loss-cards': { body: lossCards, sizes: ['standard'] },
  'loss-confirm': { body: { kind: 'loss-confirm', tail: '6688' } },
  'loss-told': { body: lossTold },
  'ticket-topics': {
    body: {
      kind: 'ticket-topics',
      topics: ['topUpMissing', 'cardFault', 'dispute', 'password'],
      page: 0,
      pages: 3,
    },
  },
  'ticket-phone': { body: { kind: 'ticket-phone', shown: '••• •••• •••8', count: 11 } },
  'ticket-review': {
    body: {
      kind: 'ticket-review',
      topic: 'topUpMissing',
      tail: '6688',
      transaction: { reference, at: '2026-11-22T08:10:44', amount: 5000 },
      phone: '138****5678',
    },
  },
  'desk-asking': { body: { kind: 'desk-asking', what: 'submit' }, utilities: false },
  'ticket-told': { body: ticketTold },
  'callback-slots': { body: callbackSlots },
  'callback-review': {
    body: {
      kind: 'callback-review',
      topic: 'topUpMissing',
      start: '2026-11-23T14:00:00',
      end: '2026-11-23T14:30:00',
      phone: '138****5678',
      tail: '6688',
    },
  },
  'callback-change': { body: { ...callbackChange, asks: 'which' } },
  'callback-told': { body: callbackTold },
  chat: { body: chat },
  'progress-number': { body: { kind: 'progress-number', number: reference, complete: true, scan: 'ready' } },
  'progress-list': { body: { ...standings, items: standings.items.slice(1), pages: 2 } },
  'replace-fee': { body: replaceFee },
  'replace-making': { body: replaceMaking, utilities: false },
  'replace-take': { body: { kind: 'replace-take', tail: '0417', wait: calm(55_000, 60_000) } },
  'replace-done': { body: replaceDone },
  trouble: { body: { kind: 'trouble', trouble: 'issuerOffline', card, canRetry: true } },
  'take-card': { body: { kind: 'take-card', tail: '6688', wait: urgent(24_000, 30_000) }, utilities: false },
  survey: { body: { kind: 'survey', asks: 'rating', wait: calm(8000, 10_000) } },
  goodbye: { body: { kind: 'goodbye' }, utilities: false },
  'overlay-idle': { ...step(0, amount), overlay: { kind: 'idle-warning', wait: urgent(14_000), money: 'none' } },
  'overlay-language': { ...step(0, amount), overlay: { kind: 'language' } },
  'overlay-access': { ...step(0, amount), overlay: { kind: 'access' }, keypad },
  'overlay-help': { ...step(1, cash), overlay: { kind: 'help' } },
  'overlay-lost-card': { body: attract, overlay: { kind: 'lost-card' } },
  'overlay-hidden': { ...step(0, amount), overlay: { kind: 'hidden' } },
};

/** The other states of the same screens. */
export const STATES: Readonly<Record<string, Sample>> = {
  'attract-quiet': { body: { kind: 'attract', services: [...all], receipts: 'available' } },
  'attract-no-paper': { body: { kind: 'attract', services: [...all], receipts: 'paperOut' } },
  'attract-paused': {
    body: {
      kind: 'attract',
      services: [
        { name: 'topUp', available: false, reason: 'issuerOffline' },
        { name: 'balance', available: true },
        { name: 'statement', available: true },
      ],
      receipts: 'printerDown',
    },
  },
  'insert-card-balance': { body: { kind: 'insert-card', service: 'balance' } },
  'menu-one': { body: { kind: 'menu', card, services: [{ name: 'topUp', available: true }] } },
  'menu-paused': {
    body: {
      kind: 'menu',
      card,
      services: [
        { name: 'topUp', available: false, reason: 'issuerOffline' },
        { name: 'statement', available: true },
      ],
    },
  },
  'menu-pending': {
    body: {
      kind: 'menu',
      card,
      services: [{ name: 'pendingLoad', available: true }, ...withCard.slice(0, 2)],
      notices: [
        { kind: 'pendingLoad', amount: 16_250, count: 3, from: ['subsidy', 'refund', 'transfer'], until: '2027-01-31' },
        { kind: 'lowBalance', below: 1000 },
      ],
    },
  },
  'menu-unfinished': {
    body: {
      kind: 'menu',
      card,
      services: [...withCard],
      notices: [
        { kind: 'unfinished', amount: 5000, reference },
        { kind: 'manyTrips', count: 9 },
      ],
    },
  },
  'menu-expiring': { body: { kind: 'menu', card, services: [...withCard], notices: [{ kind: 'expiring', days: 12, validUntil: '2026-12-03' }] } },
  'pending-offer-none': {
    body: {
      kind: 'pending-offer',
      card,
      loads: [
        { kind: 'subsidy', amount: 99_999, verdict: 'tooLarge' },
        { kind: 'purchase', amount: 5000, verdict: 'notYet', from: '2026-12-01' },
        { kind: 'refund', amount: 1250, verdict: 'taken' },
      ],
      room: 97_680,
    },
  },
  'pending-offer-many': {
    body: {
      ...pendingOffer,
      loads: [...pendingOffer.loads, ...Array.from({ length: 47 }, () => ({ kind: 'purchase', amount: 99_999, verdict: 'tooLarge' }) as const)],
    },
  },
  'committing-pending': {
    body: { kind: 'committing', tail: '6688', amount: 15_000, reference, source: 'pending', step: 'write', elapsedMs: 0 },
    utilities: false,
  },
  'done-pending': { body: { ...done, source: 'pending', next: { kind: 'refund', amount: 1250 }, card: 'inside' } },
  'put-back-pending': { body: { ...putBack, tender: 'pending' } },
  'settled-pending-back': { body: { ...settled, outcome: 'refunded', why: 'issuerRefused', tender: 'pending', receipt: 'choice', card: 'taken' } },
  'settled-case-pending': { body: { ...settled, outcome: 'case', why: 'loadUndetermined', tender: 'pending', receipt: 'printed' } },
  'insert-card-pending': { body: { kind: 'insert-card', service: 'pendingLoad' } },
  'statement-full': { body: { ...statement, lines: Array.from({ length: 10 }, () => statement.lines[0]), pages: 3 } as ViewBody, sizes: ['standard'] },
  'statement-empty': { body: { ...statement, lines: [], page: 0, pages: 1, total: 0 } },
  'statement-card-only': { body: { ...statement, range: 'last10', source: 'cardOnly', receipts: 'paperOut' } },
  'statement-printing': { body: { ...statement, print: 'printing', printed: 10 } },
  'statement-stopped': { body: { ...statement, print: 'stopped', printed: 10, receipts: 'paperOut' } },
  'statement-printed': { body: { ...statement, page: 4, print: 'done', printed: 23 } },
  'help-list-full': { body: { kind: 'help-list', group: 'card', questions: asked, page: 0, pages: 4 }, sizes: ['standard'] },
  'help-list-one': { body: { kind: 'help-list', group: 'safety', questions: asked.slice(0, 2), page: 0, pages: 1 } },
  'help-search-empty': { body: { ...search, typed: '', questions: asked.slice(0, 3), pages: 28 }, sizes: ['standard'], low: false },
  'help-search-none': { body: { ...search, typed: 'xyzzy', questions: [], pages: 1 } },
  'help-search-long': {
    body: { ...search, typed: 'chongzhi mei dao zhang zen me ban qian dao na li qu le 123', questions: asked.slice(0, 3) },
    sizes: ['standard'],
    low: false,
  },
  'help-search-digits': { body: { ...search, board: 'digits', typed: '12' } },
  'help-answer-solved': { body: { ...answer, verdict: 'solved' } },
  'help-answer-unsolved': { body: { ...answer, verdict: 'unsolved', service: { name: 'balance', available: false, reason: 'cardReaderDown' } } },
  'help-answer-page': {
    body: {
      kind: 'help-answer',
      id: 'card-lost',
      question: '卡丢了怎么办',
      money: '挂失生效以后，卡里的钱就安全了。',
      steps: ['请马上打 400-812-0000，说“挂失”。', '请报身份证号，或卡号和服务密码。', '请记下挂失的时间和编号。'],
      solvedAt: 'phone',
      page: 'lost-card',
      verdict: 'asked',
    },
  },
  'help-answer-short': {
    body: { kind: 'help-answer', id: 'invoice', question: '怎么开发票', steps: ['请带凭条到人工服务办理。'], solvedAt: 'counter', verdict: 'asked' },
  },
  'help-contacts-chat': { body: { ...contacts, chat: true, channels: contacts.channels.slice(0, 2) } },
  'help-contacts-plain': { body: { ...contacts, chosen: 'station', page: 0, pages: 1 } },
  'help-contacts-least': {
    body: {
      kind: 'help-contacts',
      channels: [{ id: 'hotline', kind: 'hotline', name: '江城一卡通', contact: '400-812-0000', hours: '6:30–23:00', purposes: ['urgent'] }],
      chosen: 'hotline',
      page: 0,
      pages: 1,
    },
  },
  'account-menu-lost': { body: { ...accountMenu, services: [{ index: 0, name: 'release' }] } },
  'account-menu-new': { body: { ...accountMenu, services: [{ index: 0, name: 'activate' }] } },
  ...named('account-confirm', ['activate', 'extend', 'release', 'password'] as const, (name) => ({ body: { kind: 'account-confirm', name, card } })),
  'account-menu-blocked': { body: { kind: 'account-menu', card: { tail: '7719' }, services: [{ index: 0, name: 'unblock' }] } },
  'account-confirm-unblock': { body: { kind: 'account-confirm', name: 'unblock', card: { tail: '7719' } } },
  'account-working-asking': { body: { kind: 'account-working', what: 'asking', tail: '6688' }, utilities: false },
  'account-put-back-other': { body: { kind: 'account-put-back', tail: '6688', reference, otherTail: '2071', wait: urgent(18_000, 20_000) } },
  ...named('account-told', ['activated', 'enabled', 'unblocked', 'passwordSet', 'begunElsewhere'] as const, (state) => ({
    body: { kind: 'account-told', state, tail: '6688', document: false, canRetry: false, receipts: 'available', receipt: 'choice', wait: calm(52_000, 60_000) },
  })),
  'account-told-extended': {
    body: {
      kind: 'account-told',
      state: 'extended',
      until: '2036-11-22',
      tail: '6688',
      document: false,
      canRetry: false,
      receipts: 'available',
      receipt: 'printed',
    },
  },
  ...named('account-told', ['cardGone', 'issuerOffline', 'releaseOpen', 'passwordOpen'] as const, (state) => ({
    body: {
      kind: 'account-told',
      state,
      tail: '6688',
      reference,
      document: state === 'releaseOpen',
      canRetry: state === 'issuerOffline',
      receipts: 'available',
      receipt: state === 'cardGone' ? 'failed' : 'choice',
      wait: calm(52_000, 60_000),
    },
  })),
  ...named('account-told', ['printing', 'failed'] as const, (receipt) => ({ body: { ...accountTold, receipt } })),
  'account-told-no-paper': { body: { ...accountTold, receipts: 'paperOut' } },
  'loss-ways-card': {
    body: {
      kind: 'loss-ways',
      cardHere: true,
      ways: [
        { name: 'document', available: true },
        { name: 'phone', available: true },
        { name: 'password', available: true },
      ],
    },
  },
  'loss-typing-new-password': { body: { ...lossTyping, field: 'newPassword', shown: '••4', count: 3, least: 6 } },
  'loss-typing-new-password-weak': { body: { ...lossTyping, field: 'newPassword', shown: '', count: 0, least: 6, problem: 'weak' } },
  'loss-typing-repeat': { body: { ...lossTyping, field: 'repeatPassword', shown: '••••••', count: 6, least: 6 } },
  'loss-typing-not-same': { body: { ...lossTyping, field: 'newPassword', shown: '', count: 0, least: 6, problem: 'notSame' } },
  'loss-ways-reader-down': {
    body: {
      kind: 'loss-ways',
      ways: [
        { name: 'document', available: false },
        { name: 'phone', available: true },
        { name: 'password', available: true },
      ],
    },
  },
  'loss-ways-no-reader': {
    body: {
      kind: 'loss-ways',
      ways: [
        { name: 'phone', available: true },
        { name: 'password', available: true },
      ],
    },
  },
  ...named('loss-document', ['removed', 'unreadable', 'otherDocument', 'expired'] as const, (problem) => ({
    body: { kind: 'loss-document', state: problem === 'removed' ? 'waiting' : 'refused', problem },
  })),
  'loss-typing-password': { body: { ...lossTyping, field: 'password', shown: '••••••', count: 6, least: 6 } },
  'loss-typing-password-wrong': { body: { ...lossTyping, field: 'password', shown: '', count: 0, least: 6, problem: 'wrongPassword', triesLeft: 2 } },
  'loss-typing-phone': { body: { ...lossTyping, field: 'phone', shown: '••• •••• •••8', count: 11, least: 11 } },
  'loss-typing-not-whole': { body: { ...lossTyping, field: 'phone', shown: '••• ••', count: 5, least: 11, problem: 'notWhole' } },
  'loss-typing-code': { body: { ...lossTyping, field: 'code', shown: '•••4', count: 4, least: 6 } },
  'loss-typing-code-wrong': { body: { ...lossTyping, field: 'code', shown: '', count: 0, least: 6, problem: 'wrongCode', triesLeft: 12 } },
  'loss-typing-code-expired': { body: { ...lossTyping, field: 'code', shown: '', count: 0, least: 6, problem: 'codeExpired' } },
  'loss-asking-code': { body: { kind: 'loss-asking', what: 'code' } },
  'loss-asking-person': { body: { kind: 'loss-asking', what: 'person' } },
  'loss-cards-large': { body: { ...lossCards, cards: lossCards.cards.slice(0, 3), pages: 2 }, sizes: ['standard', 'large'] },
  'loss-cards-xlarge': { body: { ...lossCards, cards: lossCards.cards.slice(1, 3), page: 1, pages: 2 } },
  'loss-cards-pages': { body: { ...lossCards, page: 1, pages: 3 }, sizes: ['standard'] },
  'loss-cards-none-open': {
    body: { kind: 'loss-cards', cards: lossCards.cards.filter(({ state }) => state === 'reported' || state === 'replaced'), page: 0, pages: 1 },
  },
  ...named(
    'diagnosis',
    ['undecided', 'waitingCredit', 'low', 'full', 'refunded', 'owed', 'fine', 'issuerUnknown', 'notRegistered', 'reportedLost'] as const,
    (verdict) => ({
      body: { ...diagnosis, verdict, fix: verdict === 'waitingCredit' ? 'pendingLoad' : verdict === 'low' ? 'topUp' : 'ticket' },
    }),
  ),
  ...named('diagnosis', ['unreadable', 'foreign', 'twoCards'] as const, (verdict) => ({
    body: {
      kind: 'diagnosis',
      verdict,
      fix: verdict === 'twoCards' ? 'retry' : 'ticket',
      checks: { card: 'bad', machine: 'ok', issuer: 'unknown' },
    },
  })),
  'diagnosis-to-activate': {
    body: { ...diagnosis, verdict: 'notActivated', fix: 'account', service: 'activate', checks: { card: 'bad', machine: 'ok', issuer: 'bad' } },
  },
  'diagnosis-to-release': {
    body: { ...diagnosis, verdict: 'reportedLost', fix: 'account', service: 'release', checks: { card: 'ok', machine: 'ok', issuer: 'bad' } },
  },
  'help-home-no-reader': { body: { kind: 'help-home', questions: asked } },
  'ticket-topics-all': {
    body: {
      kind: 'ticket-topics',
      topics: ['topUpMissing', 'cardFault', 'dispute', 'password', 'device', 'merchant', 'complaint', 'suggestion'],
      page: 0,
      pages: 2,
    },
    sizes: ['standard'],
  },
  'ticket-topics-large': {
    body: { kind: 'ticket-topics', topics: ['topUpMissing', 'cardFault', 'dispute', 'password', 'device', 'merchant'], page: 0, pages: 2 },
    sizes: ['standard', 'large'],
  },
  'ticket-topics-last': { body: { kind: 'ticket-topics', topics: ['account', 'other'], page: 2, pages: 3 } },
  'ticket-phone-empty': { body: { kind: 'ticket-phone', shown: '', count: 0 } },
  'ticket-phone-begun': { body: { kind: 'ticket-phone', shown: '••• •8', count: 5 } },
  'ticket-review-least': { body: { kind: 'ticket-review', topic: 'suggestion' } },
  'desk-asking-progress': { body: { kind: 'desk-asking', what: 'progress' } },
  ...named('ticket-told', ['printing', 'printed', 'failed'] as const, (receipt) => ({ body: { ...ticketTold, receipt } })),
  'ticket-told-no-paper': { body: { ...ticketTold, receipts: 'paperOut' } },
  'ticket-told-kept': { body: { kind: 'ticket-told', state: 'kept', number: reference, within: { minutes: 120 }, receipts: 'available', receipt: 'choice' } },
  'ticket-told-kept-days': { body: { kind: 'ticket-told', state: 'kept', number: reference, within: { days: 2 }, receipts: 'paperOut', receipt: 'choice' } },
  'ticket-told-kept-unknown': { body: { kind: 'ticket-told', state: 'kept', number: reference, receipts: 'available', receipt: 'failed' } },
  'survey-reason': {
    body: { kind: 'survey', asks: 'reason', reasons: ['slow', 'unclear', 'failed', 'device', 'price'], wait: calm(8000, 10_000) },
  },
  'survey-reason-one': { body: { kind: 'survey', asks: 'reason', reasons: ['device'], wait: calm(8000, 10_000) } },
  'survey-thanks': { body: { kind: 'survey', asks: 'thanks' } },
  'callback-slots-today': { body: { ...callbackSlots, day: { date: '2026-11-22', inDays: 0 }, slots: slotsFrom(9, 8), page: 0 }, sizes: ['standard'] },
  'callback-slots-large': { body: { ...callbackSlots, slots: slotsFrom(9, 6), page: 0 }, sizes: ['standard', 'large'] },
  'callback-slots-taken': { body: { ...callbackSlots, day: { date: '2026-11-25', inDays: 3 }, slots: slotsFrom(17, 2), remark: 'taken' } },
  ...named('callback-slots', ['full', 'offline'] as const, (remark) => ({ body: { kind: 'callback-slots', slots: [], remark, page: 0, pages: 1 } })),
  'ticket-phone-callback': { body: { kind: 'ticket-phone', shown: '••• •8', count: 5, callback: true } },
  'callback-review-least': {
    body: { kind: 'callback-review', topic: 'suggestion', start: '2026-11-23T14:00:00', end: '2026-11-23T14:30:00', phone: '138****5678' },
  },
  ...named('desk-asking', ['slots', 'book', 'move', 'cancel'] as const, (what) => ({ body: { kind: 'desk-asking', what }, utilities: what === 'slots' })),
  'chat-nine': {
    body: { ...chat, ...chatOn, board: 'nine', candidates: chat.candidates.slice(0, 3), more: { previous: true, next: true } },
    sizes: ['large', 'xlarge'],
  },
  'chat-waiting': { body: { ...chat, state: 'waiting', position: 3, pieces: [], text: '', reading: '', candidates: [{ index: 0, text: '，' }] } },
  'chat-fallback': {
    body: { ...chat, state: 'waiting', position: 2, fallback: true, text: '您好', reading: '', more: { previous: false, next: false } },
  },
  'chat-not-sent': { body: { ...chat, pieces: [agentPiece], remark: 'notSent', reading: '', board: 'digits' } },
  'chat-ended': { body: { ...chat, ...chatOn, state: 'ended', text: '', reading: '' } },
  'chat-long': { body: { ...chat, pages: 2, pieces: [agentPiece, { from: 'agent', text: '您'.repeat(60) }] }, sizes: ['standard'] },
  ...named('callback-told', ['printed', 'failed'] as const, (receipt) => ({ body: { ...callbackTold, receipt } })),
  'callback-change-cancel': { body: { ...callbackChange, asks: 'cancel' } },
  'callback-change-move': { body: { ...callbackChange, asks: 'move', to: { start: '2026-11-24T14:00:00', end: '2026-11-24T14:30:00' } } },
  ...named('callback-told', ['move', 'cancel'] as const, (change) => ({ body: { ...callbackTold, change } })),
  'callback-told-move-kept': { body: { ...callbackTold, change: 'move', state: 'kept' } },
  'callback-told-cancel-kept': { body: { ...callbackTold, change: 'cancel', state: 'kept' } },
  'callback-told-moved': { body: { ...callbackTold, moved: true } },
  'callback-told-kept': { body: { ...callbackTold, state: 'kept' } },
  'callback-told-kept-no-paper': { body: { ...callbackTold, state: 'kept', receipts: 'paperOut' } },
  'progress-list-callback-waits': {
    body: {
      ...standings,
      items: [{ what: 'callback', number: 'A01-1121-3R7Q-8', state: 'booked', start: '2026-11-23T09:30:00', end: '2026-11-23T10:00:00', waits: 'move' }],
    },
  },
  'progress-list-callback-kept': {
    body: { ...standings, items: [{ what: 'callback', number: 'A01-1121-3R7Q-8', state: 'kept', start: '2026-11-23T09:30:00' }] },
  },
  'help-home-callback': { body: { kind: 'help-home', questions: asked, check: true, callback: true } },
  'progress-number-empty': { body: { kind: 'progress-number', number: '', complete: false } },
  'progress-number-other': { body: { kind: 'progress-number', number: '', complete: false, scan: 'otherCode' } },
  'progress-list-resolved': {
    body: {
      ...standings,
      items: [{ ...openTicket, number: 'A01-1119-9D2F-4', topic: 'dispute', state: 'resolved', resolution: 'merchantAnswered' }],
      pages: 2,
    },
  },
  'progress-list-two': { body: { ...standings, pages: 2 }, sizes: ['standard'], low: false },
  'progress-list-late': { body: { ...standings, items: [{ ...openTicket, due: '2026-11-22T10:30:00', late: true }], page: 1, pages: 3 } },
  'progress-list-asks': { body: { ...standings, items: [{ ...openTicket, state: 'waitingForPerson', asks: 'details' }] } },
  'progress-list-kept': { body: { kind: 'progress-list', items: [{ ...openTicket, state: 'kept' }], page: 0, pages: 1 } },
  'progress-list-callback': { body: { ...standings, items: standings.items.slice(0, 1), page: 1, pages: 2 } },
  'progress-list-none': { body: { kind: 'progress-list', tail: '6688', items: [], page: 0, pages: 1 } },
  'loss-told-replace': { body: { ...lossTold, replacement: true } },
  'loss-cards-replace': { body: { ...lossCards, purpose: 'replace' }, sizes: ['standard'] },
  'attract-replace': { body: { ...attract, replacement: true } },
  'replace-fee-scan': { body: { kind: 'top-up-scan', replaces: '6688', amount: 2000, orderId: '', state: 'ready', reference } },
  'replace-fee-three': { body: { ...replaceFee, tenders: replaceFee.tenders.filter(({ name }) => name !== 'qrPresented') } },
  'replace-fee-cash-off': {
    body: {
      ...replaceFee,
      tenders: [
        { name: 'qr', available: false, reason: 'paymentOffline' },
        { name: 'cash', available: true },
      ],
    },
  },
  'replace-making-consent': { body: { ...replaceMaking, step: 'consent', reference: '' }, utilities: false },
  'replace-making-next': { body: { ...replaceMaking, step: 'dispense', spoilt: 2 }, utilities: false },
  'replace-making-settle': { body: { ...replaceMaking, step: 'settle' }, utilities: false },
  'replace-done-awaited': { body: { ...replaceDone, transfer: { expectedOn: '2026-11-29' } } },
  'replace-done-printed': { body: { ...replaceDone, transfer: { amount: 0 }, receipt: 'printed' } },
  'loss-told-printing': { body: { ...lossTold, receipt: 'printing' } },
  'loss-told-printed': { body: { ...lossTold, receipt: 'printed', document: false } },
  'loss-told-failed': { body: { ...lossTold, receipt: 'failed' } },
  'loss-told-no-paper': { body: { ...lossTold, receipts: 'paperOut' } },
  'loss-told-earlier': { body: { ...lossTold, earlier: true } },
  'loss-told-scheduled': { body: { ...lossTold, state: 'scheduled' } },
  'loss-told-queued': { body: { ...lossTold, state: 'queued' } },
  'loss-told-queued-printed': { body: { ...lossTold, state: 'queued', receipt: 'printed' } },
  'insert-card-statement': { body: { kind: 'insert-card', service: 'statement' } },
  'amount-none': step(0, unchosen),
  'amount-six': step(0, { ...amount, presets: [1000, 2000, 3000, 5000, 10_000, 20_000] }),
  'amount-one': step(0, { ...amount, presets: [1000], selected: 1000, maximum: 1500 }),
  'custom-empty': step(0, { kind: 'top-up-custom', card, digits: '', minimum: 1000, maximum: 97_680 }),
  'custom-above': step(0, { kind: 'top-up-custom', card, digits: '9999', minimum: 1000, maximum: 97_680, error: 'aboveMaximum' }),
  'custom-below': step(0, { kind: 'top-up-custom', card, digits: '5', minimum: 1000, maximum: 97_680, error: 'belowMinimum' }),
  'tender-off': step(1, {
    kind: 'top-up-tender',
    card,
    amount: 123_456,
    tenders: [
      { name: 'qr', available: true },
      { name: 'cash', available: false, reason: 'cashAcceptorDown' },
    ],
    denominations,
    receipts: 'paperOut',
  }),
  'tender-two': step(1, {
    kind: 'top-up-tender',
    card,
    amount: 5000,
    tenders: [
      { name: 'qr', available: true },
      { name: 'cash', available: true },
    ],
    denominations,
    receipts: 'available',
  }),
  'tender-four': step(1, {
    kind: 'top-up-tender',
    card,
    amount: 5000,
    tenders: [
      { name: 'cash', available: true },
      { name: 'qr', available: true },
      { name: 'qrPresented', available: true },
      { name: 'voucher', available: true },
    ],
    denominations,
    receipts: 'available',
  }),
  'tender-five': step(1, {
    kind: 'top-up-tender',
    card,
    amount: 5000,
    tenders: [
      { name: 'cash', available: true },
      { name: 'qr', available: true },
      { name: 'qrPresented', available: true },
      { name: 'card', available: false, reason: 'paymentOffline' },
      { name: 'voucher', available: true },
    ],
    denominations,
    receipts: 'available',
  }),
  'tender-scanner-off': step(1, {
    kind: 'top-up-tender',
    card,
    amount: 5000,
    tenders: [
      { name: 'cash', available: false, reason: 'cashAcceptorDown' },
      { name: 'qr', available: true },
      { name: 'qrPresented', available: false, reason: 'scannerDown' },
      { name: 'voucher', available: false, reason: 'upstreamOffline' },
    ],
    denominations,
    receipts: 'paperOut',
  }),
  'tender-voucher-off': step(1, {
    kind: 'top-up-tender',
    card,
    amount: 5000,
    tenders: [
      { name: 'cash', available: true },
      { name: 'qr', available: false, reason: 'paymentOffline' },
      { name: 'voucher', available: false, reason: 'upstreamOffline' },
    ],
    denominations,
    receipts: 'paperOut',
  }),
  'voucher-empty': step(1, { ...voucher, number: '', complete: false }),
  'voucher-longest': step(1, { ...voucher, number: 'WXYZ-1231-WWWW-W', error: 'badNumber' }),
  'voucher-unknown': step(1, { ...voucher, error: 'unknown' }),
  'voucher-code': step(1, voucherCode),
  'voucher-code-whole': step(1, { ...voucherCode, code: '4821 0573 9164', complete: true }),
  'voucher-bad-code': step(1, { ...voucherCode, code: '4821 0573 9165', error: 'badCode' }),
  'voucher-wrong-code': step(1, { ...voucherCode, code: '', error: 'wrongCode', triesLeft: 3 }),
  'voucher-checking': { ...step(1, { ...voucherCode, field: 'checking', code: '4821 0573 9164', complete: true }), utilities: false },
  'voucher-confirm-large': step(1, { kind: 'top-up-voucher-confirm', card, amount: 50_000, number: 'WXYZ-1231-WWWW-W' }),
  'tender-one': step(1, { kind: 'top-up-tender', card, amount: 5000, tenders: [{ name: 'cash', available: true }], denominations, receipts: 'available' }),
  'cash-empty': step(1, { ...cash, inserted: 0, room: 97_680, notes: [], canReturn: true, wait: calm(60_000) }),
  'cash-busy': step(1, {
    ...cash,
    inserted: 5000,
    notes: [
      { denomination: 5000, state: 'stacked' },
      { denomination: 2000, state: 'stacking' },
    ],
    busy: true,
  }),
  'cash-many': step(1, {
    ...cash,
    inserted: 50_000,
    notes: Array.from({ length: 25 }, () => ({ denomination: 2000, state: 'stacked' as const })),
    wait: urgent(14_000),
  }),
  ...named('cash', ['noteRejected', 'noteOverLimit', 'noteReturned', 'acceptorDown', 'boxFull'], (message) => step(1, { ...cash, message })),
  ...named('scan', ['slip', 'link', 'other', 'unreadable', 'codeUnknown', 'codeExpired', 'codeUsed'], (message) => step(1, { ...scan, message })),
  'bank-card-asking': { ...step(1, { ...sale, wait: undefined, state: 'asking', orderId: '', reference: '' }), utilities: false },
  'bank-card-confirming': step(1, { ...sale, state: 'confirming' }),
  'bank-card-closing': { ...step(1, { ...sale, wait: undefined, state: 'closing' }), utilities: false },
  'scan-asking': { ...step(1, { ...scan, state: 'asking' }), utilities: false },
  'scan-confirming': step(1, { ...scan, state: 'confirming', orderId: '0190a4c07a107000800000000000000a', reference, wait: calm(60_000) }),
  'scan-closing': { ...step(1, { ...scan, state: 'closing', orderId: '0190a4c07a107000800000000000000a', reference }), utilities: false },
  'qr-creating': step(1, { ...untimedQr, state: 'creating', code: '' }),
  'qr-confirming': step(1, { ...qr, state: 'confirming', wait: urgent(24_000, 180_000) }),
  'qr-closing': { ...step(1, { ...untimedQr, state: 'closing' }), utilities: false },
  'committing-authorize': { ...step(2, { kind: 'committing', tail: '6688', amount: 5000, reference, step: 'authorize', elapsedMs: 0 }), utilities: false },
  'committing-slow': { ...step(2, { kind: 'committing', tail: '6688', amount: 5000, reference, step: 'verify', elapsedMs: 12_000 }), utilities: false },
  'put-back-other': step(2, { ...putBack, otherTail: '2031', tender: 'cash' }),
  'put-back-checking': { ...step(2, { ...putBack, checking: true }), utilities: false },
  'done-taken': step(3, { ...done, card: 'taken', receipts: 'paperOut' }),
  'done-inside': step(3, { ...unreadDone, card: 'inside', receipts: 'printerDown' }),
  ...named('done', ['printing', 'printed', 'failed', 'onScreen', 'none'], (receipt) => step(3, { ...done, receipt, card: 'taken' })),
  ...named('settled', whys, (why) => step(3, { ...settled, why, outcome: 'case', receipt: 'printed', card: why === 'cardCaptured' ? 'captured' : 'inside' })),
  'settled-cash-refund': step(3, { ...settled, why: 'cancelled', tender: 'cash', receipt: 'choice', card: 'taken' }),
  'settled-voucher': step(3, { ...settled, outcome: 'voucher', why: 'cancelled', tender: 'cash', receipt: 'choice', receipts: 'paperOut', card: 'absent' }),
  'settled-voucher-printed': step(3, {
    ...settled,
    outcome: 'voucher',
    why: 'cancelled',
    tender: 'cash',
    receipt: 'printed',
    voucher: { validUntil: '2027-11-22' },
  }),
  'settled-voucher-code': step(3, {
    ...settled,
    outcome: 'voucher',
    why: 'issuerOffline',
    tender: 'cash',
    receipt: 'failed',
    receipts: 'paperOut',
    voucher: { code: '4821 0573 9164', validUntil: '2027-11-22' },
    wait: calm(171_000, 180_000),
  }),
  'settled-voucher-restart': step(3, {
    ...settled,
    outcome: 'voucher',
    why: 'restart',
    tender: 'cash',
    receipt: 'onScreen',
    card: 'absent',
    voucher: { code: '4821 0573 9164', validUntil: '2027-11-22' },
  }),
  'settled-bank-card': step(3, { ...settled, outcome: 'refunded', why: 'issuerRefused', tender: 'card', receipt: 'choice', card: 'taken' }),
  'settled-voucher-back': step(3, { ...settled, outcome: 'refunded', why: 'issuerRefused', tender: 'voucher', receipt: 'choice', card: 'taken' }),
  'settled-case-voucher': step(3, { ...settled, outcome: 'case', why: 'loadUndetermined', tender: 'voucher', receipt: 'printed' }),
  'put-back-voucher': step(2, { ...putBack, tender: 'voucher' }),
  'settled-note-stuck': step(3, { ...settled, outcome: 'case', why: 'noteUndetermined', tender: 'cash', amount: 0, noteStuck: true, receipt: 'printed' }),
  'settled-note-stuck-loaded': step(3, {
    ...settled,
    outcome: 'case',
    why: 'noteUndetermined',
    tender: 'cash',
    amount: 0,
    noteStuck: true,
    loaded: 5000,
    receipt: 'failed',
    card: 'taken',
  }),
  'settled-note-stuck-held': step(3, {
    ...settled,
    outcome: 'case',
    why: 'noteUndetermined',
    tender: 'cash',
    noteStuck: true,
    receipt: 'printed',
    card: 'absent',
  }),
  'settled-case-cash': step(3, { ...settled, outcome: 'case', why: 'restart', tender: 'cash', receipt: 'failed', card: 'captured' }),
  'settled-case-on-screen': step(3, { ...settled, outcome: 'case', why: 'loadUndetermined', receipt: 'onScreen', card: 'absent' }),
  ...named('earlier-load', ['notCredited', 'undetermined'], (verdict) => ({ body: { ...earlier, verdict, balance: 2320 } })),
  'problem-to-activate': {
    body: { kind: 'card-problem', problem: 'notActivated', service: 'activate', card: { tail: '4410', balance: 0, validUntil: '2036-12-31' } },
  },
  'problem-to-extend': {
    body: { kind: 'card-problem', problem: 'expired', service: 'extend', card: { tail: '2031', balance: 2320, validUntil: '2026-10-31' } },
  },
  'trouble-to-release': { body: { kind: 'trouble', trouble: 'cardReportedLost', canRetry: false, service: 'release', card, wait: calm(30_000) } },
  ...named('problem', problems, (problem) => ({ body: { kind: 'card-problem', problem } })),
  ...named('trouble', troubles, (trouble) => ({ body: { kind: 'trouble', trouble, canRetry: trouble === 'paymentDeclined', wait: calm(30_000), reference } })),
  ...named('out', reasons, (reason) => ({ body: { kind: 'out-of-service', reason }, utilities: false })),
  'out-with-reference': { body: { kind: 'out-of-service', reason: 'cardReaderDown', reference } },
  'idle-inserted': { ...step(1, cash), overlay: { kind: 'idle-warning', wait: urgent(14_000), money: 'inserted' } },
  'idle-voucher': {
    ...step(1, { kind: 'top-up-voucher-confirm', card, amount: 7000, number: 'B02-1120-7K4M-5' }),
    overlay: { kind: 'idle-warning', wait: urgent(14_000), money: 'voucher' },
  },
  'idle-order': { ...step(1, qr), overlay: { kind: 'idle-warning', wait: urgent(9_000), money: 'order' } },
  'help-start': { body: attract, overlay: { kind: 'help' } },
  'help-card': { body: { kind: 'card-problem', problem: 'unreadable' }, overlay: { kind: 'help' } },
  'help-after': { ...step(3, done), overlay: { kind: 'help' } },
};

export interface Setting {
  readonly preferences?: Partial<Preferences>;
  readonly site?: Partial<Site>;
  readonly seq?: number;
}

/** The sign is in the language of the site. */
const SIGNS: Readonly<Record<Preferences['locale'], Partial<Site>>> = {
  'zh-CN': {},
  'zh-HK': { operator: '北岸校園一卡通', place: '圖書館一樓', hotlineHours: '24 小時' },
  en: { operator: 'Card services', place: 'Library, floor 1', hotlineHours: '24 hours' },
};

/** The whole View around a sample. A terminal of another language has its sign in it. */
export function viewOf(sample: Sample, setting: Setting = {}): View {
  const preferences = { ...STANDARD, ...setting.preferences };
  const view = {
    version: VIEW_VERSION,
    seq: setting.seq ?? 1,
    site: { ...SITE, ...SIGNS[preferences.locale], ...setting.site },
    preferences,
    clock: '08:14',
    ...(sample.step === undefined ? {} : { step: { route: 'topUp', at: sample.step, of: 4 } }),
    utilities: sample.utilities ?? true,
    ...(sample.keypad === undefined ? {} : { keypad: sample.keypad }),
    body: sample.body,
    ...(sample.overlay === undefined ? {} : { overlay: sample.overlay }),
  };
  return viewSchema.parse(view);
}
