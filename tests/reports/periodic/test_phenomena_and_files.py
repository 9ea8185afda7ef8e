"""A report with a phenomenon an agency committed itself about: its section, what is frozen of it, and its files."""

from __future__ import annotations

import io
import runpy
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from accounts.sign_in.factors import FACTOR_AT
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from reports.models import PeriodicReport, Phenomenon, PhenomenonCase, ReportKind
from reports.periodic import drafting, life
from reports.periodic.facts import frozen_counts
from reports.phenomena import actions
from tests.cast import NOW, app_code, give_app, sign_in
from tests.reports.periodic.conftest import DECEMBER, freeze

pytestmark = pytest.mark.django_db
CHECK = Path(__file__).parents[3] / "docs" / "check_report.py"
#: The agency commits itself on 10 December, so that three whole weeks after it lie in the month.
COMMITTED = datetime.fromisoformat("2025-12-10T10:00:00+03:00")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def leaks(amina: Citizen, lina: User, omar: User, nadia: User, water: Agency, leak: Topic) -> Phenomenon:
    """Twelve cases before the commitment of the water company, and six after."""
    days = [COMMITTED - timedelta(days=1 + number) for number in range(12)]
    days += [COMMITTED + timedelta(days=1 + number) for number in range(6)]
    said = actions.Description("تسرب في الحي الشرقي", "", "", leak, None, water)
    found = actions.record_by_hand(said, by=lina, at=COMMITTED - timedelta(days=2))
    cases = [file(_text(amina, water, leak), by=amina.user, at=day) for day in days]
    PhenomenonCase.objects.bulk_create(PhenomenonCase(phenomenon=found, case=case, joined_at=NOW) for case in cases)
    due_on = date(2026, 2, 1)
    actions.commit_to(found.pk, text="نستبدل الخط.", due_on=due_on, version=found.version, by=nadia, at=COMMITTED)
    for day in (20, 29):
        found.refresh_from_db()
        at = COMMITTED.replace(day=day)
        actions.add_evidence(found.pk, text="استُبدل الخط.", version=found.version, by=nadia, at=at)
    return found


def _text(citizen: Citizen, agency: Agency, topic: Topic) -> Filing:
    return Filing(citizen=citizen, kind="complaint", agency=agency, topic=topic, subject="تسرب", details="منذ أسبوع")


@pytest.fixture
def report(leaks: Phenomenon, lina: User) -> PeriodicReport:
    """The draft of December."""
    life.order(ReportKind.MONTH, DECEMBER, by=lina, at=NOW)
    drafting.write_ordered(at=NOW)
    return PeriodicReport.objects.get()


def test_a_report_has_the_phenomena_and_what_became_of_the_inflow(report: PeriodicReport) -> None:
    for language, known in (("en", "1 phenomenon is recorded."), ("ar", "ظاهرة")):
        document = life.document(report, language)
        section = next(each for each in document.sections if each.key == "phenomena")
        (row,) = section.table("phenomena").rows
        assert known in section.paragraphs[0]
        assert (row[0], row[2:4]) == ("تسرب في الحي الشرقي", (15, date(2026, 2, 1)))
    assert "In the 3 weeks after the commitment there were 6 cases." in _effect(report)
    (frozen,) = frozen_counts(report)["commitments"]
    assert (frozen["agency"], frozen["committed_on"], frozen["due_on"]) == ("miyahuna", "2025-12-10", "2026-02-01")
    assert (frozen["evidence_on"], frozen["inflow"]["before"], frozen["inflow"]["after"]) == ("2025-12-20", 12, 6)
    assert frozen["inflow"]["said"]["en"] == _effect(report)


def _effect(report: PeriodicReport) -> str:
    section = next(each for each in life.document(report, "en").sections if each.key == "phenomena")
    return str(section.table("phenomena").rows[0][4])


def test_a_report_is_downloaded_in_every_form_through_its_page(
    client: Client, report: PeriodicReport, lina: User, rana: User, hala: User, tmp_path: Path
) -> None:
    frozen = freeze(report, (lina, rana, hala), at=NOW)
    sign_in(client, lina)
    page = client.get(reverse("periodic-report", args=[frozen.pk])).content.decode()
    check = runpy.run_path(str(CHECK))["main"]
    for language in life.LANGUAGES:
        got: dict[str, bytes] = {}
        for form, media_type, begins in (
            ("pdf", "application/pdf", b"%PDF-"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
            ("csv", "application/zip", b"PK\x03\x04"),
            ("json", "application/json", b"{"),
        ):
            url = reverse("periodic-report-file", args=[frozen.pk, language, form])
            answer = client.get(url)
            got[form] = b"".join(answer)
            assert url.partition("/staff/")[2] in page
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, media_type)
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert got[form].startswith(begins), (language, form)
        with ZipFile(io.BytesIO(got["csv"])) as archive:
            assert any(name.endswith("phenomena.csv") for name in archive.namelist())
        path = tmp_path / f"{language}.json"
        path.write_bytes(got["json"])
        assert check([str(path)]) == 0
        path.write_bytes(got["json"].replace("تسرب".encode(), "كسر".encode()))
        assert check([str(path)]) == 1
    # Whoever gives the second factor again for a file is back on the page of the report.
    give_app(lina)
    session = client.session
    session[FACTOR_AT] = 0
    session.save()
    file = reverse("periodic-report-file", args=[frozen.pk, "en", "pdf"])
    assert client.get(file)["Location"] == reverse("staff-confirm")
    page_of_report = reverse("periodic-report", args=[frozen.pk])
    assert client.post(reverse("staff-confirm"), {"code": app_code()})["Location"] == page_of_report
