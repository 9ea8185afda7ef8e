"""Every page of reports by every kind of person: who opens it, and that nobody else writes through it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from agencies.models import Agency
from reports.models import PeriodicReport, ReportState
from tests.cast import make_staff, sign_in
from tests.complaints.pages import Clock
from tests.house import addresses
from tests.house.test_access import ask
from tests.reports.public.conftest import Release

#: Beside the cast, which `tests/house/test_access.py` asks about: whose other roles there are.
ROLES = {
    "operator": Role.OPERATOR,
    "auditor": Role.AUDITOR,
    "directorate": Role.DIRECTORATE_MEMBER,
    "secretary": Role.SECRETARY_GENERAL,
    "minister": Role.MINISTER_OFFICE,
    "head": Role.CMU_HEAD,
    "pm_office": Role.PM_OFFICE,
}
OF_THE_AGENCY = ("directorate", "secretary", "minister")
NOT_FOUND = 404
#: Public pages and files are for everybody.
FOR_EVERYBODY = ("public-", "open-data-")


def of_reports() -> dict[str, str]:
    """Return the addresses of staff pages of reports by name, with the parameters that exist."""
    report = PeriodicReport.objects.filter(state=ReportState.RELEASED).get()
    values = {"agency": "miyahuna", "report": str(report.pk), "section": "summary", "name": "send", "code": "miyahuna"}
    return {
        name: reverse(name, kwargs=addresses._arguments(pattern, values))
        for name, pattern in addresses._patterns().items()
        if pattern.callback.__module__.startswith("reports.") and not name.startswith(FOR_EVERYBODY)
    }


@pytest.fixture
def browsers(
    water: Agency, cmu: Agency, release: Release, now: datetime, monkeypatch: pytest.MonkeyPatch, bare_404: None
) -> dict[str, Client]:
    """A browser for everybody, signed in, and a released report."""
    monkeypatch.setattr(timezone, "now", Clock(now))
    release()
    people = {
        name: make_staff(
            f"{name}@x.example",
            "سارة",
            name.title(),
            f"+96279010020{place}",
            water if name in OF_THE_AGENCY else cmu,
            role,
        )
        for place, (name, role) in enumerate(ROLES.items())
    }
    return {name: sign_in(Client(), person) for name, person in people.items()}


#: Which of them open a page; the others find nothing (404). 405 and 409 are told to those who may act there.
OPENS = {
    "agency-dashboard": "secretary:200 minister:200 head:200 pm_office:200",
    "annexes": "secretary:200 minister:200",
    "audit-disputes": "head:200",
    "audit-test-set": "head:200",
    "audits": "head:200",
    "challenged-answers": "head:200",
    "circulations": "head:200 pm_office:200",
    "commitment": "secretary:200 minister:200 head:200 pm_office:200",
    "commitment-publish": "head:405",
    "commitment-recount": "head:405",
    "commitment-rules": "head:200 pm_office:200",
    "directive-new": "head:200 pm_office:200",
    "directives": "secretary:200 minister:200 head:200 pm_office:200",
    "own-figures": "secretary:302 minister:302 head:302 pm_office:302",
    "periodic-report": "head:200 pm_office:200",
    "periodic-report-act": "head:405",
    "periodic-report-comment": "head:409",
    "periodic-report-correct": "head:200",
    "periodic-report-new": "head:200",
    "periodic-report-send-back": "head:409",
    "periodic-reports": "head:200 pm_office:200",
    "pm-dashboard": "head:200 pm_office:200",
    "reports": "head:200 pm_office:200",
    "reports-csv": "head:200 pm_office:200",
    "reports-xlsx": "head:200 pm_office:200",
    "unit-dashboard": "head:200",
}
#: Who has nothing to do with figures at all.
NEVER = ("operator", "auditor", "directorate")


@pytest.mark.django_db
def test_each_page_of_reports_opens_for_those_it_is_for(browsers: dict[str, Client]) -> None:
    found, written = {}, []
    for number, (name, url) in enumerate(sorted(of_reports().items())):
        answers = {person: ask(browser, "get", url).status_code for person, browser in browsers.items()}
        found[name] = " ".join(f"{person}:{status}" for person, status in answers.items() if status != NOT_FOUND)
        person = NEVER[number % len(NEVER)]
        status = browsers[person].post(url, {"text": "x", "reason": "x", "version": "1", "edition": "1"}).status_code
        if status not in {NOT_FOUND, 405}:
            written.append((name, person, status))
    assert {name: found.get(name, "") for name in OPENS} == OPENS
    assert [name for name, opened in found.items() if any(person in opened for person in NEVER)] == []
    assert written == []
    assert PeriodicReport.objects.count() == 1
