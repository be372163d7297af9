"""The fold of a transaction and the postings of an entry, as main/journal/FORMAT.md has them. Bodies fit their kinds when they come here."""

from journal_forms import content_total, notes_total
from journal_tables import AFTER_CLOSE, CASE_OF, EVIDENCE, LEAVES_OPEN, MOVES, OWED_ELSEWHERE, POSTINGS, SUMS, UNCERTAIN


class Anomaly(Exception):
    pass


def lawful(holds, anomaly):
    if not holds:
        raise Anomaly(anomaly)


class Story:
    """One transaction. `anomaly` is the first thing that can't have happened lawfully."""

    def __init__(self):
        self.opened, self.open, self.anomaly = False, True, None
        self.things = {thing: {} for thing in UNCERTAIN}  # id → {"state", "amount", "body"}
        self.cases, self.vouchers = [], []
        self.note_stuck = None  # then "unknown", then "found"
        self.sums = dict.fromkeys(("taken", "held", "owed", "loaded", "refunded", "settledElsewhere"), 0)

    def add(self, kind, body):
        if self.anomaly is None:
            try:
                self.check(kind, body)
                self.post(kind, body)
                self.move(kind, body)
            except Anomaly as anomaly:
                self.anomaly = f"{anomaly} at {kind}"
        self.open = kind in LEAVES_OPEN or (self.open and kind != "transaction.closed")

    def uncertain(self, thing):
        return [known for known in self.things[thing].values() if known["state"] in UNCERTAIN[thing]]

    def pending(self, thing):
        return [] if any(case["reason"] == CASE_OF[thing] for case in self.cases) else self.uncertain(thing)

    def doubts(self, kind, body):
        """A case that owes nothing, where the issuer was not told of a load yet."""
        loads = self.things["load"].values()
        return kind == "case.opened" and body["amount"] == 0 and any(load["state"] == "committed" and "confirmed" not in load for load in loads)

    def check(self, kind, body):
        lawful(self.opened or kind == "transaction.opened", "notOpened")
        lawful(self.open or kind in AFTER_CLOSE or (self.cases and kind in EVIDENCE) or self.doubts(kind, body), "afterClose")
        if kind == "transaction.opened":
            lawful(not self.opened, "openedTwice")
            self.opened = True
        elif kind == "payment.requested":
            lawful(not self.uncertain("order"), "undetermined")
        elif kind in ("load.authorizing", "load.committing"):
            lawful(not self.uncertain("load"), "undetermined")
            if kind == "load.committing":
                lawful(not self.pending("refund"), "undetermined")
                lawful(body["amount"] <= self.sums["held"], "overdrawn")
        elif kind == "refund.requested":
            self.check_refund(body)
        elif kind in ("voucher.issued", "voucher.releasing"):
            lawful(not self.pending("load") and not self.pending("refund"), "undetermined")
        elif kind == "voucher.redeeming":
            lawful(all(known["state"] not in ("redeeming", "reserved") for known in self.things["redemption"].values()), "undetermined")
        elif kind == "voucher.redeemed":
            lawful(self.sums["held"] <= 0, "undetermined")
        elif kind == "case.opened":
            for thing in ("load", "refund"):
                for known in self.pending(thing)[:1]:
                    lawful(body["reason"] != CASE_OF[thing] or body["amount"] >= known["amount"], "amountDiffers")
                    lawful(body["reason"] == CASE_OF[thing] or body["amount"] == 0, "undetermined")
        elif kind == "transaction.closed":
            self.check_closing(body)

    def check_refund(self, body):
        order = self.things["order"].get(body["orderId"])
        before = sum(refund["amount"] for refund in self.things["refund"].values() if refund["body"]["orderId"] == body["orderId"])
        lawful(not self.pending("load"), "undetermined")
        lawful(order is not None and order["state"] == "captured", "outOfOrder")
        lawful(before + body["amount"] <= order["amount"] and body["amount"] <= self.sums["held"], "overdrawn")

    def check_closing(self, body):
        sums = self.sums
        suspense = sum(note["amount"] for note in self.things["note"].values() if note["state"] == "suspense")
        lawful(sums["held"] == 0 and suspense <= sum(case["disputed"] for case in self.cases), "closedTooEarly")
        lawful(self.note_stuck != "unknown" or any(case["reason"] == "noteUndetermined" for case in self.cases), "closedTooEarly")
        lawful(not self.uncertain("note") and not self.uncertain("redemption") and not any(map(self.pending, CASE_OF)), "closedTooEarly")
        outcome = ("case" if any(map(is_open, self.cases)) else "voucher" if sums["owed"] > 0 else "delivered" if sums["loaded"] > 0
                   else "refunded" if sums["refunded"] > 0 else "case" if sums["taken"] > 0 else "abandoned")
        lawful(body["outcome"] == outcome and all(body[name] == sums[name] for name in ("loaded", "refunded", "owed")), "closingDisagrees")

    def post(self, kind, body):
        for account, amount in due(kind, body):
            if account == "cardholder.held":
                self.sums["held"] -= amount
                lawful(amount < 0 or self.sums["held"] >= 0, "overdrawn")
            elif account == "voucher.outstanding" and kind not in OWED_ELSEWHERE:
                self.sums["owed"] -= amount
        for name, amount in counted(kind, body):
            self.sums[name] += amount

    def move(self, kind, body):
        if kind == "case.opened":
            self.cases.append({**body, "settled": 0, "resolution": None})
        elif kind == "case.resolved":
            self.resolve(body)
        elif kind == "device.fault" and body["code"] == "noteStuck":
            self.note_stuck = self.note_stuck or "unknown"
        elif kind == "voucher.issued":
            self.vouchers.append({**body})
        if kind == "case.funded" and self.note_stuck == "unknown" and body["noteId"] not in self.things["note"]:
            self.find_stuck(body)
            return
        if kind in MOVES:
            self.move_thing(kind, body)
        if kind == "voucher.registering":
            self.register(body)
        elif kind == "case.funded":
            self.fund(body, body["denomination"])

    def find_stuck(self, body):
        """Nobody knew its value before: it takes nothing from what the case disputes."""
        self.note_stuck = "found"
        self.things["note"][body["noteId"]] = {"state": "stacked", "amount": body["denomination"], "body": body}
        self.fund(body, 0)

    def move_thing(self, kind, body):
        thing, member, state, after = MOVES[kind]
        known, amount = self.things[thing].get(body[member]), body.get("denomination", body.get("amount"))
        if after == "":
            lawful(known is None, "announcedTwice")
            known = self.things[thing][body[member]] = {"amount": amount or 0, "body": body}
        else:
            lawful(known is not None, "notAnnounced")
            lawful(known["state"] in after.split(), "outOfOrder")
            if kind == "voucher.reserved":
                known["amount"] = amount
            lawful(amount in (None, known["amount"]), "amountDiffers")
        known["state"] = state or known["state"]
        if kind == "load.confirmed":
            known["confirmed"] = body["tacChecked"]

    def resolve(self, body):
        case = next((case for case in self.cases if case["reference"] == body["reference"] and is_open(case)), None)
        lawful(case is not None, "notAnnounced")
        settled = 0 if body["resolution"] == "notCredited" else body["amount"]
        lawful(settled <= case["amount"] - case["settled"], "overdrawn")
        case.update(settled=case["settled"] + settled, resolution=body["resolution"])
        if case["reason"] == CASE_OF["load"] and body["resolution"] in ("credited", "notCredited", "refunded"):
            for load in self.uncertain("load"):
                load["state"] = "committed" if body["resolution"] == "credited" else "notCredited"


    def register(self, body):
        """A registration stands for one thing that is owed, and only once."""
        owed = [(voucher, voucher["amount"]) for voucher in self.vouchers]
        owed += [(case, case["amount"] - case["settled"]) for case in self.cases if case["resolution"] == "notCredited"]
        free = (claim for claim, amount in owed if "voucherId" not in claim and (claim["reference"], amount) == (body["reference"], body["amount"]))
        claim = next(free, None)
        lawful(claim is not None, "notAnnounced")
        claim["voucherId"] = body["voucherId"]

    def fund(self, body, disputed):
        """The note that a case disputes was found: the case owes it."""
        case = next((case for case in reversed(self.cases) if (case["reference"], case["reason"]) == (body["reference"], "noteUndetermined")), None)
        lawful(case is not None, "notAnnounced")
        lawful(disputed <= case["disputed"], "overdrawn")
        case.update(amount=case["amount"] + body["denomination"], disputed=case["disputed"] - disputed)


def is_open(case):
    return case["resolution"] is None or case["settled"] < case["amount"]


def counted(kind, body):
    """Which sums besides `held` and `owed` grow, by how much."""
    row = row_of(kind, body)
    return [(SUMS[row], body[POSTINGS[row][2]])] if row in SUMS else []


def row_of(kind, body):
    which = {"case.resolved": "resolution", "suspense.resolved": "resolution", "case.funded": "source"}.get(kind)
    return f"{kind} {body[which]}" if which else kind


def due(kind, body):
    plus, minus, where = POSTINGS.get(row_of(kind, body), (None, None, None))
    amount = amount_at(where, body) if where else 0
    if amount < 0:
        plus, minus, amount = minus, plus, -amount
    return [(plus, amount), (minus, -amount)] if amount else []


def amount_at(where, body):
    if where == "content":
        return content_total(body["content"])
    if where == "counted − expected":
        return notes_total(body["counted"]) - content_total(body["expected"])
    return body[where]
