"""What the database refuses of whom a case is about, whatever the code says."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from complaints.actions import end_recusal, recuse
from complaints.models import Case, CaseEvent, Recusal, event_key
from tests.complaints import RECUSAL_REASON
from tests.prepared_rows import prepared

pytestmark = pytest.mark.usefixtures("clock", "english")


@pytest.fixture
@prepared
def concern(accepted: Case, omar: User, hani: User, nadia: User, now: datetime) -> Recusal:
    return recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)


def test_an_officer_whom_the_case_is_about_fails_at_commit(concern: Recusal, omar: User) -> None:
    Case.objects.filter(pk=concern.case_id).update(officer=omar)
    with pytest.raises(IntegrityError, match="is whom it is about"), transaction.atomic():
        connection.check_constraints()
    transaction.set_rollback(True)


def test_so_does_a_concern_about_the_officer_who_stays(accepted: Case, omar: User, nadia: User, now: datetime) -> None:
    event = accepted.events.latest("number")
    Recusal.objects.create(case=accepted, event=event, person=omar, named_by=nadia, text=RECUSAL_REASON, at=now)
    with pytest.raises(IntegrityError, match="is whom it is about"), transaction.atomic():
        connection.check_constraints()
    transaction.set_rollback(True)


def test_an_event_by_such_a_person_fails_at_once(concern: Recusal, omar: User, now: datetime) -> None:
    event = CaseEvent.objects.filter(case=concern.case_id).latest("number")
    for action in ("note", "recuse", "close"):
        event.number, event.action, event.actor = event.number + 1, action, omar
        event.pk = event_key(concern.case_id, event.number)
        event.at = now.replace(hour=12)
        with pytest.raises(IntegrityError, match="is by whom the case is about"), transaction.atomic():
            event.save(force_insert=True)


def test_one_open_for_each_person(concern: Recusal, omar: User, nadia: User, now: datetime) -> None:
    event = concern.case.events.earliest("number")
    with pytest.raises(IntegrityError, match="recusal_open_once"), transaction.atomic():
        Recusal.objects.create(case=concern.case, event=event, person=omar, named_by=nadia, text=RECUSAL_REASON, at=now)


@pytest.mark.parametrize("name", ["person", "named_by"])
def test_it_cannot_be_turned_to_somebody_else(concern: Recusal, hani: User, name: str) -> None:
    with pytest.raises(IntegrityError, match="only ends"), transaction.atomic():
        Recusal.objects.filter(pk=concern.pk).update(**{name: hani})


def test_an_open_one_cannot_be_deleted(concern: Recusal) -> None:
    with pytest.raises(IntegrityError, match="is ended, not deleted"), transaction.atomic():
        Recusal.objects.filter(pk=concern.pk).delete()


def test_an_ended_one_stays_ended(concern: Recusal, nadia: User, omar: User, now: datetime) -> None:
    end_recusal(concern.case, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    with pytest.raises(IntegrityError, match="only ends"), transaction.atomic():
        Recusal.objects.filter(pk=concern.pk).update(ended_at=None, ended_by=None, end_event=None, end_text="")


def test_nobody_ends_what_is_about_themselves(concern: Recusal, omar: User, now: datetime) -> None:
    event = concern.case.events.latest("number")
    with pytest.raises(IntegrityError, match="not_ended_by_its_person"), transaction.atomic():
        Recusal.objects.filter(pk=concern.pk).update(
            ended_at=now, ended_by=omar, end_event=event, end_text=RECUSAL_REASON
        )


@pytest.mark.parametrize("said", [{"text": ""}, {"ended_at": "2026-01-04T10:00Z"}, {"end_text": "لا"}])
def test_it_is_named_and_ended_with_a_reason(concern: Recusal, said: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="recusal_"), transaction.atomic():
        Recusal.objects.filter(pk=concern.pk).update(**said)
