"""A mandate answered, ended and used at the same moment: each is wholly before or after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest

from accounts.mandates import changes
from accounts.mandates.changes import MandateChanged, MandateInForce
from accounts.models import Citizen, Mandate, MandateOver
from complaints.actions import filing
from complaints.models import Case, Draft
from notifications.models import Message
from tests.complaints.mandates import give_mandate
from tests.complaints.threads import Overlap

pytestmark = pytest.mark.django_db(transaction=True)


def told(template: str) -> list[str]:
    return sorted(Message.objects.filter(template=template).values_list("recipient", flat=True))


def both(amina: Citizen, karim: Citizen) -> list[str]:
    return sorted(f"citizen:{one.pk}" for one in (amina, karim))


def ask(amina: Citizen, karim: Citizen, at: datetime) -> Mandate:
    times = {"asked_at": at, "starts_at": at, "ends_at": at.replace(year=2027)}
    return Mandate.objects.create(person=amina, representative=karim, ground="lawyer", **times)


def test_of_two_requests_of_the_same_people_one_is_given(
    amina: Citizen, karim: Citizen, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlap, (first, second) = Overlap(), [ask(amina, karim, now) for _ in range(2)]
    monkeypatch.setattr(Mandate, "save", overlap.around(Mandate.save))
    give = [partial(changes.give, one.pk, by=amina, at=now) for one in (first, second)]
    done, late = overlap.run(*give)
    assert (done, type(late), overlap.was_overtaken) == (first, MandateInForce, False)
    assert (Mandate.objects.given().get(), told("mandate_given")) == (first, both(amina, karim))


def test_one_answer_and_one_end_however_many_press(
    amina: Citizen, karim: Citizen, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_amina, of_karim, asked = amina.user, karim.user, partial(ask, amina, karim, now)
    assert of_amina
    assert of_karim

    def give(mandate: Mandate) -> Mandate:
        return changes.give(mandate.pk, by=amina, at=now)

    def refuse(mandate: Mandate) -> Mandate:
        return changes.refuse(mandate.pk, by=of_amina, at=now)

    def end(mandate: Mandate) -> Mandate:
        return changes.end(mandate.pk, by=of_amina, at=now)

    def take_back(mandate: Mandate) -> Mandate:
        return changes.end(mandate.pk, by=of_karim, at=now)

    # The asker ends by the same press what the other side has given meanwhile.
    both_count = {(give, take_back)}
    wrong: list[object] = []
    for first, second in (
        (give, give),
        (give, refuse),
        (give, take_back),
        (refuse, give),
        (take_back, give),
        (end, take_back),
    ):
        # One at a time is in force.
        Mandate.objects.given().update(state="ended", ended_at=now)
        mandate, overlap = give_mandate(amina, karim, at=now) if first == end else asked(), Overlap()
        Message.objects.all().delete()
        with monkeypatch.context() as patch:
            patch.setattr(Mandate, "save", overlap.around(Mandate.save))
            done, late = overlap.run(partial(first, mandate), partial(second, mandate))
        is_as_it_should = isinstance(late, Mandate if (first, second) in both_count else MandateChanged)
        template = {give: "mandate_given", end: "mandate_ended"}.get(first)
        is_told_once = template is None or told(template) == both(amina, karim)
        if not (isinstance(done, Mandate) and is_as_it_should and is_told_once) or overlap.was_overtaken:
            wrong.append((first.__name__, second.__name__, done, late, overlap.was_overtaken, told(template or "")))
    assert wrong == []


def test_a_representative_files_before_the_end_or_not_at_all(
    amina: Citizen, karim: Citizen, draft: Draft, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, in_filing, in_end = karim.user, Overlap(), Overlap()
    assert by

    def acts(mandate: Mandate) -> tuple[Callable[[], object], Callable[[], object]]:
        Draft.objects.update(citizen=karim, mandate=mandate)
        mine = Draft.objects.get()
        file = partial(filing.file_draft, mine, by=by, at=now, language="ar")
        return file, partial(changes.end, mandate.pk, by=amina.user, at=now)

    file, end = acts(give_mandate(amina, karim, at=now))
    with monkeypatch.context() as patch:
        patch.setattr(changes, "_tell", in_end.around(changes._tell))
        _ended, late = in_end.run(end, file)
    assert (type(late), in_end.was_overtaken, Case.objects.count()) == (MandateOver, False, 0)
    mandate = give_mandate(amina, karim, at=now)
    file, end = acts(mandate)
    monkeypatch.setattr(filing, "begin", in_filing.around(filing.begin))
    case, ended = in_filing.run(file, end)
    assert (type(case), type(ended), in_filing.was_overtaken) == (Case, Mandate, False)
    assert Case.objects.get().events.get().mandate == str(mandate.pk)
    assert Mandate.objects.get(pk=mandate.pk).state == "ended"
