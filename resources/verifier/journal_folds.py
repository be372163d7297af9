"""What main/journal/FORMAT.md says of entries together: the fold of a transaction and the fold of the cash."""
from collections import Counter

from journal_forms import FORMAT, Break, demand, posting_row, total

CASE_OF, MOVES, STEPS = FORMAT["caseOf"], FORMAT["moves"], FORMAT["settlement"]


class Story:
    """One transaction. `anomaly` is the first thing that can't have happened lawfully."""

    def __init__(self):
        self.opened, self.open, self.anomaly, self.stuck = False, True, None, None
        self.things = {thing: {} for thing in FORMAT["uncertain"]}  # id → {"state", "amount", "orderId"}
        self.cases, self.vouchers, self.confirmed = [], [], set()
        self.sums = dict.fromkeys(FORMAT["sums"], 0)

    def add(self, kind, body):
        try:
            if self.anomaly is None:
                self.check(kind, body)
                self.apply(kind, body)
        except Break as anomaly:
            self.anomaly = anomaly.args[0]
        self.open = kind in FORMAT["leavesOpen"] or (self.open and kind != "transaction.closed")

    def uncertain(self, thing):
        return [known for known in self.things[thing].values() if known["state"] in FORMAT["uncertain"][thing]]

    def pending(self, thing):
        return [] if any(case["reason"] == CASE_OF[thing] for case in self.cases) else self.uncertain(thing)

    def check(self, kind, body):
        sums = self.sums
        demand(self.opened or kind == "transaction.opened", "notOpened")
        demand(self.open or self.may_follow_closing(kind, body), "afterClose")
        demand(not (self.opened and kind == "transaction.opened"), "openedTwice")
        demand(not any(map(self.uncertain, FORMAT["notWhileUncertain"].get(kind, ()))), "undetermined")
        demand(not any(map(self.pending, FORMAT["notWhilePending"].get(kind, ()))), "undetermined")
        if kind == "load.committing":
            demand(body["amount"] <= sums["held"], "overdrawn")
        elif kind == "voucher.redeemed":
            demand(sums["held"] == 0, "undetermined")
        elif kind == "refund.requested":
            order = self.things["order"].get(body["orderId"], {"state": None})
            demand(order["state"] == "captured", "outOfOrder")
            others = [refund for refund in self.things["refund"].values() if refund["orderId"] == body["orderId"]]
            left = order["amount"] - sum(refund["amount"] for refund in others)
            demand(body["amount"] <= min(left, sums["held"]), "overdrawn")
        elif kind == "transaction.closed":
            demand(not self.is_unfinished(), "closedTooEarly")
            reached = {"voucher": "owed", "delivered": "loaded", "refunded": "refunded", "case": "taken"}
            outcome = next((name for name, sum_ in reached.items() if sums[sum_] > 0), "abandoned")
            outcome = "case" if any(map(is_open, self.cases)) else outcome
            right = {"outcome": outcome, **{name: sums[name] for name in ("loaded", "refunded", "owed")}}
            demand(body == right, "closingDisagrees")

    def may_follow_closing(self, kind, body):
        loads = self.things["load"].items()
        if kind == "case.opened" and body["amount"] == 0:
            return any(load["state"] == "committed" and id_ not in self.confirmed for id_, load in loads)
        return kind in FORMAT["afterClose"] or (self.cases and kind in FORMAT["afterCloseWithCase"])

    def is_unfinished(self):
        suspense = [note["amount"] for note in self.things["note"].values() if note["state"] == "suspense"]
        redemptions = [redemption["state"] for redemption in self.things["redemption"].values()]
        unexplained = self.stuck == "unknown" and all(case["reason"] != "noteUndetermined" for case in self.cases)
        undisputed = sum(suspense) > sum(case["disputed"] for case in self.cases)
        doubtful = self.uncertain("note") or any(map(self.pending, CASE_OF)) or "redeeming" in redemptions
        return self.sums["held"] != 0 or unexplained or undisputed or doubtful

    def apply(self, kind, body):
        row = posting_row(kind, body)
        for name, sign in row.get("sums", {}).items():
            self.sums[name] += sign * body[row["amount"]]
        demand(self.sums["held"] >= 0, "overdrawn")
        if kind == "transaction.opened":
            self.opened = True
        elif kind == "load.confirmed":
            self.confirmed.add(body["loadId"])
        elif kind == "device.fault" and body["code"] == "noteStuck":
            self.stuck = self.stuck or "unknown"
        elif kind == "voucher.issued":
            self.vouchers.append({**body, "settled": 0, "resolution": "notCredited"})
        elif kind in STORY_STEPS:
            STORY_STEPS[kind](self, body)
        if kind in MOVES:
            self.move(kind, body, **MOVES[kind])

    def move(self, kind, body, thing, id, makes, after):
        things, name, amount = self.things[thing], body[id], body.get("denomination", body.get("amount"))
        if not after:
            demand(name not in things, "announcedTwice")
            things[name] = {"state": makes, "amount": amount or 0, "orderId": body.get("orderId")}
            return
        demand(name in things, "notAnnounced")
        demand(things[name]["state"] in after, "outOfOrder")
        demand(kind == "voucher.reserved" or amount in (None, things[name]["amount"]), "amountDiffers")
        things[name]["state"] = makes or things[name]["state"]
        things[name]["amount"] = things[name]["amount"] if amount is None else amount

    def register(self, body):
        """It stands for one thing that is owed, by its name and for exactly its amount, and only once."""
        named = [owed for owed in self.vouchers + self.cases if owed["reference"] == body["reference"]]
        free = [owed for owed in named if owed["resolution"] == "notCredited" and "voucherId" not in owed]
        exact = [owed for owed in free if left(owed) == body["amount"]]
        demand(exact, "notAnnounced")
        exact[0]["voucherId"] = body["voucherId"]

    def open_case(self, body):
        for thing in ("load", "refund"):
            for doubt in self.pending(thing)[:1]:
                named = body["reason"] == CASE_OF[thing]
                demand(not named or body["amount"] >= doubt["amount"], "amountDiffers")
                demand(named or body["amount"] == 0, "undetermined")
        self.cases.append({**body, "settled": 0, "resolution": None})

    def resolve(self, body):
        cases = [case for case in self.cases if case["reference"] == body["reference"] and is_open(case)]
        demand(cases, "notAnnounced")
        case, resolution = cases[0], body["resolution"]
        settled = 0 if resolution == "notCredited" else body["amount"]
        demand(settled <= left(case), "overdrawn")
        case.update(settled=case["settled"] + settled, resolution=resolution)
        if case["reason"] == CASE_OF["load"] and resolution in ("credited", "notCredited", "refunded"):
            for load in self.uncertain("load"):
                load["state"] = "committed" if resolution == "credited" else "notCredited"

    def fund(self, body):
        """The note that a case disputes. Of a stuck one nobody knew the value: no case disputes it."""
        wanted, value = (body["reference"], "noteUndetermined"), body["denomination"]
        cases = [case for case in self.cases if (case["reference"], case["reason"]) == wanted]
        demand(cases, "notAnnounced")
        case, disputed = cases[-1], value
        if self.stuck == "unknown" and body["noteId"] not in self.things["note"]:
            self.stuck, disputed = "found", 0
            self.things["note"][body["noteId"]] = {"state": "suspense", "amount": value}
        demand(disputed <= case["disputed"], "overdrawn")
        case.update(amount=case["amount"] + value, disputed=case["disputed"] - disputed)


STORY_STEPS = {
    "voucher.registering": Story.register,
    "case.opened": Story.open_case,
    "case.resolved": Story.resolve,
    "case.funded": Story.fund,
}


def left(case):
    return case["amount"] - case["settled"]


def is_open(case):
    return case["resolution"] is None or left(case) > 0


class Cash:
    """An epoch's cash: the box and what is in it, settlements, open differences."""

    def __init__(self):
        self.box, self.notes, self.unspecified, self.continued = None, Counter(), 0, False
        self.settlements, self.differences = {}, Counter()

    def add(self, kind, body):
        """Raises Break at an anomaly."""
        if kind in STEPS:
            self.step(kind, body, **STEPS[kind])
        elif kind == "journal.replaced":
            self.unspecified, self.continued = body["balances"].get("cash.box", 0), True
            self.differences["carried"] = -body["balances"].get("suspense", 0)
        elif kind == "cash.stacked":
            self.notes[body["denomination"]] += 1
        elif kind == "case.resolved" and body["resolution"] == "nothingOwed":
            self.differences[body["reference"]] += body["amount"]
        elif kind == "case.funded" and body["source"] == "count":
            self.take(body["settlementId"], body["denomination"])
        elif kind == "suspense.resolved":
            self.take(body["of"], body["amount"])
            if body["resolution"] == "offset":
                self.take(body["against"], -body["amount"])

    def take(self, of, amount):
        known = self.differences[of]
        demand(0 < amount <= known or known <= amount < 0 or (self.continued and known == 0), "overdrawn")
        self.differences[of] -= amount

    def content(self):
        notes = [{"denomination": note, "count": self.notes[note]} for note in sorted(self.notes, reverse=True)]
        return {"notes": notes, "unspecified": self.unspecified}

    def step(self, kind, body, after, makes, box=None):
        id_, phases = body["settlementId"], [settlement["phase"] for settlement in self.settlements.values()]
        if kind == "settlement.opened":
            demand(id_ not in self.settlements, "announcedTwice")
            demand("opened" not in phases and "removed" not in phases, "outOfOrder")
            demand(self.box in (None, body["boxOut"]), "otherBox")
            self.settlements[id_] = {"phase": after}
        if kind in ("settlement.opened", "box.removed"):
            demand(body["expected" if kind == "settlement.opened" else "content"] == self.content(), "contentDiffers")
        known = self.settlements.get(id_)  # None where an earlier epoch began it
        demand(known or self.continued, "notAnnounced")
        if known:
            demand(known["phase"] == after, "outOfOrder")
            demand(box is None or body["boxId"] == known[box], "otherBox")
            demand(kind != "settlement.counted" or body["expected"] == known["content"], "contentDiffers")
            if kind == "settlement.closed":
                expected, counted = total(known["content"]), total(known["counted"])
                sums = (body["expected"], body["counted"], body["difference"])
                demand(sums == (expected, counted, counted - expected), "contentDiffers")
            known.update(body, phase=makes)
        if kind == "box.removed":
            self.box, self.notes, self.unspecified = None, Counter(), 0
        elif kind == "box.inserted":
            self.box = body["boxId"]
        elif kind == "settlement.counted":
            self.differences[id_] += total(body["counted"]) - total(body["expected"])
