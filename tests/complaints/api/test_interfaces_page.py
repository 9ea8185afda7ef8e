"""The examples of the page for builders of programs outside are run as they stand there."""

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone, translation

from accounts.models import User
from agencies.models import OutsideCentre
from complaints.actions import hand_over
from complaints.models import Case, RefusalReason
from complaints.workflow import OUTCOMES
from config.api import document
from config.devstack.state import ROOT
from kit import webhook_signatures
from notifications import programs
from tests.complaints.api.calls import post

PAGE = (ROOT / "docs" / "interfaces.md").read_text(encoding="utf-8")


def example(name: str, **values: str) -> dict[str, object]:
    """Return a named example of the page, with values in their places."""
    (text,) = re.findall(rf"```json {name}\n(.*?)\n```", PAGE, re.DOTALL)
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    found: dict[str, object] = json.loads(text)
    return found


def test_the_signature_of_the_page_is_ours() -> None:
    (code,) = re.findall(r"```python\n(.*?)\n```", PAGE, re.DOTALL)
    space: dict[str, object] = {"base64": base64, "hashlib": hashlib, "hmac": hmac}
    exec(code, space)
    at, secret = datetime(2026, 11, 28, tzinfo=UTC), webhook_signatures.new_secret()
    ours = webhook_signatures.headers("a", b"{}", keys=[secret], at=at)
    assert space["sign"](secret, "a", ours["webhook-timestamp"], b"{}") == ours["webhook-signature"]


def test_the_page_names_every_reason_and_outcome() -> None:
    outcomes = {outcome for kind in OUTCOMES.values() for outcome in kind}
    assert {*RefusalReason.values, *outcomes} - set(re.findall(r"`(\w+)`", PAGE)) == set()


def test_the_addresses_it_begins_with_exist_and_the_document_of_apps_counts_no_queries() -> None:
    named = re.findall(r"`(/(?:en|api)/[\w/.]+)`", PAGE.partition("## Outside centres")[0])
    assert len(named) >= 4
    with translation.override("en"):
        assert all(map(resolve, named))
    assert b"statement" not in document()[0]


@pytest.mark.django_db
def test_a_centre_reports_and_answers_as_the_page_says(
    accepted: Case, omar: User, centre: OutsideCentre, now: datetime
) -> None:
    _, secret = programs.register(f"centre:{centre.pk}", at=timezone.now() - timedelta(days=2))
    hand_over(accepted, by=omar, at=now, centre=centre, reference="")
    url = f"/api/centres/{centre.code}/reports"
    first = post(url, secret, example("centre-report", case=accepted.reference))
    assert (first.status_code, first.json()) == (200, {"case": accepted.reference, "meaning": "in_work", "open": True})
    answer = post(url, secret, example("centre-answer", case=accepted.reference))
    assert (answer.status_code, answer.json()["open"]) == (200, False)
    accepted.refresh_from_db()
    assert (accepted.holder, accepted.handovers.get().number) == ("agency", "W-77")
    assert Client().post(url).status_code == 401
