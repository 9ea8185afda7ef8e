"""A hold is set in the moment of an erasing: it waits for what has begun, and stops what has not."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import pytest

from accounts.models import Citizen, PrivacyRequest, RequestKind, RequestState, User
from agencies.models import Agency
from complaints.actions import accept, close
from complaints.models import ERASED, Case, LegalHold
from complaints.retention import erasing, holds, persons
from notifications.models import Message
from tests.complaints import DETAILS, DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.threads import UNHINDERED, Overlap, copy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]
TERMS = holds.HoldTerms("دعوى أمام المحكمة", "123/2026", None)


def test_a_hold_and_an_erasing_at_once_are_one_before_the_other(
    file_case: FileCase, omar: User, lina: User, water: Agency, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed_case() -> Case:
        case = file_case()
        accept(case, by=omar, at=now, days=2)
        close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
        Message.objects.update(state="delivered", lease_until=None, unsure_since=None)
        return case

    span, set_by = holds.FiledSpan(None, None), {"by": lina, "at": now}
    kinds: dict[str, Any] = {
        "case": lambda case: holds.set_hold(copy(case), TERMS, on_person=False, **set_by),
        "person": lambda case: holds.set_hold(copy(case), TERMS, on_person=True, **set_by),
        "agency": lambda _case: holds.hold_agency(water, span, TERMS, **set_by),
    }
    wrong = []
    for kind, hold in kinds.items():
        for is_erasing_first in (True, False):
            case, overlap = closed_case(), Overlap()
            erase = partial(erasing.erase_case, case.pk, at=now)
            with monkeypatch.context() as patch:
                if is_erasing_first:
                    patch.setattr(erasing, "_erase_words", overlap.around(erasing._erase_words))
                    erased, held = overlap.run(erase, partial(hold, case))
                else:
                    manager = type(LegalHold.objects)
                    patch.setattr(manager, "create", overlap.around(manager.create))
                    held, erased = overlap.run(partial(hold, case), erase)
            words = copy(case).details
            # Nothing is left to hold of a case that was erased; an agency has others.
            too_late = LegalHold if kind == "agency" else holds.Erased
            expected = (True, ERASED, too_late) if is_erasing_first else (holds.Held, DETAILS, LegalHold)
            got = (erased if erased is True else type(erased), words, type(held))
            if got != expected or overlap.was_overtaken:
                wrong.append((kind, is_erasing_first, erased, words, held, overlap.was_overtaken))
            LegalHold.objects.update(lifted_at=now, lifted_by=lina, lift_reason="انتهت")
    assert wrong == []


def test_a_person_who_is_held_while_their_account_is_deleted_is_kept(
    amina: Citizen, lina: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hold comes after the look for holds and before the person's row is locked."""
    granted = {"kind": RequestKind.DELETION, "state": RequestState.GRANTED, "decided_by": lina, "decided_at": now}
    request = PrivacyRequest.objects.create(citizen=amina, made_at=now, due_on=now.date(), **granted)
    overlap = Overlap(UNHINDERED)
    monkeypatch.setattr(persons, "has_open_cases", overlap.around(persons.has_open_cases))
    refused, held = overlap.run(
        partial(persons.carry_out, request, at=now),
        partial(holds.hold_people, amina.number, TERMS, by=lina, at=now),
    )
    amina.refresh_from_db()
    [hold] = held if isinstance(held, list) else []
    holds.lift_hold(hold, reason="انتهت الدعوى", by=lina, at=now)
    assert (type(refused), overlap.was_overtaken) == (holds.Held, True)
    assert (amina.family_name == ERASED, amina.erased_at) == (False, None)
