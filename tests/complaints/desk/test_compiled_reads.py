"""Every compiled read of the pages returns the objects of its plain queryset, for whoever asks and whatever for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import decline
from complaints.actions.filing import file_draft
from complaints.models import Draft, Precedent, ReferralTask
from kit.compiled_reads import CompiledRead
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address


def seen(row: object, *, depth: int = 2) -> object:
    """Return what a row says, with what it knows of other rows, and these of others."""
    if not isinstance(row, Model):
        return row
    related = {name: seen(one, depth=depth - 1) for name, one in row._state.fields_cache.items() if depth}
    return {name: value for name, value in vars(row).items() if name != "_state"} | related


@dataclass
class Compared:
    """What compared reads have found: which were ``asked`` and had rows, and which came out ``wrong``."""

    asked: set[str] = field(default_factory=set)
    wrong: list[object] = field(default_factory=list)


def compare_reads(monkeypatch: pytest.MonkeyPatch) -> Compared:
    """Compare every compiled read with its plain queryset from now on."""
    found, rows = Compared(), CompiledRead.rows

    def compare(
        read: CompiledRead[Any], shape: Any = None, related: Mapping[str, Model] | None = None, /, **values: Any
    ) -> Any:
        name, queryset = read._build.__qualname__, read.queryset(shape, **values)
        one, other = [seen(row) for row in rows(read, shape, {}, **values)], [seen(row) for row in queryset]
        found.asked |= {name} if one else set()
        if one != other and (queryset.ordered or sorted(map(repr, one)) != sorted(map(repr, other))):
            found.wrong.append((name, one, other))
        return rows(read, shape, related or {}, **values)

    monkeypatch.setattr(CompiledRead, "rows", compare)
    return found


def test_every_read_of_the_pages_is_that_of_its_queryset(  # noqa: PLR0917 - one after the other, all that is read
    desk: Desk,
    partner_task: ReferralTask,
    file_case: FileCase,
    draft: Draft,
    omar: User,
    lina: User,
    amina: Citizen,
    gam: Agency,
    outage: Topic,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declined = file_case()
    decline(declined, by=omar, at=now, reason="other_place", text="الشارع في عمّان", proposed_agency=gam)
    file_case(agency=None)
    Precedent.objects.create(
        topic=outage, words=declined.subject, agency=gam, why="لأن الشارع لها", made_by=lina, made_at=now
    )
    # More open cases with the same words would be refused.
    Draft.objects.filter(pk=draft.pk).update(details="لا ماء في حينا منذ أسبوع، ولا أحد يجيب.")
    compared = compare_reads(monkeypatch)
    for person in (omar, lina):
        for name in ("queue", "triage"):
            assert desk(person).get(reverse(name)).status_code in {200, 404}
        assert desk(person).get(address("desk-case", partner_task.case)).status_code == 200
    assert desk(lina).get(reverse("triage"), {"after": "1-1"}).status_code == 200
    assert desk(amina).get(address("case", partner_task.case)).status_code == 200
    file_draft(draft, by=amina.user, at=now, language="ar")
    assert compared.wrong == []
    assert compared.asked >= {"_page", "_fitting", "_case", "_memberships_to_act_by", "_locked_draft"}
