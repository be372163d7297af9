"""Runs the Python verifier over many exports in one process: the test side of resources/verifier.

Usage: batch.py VERIFIER_FOLDER CASES_FOLDER. Reads CASES_FOLDER/cases.json, an array of {"file", "key", "upstreamKey", "receipts"} (keys: `x` of
the JWK or null), and prints a line of JSON for each: what was checked, and the first break or null.
"""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from verify_journal import Verifier  # noqa: E402

folder = pathlib.Path(sys.argv[2])
for case in json.loads((folder / "cases.json").read_text()):
    verifier = Verifier(case["key"], case["upstreamKey"], case["receipts"])
    found = verifier.verify((folder / case["file"]).read_bytes())
    print(json.dumps({"break": found and dict(zip(("check", "seq", "detail"), found)), **verifier.checked()}))
