"""A leak made on purpose, by which a test of leaks shows that it finds one."""

import pytest

from complaints.models.case import CaseQuerySet
from complaints.staff import loading
from kit.compiled_reads import CompiledRead


def let_everybody_see_every_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away who sees which cases, from the statement of the case page too, which may be compiled already."""
    monkeypatch.setattr(CaseQuerySet, "visible_to", lambda cases, *_people, **_moment: cases)
    monkeypatch.setattr(loading, "_CASE", CompiledRead(loading._case))
