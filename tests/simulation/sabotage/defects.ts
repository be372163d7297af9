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
const cashSteps = 'state-machines/payment/cash-steps.ts';
const orderSteps = 'state-machines/payment/order-steps.ts';

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
    file: cashSteps,
    find: "      write(denomination > room ? 'note.returning' : 'note.stacking');",
    replace: "      if (denomination > room) write('note.returning');",
  },
  {
    name: 'noteNotAnnounced',
    what: 'no entry knows of the note in escrow and of its way into the box',
    file: cashSteps,
    find: "      write('note.escrowed');\n      write(denomination > room ? 'note.returning' : 'note.stacking');",
    replace: '',
  },
  {
    name: 'paymentNotAnnounced',
    what: 'an order is created upstream before the journal knows its key',
    file: orderSteps,
    find: "    ports.journal.append({ kind: 'payment.requested', transactionId, body: { orderId, amount } });\n    try {\n      const order = await ports.payments.createOrder({ orderId, amount, reference }, signal);",
    replace:
      "    try {\n      const order = await ports.payments.createOrder({ orderId, amount, reference }, signal);\n      ports.journal.append({ kind: 'payment.requested', transactionId, body: { orderId, amount } });",
  },
  {
    name: 'captureNotAnnounced',
    what: 'a code that was presented is charged before the journal knows the key of the charge',
    file: 'state-machines/payment/present-steps.ts',
    find: "    ports.journal.append({ kind: 'payment.requested', transactionId, body: { orderId, amount } });\n",
    replace: '',
    aim: '--exhaustive 1 --script qr-presented',
  },
  {
    name: 'saleNotAnnounced',
    what: 'a sale is put on the payment terminal before the journal knows its key',
    file: 'state-machines/payment/bank-card-steps.ts',
    find: "    ports.journal.append({ kind: 'payment.requested', transactionId, body: { orderId, amount } });\n",
    replace: '',
    aim: '--exhaustive 1 --script bank-card',
  },
  {
    name: 'silenceIsApproved',
    what: 'a sale that was not answered counts as approved',
    file: 'state-machines/payment/bank-card-steps.ts',
    find: '.catch(() => undefined);',
    replace: ".catch((): OrderState => ({ state: 'captured', channel: '银行卡', channelRef: '0', amount }));",
    aim: '--exhaustive 1 --script bank-card --faults money.lostBefore,money.lostAfter,money.down',
  },
  {
    name: 'silenceIsDeclined',
    what: 'a charge that was not answered counts as not made',
    file: 'state-machines/payment/present-steps.ts',
    find: '.catch(() => undefined);',
    replace: ".catch((): OrderState => ({ state: 'declined' }));",
    aim: '--exhaustive 2 --script qr-presented --faults money.lostAfter,money.refusedAfter --behind money.down',
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
    file: cashSteps,
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
    file: orderSteps,
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
    file: cashSteps,
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
    file: orderSteps,
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
    aim: '--exhaustive 1 --script qr-leaves --faults money.lostBefore,money.down,acquirer.offline',
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
  // --- what waits at the issuer ---
  {
    name: 'claimNotAnnounced',
    what: 'a pending load is claimed before the journal knows the claim',
    aim: '--exhaustive 1 --script pending --faults money.lostAfter',
    file: 'state-machines/top-up/claim-steps.ts',
    find: "    ports.journal.append({ kind: 'pending.claiming', transactionId, body: { claimId, pendingId, amount } });\n    let answer: ClaimOutcome;\n    try {\n      answer = await ports.issuer.claimWaiting({ claimId, pendingId, ref: card.ref });",
    replace:
      "    let answer: ClaimOutcome;\n    try {\n      answer = await ports.issuer.claimWaiting({ claimId, pendingId, ref: card.ref });\n      ports.journal.append({ kind: 'pending.claiming', transactionId, body: { claimId, pendingId, amount } });",
  },
  {
    name: 'claimOfAnotherKey',
    what: 'a pending load is claimed under another key than the one announced',
    aim: '--exhaustive 1 --script pending --faults card.tornBefore',
    file: 'state-machines/top-up/claim-steps.ts',
    find: 'ports.issuer.claimWaiting({ claimId, pendingId,',
    replace: 'ports.issuer.claimWaiting({ claimId: ports.ids.uuid(), pendingId,',
  },
  {
    name: 'claimSettledBeforeProof',
    what: 'a pending load of which only the card knows is given back to the issuer',
    aim: '--exhaustive 1 --script pending-leaves --faults card.tornBefore,card.tornAfter',
    file: steps,
    find: "    if (request.reason === 'loadUndetermined') {",
    replace: "    if (request.reason === 'loadUndetermined' && request.tender !== 'pending') {",
  },
  {
    name: 'pendingLoadedTwiceAfterRestart',
    what: 'after a restart a pending load that was sent to the card counts as not loaded, and is loaded again',
    aim: '--exhaustive 1 --script pending --faults process.killedBeforeCommit',
    file: 'main/terminal/recovery/loads.ts',
    find: "    const verdict = when === 'start' ? await this.examine(pending, card) : ({ kind: 'removed' } as const);",
    replace:
      "    const claimed = this.#books.state(id).claims.length > 0;\n    const verdict = claimed ? ({ kind: 'notCredited' } as const) : when === 'start' ? await this.examine(pending, card) : ({ kind: 'removed' } as const);",
  },
  {
    name: 'claimForgottenAfterRestart',
    what: 'a claim that nobody answered is given up, and the issuer never told',
    aim: '--exhaustive 1 --script pending --faults money.down,process.killed',
    file: 'main/terminal/recovery/claims.ts',
    find: "const untold = new Set([...read.lacking('pending.returning', ['pending.returned']), ...read.lacking('pending.givenUp', ['pending.returned'])]);",
    replace: "const untold = new Set(read.lacking('pending.returning', ['pending.returned']));",
  },
  // --- reports of lost cards ---
  {
    name: 'lossNotAnnounced',
    what: 'the issuer is told of a lost card before the report is on disk',
    aim: '--exhaustive 1 --script loss-document --faults process.killed',
    file: 'state-machines/loss-report/steps.ts',
    find: "    journal.append({ kind: 'loss.reporting', transactionId: reportId, body });\n",
    replace: '',
    also: [
      {
        file: 'state-machines/loss-report/steps.ts',
        find: '    const outcome = await ports.losses.report(report);\n',
        replace:
          "    const outcome = await ports.losses.report(report);\n    ports.journal.append({ kind: 'loss.reporting', transactionId: reportId, body: report });\n",
      },
    ],
  },
  {
    name: 'lossSaidBeforeAnswered',
    what: 'a report that nobody answered is said to be in effect',
    aim: '--exhaustive 1 --script loss-document,loss-phone --faults money.down,money.lostBefore',
    file: 'state-machines/loss-report/steps.ts',
    find: "    return { kind: 'queued', takenAt: Date.parse(takenAt), reference };",
    replace: "    return { kind: 'reported', reference, reportedAt: Date.parse(takenAt), effectiveAt: Date.parse(takenAt), earlier: false };",
  },
  {
    name: 'lossOfAnotherKey',
    what: 'a report that is said again after a restart gets a new key',
    aim: '--exhaustive 1 --script loss-document,loss-phone --faults money.lostAfter,process.killedAfterCommit',
    file: 'main/terminal/recovery/losses.ts',
    find: 'const outcome = await this.#books.ports.losses.report(told.report);',
    replace: 'const outcome = await this.#books.ports.losses.report({ ...told.report, reportId: this.#books.ports.ids.uuid() });',
  },
  {
    name: 'lossForgottenAfterRestart',
    what: 'a report that nobody answered is never said again',
    aim: '--exhaustive 1 --script loss-document,loss-phone --faults money.down,process.killedAfterCommit',
    file: 'main/terminal/recovery/recovery.ts',
    find: '    await this.#losses.tend();\n',
    replace: '',
  },
  // --- the card's own services ---
  {
    name: 'releaseNotAnnounced',
    what: 'the issuer is asked to release a card before the journal knows of it',
    aim: '--exhaustive 1 --script account-release --faults process.killed',
    file: 'state-machines/account/steps.ts',
    find: "  if (!announced(ports, { kind: 'release.asking', transactionId: releaseId, body: request })) return { kind: 'journalFailed' };\n",
    replace: '',
    also: [
      {
        file: 'state-machines/account/steps.ts',
        find: '    const outcome = await ports.accounts.release(request);\n',
        replace:
          "    const outcome = await ports.accounts.release(request);\n    announced(ports, { kind: 'release.asking', transactionId: releaseId, body: request });\n",
      },
    ],
  },
  {
    name: 'releaseSaidBeforeAccepted',
    what: 'a card is said to be released when the issuer did not answer',
    aim: '--exhaustive 1 --script account-release --faults money.down,money.lostBefore',
    file: 'state-machines/account/steps.ts',
    find: "    return { kind: 'open', reference: request.reference };",
    replace: "    return { kind: 'released', releasedAt: Date.parse(request.takenAt), everywhereAt: Date.parse(request.takenAt) };",
  },
  {
    name: 'releaseOfAnotherKey',
    what: 'a release that is asked for again has a new key',
    aim: '--exhaustive 1 --script account-release --faults money.lostAfter,process.killedAfterCommit',
    file: 'main/terminal/recovery/accounts.ts',
    find: 'this.#books.ports.accounts.release(this.#asked(releaseId))',
    replace: 'this.#books.ports.accounts.release({ ...this.#asked(releaseId), releaseId: this.#books.ports.ids.uuid() })',
  },
  {
    name: 'passwordSilenceIsSet',
    what: 'a password of which the issuer said nothing counts as set',
    aim: '--exhaustive 1 --script account-password --faults money.down,money.lostBefore',
    file: 'state-machines/account/steps.ts',
    find: "    return { kind: 'open', reference };",
    replace: "    note(ports, passwordEntry(changeId, undefined));\n    return { kind: 'set' };",
  },
  {
    name: 'passwordForgotten',
    what: 'what became of a password is never asked again',
    aim: '--exhaustive 1 --script account-password --faults money.lostAfter,process.killedAfterCommit',
    file: 'main/terminal/recovery/accounts.ts',
    find: "      ...read.lacking('password.setting', PASSWORD_ANSWERS).map(ifReachable((id) => this.#settle(id))),\n",
    replace: '',
  },
  {
    name: 'scriptWrittenBeforeEntry',
    what: 'a command of the issuer is written to the card before the journal knows which',
    aim: '--exhaustive 1 --script account-activate --faults process.killed',
    file: 'state-machines/card-script.ts',
    find: "  world.journal.append({ kind: 'script.sending', transactionId: scriptId, body: { scriptId, step, name } });\n  const { status } = await world.card.script.execute(apdu);\n",
    replace:
      "  const { status } = await world.card.script.execute(apdu);\n  world.journal.append({ kind: 'script.sending', transactionId: scriptId, body: { scriptId, step, name } });\n",
  },
  {
    name: 'scriptTornIsDone',
    what: 'a card that is pulled out before it was read back counts as written',
    aim: '--exhaustive 1 --script account-activate --faults card.tornBefore,card.tornAfter',
    file: 'state-machines/card-script.ts',
    find: "  if (read.kind !== 'read') return gone(at, read);",
    replace: "  if (read.kind !== 'read') return ended(world, at, { kind: 'confirmed' });",
  },
  {
    name: 'scriptForgottenAfterRestart',
    what: 'a script that stopped half-way does not go on when the card is back',
    aim: '--exhaustive 1 --script account-activate,account-leaves --faults card.tornBefore,card.tornAfter,process.killedAfterCommit',
    file: 'main/terminal/recovery/scripts.ts',
    find: 'if (script?.last !== undefined && isSameCard(script.ask.card, card)) return script;',
    replace: 'if (script?.last?.status !== undefined && isSameCard(script.ask.card, card)) return script;',
  },
  {
    name: 'scriptKeptAtIssuer',
    what: 'a script that never touched its card stays open, here and at the issuer',
    aim: '--exhaustive 1 --script account-activate --faults process.killedAfterCommit,money.down',
    file: 'main/terminal/recovery/scripts.ts',
    find: '      .filter((id) => this.#isUntouched(id))\n',
    replace: "      .filter((id) => this.#state(id).state === 'refused')\n",
  },
  // --- the support desk ---
  {
    name: 'ticketToldBeforeKept',
    what: 'a ticket is sent and its number told before it is on disk',
    aim: '--exhaustive 1 --script ticket --faults process.killed',
    file: 'state-machines/desk/submission.ts',
    find: "  journal.append({ kind: 'desk.submitting', transactionId: id, body: announced });\n",
    replace: '',
    also: [
      {
        file: 'state-machines/desk/submission.ts',
        find: '    outcome = await ports.desk.submit(submission);\n',
        replace:
          "    outcome = await ports.desk.submit(submission);\n    ports.journal.append({ kind: 'desk.submitting', transactionId: submission.submissionId, body: submission });\n",
      },
    ],
  },
  {
    name: 'ticketSaidBeforeStored',
    what: 'a ticket that nobody answered is said to be at the desk',
    aim: '--exhaustive 1 --script ticket --faults money.down,money.lostBefore',
    file: 'state-machines/desk/steps.ts',
    find: "handed: outcome.kind === 'later' ? { state: 'kept', id, number,",
    replace: "handed: outcome.kind === 'later' ? { state: 'stored', id, number,",
  },
  {
    name: 'ticketOfAnotherKey',
    what: 'a ticket that is sent again gets a new key: it is two',
    aim: '--exhaustive 1 --script ticket --faults money.lostAfter,process.killedAfterCommit',
    file: 'main/terminal/recovery/desk.ts',
    find: 'await this.#books.ports.desk.submit(kept.submission)',
    replace: 'await this.#books.ports.desk.submit(anew(kept.submission, this.#books.ports.ids.uuid()))',
    also: [
      {
        file: 'main/terminal/recovery/desk.ts',
        find: 'export class DeskRecovery {',
        replace:
          "function anew(submission: JournalBody<'desk.submitting'>, submissionId: string): JournalBody<'desk.submitting'> {\n  return { ...submission, submissionId, body: submission.body.replaceAll(submission.submissionId, submissionId) };\n}\n\nexport class DeskRecovery {",
      },
    ],
  },
  {
    name: 'ticketForgotten',
    what: 'a ticket that did not arrive is never sent again',
    aim: '--exhaustive 1 --script ticket --faults money.down,process.killedAfterCommit',
    file: 'main/terminal/recovery/desk.ts',
    find: "    if (kept.state !== 'open') return true;\n",
    replace: "    if (kept.state !== 'none') return true;\n",
  },
  // --- new cards for lost ones ---
  {
    name: 'blankNotAnnounced',
    what: 'a blank leaves the stacker before the journal knows of it',
    aim: '--exhaustive 1 --script replace-cash --faults process.killed',
    file: 'state-machines/replacement/steps.ts',
    find: "    ports.journal.append({ kind: 'replacement.dispensing', transactionId, body: { replacementId, blankId } });\n    try {\n      if ((await ports.blanks.dispense(blankId)) === 'inside') return { kind: 'inside', blankId };",
    replace:
      "    try {\n      const moved = await ports.blanks.dispense(blankId);\n      ports.journal.append({ kind: 'replacement.dispensing', transactionId, body: { replacementId, blankId } });\n      if (moved === 'inside') return { kind: 'inside', blankId };",
  },
  {
    name: 'newCardNotReadBack',
    what: 'a new card is handed out without being read back',
    aim: '--exhaustive 1 --script replace-cash,replace-qr',
    file: 'state-machines/replacement/make.ts',
    find: "            target: 'checking',",
    replace: "            target: 'presenting',",
  },
  {
    name: 'feeEarnedAtTheGate',
    what: 'a new card counts as handed over as soon as it lies at the gate',
    aim: '--exhaustive 1 --script replace-cash,replace-qr',
    file: 'state-machines/replacement/make.ts',
    find: "event.output.kind === 'presented', target: 'offered' }",
    replace: "event.output.kind === 'presented', target: 'delivering' }",
  },
  {
    name: 'keptCardIsTaken',
    what: 'after a restart a new card that nobody took counts as taken',
    aim: '--exhaustive 1 --script replace-cash,replace-qr --faults process.killed,power.cut',
    file: 'main/terminal/recovery/replacements.ts',
    find: "if (found === 'taken' || (found === 'nothing' && offered)) {",
    replace: "if (found === 'taken' || offered) {",
  },
  {
    name: 'newCardForgottenAfterRestart',
    what: 'the issuer is never told how a new card ended that it was not told of at once',
    aim: '--exhaustive 1 --script replace-cash,replace-qr --faults process.killed,issuer.offline',
    file: 'main/terminal/recovery/recovery.ts',
    find: '      ...this.#replacements.chores(),\n',
    replace: '',
  },
  // --- vouchers ---
  {
    name: 'voucherToldBeforeMade',
    what: 'a voucher is made upstream, shown and printed before the entry that stands for its code',
    aim: '--exhaustive 1 --script cash --faults money.down',
    file: 'state-machines/top-up/voucher-steps.ts',
    find: "  journal.append({ kind: 'voucher.registering', transactionId, body });\n",
    replace: '',
    also: [
      {
        file: 'state-machines/top-up/voucher-steps.ts',
        find: '  await ports.vouchers.register(voucher);\n',
        replace: "  await ports.vouchers.register(voucher);\n  ports.journal.append({ kind: 'voucher.registering', transactionId, body: voucher });\n",
      },
    ],
  },
  {
    name: 'voucherKeptReserved',
    what: 'a voucher that is given back stays reserved, since upstream is told only once',
    aim: '--exhaustive 1 --script voucher --faults money.down',
    file: 'main/terminal/recovery/vouchers.ts',
    find: "      ...read.lacking('voucher.releasing', ['voucher.released']).map((id) => ({ id, work: (state: TransactionState) => this.#releaseAll(id, state) })),\n",
    replace: '',
  },
  {
    name: 'voucherUsedBeforeLoaded',
    what: 'a voucher is used up when it is reserved, not when its money is on the card',
    aim: '--exhaustive 1 --script voucher --faults issuer.offline,card.tornBefore',
    file: 'state-machines/top-up/voucher-steps.ts',
    find: "    ports.journal.append({ kind: 'voucher.reserved', transactionId, body: { redeemId, amount: answer.amount } });\n",
    replace:
      "    ports.journal.append({ kind: 'voucher.reserved', transactionId, body: { redeemId, amount: answer.amount } });\n    await ports.vouchers.confirm(redeemId);\n",
  },
  // --- the statement, help ---
  {
    name: 'statementSaysTwice',
    what: 'what card and account both remember is listed twice',
    aim: '--people steady --faults none',
    file: 'state-machines/statement/lines.ts',
    find: '    if (left === 0) lines.push(record);',
    replace: '    if (left >= 0) lines.push(record);',
  },
  {
    name: 'typedRemembered',
    what: 'what somebody typed into the search for help stays for the next person',
    aim: '--exhaustive 1 --script help --faults uplink.*,money.*',
    file: 'state-machines/support.ts',
    find: "beginSearch: assign(({ context }) => ({ ...typing(context, ''),",
    replace: 'beginSearch: assign(({ context }) => ({ ...typing(context, LAST.typed),',
    also: [
      {
        file: 'state-machines/support.ts',
        find: '/** What was typed, and what is found for it. */',
        replace: "const LAST = { typed: '' };\n",
      },
      {
        file: 'state-machines/support.ts',
        find: '  const typedText = text.slice(0, LONGEST_TYPED);\n',
        replace: '  const typedText = text.slice(0, LONGEST_TYPED);\n  LAST.typed = typedText;\n',
      },
    ],
  },
  // --- the cash box ---
  {
    name: 'differenceElsewhere',
    what: 'what a count differs by is booked as income or loss at once',
    aim: '--exhaustive 1 --script settle-short',
    file: 'common/money/postings.ts',
    find: "moveSigned('suspense', 'cash.transit', notesTotal",
    replace: "moveSigned('cash.overShort', 'cash.transit', notesTotal",
  },
  {
    name: 'boxForgetsNotes',
    what: 'a box that came out takes no notes along: they are forgotten between the hand and the entry',
    aim: '--exhaustive 1 --script settle',
    file: 'main/maintenance/settlement.ts',
    find: 'boxId: boxOut, content: books.cash.content }',
    replace: 'boxId: boxOut, content: { notes: [], unspecified: 0 } }',
  },
  {
    name: 'countedTwiceAfterRestart',
    what: 'a settlement that was counted and not closed is counted once more after a restart',
    aim: '--exhaustive 1 --script settle-short --faults process.killedAfterCommit,process.killedBeforeCommit',
    file: 'main/maintenance/settlement.ts',
    find: "    case 'counted':\n      return {",
    replace:
      "    case 'counted':\n      if (counted !== undefined) return { kind: 'settlement.counted', body: { settlementId, boxId: boxOut, by, expected, counted } };\n      return {",
    also: [
      {
        file: 'state-machines/maintenance/rooms/box.ts',
        find: "phase === 'opened' || phase === 'removed' || phase === 'counted');",
        replace: "phase === 'opened' || phase === 'removed');",
      },
      {
        file: 'state-machines/maintenance/rooms/box.ts',
        find: "filter(({ phase }) => phase === 'inserted') ??",
        replace: "filter(({ phase }) => phase === 'inserted' || phase === 'counted') ??",
      },
      // The fold that the terminal and its verifier share counts it among the anomalies: an oracle that believed it would be enough.
      {
        file: 'common/money/settlement-fold.ts',
        find: "advance(step, settlementId, ['inserted'], 'counted'",
        replace: "advance(step, settlementId, ['inserted', 'counted'], 'counted'",
      },
    ],
  },
  {
    name: 'countBelievesTheBooks',
    what: 'what was expected is booked as what was counted',
    aim: '--exhaustive 1 --script settle-short',
    file: 'main/maintenance/settlement.ts',
    find: 'boxId: boxOut, by, expected, counted } };',
    replace: 'boxId: boxOut, by, expected, counted: expected.notes } };',
  },
  {
    name: 'boxOutBeforeEntry',
    what: 'the other box is asked for before the journal knows that the first one is out',
    aim: '--exhaustive 1 --script settle',
    file: 'state-machines/maintenance/rooms/box.ts',
    find: "guard: 'mayExchange', target: 'removing' }",
    replace: "guard: 'mayExchange', target: 'putIn' }",
  },
  {
    name: 'notesWhileBoxesChange',
    what: 'notes are taken while the boxes are being changed',
    aim: '--exhaustive 1 --script settle-gap',
    file: 'main/terminal/availability.ts',
    find: "  if (boxChanging) return off('maintenance'); // half done: staff must come back\n",
    replace: '',
  },
  {
    name: 'changeForgottenAfterRestart',
    what: 'a start does not look whether the boxes are being changed',
    aim: '--exhaustive 1 --script settle-gap --faults process.killed',
    file: 'main/terminal/terminal.ts',
    find: 'boxChanging: devices.cashAcceptor !== undefined && boxIsChanging(journal),',
    replace: 'boxChanging: false,',
  },
  {
    name: 'slipBelievesTheBooks',
    what: 'the slip of a settlement says that as much was counted as was expected',
    aim: '--exhaustive 1 --script settle-short',
    file: 'main/maintenance/settlement-slip-facts.ts',
    find: '...(counted === undefined ? {} : { counted }),',
    replace: '...(counted === undefined ? {} : { counted: expected.notes }),',
  },
  // --- entries that leave ---
  {
    name: 'prunedBeyondReceipt',
    what: 'an entry leaves that the receipt of the cut is not for',
    aim: '--prune',
    file: 'main/journal/pruning.ts',
    find: '{ upToSeq: chosen.claims.upToSeq, receipt:',
    replace: '{ upToSeq: chosen.claims.upToSeq + 1, receipt:',
  },
  {
    name: 'prunedUnfinished',
    what: 'entries leave of which something may still become: open cases, vouchers, reports that nobody answered',
    aim: '--prune --faults money.down,issuer.offline,card.tornAfter',
    file: 'main/journal/pruning.ts',
    find: '    return [...kinds].every(isForeign) ? hasEnded(kinds) : isFinished(foldTransaction(entries), now);',
    replace: '    return now > 0;',
    also: [
      // Questions that the terminal still asks of its journal guard the same stories.
      { file: 'main/journal/pruning.ts', find: '    if (this.#journal.stands(id)) return false;\n', replace: '' },
    ],
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
    file: cashSteps,
    find: '      await ports.cash.returnNote().catch(detailOf); // nothing can be written down, so nothing is taken\n      throw error;',
    replace: '      detailOf(error);',
  },
];
