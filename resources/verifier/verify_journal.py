#!/usr/bin/env python3
"""Verifies the export of a kiosk's journal; written from main/journal/FORMAT.md alone, without the terminal's code.

What is a table there stands in format.json ("The tables as data"). Needs Python 3.9 and the package `cryptography`.
Exit status: 0 the journal is good, 1 it is broken (the first break is printed), 2 called wrongly or not readable.
"""
import argparse
import base64
import json
import operator
import pathlib
import re
import sys
from collections import Counter
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = json.loads(pathlib.Path(__file__).with_name("format.json").read_text(encoding="utf-8"))
ZEROS, TRAINING, SAFE, GROUPS, SIGNS = "0" * 64, sha256(b"yikatong training journal").hexdigest(), 2**53 - 1, FORMAT["groups"], {">": operator.gt, "!=": operator.ne}

class Break(Exception):
    """What is wrong: an anomaly in a fold, or check, seq and detail."""

def demand(holds, *what):
    if not holds:
        raise Break(*what)

def attempt(take, *given):
    """What `take` gives; None where it can't take it."""
    try:
        return take(*given)
    except (ValueError, RecursionError, InvalidSignature):
        return None

# --- JSON, canonical form, chain, signatures ---
def number(text):
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= SAFE else value

def parse(raw):
    """JSON in UTF-8; None where it is none, as with NaN and Infinity, which int() refuses."""
    return attempt(lambda: json.loads(raw.decode(), parse_int=number, parse_float=number, parse_constant=int))

def jcs(value):
    """RFC 8785 of what fits a table: whole numbers, and names in ASCII, so that code points sort as UTF-16 does."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

def link(prev, text):
    return sha256(bytes.fromhex(prev) + text.encode()).hexdigest()

def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

def decode(part):
    """Base64url without padding whose spare bits are zero; empty where it is none."""
    raw = attempt(base64.urlsafe_b64decode, part + "==") or b""
    return raw if encode(raw) == part else b""

def is_genuine(jws, typ, x):
    """Whether a JWS is signed for this purpose with the key `x`."""
    signed, _, signature = jws.rpartition(".")
    header, key = parse(decode(signed.partition(".")[0])), Ed25519PublicKey.from_public_bytes(decode(x))
    kid = encode(sha256(jcs({"crv": "Ed25519", "kty": "OKP", "x": x}).encode()).digest())
    says = isinstance(header, dict) and (header.get("alg"), header.get("typ"), header.get("kid", kid))
    return says == ("EdDSA", typ, kid) and attempt(lambda: key.verify(decode(signature), signed.encode()) is None)

def payload_of(jws):
    """What a JWS says, genuine or not; None where it is none."""
    parts = [decode(part) for part in jws.split(".")]
    return parse(parts[1]) if len(parts) == 3 and all(parts) else None

def seal(hashes):
    return {"entries": len(hashes), "sha256": sha256(b"".join(map(bytes.fromhex, hashes))).hexdigest().upper()}

# --- Members and postings ---
def fits(value, bodies):
    """Whether it is an object of these members: `name type`, `name? type`; `; or ` stands between whole bodies."""
    for members in (body.split(", ") for body in bodies.split("; or ") if isinstance(value, dict)):
        types = dict(member.replace("? ", " ").split(" ", 1) for member in members)
        needed = {member.split(" ")[0] for member in members if "? " not in member}
        if needed <= value.keys() <= types.keys() and all(fits_type(value[name], types[name]) for name in value):
            return True
    return False

def fits_type(value, type_):
    if type_.startswith('"'):
        return value in type_.replace('"', "").split("/")
    return all(CONSTRAINTS[name](value, demanded) for name, demanded in FORMAT["types"][type_].items())

CONSTRAINTS = {
    "pattern": lambda value, pattern: isinstance(value, str) and re.fullmatch(pattern, value, re.S),
    "least": lambda value, least: type(value) is int and least <= value,
    "most": lambda value, most: value <= most,
    "members": fits,
    "each": lambda value, type_: isinstance(value, list) and all(fits_type(each, type_) for each in value),
    "longest": lambda value, longest: len(value) <= longest,
    "falling": lambda value, name: all(one[name] > next_[name] for one, next_ in zip(value, value[1:])),
    "largestSum": lambda value, largest: abs(total(value)) <= largest,
}

def total(value):
    """Fen: of an amount, of notes, of what is in a box."""
    if isinstance(value, dict):
        return total(value["notes"]) + value["unspecified"]
    return sum(note["denomination"] * note["count"] for note in value) if isinstance(value, list) else value

def row_of(table, kind, body):
    """The row of the kind with what the body says, else that of the kind, else an empty one."""
    said = [body[name] for name in ("resolution", "source", "reason") if name in body]
    return FORMAT[table].get(" ".join([kind, *said])) or FORMAT[table].get(kind, {})

def due(kind, body):
    """The postings that kind and body demand: first the account that grows."""
    row = row_of("postings", kind, body)
    amount = total(body[row["amount"]]) - total(body.get(row.get("less"), 0)) if row else 0
    sides = {"plus": amount, "minus": -amount} if amount else {}
    return [{"account": row[side], "amount": sides[side]} for side in sorted(sides, key=sides.get, reverse=True)]

# --- Folds ---
class Fold:
    """Things by their ids. `anomaly` is the first thing that can't have happened lawfully."""

    def __init__(self):
        self.things, self.sums = {thing: {} for thing in FORMAT["things"]}, dict.fromkeys(FORMAT["sums"], 0)
        self.anomaly, self.opened, self.open, self.continued = None, False, True, False

    def add(self, kind, body):
        try:
            if self.anomaly is None:
                self.follow(kind, body)
        except Break as anomaly:
            self.anomaly = anomaly.args[0]
        self.open = kind in FORMAT["leavesOpen"] or (self.open and kind != "transaction.closed")
        return self.anomaly

    def group(self, body, thing, where, same=(), unlessCase=None):
        """Things whose members have one of these values, or the entry's; none where there was a case of this reason."""
        asked = any(case["reason"] == unlessCase for case in self.things["case"].values())
        known = () if asked else self.things[thing].values()
        known = (one for one in known if all(one.get(name) in values for name, values in where.items()))
        return [one for one in known if all(one[name] == body.get(name) for name in same)]

    def numbers(self, body):
        """What conditions speak of, by name, as it is before the entry."""
        numbers = {"0": 0, "1": 1, "closed": int(not self.open), **self.sums}
        numbers.update({f"body.{name}": value for name, value in body.items()})
        for name, row in GROUPS.items():
            amounts = [known["amount"] for known in self.group(body, **row)]
            numbers.update({name: len(amounts), f"{name}.sum": sum(amounts), f"{name}.first": sum(amounts[:1])})
        numbers["orderLeft"] = numbers["orderNamed.sum"] - numbers["refundsOfOrder.sum"]
        numbers["disputed"] = sum(case["disputed"] for case in self.things["case"].values())
        numbers["outcome"] = next((word for name, word in FORMAT["outcomes"].items() if numbers[name] > 0), "abandoned")
        return numbers

    def obey(self, rules, numbers):
        """No condition may hold: `left > right` or `left != right`, ` and ` between; of what isn't known none does."""
        for condition, anomaly in rules.items():
            terms = (comparison.split(" ") for comparison in condition.split(" and "))
            holds = (SIGNS[sign](numbers[left], numbers.get(right, numbers[left])) for left, sign, right in terms)
            demand(not all(holds), anomaly)

    def move(self, body, thing, id, makes, after, renews=False):
        things, said = self.things[thing], body.get("denomination", body.get("amount"))
        name = body[id] if id else len(things)
        if after and name not in things:
            demand(self.continued, "notAnnounced")
            return  # an earlier epoch announced it
        demand(after or name not in things, "announcedTwice")
        known = things.setdefault(name, {"state": None, "amount": said or 0})
        demand(not after or known["state"] in after, "outOfOrder")
        demand(renews or said in (None, known["amount"]), "amountDiffers")
        state, amount = makes or known["state"], known["amount"] if said is None else said
        known.update({**body, **known, "state": state, "amount": amount})

class Story(Fold):
    """One transaction."""

    def follow(self, kind, body):
        demand(self.opened != (kind == "transaction.opened"), "openedTwice" if self.opened else "notOpened")
        demand(self.open or kind in FORMAT["afterClose"], "afterClose")
        self.obey(row_of("rules", kind, body), self.numbers(body))
        row, notes, self.opened = row_of("postings", kind, body), self.things["note"], True
        for name, sign in row.get("sums", {}).items():
            self.sums[name] += sign * body[row["amount"]]
        demand(self.sums["held"] >= 0, "overdrawn")
        if kind == "device.fault" and body["code"] == "noteStuck":
            self.sums["stuck"] = 1
        elif kind == "case.funded" and body["noteId"] not in notes and self.sums["stuck"] > self.sums["found"]:
            notes[body["noteId"]] = {"state": "suspense", "amount": body["denomination"], "disputed": 0}
            self.sums["found"] = 1  # of the stuck note nobody knew the value: no case disputes it
        if kind in FORMAT["moves"]:
            self.move(body, **FORMAT["moves"][kind])
        if kind == "voucher.registering":
            owed = self.group(body, **GROUPS["vouchersToRegister"]) + self.group(body, **GROUPS["casesToRegister"])
            owed[0]["registered"] = True
        elif kind == "case.resolved":
            case, resolution = self.group(body, **GROUPS["casesNamed"])[0], body["resolution"]
            left = case["amount"] - (0 if resolution == "notCredited" else body["amount"])
            case.update(amount=left, resolution=resolution, state=resolution if left else "settled")
            for load in self.group(body, **GROUPS["loadsUncertain"]) if case["reason"] == "loadUndetermined" else ():
                load["state"] = FORMAT["answers"].get(resolution, load["state"])
        elif kind == "case.funded":
            case, value = self.group(body, **GROUPS["casesOfNote"])[-1], body["denomination"]
            disputed = case["disputed"] - notes[body["noteId"]].get("disputed", value)
            demand(disputed >= 0, "overdrawn")
            case.update(amount=case["amount"] + value, disputed=disputed, state=case.get("resolution", "open"))

class Cash(Fold):
    """An epoch's cash: the box and what is in it, settlements, open differences."""

    def __init__(self, base=None):
        """After pruned entries: as the base says."""
        super().__init__()
        cash = base or {"content": {"notes": [], "unspecified": 0}, "differences": [], "settlements": []}
        self.box, self.unspecified, self.continued = cash.get("boxId"), cash["content"]["unspecified"], base is not None
        self.notes = Counter({note["denomination"]: note["count"] for note in cash["content"]["notes"]})
        self.differences = Counter({known["of"]: known["amount"] for known in cash["differences"]})
        for known in cash["settlements"]:
            removed = {} if known["phase"] == "opened" else {"content": known["expected"]}
            self.things["settlement"][known["settlementId"]] = {**known, **removed, "state": known["phase"], "amount": 0}

    def numbers(self, body):
        known = self.things["settlement"].get(body["settlementId"], {})
        expected, counted = total(known.get("content", 0)), total(known.get("counted", 0))
        sums = {"expectedSum": expected, "countedSum": counted, "difference": counted - expected} if known else {}
        notes = [{"denomination": note, "count": self.notes[note]} for note in sorted(self.notes, reverse=True)]
        inside = {"inside": {"notes": notes, "unspecified": self.unspecified}, "boxInside": self.box or body.get("boxOut")}
        return {**super().numbers(body), **inside, **{f"known.{name}": value for name, value in {**known, **sums}.items()}}

    def follow(self, kind, body):
        if kind in FORMAT["settlement"]:
            numbers = self.numbers(body)
            self.move(body, **FORMAT["settlement"][kind])
            self.obey(FORMAT["cashRules"][kind], numbers)
        for name, sign in row_of("differencesTaken", kind, body).items():
            left, amount = self.differences[body[name]], sign * body.get("amount", body.get("denomination"))
            demand(0 < amount <= left or left <= amount < 0 or (self.continued and left == 0), "overdrawn")
            self.differences[body[name]] -= amount
        if kind == "journal.replaced":
            self.unspecified, self.continued = body["balances"].get("cash.box", 0), True
            self.differences["carried"] = -body["balances"].get("suspense", 0)
        elif kind == "cash.stacked":
            self.notes[body["denomination"]] += 1
        elif kind == "box.removed":
            self.box, self.notes, self.unspecified = None, Counter(), 0
        elif kind == "box.inserted":
            self.box = body["boxId"]
        elif kind == "settlement.counted":
            self.differences[body["settlementId"]] += total(body["counted"]) - total(body["expected"])
        elif kind == "case.resolved" and body["resolution"] == "nothingOwed":
            self.differences[body["reference"]] += body["amount"]

# --- The export, line by line ---
class Verifier:
    def __init__(self, key=None, upstream_key=None, receipts=(), training=False):
        self.training, self.genesis = training, TRAINING if training else ZEROS
        self.key, self.upstream, self.elsewhere, self.promised = key, upstream_key, receipts, {}
        self.terminal, self.epoch, self.seq, self.head, self.signed, self.last = "", 1, 0, self.genesis, 0, "journal"
        self.handed, self.kept, self.place, self.own, self.early = [], [], (0, 0), ZEROS, 0
        self.pruned, self.at = {"upToSeq": 0, "announced": 0}, None  # nothing; no entry line yet
        self.counts, self.balances = Counter(), dict.fromkeys(FORMAT["accounts"], 0)
        self.stories, self.cash = {}, Cash()

    def verify(self, export):
        """An export as bytes → check, seq and detail of the first break; None where there is none."""
        try:
            self.read([attempt(line.decode) or "" for line in export.removesuffix(b"\n").split(b"\n")])
        except Break as found:
            return found.args
        return None

    def read(self, lines):
        named = re.fullmatch(FORMAT["lines"]["journal"], lines[0])
        name, self.terminal, self.signer = named.groups() if named else ("", "", "")
        is_training = self.terminal.upper().startswith("TRAINING-")
        right = decode(self.signer) and name == ("trainingJournal" if is_training else "journal")
        demand(right, "structure", None, "the first line does not say whose journal it is")
        what = "a training journal: nothing in it is money" if is_training else "a live terminal's journal, not a training journal"
        demand(is_training == self.training, "flavor", None, f"this is {what}")
        demand(self.key in (None, self.signer), "key", None, "the journal names another key than the one given")
        for claims in [self.claims("receipt", jws, elsewhere=True) for jws in self.elsewhere]:
            self.promised.setdefault((claims["epoch"], claims["upToSeq"]), set()).add(claims["headHash"].lower())
        for text in lines[1:]:
            shape = text[2:].partition('"')[0]
            parts = shape in FORMAT["mayFollow"][self.last] and re.fullmatch(FORMAT["lines"][shape], text, re.S)
            demand(parts, "structure", self.seq + 1, "not a line of an export, or not at its place")
            self.last = shape
            getattr(self, shape, self.signature)(*parts.groups())
        demand(self.pruned["announced"] <= self.seq, "base", self.seq + 1, "the entry that announced the pruning is missing")
        demand(self.seq or not self.handed, "carried", 1, "no entry seals what is carried")
        demand(self.seq or not self.early, "receipt", 1, "upstream has entries; there are none here")
        last = max((seq for epoch, seq in self.promised if epoch == self.epoch), default=0)
        demand(last <= self.seq, "receipt", self.seq + 1, f"upstream has entry {last}; the journal ends at {self.seq}")

    def is_entry(self, entry, text):
        own = fits(entry, FORMAT["entry"]) and entry["terminalId"] == self.terminal and jcs(entry) == text
        own = own and entry["kind"] in FORMAT["kinds"] and fits(entry["body"], FORMAT["kinds"][entry["kind"]])
        return own and (self.last == "carried" or self.seq == 0 or entry["epoch"] == self.epoch)

    def base(self, text, jws):
        """What stands for pruned entries: the chain goes on from there."""
        base = self.claims("base", jws)
        receipt, place, hash_ = payload_of(base["receipt"]), (base["epoch"], base["upToSeq"]), base["hash"]
        says = fits(receipt, FORMAT["receipt"]) and (receipt["terminalId"], receipt["epoch"], receipt["upToSeq"], receipt["headHash"].lower())
        right = says == (self.terminal, *place, hash_) and self.promised.get(place, {hash_}) == {hash_} and jcs(base) == text
        right = right and (self.upstream is None or is_genuine(base["receipt"], "kiosk-receipt+jwt", self.upstream))
        demand(right and base["announced"] > base["upToSeq"], "base", None, "no receipt for just the pruned entries, or not what was signed")
        self.pruned, self.head, self.signed, (self.epoch, self.seq) = base, hash_, place[1], place
        self.balances.update(base["balances"])
        self.cash = Cash(base["cash"])

    def carried(self, text, prev, own):
        entry = parse(text.encode())
        demand(link(prev, text) == own and self.is_entry(entry, text), "carried", None, "not as it was written")
        place = (entry["epoch"], entry["seq"])
        neighbor = self.own if place == (self.place[0], self.place[1] + 1) else self.genesis if place[1] == 1 else prev
        right = place > self.place and prev == neighbor and entry["postings"] == due(entry["kind"], entry["body"])
        demand(right, "carried", None, f"{place} posts wrongly or does not hang on {self.place}, the one before it")
        self.place, self.own = place, own
        (self.kept if self.seq and place[0] == self.epoch else self.handed).append(own)
        self.fold(entry, may_be_foreign=True)

    def entry(self, text, own):
        seq, entry = self.seq + 1, parse(text.encode())
        said = entry.get("seq") if isinstance(entry, dict) else None
        demand(type(said) not in (int, float) or said == seq, "sequence", seq, f"{said} follows {self.seq}")
        demand(link(self.head, text) == own, "chain", seq, "the hash does not fit the entry and its predecessor")
        demand(self.is_entry(entry, text), "entry", seq, "not an entry of this terminal and epoch in canonical form")
        self.epoch, kind, body = entry["epoch"], entry["kind"], entry["body"]
        demand(entry["postings"] == due(kind, body), "postings", seq, f"{kind} must post {due(kind, body)}")
        for posting in entry["postings"]:
            self.balances[posting["account"]] += posting["amount"]
            demand(abs(self.balances[posting["account"]]) <= SAFE, "postings", seq, "beyond any sum of money")
        replaces = seq == 1 and self.epoch > 1
        demand((kind == "journal.replaced") == replaces, "carried", seq, "journal.replaced misplaced")
        if self.at is None:
            sealed = {"carried": body["carried"] if replaces else seal(()), "kept": seal(()), **self.pruned}
            whole = (sealed["carried"], sealed["kept"]) == (seal(self.handed), seal(self.kept)) and self.place <= (self.epoch, self.seq)
            demand(whole, "carried", seq, "the carried entries are not those that were sealed")
            demand(self.early < self.epoch, "receipt", seq, "a receipt of this epoch stands before its first entry")
            self.balances.update(body["balances"] if replaces else {})
        if seq == self.pruned["announced"]:
            announced = kind == "journal.pruned" and body["base"] == sha256(jcs(self.pruned).encode()).hexdigest().upper()
            demand(announced, "base", seq, "does not announce the pruning")
        anomalies = {"fold": self.fold(entry, self.epoch > 1 or self.pruned["upToSeq"]), "settlement": self.cash.add(kind, body)}
        for check, anomaly in anomalies.items():
            demand(anomaly is None, check, seq, f"{anomaly}: {kind} of {entry.get('transactionId', 'no transaction')}")
        demand(self.promised.get((self.epoch, seq), {own}) == {own}, "receipt", seq, "upstream has another entry at this place")
        self.seq, self.at, self.head = seq, seq, own
        demand(seq - self.signed <= FORMAT["checkpointEvery"], "checkpoint", seq, f"no checkpoint since {self.signed}")

    def fold(self, entry, may_be_foreign):
        """Its story's anomaly; one that began where nobody can look has none, nor has what is filed under an id of its own."""
        id_, kind = entry.get("transactionId"), entry["kind"]
        if id_ is None or kind.startswith(tuple(FORMAT["foreign"])):
            return None
        foreign = may_be_foreign and kind != "transaction.opened"
        story = self.stories.setdefault(id_, None if foreign else Story())
        return story and story.add(kind, entry["body"])

    def claims(self, shape, jws, elsewhere=False):
        """What a base, checkpoint or receipt says, once it is known to be genuine and of this terminal."""
        claims, key = payload_of(jws), self.upstream if shape == "receipt" else self.signer
        demand(fits(claims, FORMAT[shape]), shape, self.at, f"not readable as a {shape}")
        seq = claims["upToSeq"] if elsewhere else self.at
        demand(key is None or is_genuine(jws, f"kiosk-{shape}+jwt", key), shape, seq, f"the {shape} is not genuine")
        demand(claims["terminalId"] == self.terminal, shape, seq, f"the {shape} is {claims['terminalId']}'s")
        self.counts[shape] += 1
        return claims

    def signature(self, text, jws):
        claims, shape, seq = self.claims(self.last, jws), self.last, self.seq
        demand(jcs(claims) == text, shape, self.at, "the line does not say what was signed")
        if self.at is None:
            self.last, self.early = "early receipt", max(self.early, claims["epoch"])
            return
        named, hash_ = claims.get("upToSeq", claims.get("seq")), claims.get("headHash", claims.get("hash"))
        own = claims["epoch"] == self.epoch
        demand(not own or named <= seq, shape, seq + 1, f"entry {named} was signed; the journal ends at {seq}")
        demand(own and (named, hash_.lower()) == (seq, self.head), shape, seq, "another entry was signed")
        self.signed = seq if shape == "checkpoint" else self.signed

    def checked(self):
        stories, start = {id_: story for id_, story in self.stories.items() if story}, self.pruned["upToSeq"]
        return {
            "terminalId": self.terminal, "epoch": self.epoch, "entries": self.seq - start, **({"pruned": start} if start else {}),
            "carried": len(self.handed) + len(self.kept), "checkpoints": self.counts["checkpoint"], "receipts": self.counts["receipt"],
            "transactions": len(stories), "headHash": self.head, "signedUpTo": self.signed,
            "openTransactions": [id_ for id_, story in stories.items() if story.open], "balances": self.balances,
        }

def read(path):
    return sys.stdin.buffer.read() if path == "-" else pathlib.Path(path).read_bytes()

def read_key(path):
    jwk = parse(read(path))
    if not isinstance(jwk, dict) or jwk.get("crv") != "Ed25519" or len(decode(str(jwk.get("x")))) != 32:
        raise ValueError(f"{path} is no Ed25519 public key (JWK)")
    return jwk["x"]

def main():
    options = argparse.ArgumentParser(description="Verifies the export of a kiosk's journal (kioskctl journal export).")
    options.add_argument("file", help="the export, - for standard input")
    options.add_argument("--key", help="the terminal's key as someone else knows it (JWK file)")
    options.add_argument("--upstream-key", help="upstream's key (JWK file): proves receipts")
    options.add_argument("--receipts", help="receipts kept elsewhere, one a line")
    options.add_argument("--training", action="store_true", help="it is a training terminal's journal; without this it is refused")
    given = options.parse_args()
    try:
        keys = [path and read_key(path) for path in (given.key, given.upstream_key)]
        kept = map(bytes.strip, read(given.receipts).splitlines() if given.receipts else ())
        receipts = [parse(line)["jws"] if line.startswith(b"{") else line.decode() for line in kept if line]
        verifier = Verifier(*keys, map(str, receipts), given.training)
        found = verifier.verify(read(given.file))
    except (OSError, ValueError, TypeError, KeyError) as error:
        print(f"verify_journal: {error}", file=sys.stderr)
        return 2
    print(f"{given.file}: {'BROKEN' if found else 'good'}")
    for name, value in verifier.checked().items():
        print(f"  {name}: {json.dumps(value)}")
    if given.key is None:
        print("  the key is the file's own word: give --key to check against yours")
    if found:
        print(f"first break: {'' if found[1] is None else f'entry {found[1]}, '}{found[0]}: {found[2]}")
    return 1 if found else 0

if __name__ == "__main__":
    sys.exit(main())
