"""The tables of main/journal/FORMAT.md, row by row: a new kind of entry is added here and nowhere else in the verifier."""

SAFE = 2**53 - 1
ACCOUNTS = ("cash.box", "cash.transit", "acquirer.receivable", "cardholder.held", "issuer.payable", "fee.income", "voucher.outstanding", "suspense")

# --- Kinds and bodies: rows as in FORMAT.md ---
KINDS = {
    "terminal.started": 'version text, reason "start"/"restart"/"newEpoch"',
    "terminal.stopped": "reason text",
    "journal.replaced": "damagedFile text, lastProvableSeq count, lastProvableHash hex, reason text, carried seal, balances balances",
    "device.fault": "device text, code text, detail text",
    "device.identified": "device text, model text, maker? text, firmware? text, serialNumber? text",
    "device.lost": "device text, code text, detail text",
    "acceptor.memory": "text text1000",
    "transaction.opened": 'type "top-up", reference text, card card, tender "cash"/"qr", requested balance, balanceBefore balance, locale text',
    "note.escrowed": "noteId id, denomination amount",
    "note.stacking": "noteId id, denomination amount",
    "cash.stacked": 'noteId id, denomination amount, evidence "vendValid"/"stacked"/"powerUpInStacker", memory? text1000',
    "note.returning": "noteId id, denomination amount",
    "note.returned": 'noteId id, denomination amount, evidence "returned"/"idle"/"noteInAcceptor"',
    "note.suspense": "noteId id, denomination amount, why text",
    "payment.requested": "orderId id, amount amount",
    "payment.captured": "orderId id, amount amount, channel text, channelRef text",
    "payment.closed": "orderId id",
    "payment.undetermined": "orderId id, why text",
    "refund.requested": "refundId id, orderId id, amount amount",
    "refund.completed": "refundId id, orderId id, amount amount",
    "refund.undetermined": "refundId id, orderId id, why text",
    "load.authorizing": "loadId id, amount amount, purseType purse, terminalId hex, balanceBefore balance, onlineCounter u16, cardRandom hex, keyVersion u8, algorithm u8, mac1 hex",
    "load.authorized": "loadId id, hostDate digits8, hostTime digits6, mac2 hex",
    "load.refused": "loadId id, code text",
    "load.committing": "loadId id, amount amount, purseType purse, terminalId hex, balanceBefore balance, onlineCounter u16, cardRandom hex, keyVersion u8, algorithm u8, mac1 hex, hostDate digits8, hostTime digits6, mac2 hex",
    "load.committed": 'loadId id, amount amount, tac? hex, balanceAfter? balance, evidence "cardAnswer"/"cardRefusal"/"recoveryTable"/"issuerClearing"',
    "load.notCredited": 'loadId id, evidence "cardAnswer"/"cardRefusal"/"recoveryTable"/"issuerClearing", statusWord? hex',
    "load.undetermined": "loadId id, why text",
    "load.confirmed": 'loadId id, tacChecked "good"/"bad"/"absent"',
    "load.reversed": "loadId id",
    "voucher.issued": "reference text, amount amount",
    "case.opened": 'reference text, reason "loadUndetermined"/"noteUndetermined"/"paymentUndetermined"/"refundUndetermined"/"cardCaptured"/"cashNotLoaded", amount balance, disputed balance',
    "reference.shown": 'reference text, where "screen"/"paper"',
    "case.resolved": 'reference text, resolution "credited"/"notCredited"/"refunded"/"paidOut"/"nothingOwed", amount balance',
    "receipt.printing": "jobId id, reprint count",
    "receipt.printed": 'jobId id, confirmedBy "processId"/"queueAnswer"/"presenter", sha256 hex, byteCount count, presented? "taken"/"retracted"/"ejected"/"jammed"/"unknown", replaced? texts',
    "receipt.failed": 'jobId id, state "failedBefore"/"interrupted"/"unconfirmed", trouble text',
    "card.captured": "reason text",
    "transaction.closed": 'outcome "delivered"/"refunded"/"voucher"/"case"/"abandoned", loaded balance, refunded balance, owed balance',
}

# --- Postings: first + the amount, then − the amount, the member that holds it ---
POSTINGS = {
    "cash.stacked": ("cash.box", "cardholder.held", "denomination"),
    "payment.captured": ("acquirer.receivable", "cardholder.held", "amount"),
    "refund.completed": ("cardholder.held", "acquirer.receivable", "amount"),
    "load.committed": ("cardholder.held", "issuer.payable", "amount"),
    "voucher.issued": ("cardholder.held", "voucher.outstanding", "amount"),
    "case.opened": ("cardholder.held", "voucher.outstanding", "amount"),
    "case.resolved credited": ("voucher.outstanding", "issuer.payable", "amount"),
    "case.resolved refunded": ("voucher.outstanding", "acquirer.receivable", "amount"),
    "case.resolved paidOut": ("voucher.outstanding", "cash.transit", "amount"),
    "case.resolved nothingOwed": ("voucher.outstanding", "suspense", "amount"),
}

# --- The fold: kind → thing, member with its id, state it makes ("" no change), states it may follow (none: an announcement) ---
MOVES = {
    "note.escrowed": ("note", "noteId", "escrowed", ""),
    "note.stacking": ("note", "noteId", "stacking", "escrowed"),
    "note.returning": ("note", "noteId", "returning", "escrowed stacking"),
    "cash.stacked": ("note", "noteId", "stacked", "escrowed stacking returning suspense"),
    "note.returned": ("note", "noteId", "returned", "escrowed stacking returning suspense"),
    "note.suspense": ("note", "noteId", "suspense", "escrowed stacking returning"),
    "payment.requested": ("order", "orderId", "requested", ""),
    "payment.captured": ("order", "orderId", "captured", "requested undetermined"),
    "payment.closed": ("order", "orderId", "closed", "requested undetermined"),
    "payment.undetermined": ("order", "orderId", "undetermined", "requested undetermined"),
    "refund.requested": ("refund", "refundId", "requested", ""),
    "refund.completed": ("refund", "refundId", "completed", "requested undetermined"),
    "refund.undetermined": ("refund", "refundId", "undetermined", "requested undetermined"),
    "load.authorizing": ("load", "loadId", "authorizing", ""),
    "load.authorized": ("load", "loadId", "authorized", "authorizing"),
    "load.refused": ("load", "loadId", "refused", "authorizing"),
    "load.committing": ("load", "loadId", "committing", "authorized"),
    "load.committed": ("load", "loadId", "committed", "committing undetermined"),
    "load.notCredited": ("load", "loadId", "notCredited", "committing undetermined"),
    "load.undetermined": ("load", "loadId", "undetermined", "committing undetermined"),
    "load.confirmed": ("load", "loadId", "", "committed"),
    "load.reversed": ("load", "loadId", "", "authorizing authorized refused notCredited"),
}
UNCERTAIN = {"note": ("escrowed", "stacking", "returning"), "order": ("requested", "undetermined"), "refund": ("requested", "undetermined"), "load": ("committing", "undetermined")}
CASE_OF = {"order": "paymentUndetermined", "refund": "refundUndetermined", "load": "loadUndetermined"}
LEAVES_OPEN = ("transaction.opened", "cash.stacked", "payment.captured", "refund.completed", "load.committed", "voucher.issued", "case.opened")
AFTER_CLOSE = ("load.confirmed load.reversed receipt.printing receipt.printed receipt.failed reference.shown card.captured case.resolved "
               "device.fault device.identified device.lost").split()
EVIDENCE = ("cash.stacked", "note.returned", "payment.captured", "payment.closed", "payment.undetermined")

# What each row of POSTINGS adds its amount to, besides `held` and `owed`.
SUMS = {
    "cash.stacked": "taken",
    "payment.captured": "taken",
    "load.committed": "loaded",
    "refund.completed": "refunded",
    "case.resolved credited": "loaded",
    "case.resolved refunded": "refunded",
    "case.resolved paidOut": "settledElsewhere",
    "case.resolved nothingOwed": "settledElsewhere",
}
