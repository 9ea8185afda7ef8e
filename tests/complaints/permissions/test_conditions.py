"""Who sees which cases, in SQL as in the plain queryset: every shape of authority, over recusals and tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from accounts.models import Absence, Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.actions import decline, recuse
from complaints.models import Case, CaseQuerySet, ReferralTask
from complaints.permissions import readers
from kit.statements import Condition, Statement
from tests.cast import give_role, make_staff
from tests.complaints import NOT_OURS, RECUSAL_REASON
from tests.complaints.cases import FileCase


class Key(NamedTuple):
    """The key of a case."""

    id: int


type AsCondition = Callable[..., Condition]
type AsQueryset = Callable[..., CaseQuerySet]

DEFINITIONS: dict[str, tuple[AsCondition, AsQueryset]] = {
    "visible": (readers.visible, CaseQuerySet.visible_to),
    "desk": (readers.at_desk, CaseQuerySet.at_desk_of),
    "not own": (readers.not_own, lambda cases, user, at: cases.not_own_or_recused(user)),  # noqa: ARG005
}


@pytest.fixture
def people(water: Agency, gam: Agency, omar: User, nadia: User, lina: User, yusuf: User, sami: User) -> list[User]:
    """Somebody of every shape of authority: own and lent, of one agency and of two, of none."""
    ladder = make_staff("sg@water.example", "أمين", "Sec", "+962790100011", water, Role.SECRETARY_GENERAL)
    deputy = make_staff("deputy@gam.example", "نائب", "Deputy", "+962790100012", gam, Role.OFFICER)
    both = make_staff("both@gam.example", "كلاهما", "Both", "+962790100013", gam, Role.SUPERVISOR)
    give_role(both, water, Role.OFFICER)
    return [omar, nadia, lina, yusuf, sami, ladder, deputy, both]


def test_a_condition_is_its_queryset(
    tmp_path: Path,
    people: list[User],
    partner_task: ReferralTask,
    file_case: FileCase,
    amina: Citizen,
    gam: Agency,
    now: datetime,
) -> None:
    (tmp_path / "keys.sql").write_text("SELECT id FROM complaints_case WHERE {scope} ORDER BY id", encoding="utf-8")
    statement = Statement(tmp_path / "keys.sql", Key)
    omar, nadia, lina, yusuf, *_others, deputy, _both = people
    recused, declined, _plain = (file_case() for _ in range(3))
    recuse(recused, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    decline(declined, by=omar, at=now, reason="other_place", text=NOT_OURS, proposed_agency=gam)

    def compare() -> set[tuple[str, frozenset[int]]]:
        found = set()
        for user in [User.objects.get(pk=person.pk) for person in people]:
            for name, (as_condition, as_queryset) in DEFINITIONS.items():
                keys = [row.id for row in statement.rows({"scope": as_condition(user, at=now)})]
                rows = as_queryset(Case.objects.all(), user, at=now)
                assert keys == list(rows.order_by("pk").values_list("pk", flat=True)), (user.email, name)
                found.add((name, frozenset(keys)))
        return found

    before = compare()
    assert len(before) > 6
    # Roles, links and absences that change meanwhile are other readers, whose conditions are compiled anew.
    Absence.objects.create(user=omar, deputy=deputy, starts_on=now.date(), ends_on=now.date())
    User.objects.filter(pk=lina.pk).update(person=amina)
    give_role(yusuf, gam, Role.SUPERVISOR)
    assert compare() != before
