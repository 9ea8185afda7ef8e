"""Check a report that was downloaded as JSON: is its text and are its figures those that were approved?

Usage: python3 check_report.py report.json [the SHA-256 printed at the foot of every page]

It needs Python 3.8 or newer and nothing else. It takes the part "document" of the file, writes it as JSON with sorted
keys, without spaces, in UTF-8, and computes the SHA-256 of these bytes. It ends with 0 if that is the hash in the file
and the one that was printed, and with 1 if not.
"""

import hashlib
import json
import sys


def sha256_of(document):
    """Return the SHA-256 of the canonical bytes of a document."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def main(arguments):
    """Check one file; return the exit code."""
    if len(arguments) not in (1, 2):
        print(__doc__)
        return 2
    try:
        with open(arguments[0], encoding="utf-8-sig") as file:
            content = json.load(file)
        document, written = content["document"], content["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        print("This is no report in JSON:", error)
        return 2
    found = sha256_of(document)
    print("SHA-256 of the document:", found)
    print("SHA-256 in the file:    ", written)
    expected = [written]
    if len(arguments) == 2:
        printed = "".join(arguments[1].split()).lower()
        print("SHA-256 that was printed:", printed)
        expected.append(printed)
    if any(each != found for each in expected):
        print("NOT THE SAME: the file is not the report that was approved.")
        return 1
    print("The same: neither text nor figures have been changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
