"""What main/journal/FORMAT.md says of single things: JSON, members, postings, signatures. format.json has its tables."""
import base64
import hashlib
import json
import pathlib
import re
from calendar import monthrange

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = json.loads(pathlib.Path(__file__).with_name("format.json").read_text(encoding="utf-8"))
SAFE = 2**53 - 1


class Break(Exception):
    """What is wrong: an anomaly in a fold, or check, seq and detail."""


def demand(holds, *what):
    if not holds:
        raise Break(*what)


# --- JSON, canonical form ---
def number(text):
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= SAFE else value


def parse(text):
    """The value; None where it is no JSON, as with NaN and Infinity, which int() refuses."""
    try:
        return json.loads(text, parse_int=number, parse_float=number, parse_constant=int)
    except (ValueError, RecursionError):
        return None


def text_of(raw):
    """UTF-8; empty where it is none."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return ""


def jcs(value):
    """RFC 8785 of what fits a table: whole numbers, and names in ASCII, so that code points sort as UTF-16 does."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(prev, text):
    return hashlib.sha256(bytes.fromhex(prev) + text.encode()).hexdigest()


# --- Members and their types ---
def fits(value, specification):
    """Whether it is an object of these members: `name type`, `name? type`; `; or ` stands between whole bodies."""
    bodies = [[member.split(" ", 1) for member in body.split(", ")] for body in specification.split("; or ")]
    return isinstance(value, dict) and any(has_members(value, members) for members in bodies)


def has_members(value, members):
    types = {name.rstrip("?"): type_ for name, type_ in members}
    needed = {name for name, _ in members if not name.endswith("?")}
    return needed <= value.keys() <= types.keys() and all(fits_type(value[name], types[name]) for name in value)


def fits_type(value, type_):
    if type_.startswith('"'):
        return value in type_.replace('"', "").split("/")
    rule, fitting = FORMAT["types"][type_], True
    if "pattern" in rule:
        fitting = isinstance(value, str) and re.fullmatch(rule["pattern"], value, re.S)
    elif "least" in rule:
        fitting = type(value) is int and rule["least"] <= value <= rule["most"]
    elif "each" in rule:
        fitting = isinstance(value, list) and all(fits_type(each, rule["each"]) for each in value)
    elif "members" in rule:
        fitting = fits(value, rule["members"])
    return bool(fitting) and (type_ not in BESIDES or BESIDES[type_](value))


def is_notes(notes):
    denominations = [note["denomination"] for note in notes]
    return len(notes) <= 32 and denominations == sorted(set(denominations), reverse=True) and total(notes) <= SAFE


BESIDES = {
    "moment": lambda text: 1 <= int(text[8:10]) <= monthrange(int(text[:4]) + 400, int(text[5:7]))[1],
    "notes": is_notes,
    "content": lambda content: abs(total(content)) <= SAFE,
}


# --- Postings ---
def total(value):
    """Fen: of an amount, of notes, of what is in a box."""
    if isinstance(value, dict):
        return total(value["notes"]) + value["unspecified"]
    return sum(note["denomination"] * note["count"] for note in value) if isinstance(value, list) else value


def posting_row(kind, body):
    table = FORMAT["postings"]
    return table.get(f"{kind} {body.get('resolution', body.get('source'))}") or table.get(kind, {})


def due(kind, body):
    """The postings that kind and body demand."""
    row = posting_row(kind, body)
    amount = total(body[row["amount"]]) - total(body.get(row.get("less"), 0)) if row else 0
    if amount == 0:
        return []
    plus, minus = (row["plus"], row["minus"]) if amount > 0 else (row["minus"], row["plus"])
    return [{"account": plus, "amount": abs(amount)}, {"account": minus, "amount": -abs(amount)}]


# --- Signatures ---
def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(part):
    """Base64url without padding whose spare bits are zero; empty where it is none."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return b""
    return raw if encode(raw) == part else b""


def payload_of(jws):
    """What a JWS says, genuine or not; None where it is none."""
    parts = [decode(part) for part in jws.split(".")]
    return parse(text_of(parts[1])) if len(parts) == 3 and all(parts) else None


def thumbprint(x):
    return encode(hashlib.sha256(jcs({"crv": "Ed25519", "kty": "OKP", "x": x}).encode()).digest())


def is_genuine(jws, typ, x):
    """Whether it is signed for this purpose with the key `x`."""
    signed, _, signature = jws.rpartition(".")
    header = parse(text_of(decode(signed.partition(".")[0])))
    if payload_of(jws) is None or not isinstance(header, dict):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(decode(x)).verify(decode(signature), signed.encode())
    except InvalidSignature:
        return False
    kid = thumbprint(x)
    return (header.get("alg"), header.get("typ"), header.get("kid", kid)) == ("EdDSA", typ, kid)
