"""Urgent cases: set at filing by the words, first in triage and queue, taken off by staff, with history."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from agencies.free_text import reader
from agencies.models import DangerSign
from complaints import actions
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case
from complaints.workflow import Action
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk

pytestmark = pytest.mark.usefixtures("clock", "english")

GAS = {"subject": "ريحة غاز", "details": "في ريحة غاز قوية بالعمارة من الصبح ونخاف على الاولاد."}
CALM = {"subject": "فاتورة المياه", "details": "فاتورة المياه هذا الشهر أعلى من العادة بكثير."}


@pytest.fixture(autouse=True)
def gas(db: None) -> Iterator[DangerSign]:
    """One danger sign that people added, and the words of everything else unknown."""
    sign = DangerSign.objects.create(code="ds-gas", name_ar="تسرب غاز", name_en="Gas leak", phrases=["ريحة غاز"])
    reader.forget()
    yield sign
    reader.forget()


def test_words_of_danger_make_a_case_urgent_and_put_it_first(
    file_case: FileCase, desk: Desk, omar: User, lina: User, now: datetime
) -> None:
    calm, urgent = file_case(**CALM), file_case(**GAS)
    assert (calm.is_urgent, urgent.is_urgent) == (False, True)
    assert urgent.events.get().facts["danger"] == "ds-gas"
    assert not file_case(kind="praise", **GAS).is_urgent
    Case.objects.filter(pk=urgent.pk).update(deadline_at=now + timedelta(days=90))
    page = desk(omar).get(reverse("queue")).content.decode()
    assert -1 < page.index(urgent.reference) < page.index(calm.reference)
    assert page.count("Urgent: danger to life") == 1
    assert page.count(f"case-{urgent.reference}") <= page.count(f"case-{calm.reference}")
    newest = desk(omar).get(reverse("queue"), {"sort": "oldest"}).content.decode()
    assert newest.index(calm.reference) < newest.index(urgent.reference)
    quiet, loud = file_case(agency=None, **CALM), file_case(agency=None, **GAS)
    Case.objects.filter(pk=loud.pk).update(deadline_at=now + timedelta(days=90))
    page = desk(lina).get(reverse("triage")).content.decode()
    assert page.index(loud.reference) < page.index(quiet.reference)


def test_staff_take_the_mark_off_and_the_history_says_so(
    file_case: FileCase, desk: Desk, omar: User, yusuf: User, now: datetime
) -> None:
    case = file_case(**GAS)
    with pytest.raises(NotEntitled):
        actions.clear_urgent(case, by=yusuf, at=now)
    address = reverse("desk-clear-urgent", args=[case.reference])
    client = desk(omar)
    page = client.get(reverse("desk-case", args=[case.reference])).content.decode()
    assert address in page
    assert "Marked urgent for the words “ريحة … غاز”" in page
    answer = client.post(address, {"send": "1", "version": case.version}, follow=True).content.decode()
    assert "The case is no longer marked as urgent." in answer
    assert "Urgent mark removed" in answer
    case.refresh_from_db()
    assert (case.is_urgent, case.events.latest("number").action) == (False, Action.CLEAR_URGENT)
    with pytest.raises(TransitionNotAllowed):
        actions.clear_urgent(case, by=omar, at=now)
    assert address not in client.get(reverse("desk-case", args=[case.reference])).content.decode()


def test_the_number_is_shown_while_a_person_writes(client: Client) -> None:
    address = reverse("danger-notice")
    answer = client.post(address, {"details": "في ريحة غاز بالدرج"})
    assert (answer.status_code, 'href="tel:911"' in answer.content.decode()) == (200, True)
    assert client.post(address, {"details": "ما في ريحة غاز"}).status_code == 204
    assert client.post(address, {"details": "\x00" + "غ" * 10_000}).status_code == 204
    assert client.get(address).status_code == 405
    with CaptureQueriesContext(connection) as statements:
        client.post(address, {"details": "في ريحة غاز بالدرج"})
    assert not [one for one in statements if "agencies_" in one["sql"]]
