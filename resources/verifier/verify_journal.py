#!/usr/bin/env python3
"""Verifies the export of a kiosk's journal, written from main/journal/FORMAT.md alone and sharing nothing with the terminal's code.

Usage: verify_journal.py FILE|- [--key JWK_FILE] [--upstream-key JWK_FILE] [--receipts FILE]
Exit status: 0 the journal is good, 1 it is broken (the first break is printed), 2 called wrongly or not readable.
Needs Python 3.9 and the package `cryptography` (Debian: python3-cryptography). Section names in comments are FORMAT.md's.
"""
import argparse
import hashlib
import json
import re
import sys

from journal_cash import Cash
from journal_forms import CHECKPOINT, ENTRY, RECEIPT, Key, decode, fits, is_canonical, link_hash, parse, payload_of
from journal_story import Anomaly, Story, due
from journal_tables import ACCOUNTS, KINDS, SAFE

HASH, JWS = "([0-9a-f]{64})", "([A-Za-z0-9_.-]*)"
SHAPES = {
    "carried": re.compile('\\{"carried":\\{"entry":(.*),"prevHash":"%s","hash":"%s"\\}\\}' % (HASH, HASH), re.S),
    "receipt": re.compile('\\{"receipt":(.*),"jws":"%s"\\}' % JWS, re.S),
    "entry": re.compile('\\{"entry":(.*),"hash":"%s"\\}' % HASH, re.S),
    "checkpoint": re.compile('\\{"checkpoint":(.*),"jws":"%s"\\}' % JWS, re.S),
}
FIRST_LINE = re.compile('\\{"journal":\\{"terminalId":"([A-Za-z0-9._-]{1,40})","publicKey":\\{"crv":"Ed25519","kty":"OKP","x":"([A-Za-z0-9_-]{43})"\\}\\}\\}')
CADENCE, ZEROS = 256, bytes(32)


class Break(Exception):
    def __init__(self, check, seq, detail):
        super().__init__(detail)
        self.check, self.seq, self.detail = check, seq, detail


def demand(holds, check, seq, detail):
    if not holds:
        raise Break(check, seq, detail)


class Verifier:
    def __init__(self, key=None, upstream_key=None, receipts=()):
        self.key, self.upstream, self.elsewhere = key, upstream_key, receipts
        self.terminal, self.epoch, self.replaced = "", 1, False
        self.seq, self.head, self.signed_up_to, self.last_shape = 0, ZEROS, 0, "journal"
        self.carried, self.early_receipts, self.known_hashes = [], [], {}
        self.counts = dict.fromkeys(("carried", "checkpoint", "receipt"), 0)
        self.balances = dict.fromkeys(ACCOUNTS, 0)
        self.stories, self.foreign, self.cash = {}, set(), Cash()

    def run(self, lines):
        """Lines as bytes, without their ends. Raises Break at the first thing that is wrong."""
        self.first_line(next(iter(lines[:1]), b""))
        for jws in self.elsewhere:
            receipt = payload_of(jws)
            demand(fits(receipt, RECEIPT), "receipt", None, "a receipt kept elsewhere is not readable")
            self.check_receipt(receipt, jws, receipt["upToSeq"])
            self.known_hashes.setdefault((receipt["epoch"], receipt["upToSeq"]), set()).add(receipt["headHash"].lower())
        for line in lines[1:]:
            self.line(line)
        self.end()

    def first_line(self, line):
        found = FIRST_LINE.fullmatch(text_of(line) or "")
        demand(found and decode(found[2]), "structure", None, "the first line does not say whose journal it is")
        demand(self.key in (None, found[2]), "key", None, "the journal names another key than the one given")
        self.terminal, self.signer = found[1], Key(found[2])

    def line(self, line):
        text = text_of(line) or ""
        shape, found = next(((shape, found) for shape, rule in SHAPES.items() if (found := rule.fullmatch(text))), (None, None))
        if self.seq == 0:
            may_follow = {"carried": ("journal", "carried"), "receipt": ("journal", "carried", "receipt"), "entry": ("journal", "carried", "receipt")}
        else:
            may_follow = {"entry": ("entry", "checkpoint", "receipt"), "checkpoint": ("entry",), "receipt": ("entry", "checkpoint")}
        demand(self.last_shape in may_follow.get(shape, ()), "structure", self.seq + 1, "not a line of an export, or not at its place")
        getattr(self, f"on_{shape}")(*found.groups())
        self.last_shape = shape

    def on_carried(self, text, prev, hash_):
        prev, hash_, entry = bytes.fromhex(prev), bytes.fromhex(hash_), parse(text)
        demand(link_hash(prev, text) == hash_ and self.is_entry(entry, text), "carried", None, "a carried entry is not as it was written")
        place = (entry["epoch"], entry["seq"])
        last, last_hash = self.carried[-1] if self.carried else ((0, 0), ZEROS)
        demand(place > last and entry["postings"] == postings_due(entry), "carried", None, f"carried entry {place} is not at its place, or posts what it must not")
        neighbor = last_hash if place == (last[0], last[1] + 1) else ZEROS if place[1] == 1 else prev
        demand(prev == neighbor, "carried", None, f"carried entry {place} does not hang on the one before it")
        self.carried.append((place, hash_))
        self.fold(entry, True)

    def is_entry(self, entry, text):
        return fits(entry, ENTRY) and is_canonical(entry, text) and entry["terminalId"] == self.terminal and fits(entry["body"], KINDS[entry["kind"]])

    def on_entry(self, text, hash_):
        seq, entry, hash_ = self.seq + 1, parse(text), bytes.fromhex(hash_)
        own_seq = entry.get("seq") if isinstance(entry, dict) else None
        demand(type(own_seq) not in (int, float) or own_seq == seq, "sequence", seq, f"entry {seq} is missing, {own_seq} follows")
        demand(link_hash(self.head, text) == hash_, "chain", seq, "the hash does not fit the entry and its predecessor")
        demand(self.is_entry(entry, text), "entry", seq, "not an entry of this terminal in canonical form")
        self.epoch = entry["epoch"] if seq == 1 else self.epoch
        demand(entry["epoch"] == self.epoch, "entry", seq, f"says it is of epoch {entry['epoch']}, not {self.epoch}")
        demand(entry["postings"] == postings_due(entry), "postings", seq, f"{entry['kind']} must post {postings_due(entry)}")
        must_replace = seq == 1 and self.epoch > 1
        demand((entry["kind"] == "journal.replaced") == must_replace, "carried", seq, "journal.replaced is the first entry of an epoch above 1, and no other")
        if seq == 1:
            self.begin(entry)
        for posting in entry["postings"]:
            self.balances[posting["account"]] += posting["amount"]
        demand(all(abs(balance) <= SAFE for balance in self.balances.values()), "postings", seq, "a balance is beyond any sum of money")
        story = self.fold(entry, self.replaced)
        demand(story is None or story.anomaly is None, "fold", seq, story and f"transaction {entry.get('transactionId')}: {story.anomaly}")
        self.fold_cash(entry)
        demand(self.known_hashes.get((self.epoch, seq), set()) <= {hash_.hex()}, "receipt", seq, "upstream has another entry at this place")
        self.seq, self.head = seq, hash_
        demand(seq - self.signed_up_to <= CADENCE, "checkpoint", seq, f"no checkpoint since entry {self.signed_up_to}")

    def begin(self, entry):
        """The first entry: what came before it must be of earlier epochs, and sealed by it."""
        seal = {"entries": len(self.carried), "sha256": hashlib.sha256(b"".join(hash_ for _, hash_ in self.carried)).hexdigest().upper()}
        sealed = entry["body"]["carried"] == seal if self.epoch > 1 else not self.carried
        demand(sealed and all(place[0] < self.epoch for place, _ in self.carried), "carried", 1, "the carried entries are not those that were sealed")
        demand(all(epoch < self.epoch for epoch in self.early_receipts), "receipt", 1, "a receipt of this epoch stands before its first entry")
        self.replaced = self.epoch > 1
        self.balances.update(entry["body"]["balances"] if self.replaced else {})

    def fold(self, entry, may_be_foreign):
        """The entry's story. A transaction that began where nobody can look is left out, and so is a load of another terminal."""
        id_ = entry.get("transactionId")
        if id_ is None or id_ in self.foreign or entry["kind"].startswith("foreign.load."):
            return None
        if id_ not in self.stories and may_be_foreign and entry["kind"] != "transaction.opened":
            self.foreign.add(id_)
            return None
        story = self.stories.setdefault(id_, Story())
        story.add(entry["kind"], entry["body"])
        return story

    def fold_cash(self, entry):
        try:
            self.cash.add(entry["kind"], entry["body"])
        except Anomaly as anomaly:
            raise Break("settlement", entry["seq"], f"{anomaly} at {entry['kind']}") from None

    def on_checkpoint(self, text, jws):
        claims = payload_of(jws)
        genuine = self.signer.signed(jws, "kiosk-checkpoint+jwt")
        demand(genuine and fits(claims, CHECKPOINT) and is_canonical(claims, text), "checkpoint", self.seq, "the checkpoint is not genuine")
        own = (claims["terminalId"], claims["epoch"]) == (self.terminal, self.epoch)
        self.check_place("checkpoint", own, claims["seq"], claims["hash"])
        self.signed_up_to = self.seq

    def on_receipt(self, text, jws):
        seq = self.seq or None
        claims = payload_of(jws)
        demand(fits(claims, RECEIPT), "receipt", seq, "a receipt is not readable")
        self.check_receipt(claims, jws, seq)
        demand(is_canonical(claims, text), "receipt", seq, "the line does not say what was signed")
        if self.seq == 0:
            self.early_receipts.append(claims["epoch"])
            self.counts["receipt"] += 1
        else:
            self.check_place("receipt", claims["epoch"] == self.epoch, claims["upToSeq"], claims["headHash"])

    def check_receipt(self, claims, jws, seq):
        demand(self.upstream is None or self.upstream.signed(jws, "kiosk-receipt+jwt"), "receipt", seq, "the receipt is not signed by upstream")
        demand(claims["terminalId"] == self.terminal, "receipt", seq, f"the receipt is {claims['terminalId']}'s")

    def check_place(self, check, own, seq, hash_):
        demand(not own or seq <= self.seq, check, self.seq + 1, f"entry {seq} was signed; the journal ends at {self.seq}")
        demand(own and seq == self.seq and hash_.lower() == self.head.hex(), check, self.seq, "another entry was signed")
        self.counts[check] += 1

    def end(self):
        demand(self.seq or not self.carried, "carried", 1, "no entry seals what is carried")
        demand(self.seq or not self.early_receipts, "receipt", 1, "upstream has entries; there are none here")
        receipted = max((seq for epoch, seq in self.known_hashes if epoch == self.epoch), default=0)
        demand(receipted <= self.seq, "receipt", self.seq + 1, f"upstream has entry {receipted}; the journal ends at {self.seq}")

    def summary(self):
        return {
            "terminalId": self.terminal, "epoch": self.epoch, "entries": self.seq, "carried": len(self.carried), "checkpoints": self.counts["checkpoint"],
            "receipts": self.counts["receipt"] + len(self.elsewhere), "transactions": len(self.stories), "headHash": self.head.hex(),
            "signedUpTo": self.signed_up_to, "openTransactions": [id_ for id_, story in self.stories.items() if story.open], "balances": self.balances,
        }


def text_of(line):
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def postings_due(entry):
    return [{"account": account, "amount": amount} for account, amount in due(entry["kind"], entry["body"])]


def verify(export, **options):
    """An export as bytes → (the first Break or None, what was checked)."""
    verifier = Verifier(**options)
    try:
        verifier.run(export.removesuffix(b"\n").split(b"\n"))
    except Break as found:
        return found, verifier.summary()
    return None, verifier.summary()


# --- Command line ---
def read_key(path):
    jwk = parse(open(path, encoding="utf-8").read())
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519") or len(decode(str(jwk.get("x"))) or b"") != 32:
        raise ValueError(f"{path} is no Ed25519 public key (JWK)")
    return jwk["x"]


def read_receipts(path):
    """One a line: a JWS, or an object that has one as `jws`."""
    lines = [line.strip() for line in open(path, encoding="utf-8") if line.strip()]
    return [parse(line)["jws"] if line.startswith("{") else line for line in lines]


def main():
    options = argparse.ArgumentParser(description="Verifies the export of a kiosk's journal (kioskctl journal export).")
    options.add_argument("file", help="the export, - for standard input")
    options.add_argument("--key", help="the terminal's key as someone else knows it (JWK file)")
    options.add_argument("--upstream-key", help="upstream's key (JWK file): proves receipts")
    options.add_argument("--receipts", help="receipts kept elsewhere, one a line")
    given = options.parse_args()
    try:
        export = (sys.stdin.buffer if given.file == "-" else open(given.file, "rb")).read()
        key = given.key and read_key(given.key)
        upstream = given.upstream_key and Key(read_key(given.upstream_key))
        found, checked = verify(export, key=key, upstream_key=upstream, receipts=read_receipts(given.receipts) if given.receipts else ())
    except (OSError, ValueError, TypeError, KeyError) as error:
        print(f"verify_journal: {error}", file=sys.stderr)
        return 2
    print(f"{given.file}: {'BROKEN' if found else 'good'}")
    for name, value in checked.items():
        print(f"  {name}: {json.dumps(value)}")
    if key is None:
        print("  the key is the file's own word: give --key to check against yours")
    if found:
        print(f"first break: {'' if found.seq is None else f'entry {found.seq}, '}{found.check}: {found.detail}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
