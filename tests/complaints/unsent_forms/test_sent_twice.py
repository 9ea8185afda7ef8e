"""A form of staff that makes something new and arrives twice in the same moment makes it once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency, Governorate, KnownProblem, Topic
from complaints import unsent_forms
from complaints.models import Breach, Case, LegalHold, Precedent, PublishedAnswer
from complaints.unsent_forms import KEY_FIELD
from reports.models import Phenomenon
from tests.cast import make_staff
from tests.complaints.pages import Desk
from tests.complaints.threads import overtaken
from tests.prepared_rows import prepared

pytestmark = pytest.mark.usefixtures("clock", "english")

TEXT = "انقطاع المياه في الأحياء العليا منذ يوم الأحد"


@pytest.fixture
@prepared
def head(cmu: Agency) -> User:
    """The head of the unit."""
    return make_staff("maha@cmu.example", "مها عبيدات", "Maha Obeidat", "+962790100020", cmu, Role.CMU_HEAD)


@pytest.fixture
def send_twice(desk: Desk, now: datetime) -> Callable[..., int]:
    """Send a form by two windows of one page, the second while the first has read everything; return what is made."""

    def send(by: User, page: str, typed: dict[str, Any], made: type[Model], *, before: str = "") -> int:
        first, second, url = desk(by), desk(by), reverse(page)
        sent = typed | {KEY_FIELD: str(unsent_forms.new_key(at=now))}
        with overtaken(partial(second.post, url, sent), before=before or f'INSERT INTO "{made._meta.db_table}"'):
            assert first.post(url, sent).status_code == 302
        return made._default_manager.count()

    return send


def test_a_phenomenon(send_twice: Callable[..., int], lina: User) -> None:
    assert send_twice(lina, "phenomenon-new", {"name": TEXT}, Phenomenon) == 1


def test_a_breach(send_twice: Callable[..., int], head: User) -> None:
    typed = {"what": TEXT, "data_concerned": TEXT, "measures": TEXT, "known_at": "4/1/2026 09:30"}
    assert send_twice(head, "privacy-breaches", typed, Breach) == 1


def test_a_hold(send_twice: Callable[..., int], head: User, referred: Case) -> None:
    typed = {"ref": referred.reference, "reason": TEXT, "proceedings": "7/2026", "until": "31/1/2027"}
    assert send_twice(head, "privacy-holds", typed, LegalHold, before='FROM "complaints_case"') == 1


def test_a_precedent(send_twice: Callable[..., int], lina: User, leak: Topic, water: Agency) -> None:
    typed = {"topic": leak.pk, "governorate": "", "agency": water.pk, "words": "انقطاع المياه", "why": TEXT}
    assert send_twice(lina, "precedent-new", typed, Precedent) == 1


def test_a_published_answer(send_twice: Callable[..., int], lina: User, inquiry: Topic) -> None:
    texts = {f"{part}_{language}": TEXT for part in ("question", "answer") for language in ("ar", "en")}
    typed = {"topic": inquiry.pk, **texts, "review_on": "1/6/2026", "has_no_person": "on"}
    assert send_twice(lina, "published-answer-new", typed, PublishedAnswer) == 1


def test_a_known_problem(send_twice: Callable[..., int], nadia: User, leak: Topic, amman: Governorate) -> None:
    days = {"starts_on": "4/1/2026", "starts_time": "09:00", "ends_on": "6/1/2026", "ends_time": "20:00"}
    typed = {"topic": "water-leak", "area": "g:JO-AM", "text_ar": TEXT, "text_en": "No water there", **days}
    assert send_twice(nadia, "desk-known-problem-new", typed, KnownProblem) == 1
