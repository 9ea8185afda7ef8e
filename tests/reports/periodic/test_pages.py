"""The pages of periodic reports, as the unit, the Prime Minister's office and strangers meet them."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from html import unescape

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import UnsentForm
from reports.documents.tree import digest
from reports.models import PeriodicReport, ReportState, SectionComment
from reports.periodic import drafting, life
from tests.cast import NOW, make_staff, sign_in
from tests.complaints.threads import overtaken
from tests.reports.periodic.conftest import freeze

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, name: str, *args: object, language: str = "en", status: int = 200) -> str:
    with translation.override(language):
        answer = client.get(reverse(name, args=args))
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def printed(report: PeriodicReport) -> str:
    """Return the digest that the English copy of a report bears."""
    return digest(life.document(report, "en"))


def post(client: Client, name: str, *args: object, **typed: object) -> HttpResponse:
    """Send a form of an English page."""
    with translation.override("en"):
        return client.post(reverse(name, args=args), typed)


def press(client: Client, report: PeriodicReport, name: str) -> int:
    report.refresh_from_db()
    return post(client, "periodic-report-act", report.pk, name, edition=report.edition).status_code


def test_the_unit_orders_comments_reviews_approves_and_releases(
    client: Client, lina: User, rana: User, hala: User
) -> None:
    sign_in(client, lina)
    answer = post(client, "periodic-report-new", period="quarter-2025-10-01", first="", last="")
    report = PeriodicReport.objects.get()
    assert answer.headers["Location"].endswith(f"/staff/reports/periodic/{report.pk}/")
    waiting = client.get(reverse("periodic-report", args=[report.pk]))
    assert (waiting.headers["Refresh"], b"<progress" in waiting.content) == ("3", True)
    drafting.write_ordered(at=NOW)
    assert "Refresh" not in client.get(reverse("periodic-report", args=[report.pk])).headers
    assert "No case was received in the fourth quarter of 2025." in page(client, "periodic-report", report.pk)
    assert "لم يرد أي طلب في الربع الأخير من عام 2025." in page(client, "periodic-report", report.pk, language="ar")
    comment = ("periodic-report-comment", report.pk, "summary")
    refused = post(client, *comment, text_ar="الأرقام صحيحة.", text_en="").content.decode()
    assert ("Write the comment in this language too." in refused, "الأرقام صحيحة." in refused) == (True, True)
    assert "What you wrote here and did not send is back" in page(client, *comment)
    assert post(client, *comment, text_ar="الأرقام صحيحة.", text_en="The figures are right.").status_code == 302
    assert "What you wrote here and did not send is back" not in page(client, *comment)
    # Whoever had the page open then would have written over it.
    late = post(sign_in(Client(), rana), *comment, text_ar="الأرقام عالية.", text_en="The figures are high.", seen="")
    said = late.content.decode()
    assert (late.status_code, "The figures are right." in said, "The figures are high." in said) == (409, True, True)
    assert SectionComment.objects.get(report=report, section="summary").text_en == "The figures are right."
    assert [press(client, report, name) for name in ("approve", "send", "review")] == [409, 302, 409]
    assert "Waiting for a review" in page(client, "periodic-report", report.pk)
    assert press(sign_in(Client(), rana), report, "review") == 302
    head = sign_in(Client(), hala)
    assert [press(head, report, name) for name in ("approve", "approve", "release")] == [302, 409, 302]
    report.refresh_from_db()
    shown = page(client, "periodic-report", report.pk)
    assert (report.state, printed(report) in shown, "The figures are right." in shown) == ("released", True, True)
    assert page(client, "periodic-report-comment", report.pk, "summary", status=409)


def test_what_cannot_be_ordered_is_said_beside_the_field(client: Client, lina: User, draft: PeriodicReport) -> None:
    sign_in(client, lina)
    for typed, sentence in (
        (
            {"period": "other", "first": "1/2/2026", "last": "28/2/2026"},
            "This day is not over yet. Enter an earlier day.",
        ),
        (
            {"period": "other", "first": "1/1/2026", "last": "4/1/2026"},
            "This day is not over yet. Enter an earlier day.",
        ),
        ({"period": "other", "first": "9/12/2025", "last": "1/12/2025"}, "The last day cannot be before the first."),
        ({"period": "other", "first": "", "last": ""}, "Enter this day, or choose a period above."),
        ({"period": "other", "first": "1/12/2025", "last": "31/12/2025"}, "There is already a report on this period."),
        ({"period": "month-1999-01-01", "first": "", "last": ""}, "choose one of the options shown"),
    ):
        answer = post(client, "periodic-report-new", **typed)
        said = unescape(" ".join(answer.content.decode().split()))
        assert (answer.status_code, sentence in said) == (200, True), typed
    assert PeriodicReport.objects.get() == draft


def test_a_report_goes_back_as_the_page_showed_it(
    client: Client, draft: PeriodicReport, lina: User, rana: User
) -> None:
    shown = life.send(draft, by=lina, at=NOW, edition=draft.edition).edition
    sign_in(client, rana)
    assert f'name="edition" value="{shown}"' in page(client, "periodic-report-send-back", draft.pk)
    draft.refresh_from_db()
    life.review(draft, by=rana, at=NOW, edition=shown)
    typed = {"reason": "Name the agencies with the most cases."}
    again = post(client, "periodic-report-send-back", draft.pk, reason="", edition=shown)
    assert f'name="edition" value="{shown}"' in again.content.decode()
    assert post(client, "periodic-report-send-back", draft.pk, **typed, edition=shown).status_code == 409
    assert post(client, "periodic-report-send-back", draft.pk, **typed, edition=shown + 1).status_code == 302


def test_a_correction_says_what_changed_and_shows_it(
    client: Client, approved: PeriodicReport, lina: User, rana: User, hala: User
) -> None:
    sign_in(client, lina)
    reason = "The comment on the summary was wrong."
    asked = post(client, "periodic-report-correct", approved.pk, reason="", edition=approved.edition)
    assert "Enter: What does the new version change" in asked.content.decode()
    # Nothing was typed, so that nothing is kept.
    assert not UnsentForm.objects.exists()
    answer = post(client, "periodic-report-correct", approved.pk, reason=reason)
    version = approved.correction
    assert answer.headers["Location"].endswith(f"/staff/reports/periodic/{version.pk}/")
    drafting.write_ordered(at=NOW)
    version.refresh_from_db()
    assert press(client, version, "send") == 302
    refused = page(client, "periodic-report", version.pk)
    assert ("This correction changes nothing" in refused, reason in refused) == (True, True)
    assert [f"/act/{name}/" in refused for name in ("send", "rewrite", "discard")] == [False, True, True]
    life.comment(version, "summary", by=lina, at=NOW, texts=("صُحّح.", "It was corrected."))
    version.refresh_from_db()
    freeze(version, (lina, rana, hala), at=NOW)
    shown = page(client, "periodic-report-changed", version.pk)
    assert ("<del>" in shown, "It was corrected." in shown, reason in shown) == (True, True, True)
    assert "Version 2 corrects this one" in page(client, "periodic-report", approved.pk)


def test_the_prime_ministers_office_reads_what_was_approved_and_nothing_else(
    client: Client, cmu: Agency, lina: User, draft: PeriodicReport, rana: User, hala: User, now: datetime
) -> None:
    reader = sign_in(client, make_staff("pm@pm.example", "أسماء", "Asma", "+962790100041", cmu, Role.PM_OFFICE))
    assert "December 2025" not in page(reader, "periodic-reports")
    assert page(reader, "periodic-report", draft.pk, status=404)
    frozen = freeze(draft, (lina, rana, hala), at=now)
    assert "December 2025" in page(reader, "periodic-reports")
    shown = page(reader, "periodic-report", frozen.pk)
    assert (printed(frozen) in shown, f"/periodic/{frozen.pk}/act/" in shown) == (True, False)
    assert [press(reader, frozen, name) for name in ("release", "rewrite")] == [404, 404]
    for name in ("periodic-report-correct", "periodic-report-send-back"):
        assert page(reader, name, frozen.pk, status=404)
    frozen.refresh_from_db()
    assert frozen.state == ReportState.APPROVED


def test_the_list_asks_the_same_for_one_report_and_for_three(
    client: Client, lina: User, draft: PeriodicReport, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sign_in(client, lina)
    page(client, "periodic-reports")
    with django_assert_num_queries(3):
        page(client, "periodic-reports")
    for month in (10, 11):
        post(client, "periodic-report-new", period=f"month-2025-{month}-01", first="", last="")
    with django_assert_num_queries(3):
        page(client, "periodic-reports")


def test_a_comment_on_a_draft_that_is_discarded_in_this_moment_finds_no_page(
    lina: User, rana: User, draft: PeriodicReport
) -> None:
    client, gone = sign_in(Client(), lina), partial(life.discard, draft, by=rana, at=NOW, edition=draft.edition)
    texts = {"text_ar": "الأرقام صحيحة.", "text_en": "The figures are right."}
    with overtaken(gone, before='FROM "reports_sectioncomment"'):
        assert post(client, "periodic-report-comment", draft.pk, "summary", **texts).status_code == 404
