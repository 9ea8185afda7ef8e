"""`python3 run.py audit`: asks the package index which advisories there are about the packages of production.

It needs the index, so it is no step of `run.py check`. Where the index cannot be asked, or leaves the field out as some
mirrors do, it says so and fails: an audit that asked nobody found nothing.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from config.devstack.state import ROOT

INDEX: Final = "https://pypi.org"
SECONDS: Final = 10
_PINNED: Final = re.compile(r"^([a-z0-9][\w.\-]*)(?:\[[^\]]*\])?==([^\s;]+)", re.MULTILINE)


class NotAnswered(Exception):
    """The index did not say what it knows about a package."""


def run(lock: Path = ROOT / "requirements" / "base.lock") -> int:
    """Print each advisory; return 0 if there is none, 1 if there are some, 2 if the index cannot be asked."""
    named = os.environ.get("AUDIT_INDEX", INDEX)
    packages = _PINNED.findall(lock.read_text(encoding="utf-8"))
    try:
        found = [line for name, version in packages for line in advisories(named.rstrip("/"), name, version)]
    except NotAnswered as why:
        print(f"Not audited: {why}.", file=sys.stderr)
        return 2
    print("".join(f"{line}\n" for line in found) or f"No advisory about {len(packages)} packages.")
    return int(bool(found))


def advisories(index: str, name: str, version: str) -> Iterator[str]:
    """Yield a line for each advisory about a package that was not withdrawn; raises ``NotAnswered``."""
    answer = _index_answer(f"{index}/pypi/{name}/{version}/json")
    known = answer.get("vulnerabilities") if isinstance(answer, dict) else None
    if not isinstance(known, list):
        msg = f"{index} does not say which advisories there are about {name}"
        raise NotAnswered(msg)
    for one in known:
        if not one.get("withdrawn"):
            fixed = ", ".join(one.get("fixed_in") or []) or "no version"
            yield f"{name} {version}: {one.get('id', 'an advisory')}, fixed in {fixed}"


def _index_answer(address: str) -> Any:
    if urlsplit(address).scheme not in {"http", "https"}:
        msg = f"{address} is no address of an index"
        raise NotAnswered(msg)
    try:
        with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - the scheme is checked above
            return json.load(answer)
    except (URLError, HTTPException, OSError, ValueError) as error:
        msg = f"{address} cannot be read ({type(error).__name__})"
        raise NotAnswered(msg) from error
