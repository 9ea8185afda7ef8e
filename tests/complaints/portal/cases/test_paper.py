"""A case on paper: the head of the printed page, the receipt as a PDF, and the page that the picture on it opens."""

import re
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Citizen, RateCounter
from accounts.rate_limits import WRONG_LINKS_PER_ADDRESS
from complaints import actions
from complaints.engine import notices
from complaints.models import Case
from complaints.staff import pdf
from tests.complaints import FOUND
from tests.complaints.cases import FileCase
from tests.complaints.portal.cases.browsing import page, url


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """Keep what the template is given, and set it all the same."""
    kept: list[dict] = []
    compiled = pdf.compile_pdf

    def keeping(data: dict, *, at: datetime) -> bytes:
        kept.append(data)
        return compiled(data, at=at)

    monkeypatch.setattr(pdf, "compile_pdf", keeping)
    return kept


def test_the_receipt_has_a_letterhead_all_answers_and_what_happened(
    as_amina: Client, closed: Case, amina: Citizen, made: list[dict], now: datetime, settings: Settings
) -> None:
    actions.object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة منذ 06-5008080.")
    answer = as_amina.get(url(closed, "case-pdf"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.content.startswith(b"%PDF-")
    head = made[0]["letterhead"]
    assert [line["text"] for line in head["lines"]][1:] == [amina.full_name, f"{settings.PUBLIC_URL}{url(closed)}"]
    assert head["qr"].startswith("<svg")
    sections = {section["title"]: section["entries"] for section in made[0]["sections"]}
    assert list(sections) == ["ما كتبتموه", "رد الجهة", "ما حدث حتى الآن"]
    answered = sections["رد الجهة"]
    assert FOUND in [line["text"] for entry in answered for line in entry["lines"]]
    assert [part["text"] for part in answered[-1]["lines"][0]["parts"]][1] == "06-5008080"


def test_the_printed_page_says_whose_it_is_and_where_it_is_checked(as_amina: Client, closed: Case) -> None:
    shown = page(as_amina, closed)
    head = shown[shown.index('class="letterhead print-only"') :]
    assert re.search(r'<svg class="qr".*?<path d="M', head, re.DOTALL)
    assert 'class="no-print"' in shown[: shown.index("رسائلنا إليكم")][-400:]


@pytest.mark.parametrize(("language", "said"), [("ar", "ولم يتغيّر الطلب بعدها"), ("en", "unchanged since")])
def test_the_picture_opens_a_page_without_identity(
    client: Client, file_case: FileCase, amina: Citizen, now: datetime, language: str, said: str
) -> None:
    case = file_case(subject="انقطاع المياه في بيت أمينة")
    shown = client.get(f"/{language}/check/{notices.seal(case, at=now)}/").content.decode()
    assert said in shown
    assert [words in shown for words in (case.subject, case.details, amina.full_name, amina.phone[-4:])] == [False] * 4


@pytest.mark.django_db
def test_a_guess_is_told_apart_from_ours_and_counted(client: Client) -> None:
    address = reverse("receipt-check", kwargs={"token": "https-example-org-7"})
    answer = client.get(address)
    assert answer.status_code == 404
    assert "لم نتمكن من التحقق من هذه الورقة" in answer.content.decode()
    RateCounter.objects.filter(scope=WRONG_LINKS_PER_ADDRESS.scope).update(count=WRONG_LINKS_PER_ADDRESS.most)
    assert client.get(address).status_code == 429
