"""A hold is set in the moment of an erasing: it waits for what has begun, and stops what has not."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts.models import Citizen, PrivacyRequest, RequestKind, RequestState, User
from agencies.models import Agency
from complaints.actions import accept, close
from complaints.actions.objections import object_to
from complaints.attachments import fields, uploads
from complaints.models import ERASED, Case, LegalHold, MandatePaper, Objection
from complaints.retention import erasing, rules, run
from notifications.models import Message
from tests.complaints import DETAILS, DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.mandates import give_mandate
from tests.complaints.sample_files import PDF
from tests.complaints.threads import Overlap, copy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]
TERMS = rules.HoldTerms("دعوى أمام المحكمة", "123/2026", None)


def test_a_hold_and_an_erasing_at_once_are_one_before_the_other(
    file_case: FileCase, omar: User, lina: User, water: Agency, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed_case() -> Case:
        case = file_case()
        accept(case, by=omar, at=now, days=2)
        close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
        Message.objects.update(state="delivered", lease_until=None, unsure_since=None)
        return case

    span, set_by = rules.FiledSpan(None, None), {"by": lina, "at": now}
    kinds: dict[str, Any] = {
        "case": lambda case: rules.set_hold(copy(case), TERMS, on_person=False, **set_by),
        "person": lambda case: rules.set_hold(copy(case), TERMS, on_person=True, **set_by),
        "agency": lambda _case: rules.hold_agency(water, span, TERMS, **set_by),
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
            too_late = LegalHold if kind == "agency" else rules.Erased
            expected = (True, ERASED, too_late) if is_erasing_first else (rules.Held, DETAILS, LegalHold)
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
    overlap = Overlap()
    monkeypatch.setattr(erasing, "has_open_cases", overlap.around(erasing.has_open_cases))
    refused, held = overlap.run(
        partial(erasing.carry_out, request, at=now),
        partial(rules.hold_people, amina.number, TERMS, by=lina, at=now),
    )
    amina.refresh_from_db()
    [hold] = held if isinstance(held, list) else []
    rules.lift_hold(hold, reason="انتهت الدعوى", by=lina, at=now)
    assert (type(refused), overlap.was_overtaken) == (rules.Held, True)
    assert (amina.family_name == ERASED, amina.erased_at) == (False, None)


def test_a_person_whose_case_is_opened_again_while_their_account_is_deleted_is_kept_until_it_is_closed(
    file_case: FileCase, amina: Citizen, karim: Citizen, omar: User, lina: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The representative objects to the answer after the look for open cases."""
    give_mandate(amina, karim, at=now, covers_all=True)
    granted = {"kind": RequestKind.DELETION, "state": RequestState.GRANTED, "decided_by": lina, "decided_at": now}
    request = PrivacyRequest.objects.create(citizen=amina, made_at=now, due_on=now.date(), **granted)
    case, overlap = file_case(), Overlap()
    accept(case, by=omar, at=now, days=2)
    close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    Message.objects.update(state="delivered", lease_until=None, unsure_since=None)
    monkeypatch.setattr(erasing, "erase_case", overlap.around(erasing.erase_case))
    done, objection = overlap.run(
        partial(erasing.carry_out, request, at=now),
        partial(object_to, copy(case), by=karim.user, at=now, text="لم يصلح شيء، والماء ما زال يجري في الشارع."),
    )
    amina.refresh_from_db()
    request.refresh_from_db()
    assert (done, type(objection), copy(case).details) == (False, Objection, DETAILS)
    assert (amina.family_name == ERASED, amina.erased_at, request.done_at) == (False, None, None)


def test_papers_of_a_mandate_stay_while_its_other_side_is_held_also_by_a_hold_in_the_middle_of_the_erasing(
    file_case: FileCase, amina: Citizen, karim: Citizen, lina: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Amina's account is deleted. What Karim did as her representative is a matter of proceedings."""
    mandate = give_mandate(amina, karim, at=now, by_unit=True, proof="وكالة 7", seen="وكالة 7")
    case = file_case(citizen=karim)

    def paper() -> MandatePaper:
        pdf = SimpleUploadedFile("ruling.pdf", PDF, "application/pdf")
        file = uploads.receive(pdf, at=now)
        uploads.keep_for_staff([file], by=lina)
        return MandatePaper.objects.create(mandate=mandate, attachment=file)

    paper()
    hold = rules.set_hold(case, TERMS, on_person=False, by=lina, at=now)
    with transaction.atomic():
        fields.discard_for(amina, rules.held_people(now.date()))
    assert MandatePaper.objects.count() == 1
    # A hold that comes while the papers go waits until they are gone, and is told of nothing that was there.
    rules.lift_hold(hold, reason="انتهت الدعوى", by=lina, at=now)
    request = PrivacyRequest.objects.create(
        citizen=amina, made_at=now, due_on=now.date(), kind=RequestKind.DELETION, state=RequestState.GRANTED,
        decided_by=lina, decided_at=now,
    )  # fmt: skip
    overlap, set_hold = Overlap(), partial(rules.set_hold, case, TERMS, on_person=False, by=lina, at=now)
    with monkeypatch.context() as patch:
        manager = type(LegalHold.objects)
        patch.setattr(manager, "create", overlap.around(manager.create))
        again, erased = overlap.run(set_hold, partial(erasing.carry_out, request, at=now))
    mandate.refresh_from_db()
    assert (type(again), erased, overlap.was_overtaken) == (LegalHold, True, False)
    assert (mandate.state, mandate.proof, MandatePaper.objects.count()) == ("ended", "وكالة 7", 1)
    # Once nobody is held any more the next nights take both.
    rules.lift_hold(again, reason="انتهت الدعوى", by=lina, at=now)
    run.apply_retention(at=now + timedelta(days=31))
    mandate.refresh_from_db()
    assert (mandate.proof, mandate.seen, MandatePaper.objects.count()) == ("", "", 0)
