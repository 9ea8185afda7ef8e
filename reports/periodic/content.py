"""The content of a report as it is stored, frozen and hashed: both languages and the counts, as one JSON text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reports.documents import tree
from reports.documents.tree import Document
from reports.models import PeriodicReport

LANGUAGES: Final = ("ar", "en")


def written(documents: Mapping[str, Document], counts: Mapping[str, Any]) -> str:
    """Return the content made of the documents by language and the counts: sorted keys, no spaces."""
    parts = {language: tree.to_json(documents[language]) for language in LANGUAGES} | {"counts": counts}
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def document(report: PeriodicReport, language: str) -> Document:
    """Return one language of a report that was written; a draft with the comments it has now."""
    found = tree.from_json(report.parts[language])
    return found if report.is_frozen else _commented(found, report)


def with_comments(report: PeriodicReport) -> str:
    """Return the content to be frozen: with the comments, and the number of the version in place of a draft's 0."""
    drafts = {language: tree.from_json(report.parts[language]) for language in LANGUAGES}
    documents = {
        language: replace(_commented(found, report), version=report.number) for language, found in drafts.items()
    }
    return written(documents, report.parts["counts"])


def digest(content: str) -> str:
    """Return the SHA-256 of a content as UTF-8, in hexadecimal digits."""
    return hashlib.sha256(content.encode()).hexdigest()


def _commented(found: Document, report: PeriodicReport) -> Document:
    rows = report.comments.all()  # not filtered: pages fetch them beforehand
    return found.with_comments({row.section: row.text_en if found.language == "en" else row.text_ar for row in rows})
