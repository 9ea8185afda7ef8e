"""What the pages about a case load: the rows of the plain querysets, for every shape of authority."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest
from django.http import Http404

from accounts.models import Absence, Citizen, User
from accounts.roles import CMU, Role
from agencies.models import Agency
from complaints.actions import decline, label, recuse
from complaints.desk.case_panels import MOST_EARLIER, earlier_cases
from complaints.models import Case, CaseQuerySet, ReferralTask
from complaints.permissions.readers import has_part, reader_shape, with_parts
from complaints.permissions.rulings import with_pending
from complaints.staff.frame import load_case
from complaints.visibility.redaction import knows_person
from tests.cast import give_role, make_staff
from tests.complaints import NOT_OURS, RECUSAL_REASON
from tests.complaints.cases import FileCase

#: What is loaded with a case besides its columns.
JOINED = ("agency", "topic", "citizen", "directorate", "governorate", "officer")


@pytest.fixture
def people(water: Agency, gam: Agency, omar: User, nadia: User, lina: User, yusuf: User, sami: User) -> list[User]:
    """Somebody of every shape of authority: own and lent, of one agency and of two, of none."""
    ladder = make_staff("sg@water.example", "أمين", "Sec", "+962790100011", water, Role.SECRETARY_GENERAL)
    deputy = make_staff("deputy@gam.example", "نائب", "Deputy", "+962790100012", gam, Role.OFFICER)
    both = make_staff("both@gam.example", "كلاهما", "Both", "+962790100013", gam, Role.SUPERVISOR)
    give_role(both, water, Role.OFFICER)
    return [omar, nadia, lina, yusuf, sami, ladder, deputy, both]


def plain(user: User, at: datetime) -> CaseQuerySet:
    cases = Case.objects.visible_to(user, at=at).with_tags(user, at=at)
    return with_parts(with_pending(cases.for_page()))


def content(case: Case | None) -> dict[str, Any] | None:
    """Return everything an instance was loaded with."""
    if case is None:
        return None
    joined = {name: getattr(case, name) for name in JOINED}
    kept = {name: value for name, value in vars(case).items() if name != "_state"}
    return {**kept, **{name: vars(row) | {"_state": 0} if row else None for name, row in joined.items()}}


def loaded(user: User, reference: str, at: datetime) -> Case | None:
    try:
        return load_case(user, reference, at=at)
    except Http404:
        return None


def earlier(case: Case, user: User, at: datetime) -> Iterable[Case]:
    if not knows_person(case, user, at=at):
        return []
    others = Case.objects.visible_to(user, at=at).filter(citizen=case.citizen_id).exclude(pk=case.pk)
    others = others if user.authority(at).has(CMU) else others.filter(hides_identity=False)
    return others.for_listing().order_by("-filed_at", "-pk")[:MOST_EARLIER]


def test_a_case_is_loaded_as_by_the_plain_queryset(
    people: list[User], partner_task: ReferralTask, file_case: FileCase, amina: Citizen, gam: Agency, now: datetime
) -> None:
    omar, nadia, lina, yusuf, *_others, deputy, _both = people
    recused, declined, hidden = file_case(), file_case(), file_case(hides_identity=True)
    recuse(recused, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    decline(declined, by=omar, at=now, reason="other_place", text=NOT_OURS, proposed_agency=gam)
    label(hidden, by=omar, at=now, name="x'%s")
    cases = [partner_task.case, recused, declined, hidden]

    def compare() -> list[bool]:
        seen = []
        for user in [User.objects.get(pk=person.pk) for person in people]:
            for case in cases:
                found = loaded(user, case.reference, now)
                assert content(found) == content(plain(user, now).filter(pk=case.pk).first()), user.email
                if found is not None:
                    listed = [case.pk for case in earlier_cases(found, user, at=now)]
                    assert listed == [case.pk for case in earlier(found, user, now)], user.email
                seen.append(found is not None)
        return seen

    before = compare()
    assert {True, False} == set(before)
    Absence.objects.create(user=omar, deputy=deputy, starts_on=now.date(), ends_on=now.date())
    User.objects.filter(pk=lina.pk).update(person=amina)
    give_role(yusuf, gam, Role.SUPERVISOR)
    assert compare() != before


def test_people_who_differ_only_in_who_they_are_have_one_shape(
    omar: User, yusuf: User, nadia: User, now: datetime
) -> None:
    (one, values), (other, _) = reader_shape(omar, at=now), reader_shape(yusuf, at=now)
    assert one == other != reader_shape(nadia, at=now)[0]
    assert one.reader(values).pk == omar.pk


def test_a_part_that_was_not_asked_for_may_be_there(partner_task: ReferralTask, omar: User, now: datetime) -> None:
    case = load_case(omar, partner_task.case.reference, at=now)
    assert (has_part(case, "tasks"), has_part(case, "links")) == (True, False)
    assert has_part(Case(), "links")
    with pytest.raises(ValueError, match="no part"):
        has_part(case, "task")
