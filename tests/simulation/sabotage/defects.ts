/**
 * Deliberate defects, each a small change to the product's source as a tired person might make it. The simulation must find every one:
 * that is how we know that it proves something. A change whose text is no longer in the source is an error, not a pass.
 */

export interface Change {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Defect extends Change {
  readonly name: string;
  /** What is wrong afterwards, for SABOTAGE.md. */
  readonly what: string;
  /** Other guards of the same, each of which alone makes good what this one leaves undone: they are taken away with it. */
  readonly also?: readonly Change[];
  /**
   * What to look at, where the coincidence that shows the defect is too rare for worlds of chance: arguments of `npm run simulate`, which say
   * who comes and what strikes them. None names a place: that is what the hunt finds.
   */
  readonly aim?: string;
}

const steps = 'state-machines/top-up/steps.ts';

export const defects: readonly Defect[] = [
  // --- write-ahead ---
  {
    name: 'loadNotAnnounced',
    what: 'the card is written before the journal says that it will be',
    file: steps,
    find: "    ports.journal.append({ kind: 'load.committing', transactionId, body: pending });\n    const outcome = await ports.card.creditLoad({ hostDate, hostTime, mac2 });",
    replace:
      "    const outcome = await ports.card.creditLoad({ hostDate, hostTime, mac2 });\n    ports.journal.append({ kind: 'load.committing', transactionId, body: pending });",
  },
  {
    name: 'stackNotAnnounced',
    what: 'the note is ordered into the box without an entry before',
    file: steps,
    find: "      write(denomination > room ? 'note.returning' : 'note.stacking');",
    replace: "      if (denomination > room) write('note.returning');",
  },
  {
    name: 'noteNotAnnounced',
    what: 'no entry knows of the note in escrow and of its way into the box',
    file: steps,
    find: "      write('note.escrowed');\n      write(denomination > room ? 'note.returning' : 'note.stacking');",
    replace: '',
  },
  {
    name: 'paymentNotAnnounced',
    what: 'an order is created upstream before the journal knows its key',
    file: steps,
    find: "    ports.journal.append({ kind: 'payment.requested', transactionId: transaction.transactionId, body: { orderId, amount: request.requested } });\n    try {\n      const order = await ports.payments.createOrder({ orderId, amount: request.requested, reference: transaction.reference }, signal);",
    replace:
      "    try {\n      const order = await ports.payments.createOrder({ orderId, amount: request.requested, reference: transaction.reference }, signal);\n      ports.journal.append({ kind: 'payment.requested', transactionId: transaction.transactionId, body: { orderId, amount: request.requested } });",
  },
  {
    name: 'refundNotAnnounced',
    what: 'a refund is asked for before the journal knows its key',
    file: steps,
    find: "  ports.journal.append({ kind: 'refund.requested', transactionId, body });\n  try {\n    await ports.payments.refund(body);",
    replace: "  try {\n    await ports.payments.refund(body);\n    ports.journal.append({ kind: 'refund.requested', transactionId, body });",
  },
  // --- order of doing and booking ---
  {
    name: 'creditBookedBeforeStacked',
    what: 'the note is booked when it is ordered in, not when the acceptor says that it is in',
    file: steps,
    find: '    const result = await ports.cash.stack(stacked)',
    replace: "    stacked({ evidence: 'stacked' });\n    const result = await ports.cash.stack(() => {})",
  },
  {
    name: 'loadBookedBeforeAnswer',
    what: 'the load is booked as delivered when it is sent',
    aim: '--exhaustive 1 --script cash,qr --faults card.tornBefore,card.muteBefore',
    file: steps,
    find: "      case 'unknown':\n        break;\n    }\n    return { kind: 'unknown' };",
    replace:
      "      case 'unknown':\n        ports.journal.append({ kind: 'load.committed', transactionId, body: { loadId, amount, evidence: 'cardAnswer' } });\n        return { kind: 'credited', tac: '00000000' };\n    }",
  },
  {
    name: 'appendAnsweredBeforeDurable',
    what: 'an append answers before its entry is in the file',
    file: 'main/journal/journal.ts',
    find: '      this.#insert.run(built.entry.seq, built.json, built.hash);',
    replace: '      queueMicrotask(() => this.#insert.run(built.entry.seq, built.json, built.hash));',
  },
  // --- keys ---
  {
    name: 'newKeyForEveryTry',
    what: 'a refund that recovery repeats gets a new key',
    aim: '--exhaustive 2 --script qr --faults issuer.offline --behind process.killedBeforeCommit,process.killedAfterCommit',
    file: 'main/terminal/recovery/payments.ts',
    find: '      await this.#books.ports.payments.refund({ refundId, orderId, amount: fen(amount) });',
    replace: '      await this.#books.ports.payments.refund({ refundId: this.#books.ports.ids.uuid(), orderId, amount: fen(amount) });',
  },
  {
    name: 'orderOfAnotherKey',
    what: 'the order is created under another key than the one announced',
    file: steps,
    find: 'ports.payments.createOrder({ orderId, amount',
    replace: 'ports.payments.createOrder({ orderId: ports.ids.uuid(), amount',
  },
  // --- undetermined loads ---
  {
    name: 'silenceIsRefusal',
    what: 'a card that did not answer CREDIT FOR LOAD counts as not written',
    aim: '--exhaustive 1 --script cash,qr --faults card.tornAfter,card.muteAfter',
    file: steps,
    find: "      case 'unknown':\n        break;\n    }\n    return { kind: 'unknown' };",
    replace:
      "      case 'unknown':\n        ports.journal.append({ kind: 'load.notCredited', transactionId, body: { loadId, evidence: 'cardRefusal' } });\n        await reverse(ports, transactionId, loadId);\n        return { kind: 'notCredited' };\n    }",
  },
  {
    name: 'creditedTwiceAfterRestart',
    what: 'recovery takes a load that was sent for one that was not, and loads again',
    aim: '--exhaustive 1 --script cash,qr --faults process.killedBeforeCommit',
    file: 'main/terminal/recovery/loads.ts',
    find: "    const verdict = when === 'start' ? await this.examine(pending, card) : ({ kind: 'removed' } as const);",
    replace: "    const verdict = when === 'start' ? ({ kind: 'notCredited' } as const) : await this.examine(pending, card);",
  },
  {
    name: 'deliveredWithoutAsking',
    what: 'recovery takes every load that was sent for delivered',
    aim: '--exhaustive 1 --script cash,qr --faults process.killedAfterCommit',
    file: 'main/terminal/recovery/loads.ts',
    find: "    const verdict = when === 'start' ? await this.examine(pending, card) : ({ kind: 'removed' } as const);",
    replace: "    const verdict: LoadVerdict = when === 'start' ? { kind: 'credited' } : await this.examine(pending, card);",
  },
  {
    name: 'refundBeforeDetermined',
    what: 'a load of which nobody knows is paid back',
    aim: '--exhaustive 1 --script qr-leaves --faults card.tornBefore,card.tornAfter',
    file: steps,
    find: "    if (request.reason === 'loadUndetermined') {",
    replace: "    if (request.reason === 'loadUndetermined' && request.tender !== 'qr') {",
  },
  {
    name: 'counterComparedWrongly',
    what: 'an online counter that did not move counts as a load that happened',
    aim: '--exhaustive 1 --script cash,qr --faults card.tornBefore',
    file: 'drivers/card/pboc/load-verdict.ts',
    find: "  if (proof.kind !== 'tac') return { kind: 'notCredited', row: balanceChange === 0 ? 4 : 6 };",
    replace: "  if (proof.kind !== 'tac') return { kind: 'credited', row: 4 };",
  },
  {
    name: 'movedIsNotCredited',
    what: 'a balance that moved exactly as ordered counts as another load',
    aim: '--exhaustive 1 --script cash,qr --faults card.tornAfter',
    file: 'drivers/card/pboc/load-verdict.ts',
    find: "      if (proof.checked === 'good' || proof.counterSent === 'after') return { kind: 'credited', row: 1, tac: proof.tac };",
    replace: "      if (proof.checked === 'good' || proof.counterSent === 'after') return { kind: 'notCredited', row: 1 };",
  },
  {
    name: 'anyCardWillDo',
    what: 'the card that is put back is not compared with the one that was loaded',
    aim: '--exhaustive 1 --script cash-other-card --faults card.tornAfter',
    file: 'drivers/card/pboc/examine-load.ts',
    find: 'export function isSameCard(',
    replace: 'export function isSameCard(...cards: readonly unknown[]): boolean {\n  return cards.length > 0;\n}\nexport function isTheSameCard(',
  },
  // --- notes ---
  {
    name: 'lostNoteIsReturned',
    what: 'an acceptor that cannot say where a note is counts as having given it back',
    file: steps,
    find: "    if (result !== 'returned') return suspense(result);",
    replace: '',
  },
  {
    name: 'acceptorErrorIsSuccess',
    what: 'a note order that failed counts as stacked',
    // Not where the flow asks: no failed order ever gets there as an error, the cash port makes a question of it.
    aim: '--exhaustive 1 --script cash --faults cashAcceptor.unplugged,cashAcceptor.silent',
    file: 'main/terminal/ports/cash-port.ts',
    find: '        if (!(error instanceof PortError)) throw error;\n',
    replace: "        if (error instanceof PortError) resolve('stacked');\n        else throw error;\n",
  },
  {
    name: 'powerLossIgnored',
    what: 'a note that was going in when the acceptor lost its power counts as returned',
    aim: '--faults note.powerLostSoon,cashAcceptor.powerLost',
    file: 'drivers/cash-acceptor/restart-decision.ts',
    find: "const IN_STACKER: Row = { none: 'suspense', escrowed: 'suspense', stacking: 'creditFlagged',",
    replace: "const IN_STACKER: Row = { none: 'suspense', escrowed: 'suspense', stacking: 'returned',",
  },
  {
    name: 'pendingCreditForgotten',
    what: 'a credit that the acceptor still reports after a restart is acknowledged and not booked',
    aim: '--exhaustive 1 --script cash --faults process.killedBeforeCommit,process.killedAfterCommit',
    file: 'drivers/cash-acceptor/restart-decision.ts',
    find: "      return decide('acknowledge', seenVendValid ? 'credit' : 'creditFlagged');",
    replace: "      return decide('acknowledge', 'none');",
    also: [
      // The credit handler books it before recovery asks; where it did not, the table above does.
      { file: 'main/terminal/ports/cash-port.ts', find: '      else onStrayCredit(credit);\n', replace: '' },
    ],
  },
  {
    name: 'creditedTwiceByAcceptor',
    what: 'a note that is booked is booked again when the acceptor speaks of it after its return',
    file: 'main/terminal/ports/cash-port.ts',
    find: "      if (order?.kind === 'stack') order.onCredit(credit);\n      else onStrayCredit(credit);",
    replace: "      if (order?.kind === 'stack') {\n        order.onCredit(credit);\n        order.onCredit(credit);\n      } else onStrayCredit(credit);",
  },
  {
    name: 'suspenseForgotten',
    what: 'notes of which nobody knows get no case',
    aim: '--exhaustive 1 --script cash --faults note.jamInStacker,note.jamInAcceptor',
    file: steps,
    find: "    if (isCase) openCase(ports, transactionId, { reference, reason: 'noteUndetermined', amount: ZERO_FEN, disputed });\n",
    replace: '',
  },
  // --- payments ---
  {
    name: 'closedWithoutLooking',
    what: 'an order that is left counts as closed whatever the acquirer says',
    aim: '--people wavering,hasty --faults none',
    file: steps,
    find: "    if (state.state === 'captured') {\n      recordOrder(ports, transactionId, orderId, state);\n      return { kind: 'captured', state };\n    }",
    replace: '',
  },
  {
    name: 'offlineIsClosed',
    what: 'after a restart an order that cannot be asked about counts as not paid',
    aim: '--exhaustive 2 --script qr --faults process.killedBeforeCommit,process.killedAfterCommit --behind money.down,acquirer.offline',
    file: 'main/terminal/recovery/payments.ts',
    find: "      if (error instanceof PortError && error.code === 'refused' && error.detail === 'unknownOrder') return { state: 'closed' };\n      return undefined;",
    replace: "      if (error instanceof PortError) return { state: 'closed' };\n      return undefined;",
  },
  {
    name: 'refundedOnPaperOnly',
    what: 'a refund that failed is booked as made',
    file: steps,
    find: "    ports.journal.append({ kind: 'refund.undetermined', transactionId, body: { refundId: body.refundId, orderId, why: detailOf(error) } });\n    return asCase('refundUndetermined', request.held, ZERO_FEN);",
    replace: '    detailOf(error);',
  },
  // --- the issuer ---
  {
    name: 'reservationKept',
    what: 'the reservation of a load that did not happen is never released',
    aim: '--exhaustive 1 --script cash,qr --faults process.killedAfterCommit',
    file: 'main/terminal/recovery/loads.ts',
    find: '    await this.#books.ports.issuer.reverseLoad({ loadId: reserved.loadId });\n',
    replace: '',
  },
  {
    name: 'issuerNeverTold',
    what: 'a load whose confirmation was lost is never confirmed again',
    aim: '--exhaustive 1 --script cash,qr --faults issuer.offline,money.down',
    file: 'main/terminal/recovery/recovery.ts',
    find: '    for (const id of unconfirmed) await this.#books.guard(id, (state) => this.#loads.confirm(id, state));\n',
    replace: '',
  },
  // --- telling people ---
  {
    name: 'successBeforeProof',
    what: 'the screen says done while the load is only sent',
    file: 'state-machines/top-up/view.ts',
    find: "  if (at('load') || ",
    replace: "  if (at({ load: 'committing' })) return doneBody({ ...context, loaded: context.held, outcome: 'delivered' });\n  if (at('load') || ",
  },
  {
    name: 'personRemembered',
    what: 'the reference number of the last person stays on the first screen',
    file: 'state-machines/session-view.ts',
    find: '...(context.notice === undefined ? {} : { notice: context.notice }),',
    replace: '...(context.ports.clock.monotonic() > 120_000 ? { notice: context.ports.journal.newReference() } : {}),',
  },
  {
    name: 'caseNotOpened',
    what: 'an undetermined load is closed without a case',
    aim: '--exhaustive 2 --script cash --faults card.tornAfter --behind process.killed',
    file: 'main/terminal/recovery/loads.ts',
    find: "      this.#books.openCase(id, 'loadUndetermined', held, 0);\n",
    replace: "      this.#books.append(id, { kind: 'voucher.issued', body: { reference: this.#books.state(id).opened?.reference ?? '', amount: held } });\n",
  },
  // --- uplink, devices, liveness ---
  {
    name: 'uplinkSkips',
    what: 'the uplink goes on behind a batch that was not receipted',
    aim: '--faults uplink.*',
    file: 'main/upstream/uplink.ts',
    find: '      if (stopping.signal.aborted) return;\n      const rewound',
    replace:
      '      if (stopping.signal.aborted) return;\n      position = { epoch: position.epoch, seq: batch.at(-1)?.entry.seq ?? position.seq };\n      const rewound',
  },
  {
    name: 'neverReconnects',
    what: 'a device that went away is not looked for again',
    aim: '--faults cardReader.unplugged,cashAcceptor.unplugged,receiptPrinter.unplugged',
    file: 'state-machines/device.ts',
    find: "    waiting: { after: { backOff: 'connecting' }, on: { RETRY: 'connecting' } },",
    replace: '    waiting: {},',
  },
  {
    name: 'gateStaysShut',
    what: 'after an outage the reader is not told again that cards are welcome',
    aim: '--exhaustive 1 --script nobody --faults cardReader.dead,cardReader.unplugged,cardReader.powerLost',
    file: 'state-machines/session.ts',
    find: "        AVAILABILITY: { target: '.opening', actions: 'hearAvailability' },",
    replace: "        AVAILABILITY: { actions: 'hearAvailability' },",
    also: [
      {
        file: 'drivers/card-reader/motor/watch.ts',
        find: '    if (this.#talk.entryWanted) await this.#talk.armEntry(true, signal);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'badFramesBelieved',
    what: 'frames of the acceptor with a wrong check sum are believed',
    aim: '--faults line.cashAcceptor.fromDevice.corrupt --rate 60 --people steady',
    file: 'drivers/cash-acceptor/polled/frame-decoder.ts',
    find: 'if (crc16Kermit(whole) === 0) return',
    replace: 'if (crc16Kermit(whole) < 0x10000) return',
  },
  {
    name: 'sellsOnAFullDisk',
    what: 'a note is taken though it could not be written down',
    aim: '--exhaustive 1 --script cash --faults disk.full',
    file: steps,
    find: '      await ports.cash.returnNote().catch(detailOf); // nothing can be written down, so nothing is taken\n      throw error;',
    replace: '      detailOf(error);',
  },
];
