/** What works now and why the rest does not: the whole rule, situation by situation. */
import { describe, expect, it } from 'vitest';
import { AvailabilityBoard, availabilityOf, type Parts } from '../../../main/terminal/availability.ts';

const noPresenter = { presenter: 'notSupported', storage: [] } as const;
const healthy: Parts = {
  cardReader: { device: 'online', media: 'notPresent', entry: 'disabled', storage: [] },
  cashAcceptor: { device: 'online', state: 'disabled', box: 'ok' },
  receiptPrinter: { device: 'online', paper: 'full', cover: 'closed', cutter: 'ok', ...noPresenter },
  codeScanner: { device: 'online' },
  idReader: { device: 'online' },
  cabinet: { device: 'online', door: 'closed', serviceSwitch: 'operator', lamp: 'off' },
  keypad: { device: 'online', headphone: 'unplugged' },
  cashUntold: false,
  boxChanging: false,
  pathHeld: false,
  upstream: { link: 'online', issuer: 'up', payments: 'up' },
  journal: 'ok',
  disk: 'ok',
  closed: false,
  paused: [],
  starting: false,
};
const both = ['cash', 'qr'] as const;
const all = [...both, 'qrPresented', 'card', 'voucher'] as const;
const works = { available: true };
const off = (reason: string) => ({ available: false, reason });

describe('availability', () => {
  it('everything healthy: everything works', () => {
    expect(availabilityOf(healthy, all)).toEqual({
      services: { topUp: works, pendingLoad: works, balance: works, statement: works, account: works },
      tenders: { cash: works, qr: works, qrPresented: works, card: works, voucher: works },
      replacement: false,
      lossReport: works,
      documents: 'available',
      receipts: 'available',
      upstream: 'online',
    });
  });

  it.each([
    ['a journal that failed', { journal: 'failed' }, 'journalUnavailable'],
    ['a disk that fills up', { disk: 'low' }, 'diskLow'],
    ['an issuer that is down', { upstream: { link: 'online', issuer: 'down', payments: 'up' } }, 'issuerOffline'],
    ['no card reader', { cardReader: undefined }, 'cardReaderDown'],
  ] as const)('%s stops the top-up and says so', (_, change, reason) => {
    expect(availabilityOf({ ...healthy, ...change }, both).services.topUp).toEqual(off(reason));
  });

  it('a terminal that upstream does not accept serves nobody, whatever else works or does not', () => {
    const refused = { ...healthy, upstream: { link: 'refused', issuer: 'down', payments: 'down' } } as const;
    for (const parts of [refused, { ...refused, journal: 'failed', starting: true } as const]) {
      expect(availabilityOf(parts, all)).toEqual({
        services: {
          topUp: off('notAdmitted'),
          pendingLoad: off('notAdmitted'),
          balance: off('notAdmitted'),
          statement: off('notAdmitted'),
          account: off('notAdmitted'),
        },
        tenders: { cash: off('notAdmitted'), qr: off('notAdmitted'), qrPresented: off('notAdmitted'), card: off('notAdmitted'), voucher: off('notAdmitted') },
        replacement: false,
        lossReport: off('notAdmitted'),
        documents: 'available',
        receipts: 'available',
        upstream: 'offline',
      });
    }
    const opened = { ...refused, cabinet: { device: 'online', door: 'open', serviceSwitch: 'operator', lamp: 'off' } } as const;
    expect(availabilityOf(opened, all).services.topUp).toEqual(off('maintenance'));
  });

  it('vouchers are for when upstream can be asked, and where the site wants them', () => {
    const away = { ...healthy, upstream: { link: 'offline', issuer: 'down', payments: 'down' } } as const;
    expect(availabilityOf(away, all).tenders.voucher).toEqual(off('upstreamOffline'));
    expect(availabilityOf(healthy, both).tenders.voucher).toEqual(off('switchedOff'));
  });

  it('vouchers alone do not keep the service open, unless nothing else was ever offered', () => {
    const unpayable = { ...healthy, cashAcceptor: undefined, upstream: { link: 'online', issuer: 'up', payments: 'down' } } as const;
    expect(availabilityOf(unpayable, all).services.topUp).toEqual(off('cashAcceptorDown'));
    expect(availabilityOf(unpayable, ['voucher']).services.topUp).toEqual(works);
  });

  it.each([
    ['no scanner', { codeScanner: undefined }, 'scannerDown'],
    ['a scanner that is away', { codeScanner: { device: 'offline' } }, 'scannerDown'],
    ['an acquirer that is away', { upstream: { link: 'online', issuer: 'up', payments: 'down' } }, 'paymentOffline'],
  ] as const)('%s: no code can be presented, and cash goes on', (_, change, reason) => {
    const found = availabilityOf({ ...healthy, ...change }, all);
    expect(found.tenders).toMatchObject({ qrPresented: off(reason), cash: works });
    expect(found.services.topUp).toEqual(works);
    expect(availabilityOf({ ...healthy, ...change }, ['qrPresented', 'voucher']).services.topUp).toEqual(off(reason));
  });

  it('codes that are presented keep the service open without cash or a code to scan', () => {
    expect(availabilityOf({ ...healthy, cashAcceptor: undefined }, ['qrPresented']).services.topUp).toEqual(works);
  });

  it('a journal that failed still shows balances', () => {
    expect(availabilityOf({ ...healthy, journal: 'failed' }, both).services.balance).toEqual(works);
  });

  it('a jammed card path stops every service', () => {
    const jammed = availabilityOf(
      { ...healthy, cardReader: { ...healthy.cardReader, device: 'online', media: 'jammed', entry: 'disabled', storage: [] } },
      both,
    );
    expect(jammed.services).toEqual({
      topUp: off('cardReaderDown'),
      pendingLoad: off('cardReaderDown'),
      balance: off('cardReaderDown'),
      statement: off('cardReaderDown'),
      account: off('cardReaderDown'),
    });
  });

  it.each([
    ['no acceptor', undefined, 'cashAcceptorDown'],
    ['a full box', { device: 'online', state: 'disabled', box: 'full' }, 'cashBoxFull'],
    ['a box taken out', { device: 'online', state: 'disabled', box: 'removed' }, 'cashAcceptorDown'],
    ['a jam', { device: 'online', state: 'jammed', box: 'ok' }, 'cashAcceptorDown'],
    ['silence', { device: 'offline', state: 'unknown', box: 'unknown' }, 'cashAcceptorDown'],
  ] as const)('%s stops cash only', (_, cashAcceptor, reason) => {
    const found = availabilityOf({ ...healthy, cashAcceptor }, both);
    expect(found.tenders).toMatchObject({ cash: off(reason), qr: works });
    expect(found.services.topUp).toEqual(works);
  });

  it('an acceptor that lost count of what it took takes no more, whatever its status says', () => {
    const found = availabilityOf({ ...healthy, cashUntold: true }, both);
    expect(found.tenders).toMatchObject({ cash: off('cashAcceptorDown'), qr: works });
  });

  it('while the boxes are being changed no note is taken: nobody would know which of them it is in', () => {
    const found = availabilityOf({ ...healthy, boxChanging: true }, both);
    expect(found.tenders).toMatchObject({ cash: off('maintenance'), qr: works });
    expect(found.services.topUp).toEqual(works);
  });

  it.each([
    ['the door is open', { door: 'open' }],
    ['the service switch says so', { serviceSwitch: 'maintenance' }],
  ] as const)('%s: nobody is served, and maintenance is the reason', (_, change) => {
    const cabinet = { device: 'online', door: 'closed', serviceSwitch: 'operator', lamp: 'off', ...change } as const;
    const found = availabilityOf({ ...healthy, cabinet }, both);
    const closed = off('maintenance');
    expect(found).toMatchObject({
      services: { topUp: closed, pendingLoad: closed, balance: closed, statement: closed, account: closed },
      tenders: { cash: closed, qr: closed },
      receipts: 'available',
    });
  });

  it.each([
    ['no cabinet inputs are fitted', undefined],
    ['their line is gone', { device: 'offline', door: 'open', serviceSwitch: 'maintenance', lamp: 'unknown' }],
    ['they tell nothing', { device: 'online', door: 'unknown', serviceSwitch: 'notSupported', lamp: 'notSupported' }],
  ] as const)('%s: everybody is served', (_, cabinet) => {
    expect(availabilityOf({ ...healthy, cabinet }, both)).toEqual(availabilityOf(healthy, both));
  });

  it.each(['codeScanner', 'idReader', 'keypad'] as const)('a missing %s stops no service that does not need it', (part) => {
    const { documents: _documents, ...found } = availabilityOf({ ...healthy, [part]: undefined }, both);
    expect(availabilityOf(healthy, both)).toMatchObject(found);
  });

  it('a lost card can be reported while journal and issuer are there, whatever else is not', () => {
    const bare = { ...healthy, cardReader: undefined, cashAcceptor: undefined, receiptPrinter: undefined, idReader: undefined };
    expect(availabilityOf(bare, both)).toMatchObject({ lossReport: works, documents: 'notFitted' });
    expect(availabilityOf({ ...healthy, idReader: { device: 'offline' } }, both)).toMatchObject({ lossReport: works, documents: 'down' });
    expect(availabilityOf({ ...healthy, journal: 'failed' }, both).lossReport).toEqual(off('journalUnavailable'));
    expect(availabilityOf({ ...healthy, disk: 'low' }, both).lossReport).toEqual(off('diskLow'));
    const away = { link: 'offline', issuer: 'down', payments: 'down' } as const;
    expect(availabilityOf({ ...healthy, upstream: away }, both).lossReport).toEqual(off('issuerOffline'));
    expect(availabilityOf({ ...healthy, upstream: away, starting: true }, both).lossReport).toEqual(off('starting'));
  });

  it('a full bin for cards stops nothing: a card that nobody takes stays at the gate', () => {
    const storage = [{ id: 'retainBin', use: 'collect', level: 'full' }] as const;
    const found = availabilityOf({ ...healthy, cardReader: { device: 'online', media: 'notPresent', entry: 'disabled', storage } }, both);
    expect(found.services).toEqual({ topUp: works, pendingLoad: works, balance: works, statement: works, account: works });
  });

  it('no tender left: the top-up says why', () => {
    expect(availabilityOf({ ...healthy, cashAcceptor: undefined }, ['cash']).services.topUp).toEqual(off('cashAcceptorDown'));
    expect(availabilityOf(healthy, []).services.topUp).toEqual(off('switchedOff'));
  });

  it.each([
    [{ paper: 'low' }, 'paperLow'],
    [{ paper: 'out' }, 'paperOut'],
    [{ paper: 'jammed' }, 'printerDown'],
    [{ cover: 'open' }, 'printerDown'],
    [{ cutter: 'fault' }, 'printerDown'],
    [{ presenter: 'jammed' }, 'printerDown'],
    [{ presenter: 'holding' }, 'available'],
    [{ device: 'offline' }, 'printerDown'],
  ] as const)('a printer with %j: receipts are %s', (change, receipts) => {
    const receiptPrinter = { device: 'online', paper: 'full', cover: 'closed', cutter: 'ok', ...noPresenter, ...change } as const;
    expect(availabilityOf({ ...healthy, receiptPrinter }, both).receipts).toBe(receipts);
  });

  it('while it starts, what is not there yet is starting, not broken', () => {
    const found = availabilityOf({ ...healthy, cardReader: undefined, upstream: { link: 'offline', issuer: 'down', payments: 'down' }, starting: true }, [
      'cash',
    ]);
    expect(found.services).toEqual({
      topUp: off('starting'),
      pendingLoad: off('starting'),
      balance: off('starting'),
      statement: off('starting'),
      account: off('starting'),
    });
    expect(found.tenders).toEqual({
      cash: works,
      qr: off('switchedOff'),
      qrPresented: off('switchedOff'),
      card: off('switchedOff'),
      voucher: off('switchedOff'),
    });
  });

  it('tells only when the verdict changes', () => {
    const board = new AvailabilityBoard(healthy, both);
    const told: string[] = [];
    board.onChange((availability) => void told.push(availability.receipts));
    board.hear({ receiptPrinter: { device: 'online', paper: 'low', cover: 'closed', cutter: 'ok', ...noPresenter } });
    board.hear({ receiptPrinter: { device: 'online', paper: 'low', cover: 'unknown', cutter: 'ok', ...noPresenter } });
    board.hear({ receiptPrinter: { device: 'online', paper: 'full', cover: 'closed', cutter: 'ok', ...noPresenter } });
    expect(told).toEqual(['paperLow', 'available']);
  });

  it('says to staff inside what people could do without them, and nothing to the people', () => {
    const opened = { device: 'online', door: 'open', serviceSwitch: 'maintenance', lamp: 'off' } as const;
    const board = new AvailabilityBoard({ ...healthy, closed: true, cabinet: opened }, both);
    expect(board.current.services.topUp).toEqual(off('maintenance'));
    expect(board.withoutStaff).toEqual(availabilityOf(healthy, both));
    board.hear({ journal: 'failed' });
    expect(board.withoutStaff.services.topUp).toEqual(off('journalUnavailable'));
  });
});

describe('a new card for a lost one', () => {
  const stacker = { id: 'stacker', use: 'dispense', level: 'ok' } as const;
  const bin = { id: 'retainBin', use: 'collect', level: 'ok' } as const;
  const storing = (storage: readonly object[]): Parts => ({ ...healthy, cardReader: { ...healthy.cardReader, storage } as Parts['cardReader'] });
  const dispenses = storing([stacker, bin]);
  const offered = (parts: Parts, payableInCash = true, tenders: readonly ('cash' | 'qr')[] = both): boolean =>
    availabilityOf(parts, tenders, { payableInCash }).replacement;

  it('is there with blanks, room in the bin, the issuer and a way to pay', () => {
    expect(offered(dispenses)).toBe(true);
    expect(availabilityOf(dispenses, both).replacement).toBe(false);
  });

  it.each<[string, Parts]>([
    ['no blank', storing([{ ...stacker, level: 'empty' }, bin])],
    ['no stacker', storing([bin])],
    ['no room in the bin', storing([stacker, { ...bin, level: 'full' }])],
    ['no bin', storing([stacker])],
    ['a jam', { ...dispenses, cardReader: { ...dispenses.cardReader, media: 'jammed' } as Parts['cardReader'] }],
    ['a card that can’t be moved', { ...dispenses, pathHeld: true }],
    ['no issuer', { ...dispenses, upstream: { ...healthy.upstream, issuer: 'down' } }],
    ['no upstream', { ...dispenses, upstream: { ...healthy.upstream, link: 'offline' } }],
    ['no journal', { ...dispenses, journal: 'failed' }],
    ['no room on the disk', { ...dispenses, disk: 'low' }],
  ])('is not with %s', (_, parts) => expect(offered(parts)).toBe(false));

  it('is not where nothing can pay its fee: there is no change', () => {
    const cashOnly = { ...dispenses, upstream: { ...healthy.upstream, payments: 'down' } } satisfies Parts;
    expect(offered(cashOnly)).toBe(true);
    expect(offered(cashOnly, false)).toBe(false);
  });

  it('a card that can’t be moved bars every card', () => {
    expect(availabilityOf({ ...dispenses, pathHeld: true }, both).services.balance).toEqual(off('cardReaderDown'));
  });
});
