"""Who gets what at every address: a stranger never learns more than that there is nothing here."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.models import Attachment, Case
from complaints.verbs import file
from complaints.verbs.filing import Filing
from tests.cast import sign_in
from tests.house import addresses

PEOPLE = ("nobody", "amina", "karim", "omar", "nadia", "yusuf", "lina", "sami")
#        nobody amina karim omar nadia yusuf lina sami
TABLE: dict[str, tuple[int, ...]] = {}


@pytest.fixture
def case(amina: Citizen, water: Agency, leak: Topic, omar: User, now: datetime) -> Case:
    """A complaint of amina's that waits for the water company's decision, with one file."""
    assert amina.user is not None
    filing = Filing(
        citizen=amina, kind="complaint", agency=water, topic=leak, subject="تسرب أمام المدرسة", details="منذ أسبوع"
    )
    filed = file(filing, by=amina.user, at=now)
    Attachment.objects.create(
        case=filed,
        file=ContentFile(b"%PDF-1.7", name="x"),
        name="صورة.pdf",
        content_type="application/pdf",
        size=8,
        sha256="0" * 64,
        added_at=now,
    )
    return filed


@pytest.fixture
def everybody(request: pytest.FixtureRequest, settings) -> dict[str, Client]:
    """A browser for each of the cast, signed in."""
    return {name: Client() if name == "nobody" else sign_in(Client(), request.getfixturevalue(name)) for name in PEOPLE}


def address(name: str, parameters: set[str], case: Case) -> str:
    values = {
        "ref": case.reference,
        "kind": "complaint",
        "pk": case.attachments.get().pk,
        "token": "BCDFGH",
        "language": "ar",
    }
    return reverse(name, kwargs={parameter: values[parameter] for parameter in parameters})


@pytest.mark.django_db
@pytest.mark.urls("config.urls")
def test_every_address_answers_everybody_as_the_table_says(
    case: Case, everybody: dict[str, Client], time_machine, now
) -> None:
    time_machine.move_to(now, tick=False)
    answers = {
        name: tuple(everybody[person].get(address(name, parameters, case)).status_code for person in PEOPLE)
        for name, parameters in sorted(addresses.named().items())
    }
    for k, v in answers.items():
        print(f'    "{k}": {v},')
    assert answers == TABLE
