"""Computes tests/main/journal/vectors with the Python verifier's own functions and Python's cryptography, never with the terminal's code.

Usage: make_vectors.py [--check]. Rewrites the files, the same bytes every time; with --check compares them instead, and the Python verifier with
known-answers.json, whose values others published. Exit status 1 when something differs.
"""
import base64
import hashlib
import json
import pathlib
import sys

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "resources" / "verifier"))
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402

from verify_journal import Cash, Story, Verifier, due, jcs, link, parse, total  # noqa: E402

OUT = ROOT / "tests" / "main" / "journal" / "vectors"
TERMINAL = "T-0001"
CARD = {"aid": "A000000632010105", "issuer": "01011000FFFFFFFF", "serial": "03105170010170907984", "tail": "7984"}
REFERENCE = "A01-1122-7K4M-9"


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Signer:
    def __init__(self, seed):
        self.seed, self.key = seed, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        self.jwk = {"crv": "Ed25519", "kty": "OKP", "x": b64(self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}
        self.kid = b64(hashlib.sha256(jcs(self.jwk).encode()).digest())

    def jws(self, typ, payload):
        signed = f"{b64(jcs({'alg': 'EdDSA', 'kid': self.kid, 'typ': typ}).encode())}.{b64(jcs(payload).encode())}"
        return f"{signed}.{b64(self.key.sign(signed.encode()))}"


# RFC 8032 7.1, TEST 1 and TEST 2: keys that everyone has.
TERMINAL_KEY = Signer("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
UPSTREAM_KEY = Signer("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")


class Export:
    """Lines of an export as FORMAT.md has them."""

    def __init__(self, epoch, carried=(), terminal=TERMINAL, head="0" * 64, name="journal"):
        self.epoch, self.seq, self.head, self.links, self.terminal = epoch, 0, head, [], terminal
        self.lines = [f'{{"{name}":{{"terminalId":"{terminal}","publicKey":{jcs(TERMINAL_KEY.jwk)}}}}}']
        for text, prev, hash_ in carried:
            self.lines.append(f'{{"carried":{{"entry":{text},"prevHash":"{prev}","hash":"{hash_}"}}}}')

    def add(self, kind, body, transaction=None, **changes):
        """@param changes: other members than are right, hashed as if they were"""
        self.seq += 1
        entry = {
            "epoch": self.epoch, "seq": self.seq, "id": f"019ab000-0000-7000-8000-{self.epoch:06d}{self.seq:06d}", "at": f"2026-11-22T05:33:{self.seq:02d}.123Z",
            "businessDate": "2026-11-22", "terminalId": self.terminal, "kind": kind, "body": body,
            "postings": due(kind, body),
        }
        if transaction:
            entry["transactionId"] = transaction
        entry.update(changes)
        text, prev = jcs(entry), self.head
        self.head = link(prev, text)
        self.links.append((text, prev, self.head))
        self.lines.append(f'{{"entry":{text},"hash":"{self.head}"}}')
        return entry

    def checkpoint(self, key=TERMINAL_KEY, typ="kiosk-checkpoint+jwt", **changes):
        payload = {"at": f"2026-11-22T05:33:{self.seq:02d}.500Z", "epoch": self.epoch, "hash": self.head, "seq": self.seq, "terminalId": self.terminal, **changes}
        jws = key.jws(typ, payload)
        self.lines.append(f'{{"checkpoint":{jcs(payload)},"jws":"{jws}"}}')
        return {"payload": jcs(payload), "jws": jws}

    def receipt(self, key=UPSTREAM_KEY, typ="kiosk-receipt+jwt", **changes):
        payload = {"at": 1795325580000, "epoch": self.epoch, "headHash": self.head, "terminalId": self.terminal, "upToSeq": self.seq, **changes}
        jws = key.jws(typ, payload)
        self.lines.append(f'{{"receipt":{jcs(payload)},"jws":"{jws}"}}')
        return {"payload": jcs(payload), "jws": jws}

    def text(self):
        return "".join(line + "\n" for line in self.lines)


STARTED = ("terminal.started", {"version": "1.0.0", "reason": "start"})
LOST = ("device.lost", {"device": "printer", "code": "offline", "detail": ""})
NOTE = {"noteId": "n1", "denomination": 5000}
INIT = {"loadId": "l1", "amount": 5000, "purseType": 2, "terminalId": "000001000050", "balanceBefore": 1250, "onlineCounter": 7, "cardRandom": "1A2B3C4D",
        "keyVersion": 1, "algorithm": 0, "mac1": "824B80B8"}
HOST = {"hostDate": "20261122", "hostTime": "133300", "mac2": "0A0B0C0D"}
OPENED = ("transaction.opened", {"type": "top-up", "reference": REFERENCE, "card": CARD, "tender": "cash", "requested": 0, "balanceBefore": 1250, "locale": "zh-CN"})
TAKEN = [("note.escrowed", NOTE), ("note.stacking", NOTE), ("cash.stacked", {**NOTE, "evidence": "vendValid"})]
PREPARED = [("load.authorizing", INIT), ("load.authorized", {"loadId": "l1", **HOST}), ("load.committing", {**INIT, **HOST})]
COMMITTED = ("load.committed", {"loadId": "l1", "amount": 5000, "tac": "01020304", "evidence": "cardAnswer"})
UNDETERMINED = ("load.undetermined", {"loadId": "l1", "why": "the card left"})
CASE = ("case.opened", {"reference": REFERENCE, "reason": "loadUndetermined", "amount": 5000, "disputed": 0})
ORDERED = ("payment.requested", {"orderId": "o1", "amount": 5000})
CAPTURED = ("payment.captured", {"orderId": "o1", "amount": 5000, "channel": "wechat", "channelRef": "4200003071"})


VOUCHER = ("voucher.issued", {"reference": REFERENCE, "amount": 5000})
REGISTERING = ("voucher.registering", {"voucherId": "v1", "reference": REFERENCE, "amount": 5000, "salt": "00112233445566778899AABBCCDDEEFF", "codeHash": "AB" * 32,
                                       "validDays": 365, "validUntil": "2027-11-22T05:33:00.000Z"})
REGISTERED = ("voucher.registered", {"voucherId": "v1"})
REDEEMING = ("voucher.redeeming", {"redeemId": "x1", "number": "B02-1120-7K4M-5", "maximum": 90000})
RESERVED = ("voucher.reserved", {"redeemId": "x1", "amount": 5000})
REDEEMED = ("voucher.redeemed", {"redeemId": "x1"})
RELEASED = ("voucher.released", {"redeemId": "x1"})
BY_VOUCHER = ("transaction.opened", {**OPENED[1], "tender": "voucher"})
CLAIMING = ("pending.claiming", {"claimId": "k1", "pendingId": "w1", "amount": 5000})
CLAIMED = ("pending.claimed", {"claimId": "k1", "amount": 5000})
RETURNING = ("pending.returning", {"claimId": "k1", "amount": 5000})
GIVEN_UP = ("pending.givenUp", {"claimId": "k1"})
RETURNED = ("pending.returned", {"claimId": "k1"})
WAITED = ("transaction.opened", {**OPENED[1], "tender": "pending"})


LOST_CARD = ("transaction.opened", {**OPENED[1], "type": "replacement", "requested": 2000, "balanceBefore": 0})
FEE = [("payment.requested", {"orderId": "o1", "amount": 2000}), ("payment.captured", {**CAPTURED[1], "amount": 2000})]
GRANTING = ("replacement.granting", {"replacementId": "p1", "identificationId": "i1", "serial": CARD["serial"], "tail": CARD["tail"], "amount": 2000})
GRANTED = [GRANTING, ("replacement.granted", {"replacementId": "p1", "effectiveAt": "2026-11-22T05:33:00.000Z"})]
DISPENSING = ("replacement.dispensing", {"replacementId": "p1", "blankId": "b1"})
WRITING = ("replacement.writing", {"blankId": "b1", "scriptId": "s1", "card": CARD})
COMMANDED = ("replacement.commanded", {"blankId": "b1", "step": 1, "name": "write key load", "statusWord": "9000"})
WRITTEN, PRESENTING, RETRACTING, STUCK_CARD, FREED = ((f"replacement.{kind}", {"blankId": "b1"}) for kind in ("written", "presenting", "retracting", "stuck", "freed"))
CAPTURING = ("replacement.capturing", {"blankId": "b1", "why": "cardRefused"})
KEPT = ("replacement.captured", {"blankId": "b1", "place": "bin"})
GIVEN_OUT = ("replacement.delivered", {"replacementId": "p1", "blankId": "b1", "amount": 2000})
CANCELLED = ("replacement.cancelled", {"replacementId": "p1"})
REPORTED = ("replacement.reported", {"replacementId": "p1", "delivery": "taken"})
PAID_FOR = [LOST_CARD, *GRANTED, *FEE]


def releasing(amount):
    return ("voucher.releasing", {"redeemId": "x1", "amount": amount})


def content(unspecified=0, **counts):
    """Notes by denomination, as _5000=2."""
    return {"notes": [{"denomination": int(name[1:]), "count": count} for name, count in counts.items()], "unspecified": unspecified}


def settlement(expected, counted):
    """S1: box B-1 is taken out, B-2 put in, and what came out counted."""
    expected_sum, counted_sum = total(expected), total(counted["notes"])
    return [
        ("settlement.opened", {"settlementId": "S1", "by": "张三", "boxOut": "B-1", "boxIn": "B-2", "expected": expected}),
        ("box.removed", {"settlementId": "S1", "boxId": "B-1", "content": expected}),
        ("box.inserted", {"settlementId": "S1", "boxId": "B-2"}),
        ("settlement.counted", {"settlementId": "S1", "boxId": "B-1", "by": "李四", "expected": expected, "counted": counted["notes"]}),
        ("settlement.closed", {"settlementId": "S1", "expected": expected_sum, "counted": counted_sum, "difference": counted_sum - expected_sum}),
    ]


def explained(resolution, amount, **more):
    return ("suspense.resolved", {"resolution": resolution, "of": "S1", "amount": amount, "by": "张三", "why": "查监控", **more})


def closed(outcome, loaded=0, refunded=0, owed=0):
    return ("transaction.closed", {"outcome": outcome, "loaded": loaded, "refunded": refunded, "owed": owed})


def resolved(resolution, amount):
    return ("case.resolved", {"reference": REFERENCE, "resolution": resolution, "amount": amount})


# What becomes of them was reasoned out by hand from FORMAT.md; the Python fold must agree before anything is written.
FOLDS = [
    ("a note loaded and closed", [OPENED, *TAKEN, *PREPARED, COMMITTED, closed("delivered", 5000)],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 5000, "refunded": 0, "owed": 0, "settledElsewhere": 0}),
    ("cut off while the card was written", [OPENED, *TAKEN, *PREPARED],
     {"anomaly": None, "open": True, "taken": 5000, "held": 5000, "loaded": 0, "refunded": 0, "owed": 0, "settledElsewhere": 0}),
    ("a case about a torn load takes the money", [OPENED, *TAKEN, *PREPARED, UNDETERMINED, CASE, closed("case", 0, 0, 5000)],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 0, "refunded": 0, "owed": 5000, "settledElsewhere": 0}),
    ("and is paid out later", [OPENED, *TAKEN, *PREPARED, UNDETERMINED, CASE, closed("case", 0, 0, 5000), resolved("notCredited", 0), resolved("paidOut", 5000)],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 0, "refunded": 0, "owed": 0, "settledElsewhere": 5000}),
    ("an order found paid after its case was closed opens the transaction again",
     [OPENED, ORDERED, ("payment.undetermined", {"orderId": "o1", "why": "no answer"}),
      ("case.opened", {"reference": REFERENCE, "reason": "paymentUndetermined", "amount": 0, "disputed": 5000}), closed("case"), CAPTURED],
     {"anomaly": None, "open": True, "taken": 5000, "held": 5000, "loaded": 0, "refunded": 0, "owed": 0, "settledElsewhere": 0}),
    ("a note nobody announced", [OPENED, ("cash.stacked", {**NOTE, "evidence": "stacked"})], {"anomaly": "notAnnounced", "at": 2}),
    ("a note credited twice", [OPENED, *TAKEN, ("cash.stacked", {**NOTE, "evidence": "stacked"})], {"anomaly": "outOfOrder", "at": 5}),
    ("another amount captured", [OPENED, ORDERED, ("payment.captured", {**CAPTURED[1], "amount": 4000})], {"anomaly": "amountDiffers", "at": 3}),
    ("more loaded than is held", [OPENED, *TAKEN, ("load.authorizing", {**INIT, "amount": 6000}), PREPARED[1], ("load.committing", {**INIT, "amount": 6000, **HOST})],
     {"anomaly": "overdrawn", "at": 7}),
    ("a voucher while the card may have the money", [OPENED, *TAKEN, *PREPARED, ("voucher.issued", {"reference": REFERENCE, "amount": 5000})],
     {"anomaly": "undetermined", "at": 8}),
    ("closed while money is held", [OPENED, *TAKEN, closed("abandoned")], {"anomaly": "closedTooEarly", "at": 5}),
    ("closed with other sums", [OPENED, *TAKEN, *PREPARED, COMMITTED, closed("delivered", 4000)], {"anomaly": "closingDisagrees", "at": 9}),
    ("the issuer refuses the TAC after the end", [OPENED, *TAKEN, *PREPARED, COMMITTED, closed("delivered", 5000),
                                                  ("case.opened", {"reference": REFERENCE, "reason": "loadUndetermined", "amount": 0, "disputed": 0}),
                                                  ("load.confirmed", {"loadId": "l1", "tacChecked": "bad"}), closed("case", 5000),
                                                  ("case.resolved", {"reference": REFERENCE, "resolution": "credited", "amount": 0})],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 5000, "refunded": 0, "owed": 0, "settledElsewhere": 0}),
    ("a case after the end about a load that the issuer knows", [OPENED, *TAKEN, *PREPARED, COMMITTED, closed("delivered", 5000),
                                                                 ("load.confirmed", {"loadId": "l1", "tacChecked": "good"}),
                                                                 ("case.opened", {"reference": REFERENCE, "reason": "loadUndetermined", "amount": 0, "disputed": 0})],
     {"anomaly": "afterClose", "at": 11}),
    ("a note after the end", [OPENED, closed("abandoned"), TAKEN[0]], {"anomaly": "afterClose", "at": 3}),
    ("money before the transaction was opened", [TAKEN[0], OPENED], {"anomaly": "notOpened", "at": 1}),
    ("opened twice", [OPENED, OPENED], {"anomaly": "openedTwice", "at": 2}),
    ("a note announced twice", [OPENED, TAKEN[0], TAKEN[0]], {"anomaly": "announcedTwice", "at": 3}),
    ("a voucher given out, and known upstream after the end", [OPENED, *TAKEN, VOUCHER, REGISTERING, closed("voucher", 0, 0, 5000), REGISTERED],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 0, "refunded": 0, "owed": 5000, "settledElsewhere": 0}),
    ("a voucher redeemed", [BY_VOUCHER, REDEEMING, RESERVED, *PREPARED, COMMITTED, closed("delivered", 5000), REDEEMED],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 5000, "refunded": 0, "owed": 0, "settledElsewhere": 0}),
    ("a voucher given back", [BY_VOUCHER, REDEEMING, RESERVED, releasing(5000), closed("refunded", 0, 5000), RELEASED],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 0, "refunded": 5000, "owed": 0, "settledElsewhere": 0}),
    ("a note in suspense that was found later", [OPENED, *TAKEN[:2], ("note.suspense", {**NOTE, "why": "power was lost"}),
     ("case.opened", {**CASE[1], "reason": "noteUndetermined", "amount": 0, "disputed": 5000}), closed("case"),
     ("case.funded", {"source": "found", "reference": REFERENCE, **NOTE, "by": "张三", "why": "查监控"}), resolved("paidOut", 5000)],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 0, "refunded": 0, "owed": 0, "settledElsewhere": 5000}),
    ("a note found that nobody announced",
     [OPENED, ("case.opened", {**CASE[1], "reason": "noteUndetermined", "amount": 0, "disputed": 5000}),
      ("case.funded", {"source": "found", "reference": REFERENCE, **NOTE, "by": "张三", "why": "查监控"})], {"anomaly": "notAnnounced", "at": 3}),
    ("a voucher made redeemable twice", [OPENED, *TAKEN, VOUCHER, REGISTERING, ("voucher.registering", {**REGISTERING[1], "voucherId": "v2"})],
     {"anomaly": "notAnnounced", "at": 7}),
    ("a second voucher while the first may be reserved", [BY_VOUCHER, REDEEMING, ("voucher.redeeming", {**REDEEMING[1], "redeemId": "x2"})],
     {"anomaly": "undetermined", "at": 3}),
    ("less given back than the voucher brought", [BY_VOUCHER, REDEEMING, RESERVED, releasing(4000)], {"anomaly": "amountDiffers", "at": 4}),
    ("a voucher used up while its money is held", [BY_VOUCHER, REDEEMING, RESERVED, REDEEMED], {"anomaly": "undetermined", "at": 4}),
    ("closed while a voucher may be reserved", [BY_VOUCHER, REDEEMING, closed("abandoned")], {"anomaly": "closedTooEarly", "at": 3}),
    ("value that waited at the issuer, loaded", [WAITED, CLAIMING, CLAIMED, *PREPARED, COMMITTED, closed("delivered", 5000)],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 5000, "refunded": 0, "owed": 0, "settledElsewhere": 0}),
    ("it waits again, which the issuer learns later", [WAITED, CLAIMING, CLAIMED, RETURNING, closed("refunded", 0, 5000), RETURNED],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 0, "refunded": 5000, "owed": 0, "settledElsewhere": 0}),
    ("a claim without an answer", [WAITED, CLAIMING, GIVEN_UP, closed("abandoned"), RETURNED],
     {"anomaly": None, "open": False, "taken": 0, "held": 0, "loaded": 0, "refunded": 0, "owed": 0, "settledElsewhere": 0}),
    ("a torn card that does not have it: it waits again",
     [WAITED, CLAIMING, CLAIMED, *PREPARED, UNDETERMINED, CASE, closed("case", 0, 0, 5000), resolved("notCredited", 0), resolved("returned", 5000)],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 0, "refunded": 5000, "owed": 0, "settledElsewhere": 0}),
    ("a torn card that has it", [WAITED, CLAIMING, CLAIMED, *PREPARED, UNDETERMINED, CASE, closed("case", 0, 0, 5000), resolved("credited", 5000)],
     {"anomaly": None, "open": False, "taken": 5000, "held": 0, "loaded": 5000, "refunded": 0, "owed": 0, "settledElsewhere": 0}),
    ("given back while the card may have it", [WAITED, CLAIMING, CLAIMED, *PREPARED, RETURNING], {"anomaly": "undetermined", "at": 7}),
    ("closed while a claim may be in force", [WAITED, CLAIMING, closed("abandoned")], {"anomaly": "closedTooEarly", "at": 3}),
    ("another amount claimed than announced", [WAITED, CLAIMING, ("pending.claimed", {"claimId": "k1", "amount": 4000})], {"anomaly": "amountDiffers", "at": 3}),
    ("a second claim beside the first", [WAITED, CLAIMING, ("pending.claiming", {**CLAIMING[1], "claimId": "k2"})], {"anomaly": "undetermined", "at": 3}),
    ("a new card for a lost one, whose fee is earned", [*PAID_FOR, DISPENSING, WRITING, COMMANDED, WRITTEN, PRESENTING, GIVEN_OUT, closed("delivered"), REPORTED],
     {"anomaly": None, "open": False, "taken": 2000, "held": 0, "loaded": 0, "refunded": 0, "owed": 0, "settledElsewhere": 0}),
    ("no good blank: the fee goes back", [*PAID_FOR, DISPENSING, CAPTURING, KEPT, ("refund.requested", {"refundId": "r1", "orderId": "o1", "amount": 2000}),
                                          ("refund.completed", {"refundId": "r1", "orderId": "o1", "amount": 2000}), closed("refunded", 0, 2000), CANCELLED],
     {"anomaly": None, "open": False, "taken": 2000, "held": 0, "loaded": 0, "refunded": 2000, "owed": 0, "settledElsewhere": 0}),
    ("a new card that nobody took, and a case for its fee",
     [*PAID_FOR, DISPENSING, WRITING, WRITTEN, PRESENTING, RETRACTING, KEPT, ("case.opened", {"reference": REFERENCE, "reason": "cardCaptured", "amount": 2000, "disputed": 0}),
      closed("case", 0, 0, 2000), ("replacement.reported", {"replacementId": "p1", "delivery": "captured"})],
     {"anomaly": None, "open": False, "taken": 2000, "held": 0, "loaded": 0, "refunded": 0, "owed": 2000, "settledElsewhere": 0}),
    ("a claim given up that was made", [WAITED, CLAIMING, CLAIMED, GIVEN_UP], {"anomaly": "outOfOrder", "at": 4}),
]


def load(kind, amount=5000, id_="l1"):
    """`load.<kind>` of this amount."""
    whole = {"authorizing": INIT, "authorized": HOST, "committing": {**INIT, **HOST}, "committed": {"amount": amount, "evidence": "cardAnswer"}, "reversed": {}}
    given = {**whole[kind], "loadId": id_}
    return (f"load.{kind}", {**given, "amount": amount} if "amount" in given else given)


def loaded(amount=5000, id_="l1"):
    return [load(kind, amount, id_) for kind in ("authorizing", "authorized", "committing", "committed")]


def opened_case(reason, amount=0, disputed=0):
    return ("case.opened", {"reference": REFERENCE, "reason": reason, "amount": amount, "disputed": disputed})


def funded(note="n1", denomination=5000, **more):
    return ("case.funded", {"source": "found", "reference": REFERENCE, "noteId": note, "denomination": denomination, "by": "张三", "why": "查监控", **more})


def order(kind, id_="o1", **more):
    return (f"payment.{kind}", {"orderId": id_, **more})


def refund(kind, id_="r1", order_="o1", amount=5000):
    return (f"refund.{kind}", {"refundId": id_, "orderId": order_, **({"why": "no answer"} if kind == "undetermined" else {"amount": amount})})


def lawful(open_=False, taken=5000, held=0, loaded=0, refunded=0, owed=0, elsewhere=0):
    return {"anomaly": None, "open": open_, "taken": taken, "held": held, "loaded": loaded, "refunded": refunded, "owed": owed, "settledElsewhere": elsewhere}


PAID = [ORDERED, CAPTURED]
PAID_TWICE = [*PAID, order("requested", "o2", amount=5000), order("captured", "o2", amount=5000, channel="wechat", channelRef="2")]
TORN = [OPENED, *TAKEN, *PREPARED, UNDETERMINED]
TAKEN_BY_VOUCHER = [BY_VOUCHER, REDEEMING, RESERVED]
NOTE_LOST = [OPENED, *TAKEN[:2], ("note.suspense", {**NOTE, "why": "power was lost"})]
STUCK = ("device.fault", {"device": "cashAcceptor", "code": "noteStuck", "detail": ""})
DELIVERED = [OPENED, *TAKEN, *loaded(), closed("delivered", 5000)]

# An entry that can't follow what stands before it, each rule of the document by itself: what came before, the entry, what is wrong with it.
UNLAWFUL = [
    ("a second order while the first may be paid", [OPENED, ORDERED], order("requested", "o2", amount=5000), "undetermined"),
    ("a second order while nobody knows of the first", [OPENED, ORDERED, order("undetermined", why="no answer")], order("requested", "o2", amount=5000), "undetermined"),
    ("a second load while the first is written", [OPENED, *TAKEN, *PREPARED], load("authorizing", 1000, "l2"), "undetermined"),
    ("a second load while nobody knows of the first", TORN, load("authorizing", 1000, "l2"), "undetermined"),
    ("two loads written at once", [OPENED, *TAKEN, load("authorizing", 2000), load("authorized"), load("authorizing", 2000, "l2"), load("authorized", 0, "l2"), load("committing", 2000)],
     load("committing", 2000, "l2"), "undetermined"),
    ("a load while a refund may be made", [OPENED, *PAID, load("authorizing", 2000), load("authorized"), refund("requested", amount=2000)], load("committing", 2000), "undetermined"),
    ("a load while nobody knows of a refund", [OPENED, *PAID, load("authorizing", 2000), load("authorized"), refund("requested", amount=2000), refund("undetermined")],
     load("committing", 2000), "undetermined"),
    ("a refund while the card may have the money", [OPENED, *PAID, *PREPARED], refund("requested"), "undetermined"),
    ("a refund of an order that was not captured", [OPENED, *TAKEN, ORDERED], refund("requested"), "outOfOrder"),
    ("a refund of another order than the one captured", [OPENED, *PAID, order("requested", "o2", amount=5000)], refund("requested", order_="o2"), "outOfOrder"),
    ("a voucher while nobody knows of the load", TORN, VOUCHER, "undetermined"),
    ("a case made redeemable for another amount", [*TORN, CASE, resolved("notCredited", 0)], ("voucher.registering", {**REGISTERING[1], "amount": 4999}), "notAnnounced"),
    ("a note found under another name", [*NOTE_LOST, opened_case("noteUndetermined", 0, 5000)], funded(reference="B02"), "notAnnounced"),
    ("more refunded than was captured", [OPENED, *TAKEN, *PAID, refund("requested"), refund("completed")], refund("requested", "r2", amount=1), "overdrawn"),
    ("more refunded than is held", [OPENED, *PAID, *loaded(3000)], refund("requested", amount=2001), "overdrawn"),
    ("a voucher while a refund may be made", [OPENED, *PAID, refund("requested")], VOUCHER, "undetermined"),
    ("more owed by a voucher than is held", [OPENED, *TAKEN], ("voucher.issued", {"reference": REFERENCE, "amount": 5001}), "overdrawn"),
    ("a voucher given back while the card may have its money", [*TAKEN_BY_VOUCHER, *PREPARED], releasing(5000), "undetermined"),
    ("a voucher given back while a refund may be made", [*TAKEN_BY_VOUCHER, *PAID, refund("requested")], releasing(5000), "undetermined"),
    ("a second voucher while the first is reserved", TAKEN_BY_VOUCHER, ("voucher.redeeming", {**REDEEMING[1], "redeemId": "x2"}), "undetermined"),
    ("a voucher made redeemable though nothing is owed", [OPENED, *TAKEN], REGISTERING, "notAnnounced"),
    ("a voucher of another name", [OPENED, *TAKEN, VOUCHER], ("voucher.registering", {**REGISTERING[1], "reference": "B02"}), "notAnnounced"),
    ("a voucher of another amount", [OPENED, *TAKEN, VOUCHER], ("voucher.registering", {**REGISTERING[1], "amount": 4999}), "notAnnounced"),
    ("a case made redeemable before it is known to be owed", [*TORN, CASE], REGISTERING, "notAnnounced"),
    ("a case made redeemable twice", [*TORN, CASE, resolved("notCredited", 0), REGISTERING], ("voucher.registering", {**REGISTERING[1], "voucherId": "v2"}), "notAnnounced"),
    ("a case of another name made redeemable", [*TORN, CASE, resolved("notCredited", 0)], ("voucher.registering", {**REGISTERING[1], "reference": "B02"}), "notAnnounced"),
    ("a case about the card that takes what the load may have", [OPENED, *TAKEN, *PREPARED], opened_case("cashNotLoaded", 5000), "undetermined"),
    ("a case that takes what a refund may have", [OPENED, *PAID, refund("requested")], opened_case("cashNotLoaded", 5000), "undetermined"),
    ("a case about a load that takes less than it", [OPENED, *TAKEN, *PREPARED], opened_case("loadUndetermined", 4999), "amountDiffers"),
    ("a case about a load that takes what a refund may have", [OPENED, *PAID, refund("requested")], opened_case("loadUndetermined", 5000), "undetermined"),
    ("a case about a refund that takes less than it", [OPENED, *PAID, refund("requested")], opened_case("refundUndetermined", 4999), "amountDiffers"),
    ("a case about a refund that takes what the load may have", [OPENED, *TAKEN, *PREPARED], opened_case("refundUndetermined", 5000), "undetermined"),
    ("a case resolved that nobody opened", [OPENED], resolved("paidOut", 0), "notAnnounced"),
    ("a case of another name resolved", [*TORN, CASE], ("case.resolved", {"reference": "B02", "resolution": "paidOut", "amount": 0}), "notAnnounced"),
    ("a case found not credited that nobody opened", [OPENED], resolved("notCredited", 0), "notAnnounced"),
    ("a case resolved once more than it holds", [*TORN, CASE, resolved("paidOut", 5000)], resolved("paidOut", 0), "notAnnounced"),
    ("more paid out than the case holds", [*TORN, CASE], resolved("paidOut", 5001), "overdrawn"),
    ("a note found of which there is no case", NOTE_LOST, funded(), "notAnnounced"),
    ("a note found of which there is another case", [*NOTE_LOST, opened_case("cardCaptured", 0, 5000)], funded(), "notAnnounced"),
    ("a note found that is more than was disputed", [*NOTE_LOST, opened_case("noteUndetermined", 0, 4999)], funded(), "overdrawn"),
    ("another note found than the one in suspense", [*NOTE_LOST, opened_case("noteUndetermined", 0, 5000)], funded(denomination=2000), "amountDiffers"),
    ("two stuck notes found after one fault", [OPENED, STUCK, opened_case("noteUndetermined"), funded("s1", 2000)], funded("s2", 2000), "notAnnounced"),
    ("a TAC for a load that was not committed", [OPENED, *TAKEN, *PREPARED], ("load.confirmed", {"loadId": "l1", "tacChecked": "good"}), "outOfOrder"),
    ("a load reversed that was committed", [OPENED, *TAKEN, *loaded()], load("reversed"), "outOfOrder"),
    *[(f"{step[0]} after the end, without a case", [OPENED, closed("abandoned")], step, "afterClose") for step in (
        TAKEN[2], ("note.returned", {**NOTE, "evidence": "returned"}), CAPTURED, order("closed"), order("undetermined", why="no answer"), ORDERED, ("acceptor.memory", {"text": ""}))],
    *[(f"a case {reason} after the end that owes something", DELIVERED, opened_case(reason, 5000), "afterClose") for reason in ("cashNotLoaded", "loadUndetermined", "refundUndetermined")],
    *[(f"a case {reason} after the end where nothing was loaded", [OPENED, closed("abandoned")], opened_case(reason), "afterClose")
      for reason in ("cashNotLoaded", "loadUndetermined", "refundUndetermined")],
    *[(f"closed while a note is {note[-1][0]}", [OPENED, *note], closed("abandoned"), "closedTooEarly") for note in (TAKEN[:1], TAKEN[:2], [TAKEN[0], ("note.returning", NOTE)])],
    ("closed with a note in suspense and no case", NOTE_LOST, closed("abandoned"), "closedTooEarly"),
    ("closed with a note in suspense of which less is disputed", [*NOTE_LOST, opened_case("noteUndetermined", 0, 4999)], closed("case"), "closedTooEarly"),
    ("closed with a stuck note and no case about it", [OPENED, STUCK, opened_case("cardCaptured")], closed("case"), "closedTooEarly"),
    ("a second replacement in one transaction", [LOST_CARD, *GRANTED], ("replacement.granting", {**GRANTING[1], "replacementId": "p2"}), "announcedTwice"),
    ("a blank before the issuer granted it", [LOST_CARD, GRANTING, *FEE], DISPENSING, "outOfOrder"),
    ("a second blank beside the first", [*PAID_FOR, DISPENSING], ("replacement.dispensing", {**DISPENSING[1], "blankId": "b2"}), "undetermined"),
    ("a new card handed out before its fee is held", [LOST_CARD, *GRANTED, DISPENSING, WRITING, WRITTEN], PRESENTING, "overdrawn"),
    ("another fee earned than was announced", [*PAID_FOR, DISPENSING, WRITING, WRITTEN, PRESENTING], ("replacement.delivered", {**GIVEN_OUT[1], "amount": 1999}), "amountDiffers"),
    *[(f"{step[0]} while the new card may be in its hand", [*PAID_FOR, DISPENSING, WRITING, WRITTEN, PRESENTING], step, "undetermined") for step in (
        ("voucher.issued", {"reference": REFERENCE, "amount": 2000}), ("refund.requested", {"refundId": "r1", "orderId": "o1", "amount": 2000}),
        *(("case.opened", {"reference": REFERENCE, "reason": reason, "amount": 2000, "disputed": 0}) for reason in ("cardCaptured", "loadUndetermined", "refundUndetermined")))],
    ("a voucher while the new card is drawn in again", [*PAID_FOR, DISPENSING, WRITING, WRITTEN, PRESENTING, RETRACTING], ("voucher.issued", {"reference": REFERENCE, "amount": 2000}), "undetermined"),
    ("a voucher given back while the new card may be in its hand", [("transaction.opened", {**LOST_CARD[1], "tender": "voucher"}), *GRANTED, REDEEMING, RESERVED, DISPENSING, WRITING, WRITTEN, PRESENTING],
     releasing(5000), "undetermined"),
    ("value that waited given back while the new card may be in its hand", [LOST_CARD, *GRANTED, CLAIMING, CLAIMED, DISPENSING, WRITING, WRITTEN, PRESENTING], RETURNING, "undetermined"),
    *[(f"closed while a blank is {path[-1][0]}", [LOST_CARD, *GRANTED, *path], closed("abandoned"), "closedTooEarly") for path in (
        [DISPENSING], [DISPENSING, WRITING], [DISPENSING, WRITING, WRITTEN], [DISPENSING, CAPTURING])],
    ("closed while an order may be paid", [OPENED, ORDERED], closed("abandoned"), "closedTooEarly"),
    ("closed while nobody knows of an order", [OPENED, ORDERED, order("undetermined", why="no answer")], closed("abandoned"), "closedTooEarly"),
    ("closed while a refund may be made, and nothing is held", [OPENED, *PAID_TWICE, *loaded(), refund("requested"), refund("requested", "r2", "o2"), refund("completed")],
     closed("delivered", 5000, 5000), "closedTooEarly"),
    ("closed while nobody knows of a refund, and nothing is held",
     [OPENED, *PAID_TWICE, *loaded(), refund("requested"), refund("requested", "r2", "o2"), refund("completed"), refund("undetermined", "r2", "o2")],
     closed("delivered", 5000, 5000), "closedTooEarly"),
    ("closed with another sum refunded", [*TAKEN_BY_VOUCHER, releasing(5000)], closed("refunded", 0, 4999), "closingDisagrees"),
    ("closed with another sum owed", [OPENED, *TAKEN, VOUCHER], closed("voucher", 0, 0, 4999), "closingDisagrees"),
    ("closed with another outcome", [OPENED, *TAKEN, *loaded()], closed("refunded", 5000), "closingDisagrees"),
]

# What brings a note, an order, a refund and a load into each state, and what may follow it there, as the document's table has it.
NOTE_IN = {"escrowed": TAKEN[:1], "stacking": TAKEN[:2], "returning": [TAKEN[0], ("note.returning", NOTE)], "suspense": NOTE_LOST[1:]}
ORDER_IN = {"requested": [ORDERED], "undetermined": [ORDERED, order("undetermined", why="no answer")]}
REFUND_IN = {"requested": [*PAID, refund("requested")], "undetermined": [*PAID, refund("requested"), refund("undetermined")]}
LOAD_IN = {"authorizing": [*TAKEN, load("authorizing")], "authorized": [*TAKEN, load("authorizing"), load("authorized")],
           "refused": [*TAKEN, load("authorizing"), ("load.refused", {"loadId": "l1", "code": "limit"})], "committing": [*TAKEN, *PREPARED],
           "undetermined": [*TAKEN, *PREPARED, UNDETERMINED], "committed": [*TAKEN, *loaded()],
           "notCredited": [*TAKEN, *PREPARED, ("load.notCredited", {"loadId": "l1", "evidence": "cardRefusal"})],
           "confirmed": [*TAKEN, *loaded(), ("load.confirmed", {"loadId": "l1", "tacChecked": "good"})]}
REPLACEMENT_IN = {"granting": [GRANTING], "granted": GRANTED, "refused": [GRANTING, ("replacement.refused", {"replacementId": "p1", "code": "replaced"})],
                  "cancelled": [*GRANTED, CANCELLED], "reported": [*GRANTED, REPORTED]}
BLANK_IN = {"dispensing": [DISPENSING], "writing": [DISPENSING, WRITING], "written": [DISPENSING, WRITING, WRITTEN], "presenting": [DISPENSING, WRITING, WRITTEN, PRESENTING],
            "retracting": [DISPENSING, WRITING, WRITTEN, PRESENTING, RETRACTING], "capturing": [DISPENSING, CAPTURING], "captured": [DISPENSING, CAPTURING, KEPT], "stuck": [DISPENSING, CAPTURING, STUCK_CARD],
            "freed": [DISPENSING, CAPTURING, STUCK_CARD, FREED]}
BLANK_IN = {state: [*GRANTED, *FEE, *entries] for state, entries in BLANK_IN.items()}
FEE_HELD = lawful(True, taken=2000, held=2000)
NOTHING, HELD, GIVEN = lawful(True, taken=0), lawful(True, held=5000), lawful(True, loaded=5000)
FOLLOWING = [
    (NOTE_IN, ("note.stacking", NOTE), "escrowed", NOTHING),
    (NOTE_IN, ("note.returning", NOTE), "escrowed stacking", NOTHING),
    (NOTE_IN, TAKEN[2], "escrowed stacking returning suspense", HELD),
    (NOTE_IN, ("note.returned", {**NOTE, "evidence": "returned"}), "escrowed stacking returning suspense", NOTHING),
    (NOTE_IN, ("note.suspense", {**NOTE, "why": "power was lost"}), "escrowed stacking returning", NOTHING),
    (ORDER_IN, CAPTURED, "requested undetermined", HELD),
    (ORDER_IN, order("closed"), "requested undetermined", NOTHING),
    (ORDER_IN, order("undetermined", why="no answer"), "requested undetermined", NOTHING),
    (REFUND_IN, refund("completed"), "requested undetermined", lawful(True, refunded=5000)),
    (REFUND_IN, refund("undetermined"), "requested undetermined", HELD),
    (LOAD_IN, load("authorized"), "authorizing", HELD),
    (LOAD_IN, ("load.refused", {"loadId": "l1", "code": "limit"}), "authorizing", HELD),
    (LOAD_IN, load("committing"), "authorized", HELD),
    (LOAD_IN, load("committed"), "committing undetermined", GIVEN),
    (LOAD_IN, ("load.notCredited", {"loadId": "l1", "evidence": "cardRefusal"}), "committing undetermined", HELD),
    (LOAD_IN, UNDETERMINED, "committing undetermined", HELD),
    (LOAD_IN, ("load.confirmed", {"loadId": "l1", "tacChecked": "good"}), "committed confirmed", GIVEN),
    (LOAD_IN, load("reversed"), "authorizing authorized refused notCredited", HELD),
    (REPLACEMENT_IN, GRANTED[1], "granting", NOTHING),
    (REPLACEMENT_IN, REPLACEMENT_IN["refused"][1], "granting", NOTHING),
    (REPLACEMENT_IN, CANCELLED, "granting granted", NOTHING),
    (REPLACEMENT_IN, REPORTED, "granted", NOTHING),
    (BLANK_IN, WRITING, "dispensing", FEE_HELD),
    (BLANK_IN, COMMANDED, "writing", FEE_HELD),
    (BLANK_IN, WRITTEN, "writing", FEE_HELD),
    (BLANK_IN, PRESENTING, "written", FEE_HELD),
    (BLANK_IN, RETRACTING, "presenting", FEE_HELD),
    (BLANK_IN, CAPTURING, "dispensing writing written", FEE_HELD),
    (BLANK_IN, KEPT, "capturing retracting", FEE_HELD),
    (BLANK_IN, STUCK_CARD, "capturing retracting", FEE_HELD),
    (BLANK_IN, FREED, "stuck", FEE_HELD),
    (BLANK_IN, GIVEN_OUT, "presenting retracting", lawful(True, taken=2000)),
]
FOLDS += [(f"{step[0]} after {state}", [OPENED, *states[state], step], fold) for states, step, after, fold in FOLLOWING for state in after.split(" ")]
FOLDS += [(name, [*before, step], {"anomaly": anomaly, "at": len(before) + 1}) for name, before, step, anomaly in UNLAWFUL]
FOLDS += [
    ("a case that holds exactly the refund", [OPENED, *PAID, refund("requested"), opened_case("refundUndetermined", 5000), closed("case", 0, 0, 5000)], lawful(owed=5000)),
    ("a load found committed whose case took the money", [*TORN, CASE, load("committed")], {"anomaly": "overdrawn", "at": 10}),
    ("two refunds of two orders", [OPENED, *PAID_TWICE, refund("requested"), refund("completed"), refund("requested", "r2", "o2"), refund("completed", "r2", "o2"), closed("refunded", 0, 10000)],
     lawful(taken=10000, refunded=10000)),
    ("a case made redeemable that is owed for certain", [*TORN, CASE, resolved("notCredited", 0), REGISTERING, REGISTERED, closed("case", 0, 0, 5000)], lawful(owed=5000)),
    ("a load that a case found credited, and its TAC", [*TORN, CASE, resolved("credited", 5000), ("load.confirmed", {"loadId": "l1", "tacChecked": "absent"}), closed("delivered", 5000)],
     lawful(loaded=5000)),
    *[(f"a load that a case found {answer}, reversed", [*TORN, CASE, resolved(answer, amount), load("reversed")], lawful(True, **sums))
      for answer, amount, sums in (("notCredited", 0, {"owed": 5000}), ("refunded", 5000, {"refunded": 5000}))],
    *[(f"a case of which a part is {answer}", [*TORN, CASE, resolved(answer, 2000), closed("case", owed=3000, **sums), resolved("paidOut", 3000)],
       lawful(elsewhere=3000 if sums else 5000, **sums))
      for answer, sums in (("credited", {"loaded": 2000}), ("refunded", {"refunded": 2000}), ("paidOut", {}), ("nothingOwed", {}))],
    *[(f"{step[0]} after the end", [OPENED, closed("abandoned"), step], lawful(taken=0)) for step in (
        ("receipt.printing", {"jobId": "j1", "reprint": 0}), ("receipt.printed", {"jobId": "j1", "confirmedBy": "processId", "sha256": "", "byteCount": 0}),
        ("receipt.failed", {"jobId": "j1", "state": "interrupted", "trouble": ""}), ("reference.shown", {"reference": REFERENCE, "where": "screen"}),
        ("card.captured", {"reason": "left"}), ("device.fault", {"device": "printer", "code": "jam", "detail": ""}), LOST,
        ("device.identified", {"device": "printer", "model": "P-80"}))],
    ("a load refused, reversed after the end", [OPENED, *LOAD_IN["refused"][3:], closed("abandoned"), load("reversed")], lawful(taken=0)),
    ("a voucher made redeemable after the end", [OPENED, *TAKEN, VOUCHER, closed("voucher", 0, 0, 5000), REGISTERING, REGISTERED], lawful(owed=5000)),
    ("a note given back after the end, with a case", [*NOTE_LOST, opened_case("noteUndetermined", 0, 5000), closed("case"), ("note.returned", {**NOTE, "evidence": "idle"})], lawful(taken=0)),
    *[(f"{step[0]} after the end, with a case", [OPENED, ORDERED, opened_case("paymentUndetermined", 0, 5000), closed("case"), step], lawful(taken=0))
      for step in (order("closed"), order("undetermined", why="no answer"))],
    *[(f"{step[0]} after the end, which {'opens it again' if opens else 'leaves it closed'}", [OPENED, closed("abandoned"), step], {"anomaly": "afterClose", "at": 3, "open": opens})
      for step, opens in ((TAKEN[2], True), (CAPTURED, True), (refund("completed"), True), (load("committed"), True), (VOUCHER, True), (opened_case("cashNotLoaded"), True),
                          (RESERVED, True), (releasing(5000), True), (ORDERED, False), (closed("abandoned"), False))],
    ("a note in suspense that a count found", [*NOTE_LOST, opened_case("noteUndetermined", 0, 5000), closed("case"), funded(source="count", settlementId="S1"), resolved("paidOut", 5000)],
     lawful(elsewhere=5000)),
    ("a voucher of which nobody knows given back", [BY_VOUCHER, REDEEMING, releasing(0), RELEASED, closed("abandoned")], lawful(taken=0)),
    ("a case that was paid out before the end", [*TORN, CASE, resolved("paidOut", 5000), closed("case")], lawful(elsewhere=5000)),
    ("a stuck note found", [OPENED, STUCK, opened_case("noteUndetermined"), closed("case"), funded("s1", 2000), resolved("paidOut", 2000)], lawful(taken=2000, elsewhere=2000)),
    ("a note that came after the end, with a case", [OPENED, *TAKEN[:2], ("note.suspense", {**NOTE, "why": "power was lost"}), opened_case("noteUndetermined", 0, 5000), closed("case"), TAKEN[2]],
     lawful(True, held=5000)),
]

EVEN = settlement(content(_10000=1, _5000=2), content(_10000=1, _5000=2))
SHORT = settlement(content(_10000=1, _5000=2), content(_10000=1, _5000=1))
OVER = settlement(content(_10000=1, _5000=2), content(_10000=1, _5000=3))
STACKED = [("cash.stacked", {"noteId": f"n{number}", "denomination": denomination, "evidence": "vendValid"}) for number, denomination in enumerate((5000, 10000, 5000), 1)]
EMPTY = content()
REPLACED = ("journal.replaced", {
    "damagedFile": "", "lastProvableSeq": 0, "lastProvableHash": "", "reason": "gone", "carried": {"entries": 0, "sha256": ""}, "balances": {"cash.box": 20000, "suspense": -700}})

# Likewise reasoned out by hand: the whole cash of an epoch. `box` null: none is known to be in; `differences` without those that are 0.
CASH = [
    ("a settlement that is even", [*STACKED, *EVEN], {"anomaly": None, "box": "B-2", "content": EMPTY, "differences": {}}),
    ("a note missing", [*STACKED, *SHORT], {"anomaly": None, "box": "B-2", "content": EMPTY, "differences": {"S1": -5000}}),
    ("a note over, of which a part is written off", [*STACKED, *OVER, explained("writtenOff", 2000)],
     {"anomaly": None, "box": "B-2", "content": EMPTY, "differences": {"S1": 3000}}),
    ("a difference with a case whose money was not owed", [*STACKED, *SHORT, resolved("nothingOwed", 5000), explained("offset", -5000, against=REFERENCE)],
     {"anomaly": None, "box": "B-2", "content": EMPTY, "differences": {}}),
    ("what an earlier epoch left", [REPLACED, *STACKED[:1], explained("recounted", 700, of="carried"), explained("recounted", 1, of="S0")],
     {"anomaly": None, "box": None, "content": content(20000, _5000=1), "differences": {"S0": -1}}),
    ("a box with less than was stacked", [*STACKED, *settlement(content(_10000=1, _5000=1), EMPTY)], {"anomaly": "contentDiffers", "at": 4}),
    ("a box nobody announced", [*STACKED, EVEN[1]], {"anomaly": "notAnnounced", "at": 4}),
    ("counted before another box is in", [*STACKED, *EVEN[:2], EVEN[3]], {"anomaly": "outOfOrder", "at": 6}),
    ("another box than announced", [*STACKED, *EVEN[:2], ("box.inserted", {"settlementId": "S1", "boxId": "B-3"})], {"anomaly": "otherBox", "at": 6}),
    ("the same settlement again", [*STACKED, *EVEN, EVEN[0]], {"anomaly": "announcedTwice", "at": 9}),
    ("other sums than were counted", [*STACKED, *EVEN[:4], SHORT[4]], {"anomaly": "contentDiffers", "at": 8}),
    *[(f"{name}, and another settlement", [*STACKED, *EVEN[:steps], ("settlement.opened", {**EVEN[0][1], "settlementId": "S2", "expected": EVEN[0][1]["expected"] if steps == 1 else EMPTY})],
       {"anomaly": "outOfOrder", "at": 4 + steps}) for name, steps in (("opened", 1), ("removed", 2))],
    ("a settlement of another box than is in", [*STACKED, *EVEN, ("settlement.opened", {**EVEN[0][1], "settlementId": "S2", "expected": EMPTY})], {"anomaly": "otherBox", "at": 9}),
    ("another box taken out", [*STACKED, EVEN[0], ("box.removed", {**EVEN[1][1], "boxId": "B-2"})], {"anomaly": "otherBox", "at": 5}),
    ("other notes taken out", [*STACKED, EVEN[0], ("box.removed", {**EVEN[1][1], "content": EMPTY})], {"anomaly": "contentDiffers", "at": 5}),
    ("another box counted", [*STACKED, *EVEN[:3], ("settlement.counted", {**EVEN[3][1], "boxId": "B-2"})], {"anomaly": "otherBox", "at": 7}),
    ("counted against something else", [*STACKED, *EVEN[:3], ("settlement.counted", {**EVEN[3][1], "expected": EMPTY})], {"anomaly": "contentDiffers", "at": 7}),
    *[(f"another sum {name}", [*STACKED, *EVEN[:4], ("settlement.closed", {**EVEN[4][1], name: EVEN[4][1][name] + 1})], {"anomaly": "contentDiffers", "at": 8})
      for name in ("expected", "counted", "difference")],
    ("a note of a case that a count found", [*STACKED, *OVER, funded(denomination=3000, source="count", settlementId="S1")],
     {"anomaly": None, "box": "B-2", "content": EMPTY, "differences": {"S1": 2000}}),
    ("a note of a case that a count did not find", [*STACKED, *EVEN, funded(source="count", settlementId="S1")], {"anomaly": "overdrawn", "at": 9}),
    ("offset against what is not open", [*STACKED, *SHORT, explained("offset", -5000, against="S2")], {"anomaly": "overdrawn", "at": 9}),
    ("nothing explained", [*STACKED, *SHORT, explained("writtenOff", 0)], {"anomaly": "overdrawn", "at": 9}),
    ("explained with the other sign", [*STACKED, *SHORT, explained("writtenOff", 5000)], {"anomaly": "overdrawn", "at": 9}),
    ("more explained than is open", [*STACKED, *SHORT, explained("writtenOff", -5001)], {"anomaly": "overdrawn", "at": 9}),
]


def folded(entries):
    story, first = Story(), None
    for place, (kind, body) in enumerate(entries, 1):
        if story.add(kind, body) and first is None:
            first = place
    if first:
        return {"anomaly": story.anomaly, "at": first, "open": story.open}
    sums = ("taken", "held", "owed", "loaded", "refunded", "settledElsewhere")
    return {"anomaly": None, "open": story.open, **{name: story.sums[name] for name in sums}}


def cash_folded(entries):
    cash = Cash()
    for place, (kind, body) in enumerate(entries, 1):
        if cash.add(kind, body):
            return {"anomaly": cash.anomaly, "at": place}
    notes = [{"denomination": denomination, "count": count} for denomination, count in sorted(cash.notes.items(), reverse=True)]
    differences = {of: amount for of, amount in cash.differences.items() if amount}
    return {"anomaly": None, "box": cash.box, "content": {"notes": notes, "unspecified": cash.unspecified}, "differences": differences}


def cash_folds():
    for name, entries, due_ in CASH:
        assert cash_folded(entries) == due_, (name, cash_folded(entries), due_)
    return [{"name": name, "entries": written(entries), "fold": fold} for name, entries, fold in CASH]


def written(entries):
    return [{"kind": kind, "body": body, "postings": due(kind, body)} for kind, body in entries]


def folds():
    for name, entries, due_ in FOLDS:
        found = folded(entries)
        assert due_ == {member: found[member] for member in found if member in due_ or member != "open"}, (name, found, due_)
    return [{"name": name, "entries": written(entries), "fold": fold} for name, entries, fold in FOLDS]


def epochs():
    """Two exports: epoch 1 ends in the middle of a transaction, epoch 2 carries it on."""
    first = Export(1)
    started = first.add(*STARTED)
    checkpoint = first.checkpoint()
    opened = first.add(*OPENED, transaction="tx-1")
    for step in TAKEN:
        stacked = first.add(*step, transaction="tx-1")
    receipt = first.receipt()
    first.add("device.lost", {"device": "打印机", "code": "offline", "detail": 'said "\\" and 😀\u2028\n\u0001'})
    for step in PREPARED:
        first.add(*step, transaction="tx-1")
    first.checkpoint()
    carried = first.links[1:]
    second = Export(2, carried)
    second.lines.append(first.lines[first.lines.index(next(line for line in first.lines if line.startswith('{"receipt"')))])
    balances = dict.fromkeys(("cash.box", "cash.transit", "acquirer.receivable", "cardholder.held", "issuer.payable", "fee.income", "voucher.outstanding", "suspense"), 0)
    balances.update({"cash.box": 5000, "cardholder.held": -5000})
    seal = hashlib.sha256(b"".join(bytes.fromhex(hash_) for _, _, hash_ in carried)).hexdigest().upper()
    second.add("journal.replaced", {
        "damagedFile": "journal.sqlite.damaged-1", "lastProvableSeq": first.seq, "lastProvableHash": first.head.upper(), "reason": "the chain breaks at entry 10",
        "carried": {"entries": len(carried), "sha256": seal}, "balances": balances})
    second.checkpoint()
    second.add(*COMMITTED, transaction="tx-1")
    second.add(*closed("delivered", 5000), transaction="tx-1")
    second.checkpoint()
    quoted = [{"canonical": jcs(entry), "prevHash": prev, "hash": hash_} for entry, (_, prev, hash_) in zip((started, opened), first.links)]
    text, prev, hash_ = first.links[4]
    assert text == jcs(stacked)
    quoted.append({"canonical": text, "prevHash": prev, "hash": hash_})
    return first, second, {"entries": quoted, "checkpoint": checkpoint, "receipt": receipt}


def sealed(carried, **balances):
    """The first entry of epoch 2, which carries these."""
    hashes = b"".join(bytes.fromhex(hash_) for _, _, hash_ in carried)
    seal = {"entries": len(carried), "sha256": hashlib.sha256(hashes).hexdigest().upper()}
    return ("journal.replaced", {**REPLACED[1], "carried": seal, "balances": balances})


def begun(epoch=1, carried=()):
    """An export with its first entry and that one's checkpoint."""
    export = Export(epoch, carried)
    export.add(*(STARTED if epoch == 1 else sealed(carried)))
    export.checkpoint()
    return export


def after_pruning(receipt=(), digest=None, **changes):
    """Two entries have left, the third one announced it."""
    export = begun()
    export.add(*LOST)
    signed = export.receipt(**dict(receipt))
    nothing = {"entries": 0, "sha256": hashlib.sha256().hexdigest().upper()}
    base = {
        "terminalId": TERMINAL, "epoch": 1, "upToSeq": 2, "hash": export.head, "businessDate": "2026-11-22", "receipt": signed["jws"], "announced": 3,
        "carried": nothing, "kept": nothing, "balances": {"cash.box": 0}, "cash": {"content": {"notes": [], "unspecified": 0}, "differences": [], "settlements": []},
        **changes}
    told = {"upToSeq": 2, "headHash": export.head.upper(), "receiptAt": 1795325580000, "base": digest or hashlib.sha256(jcs(base).encode()).hexdigest().upper()}
    export.add("journal.pruned", told)
    export.checkpoint()
    export.lines = [export.lines[0], f'{{"base":{jcs(base)},"jws":"{TERMINAL_KEY.jws("kiosk-base+jwt", base)}"}}', *export.lines[-2:]]
    return export


# FORMAT.md, "Training journals": computed here once more, from what is written there.
TRAINING = {"terminal": "TRAINING-01", "head": hashlib.sha256(b"yikatong training journal").hexdigest(), "name": "trainingJournal"}


def of_training(**changes):
    """A training terminal's journal: a whole top-up, signed. @param changes: of what tells it from a live one"""
    export = Export(1, **{**TRAINING, **changes})
    export.add(*STARTED)
    for step in (OPENED, *TAKEN, *loaded(), closed("delivered", 5000)):
        export.add(*step, transaction="tx-1")
    export.checkpoint()
    return export


def of_no_story():
    """What is filed under an id of its own: no transaction was opened."""
    export = begun()
    for kind, body in (
        ("foreign.load.told", {"examinationId": "e-1", "loadId": "l-1"}),
        ("loss.refused", {"reportId": "r-1", "code": "unknownCard"}),
        ("release.refused", {"releaseId": "r-2", "code": "noReport"}),
        ("password.set", {"changeId": "c-1"}),
        ("script.confirmed", {"scriptId": "s-1"}),
        ("desk.stored", {"submissionId": "s-2"}),
    ):
        export.add(kind, body, transaction=next(iter(body.values())))
    export.checkpoint()
    return export


def broken_exports():
    """(name, export's lines, receipts kept elsewhere, key that was given, check, seq): what is wrong was reasoned out by hand from FORMAT.md."""
    def case(name, export, check, seq, receipts=(), key=TERMINAL_KEY, edit=lambda lines: lines, training=False):
        return name, edit(export.lines), receipts, key, check, seq, training

    def after(*steps, **options):
        """`begun`, then each step: its method, what it takes, what of it is wrong."""
        export = begun(**options)
        for method, given, wrong in steps:
            getattr(export, method)(*given, **wrong)
        return export

    def kept(**changes):
        return [begun().receipt(**changes)["jws"]]

    def alone(*lines):
        export = Export(1)
        export.lines += lines
        return export

    lost, checkpoint, receipt = ("add", LOST, {}), ("checkpoint", (), {}), ("receipt", (), {})
    spare = TERMINAL_KEY.jwk["x"][:-1] + "p"
    earlier = begun().links
    early = begun()
    early.receipt()
    early_line = early.lines[-1]
    unlinked = [(earlier[0][0], "1" * 64, link("1" * 64, earlier[0][0]))]
    unordered = after(lost).links[::-1]
    same_epoch = begun(2).links
    yield case("spare bits of the key", begun(), "structure", None, edit=lambda lines: [lines[0].replace(TERMINAL_KEY.jwk["x"], spare), *lines[1:]])
    yield case("another key was given", begun(), "key", None, key=UPSTREAM_KEY)
    yield case("a training journal, and a live one is wanted", of_training(), "flavor", None)
    yield case("a live journal, and a training journal is wanted", begun(), "flavor", None, training=True)
    yield case("a training journal that calls itself a live one", of_training(name="journal"), "structure", None)
    yield case("the same under a terminal's name in small letters", of_training(name="journal", terminal="training-01"), "structure", None)
    yield case("a live journal that calls itself a training journal", of_training(terminal=TERMINAL), "structure", None, training=True)
    yield case("a training journal on the beginning of a live one", of_training(head="0" * 64), "chain", 1, training=True)
    yield case("a live journal on the beginning of a training journal", of_training(name="journal", terminal=TERMINAL), "chain", 1)
    yield case("a training journal whose every name is changed to a live one's", of_training(), "chain", 1,
               edit=lambda lines: [line.replace("trainingJournal", "journal").replace(TRAINING["terminal"], TERMINAL) for line in lines])
    yield case("a line of no export", begun(), "structure", 2, edit=lambda lines: [*lines, "{}"])
    yield case("a checkpoint after a receipt", after(lost, receipt, checkpoint), "structure", 3)
    yield case("an entry is missing", after(lost, lost), "sequence", 2, edit=lambda lines: lines[:3] + lines[4:])
    yield case("another hash", after(lost), "chain", 2, edit=lambda lines: [*lines[:3], lines[3][:-66] + "0" * 64 + '"}'])
    yield case("another terminal's entry", after(("add", LOST, {"terminalId": "T-0002"})), "entry", 2)
    yield case("an entry of another epoch", after(("add", LOST, {"epoch": 2})), "entry", 2)
    yield case("a member too many", after(("add", LOST, {"more": 1})), "entry", 2)
    yield case("a body that does not fit", after(("add", (LOST[0], {"device": "printer"}), {})), "entry", 2)
    yield case("postings that are not due", after(("add", LOST, {"postings": [{"account": "cash.box", "amount": 0}]})), "postings", 2)
    rich = Export(2)
    rich.add(*sealed((), **{"cash.box": 2**53 - 1}))
    rich.add(*OPENED, transaction="tx-1")
    for step in TAKEN:
        rich.add(*step, transaction="tx-1")
    yield case("a balance beyond any sum of money", rich, "postings", 5)
    yield case("journal.replaced in epoch 1", after(("add", sealed(()), {})), "carried", 2)
    yield case("an epoch above 1 that begins without it", after(), "carried", 1, edit=lambda lines: [lines[0], *after_epoch_2()])
    yield case("another entry carried than was sealed", begun(2, earlier), "carried", 1, edit=lambda lines: [lines[0], *lines[2:]])
    yield case("a carried entry of the same epoch", begun(2, same_epoch), "carried", 1)
    yield case("carried entries in another order", begun(2, unordered), "carried", None)
    yield case("a carried first entry that hangs on something", begun(2, unlinked), "carried", None)
    yield case("a carried entry of another hash", begun(2, [(*earlier[0][:2], "0" * 64)]), "carried", None)
    yield case("carried entries and no other", Export(1, earlier), "carried", 1)
    yield case("receipts and no entry", alone(early_line), "receipt", 1)
    yield case("a receipt of this epoch before the first entry", begun(), "receipt", 1, edit=lambda lines: [lines[0], early_line, *lines[1:]])
    yield case("an unlawful step", after(("add", OPENED, {"transaction": "tx-1"}), ("add", closed("delivered"), {"transaction": "tx-1"})), "fold", 3)
    yield case("an unlawful settlement", after(("add", EVEN[1], {})), "settlement", 2)
    yield case("upstream kept another entry", begun(), "receipt", 1, receipts=kept(headHash="0" * 64))
    yield case("upstream kept a later entry", begun(), "receipt", 2, receipts=kept(upToSeq=2))
    yield case("upstream kept what it did not sign", begun(), "receipt", 1, receipts=kept(key=TERMINAL_KEY))
    yield case("upstream kept another terminal's", begun(), "receipt", 1, receipts=kept(terminalId="T-0002"))
    yield case("upstream kept what is no receipt", begun(), "receipt", None, receipts=kept(upToSeq=0))
    yield case("a base that nothing announced", after_pruning(), "base", 3, edit=lambda lines: lines[:2])
    yield case("a base that announced itself", after_pruning(announced=2), "base", None)
    yield case("a base whose receipt is for another entry", after_pruning(receipt={"upToSeq": 1}), "base", None)
    yield case("a base whose receipt is for another history", after_pruning(receipt={"headHash": "0" * 64}), "base", None)
    yield case("a base whose receipt upstream did not sign", after_pruning(receipt={"key": TERMINAL_KEY}), "base", None)
    yield case("an announcement of another base", after_pruning(digest="AB" * 32), "base", 3)
    yield case("a base of another seal than what is kept", after_pruning(kept={"entries": 1, "sha256": "AB" * 32}), "carried", 3)
    for shape, seq_, hash_ in (("checkpoint", "seq", "hash"), ("receipt", "upToSeq", "headHash")):
        yield case(f"a {shape} signed by another", after(lost, (shape, (), {"key": Signer("07" * 32)})), shape, 2)
        yield case(f"a {shape} signed for another purpose", after(lost, (shape, (), {"typ": "kiosk-slip+jwt"})), shape, 2)
        yield case(f"another terminal's {shape}", after(lost, (shape, (), {"terminalId": "T-0002"})), shape, 2)
        yield case(f"another epoch's {shape}", after(lost, (shape, (), {"epoch": 2})), shape, 2)
        yield case(f"a {shape} of a later entry", after(lost, (shape, (), {seq_: 3})), shape, 3)
        yield case(f"a {shape} of an earlier entry", after(lost, (shape, (), {seq_: 1})), shape, 2)
        yield case(f"a {shape} of another hash", after(lost, (shape, (), {hash_: "0" * 64})), shape, 2)
        told = after(lost, (shape, (), {}))
        yield case(f"a {shape} that says something else than its line", told, shape, 2, edit=lambda lines: [*lines[:-1], lines[-1].replace('"epoch":1', '"epoch":2', 1)])


def after_epoch_2():
    """An epoch 2 whose first entry is not `journal.replaced`."""
    export = Export(2)
    export.add(*STARTED)
    return export.lines[1:]


def breaks():
    for name, lines, receipts, key, check, seq, training in broken_exports():
        found = Verifier(key.jwk["x"], UPSTREAM_KEY.jwk["x"], receipts, training).verify("\n".join(lines).encode())
        assert found and found[:2] == (check, seq), (name, found, check, seq)
        yield {"name": name, "key": key.jwk, "receipts": list(receipts), "lines": lines, **({"training": True} if training else {}), "break": {"check": check, "seq": seq}}


def known_answers():
    """What of the published answers concerns journals: fractions and names beyond ASCII have no place in one, and the verifier refuses them."""
    known = json.loads((OUT / "known-answers.json").read_text(encoding="utf-8"))
    left_out = ('"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],', '"😀":"Emoji: Grinning Face",')
    for answer in known["jcs"]:
        value, wanted = parse(answer["input"].encode()), answer["canonical"]
        for name, text in zip(("numbers", "😀"), left_out):
            value.pop(name, None)
            wanted = wanted.replace(text, "")
        assert jcs(value) == wanted == jcs(json.loads(wanted)), answer["source"]
    ed25519 = known["ed25519"]
    x = ed25519["publicKey"]["x"]
    header, payload, signature = ed25519["jws"].split(".")
    raw = lambda part: base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))  # noqa: E731
    Ed25519PublicKey.from_public_bytes(raw(x)).verify(raw(signature), f"{header}.{payload}".encode())
    assert Signer(raw(ed25519["d"]).hex()).kid == ed25519["thumbprint"] and raw(header).decode() == ed25519["header"] and raw(payload).decode() == ed25519["payload"]
    assert Signer(raw(ed25519["d"]).hex()).jwk == ed25519["publicKey"]


def files():
    first, second, parts = epochs()
    keys = {"terminal": TERMINAL_KEY, "upstream": UPSTREAM_KEY}
    journal = {"keys": {name: {"seed": key.seed, "publicKey": key.jwk, "kid": key.kid} for name, key in keys.items()}, **parts, "exports": {}}
    for name, export in (("epoch-1.jsonl", first), ("epoch-2.jsonl", second), ("pruned.jsonl", after_pruning()), ("no-story.jsonl", of_no_story()), ("training.jsonl", of_training())):
        verifier = Verifier(TERMINAL_KEY.jwk["x"], UPSTREAM_KEY.jwk["x"], training=name == "training.jsonl")
        found = verifier.verify(export.text().encode())
        assert found is None, (name, found)
        journal["exports"][name] = verifier.checked()
        yield name, export.text()
    yield "journal.json", json.dumps(journal, indent=2, ensure_ascii=False) + "\n"
    yield "folds.json", json.dumps(folds(), indent=2, ensure_ascii=False) + "\n"
    yield "breaks.json", json.dumps(list(breaks()), indent=2, ensure_ascii=False) + "\n"
    yield "cash.json", json.dumps(cash_folds(), indent=2, ensure_ascii=False) + "\n"


def main():
    known_answers()
    OUT.mkdir(exist_ok=True)
    for name, text in files():
        if "--check" not in sys.argv:
            (OUT / name).write_text(text, encoding="utf-8")
        elif (OUT / name).read_text(encoding="utf-8") != text:
            sys.exit(f"{name} is not what FORMAT.md's rules give: run tests/verifier/make_vectors.py and read the difference")


if __name__ == "__main__":
    main()
