"""Pages about a case whose agency, topic, place and words are as long as the database allows fit their window."""

from itertools import product

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, Topic
from complaints.actions import accept
from complaints.models.case import SUBJECT_LENGTH
from tests.cast import let_in
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock
from tests.journeys.look import beyond_the_edge

pytestmark = pytest.mark.usefixtures("media")

WIDE = {"width": 1280, "height": 900}
NAME = 150
#: What somebody pastes, which has no place to break at.
ADDRESS = "https://maps.example/place/" + "x" * 60

PAGES = {
    "amina": (
        "",
        "cases/{reference}/",
        "cases/{reference}/receipt/",
        "cases/{reference}/add/",
        "new/complaint/agency/",
    ),
    "omar": ("staff/queue/", *(f"staff/cases/{{reference}}/{page}" for page in ("", "close/", "ask/", "consult/"))),
    "nadia": ("staff/officers/", "staff/figures/agencies/miyahuna/"),
    "lina": ("staff/triage/", "staff/queue/", "staff/cases/{reference}/", "staff/reports/"),
}


def longest(words: str, length: int = NAME) -> str:
    """Return ``words`` over and over, cut at ``length``."""
    return (f"{words} " * length)[:length].strip().ljust(length, "م" if words > "z" else "m")


@pytest.fixture
def reference(
    water: Agency, leak: Topic, network: Directorate, amina: Citizen, omar: User, file_case: FileCase, clock: Clock
) -> str:
    """The number of an accepted case, in which everything is as long as it can be."""
    for named in (water, leak, network):
        named.name_ar, named.name_en = longest("المجموعة الأردنية للمناطق"), longest("Accreditation and Quality")
        named.save()
    file_case(subject=longest("انقطاع المياه", SUBJECT_LENGTH))
    amina.first_name, amina.family_name = longest("عبدالرحمن", 60), longest("الأنصاري", 60)
    amina.save()
    subject = longest(ADDRESS, SUBJECT_LENGTH)
    case = file_case(subject=subject, details=ADDRESS * 3, area=longest("حي", 120), place=longest(ADDRESS, 200))
    accept(case, by=omar, at=clock.pass_(minutes=7), days=4, directorate=network)
    return case.reference


@pytest.mark.django_db(transaction=True)
def test_no_page_is_wider_than_its_window(
    live_server: LiveServer, browser: Browser, reference: str, request: pytest.FixtureRequest
) -> None:
    wide = {}
    with browser.new_context(service_workers="block", viewport=WIDE, reduced_motion="reduce") as context:
        page = context.new_page()
        for person, paths in PAGES.items():
            let_in(context, live_server.url, request.getfixturevalue(person))
            for language, path in product(("ar", "en"), paths):
                answer = page.goto(f"{live_server.url}/{language}/{path.format(reference=reference)}")
                assert answer is not None
                assert answer.status == 200, path
                wide[person, language, path] = beyond_the_edge(page)
    assert [f"{where}: {part}" for where, parts in wide.items() for part in parts] == []
