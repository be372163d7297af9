"""The fold of a terminal's cash, as main/journal/FORMAT.md has it: the box and what is in it, settlements, differences in suspense."""

from journal_forms import content_total, notes_total
from journal_story import lawful


class Cash:
    """An epoch's cash. `add` raises Anomaly at the first thing that can't have happened lawfully."""

    def __init__(self):
        self.box, self.notes, self.unspecified = None, {}, 0
        self.settlements, self.differences, self.continued = {}, {}, False

    def add(self, kind, body):
        if kind == "journal.replaced":
            self.unspecified, self.continued = body["balances"].get("cash.box", 0), True
            self.change("carried", -body["balances"].get("suspense", 0))
        elif kind == "cash.stacked":
            self.notes[body["denomination"]] = self.notes.get(body["denomination"], 0) + 1
        elif kind == "case.resolved" and body["resolution"] == "nothingOwed":
            self.change(body["reference"], body["amount"])
        elif kind == "suspense.resolved":
            self.take(body["of"], body["amount"])
            if body["resolution"] == "offset":
                self.take(body["against"], -body["amount"])
        elif kind == "case.funded" and body["source"] == "count":
            self.take(body["settlementId"], body["denomination"])
        elif kind in STEPS:
            STEPS[kind](self, body)

    def opened(self, body):
        lawful(body["settlementId"] not in self.settlements, "announcedTwice")
        lawful(all(known["phase"] not in ("opened", "removed") for known in self.settlements.values()), "outOfOrder")
        lawful(self.box in (None, body["boxOut"]), "otherBox")
        self.holds(body["expected"])
        self.settlements[body["settlementId"]] = {**body, "phase": "opened"}

    def removed(self, body):
        self.holds(body["content"])
        known = self.advance(body, "opened", "removed")
        if known:
            lawful(body["boxId"] == known["boxOut"], "otherBox")
            known["expected"] = body["content"]
        self.box, self.notes, self.unspecified = None, {}, 0

    def inserted(self, body):
        known = self.advance(body, "removed", "inserted")
        lawful(not known or body["boxId"] == known["boxIn"], "otherBox")
        self.box = body["boxId"]

    def counted(self, body):
        known = self.advance(body, "inserted", "counted")
        if known:
            lawful(body["boxId"] == known["boxOut"], "otherBox")
            lawful(body["expected"] == known["expected"], "contentDiffers")
            known["counted"] = body["counted"]
        self.change(body["settlementId"], notes_total(body["counted"]) - content_total(body["expected"]))

    def closed(self, body):
        known = self.advance(body, "counted", "closed")
        if known:
            expected, counted = content_total(known["expected"]), notes_total(known["counted"])
            lawful((body["expected"], body["counted"], body["difference"]) == (expected, counted, counted - expected), "contentDiffers")

    def holds(self, content):
        same = {note["denomination"]: note["count"] for note in content["notes"]} == self.notes and content["unspecified"] == self.unspecified
        lawful(same, "contentDiffers")

    def advance(self, body, after, phase):
        """The settlement; None where an earlier epoch began it."""
        known = self.settlements.get(body["settlementId"])
        lawful(known or self.continued, "notAnnounced")
        lawful(not known or known["phase"] == after, "outOfOrder")
        if known:
            known["phase"] = phase
        return known

    def take(self, of, amount):
        known = self.differences.get(of, 0)
        lawful(0 < amount <= known or known <= amount < 0 or (self.continued and known == 0), "overdrawn")
        self.change(of, -amount)

    def change(self, of, amount):
        self.differences[of] = self.differences.get(of, 0) + amount


STEPS = {"settlement.opened": Cash.opened, "box.removed": Cash.removed, "box.inserted": Cash.inserted, "settlement.counted": Cash.counted, "settlement.closed": Cash.closed}
