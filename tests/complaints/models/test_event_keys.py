"""Words point to the event they were written with: the database refuses any other, and any other key of an event."""

from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from complaints import actions
from complaints.models import Addition, Case, CaseEvent, Note, Question, event_key
from complaints.workflow import Action
from tests.owner import forge


def test_a_text_of_another_cases_event_is_refused(accepted: Case, triaged: Case, omar: User, now: datetime) -> None:
    event = triaged.events.get()
    with pytest.raises(IntegrityError, match="note_events_are_of_its_case"), transaction.atomic():
        Note.objects.create(case=accepted, event=event, text="x", by=omar, at=now)
    with pytest.raises(IntegrityError, match="addition_events_are_of_its_case"), transaction.atomic():
        Addition.objects.create(case=accepted, event=event, text="x", at=now)


def test_a_reply_without_its_event_is_refused(accepted: Case, omar: User, now: datetime) -> None:
    actions.ask(accepted, by=omar, at=now, text="في أي حي؟")
    with pytest.raises(IntegrityError, match="question_reply_has_its_event"), transaction.atomic():
        Question.objects.update(reply="هنا", replied_at=now, ended_at=now)


def test_an_event_under_another_key_is_refused(referred: Case, now: datetime) -> None:
    said: dict[str, Any] = {"action": Action.ADD, "from_state": "referred", "to_state": "referred", "chain": bytes(32)}
    with pytest.raises(IntegrityError, match="event_key_is_of_its_case_and_number"), transaction.atomic():
        CaseEvent.objects.create(pk=event_key(referred.pk, 3), case=referred, number=2, at=now, **said)
    assert CaseEvent.objects.get().pk == event_key(referred.pk, 1)


@pytest.mark.django_db(transaction=True)
def test_an_event_with_words_cannot_be_deleted_past_the_guards(accepted: Case, omar: User, now: datetime) -> None:
    actions.note(accepted, by=omar, at=now, text="المقاول وعد")
    with pytest.raises(psycopg.IntegrityError, match="complaints_note"):
        forge("DELETE FROM complaints_caseevent WHERE action = 'note'")
