"""The causes for which objections are accepted: a short list in ``complaints/data/objection_causes.csv``.

A code that is taken off the list keeps its rows; it is shown as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext

from kit.languages import current_language

_LIST: Final = Path(__file__).parents[1] / "data" / "objection_causes.csv"


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    with _LIST.open(encoding="utf-8", newline="") as rows:
        return {row["code"]: {"ar": row["name_ar"], "en": row["name_en"]} for row in csv.DictReader(rows)}


def causes() -> dict[str, str]:
    """Return the causes to choose from, by code, in the active language and the order of the list."""
    language = "en" if current_language() == "en" else "ar"
    return {code: names[language] for code, names in _rows().items()}


def cause_name(code: str) -> str:
    """Return a cause in the active language; one that is not stated is from before there were codes."""
    return causes().get(code, code) or gettext("Not stated")
