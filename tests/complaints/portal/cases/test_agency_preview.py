"""Whoever stays unnamed reads their own words as the agency will, before they are sent."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from complaints import actions
from complaints.models import Case
from tests.complaints import DETAILS, DONE, FOUND, SUBJECT
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock
from tests.complaints.portal.cases.browsing import QUESTION, url
from tests.complaints.sample_files import upload

SAID = "لم يصل أحد إلى بيتنا حتى اليوم، وأنا أمينة الخطيب من عمان."
READ = "لم يصل أحد إلى بيتنا حتى اليوم، وأنا ••• من عمان."


@pytest.fixture
def hidden(file_case: FileCase) -> Case:
    return file_case(hides_identity=True)


def write(browser: Client, case: Case, name: str, typed: dict[str, object], field: str = "text") -> None:
    """Send words with the own name in them: they are shown without it first, and sent by the second press."""
    case.refresh_from_db()
    before = case.version
    shown = browser.post(url(case, name), typed | {field: SAID})
    preview = shown.context["preview"]
    case.refresh_from_db()
    assert (shown.status_code, preview.texts[-1], case.version) == (200, READ, before), name
    page = shown.content.decode()
    assert (READ in page, SAID in page, 'name="agency_seen"' in page) == (True, True, True), "both, in the form too"
    seen = {"agency_seen": preview.digest}
    changed = browser.post(url(case, name), typed | seen | {field: f"{SAID} 0790001234"})
    assert changed.context["preview"].digest != preview.digest, "another text is shown again"
    sent = browser.post(url(case, name), typed | seen | {field: SAID})
    assert sent.status_code == 302, name


def test_what_is_said_to_the_agency_is_shown_as_it_will_read_it(
    as_amina: Client, hidden: Case, omar: User, clock: Clock
) -> None:
    write(as_amina, hidden, "case-amend", {"subject": SUBJECT, "details": DETAILS}, "details")
    actions.accept(hidden, by=omar, at=clock.at, days=5)
    actions.ask(hidden, by=omar, at=clock.at, text=QUESTION)
    write(as_amina, hidden, "case-reply", {})
    write(as_amina, hidden, "case-add", {})
    hidden.refresh_from_db()
    actions.close(hidden, by=omar, at=clock.at, outcome="solved", found=FOUND, done=DONE)
    write(as_amina, hidden, "case-rate", {"solved": "partly", "count": 0})
    write(as_amina, hidden, "case-object", {})
    assert (hidden.additions.get().text, hidden.ratings.get().text, hidden.objections.get().text) == (SAID,) * 3


def test_what_tells_nobody_goes_at_once_and_files_are_asked_for_again(
    as_amina: Client, hidden: Case, accepted: Case
) -> None:
    assert as_amina.post(url(accepted, "case-add"), {"text": SAID}).status_code == 302, "whose name the agency knows"
    assert as_amina.post(url(hidden, "case-add"), {"text": DETAILS}).status_code == 302
    shown = as_amina.post(url(hidden, "case-add"), {"text": SAID, "attachments": [upload("a.jpg")]})
    assert shown.context["preview"].had_files is True
    assert hidden.attachments.count() == 0
