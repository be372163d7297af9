"""The fold of a transaction and the postings of an entry, as main/journal/FORMAT.md has them. Bodies fit their kinds when they come here."""

from journal_tables import AFTER_CLOSE, CASE_OF, EVIDENCE, LEAVES_OPEN, MOVES, POSTINGS, SUMS, UNCERTAIN


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
        self.cases = []
        self.note_stuck = False
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

    def check(self, kind, body):
        lawful(self.opened or kind == "transaction.opened", "notOpened")
        lawful(self.open or kind in AFTER_CLOSE or (self.cases and kind in EVIDENCE), "afterClose")
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
        elif kind == "voucher.issued":
            lawful(not self.pending("load") and not self.pending("refund"), "undetermined")
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
        lawful(not self.note_stuck or any(case["reason"] == "noteUndetermined" for case in self.cases), "closedTooEarly")
        lawful(not self.uncertain("note") and not any(map(self.pending, CASE_OF)), "closedTooEarly")
        outcome = ("case" if any(map(is_open, self.cases)) else "voucher" if sums["owed"] > 0 else "delivered" if sums["loaded"] > 0
                   else "refunded" if sums["refunded"] > 0 else "case" if sums["taken"] > 0 else "abandoned")
        lawful(body["outcome"] == outcome and all(body[name] == sums[name] for name in ("loaded", "refunded", "owed")), "closingDisagrees")

    def post(self, kind, body):
        for account, amount in due(kind, body):
            if account in ("cardholder.held", "voucher.outstanding"):
                self.sums["held" if account == "cardholder.held" else "owed"] -= amount
                lawful(account != "cardholder.held" or amount < 0 or self.sums["held"] >= 0, "overdrawn")
        for name, amount in counted(kind, body):
            self.sums[name] += amount

    def move(self, kind, body):
        if kind == "case.opened":
            self.cases.append({**body, "settled": 0, "resolved": False})
        elif kind == "case.resolved":
            self.resolve(body)
        elif kind == "device.fault" and body["code"] == "noteStuck":
            self.note_stuck = True
        if kind not in MOVES:
            return
        thing, member, state, after = MOVES[kind]
        known, amount = self.things[thing].get(body[member]), body.get("denomination", body.get("amount"))
        if after == "":
            lawful(known is None, "announcedTwice")
            known = self.things[thing][body[member]] = {"amount": amount, "body": body}
        else:
            lawful(known is not None, "notAnnounced")
            lawful(known["state"] in after.split(), "outOfOrder")
            lawful(amount in (None, known["amount"]), "amountDiffers")
        known["state"] = state or known["state"]

    def resolve(self, body):
        case = next((case for case in self.cases if case["reference"] == body["reference"] and is_open(case)), None)
        lawful(case is not None, "notAnnounced")
        settled = 0 if body["resolution"] == "notCredited" else body["amount"]
        lawful(settled <= case["amount"] - case["settled"], "overdrawn")
        case.update(settled=case["settled"] + settled, resolved=True)
        if case["reason"] == CASE_OF["load"] and body["resolution"] in ("credited", "notCredited", "refunded"):
            for load in self.uncertain("load"):
                load["state"] = "committed" if body["resolution"] == "credited" else "notCredited"


def is_open(case):
    return not case["resolved"] or case["settled"] < case["amount"]


def counted(kind, body):
    """Which sums besides `held` and `owed` grow, by how much."""
    row = row_of(kind, body)
    return [(SUMS[row], body[POSTINGS[row][2]])] if row in SUMS else []


def row_of(kind, body):
    return f"case.resolved {body['resolution']}" if kind == "case.resolved" else kind


def due(kind, body):
    plus, minus, member = POSTINGS.get(row_of(kind, body), (None, None, None))
    amount = body[member] if member else 0
    return [(plus, amount), (minus, -amount)] if amount else []
