"""The forms in main/journal/FORMAT.md: JSON and its canonical form, the types of members, signatures."""
import base64
import hashlib
import json
import re
from calendar import monthrange
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from journal_tables import ACCOUNTS, KINDS, SAFE


# --- JSON, canonical form ---
def number(text):
    value = float(text)
    return int(value) if abs(value) <= SAFE and value.is_integer() else value


def refuse(text):
    raise ValueError(f"{text} is not JSON")


def parse(text):
    """The value, or None where it is no JSON."""
    try:
        return json.loads(text, parse_int=number, parse_float=number, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None


def jcs(value):
    """RFC 8785. ValueError where there is no canonical form."""
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        raise ValueError("only integers occur in a journal")
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(f"{jcs(name)}:{jcs(member)}" for name, member in members) + "}"


def is_canonical(value, text):
    """`text` was UTF-8, so half a surrogate pair, escaped in it, can't come back as it was."""
    try:
        return jcs(value) == text
    except (ValueError, RecursionError):
        return False


def link_hash(prev, text):
    return hashlib.sha256(prev + text.encode()).digest()


# --- Types of members ---
def string(pattern=r".*", most=None, least=0):
    rule = re.compile(pattern, re.S)
    return lambda value: isinstance(value, str) and rule.fullmatch(value) and (most is None or least <= len(value) <= most)


def integer(least, most):
    return lambda value: type(value) is int and least <= value <= most


def members(specification):
    return lambda value: fits(value, specification)


def notes(value):
    """So many of each denomination, the largest first."""
    if not isinstance(value, list) or len(value) > 32 or not all(fits(note, "denomination amount, count pieces") for note in value):
        return False
    denominations = [note["denomination"] for note in value]
    return denominations == sorted(set(denominations), reverse=True) and notes_total(value) <= SAFE


def content(value):
    return fits(value, "notes notes, unspecified fen") and abs(content_total(value)) <= SAFE


def notes_total(counts):
    return sum(note["denomination"] * note["count"] for note in counts)


def content_total(value):
    return notes_total(value["notes"]) + value["unspecified"]


MOMENT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?Z")


def moment(value):
    """A time in UTC whose day is one of the Gregorian calendar, year 0 included."""
    found = isinstance(value, str) and MOMENT.fullmatch(value)
    if not found:
        return False
    year, month, day = map(int, found.groups()[:3])
    return 1 <= month <= 12 and 1 <= day <= monthrange(year + 400, month)[1]


TYPES = {
    "text": string(), "text24": string(most=24), "text40": string(most=40), "words": string(most=200, least=1), "box": string("[A-Za-z0-9._-]{1,40}"), "text1000": string(most=1000), "id": string(most=80, least=1), "tail": string(most=4, least=1), "name": string(most=40, least=1),
    "texts": lambda value: isinstance(value, list) and all(isinstance(text, str) for text in value),
    "hex": string("([0-9A-F]{2})*"), "digits8": string("[0-9]{8}"), "digits6": string("[0-9]{6}"), "hash": string("[0-9a-fA-F]{64}"),
    "uuid7": string("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"), "terminal": string("[A-Za-z0-9._-]{1,40}"),
    "time": string(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"), "date": string("[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "amount": integer(1, 0xFFFFFFFF), "balance": integer(0, 0xFFFFFFFF), "count": integer(0, SAFE), "from1": integer(1, SAFE), "fen": integer(-SAFE, SAFE),
    "millis": integer(-SAFE, SAFE), "u16": integer(0, 0xFFFF), "u8": integer(0, 0xFF), "purse": integer(1, 2), "row": integer(1, 16), "pieces": integer(1, 1_000_000), "days": integer(1, 3650),
    "moment": moment, "notes": notes, "content": content,
    "examined": members('row row, balanceNow? balance, counterNow? u16, proof? "good"/"bad"/"unchecked"/"none"/"unsupported", log? "found"/"notFound"/"unreadable"'),
    "card": members("aid hex, issuer hex, serial hex, tail tail"), "seal": members("entries count, sha256 hex"),
    "balances": lambda value: isinstance(value, dict) and all(account in ACCOUNTS and TYPES["fen"](sum_) for account, sum_ in value.items()),
    "account": lambda value: value in ACCOUNTS, "kind": lambda value: isinstance(value, str) and value in KINDS, "object": lambda value: isinstance(value, dict),
    "postings": lambda value: isinstance(value, list) and all(fits(posting, "account account, amount fen") for posting in value),
}
ENTRY = ("epoch from1, seq from1, id uuid7, at time, businessDate date, terminalId name, transactionId? name, kind kind, body object, postings postings")
CHECKPOINT = "at text, epoch from1, hash hash, seq from1, terminalId text"
RECEIPT = "at count, epoch from1, headHash hash, terminalId terminal, upToSeq from1"


@lru_cache(maxsize=None)
def rules(specification):
    pairs = [member.split(" ", 1) for member in specification.split(", ")]
    return {name.rstrip("?"): (name.endswith("?"), type_) for name, type_ in pairs}


def fits(value, specification):
    return any(has_members(value, body) for body in specification.split("; or "))


def has_members(value, specification):
    known = rules(specification)
    if not isinstance(value, dict) or not value.keys() <= known.keys():
        return False
    return all(fits_type(value[name], type_) if name in value else optional for name, (optional, type_) in known.items())


def fits_type(value, type_):
    return value in type_.replace('"', "").split("/") if type_.startswith('"') else bool(TYPES[type_](value))


# --- Signatures ---
def decode(part):
    """Base64url without padding whose spare bits are zero, or None."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return None
    return raw if raw and base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == part else None


class Key:
    def __init__(self, x):
        self.x, self.key = x, Ed25519PublicKey.from_public_bytes(decode(x))
        thumb = hashlib.sha256(jcs({"crv": "Ed25519", "kty": "OKP", "x": x}).encode()).digest()
        self.kid = base64.urlsafe_b64encode(thumb).rstrip(b"=").decode()

    def signed(self, jws, typ):
        header, _, rest = jws.partition(".")
        claims = parse_bytes(decode(header))
        if payload_of(jws) is None or not isinstance(claims, dict) or (claims.get("alg"), claims.get("typ")) != ("EdDSA", typ):
            return False
        try:
            self.key.verify(decode(rest.partition(".")[2]), f"{header}.{rest.partition('.')[0]}".encode())
        except InvalidSignature:
            return False
        return claims.get("kid", self.kid) == self.kid


def parse_bytes(raw):
    try:
        return parse(raw.decode())
    except (AttributeError, UnicodeDecodeError):
        return None


def payload_of(jws):
    """What a JWS says, genuine or not; None where it is none."""
    parts = jws.split(".")
    return parse_bytes(decode(parts[1])) if len(parts) == 3 and all(decode(part) is not None for part in parts) else None
