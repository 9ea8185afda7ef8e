"""What texts suggest is kept by a worker: it follows every change, and a crash in the middle leaves nothing wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency, Governorate, ReferenceChange, RoutingRule, Topic
from complaints.actions import accept, amend, close, decline, refer
from complaints.models import Case, Likeness, OwnerClues, SuggestionsDue
from complaints.suggestions import clues, owners, similar
from complaints.suggestions.clues import Clues, Description, Rows
from complaints.suggestions.similar import beside
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase

pytestmark = pytest.mark.usefixtures("clock", "english")

OTHER = {"subject": "حفرة عميقة أمام المخبز", "details": "تضررت مركبتي من حفرة في الشارع الرئيسي."}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts a page reads at each look."""
    counted: list[int] = []
    real = clues.clues_in

    def counting(descriptions: Sequence[Description], *, at: datetime) -> tuple[list[Clues], Rows]:
        counted.append(len(descriptions))
        return real(descriptions, at=at)

    monkeypatch.setattr(clues, "clues_in", counting)
    return counted


def suggested(case: Case, at: datetime) -> list[str]:
    item = owners.for_case(case, at=at)
    return [one.agency.code for one in item.suggestions] if item else []


def test_clues_follow_the_case_and_the_rules_and_are_read_by_pages_only_until_they_are_kept(
    triaged: Case, lina: User, gam: Agency, water: Agency, outage: Topic, now: datetime, reads: list[int]
) -> None:
    wrong: list[object] = []

    def look(step: str, agencies: list[str], read: int) -> None:
        reads.clear()
        triaged.refresh_from_db()
        found = suggested(triaged, now), sum(reads)
        if found != (agencies, read):
            wrong.append((step, found))

    rule = RoutingRule.objects.create(topic=outage, governorate=None, agency=gam)
    look("before the worker came", ["gam"], 1)
    clues.keep(at=now)
    look("kept", ["gam"], 0)
    RoutingRule.objects.filter(pk=rule.pk).update(agency=water)
    look("a rule that nobody recorded", ["gam"], 0)
    ReferenceChange.objects.create(thing="routingrule", row=rule.pk, kind="changed", made_at=now, effective_on=now)
    clues.keep(at=now)
    look("the rule is recorded", ["miyahuna"], 0)
    amend(
        triaged, by=triaged.citizen.user, at=now, subject="انقطاع جديد للمياه", details="منذ أسبوع كامل والماء مقطوع."
    )
    look("other words", ["miyahuna"], 1)
    clues.keep(at=now)
    look("other words, kept", ["miyahuna"], 0)
    Agency.objects.filter(pk=water.pk).update(ends_on=now.date() - timedelta(days=1))
    look("an agency that has ended", [], 0)
    Agency.objects.filter(pk=water.pk).update(ends_on=None)
    refer(triaged, by=lina, at=now, agency=water)
    clues.keep(at=now)
    assert (wrong, OwnerClues.objects.count(), SuggestionsDue.objects.count()) == ([], 0, 0)


def test_likenesses_follow_the_cases(
    file_case: FileCase, karim: Citizen, omar: User, lina: User, amman: Governorate, irbid: Governorate, now: datetime
) -> None:
    wrong: list[object] = []

    def look(step: str, expected: dict[Case, list[Case]]) -> None:
        clues.keep(at=now)
        for case, others in expected.items():
            found = [one.case for one in beside(case, lina, at=now)]
            if found != others:
                wrong.append((step, list(expected).index(case), found))

    first, second = file_case(governorate=amman), file_case(citizen=karim, governorate=amman)
    nowhere, far = file_case(citizen=karim), file_case(citizen=karim, governorate=irbid)
    look("filed", {first: [second], second: [first], nowhere: [far, second, first], far: []})
    accept(second, by=omar, at=now, days=3)
    assert not SuggestionsDue.objects.exists(), "what changes no word is not due"
    close(second, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert [one.case for one in beside(first, lina, at=now)] == [], "at once, before the worker comes"
    look("closed", {first: [], nowhere: [far, first]})
    assert not Likeness.objects.filter(other=second).exists()
    amend(first, by=first.citizen.user, at=now, **OTHER)
    look("other words", {nowhere: [far], first: []})
    assert wrong == []


def test_only_what_a_reader_may_see_is_shown_however_it_was_kept(
    file_case: FileCase, karim: Citizen, omar: User, lina: User, gam: Agency, now: datetime
) -> None:
    case, other = file_case(), file_case(citizen=karim)
    clues.keep(at=now)
    decline(other, by=omar, at=now, reason="other_place", text="الشارع داخل حدود الأمانة", proposed_agency=gam)
    assert [one.case for one in beside(case, omar, at=now)] == []
    assert [one.case for one in beside(case, lina, at=now)] == [other]


def test_a_crash_in_the_middle_leaves_what_was_there_and_the_case_due(
    file_case: FileCase, karim: Citizen, lina: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = file_case(agency=None), file_case(citizen=karim)
    clues.keep(at=now)
    before = list(Likeness.objects.order_by("pk").values())
    SuggestionsDue.objects.create(case_id=case.pk)

    def crash(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(clues, "_keep_clues", crash)
        with pytest.raises(SystemExit):
            clues.keep(at=now)
    assert list(Likeness.objects.order_by("pk").values()) == before
    assert [due.case_id for due in SuggestionsDue.objects.all()] == [case.pk]
    clues.keep(at=now)
    assert (beside(case, lina, at=now)[0].case, SuggestionsDue.objects.count()) == (other, 0)


def test_what_changes_while_the_worker_reads_is_done_once_more(
    triaged: Case, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = similar.renew

    def change_meanwhile(key: int) -> None:
        real(key)
        if not triaged.revisions.exists():
            amend(triaged, by=triaged.citizen.user, at=now, **OTHER)

    monkeypatch.setattr(similar, "renew", change_meanwhile)
    with monkeypatch.context() as patch:
        patch.setattr(clues, "BATCH", 1)
        assert clues.keep(at=now) == 2
    assert (SuggestionsDue.objects.count(), OwnerClues.objects.count()) == (0, 1)
