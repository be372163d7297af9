#!/usr/bin/env python3
"""Verifies the export of a kiosk's journal; written from main/journal/FORMAT.md alone, without the terminal's code.

Usage: verify_journal.py FILE|- [--key JWK_FILE] [--upstream-key JWK_FILE] [--receipts FILE]
Exit status: 0 the journal is good, 1 it is broken (the first break is printed), 2 called wrongly or not readable.
Needs Python 3.9 and the package `cryptography` (Debian: python3-cryptography).
"""
import argparse
import hashlib
import json
import re
import sys

from journal_folds import Cash, Story
from journal_forms import FORMAT, SAFE, Break, decode, demand, due, fits, is_genuine, jcs, link, parse, payload_of
from journal_forms import text_of

ZEROS, CADENCE = "0" * 64, 256


def shape(line):
    """A line of the export as FORMAT.md prints it, its parts in capital letters."""
    pattern = re.escape(line)
    for name, part in FORMAT["parts"].items():
        pattern = pattern.replace(name, f"({part})")
    return re.compile(pattern, re.S)


SHAPES = {name: shape(line) for name, line in FORMAT["lines"].items()}


class Verifier:
    def __init__(self, key=None, upstream_key=None, receipts=()):
        self.key, self.upstream, self.elsewhere = key, upstream_key, receipts
        self.terminal, self.epoch, self.seq, self.head, self.last = "", 1, 0, ZEROS, "journal"
        self.signed_up_to, self.counts = 0, {"checkpoint": 0, "receipt": len(receipts)}
        self.carried, self.early_receipts, self.promised = [], [], set()
        self.balances = dict.fromkeys(FORMAT["accounts"], 0)
        self.stories, self.foreign, self.cash = {}, set(), Cash()

    def run(self, lines):
        """Lines as bytes, without their ends. Raises Break at the first thing that is wrong."""
        found = SHAPES["journal"].fullmatch(text_of(lines[0]))
        demand(found and decode(found[2]), "structure", None, "the first line does not say whose journal it is")
        self.terminal, self.signer = found.groups()
        demand(self.key in (None, self.signer), "key", None, "the journal names another key than the one given")
        for jws in self.elsewhere:
            claims = payload_of(jws)
            self.check_signed("receipt", jws, claims["upToSeq"] if fits(claims, FORMAT["receipt"]) else None)
            self.promised.add((claims["epoch"], claims["upToSeq"], claims["headHash"].lower()))
        for line in lines[1:]:
            self.line(text_of(line))
        demand(self.seq or not self.carried, "carried", 1, "no entry seals what is carried")
        demand(self.seq or not self.early_receipts, "receipt", 1, "upstream has entries; there are none here")
        last = max((seq for epoch, seq, _ in self.promised if epoch == self.epoch), default=0)
        demand(last <= self.seq, "receipt", self.seq + 1, f"upstream has entry {last}; the journal ends at {self.seq}")

    def line(self, text):
        shapes = (name for name in FORMAT["mayFollow"][self.last] if SHAPES[name].fullmatch(text))
        self.last = next(shapes, None)
        demand(self.last, "structure", self.seq + 1, "not a line of an export, or not at its place")
        getattr(self, f"on_{self.last}")(*SHAPES[self.last].fullmatch(text).groups())

    def is_entry(self, entry, text):
        own = fits(entry, FORMAT["entry"]) and entry["terminalId"] == self.terminal and entry["kind"] in FORMAT["kinds"]
        return own and fits(entry["body"], FORMAT["kinds"][entry["kind"]]) and jcs(entry) == text

    def on_carried(self, text, prev, own):
        entry = parse(text)
        demand(link(prev, text) == own and self.is_entry(entry, text), "carried", None, "not as it was written")
        place, (last, last_hash) = (entry["epoch"], entry["seq"]), (self.carried or [((0, 0), ZEROS)])[-1]
        neighbor = last_hash if place == (last[0], last[1] + 1) else ZEROS if place[1] == 1 else prev
        in_order = place > last and prev == neighbor
        right = in_order and entry["postings"] == due(entry["kind"], entry["body"])
        demand(right, "carried", None, f"{place} posts wrongly or does not hang on {last}, the one before it")
        self.carried.append((place, own))
        self.fold(entry, True)

    def on_entry(self, text, own):
        seq, entry = self.seq + 1, parse(text)
        own_seq = entry.get("seq") if isinstance(entry, dict) else None
        demand(type(own_seq) not in (int, float) or own_seq == seq, "sequence", seq, f"{own_seq} follows {self.seq}")
        demand(link(self.head, text) == own, "chain", seq, "the hash does not fit the entry and its predecessor")
        demand(self.is_entry(entry, text), "entry", seq, "not an entry of this terminal in canonical form")
        self.epoch = entry["epoch"] if seq == 1 else self.epoch
        demand(entry["epoch"] == self.epoch, "entry", seq, f"of epoch {entry['epoch']}, not {self.epoch}")
        demand(entry["postings"] == due(entry["kind"], entry["body"]), "postings", seq, "not the postings that are due")
        replaces = seq == 1 and self.epoch > 1
        demand((entry["kind"] == "journal.replaced") == replaces, "carried", seq, "journal.replaced misplaced")
        if seq == 1:
            self.begin(entry["body"])
        for posting in entry["postings"]:
            self.balances[posting["account"]] += posting["amount"]
            demand(abs(self.balances[posting["account"]]) <= SAFE, "postings", seq, "beyond any sum of money")
        anomaly = self.fold(entry, self.epoch > 1)
        demand(anomaly is None, "fold", seq, f"transaction {entry.get('transactionId')}: {anomaly} at {entry['kind']}")
        try:
            self.cash.add(entry["kind"], entry["body"])
        except Break as found:
            raise Break("settlement", seq, f"{found} at {entry['kind']}") from None
        promised = {hash_ for epoch, upto, hash_ in self.promised if (epoch, upto) == (self.epoch, seq)}
        demand(promised <= {own}, "receipt", seq, "upstream has another entry at this place")
        self.seq, self.head = seq, own
        demand(seq - self.signed_up_to <= CADENCE, "checkpoint", seq, f"no checkpoint since {self.signed_up_to}")

    def begin(self, body):
        """At the first entry: what came before it must be of earlier epochs, and sealed by it."""
        hashes = b"".join(bytes.fromhex(own) for _, own in self.carried)
        seal = {"entries": len(self.carried), "sha256": hashlib.sha256(hashes).hexdigest().upper()}
        sealed = body["carried"] == seal if self.epoch > 1 else not self.carried
        earlier = all(place[0] < self.epoch for place, _ in self.carried)
        demand(sealed and earlier, "carried", 1, "the carried entries are not those that were sealed")
        early = all(epoch < self.epoch for epoch in self.early_receipts)
        demand(early, "receipt", 1, "a receipt of this epoch stands before its first entry")
        self.balances.update(body["balances"] if self.epoch > 1 else {})

    def fold(self, entry, may_be_foreign):
        """Its story's anomaly; one that began where nobody can look has none, nor has another terminal's load."""
        id_, kind = entry.get("transactionId"), entry["kind"]
        if id_ is None or id_ in self.foreign or kind.startswith("foreign.load."):
            return None
        if id_ not in self.stories and may_be_foreign and kind != "transaction.opened":
            self.foreign.add(id_)
            return None
        story = self.stories.setdefault(id_, Story())
        story.add(kind, entry["body"])
        return story.anomaly

    def on_checkpoint(self, text, jws):
        self.check_place("checkpoint", text, self.check_signed("checkpoint", jws, self.seq))
        self.signed_up_to = self.seq

    def on_receipt(self, text, jws):
        self.check_place("receipt", text, self.check_signed("receipt", jws, self.seq or None))

    def check_signed(self, shape, jws, seq):
        """What a checkpoint or receipt says."""
        claims, key = payload_of(jws), self.signer if shape == "checkpoint" else self.upstream
        genuine = key is None or is_genuine(jws, f"kiosk-{shape}+jwt", key)
        demand(fits(claims, FORMAT[shape]) and genuine, shape, seq, f"the {shape} is not genuine")
        demand(claims["terminalId"] == self.terminal, shape, seq, f"the {shape} is {claims['terminalId']}'s")
        return claims

    def check_place(self, shape, text, claims):
        named, hash_ = claims.get("upToSeq", claims.get("seq")), claims.get("headHash", claims.get("hash"))
        demand(jcs(claims) == text, shape, self.seq or None, "the line does not say what was signed")
        self.counts[shape] += 1
        if self.seq == 0:
            self.last = "early receipt"
            self.early_receipts.append(claims["epoch"])
            return
        own = claims["epoch"] == self.epoch
        demand(not own or named <= self.seq, shape, self.seq + 1, f"entry {named} was signed; it ends at {self.seq}")
        demand(own and (named, hash_.lower()) == (self.seq, self.head), shape, self.seq, "another entry was signed")

    def summary(self):
        return {
            "terminalId": self.terminal,
            "epoch": self.epoch,
            "entries": self.seq,
            "carried": len(self.carried),
            "checkpoints": self.counts["checkpoint"],
            "receipts": self.counts["receipt"],
            "transactions": len(self.stories),
            "headHash": self.head,
            "signedUpTo": self.signed_up_to,
            "openTransactions": [id_ for id_, story in self.stories.items() if story.open],
            "balances": self.balances,
        }


def verify(export, **options):
    """An export as bytes → (the first Break or None, what was checked)."""
    verifier = Verifier(**options)
    try:
        verifier.run(export.removesuffix(b"\n").split(b"\n"))
    except Break as found:
        return found, verifier.summary()
    return None, verifier.summary()


def read(path):
    with sys.stdin.buffer if path == "-" else open(path, "rb") as file:
        return file.read()


def read_key(path):
    jwk = parse(text_of(read(path)))
    named = jwk if isinstance(jwk, dict) else {}
    if (named.get("kty"), named.get("crv"), len(decode(str(named.get("x"))))) != ("OKP", "Ed25519", 32):
        raise ValueError(f"{path} is no Ed25519 public key (JWK)")
    return named["x"]


def read_receipts(path):
    """One a line: a JWS, or an object that has one as `jws`."""
    lines = [line.strip() for line in text_of(read(path)).splitlines() if line.strip()]
    return [parse(line)["jws"] if line.startswith("{") else line for line in lines]


def main():
    options = argparse.ArgumentParser(description="Verifies the export of a kiosk's journal (kioskctl journal export).")
    options.add_argument("file", help="the export, - for standard input")
    options.add_argument("--key", help="the terminal's key as someone else knows it (JWK file)")
    options.add_argument("--upstream-key", help="upstream's key (JWK file): proves receipts")
    options.add_argument("--receipts", help="receipts kept elsewhere, one a line")
    given = options.parse_args()
    try:
        key, upstream = given.key and read_key(given.key), given.upstream_key and read_key(given.upstream_key)
        receipts = read_receipts(given.receipts) if given.receipts else ()
        found, checked = verify(read(given.file), key=key, upstream_key=upstream, receipts=receipts)
    except (OSError, ValueError, TypeError, KeyError) as error:
        print(f"verify_journal: {error}", file=sys.stderr)
        return 2
    print(f"{given.file}: {'BROKEN' if found else 'good'}")
    for name, value in checked.items():
        print(f"  {name}: {json.dumps(value)}")
    if key is None:
        print("  the key is the file's own word: give --key to check against yours")
    if found:
        check, seq, detail = found.args
        print(f"first break: {'' if seq is None else f'entry {seq}, '}{check}: {detail}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
